"""Real repositories for the tests of publishing, and short ways to look at them."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.publish.cache import with_cache
from reportgen.publish.git import configuration, inherited
from reportgen.publish.manifest import Manifest
from reportgen.publish.publisher import Outcome, Proposal, Wanted, publish
from reportgen.publish.target import Target

Files = Mapping[str, bytes | Path]

POST = "_posts/2024-11-19-noise.md"
FIGURE = "assets/figures/noise/a-1.png"


def git(*arguments: str, cwd: Path, data: bytes = b"") -> str:
    """What git prints, as text."""
    done = subprocess.run(
        ["git", *arguments], cwd=cwd, input=data, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode().rstrip("\n")


@dataclass
class Remote:
    """A bare repository on this machine, used as other people use theirs."""

    path: Path

    @property
    def url(self) -> str:
        return self.path.as_uri()

    def git(self, *arguments: str, data: bytes = b"") -> str:
        return git(*arguments, cwd=self.path, data=data)

    def head(self, branch: str = "main") -> str:
        """The commit of a branch, or ''."""
        return self.git("for-each-ref", "--format=%(objectname)", f"refs/heads/{branch}")

    def commits(self, branch: str = "main") -> list[str]:
        """The commits of a branch, newest first."""
        return self.git("log", "--format=%H", branch).split()

    def files(self, branch: str = "main") -> dict[str, bytes]:
        """Every file of a branch but the manifests, all of one moment."""
        branch = self.head(branch)
        names = self.git("ls-tree", "-r", "-z", "--name-only", branch).split("\0")
        return {name: self.read(name, branch) for name in names
                if name and not name.startswith(".reportgen/")}  # fmt: skip

    def read(self, name: str, branch: str = "main") -> bytes:
        done = subprocess.run(
            ["git", "cat-file", "blob", f"{branch}:{name}"],
            cwd=self.path, capture_output=True, check=True,
        )  # fmt: skip
        return done.stdout

    def commit(
        self, files: Mapping[str, bytes | None], branch: str = "main", mode: str = "100644"
    ) -> str:
        """Add (or, for None, remove) files as somebody else would, on top of the branch."""
        index = {"GIT_INDEX_FILE": str(self.path / "index-of-somebody")}
        env = {**os.environ, **index}

        def plumb(*arguments: str, data: bytes = b"") -> str:
            return subprocess.run(
                ["git", *arguments], cwd=self.path, input=data, env=env, capture_output=True,
                check=True,
            ).stdout.decode().strip()  # fmt: skip

        head = self.head(branch)
        plumb("read-tree", head or "--empty")
        for name, content in files.items():
            if content is None:
                line = f"0 {'0' * 40}\t{name}\0"
            else:
                line = f"{mode} {plumb('hash-object', '-w', '--stdin', data=content)}\t{name}\0"
            plumb("update-index", "-z", "--index-info", data=line.encode())
        parents = ["-p", head] if head else []
        commit = plumb("commit-tree", plumb("write-tree"), *parents, "-m", "By hand")
        plumb("update-ref", f"refs/heads/{branch}", commit)
        return commit

    def hook(self, name: str, script: str) -> None:
        """Install a server-side hook."""
        file = self.path / "hooks" / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(f"#!/bin/sh\n{script}\n")
        file.chmod(0o755)


@dataclass
class Publisher:
    """A person who publishes to one remote, with a cache of their own."""

    remote: Remote
    cache: Path
    branch: str = "main"
    kind: str = "source"
    own: bool = False
    folder: str = ""
    base: str = ""
    project: str = "noise"
    url: str = ""
    allowed: tuple[str, ...] = ()
    proposals: list[Proposal] = field(default_factory=list)

    @property
    def target(self) -> Target:
        url = self.url or self.remote.url
        return Target(self.kind, url, self.branch, self.base, self.folder, own=self.own)

    def wanted(self, files: Files, **manifest: object) -> Wanted:
        facts = {"id": self.project, "project": self.project, "kind": self.kind, **manifest}
        return Wanted(Manifest(**facts), files, self.allowed)  # type: ignore[arg-type]

    def __call__(self, files: Files, *, approve: bool = True, overwrite: bool = False) -> Outcome:
        """Publish these files."""

        def show(proposal: Proposal) -> bool:
            self.proposals.append(proposal)
            return approve

        return with_cache(
            self.cache,
            self.target.url,
            inherited(configuration(self.remote.path)),
            lambda cache: publish(
                cache, self.target, self.wanted(files), show, overwrite=overwrite
            ),
        )
