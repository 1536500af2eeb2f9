"""The files that reportgen owns in a site, and the only way in which it touches any.

The project's store remembers what was written to each site, as ids that git has for it; a blog that
was published to tells it too, by the manifest in its branch. A file is written only where there was
none, or one that we wrote and nobody changed since; it is deleted only on the same terms.
"""

import os
import re
import subprocess
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any

from reportgen import media
from reportgen.errors import Place, ReportgenError
from reportgen.files import blob_id, read_json, write_bytes, write_json
from reportgen.project import Project

Content = bytes | Path

POSTS, FIGURES = "_posts/", "assets/figures/"
SLUG = re.compile(rf"(?:{POSTS}(?:.*/)?\d{{4}}-\d\d-\d\d-|{FIGURES})([^/]+?)(?:\.md$|/)")
GENERATED = re.compile(rb"\A---\r?\n(?:(?!---).*\n)*?reportgen:", re.M)
REMEMBERED = 20
"""So many versions of a file are known as ours: a checkout may be at an older one."""


def slug_at(path: str) -> str:
    """The slug of the post that a path of a site is for: the post's own, or a figure's."""
    found = SLUG.match(path)
    return found[1] if found else ""


@dataclass(frozen=True)
class SiteChanges:
    """What an update did: paths below the site, sorted, and how many files stayed as they were."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0


@dataclass
class Ledger:
    """What we own in the site ``folder``: each path with the ids of what we wrote, newest last."""

    folder: Path
    file: Path
    ids: dict[str, list[str]] = field(default_factory=dict)

    @classmethod
    def read(cls, project: Project, folder: Path) -> "Ledger":
        """The ledger of a site of the project. One that is damaged counts as none."""
        site = os.path.relpath(folder.resolve(), project.root.resolve())  # both may be moved
        name = sha256(site.encode("utf-8", "surrogateescape")).hexdigest()[:16]
        file = project.store_dir / "sites" / f"{name}.json"
        ids = listed(file)
        for path, id in published(project, folder).items():
            if id not in ids.setdefault(path, []):
                ids[path].insert(0, id)
        return cls(folder, file, ids)

    def update(
        self,
        files: Mapping[str, Content],
        *,
        gone: Callable[[str], bool] = bool,
        overwrite: bool = False,
    ) -> SiteChanges:
        """Bring the site to ``files`` by path, and delete the others of ours that are ``gone``.

        Raises ReportgenError, before anything is touched, when a file was edited by hand or belongs
        to somebody else, unless ``overwrite``.
        """
        wanted = {path: id_of(content) for path, content in files.items()}
        leaving = sorted(path for path in self.ids if path not in wanted and gone(path))
        present = {path: self.present(path) for path in (*sorted(wanted), *leaving)}
        if not overwrite:
            self.refuse(self.foreign(wanted, present))
        changed = sorted(path for path, id in wanted.items() if present[path] != id)
        before = {path: list(ids) for path, ids in self.ids.items()}
        for path, id in wanted.items():  # first said, then done: a killed update is nobody's edit
            known = [each for each in self.ids.get(path, []) if each != id]
            self.ids[path] = [*known, id][-REMEMBERED:]
        if self.ids != before:
            self.write_down()
        for path in changed:
            content = files[path]
            target = self.folder / path
            write_bytes(target, content if isinstance(content, bytes) else content.read_bytes())
        for path in leaving:
            self.remove(path)
            del self.ids[path]
        if leaving:
            self.write_down()
        removed = tuple(path for path in leaving if present[path])
        return SiteChanges(tuple(changed), removed, len(wanted) - len(changed))

    def strangers(self, files: Mapping[str, Content]) -> list[str]:
        """Those of ``files`` in whose place somebody else has put something."""
        wanted = {path: id_of(content) for path, content in files.items()}
        present = {path: self.present(path) for path in wanted}
        return [path for path in self.foreign(wanted, present) if path not in self.ids]

    def present(self, path: str) -> str:
        """The id of the file that is there, or ''. Raises ReportgenError for a way out."""
        target = self.folder / path
        if not target.resolve().is_relative_to(self.folder.resolve()) or target.is_symlink():
            raise ReportgenError(f"'{path}' leads out of the site.", place=Place(target))
        return id_of(target) if target.is_file() else ""

    def ours(self, path: str, present: str) -> bool:
        """Whether what is at a path is what we wrote there, be it with other ends of lines."""
        known = self.ids.get(path, [])
        if present in known or not known:
            return bool(known)
        content = (self.folder / path).read_bytes()
        return b"\r\n" in content and blob_id(content.replace(b"\r\n", b"\n")) in known

    def foreign(self, wanted: Mapping[str, str], present: Mapping[str, str]) -> list[str]:
        """Paths whose files are not as we left them, nor as they are wanted."""
        found = [path for path, id in present.items()
                 if id not in ("", wanted.get(path)) and not self.ours(path, id)]  # fmt: skip
        if any(path not in self.ids for path in found):
            kept = committed(self.folder)
            found = [path for path in found if path in self.ids or not (
                kept.get(path) == present[path] and self.generated(path))]  # fmt: skip
        return sorted(found)

    def generated(self, path: str) -> bool:
        """Whether a file bears the marks of one that reportgen wrote, here or in another clone."""
        if path.startswith(POSTS):
            return GENERATED.match((self.folder / path).read_bytes()) is not None
        return path in media.SHARED or path.startswith(FIGURES)

    def refuse(self, paths: list[str]) -> None:
        """Raise ReportgenError where files in the way are not ours, or were edited by hand."""
        if not paths:
            return
        lines = [f"  {path}: {'edited by hand' if path in self.ids else 'not written by reportgen'}"
                 for path in sorted(paths, key=lambda path: path not in self.ids)]  # fmt: skip
        raise ReportgenError(
            "These files would be lost:\n" + "\n".join(lines),
            place=Place(self.folder),
            hint="Move your changes into the post's source and delete the file, then build again.",
        )

    def remove(self, path: str) -> None:
        """Delete a file, and the folders that this leaves empty."""
        target = self.folder / path
        target.unlink(missing_ok=True)
        for folder in target.parents:
            if folder == self.folder or not folder.is_dir() or any(folder.iterdir()):
                break
            folder.rmdir()

    def write_down(self) -> None:
        """Keep the list of written files for the next build."""
        write_json(self.file, {"files": self.ids})


def id_of(content: Content) -> str:
    """The digest of a file's content, as git gives it."""
    return blob_id(content if isinstance(content, bytes) else content.read_bytes())


def listed(file: Path) -> dict[str, list[str]]:
    """Paths and ids in the file of a ledger; nothing where it is missing or damaged."""
    values: Any = read_json(file)
    files = values.get("files") if isinstance(values, dict) else None
    return {path: [id for id in ids if isinstance(id, str)]
            for path, ids in (files if isinstance(files, dict) else {}).items()
            if isinstance(ids, list)}  # fmt: skip


def written(project: Project) -> dict[str, set[str]]:
    """All that was ever written into sites of the project: each path with its ids."""
    found: dict[str, set[str]] = {}
    for file in sorted((project.store_dir / "sites").glob("*.json")):
        for path, ids in listed(file).items():
            found.setdefault(path, set()).update(ids)
    return found


def published(project: Project, folder: Path) -> dict[str, str]:
    """What the manifest in a checkout of the blog says that a publish put there, by path."""
    folder = folder.resolve()
    for top in (folder, *folder.parents) if project.id else ():
        values: Any = read_json(top / ".reportgen" / f"{project.id}.json")
        if isinstance(values, dict) and isinstance(values.get("files"), dict):
            inner = folder.relative_to(top).as_posix().removeprefix(".")
            prefix = f"{inner}/" if inner else ""
            files = {path.removeprefix(prefix): id for path, id in values["files"].items()
                     if path.startswith(prefix) and isinstance(id, str)}  # fmt: skip
            return {path: id for path, id in files.items() if path in media.SHARED or slug_at(path)}
        if (top / ".git").exists():
            break
    return {}


def committed(folder: Path) -> dict[str, str]:
    """The files below a folder as the last commit has them: path to id. Empty outside git."""
    try:
        done = subprocess.run(
            ["git", "ls-tree", "-r", "-z", "HEAD"], cwd=folder, capture_output=True, check=False
        )
    except OSError:
        return {}
    lines = (line.decode("utf-8", "surrogateescape") for line in done.stdout.split(b"\0") if line)
    parts = (line.partition("\t") for line in lines)
    return {path: facts.split()[2] for facts, _, path in parts}
