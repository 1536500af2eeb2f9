"""A blog as it will be: what a branch holds, and over it the files that are to be published."""

from collections.abc import Mapping
from functools import cached_property
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from reportgen.blog.blog import Blog, listed
from reportgen.publish.git import Git
from reportgen.publish.survey import Survey
from reportgen.publish.trees import Entry, read_blob, read_blobs


class BranchBlog(Blog):
    """The blog in the ``folder`` of a branch ('' or 'docs/'), with the files of ``staging`` in it.

    What the report itself has published there before is left out: it may be going.
    """

    def __init__(self, git: Git, seen: Survey, folder: str, staging: Path) -> None:
        super().__init__(staging.resolve())
        self.git = git
        self.entries = others_of(seen, folder)

    @cached_property
    def files(self) -> frozenset[str]:
        """All files by path, as ``Blog`` has them."""
        return super().files | {path for path in self.entries if listed(path)}

    @cached_property
    def _names_in_branch(self) -> dict[str, set[str]]:
        names: dict[str, set[str]] = {}
        for path in self.entries:
            while path:
                folder, _, name = path.rpartition("/")
                names.setdefault(folder, set()).add(name)
                path = folder
        return names

    def _names(self, folder: str) -> frozenset[str]:
        return super()._names(folder) | self._names_in_branch.get(folder, set())

    def open(self, path: str) -> BinaryIO:
        """The file at ``path``. Raises OSError where there is none."""
        if path in self.entries and not (self.root / path).exists():
            return BytesIO(read_blob(self.git, self.entries[path].id))
        return super().open(path)

    def size(self, path: str) -> int:
        """The size in bytes of the file at ``path``."""
        if path in self.entries and not (self.root / path).exists():
            return self.entries[path].size
        return super().size(path)

    def texts_of(self, names: list[str]) -> list[str]:
        """The texts of many files, those of the branch in one process."""
        ids = {name: self.entries[name].id for name in names if name in self.entries}
        blobs = read_blobs(self.git, ids.values())
        return [blobs[ids[name]].decode("utf-8", "replace") if name in ids else self.text(name)
                for name in names]  # fmt: skip


def others_of(seen: Survey, folder: str) -> Mapping[str, Entry]:
    """The files below a folder of the branch that the report has not put there."""
    own = seen.old.files if seen.old else {}
    return {
        path.removeprefix(folder): entry
        for path, entry in seen.tree.items()
        if path.startswith(folder) and entry.regular and path not in own
    }
