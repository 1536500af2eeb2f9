"""The versions of Python and of the packages that a closure imports, found without importing."""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path

# Packages whose distribution has another name. Others are looked up in top_level.txt and RECORD.
DISTRIBUTIONS = {
    "PIL": "pillow",
    "yaml": "pyyaml",
    "cv2": "opencv-python",
    "sklearn": "scikit-learn",
    "skimage": "scikit-image",
    "dateutil": "python-dateutil",
}


def environment(packages: Iterable[str]) -> dict[str, str]:
    """Python's minor version and the ``major.minor`` of each package, '' where there is none.

    A patch release promises to change no results. A package that is not installed, or is no
    distribution, such as a folder on the path, has no version.
    """
    versions = {"python": f"{sys.version_info.major}.{sys.version_info.minor}"}
    path = tuple(sys.path)
    for package in sorted(set(packages) - {"python"}):
        versions[package] = ".".join(re.findall(r"\d+", _version(package, path))[:2])
    return versions


@cache
def _version(package: str, path: tuple[str, ...]) -> str:
    installed = _installed(path)
    names = (package, DISTRIBUTIONS.get(package, package))
    found = next((installed[n] for n in map(_normal, names) if n in installed), None)
    found = found or _provider(package, path)
    return found.stem.split("-")[1] if found else ""


@cache
def _installed(path: tuple[str, ...]) -> dict[str, Path]:
    """Distributions by normal name: the names of their folders say it all."""
    found: dict[str, Path] = {}
    for folder in _folders(path):
        for name in sorted(os.listdir(folder)):
            if re.fullmatch(r"[^-]+-\d.*\.(dist|egg)-info", name):
                found.setdefault(_normal(name.partition("-")[0]), folder / name)
    return found


@cache
def _provider(package: str, path: tuple[str, ...]) -> Path | None:
    """The distribution that installed a package of another name; slow, so only for the few."""
    line = re.compile(rf"^{re.escape(package)}(/|\.py,|\.[\w-]+\.so,)", re.MULTILINE)
    for info in _installed(path).values():
        top = info / "top_level.txt"
        if top.is_file():
            if package in top.read_text("utf-8").split():
                return info
        elif (info / "RECORD").is_file() and line.search((info / "RECORD").read_text("utf-8")):
            return info
    return None


def _folders(path: Iterable[str]) -> Iterator[Path]:
    return (Path(folder) for folder in path if os.path.isdir(folder))


def _normal(name: str) -> str:
    return re.sub(r"[-_.]+", "-", name).lower()
