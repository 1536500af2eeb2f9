"""The GitHub Actions workflows that ``publish --init-workflow`` writes, once, and never replaces.

``pages.yml`` builds a Jekyll branch that reportgen publishes to; ``report.yml`` builds the report
itself from shipped results, in the project's own branch.
"""

import json
import re
import sys
from collections.abc import Mapping
from importlib.metadata import PackageNotFoundError, distribution
from pathlib import Path
from urllib.parse import urlsplit
from urllib.request import url2pathname

from reportgen import __version__
from reportgen.distribution import NAME
from reportgen.errors import Place, ReportgenError
from reportgen.files import write_bytes
from reportgen.project import Project, read_toml
from reportgen.publish.git import Git

FOLDER = Path(".github/workflows")

PINS = {
    "checkout": "actions/checkout@3d3c42e5aac5ba805825da76410c181273ba90b1 # v7.0.1",
    "setup-python": "actions/setup-python@ece7cb06caefa5fff74198d8649806c4678c61a1 # v6.3.0",
    "configure-pages": "actions/configure-pages@45bfe0192ca1faeb007ade9deae92b16b8254a0d # v6.0.0",
    "jekyll-build-pages": (
        "actions/jekyll-build-pages@44a6e6beabd48582f863aeeb6cb2151cc1716697 # v1.0.13"
    ),
    "upload-pages-artifact": (
        "actions/upload-pages-artifact@fc324d3547104276b827a68afc52ff2a11cc49c9 # v5.0.0"
    ),
    "deploy-pages": "actions/deploy-pages@cd2ce8fcbc39b97be8ca5fce6e763baed58fa128 # v5.0.0",
}
"""A tag can be moved to other code after it was looked at; a commit cannot."""


def pages_workflow(branch: str, folder: str) -> str:
    """The workflow that builds the Jekyll site in ``folder`` ('' or 'docs/') of ``branch``."""
    return filled("pages.yml", {"branch": branch, "folder": folder.rstrip("/")})


def report_workflow(project: Project, branch: str, install: str) -> str:
    """The workflow that builds the report of a project from its bundle or remote.

    ``install`` is what ``requirement`` tells.
    """
    pull = "      - run: reportgen pull\n" if project.remote else ""
    return filled(
        "report.yml",
        {
            "branch": branch,
            "site": project.site,
            "install": install,
            "python": f"{sys.version_info.major}.{sys.version_info.minor}",
            "pull": pull,
        },
    )


def requirement(project: Project) -> str:
    """What pip installs elsewhere: this very reportgen, or the project where that is reportgen.

    From where it was installed here (PEP 610): a package index, a repository's commit, or a
    checkout whose commit a public repository has. Raises ReportgenError where there is no such
    place, as the name alone could be anybody's.
    """
    if read_toml(project.config_file).get("project", {}).get("name") == NAME:
        return "."
    here = Path(__file__).resolve().parents[2]
    try:
        told = distribution(NAME).read_text("direct_url.json")
    except PackageNotFoundError:
        return f"{NAME}@{commit_in_public(here)}"
    if told is None:
        return f"{NAME}=={__version__}"
    origin = json.loads(told)
    if vcs := origin.get("vcs_info"):
        return f"{NAME}@{at_commit(origin['url'], vcs['commit_id'])}"
    path = Path(url2pathname(urlsplit(origin["url"]).path))
    return f"{NAME}@{commit_in_public(path)}"


def commit_in_public(folder: Path) -> str:
    """The address of a checkout's commit in the repository that it was cloned from.

    Raises ReportgenError where no branch of that repository is known to have the commit.
    """
    git = Git(within=folder)
    url, commit = git.ask("remote", "get-url", "origin"), git.ask("rev-parse", "HEAD")
    if not git.ask("branch", "--remotes", "--contains", "HEAD"):
        raise ReportgenError(
            f"reportgen runs from '{folder}', and no repository is known to have what is there.",
            hint="Push its commit, so that a workflow can install the same.",
        )
    return at_commit(url, commit)


def at_commit(url: str, commit: str) -> str:
    """``git+https://HOST/PATH@COMMIT``, without any credentials of the address.

    Raises ReportgenError for an address that other machines can't read.
    """
    if short := re.fullmatch(r"(?:ssh://)?(?:[^@/]+@)?([\w.-]+\.[a-z]+)[:/](?!/)(.+)", url):
        return f"git+https://{short[1]}/{short[2]}@{commit}"
    parts = urlsplit(url.removeprefix("git+"))
    if parts.scheme != "https" or not parts.hostname:
        raise ReportgenError(
            f"reportgen was installed from '{url}', which other machines can't read.",
            hint="Install it from a repository with an https address.",
        )
    return f"git+https://{parts.netloc.rpartition('@')[2]}{parts.path}@{commit}"


def filled(name: str, values: Mapping[str, str]) -> str:
    """A workflow with its values. Raises ReportgenError for one that YAML could read otherwise."""
    for value in values.values():
        if any(character in value.rstrip("\n") for character in '"\\'):
            raise ReportgenError(f"'{value}' cannot be written into a workflow.")
    template = (Path(__file__).parent / "workflows" / name).read_text(encoding="utf-8")
    return template.format_map({**PINS, **values})


def write_workflows(root: Path, texts: Mapping[str, str]) -> list[Path]:
    """Write workflow files by name below ``root``; return those written.

    A file that has the same text stays. Raises ReportgenError, before any is written, for one that
    is there and different: somebody has edited it.
    """
    files = {root / FOLDER / name: text.encode() for name, text in texts.items()}
    present = {file: file.read_bytes() for file in files if file.exists()}
    for file, content in present.items():
        if content != files[file]:
            raise ReportgenError(
                "This workflow is there already, and different.",
                place=Place(file),
                hint="Remove it to have it written anew.",
            )
    for file in files:
        if file not in present:
            write_bytes(file, files[file])
    return [file for file in files if file not in present]


def current_branch(folder: Path) -> str:
    """The branch that is checked out around a folder, 'main' where none is."""
    return Git(within=folder).ask("symbolic-ref", "--short", "HEAD") or "main"
