"""Where a publish goes: the address of a remote, a branch of it, and a folder in that branch."""

import re
from dataclasses import dataclass
from pathlib import Path

from reportgen.errors import ReportgenError, did_you_mean
from reportgen.publish.git import Git, Settings, inherited_settings
from reportgen.publish.refusals import redacted

KINDS = ("html", "source")
OWN_BRANCH = "gh-pages"
"""The branch in a report's own repository that GitHub Pages serves."""


@dataclass(frozen=True)
class Target:
    """``branch`` and ``base`` may be '' for the remote's default branch.

    A branch that does not exist yet starts from ``base``. ``folder`` ('' or 'docs/') lies before
    every path. ``own``: the report's own repository, where the whole site is ours; else a blog of
    somebody, where only posts and figures are.
    """

    kind: str
    url: str
    branch: str
    base: str
    folder: str = ""
    own: bool = True
    settings: Settings = ()

    @property
    def shown(self) -> str:
        """The address without any password in it."""
        return redacted(self.url)


def resolve_target(
    root: Path,
    *,
    to: str = "",
    remote: str = "",
    branch: str = "",
    site: Path | None = None,
    folder: str = "",
) -> Target:
    """The target for the project in ``root``; '' and None mean "as usual".

    ``site`` is a checkout of a blog, or a folder in one. ``remote`` is the name of a remote, an
    address, or a path. Raises ReportgenError for one that is unknown.
    """
    around = site or root
    if not around.is_dir():
        raise ReportgenError(f"There is no folder '{around}'.", hint="Name a checkout of the blog.")
    git = Git(within=around)
    top = git.ask("rev-parse", "--show-toplevel")
    own = site is None and (not remote or remote in remotes(git))
    current = git.ask("symbolic-ref", "--short", "HEAD") if site else ""
    usual = OWN_BRANCH if own else current
    return Target(
        kind=to or ("html" if own else "source"),
        url=address(git, top, remote, current),
        branch=valid_branch(git, branch or usual),
        base=usual,
        folder=prefix(folder or inner_folder(top, site)),
        own=own,
        settings=inherited_settings(around) if top else (),
    )


def remotes(git: Git) -> list[str]:
    return git.ask("remote").split()


def address(git: Git, top: str, remote: str, branch: str) -> str:
    """The address to push to, absolute."""
    names = remotes(git)
    if remote and remote not in names:
        if not is_address(remote):
            known = did_you_mean(remote, names) or "This repository has no remotes."
            raise ReportgenError(f"There is no remote '{remote}'.", hint=known)
        return absolute(remote, Path.cwd())
    name = remote or usual_remote(git, names, branch)
    if not name:
        raise ReportgenError(
            "There is no remote to publish to." if top else "The project is in no git repository.",
            hint="Name one: reportgen publish --remote https://github.com/NAME/REPOSITORY.git",
        )
    return absolute(git.text("remote", "get-url", "--push", name), Path(top))


def usual_remote(git: Git, names: list[str], branch: str) -> str:
    configured = git.ask("config", f"branch.{branch}.remote") if branch else ""
    if configured in names:
        return configured
    if "origin" in names:
        return "origin"
    return names[0] if len(names) == 1 else ""


def is_address(text: str) -> bool:
    """Whether ``text`` is an address or a path rather than the name of a remote."""
    return bool(re.match(r"\w+://|[^/]+@[^/]+:|\.{0,2}/|~", text)) or Path(text).exists()


def absolute(url: str, start: Path) -> str:
    """``url``, with a path made absolute: git would take it from the cache, and ignore depth."""
    if re.match(r"\w[\w+.-]*://|[^/]+:", url):
        return url
    return (start / Path(url).expanduser()).resolve().as_uri()


def valid_branch(git: Git, branch: str) -> str:
    if branch and not git.ask("check-ref-format", "--branch", branch) == branch:
        raise ReportgenError(f"'{branch}' cannot be the name of a branch.")
    return branch


def inner_folder(top: str, site: Path | None) -> str:
    """The path of the blog in its repository: '' or, say, 'docs'."""
    if not (top and site):
        return ""
    return site.resolve().relative_to(Path(top).resolve()).as_posix().removeprefix(".")


def prefix(folder: str) -> str:
    """``folder`` as it stands before a path: '' or 'docs/'. Raises ReportgenError if it leaves."""
    from reportgen.publish.paths import check_path

    folder = folder.strip("/")
    if folder and (fault := check_path(folder)):
        raise ReportgenError(f"The folder '{folder}' {fault}.")
    return f"{folder}/" if folder else ""


def expected_baseurl(url: str, domain: bool) -> str | None:
    """The baseurl under which GitHub Pages serves the repository at ``url``; None if unknown.

    ``domain``: the branch has a CNAME, so that the site is at the root of its own domain.
    """
    match = re.search(r"github\.com[:/]([^/]+)/([^/]+?)(?:\.git)?/?$", url)
    if not match:
        return None
    owner, name = match[1].lower(), match[2]
    return "" if domain or name.lower() == f"{owner}.github.io" else f"/{name}"
