"""The files that reportgen owns in a site, and the only way in which it touches any.

A hidden manifest lists them with their digests. A file is written only where there was none, or
one that we wrote and nobody changed since; it is deleted only on the same terms.
"""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path

from reportgen.errors import Place, ReportgenError
from reportgen.files import write_bytes

MANIFEST = ".reportgen.json"
Content = bytes | Path


@dataclass(frozen=True)
class SiteChanges:
    """What an update did: paths below the site, sorted, and how many files stayed as they were."""

    written: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    unchanged: int = 0


@dataclass
class Ledger:
    """The manifest of one site. ``owned`` maps each path to its owner and its known digests."""

    folder: Path
    owned: dict[str, tuple[str, list[str]]] = field(default_factory=dict)

    @classmethod
    def read(cls, folder: Path) -> "Ledger":
        """Raises ReportgenError for a manifest that is none."""
        path = folder / MANIFEST
        try:
            files = json.loads(path.read_text(encoding="utf-8"))["files"]
            owned = {name: (entry["owner"], entry["sha256"]) for name, entry in files.items()}
        except FileNotFoundError:
            return cls(folder)
        except (ValueError, KeyError, TypeError, AttributeError):
            raise ReportgenError(
                "The list of files that reportgen owns cannot be read.",
                place=Place(path),
                hint="Delete it; files that are as reportgen writes them are then adopted again.",
            ) from None
        return cls(folder, owned)

    def update(
        self,
        files: Mapping[str, tuple[str, Content]],
        *,
        gone: Collection[str] = (),
        overwrite: bool = False,
    ) -> SiteChanges:
        """Bring the site to ``files`` (path to owner and content).

        Owned files that are not among them are deleted if their owner is one of those of
        ``files`` or in ``gone``. Raises ReportgenError, before anything is touched, when a file
        was edited by hand or belongs to somebody else, unless ``overwrite``.
        """
        wanted = {path: digest_of(content) for path, (_, content) in files.items()}
        present = {path: self.present(path) for path in sorted({*wanted, *self.owned})}
        owners = {owner for owner, _ in files.values()} | set(gone)
        leaving = [p for p, (owner, _) in self.owned.items() if owner in owners and p not in wanted]
        if not overwrite:
            self.refuse(self.foreign(wanted, present, leaving))
        changed = sorted(path for path, digest in wanted.items() if present[path] != digest)
        if changed or leaving or any(path not in self.owned for path in wanted):
            self.write_manifest(files, wanted, present, settled=False)
            for path in changed:
                self.write(path, files[path][1])
            for path in sorted(leaving):
                self.remove(path)
                del self.owned[path]
        self.write_manifest(files, wanted, present, settled=True)
        removed = tuple(path for path in sorted(leaving) if present[path])
        return SiteChanges(tuple(changed), removed, len(wanted) - len(changed))

    def present(self, path: str) -> str:
        """The digest of the file that is there, or ''. Raises ReportgenError for a way out."""
        target = self.folder / path
        if not target.resolve().is_relative_to(self.folder.resolve()) or target.is_symlink():
            raise ReportgenError(f"'{path}' leads out of the site.", place=Place(target))
        return digest_of(target) if target.is_file() else ""

    def foreign(
        self, wanted: Mapping[str, str], present: Mapping[str, str], leaving: Iterable[str]
    ) -> list[str]:
        """Paths whose files are not as we left them."""
        paths = [path for path, digest in wanted.items() if present[path] not in ("", digest)]
        paths += [path for path in leaving if present[path]]
        return sorted(p for p in paths if present[p] not in self.owned.get(p, ("", []))[1])

    def refuse(self, paths: list[str]) -> None:
        if not paths:
            return
        edited = [path for path in paths if path in self.owned]
        strange = [path for path in paths if path not in self.owned]
        lines = [f"  {path}: edited by hand" for path in edited]
        lines += [f"  {path}: not written by reportgen" for path in strange]
        raise ReportgenError(
            "These files would be lost:\n" + "\n".join(lines),
            place=Place(self.folder),
            hint="Move your changes into the post's source and delete the file, then build again.",
        )

    def write(self, path: str, content: Content) -> None:
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        write_bytes(target, content if isinstance(content, bytes) else content.read_bytes())

    def remove(self, path: str) -> None:
        """Delete a file, and the folders that this leaves empty."""
        target = self.folder / path
        target.unlink(missing_ok=True)
        for folder in target.parents:
            if folder == self.folder or not folder.is_dir() or any(folder.iterdir()):
                break
            folder.rmdir()

    def write_manifest(
        self,
        files: Mapping[str, tuple[str, Content]],
        wanted: Mapping[str, str],
        present: Mapping[str, str],
        *,
        settled: bool,
    ) -> None:
        """Unsettled, it names old and new digests, so that a killed update is nobody's edit."""
        for path, (owner, _) in files.items():
            known = self.owned.get(path, ("", []))[1]
            digests = [wanted[path]] if settled else [*known, present[path], wanted[path]]
            self.owned[path] = (owner, sorted({digest for digest in digests if digest}))
        data = {p: {"owner": o, "sha256": d} for p, (o, d) in sorted(self.owned.items())}
        text = json.dumps({"format": 1, "files": data}, indent=1, ensure_ascii=False) + "\n"
        manifest = self.folder / MANIFEST
        if not manifest.is_file() or manifest.read_text(encoding="utf-8") != text:
            self.folder.mkdir(parents=True, exist_ok=True)
            write_bytes(manifest, text.encode())


def digest_of(content: Content) -> str:
    return sha256(content if isinstance(content, bytes) else content.read_bytes()).hexdigest()
