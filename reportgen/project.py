"""A project: the folder whose pyproject.toml has a [tool.reportgen] table, and its settings."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from reportgen.errors import Place, ReportgenError, WrongUse, did_you_mean

Params = dict[str, Any]

ID = re.compile(r"[a-z0-9][a-z0-9-]{7,63}")
"""What a report is known by where it is published; the name of a file there."""


@dataclass(frozen=True)
class Project:
    """Where a project keeps its things and how it wants them; relative paths are from ``root``."""

    root: Path
    id: str = ""
    title: str = ""
    experiments: tuple[str, ...] = ("experiments",)
    source: tuple[str, ...] = ()
    templates: str = "templates"
    site: str = "site"
    store: str = ".reportgen"
    bundle: str = "experiments/bundle"
    remote: str = ""
    repository: str = ""
    seed: int = 180
    profile: str = "standard"
    profiles: Mapping[str, Mapping[str, Params]] = field(default_factory=dict)
    confirm_above: str = "30m"
    public: tuple[str, ...] = ()
    asset_url: str = "baseurl"
    math: str = "mathml"
    macros: Mapping[str, str] = field(default_factory=dict)
    dark: bool = True
    bibliography: tuple[str, ...] = ()
    citations: str = "author-year"
    versions: int = 0

    @property
    def store_dir(self) -> Path:
        """The folder of the local store."""
        return self.root / self.store

    @property
    def bundle_dir(self) -> Path:
        """The folder of the results that are shipped with the sources."""
        return self.root / self.bundle

    @property
    def site_dir(self) -> Path:
        """The folder of the Jekyll site."""
        return self.root / self.site

    @property
    def templates_dir(self) -> Path:
        """The folder of posts and of overridden templates."""
        return self.root / self.templates

    @property
    def posts_dir(self) -> Path:
        """The folder of the posts' sources."""
        return self.templates_dir / "posts"

    @property
    def config_file(self) -> Path:
        """The pyproject.toml that the settings come from."""
        return self.root / "pyproject.toml"


CHOICES = {
    "asset_url": ("baseurl", "root", "relative", "absolute"),
    "math": ("mathml", "tex"),
    "citations": ("author-year", "number"),
}


def find_project(start: Path | None = None) -> Project:
    """The project of ``start`` (the current folder by default) or of the nearest folder above it.

    Raises WrongUse when there is none, ReportgenError with all faults of its settings together.
    """
    start = (start or Path.cwd()).resolve()
    for folder in (start, *start.parents):
        file = folder / "pyproject.toml"
        if file.is_file():
            settings = read_toml(file).get("tool", {}).get("reportgen")
            if settings is not None:
                return load_project(folder, settings)
    raise WrongUse(
        f"No pyproject.toml with a [tool.reportgen] table in '{start}' or above.",
        hint="Start a project with 'reportgen new', or go to the folder of one.",
    )


def source_folders(root: Path) -> tuple[str, ...]:
    """Folders, relative to ``root``, whose modules are imported by names that begin below them:
    those of ``source`` in [tool.reportgen], else those that the build is told of, else ``src``."""
    try:
        tool = read_toml(root / "pyproject.toml").get("tool", {})
    except (OSError, ReportgenError):
        tool = {}
    said = tool.get("reportgen", {}).get("source") or [
        *_at(tool, "setuptools.packages.find.where", []),
        *_at(tool, "setuptools.package-dir", {}).values(),
        *_at(tool, "hatch.build.targets.wheel.sources", []),
        *(str(Path(p).parent) for p in _at(tool, "hatch.build.targets.wheel.packages", [])),
        *(package.get("from", ".") for package in _at(tool, "poetry.packages", [])),
        *filter(None, [_at(tool, "pdm.build.package-dir", "")]),
        *filter(None, [_at(tool, "uv.build-backend.module-root", "")]),
    ]
    names = (Path(name).as_posix() for name in [*said, *([] if said else ["src"])])
    inside = (name for name in names if name != "." and not name.startswith(("/", "..")))
    found = (n for n in inside if (root / n).is_dir() and not (root / n / "__init__.py").exists())
    return tuple(dict.fromkeys(found))


def _at(table: Any, path: str, default: Any) -> Any:
    """The value at a dotted path of a table; the default where there is none of its type."""
    for key in path.split("."):
        table = table.get(key) if isinstance(table, dict) else None
    return table if isinstance(table, type(default)) else default


def read_toml(file: Path) -> dict[str, Any]:
    """The tables of a TOML file. Raises ReportgenError, with its place, where it is not valid."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ReportgenError(f"Not valid TOML: {error}.", place=Place(file)) from None
    except RecursionError:
        raise ReportgenError("Not valid TOML: it is nested too deep.", place=Place(file)) from None


def load_project(root: Path, settings: Mapping[str, Any]) -> Project:
    """The project at ``root``. Raises ReportgenError that names all faults of its settings."""
    known = {f.name.replace("_", "-"): f for f in fields(Project) if f.name != "root"}
    faults: list[str] = []
    values: dict[str, Any] = {}
    for key, value in settings.items():
        if key not in known:
            faults.append(f"Unknown setting '{key}'. {did_you_mean(key, list(known))}".strip())
            continue
        name = known[key].name
        fault = wrong_type(key, value, getattr(Project, name, ()))
        if not fault and name == "id" and not ID.fullmatch(value):
            fault = f"'id' is {value!r}, but must be 8 to 64 of a-z, 0-9 and '-'."
        if not fault and name == "versions" and value < 0:
            fault = f"'versions' is {value}, but must be 0 or more."
        if not fault and name in CHOICES and value not in CHOICES[name]:
            fault = f"'{key}' is '{value}', but must be one of {', '.join(CHOICES[name])}."
        if fault:
            faults.append(fault)
        else:
            values[name] = tuple(value) if isinstance(value, list) else value
    if faults:
        lines = "\n".join(f"  {fault}" for fault in faults)
        raise ReportgenError(
            f"[tool.reportgen] has {len(faults)} fault{'s' * (len(faults) > 1)}:\n{lines}",
            place=Place(root / "pyproject.toml"),
        )
    return Project(root, **values)


def wrong_type(key: str, value: Any, default: Any) -> str:
    """What is wrong with the type of a setting, or nothing."""
    if key == "profiles":
        good = isinstance(value, dict) and all(
            isinstance(table, dict) and all(isinstance(params, dict) for params in table.values())
            for table in value.values()
        )
        return "" if good else "'profiles' must be tables: [profiles.NAME] with NODE = { … }."
    if key == "macros":
        good = isinstance(value, dict) and all(
            name.removeprefix("\\").isalpha() and isinstance(body, str)
            for name, body in value.items()
        )
        return "" if good else "'macros' must be a table: [macros] with NAME = 'TeX'."
    if isinstance(default, tuple):
        good = isinstance(value, list) and all(isinstance(item, str) for item in value)
        return "" if good else f"'{key}' must be a list of strings."
    if type(value) is not type(default):
        return f"'{key}' must be of type {type(default).__name__}, not {type(value).__name__}."
    return ""
