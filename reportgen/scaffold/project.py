"""A new project: settings, an example that runs at once, a post, a site or the blog around it."""

import os
import sys
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.errors import Place, ReportgenError, WrongUse
from reportgen.project import find_project, read_toml
from reportgen.publish.workflow import FOLDER, requirement
from reportgen.publish.workflow import filled as workflow
from reportgen.scaffold import blog
from reportgen.scaffold.files import add_lines, filled, write_new
from reportgen.scaffold.pieces import front_matter, post_name

EXAMPLES = {
    "line": ("line_fit", "A line fitted by gradient descent", "line_fit = { steps = 50 }"),
    "diffusion": ("diffusion", "A diffusion model of a spiral", "spiral_model = { updates = 200 }"),
    "none": ("", "", ""),
}
"""Name of an example to its module, the title of its post, and its quick profile."""


@dataclass(frozen=True)
class New:
    """What was made. ``site`` is relative to ``root``; ``theme`` that of the blog, or ""."""

    root: Path
    site: str
    written: list[str]
    theme: str = ""
    notes: list[str] = field(default_factory=list)


def new_project(root: Path, *, title: str, example: str = "line", site: Path | None = None) -> New:
    """Make a project in ``root``; what is there already stays as it is.

    ``site`` is a Jekyll blog to write into, by default ``root`` itself where it is one. Raises
    WrongUse where ``root`` is a project already, or ``site`` no blog.
    """
    check_new(root, site)
    inside = blog.is_blog(root) and site is None
    folder = root if inside else site
    fitted = blog.fit(folder) if folder else None
    names = Names.inside_a_blog() if inside else Names()
    place = "." if inside else os.path.relpath(folder, root) if folder else "site"
    files = example_files(names, title, example, fitted.layout if fitted else "")
    if not fitted:
        files |= {f"{place}/{name}": text for name, text in jekyll_site(title).items()}
    settings = names.settings() + ([f'site = "{Path(place).as_posix()}"'] if fitted else [])
    settings += fitted.settings() if fitted else ["dark = false"]
    try:
        root.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise ReportgenError(f"'{root}' cannot be made: {error.strerror}.") from None
    written = write_new(root, files)
    written += write_settings(root, title, settings, EXAMPLES[example][2])
    if add_lines(root, ".gitignore", ignored(place, own=not fitted)):
        written.append(".gitignore")
    notes = []
    try:
        written += write_workflow(root, example)
    except ReportgenError as error:
        notes.append(f"No workflow was written: {error.message}")
    if inside:
        notes.append("Add 'pyproject.toml' to 'exclude' in _config.yml: it is no page.")
    return New(root, place, sorted(written), fitted.theme.name if fitted else "", notes)


@dataclass(frozen=True)
class Names:
    """The folders of a project; in a blog they begin with an underscore, which Jekyll skips."""

    experiments: str = "experiments"
    templates: str = "templates"

    @classmethod
    def inside_a_blog(cls) -> "Names":
        """Those of a project whose root is a blog's."""
        return cls("_experiments", "_templates")

    def settings(self) -> list[str]:
        """The lines of [tool.reportgen] that are not the defaults."""
        if self == Names():
            return []
        return [
            f'experiments = ["{self.experiments}"]',
            f'templates = "{self.templates}"',
            f'bundle = "{self.experiments}/bundle"',
        ]


def check_new(root: Path, site: Path | None) -> None:
    """Refuse a folder that is a project, and a site that is none."""
    file = root / "pyproject.toml"
    if file.is_file() and "reportgen" in read_toml(file).get("tool", {}):
        raise WrongUse(
            "This is a project already.",
            place=Place(file),
            hint='Add to it: reportgen new figure ID, reportgen new post "A title".',
        )
    if root.exists() and not root.is_dir():
        raise WrongUse(f"'{root}' is a file, not a folder.")
    if site and not blog.is_blog(site):
        raise WrongUse(f"'{site}' is no Jekyll blog: it has no _config.yml.")


def example_files(names: Names, title: str, example: str, layout: str) -> dict[str, str]:
    """The experiment and its post."""
    module, subject, _ = EXAMPLES[example]
    if not module:
        return {f"{names.experiments}/__init__.py": "", f"{names.templates}/posts/.gitkeep": ""}
    values = {"front": front_matter(subject, layout), "experiments": names.experiments}
    return {
        f"{names.experiments}/{module}.py": filled(f"{module}.py", values),
        f"{names.templates}/posts/{post_name(subject)}": filled(f"{module}.md", values),
    }


def jekyll_site(title: str) -> dict[str, str]:
    """A small blog with Jekyll's own theme, for who has none."""
    return {
        "_config.yml": filled("_config.yml", {"title": quoted(title)}),
        "index.md": "---\nlayout: home\n---\n",
    }


def write_settings(root: Path, title: str, settings: list[str], quick: str) -> list[str]:
    """Add our table to pyproject.toml, or write one."""
    values = {"title": quoted(title), "settings": "\n".join([*settings, ""]), "quick": quick}
    table = filled("pyproject.toml", values).rstrip() + "\n"
    if not quick:
        table = table[: table.index("# Fewer")].rstrip() + "\n"
    file = root / "pyproject.toml"
    old = file.read_text(encoding="utf-8").rstrip() + "\n\n" if file.is_file() else ""
    file.write_text(old + table, encoding="utf-8")
    return ["pyproject.toml"]


def quoted(title: str) -> str:
    """A title between double quotes, in TOML and YAML alike."""
    return title.replace("\\", "\\\\").replace('"', '\\"')


def ignored(site: str, *, own: bool) -> list[str]:
    """The lines of .gitignore: results and previews; of a site of our own all that is generated."""
    lines = [".reportgen/", ".venv/", "__pycache__/"]
    if own:
        made = ("_posts", "_preview", "_site", ".jekyll-cache", "assets/figures")
        return [*lines, *(f"/{site}/{name}" for name in made), f"/{site}/assets/reportgen*"]
    return [*lines, "/_preview/"] if site == "." else lines


def write_workflow(root: Path, example: str) -> list[str]:
    """The workflow that builds and checks, where the folder is a repository's root or will be."""
    above = next((folder for folder in root.resolve().parents if (folder / ".git").exists()), None)
    if above and not (root / ".git").exists():
        return []
    install = requirement(find_project(root)) + (" torch" if example == "diffusion" else "")
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    text = workflow("build.yml", {"install": install, "python": python})
    return write_new(root, {f"{FOLDER.as_posix()}/build.yml": text})
