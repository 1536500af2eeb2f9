"""The GitHub Actions workflows that ``publish --init-workflow`` writes, once, and never replaces.

``pages.yml`` builds a Jekyll branch that reportgen publishes to; ``report.yml`` builds the report
itself from shipped results, in the project's own branch.
"""

import sys
from collections.abc import Mapping
from pathlib import Path

from reportgen import __version__
from reportgen.errors import Place, ReportgenError
from reportgen.project import Project, read_toml
from reportgen.publish.git import Git
from reportgen.store.files import write_bytes

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


def report_workflow(project: Project, branch: str) -> str:
    """The workflow that builds the report of a project from its bundle or remote."""
    pull = "      - run: reportgen pull\n" if project.remote else ""
    return filled(
        "report.yml",
        {
            "branch": branch,
            "site": project.site,
            "install": requirement(project),
            "python": f"{sys.version_info.major}.{sys.version_info.minor}",
            "pull": pull,
        },
    )


def requirement(project: Project) -> str:
    """What pip is to install: this version of reportgen, or the project where that is reportgen."""
    name = read_toml(project.config_file).get("project", {}).get("name")
    return "." if name == "reportgen" else f"reportgen=={__version__}"


def filled(name: str, values: Mapping[str, str]) -> str:
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
