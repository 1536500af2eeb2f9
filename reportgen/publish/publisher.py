"""The publish itself: look, plan, show, commit, push, and start over when somebody was faster."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace

from reportgen.blog import config
from reportgen.errors import ReportgenError
from reportgen.files import blob_id
from reportgen.publish.conflicts import conflict_error
from reportgen.publish.dates import check_dates
from reportgen.publish.git import Git, GitFailure
from reportgen.publish.guard import check_contents, check_lfs, fingerprints
from reportgen.publish.manifest import Manifest
from reportgen.publish.paths import Content, check_paths, read_content, removable
from reportgen.publish.plan import Plan, make_plan
from reportgen.publish.refusals import indented, redacted, refused
from reportgen.publish.remote import LostRace, push
from reportgen.publish.survey import Survey, check_baseurl, check_branch, settings_of, survey
from reportgen.publish.target import Target
from reportgen.publish.trees import Tree, identity, read_blob, write_blobs, write_commit, write_tree

REPLAYS = 3
"""How often a push that lost a race is tried again on top of the winner's."""
PAUSE = 0.25  # seconds before the first new try where the branch is locked; each is twice as long


Notes = Callable[[Git, Survey], list[str]]


def no_notes(git: Git, seen: Survey) -> list[str]:
    """Nothing to remark."""
    return []


@dataclass(frozen=True)
class Wanted:
    """What is to be published: files by their path in the branch, and the manifest without them.

    ``allowed`` limits where they may lie (see ``paths.BLOG_PATHS``); empty means anywhere.
    ``certain``: a person has said that the manifest's baseurl is right. ``written``: the ids of
    what a build has left at each path, which its owner may have committed by hand. ``check`` looks
    at the branch that all this will be merged with: it may raise, or return remarks.
    """

    manifest: Manifest
    contents: Mapping[str, Content]
    allowed: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    certain: bool = False
    written: Mapping[str, Collection[str]] = field(default_factory=dict)
    check: Notes = no_notes


@dataclass(frozen=True)
class Proposal:
    """A change that is ready to be pushed, for somebody to look at first."""

    git: Git
    target: Target
    survey: Survey
    plan: Plan
    contents: Mapping[str, Content]
    notes: tuple[str, ...] = ()

    def old(self, path: str) -> bytes:
        """The published bytes of a path."""
        return read_blob(self.git, self.survey.tree[path].id)

    def new(self, path: str) -> bytes:
        """The bytes that the path would get."""
        name = self.plan.write[path]
        return read_content(self.contents[name]) if name in self.contents else read_blob(
            self.git, name
        )  # fmt: skip


@dataclass(frozen=True)
class Outcome:
    """``state``: "published", "unchanged" or "declined". ``replays``: how many races were lost."""

    state: str
    branch: str
    commit: str
    plan: Plan
    replays: int = 0
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Change:
    """How to plan on any state of the branch, with the new contents by blob id."""

    replan: Callable[[Survey], Plan]
    contents: Mapping[str, Content]
    message: Callable[[Plan], str]
    report: str
    notes: tuple[str, ...] = field(default=())


Approve = Callable[[Proposal], bool]


def publish(
    git: Git,
    target: Target,
    wanted: Wanted,
    approve: Approve,
    *,
    overwrite: bool = False,
    seen: Survey | None = None,
) -> Outcome:
    """Bring ``wanted`` into the target's branch, once ``approve`` has seen the change.

    ``seen`` is a look at it that was taken already.
    Raises ReportgenError for what must not be published, conflicts, and refusals of the remote;
    the branch is then as it was.
    """
    check_identity(git)
    seen, change = prepare(git, target, wanted, overwrite=overwrite, seen=seen)
    return carry_out(git, target, seen, change, approve)


def prepare(
    git: Git,
    target: Target,
    wanted: Wanted,
    *,
    overwrite: bool = False,
    seen: Survey | None = None,
) -> tuple[Survey, Change]:
    """Look at the branch and at what is wanted there; raises what ``publish`` raises."""
    contents = {f"{target.folder}{path}": content for path, content in wanted.contents.items()}
    check_paths(wanted.contents, wanted.allowed)
    ids, sizes = fingerprints(contents)
    seen = seen.of(wanted.manifest.id) if seen else survey(git, target, wanted.manifest.id)
    check_branch(seen, target)
    manifest = wanted.manifest
    own = contents.get(f"{target.folder}_config.yml")
    settings = config.parse(read_content(own)) if own else settings_of(git, seen, target) or {}
    if not target.own:
        manifest = replace(manifest, baseurl=config.baseurl(settings))
    moved = check_baseurl(seen, target, manifest.baseurl, certain=wanted.certain)
    said = (*wanted.notes, *wanted.check(git, seen), *([moved] if moved else []))
    written = {f"{target.folder}{path}": known for path, known in wanted.written.items()}
    check_contents(contents, ids, sizes, seen)
    posts = {path: read_content(contents[path]) for path in contents if "_posts/" in path}
    check_dates(posts, settings)

    def replan(now: Survey) -> Plan:
        folders = blog_folders(now.tree, target.folder)
        return make_plan(
            now.tree, ids, manifest, now.old, now.others, overwrite=overwrite, written=written,
            removable=lambda path: removable(path, wanted.allowed, folders),
        )  # fmt: skip

    by_id = {name: contents[path] for path, name in ids.items()}
    return seen, Change(replan, by_id, message_of, manifest.id, said)


def blog_folders(tree: Tree, folder: str) -> set[str]:
    """Where in a branch a blog is or was published to: its folder, and each with a _config.yml."""
    configs = {path for path in tree if path.endswith("_config.yml")}
    return {folder, *(path.removesuffix("_config.yml") for path in configs)}


def carry_out(git: Git, target: Target, seen: Survey, change: Change, approve: Approve) -> Outcome:
    """Commit and push a change, on top of whoever is faster, while it stays the same change."""
    plan = settled(git, seen, change)
    if plan.empty and not seen.new:
        return Outcome("unchanged", seen.branch, seen.head, plan, notes=change.notes)
    proposal = Proposal(git, target, seen, plan, change.contents, change.notes)
    check_lfs(git, seen, plan)
    if not approve(proposal):
        return Outcome("declined", seen.branch, seen.head, plan)
    for replays in range(REPLAYS + 1):
        commit = make_commit(git, seen, plan, change)
        try:
            push(git, target.url, seen.branch, commit, seen.head)
        except LostRace as lost:
            before, seen = seen.head, survey(git, target, change.report)
            if seen.head == before:  # somebody is still at it
                if replays == REPLAYS:
                    raise locked(target, seen, str(lost)) from None
                time.sleep(PAUSE * 2**replays)
            again = settled(git, seen, change)
            if again.empty:
                return Outcome("unchanged", seen.branch, seen.head, again, replays + 1)
            if again.moves != plan.moves:
                raise moved_under_us(target, seen) from None
            plan = again
            continue
        return Outcome("published", seen.branch, commit, plan, replays)
    raise ReportgenError(
        f"Somebody else pushed to branch '{seen.branch}' of {target.shown} before us, "
        f"{REPLAYS + 1} times in a row.",
        hint="Nothing was published. Wait until the branch is quiet, then run it again.",
    )


def locked(target: Target, seen: Survey, words: str) -> ReportgenError:
    """The error for a branch that stays where it is and yet cannot be moved."""
    return ReportgenError(
        f"Branch '{seen.branch}' of {target.shown} is locked.",
        excerpt=indented(redacted(words)) or None,
        hint="Nothing was published. Wait for whoever pushes to it. Where nobody does, a push has "
        "died there: remove the lock that the server names.",
    )


def settled(git: Git, seen: Survey, change: Change) -> Plan:
    """The plan for a state of the branch. Raises ReportgenError where something is in its way."""
    plan = change.replan(seen)
    if plan.conflicts:
        raise conflict_error(git, seen, plan, change.contents)
    return plan


def check_identity(git: Git) -> str:
    """Who publishes. Raises ReportgenError where git does not know."""
    who = identity(git)
    if not who:
        raise ReportgenError(
            "Git does not know who you are, so the commit would have no author.",
            hint='Say so once: git config --global user.name "NAME", and the same for user.email.',
        )
    return who


def make_commit(git: Git, seen: Survey, plan: Plan, change: Change) -> str:
    """The id of a commit that makes ``plan`` true on top of what was seen."""
    manifest = plan.manifest.to_bytes()
    ours = {plan.manifest.path: blob_id(manifest)}
    needed = {name: change.contents[name] for name in plan.write.values()
              if name in change.contents}  # fmt: skip
    write_blobs(git, {**needed, blob_id(manifest): manifest})
    tree = write_tree(git, seen.parent, {**plan.write, **ours}, plan.removed)
    sign = git.ask("config", "--type=bool", "commit.gpgsign") == "true"
    try:
        return write_commit(git, tree, seen.parent, change.message(plan), sign=sign)
    except GitFailure as failure:
        raise refused(failure, "", seen.branch) from None


def message_of(plan: Plan) -> str:
    """The commit message of a publish."""
    manifest = plan.manifest
    source = f"\n\nReportgen-Source: {manifest.commit}" if manifest.commit else ""
    return f"Publish {manifest.project}: {counts(plan)}{source}{' (dirty)' * manifest.dirty}\n"


def counts(plan: Plan) -> str:
    """``2 added, 1 changed``; or what there is to say where no file moved."""
    named = (("added", plan.added), ("changed", plan.changed), ("removed", plan.removed))
    parts = [f"{len(paths)} {word}" for word, paths in named if paths]
    return ", ".join(parts) or "the list of files"


def moved_under_us(target: Target, seen: Survey) -> ReportgenError:
    """The error of a branch that has moved since its change was shown."""
    return ReportgenError(
        f"While you were looking, somebody published to branch '{seen.branch}' of "
        f"{target.shown}, so this would no longer be the change that you saw.",
        hint="Nothing was published. Run it again to see the new difference.",
    )
