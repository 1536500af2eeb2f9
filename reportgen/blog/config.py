"""The settings of a Jekyll site, ``_config.yml``, and the folder that they are for."""

import re
from collections.abc import Mapping
from datetime import UTC, tzinfo
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from reportgen.blog import front_matter

POST_FOLDERS = ("_posts", "_drafts")
NAMES = ("_config.yml", "_config.yaml")
SOURCE = re.compile(rb"(?m)^[\"']?source[\"']?\s*:")


def read(folder: Path) -> dict[str, Any]:
    """The settings of the site in a folder; nothing where they are missing or broken."""
    for name in NAMES:
        if (folder / name).is_file():
            return parse((folder / name).read_bytes())
    return {}


def source(folder: Path) -> Path:
    """The folder that Jekyll reads, as the settings in ``folder`` name it."""
    texts = ((folder / name).read_bytes() for name in NAMES if (folder / name).is_file())
    named = any(SOURCE.search(text) for text in texts)  # few do, and YAML takes its time
    return (folder / str(read(folder).get("source") or "")).resolve() if named else folder


def around(folder: Path) -> dict[str, Any]:
    """The settings above a folder that name it as their ``source``; nothing where none do."""
    return next((read(each) for each in folder.parents if source(each) == folder), {})


def find_root(file: Path) -> tuple[Path, bool]:
    """The folder of the blog that holds ``file``, and whether there is one at all."""
    file = placed(file)
    folders = [file, *file.parents] if file.is_dir() else list(file.parents)
    for folder in folders:
        if any((folder / name).is_file() for name in NAMES):
            named = source(folder)
            return (named, True) if file.is_relative_to(named) else (folder, False)
    for folder in folders:
        if folder.name in POST_FOLDERS:
            return folder.parent, True
        if (folder / "_posts").is_dir():
            return folder, True
    return folders[0], False


def placed(file: Path) -> Path:
    """Where a file stands, as a whole path: a link is not followed, the folders around it are."""
    return file.resolve() if file.is_dir() else file.parent.resolve() / file.name


def fault(folder: Path) -> tuple[str, str] | None:
    """The name of the settings' file and what is wrong with it; None where nothing is."""
    for name in NAMES:
        if (folder / name).exists() and not (folder / name).is_file():
            return name, "it is no regular file"
        if (folder / name).is_file():
            content = (folder / name).read_bytes()
            try:
                found = front_matter.load(content.decode("utf-8"))[1]
            except UnicodeDecodeError as error:
                return name, f"byte {error.start} is not UTF-8"
            return (name, found[1]) if found else None
    return None


def parse(content: bytes) -> dict[str, Any]:
    """The settings in a file's content; nothing where it is broken."""
    return front_matter.load(content.decode("utf-8", "replace"))[0]


def zone(config: Mapping[str, Any]) -> tzinfo:
    """The time zone of the site: ``timezone``, or UTC, in which GitHub builds."""
    try:
        return ZoneInfo(str(config.get("timezone") or "UTC"))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return UTC


def baseurl(config: dict[str, Any]) -> str:
    """The path below which the site is served: "" or "/name"."""
    value = str(config.get("baseurl") or "").strip().strip("/")
    return f"/{value}" if value else ""
