"""Talking to the remote: what its branches are, fetching one commit, pushing one commit."""

from collections.abc import Mapping
from dataclasses import dataclass

from reportgen.errors import ReportgenError
from reportgen.publish.cache import DAMAGE
from reportgen.publish.git import Git, GitFailure
from reportgen.publish.refusals import lost_race, refused, server_words, unreachable


@dataclass(frozen=True)
class Heads:
    """The branches of a remote by name, and the name of its default branch ('' where unknown)."""

    ids: Mapping[str, str]
    default: str


class LostRace(Exception):
    """Somebody else moved the branch between our fetch and our push, or is about to.

    It says the server's own words.
    """


def look(git: Git, url: str, branch: str = "") -> Heads:
    """The branches of ``url``, without fetching any. Raises ReportgenError where it refuses."""
    try:
        listed = git.text("ls-remote", "--symref", "--", url, "HEAD", "refs/heads/*")
    except GitFailure as failure:
        raise refused(failure, url, branch) from None
    ids: dict[str, str] = {}
    default = ""
    for line in listed.splitlines():
        value, _, name = line.partition("\t")
        if name == "HEAD" and value.startswith("ref: refs/heads/"):
            default = value.removeprefix("ref: refs/heads/")
        elif name.startswith("refs/heads/"):
            ids[name.removeprefix("refs/heads/")] = value
    return Heads(ids, default)


def fetch(git: Git, url: str, branch: str, wanted: str, *, depth: int = 1) -> None:
    """Have commit ``wanted`` of ``branch`` in the cache, with ``depth`` commits of its history.

    Git moves our ref only when every object has arrived, so the ref says whether we have it.
    """
    ref = f"refs/fetched/{branch}"
    if depth == 1 and git.ask("rev-parse", "--verify", "--quiet", ref) == wanted:
        return
    try:
        git.run(
            *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"),
            *(f"--depth={depth}", "--", url, f"+refs/heads/{branch}:{ref}"),
        )
    except GitFailure as failure:
        if DAMAGE.search(failure.stderr):
            raise
        raise refused(failure, url, branch) from None


def push(git: Git, url: str, branch: str, commit: str, expected: str) -> None:
    """Move ``branch`` from ``expected`` ('' for "not there yet") to ``commit``, or change nothing.

    The lease makes the server compare; ``expected`` is the parent of ``commit``, so what it allows
    is always a fast-forward. Raises LostRace when the branch is elsewhere by now.
    """
    ref = f"refs/heads/{branch}"
    try:
        git.run(
            *("push", "--porcelain", "--no-verify", "--no-follow-tags", "--no-signed"),
            *(f"--force-with-lease={ref}:{expected}", "--", url, f"{commit}:{ref}"),
        )
    except GitFailure as failure:
        if lost_race(failure):
            raise LostRace(server_words(failure.stderr)) from None
        if unreachable(failure) and arrived(git, url, branch, commit):
            return
        raise refused(failure, url, branch) from None


def arrived(git: Git, url: str, branch: str, commit: str) -> bool:
    """Whether a push whose connection broke came through all the same."""
    try:
        return look(git, url, branch).ids.get(branch) == commit
    except ReportgenError:
        return False
