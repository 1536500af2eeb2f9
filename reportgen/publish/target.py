"""Where a publish goes: the address of a remote, a branch of it, and a folder in that branch."""

import os
import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

from reportgen.errors import ReportgenError, WrongUse, did_you_mean
from reportgen.publish.git import Git, Settings, configuration, inherited, top_of
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
    address, or a path. Raises ReportgenError for one that is unknown, WrongUse for no folder.
    """
    around = site or root
    if not around.is_dir():
        raise WrongUse(f"There is no folder '{around}'.", hint="Name a checkout of the blog.")
    if site and to == "html":
        raise WrongUse(
            "--to html publishes a whole site; --site names a blog, and a report is part of it.",
            hint="Leave out one of the two.",
        )
    top, settings = top_of(around), configuration(around)
    checkout = Checkout(around, top, Git(within=around), settings)
    own = site is None and (to == "html" or not remote or remote in checkout.remotes)
    usual = OWN_BRANCH if own else checkout.followed if site else ""
    return Target(
        kind=to or ("html" if own else "source"),
        url=address(checkout, remote),
        branch=valid_branch(checkout.git, branch or usual),
        base=usual,
        folder=prefix(inner_folder(top, site, folder)),
        own=own,
        settings=inherited(settings),
    )


@dataclass(frozen=True)
class Checkout:
    """The folder from which we publish: the ``top`` of its work tree ('' outside git), its git."""

    folder: Path
    top: str
    git: Git
    settings: Settings

    @cached_property
    def remotes(self) -> list[str]:
        """The names of the checkout's remotes."""
        return self.git.text("remote").split() if self.top else []

    @cached_property
    def branch(self) -> str:
        """The branch that is checked out, or nothing."""
        return self.git.ask("symbolic-ref", "--short", "HEAD") if self.top else ""

    @property
    def remote(self) -> str:
        """The remote that the branch follows, or else the usual one; '' for none."""
        configured = self.git.ask("config", f"branch.{self.branch}.remote") if self.branch else ""
        if configured in self.remotes:
            return configured
        if "origin" in self.remotes:
            return "origin"
        return self.remotes[0] if len(self.remotes) == 1 else ""

    @property
    def followed(self) -> str:
        """The name that the branch has in its remote."""
        merged = self.git.ask("config", f"branch.{self.branch}.merge") if self.branch else ""
        return merged.removeprefix("refs/heads/") or self.branch


def address(checkout: Checkout, remote: str) -> str:
    """The address to push to, absolute, as git itself would rewrite it."""
    if remote and remote not in checkout.remotes:
        url = rewritten(remote, checkout.settings)
        if not is_address(url):
            known = did_you_mean(remote, checkout.remotes) or "This repository has no remotes."
            raise ReportgenError(f"There is no remote '{remote}'.", hint=known)
        return absolute(url, Path.cwd())
    name = remote or checkout.remote
    if not name:
        raise ReportgenError(
            "There is no remote to publish to."
            if checkout.top
            else f"'{checkout.folder}' is in no git repository.",
            hint="Name one: reportgen publish --remote https://github.com/NAME/REPOSITORY.git",
        )
    return absolute(checkout.git.text("remote", "get-url", "--push", name), Path(checkout.top))


def rewritten(url: str, settings: Settings) -> str:
    """``url`` after the user's ``url.BASE.pushInsteadOf`` and ``insteadOf``, as git does it."""
    for kind in ("pushinsteadof", "insteadof"):
        ends = [(old, key) for key, old in settings if key.endswith(f".{kind}")]
        rules = [(old, key[len("url.") : -len(kind) - 1]) for old, key in ends
                 if key.startswith("url.") and url.startswith(old)]  # fmt: skip
        if rules:
            old, new = max(rules, key=lambda rule: len(rule[0]))
            return new + url[len(old) :]
    return url


def is_address(text: str) -> bool:
    """Whether ``text`` is an address or a path rather than the name of a remote.

    Raises ReportgenError for what cannot be either.
    """
    if not text.isprintable():
        raise ReportgenError(f"{text!a} is no address: it has a control character.")
    return bool(re.match(r"[^/]+:|\.{0,2}/|~", text)) or os.path.exists(text)


def absolute(url: str, start: Path) -> str:
    """``url``, with a path made absolute: git would take it from the cache, and ignore depth."""
    if re.match(r"\w[\w+.-]*://|[^/]+:", url):
        return url
    return Path(os.path.realpath(start / Path(url).expanduser())).as_uri()


def valid_branch(git: Git, branch: str) -> str:
    """The branch's name. Raises ReportgenError where git would not take it, or take it for
    another's."""
    taken = git.ask("check-ref-format", "--branch", branch) == branch
    if branch and (not taken or branch.startswith("refs/")):
        raise ReportgenError(f"'{branch}' cannot be the name of a branch.")
    return branch


def inner_folder(top: str, site: Path | None, asked: str) -> str:
    """The path of the blog in its repository: '' or, say, 'docs'.

    Raises ReportgenError where ``asked`` is another one than that of the checkout.
    """
    if not (top and site):
        return asked
    inner = site.resolve().relative_to(Path(top).resolve()).as_posix().removeprefix(".")
    if asked and inner and asked.strip("/") != inner:
        raise ReportgenError(
            f"--site names the folder '{inner}' of its repository, and --folder '{asked}'.",
            hint="Leave out one of the two.",
        )
    return asked or inner


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
