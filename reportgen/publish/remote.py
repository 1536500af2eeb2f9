"""Talking to the remote: what its branches are, fetching one commit, pushing one commit."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import quote

from reportgen.errors import ReportgenError
from reportgen.publish.cache import DAMAGE
from reportgen.publish.git import Git, GitFailure, first_words, served
from reportgen.publish.refusals import lost_race, redacted, refused, server_words, unreachable


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
        listed = git.text(
            *("ls-remote", "--symref", *served("upload-pack", url)),
            *("--", url, "HEAD", "refs/heads/*"),
        )
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


def fetched(branch: str) -> str:
    """The ref of the cache that says which commit of a branch is there, whole.

    It has one part more only, so that ``pages`` and ``pages/old`` are never in each other's way.
    """
    return f"refs/fetched/{quote(branch, safe='')}"


def fetch(git: Git, url: str, branch: str, wanted: str = "", *, depth: int = 1) -> str:
    """Have ``branch`` in the cache, with ``depth`` commits of its history (0: all since the last).

    The commit that it is at: another one than ``wanted`` where somebody has pushed meanwhile.
    Git moves our ref only when every object has arrived, so the ref says whether we have it.
    """
    ref = fetched(branch)
    if depth == 1 and wanted and git.ask("rev-parse", "--verify", "--quiet", ref) == wanted:
        return wanted
    try:
        git.run(
            *("fetch", "--quiet", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"),
            *served("upload-pack", url),
            *([f"--depth={depth}"] if depth else []),
            *("--", url, f"+refs/heads/{branch}:{ref}"),
        )
    except GitFailure as failure:
        if DAMAGE.search(failure.stderr):
            raise
        if "couldn't find remote ref" in failure.stderr:
            raise LostRace(first_words(failure)) from None
        raise refused(failure, url, branch) from None
    return git.text("rev-parse", ref)


def push(git: Git, url: str, branch: str, commit: str, expected: str) -> None:
    """Move ``branch`` from ``expected`` ('' for "not there yet") to ``commit``, or change nothing.

    The lease makes the server compare; ``expected`` is the parent of ``commit``, so what it allows
    is always a fast-forward. Raises LostRace when the branch is elsewhere by now.
    """
    ref = f"refs/heads/{branch}"
    try:
        git.run(
            *("push", "--porcelain", "--no-verify", "--no-follow-tags", "--no-signed"),
            *served("receive-pack", url),
            *("--recurse-submodules=no", f"--force-with-lease={ref}:{expected}"),
            *("--", url, f"{commit}:{ref}"),
        )
    except GitFailure as failure:
        if lost_race(failure):
            raise LostRace(server_words(failure.stderr)) from None
        if not unreachable(failure) or not arrived(git, url, branch, commit):
            raise refused(failure, url, branch) from None
    else:
        if not arrived(git, url, branch, commit):
            raise ReportgenError(
                f"Git says that it pushed {commit[:10]}, but branch '{branch}' of "
                f"{redacted(url)} cannot be seen to have it.",
                hint="Look at the branch with --status, then run the same command again.",
            )
    git.ask("update-ref", fetched(branch), commit)


def arrived(git: Git, url: str, branch: str, commit: str) -> bool:
    """Whether a branch is at ``commit``, or at one that somebody has pushed on top of it."""
    try:
        head = look(git, url, branch).ids.get(branch)
        if head is None or head == commit:
            return head == commit
        git.ask("update-ref", fetched(branch), commit)
        head = fetch(git, url, branch, depth=0)
    except (ReportgenError, LostRace):
        return False
    try:
        git.run("merge-base", "--is-ancestor", commit, head)
    except GitFailure:
        return False
    return True
