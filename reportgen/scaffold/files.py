"""Files to begin with: filled from templates, and written only where there is none."""

from collections.abc import Mapping
from pathlib import Path

from reportgen.errors import Place, WrongUse
from reportgen.files import write_bytes

TEMPLATES = Path(__file__).parent.parent / "templates" / "new"


def filled(name: str, values: Mapping[str, str]) -> str:
    """The template ``NAME.in`` with each ``@key@`` replaced."""
    text = (TEMPLATES / f"{name}.in").read_text(encoding="utf-8")
    for key, value in values.items():
        text = text.replace(f"@{key}@", value)
    return text


def write_new(root: Path, files: Mapping[str, str]) -> list[str]:
    """Write files by their path below ``root``; those that are there stay. The paths written."""
    fresh = [path for path in files if not (root / path).exists()]
    for path in fresh:
        write_bytes(root / path, files[path].encode())
    return fresh


def write_one(root: Path, path: str, text: str) -> str:
    """Write one file and return its path. Raises WrongUse where there is one already."""
    if not write_new(root, {path: text}):
        raise WrongUse("This file is there already.", place=Place(root / path))
    return path


def add_lines(root: Path, path: str, lines: list[str]) -> bool:
    """Append the lines that a file lacks, such as .gitignore; whether there were any."""
    file = root / path
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    lacking = [line for line in lines if line not in text.splitlines()]
    if lacking:
        gap = "" if not text or text.endswith("\n") else "\n"
        write_bytes(file, (text + gap + "\n".join(lacking) + "\n").encode())
    return bool(lacking)
