"""The list of what reportgen owns in a branch, kept in the branch itself.

It lies at ``.reportgen/ID.json``, where neither Jekyll nor GitHub Pages looks, one file a report,
so that two reports can share one blog.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field

from reportgen.errors import Place, ReportgenError
from reportgen.publish.paths import check_path

FOLDER = ".reportgen/"
FORMAT = 2
BLOB = re.compile(r"[0-9a-f]{40}")


@dataclass(frozen=True)
class Manifest:
    """``files``: path in the branch to blob id. ``commit``: of the project it was built from.

    ``id`` is the report's own, ``project`` what people call it. ``restores`` is the commit of an
    earlier publish, where this one is a rollback to it.
    """

    id: str
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
        """Where this list lies in the branch."""
        return manifest_path(self.id)

    def to_bytes(self) -> bytes:
        """JSON of one file a line, sorted, so that git shows what changed."""
        values = {"format": FORMAT, **self.__dict__, "files": dict(self.files)}
        return (json.dumps(values, indent=1, sort_keys=True, ensure_ascii=False) + "\n").encode()


def manifest_path(id: str) -> str:
    """Where in a branch the manifest of a report lies."""
    return f"{FOLDER}{id}.json"


def is_manifest(path: str) -> bool:
    """Whether a path of a branch is that of a list of published files."""
    return path.startswith(FOLDER) and path.endswith(".json")


def read_manifest(content: bytes, path: str) -> Manifest:
    """The manifest in a branch, which anybody may have edited.

    Raises ReportgenError where it is damaged, of a newer format, or names a path out of bounds.
    """
    try:
        values = json.loads(content)
        if values.get("format") != FORMAT:
            raise other_format(path, values.get("format"))
        known = Manifest.__dataclass_fields__.keys() & values.keys()
        manifest = Manifest(**{name: values[name] for name in known})
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise damaged(path, "it is no manifest") from None
    if fault := fault_of(manifest, path):
        raise damaged(path, fault)
    return manifest


def fault_of(manifest: Manifest, path: str) -> str:
    """What is wrong with the values of a manifest that was read from ``path``, or ''."""
    for name, kind in Manifest.__annotations__.items():
        if kind in (str, bool) and type(getattr(manifest, name)) is not kind:
            return f"its '{name}' is no {kind.__name__}"
    if path != manifest.path:
        return f"it is that of the report '{manifest.id}'"
    if not isinstance(manifest.files, dict) or not all(
        isinstance(name, str) and BLOB.fullmatch(name) for name in manifest.files.values()
    ):
        return "its files are not paths with blob ids"
    if not re.fullmatch(r"[0-9a-f]{0,64}", manifest.commit):
        return "its 'commit' is no commit"
    faults = ((name, check_path(name)) for name in manifest.files)
    return next((f"it lists the path '{name}', which {why}" for name, why in faults if why), "")


def other_format(path: str, found: object) -> ReportgenError:
    """The error of a list that another version has written."""
    return ReportgenError(
        f"The branch was published by another version of reportgen (manifest format {found!r:.40}, "
        f"where this one knows {FORMAT}).",
        place=Place(path),
        hint="Update reportgen. If it is the newer one: remove the published files and this list "
        "by hand, then publish anew.",
    )


def damaged(path: str, why: str) -> ReportgenError:
    """The error of a list that cannot be read."""
    return ReportgenError(
        f"The list of published files in the branch cannot be used: {why}.",
        place=Place(path),
        hint="Restore it from the branch's history; without it reportgen owns nothing there.",
    )
