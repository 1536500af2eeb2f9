"""What a page was made of, so that it is rendered again only when something of that has changed."""

from collections.abc import Iterable, Sequence, ValuesView
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.engine.code import Code
from reportgen.engine.results import Result, Results
from reportgen.errors import ReportgenError
from reportgen.posts import Uses
from reportgen.posts.bibliography import bib_files
from reportgen.project import Project


class Noting(Results):
    """Results that note which of them a post asks for. ``asked`` holds function names, ``quoted``
    the names of definitions."""

    def __init__(self, results: Results) -> None:
        vars(self).update(vars(results))
        self.asked: set[str] = set()
        self.quoted: set[str] = set()

    def __getitem__(self, name: str) -> Result:
        result = super().__getitem__(name)
        self.asked.add(result.node.name)
        return result

    def value(self, name: str, path: Sequence[str]) -> Any:
        """The value at a path, with a note that the page asked for it."""
        if node := self.graph.find(name):
            self.asked.add(node.name)
        return super().value(name, path)

    def definition(self, name: str) -> Code:
        """The definition, with a note that the page quotes it."""
        self.quoted.add(name)
        return super().definition(name)

    def values(self) -> ValuesView[Result]:
        """All results, to see which there are: nobody asks for one of them."""
        return self.results.values()


@dataclass(frozen=True)
class Memo:
    """The settings, the source and the results that went into a page.

    ``known`` has the name and the id of every result, since a page may ask in vain for one of them.
    """

    settings: object
    source: bytes
    known: frozenset[tuple[str, str]]
    asked: tuple[str, ...]
    quoted: tuple[str, ...]
    used: object

    def holds(self, settings: object, source: bytes, results: Results) -> bool:
        """Whether the page would come out the same."""
        return (
            self.settings == settings
            and self.source == source
            and self.known == known_in(results)
            and self.used == used(results, self.asked, self.quoted)
        )


def memo_of(
    settings: object, source: bytes, results: Noting, uses: Uses | None = None
) -> Memo | None:
    """The memo of a page; None where it may depend on other posts, to which it refers."""
    if uses is None or uses.dynamic or set(uses.refs) - set(uses.figures):
        return None
    asked = tuple(sorted(results.asked))
    quoted = tuple(sorted(results.quoted))
    return Memo(settings, source, known_in(results), asked, quoted, used(results, asked, quoted))


def known_in(results: Results) -> frozenset[tuple[str, str]]:
    """The names and ids by which a post can ask for these results."""
    return frozenset((name, result.node.id) for name, result in results.results.items())


def used(results: Results, names: Iterable[str], quoted: Iterable[str]) -> object:
    """All that a page can show of these results and definitions; they may be gone."""
    found = [results.results.get(name) for name in names]
    texts = [definition_text(results, name) for name in quoted]
    return texts, [
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


def definition_text(results: Results, name: str) -> str:
    """A definition as it is now, or why there is none."""
    try:
        return results.codes.named(name).text
    except ReportgenError as error:
        return str(error)


def settings_of(project: Project, site: Path) -> object:
    """What all pages depend on: settings, templates, bibliographies, styles."""
    cited = [*bib_files(project), project.root / "CITATION.cff"]
    templates = [*sorted(project.templates_dir.glob("*.*")), *filter(Path.is_file, cited)]
    assets = [site / "assets" / name for name in ("css/site.css", "js/site.js")]
    times = [(path, path.stat().st_mtime_ns) for path in templates]
    return project, times, [path.is_file() for path in assets]
