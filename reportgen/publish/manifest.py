"""The list of what reportgen owns in a branch, kept in the branch itself.

It lies at ``.reportgen/PROJECT.json``, where neither Jekyll nor GitHub Pages looks, one file a
project, so that two reports can share one blog.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from reportgen.errors import Place, ReportgenError
from reportgen.publish.paths import check_path

FOLDER = ".reportgen/"
FORMAT = 1


@dataclass(frozen=True)
class Manifest:
    """``files``: path in the branch to blob id. ``commit``: of the project it was built from.

    ``restores`` is the commit of an earlier publish, where this one is a rollback to it.
    """

    project: str
    kind: str
    files: Mapping[str, str] = field(default_factory=dict)
    baseurl: str = ""
    commit: str = ""
    dirty: bool = False
    version: str = ""
    restores: str = ""

    @property
    def path(self) -> str:
        return manifest_path(self.project)

    def to_bytes(self) -> bytes:
        """JSON of one file a line, sorted, so that git shows what changed."""
        values = {"format": FORMAT, **self.__dict__, "files": dict(self.files)}
        return (json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def manifest_path(project: str) -> str:
    """Where in a branch the manifest of a project lies."""
    return f"{FOLDER}{slug(project)}.json"


def slug(name: str) -> str:
    """``name`` as a file name: lower case letters, digits and hyphens, never empty."""
    return re.sub(r"[^a-z0-9]+", "-", name.lower()).strip("-") or "report"


def is_manifest(path: str) -> bool:
    return path.startswith(FOLDER) and path.endswith(".json")


def read_manifest(content: bytes, path: str) -> Manifest:
    """The manifest in a branch, which anybody may have edited.

    Raises ReportgenError where it is damaged, of a newer format, or names a path out of bounds.
    """
    try:
        values = json.loads(content)
        if values.get("format") != FORMAT:
            raise newer(path, values.get("format"))
        manifest = Manifest(**{key: values[key] for key in known_fields(values)})
        good = all(isinstance(item, str) for pair in manifest.files.items() for item in pair)
    except (ValueError, KeyError, TypeError, AttributeError):
        raise damaged(path, "it is no manifest") from None
    if not good:
        raise damaged(path, "its files are not paths with blob ids")
    for name in manifest.files:
        if fault := check_path(name):
            raise damaged(path, f"it lists the path '{name}', which {fault}")
    return manifest


def known_fields(values: Mapping[str, Any]) -> list[str]:
    return [name for name in Manifest.__dataclass_fields__ if name in values]


def newer(path: str, found: object) -> ReportgenError:
    return ReportgenError(
        f"The branch was published by a newer reportgen (manifest format {found}).",
        place=Place(path),
        hint="Update: pip install --upgrade reportgen",
    )


def damaged(path: str, why: str) -> ReportgenError:
    return ReportgenError(
        f"The list of published files in the branch cannot be used: {why}.",
        place=Place(path),
        hint="Restore it from the branch's history; without it reportgen owns nothing there.",
    )
