"""A look at the branch before it is changed: its head, its files, and whose they are."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from reportgen.blog import config
from reportgen.errors import ReportgenError, did_you_mean
from reportgen.publish.git import Git
from reportgen.publish.manifest import Manifest, is_manifest, manifest_path, read_manifest
from reportgen.publish.remote import LostRace, fetch, look
from reportgen.publish.target import Target, expected_baseurl
from reportgen.publish.trees import Entry, entries, read_blob

SOURCES = ("pyproject.toml", "setup.py", "package.json", "Gemfile", "_config.yml", "Cargo.toml")
"""Files that no built site has at its root."""

LOOKS = 5
"""How often a branch is looked for that is there and then is not."""


@dataclass(frozen=True)
class Survey:
    """``head`` is the commit of ``branch``, '' where it is new; ``parent`` is that of the next one.

    ``base`` names the branch that a new one starts from. ``old`` is our own manifest.
    """

    branch: str
    head: str
    parent: str
    base: str
    tree: Mapping[str, Entry]
    old: Manifest | None
    others: tuple[Manifest, ...]

    @property
    def new(self) -> bool:
        """Whether the branch does not exist yet."""
        return not self.head

    def of(self, report: str) -> "Survey":
        """The same, as the report with another id sees it."""
        every = (*self.others, *([self.old] if self.old else []))
        old = next((each for each in every if each.id == report), None)
        return replace(self, old=old, others=tuple(each for each in every if each is not old))


def survey(git: Git, target: Target, report: str) -> Survey:
    """Fetch the target's branch into the cache and look at it; ``report`` is an id.

    Raises ReportgenError.
    """
    for _ in range(LOOKS):
        try:
            branch, head, base, parent = arrive(git, target)
            break
        except LostRace:  # the branch went away between the look and the fetch
            continue
    else:
        raise ReportgenError(
            f"Branch '{target.branch}' of {target.shown} comes and goes.",
            hint="Nothing was published. Wait until the branch is quiet, then run it again.",
        )
    tree = entries(git, parent)
    found = manifests(git, tree)
    own = manifest_path(report)
    others = tuple(manifest for path, manifest in found.items() if path != own)
    return Survey(branch, head, parent, base, tree, found.get(own), others)


def arrive(git: Git, target: Target) -> tuple[str, str, str, str]:
    """Branch, head, base and parent (see Survey), with the parent fetched. Raises LostRace."""
    heads = look(git, target.url, target.branch)
    branch = target.branch or heads.default
    head = heads.ids.get(branch, "")
    base = "" if head else (target.base or heads.default)
    parent = head or heads.ids.get(base, "")
    if not parent and not target.own:
        raise ReportgenError(
            f"{target.shown} has no branch '{branch or base or 'main'}' to start from.",
            hint=did_you_mean(branch, sorted(heads.ids)) or "It has no branch at all.",
        )
    if not head and (other := in_the_way(branch, heads.ids)):
        raise ReportgenError(
            f"{target.shown} has a branch '{other}', so that git can make none named '{branch}'.",
            hint="Delete or rename that one, or name another with --branch.",
        )
    if parent:
        parent = fetch(git, target.url, branch if head else base, parent)
    return branch, parent if head else "", base, parent


def in_the_way(branch: str, names: Iterable[str]) -> str:
    """The branch of whose name ``branch`` would be a folder, or the reverse; '' for none."""
    for name in sorted(names):
        if name.startswith(f"{branch}/") or branch.startswith(f"{name}/"):
            return name
    return ""


def manifests(git: Git, tree: Mapping[str, Entry]) -> dict[str, Manifest]:
    """The lists of published files in a branch, by path."""
    paths = [path for path, entry in sorted(tree.items()) if is_manifest(path) and entry.regular]
    return {path: read_manifest(read_blob(git, tree[path].id), path) for path in paths}


def check_branch(seen: Survey, target: Target) -> None:
    """Raise ReportgenError where the branch is not of the kind that is published to it."""
    settings = f"{target.folder}_config.yml"
    where = f"Branch '{seen.branch}' of {target.shown}"
    if seen.old and seen.old.kind != target.kind:
        raise ReportgenError(
            f"{where} holds this report as {seen.old.kind}, not as {target.kind}.",
            hint=f"Publish with --to {seen.old.kind}, or name another branch with --branch.",
        )
    if target.kind == "html" and not seen.old and (strange := sources_in(seen, target.folder)):
        raise ReportgenError(
            f"{where} holds sources ('{strange}'), not a built site.",
            hint="Name the branch of the pages with --branch gh-pages, or publish --to source.",
        )
    if target.own or target.kind != "source" or settings in seen.tree:
        return
    configs = sorted(path for path in seen.tree if path.endswith("_config.yml"))
    raise ReportgenError(
        f"{where} is no Jekyll blog: it has no '{settings}'.",
        hint=f"Name its folder with --folder {configs[0].rpartition('/')[0]}" if configs else None,
    )


def sources_in(seen: Survey, folder: str) -> str:
    """The name of the file in a folder of the branch that makes it a Jekyll site, or nothing."""
    return next((name for name in SOURCES if f"{folder}{name}" in seen.tree), "")


def settings_of(git: Git, seen: Survey, target: Target) -> dict[str, Any] | None:
    """The _config.yml of the blog in the branch; None without one."""
    entry = seen.tree.get(f"{target.folder}_config.yml")
    return config.parse(read_blob(git, entry.id)) if entry and entry.regular else None


def check_baseurl(seen: Survey, target: Target, baseurl: str, *, certain: bool) -> str:
    """A note where the baseurl has moved since the last publish, else ''.

    ``certain``: a person gave this baseurl for the publish. Raises ReportgenError where a built
    site has another one than the one that GitHub serves it under: each of its links would break.
    """
    served = expected_baseurl(target.url, f"{target.folder}CNAME" in seen.tree)
    if target.kind == "html" and not certain and served is not None and served != baseurl:
        raise ReportgenError(
            f"The site is built for baseurl '{baseurl}', but GitHub serves it under '{served}'.",
            hint=f'Write baseurl: "{served}" into _config.yml, or, if you know better (a domain of '
            f"your own), publish with --baseurl '{baseurl}'.",
        )
    if seen.old and seen.old.baseurl != baseurl:
        return f"The baseurl moved from '{seen.old.baseurl}' to '{baseurl}': old links break."
    return ""
