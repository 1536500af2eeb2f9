"""What a publish changes in a branch, and what stands in its way. Nothing here runs git."""

import re
import unicodedata
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from reportgen import media
from reportgen.publish.manifest import Manifest
from reportgen.publish.trees import Tree

KEPT = re.compile(r"(.*/)?(CNAME|\.well-known/.*)", re.DOTALL)
"""Where a site keeps what the host wrote: never removed, and once there and not ours it stays."""


NOTHING: Mapping[str, Collection[str]] = {}


@dataclass(frozen=True)
class Conflict:
    """Why ``path`` cannot be written or removed.

    ``kind``: "edited" or "deleted" (ours, changed by hand), "foreign" (not ours), "blocked" (a file
    where a folder must be, or the reverse, or a link), "case" (another file has the same name but
    for capitals, so that many file systems can hold only one of the two).
    """

    path: str
    kind: str


@dataclass(frozen=True)
class Plan:
    """``write``: path to blob id; ``added`` and ``changed`` are its paths, ``removed`` the others.

    ``manifest`` is the one that the branch gets; ``kept`` are wanted paths left to their owner.
    """

    write: Mapping[str, str]
    added: tuple[str, ...]
    changed: tuple[str, ...]
    removed: tuple[str, ...]
    conflicts: tuple[Conflict, ...]
    kept: tuple[str, ...]
    manifest: Manifest
    same_list: bool

    @property
    def empty(self) -> bool:
        """Whether nothing that a reader can see would change, nor what we own."""
        return not (self.added or self.changed or self.removed) and self.same_list

    @property
    def moves(self) -> tuple[tuple[str, ...], ...]:
        """What two plans must agree on for one to stand for the other."""
        return (self.added, self.changed, self.removed)


def make_plan(
    tree: Tree,
    ids: Mapping[str, str],
    manifest: Manifest,
    old: Manifest | None,
    others: Sequence[Manifest] = (),
    *,
    overwrite: bool = False,
    listed: bool = False,
    removable: Callable[[str], bool] = bool,
    written: Mapping[str, Collection[str]] = NOTHING,
) -> Plan:
    """How ``tree`` becomes one with ``ids`` (path to blob id) as the files of ``manifest``.

    ``old`` is the manifest of the last publish of the same project, ``others`` are those of other
    projects in the branch. ``overwrite`` resolves conflicts in our favour, but for "blocked" and
    "case". ``listed``: the files of ``manifest`` are ours, whatever ``ids`` are. Only what is
    ``removable`` is removed, for anybody may have edited ``old``. ``written``: ids of what our
    builds have left at each path, for somebody to commit by hand.
    """
    owned = dict(old.files) if old else {}
    kept = tuple(path for path in sorted(ids) if left_alone(path, ids, tree, owned))
    ids = {path: name for path, name in sorted(ids.items()) if path not in kept}
    known = Known(owned, others, written)
    gone = [path for path in sorted(owned) if path not in ids and path in tree]
    gone = [path for path in gone if not known.shared(path) and not KEPT.fullmatch(path)
            and removable(path)]  # fmt: skip
    conflicts = [*blocked(tree, ids, gone), *colliding(tree, ids, gone)]
    in_way = {conflict.path for conflict in conflicts}
    if not overwrite:
        conflicts += [conflict for path in (*ids, *gone) if path not in in_way
                      if (conflict := judge(path, ids.get(path), tree, known))]  # fmt: skip
    mine = {path: name for path, name in ids.items() if overwrite or known.ours(path, name, tree)}
    mine = dict(manifest.files) if listed else mine
    write = {path: name for path, name in ids.items() if not same(tree, path, name)}
    return Plan(
        write=write,
        added=tuple(path for path in write if path not in tree),
        changed=tuple(path for path in write if path in tree),
        removed=tuple(gone),
        conflicts=tuple(sorted(conflicts, key=lambda conflict: conflict.path)),
        kept=kept,
        manifest=replace(manifest, files=mine),
        same_list=mine == owned and old is not None,
    )


@dataclass(frozen=True)
class Known:
    """Which blobs at which paths are explained by what reportgen itself has published."""

    owned: Mapping[str, str]
    others: Sequence[Manifest]
    written: Mapping[str, Collection[str]]

    def explains(self, path: str, name: str) -> bool:
        """Whether a publish put blob ``name`` at ``path``, so that nobody edited it by hand."""
        if self.owned.get(path) == name or name in self.written.get(path, ()):
            return True
        return path in media.SHARED and any(other.files.get(path) == name for other in self.others)

    def shared(self, path: str) -> bool:
        """Whether another report has published this file too."""
        return any(path in other.files for other in self.others)

    def ours(self, path: str, name: str, tree: Tree) -> bool:
        """Whether ``path`` belongs in our list: not when an equal file was there before us."""
        known = path in self.owned or self.shared(path) or path in self.written
        return known or not same(tree, path, name)


def left_alone(path: str, ids: Mapping[str, str], tree: Tree, owned: Mapping[str, str]) -> bool:
    """Whether a file that a site may own stays as its owner has it."""
    if path not in tree or not KEPT.fullmatch(path):
        return False
    return tree[path].id != ids[path] and tree[path].id != owned.get(path)


def same(tree: Tree, path: str, name: str) -> bool:
    """Whether the branch has this very file at a path."""
    return path in tree and tree[path].id == name and tree[path].regular


def judge(path: str, wanted: str | None, tree: Tree, known: Known) -> Conflict | None:
    """The conflict at one path that we want to write (``wanted`` is a blob id) or remove (None)."""
    entry = tree.get(path)
    if entry is None:
        return Conflict(path, "deleted") if path in known.owned else None
    if wanted is not None and same(tree, path, wanted):
        return None
    if known.explains(path, entry.id):
        return None
    return Conflict(path, "edited" if path in known.owned else "foreign")


def blocked(tree: Tree, ids: Mapping[str, str], gone: Sequence[str]) -> list[Conflict]:
    """Files where a folder must be, folders where a file must be, links where either must be."""
    staying = set(tree) - set(gone) - set(ids)
    folders = {folder for path in staying for folder in folders_of(path)}
    found = {path for path in ids if path in folders}
    found |= {path for path in (*ids, *gone) if path in tree and not tree[path].regular}
    found |= {folder for path in ids for folder in folders_of(path) if folder in staying}
    return [Conflict(path, "blocked") for path in sorted(found)]


def colliding(tree: Tree, ids: Mapping[str, str], gone: Iterable[str]) -> list[Conflict]:
    """Paths of ours that differ from another one only in capitals, or in how accents are coded."""
    taken: dict[str, str] = {}
    found = []
    for path in (*sorted(set(tree) - set(gone) - set(ids)), *ids):
        other = taken.setdefault(unicodedata.normalize("NFC", path).casefold(), path)
        if other != path and path in ids:
            found.append(Conflict(path, "case"))
    return found


def folders_of(path: str) -> list[str]:
    """``a`` and ``a/b`` for ``a/b/c``."""
    return list(accumulate(path.split("/")[:-1], lambda folder, part: f"{folder}/{part}"))
