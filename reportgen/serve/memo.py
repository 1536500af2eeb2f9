"""What a page was made of, so that it is rendered again only when something of that has changed."""

from collections.abc import Iterable, Sequence, ValuesView
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.engine.results import Result, Results
from reportgen.posts import Uses
from reportgen.posts.bibliography import bib_files
from reportgen.project import Project


class Noting(Results):
    """Results that note which of them a post asks for. ``asked`` holds function names."""

    def __init__(self, results: Results) -> None:
        vars(self).update(vars(results))
        self.asked: set[str] = set()

    def __getitem__(self, name: str) -> Result:
        result = super().__getitem__(name)
        self.asked.add(result.node.name)
        return result

    def value(self, name: str, path: Sequence[str]) -> Any:
        """The value at a path, with a note that the page asked for it."""
        if node := self.graph.find(name):
            self.asked.add(node.name)
        return super().value(name, path)

    def values(self) -> ValuesView[Result]:
        """All results, to see which there are: nobody asks for one of them."""
        return self.results.values()


@dataclass(frozen=True)
class Memo:
    """The settings, the source and the results that went into a page."""

    settings: object
    source: bytes
    known: frozenset[str]
    asked: tuple[str, ...]
    used: object

    def holds(self, settings: object, source: bytes, results: Results) -> bool:
        """Whether the page would come out the same."""
        return (
            self.settings == settings
            and self.source == source
            and self.known == frozenset(results.results)
            and self.used == used(results, self.asked)
        )


def memo_of(
    settings: object, source: bytes, results: Noting, uses: Uses | None = None
) -> Memo | None:
    """The memo of a page; None where it may depend on other posts, to which it refers."""
    if uses is None or uses.dynamic or set(uses.refs) - set(uses.figures):
        return None
    asked = tuple(sorted(results.asked))
    return Memo(settings, source, frozenset(results.results), asked, used(results, asked))


def used(results: Results, names: Iterable[str]) -> object:
    """All that a page can show of these results; they may be gone."""
    found = [results.results.get(name) for name in names]
    return [
        result
        and (
            result.node.id,
            result.state,
            result.reason,
            dict(result.params),
            result.record,
            result.caption,
            result.drawn,
            result.folder,
        )
        for result in found
    ]


def settings_of(project: Project, site: Path) -> object:
    """What all pages depend on: settings, templates, bibliographies, styles."""
    cited = [*bib_files(project), project.root / "CITATION.cff"]
    templates = [*sorted(project.templates_dir.glob("*.*")), *filter(Path.is_file, cited)]
    assets = [site / "assets" / name for name in ("css/site.css", "js/site.js")]
    times = [(path, path.stat().st_mtime_ns) for path in templates]
    return project, times, [path.is_file() for path in assets]
