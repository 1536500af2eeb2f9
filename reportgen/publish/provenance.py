"""The commit that a report is published from, and whether it is behind what is published."""

from collections.abc import Collection
from pathlib import Path

from reportgen.engine.git import outside_commit
from reportgen.errors import ReportgenError
from reportgen.publish.git import Git, top_of


def project_commit(root: Path, sources: Collection[str] = ()) -> tuple[str, bool]:
    """The commit of the project and whether its files differ from it; ('', False) if none.

    Of files that git does not track, or not look at, those below the folders ``sources`` count.
    """
    if not top_of(root):
        return "", False
    git = Git(within=root)
    commit = git.ask("rev-parse", "--verify", "--quiet", "HEAD")
    changes = git.ask("status", "--porcelain", "--untracked-files=no", "--", ".")
    return commit, bool(commit) and (bool(changes) or outside_commit(root, sources))


def check_ancestry(root: Path, published: str) -> str:
    """A note where the project's commit is older than the ``published`` one, else ''.

    Raises ReportgenError where this repository has never seen it: somebody else has published from
    work that is not here, and ours would undo it.
    """
    git = Git(within=root)
    head = git.ask("rev-parse", "--verify", "--quiet", "HEAD")
    if not (published and head) or head == published:
        return ""
    if not git.ask("rev-parse", "--verify", "--quiet", f"{published}^{{commit}}"):
        if git.ask("rev-parse", "--is-shallow-repository") == "true":
            return ""
        raise ReportgenError(
            f"The branch was published from commit {published[:10]}, which is not in this "
            "repository, so publishing now would undo somebody's work.",
            hint="Fetch it first: git pull. To publish all the same, use --overwrite.",
        )
    if git.ask("merge-base", head, published) == head:
        return f"Published is commit {published[:10]}, which is newer than yours, {head[:10]}."
    return ""
