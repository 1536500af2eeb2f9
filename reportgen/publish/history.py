"""Looking back: the publishes in a branch, and returning to the one before, by a new commit."""

from collections.abc import Iterator
from dataclasses import dataclass, replace

from reportgen.errors import ReportgenError
from reportgen.publish.git import Git
from reportgen.publish.manifest import Manifest, manifest_path, read_manifest
from reportgen.publish.paths import BLOG_PATHS, removable
from reportgen.publish.plan import Plan, make_plan
from reportgen.publish.publisher import (
    Approve,
    Change,
    Outcome,
    Wanted,
    blog_folders,
    carry_out,
    check_identity,
    counts,
    prepare,
)
from reportgen.publish.remote import fetch
from reportgen.publish.survey import Survey, check_branch, survey
from reportgen.publish.target import Target
from reportgen.publish.trees import entries, read_blob

DEPTHS = (50, 1000, 2**31 - 1)
"""How many commits are fetched in turn until the publish before is among them."""


@dataclass(frozen=True)
class Published:
    """One publish in a branch: the commit that made it, when (ISO 8601), and its manifest."""

    commit: str
    when: str
    manifest: Manifest

    @property
    def shows(self) -> str:
        """The commit whose files readers see: this one, or the one it went back to."""
        return self.manifest.restores or self.commit


def publishes(git: Git, head: str, report: str) -> Iterator[Published]:
    """The publishes of a report in the fetched history of ``head``, newest first."""
    path = manifest_path(report)
    for line in git.text("log", "--format=%H %cI", head, "--", path).splitlines():
        commit, _, when = line.partition(" ")
        entry = entries(git, commit).get(path)
        if entry is not None:
            yield Published(commit, when, read_manifest(read_blob(git, entry.id), path))


def histories(
    git: Git, target: Target, seen: Survey, report: str
) -> Iterator[tuple[list[Published], bool]]:
    """The publishes in more and more of the branch's history, and whether that is all of it.

    In a shallow history the oldest commit seems to have made every file, so a publish counts only
    when its commit is not the last one fetched.
    """
    for depth in DEPTHS:
        fetch(git, target.url, seen.branch, seen.head, depth=depth)
        found = list(publishes(git, seen.head, report))
        if git.text("rev-parse", "--is-shallow-repository") != "true":
            yield found, True
            return
        cut = set(git.text("rev-list", "--max-parents=0", seen.head).split())
        yield [each for each in found if each.commit not in cut], False


def last_publish(git: Git, target: Target, seen: Survey, report: str) -> Published | None:
    """The newest publish of a report in the branch, or None."""
    if seen.old is None or not seen.head:
        return None
    for found, _ in histories(git, target, seen, report):
        if found:
            return found[0]
    return None


@dataclass(frozen=True)
class Way:
    """The way back: ``last`` is the newest publish, ``undone`` the one that readers see now (which
    ``last`` may have brought back), ``before`` the one that they saw before that."""

    last: Published
    undone: Published
    before: Published


def way_back(git: Git, target: Target, seen: Survey, report: str) -> Way:
    """Raises ReportgenError where no publish comes before the one that readers see."""
    for found, whole in histories(git, target, seen, report):
        way = way_in(found, whole=whole)
        if way is not None:
            return way
    raise ReportgenError(
        f"There is no earlier publish on branch '{seen.branch}' to return to.",
        hint="To take back a first publish, revert its commit in a clone of the branch: git revert",
    )


def way_in(found: list[Published], *, whole: bool) -> Way | None:
    """The way back in the newest publishes ``found``; None where it leads further back."""
    if not found:
        return None
    by_commit = {each.commit: each for each in found}
    undone = by_commit.get(found[0].shows, found[0] if whole else None)
    older = found[found.index(undone) + 1 :] if undone else []
    before = by_commit.get(older[0].shows, older[0] if whole else None) if older else None
    return Way(found[0], undone, before) if undone and before else None


def files_before(git: Git, way: Way) -> dict[str, str]:
    """Path to blob id of what the publish that is undone changed or removed, as it was before.

    That is the parent of its commit, not the publish before: an edit made by hand between the two,
    which --overwrite replaced, comes back too.
    """
    tree = entries(git, f"{way.undone.commit}^")
    ours = {*way.before.manifest.files, *way.undone.manifest.files}
    return {path: tree[path].id for path in sorted(ours) if path in tree and tree[path].regular}


def rollback(
    git: Git, target: Target, report: str, approve: Approve, *, overwrite: bool = False
) -> Outcome:
    """Bring back every file of ours as it was before the last publish, by a new commit.

    Files of others stay. Rolling back twice goes back by two. Raises ReportgenError where there is
    nothing to return to, or where somebody publishes meanwhile.
    """
    check_identity(git)
    seen = survey(git, target, report)
    check_branch(seen, target)
    if seen.old is None or not seen.head:
        raise ReportgenError(f"Nothing was ever published to branch '{seen.branch}'.")
    way = way_back(git, target, seen, report)
    now, before = way.last, way.before
    manifest = replace(before.manifest, restores=before.commit)
    ids = files_before(git, way)
    allowed = () if target.own else BLOG_PATHS

    def replan(state: Survey) -> Plan:
        if state.old != seen.old:
            raise ReportgenError(
                "Somebody published while you were rolling back.",
                hint="Nothing was changed. Look at it with --status, then run it again.",
            )
        folders = blog_folders(state.tree, target.folder)
        return make_plan(
            state.tree, ids, manifest, state.old, state.others, overwrite=overwrite, listed=True,
            removable=lambda path: removable(path, allowed, folders),
        )  # fmt: skip

    def message(plan: Plan) -> str:
        return f"Roll back {manifest.project} to {before.commit[:10]}: {counts(plan)}\n"

    note = f"Back from {now.commit[:10]} ({now.when}) to {before.commit[:10]} ({before.when})."
    return carry_out(git, target, seen, Change(replan, {}, message, report, (note,)), approve)


@dataclass(frozen=True)
class Status:
    """What is published: ``published`` is None where nothing is.

    ``plan`` is what a publish would change now, with its conflicts.
    """

    branch: str
    url: str
    published: Published | None
    plan: Plan

    @property
    def current(self) -> bool:
        """Whether what is published is what would be published now."""
        return self.published is not None and self.plan.empty and not self.plan.conflicts


def status_of(git: Git, target: Target, wanted: Wanted, *, seen: Survey | None = None) -> Status:
    """Compare what is published with what is wanted; nothing is changed."""
    seen, change = prepare(git, target, wanted, seen=seen)
    last = last_publish(git, target, seen, wanted.manifest.id)
    return Status(seen.branch, target.shown, last, change.replan(seen))


def describe(status: Status) -> str:
    """A status in a few lines."""
    where = f"branch '{status.branch}' of {status.url}"
    published = status.published
    if published is None:
        return f"Nothing of this report is published to {where}."
    manifest = published.manifest
    source = f" from commit {manifest.commit[:10]}" if manifest.commit else ""
    source += " with uncommitted changes" * manifest.dirty
    back = f" It is a rollback to {manifest.restores[:10]}." if manifest.restores else ""
    first = (
        f"{len(manifest.files)} files ({manifest.kind}) on {where}, published {published.when}"
        f"{source} as {published.commit[:10]}.{back}"
    )
    return f"{first}\n{difference_from_now(status)}"


def difference_from_now(status: Status) -> str:
    """A sentence on what publishing now would change."""
    if status.current:
        return "It is what would be published now."
    edited = [conflict.path for conflict in status.plan.conflicts]
    by_hand = f" Changed by hand: {', '.join(edited[:5])}." if edited else ""
    return f"Publishing now would change it: {counts(status.plan)}.{by_hand}"
