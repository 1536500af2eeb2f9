"""Reading and writing git objects in the cache: entries of a commit, blobs, trees, commits."""

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from reportgen.publish.cache import Damaged
from reportgen.publish.git import Git, GitFailure
from reportgen.publish.paths import Content, read_content

REGULAR = ("100644", "100755")


@dataclass(frozen=True)
class Entry:
    """One path of a tree: ``mode`` in octal, object ``id``, ``size`` in bytes (0: submodule)."""

    mode: str
    id: str
    size: int = 0

    @property
    def regular(self) -> bool:
        """Whether the entry is a regular file."""
        return self.mode in REGULAR


Tree = Mapping[str, Entry]


def entries(git: Git, commit: str) -> dict[str, Entry]:
    """Every path of a commit, or nothing for ''."""
    if not commit:
        return {}
    found: dict[str, Entry] = {}
    for record in git.run("ls-tree", "-r", "-z", "-l", "--full-tree", commit).split(b"\0"):
        if not record:
            continue
        facts, _, path = record.partition(b"\t")
        mode, _, name, size = facts.split()
        found[path.decode("utf-8", "surrogateescape")] = Entry(
            mode.decode(), name.decode(), int(size) if size.isdigit() else 0
        )
    return found


def read_blob(git: Git, name: str) -> bytes:
    """The bytes of a blob of the cache."""
    return git.run("cat-file", "blob", name)


def read_blobs(git: Git, ids: Iterable[str]) -> dict[str, bytes]:
    """The bytes of many blobs of the cache, by id."""
    asked = sorted(set(ids))
    found: dict[str, bytes] = {}
    if not asked:
        return found
    answer = git.run("cat-file", "--batch", data="".join(f"{id}\n" for id in asked).encode())
    start = 0
    for id in asked:
        head = answer.index(b"\n", start)
        size = int(answer[start:head].split()[2])
        found[id] = answer[head + 1 : head + 1 + size]
        start = head + 2 + size
    return found


def present(git: Git, ids: Iterable[str]) -> set[str]:
    """Those of ``ids`` that the cache holds."""
    asked = sorted(set(ids))
    if not asked:
        return set()
    data = "".join(f"{name}\n" for name in asked).encode()
    answers = git.text("cat-file", "--batch-check=%(objectname)", data=data).splitlines()
    return {name for name, answer in zip(asked, answers, strict=True) if answer == name}


def write_blobs(git: Git, contents: Mapping[str, Content]) -> None:
    """Write blobs given by id. Raises Damaged where git sees other bytes than we did."""
    missing = sorted(set(contents) - present(git, contents))
    if not missing:
        return
    assert git.git_dir is not None
    with tempfile.TemporaryDirectory(dir=git.git_dir, prefix="index-blobs-") as folder:
        for name in missing:
            Path(folder, name).write_bytes(read_content(contents[name]))
        listed = "".join(f"{folder}/{name}\n" for name in missing).encode()
        written = git.text("hash-object", "-w", "--no-filters", "--stdin-paths", data=listed)
    if written.split() != missing:
        raise Damaged("a file changed while it was being published")


def index_at(git: Git, commit: str) -> Path:
    """An index apart from the user's, which holds the tree of ``commit`` ('' for none)."""
    assert git.git_dir is not None
    index = git.git_dir / "index-publish"
    git.run("read-tree", *([f"{commit}^{{tree}}"] if commit else ["--empty"]), index=index)
    return index


def write_tree(git: Git, base: str, write: Mapping[str, str], remove: Iterable[str]) -> str:
    """The id of the tree of commit ``base`` ('' for none) with blobs written and paths removed."""
    index = index_at(git, base)
    lines = [f"0 {'0' * 40}\t{path}" for path in remove]
    lines += [f"100644 {name}\t{path}" for path, name in write.items()]
    data = "".join(f"{line}\0" for line in lines).encode("utf-8", "surrogateescape")
    if data:
        git.run("update-index", "-z", "--index-info", data=data, index=index)
    return git.text("write-tree", index=index)


def lfs_paths(git: Git, commit: str, paths: Iterable[str]) -> list[str]:
    """Those of ``paths`` that the .gitattributes of ``commit`` ('' for none) give to Git LFS.

    Plumbing writes blobs as they are, so such a file would be published as no pointer at all.
    """
    data = "".join(f"{path}\0" for path in paths).encode()
    if not data:
        return []
    answer = git.text(
        "check-attr", "--cached", "-z", "--stdin", "filter", data=data, index=index_at(git, commit)
    )
    fields = answer.split("\0")
    return [path for path, value in zip(fields[::3], fields[2::3], strict=False) if value == "lfs"]


def write_commit(git: Git, tree: str, parent: str, message: str, *, sign: bool = False) -> str:
    """The id of a new commit; ``parent`` may be ''."""
    arguments = ["-S"] if sign else []
    arguments += ["-p", parent] if parent else []
    return git.text("commit-tree", *arguments, "-F", "-", tree, data=message.encode())


def identity(git: Git) -> str:
    """Who publishes, as ``Name <mail>``, or '' where git does not know."""
    try:
        return git.text("var", "GIT_COMMITTER_IDENT").rpartition(" ")[0].rpartition(" ")[0]
    except GitFailure:
        return ""
