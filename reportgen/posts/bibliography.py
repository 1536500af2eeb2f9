"""The works that posts can cite: BibTeX files beside the posts, or named in the settings."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.errors import Place, ReportgenError, did_you_mean, together
from reportgen.posts.source import excerpt, post_files, slug_of

if TYPE_CHECKING:
    from reportgen.project import Project

STYLE = re.compile(
    r"\\(?:emph|enquote|text\w+|mkbib\w+|bibstring|uppercase|(?:it|bf|sc|sf|tt|rm|sl|em)(?![a-z]))\s*"
)
ARXIV = re.compile(
    r"(?:arxiv[.:/]\s*|\babs/)(?:abs/|pdf/)?(\d{4}\.\d{4,5}|[a-z-]+(?:\.[A-Z]{2})?/\d{7})(?:v\d+)?",
    re.I,
)
SCHEME = re.compile(r"(?:https?://(?:dx\.)?doi\.org/|doi:\s*)", re.I)


@dataclass(frozen=True)
class Name:
    """A person, or a group that has a family name only."""

    given: str
    family: str

    def __str__(self) -> str:
        return f"{self.given} {self.family}".strip()


@dataclass(frozen=True)
class Work:
    """An entry of a BibTeX file. ``fields`` have names in lower case and values in LaTeX."""

    key: str
    kind: str
    fields: Mapping[str, str]
    authors: tuple[Name, ...]
    editors: tuple[Name, ...]
    file: Path
    line: int
    others: bool = False

    def text(self, *names: str) -> str:
        """The first of these fields that is there, as plain text; '' without one."""
        return next((plain(self.fields[name]) for name in names if self.fields.get(name)), "")

    @property
    def year(self) -> str:
        """The year of the work, or "n.d."."""
        return self.text("year") or self.text("date")[:4] or "n.d."

    @property
    def has_people(self) -> bool:
        """Whether somebody is named, so that the work need not be known by its title."""
        return bool(self.authors or self.editors or self.text("organization"))

    @property
    def people(self) -> tuple[Name, ...]:
        """The authors, else the editors, else what the work is known by."""
        known = self.authors or self.editors
        return known or (Name("", self.text("organization", "title") or self.key),)

    @cached_property
    def arxiv(self) -> str:
        """The identifier on arXiv, such as "2006.11239", or ''."""
        eprint = self.fields.get("eprint", "")
        kind = self.fields.get("archiveprefix", "") or self.fields.get("eprinttype", "")
        if eprint and kind.lower() in ("", "arxiv") and not eprint.lower().startswith("arxiv"):
            eprint = f"arXiv:{eprint}"
        places = (eprint, *(self.fields.get(n, "") for n in ("journal", "volume", "url", "doi",
                  "howpublished", "note", "number")))  # fmt: skip
        return next((found[1] for place in places if (found := ARXIV.search(place))), "")

    @cached_property
    def doi(self) -> str:
        """The DOI without an address, such as "10.1198/jasa.2011.tm11181", or ''."""
        doi = SCHEME.sub("", self.fields.get("doi", "")).strip().replace("\\_", "_")
        url = self.fields.get("url", "").replace("\\_", "_")
        doi = doi or (SCHEME.sub("", url) if re.match(r"https?://(dx\.)?doi\.org/", url) else "")
        return "" if doi.lower().startswith("10.48550/arxiv") else doi


@dataclass(frozen=True)
class Library:
    """The works that one post can cite; ``own`` are those of a file that has its name."""

    works: Mapping[str, Work]
    own: tuple[Work, ...] = ()
    files: tuple[str, ...] = ()

    def check(self, keys: Sequence[str]) -> tuple[str, ...]:
        """The keys. Raises ReportgenError for one that no file has, or for none."""
        if not keys:
            raise ReportgenError("A citation names no work.", hint='Write cite("KEY").')
        for key in keys:
            if key not in self.works:
                raise self.unknown(str(key))
        return tuple(keys)

    def unknown(self, key: str) -> ReportgenError:
        """The error about a key that no file has."""
        if not self.files:
            hint = 'Put a BibTeX file beside the post, or name one: bibliography = ["refs.bib"].'
            return ReportgenError(f"There is no bibliography to look up '{key}' in.", hint=hint)
        files = ", ".join(self.files)
        hint = did_you_mean(key, list(self.works)) or f"Its works are in {files}."
        return ReportgenError(f"No work has the key '{key}' in {files}.", hint=hint)


def bib_files(project: Project) -> list[Path]:
    """All BibTeX files of a project: beside its posts, then those that the settings name."""
    named = [project.root / name for name in project.bibliography]
    return list(dict.fromkeys([*sorted(project.posts_dir.glob("*.bib")), *named]))


class Shelf:
    """The BibTeX files of a project, each read once."""

    def __init__(self, project: Project) -> None:
        self.project = project
        self._read: dict[Path, Mapping[str, Work]] = {}

    def works(self, file: Path) -> Mapping[str, Work]:
        """The entries of a file by key. Raises ReportgenError with file and line."""
        if file not in self._read:
            self._read[file] = read_bib(file, shown_name(file, self.project.root))
        return self._read[file]

    def owner(self, file: Path) -> Path | None:
        """The post that a file belongs to by its name, ``a-post.bib``, or None for one of all."""
        if file.parent != self.project.posts_dir:
            return None
        for post in post_files(self.project):
            if file.stem in (post.stem, slug_of(post)):
                return post
        return None

    @cached_property
    def shared(self) -> list[Path]:
        """The files of references that belong to all posts."""
        return [file for file in bib_files(self.project) if self.owner(file) is None]

    def library(self, post: Path) -> Library:
        """What a post can cite. Raises ReportgenError where two files differ about one key."""
        own = [file for file in bib_files(self.project) if self.owner(file) == post]
        works: dict[str, Work] = {}
        for file in [*own, *self.shared]:
            for key, work in self.works(file).items():
                before = works.setdefault(key, work)
                if before.fields != work.fields and before.file not in own:
                    first = Place(shown_name(before.file, self.project.root), before.line)
                    raise ReportgenError(
                        f"'{key}' is another work in {first}.",
                        place=Place(shown_name(file, self.project.root), work.line),
                        hint="Rename one of them.",
                    )
        mine = tuple(work for work in works.values() if work.file in own)
        names = (shown_name(file, self.project.root) for file in [*own, *self.shared])
        return Library(works, mine, tuple(names))

    def unused(self, works: Sequence[Work], cited: Collection[str], by: str) -> Iterator[str]:
        """One warning for each file with works that nothing cites."""
        idle: dict[Path, list[Work]] = {}
        for work in works:
            if work.key not in cited:
                idle.setdefault(work.file, []).append(work)
        for file, left in idle.items():
            names = [f"'{left[0].key}'", *(f"'{w.key}' (line {w.line})" for w in left[1:])]
            more = f" and {len(names) - 6} more" if len(names) > 6 else ""
            place = Place(shown_name(file, self.project.root), left[0].line)
            yield f"{place}: {by} {', '.join(names[:6])}{more}."


def shown_name(file: Path, root: Path) -> str:
    """A file as messages name it: relative to the project where it lies there."""
    return str(file.relative_to(root)) if file.is_relative_to(root) else str(file)


def read_bib(file: Path, shown: str) -> Mapping[str, Work]:
    """The entries of a BibTeX file by key. Raises ReportgenError with all that is wrong in it."""
    try:
        text = file.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or f"not valid UTF-8 ({error})"
        raise ReportgenError(
            f"Cannot read the bibliography: {reason}.", place=Place(shown)
        ) from None
    return parsed(text, file, shown)


@lru_cache(maxsize=16)
def parsed(text: str, file: Path, shown: str) -> Mapping[str, Work]:
    """The entries of such a text, read once however often posts are rendered."""
    from pybtex import errors
    from pybtex.database import BibliographyData, parse_string

    with errors.capture() as faults:
        data: BibliographyData = parse_string(text, "bibtex")
    if serious := [fault for fault in faults if not is_harmless(fault)]:
        raise together([fault_in(fault, text, shown) for fault in serious])
    starts = entry_lines(text)
    return {
        key: work_of(key, entry, data, file, starts.get(key.lower(), [1])[0])
        for key, entry in data.entries.items()
        if entry.fields or entry.persons  # an entry within a comment has none
    }


def is_harmless(fault: Any) -> bool:
    """What BibTeX only warns of: a macro that nobody defined, a field that comes twice."""
    return type(fault).__name__ in ("UndefinedMacro", "DuplicateField", "InvalidNameString")


def entry_lines(text: str) -> dict[str, list[int]]:
    """The lines on which entries begin, by key in lower case."""
    found: dict[str, list[int]] = {}
    for match in re.finditer(r"@\s*\w+\s*[{(]\s*([^\s,={}()\"]+)\s*,", text):
        found.setdefault(match[1].lower(), []).append(text.count("\n", 0, match.start()) + 1)
    return found


def fault_in(fault: Any, text: str, shown: str) -> ReportgenError:
    """What pybtex says, with the place and the line."""
    message = re.sub(r"^syntax error in line \d+: ", "", str(fault))
    repeated = re.fullmatch(r"repeated bibliography entry: (.*)", message)
    if repeated:
        lines = entry_lines(text).get(repeated[1].lower(), [1])
        message = f"'{repeated[1]}' is there twice; first in line {lines[0]}."
        line, column = lines[min(1, len(lines) - 1)], 0
    else:
        message = f"Not valid BibTeX: {message}."
        line, column = getattr(fault, "lineno", None) or 1, 0
        context = getattr(fault, "error_context_info", None)
        if context:
            column = context[2] - (text.rfind("\n", 0, context[2]) + 1)
    lines_of = text.split("\n")
    line = min(line, len(lines_of))
    source = lines_of[line - 1]
    column = min(max(column, 0), max(0, len(source) - 1))
    return ReportgenError(
        message, place=Place(shown, line, column + 1), excerpt=excerpt(source, line, column, 1)
    )


def work_of(key: str, entry: Any, data: Any, file: Path, line: int) -> Work:
    """An entry with the fields that it takes from the one that ``crossref`` names."""
    fields = {name.lower(): value for name, value in entry.fields.items()}
    persons = dict(entry.persons)
    if fields.get("crossref", "") in data.entries:
        parent = data.entries[fields["crossref"]]
        theirs = {name.lower(): value for name, value in parent.fields.items()}
        if "title" in theirs:
            theirs["booktitle"] = theirs.pop("title")
        fields = {**theirs, **fields}
        persons = {**dict(parent.persons), **persons}
    authors, others = names_of(persons.get("author", ()))
    editors, _ = names_of(persons.get("editor", ()))
    return Work(key, entry.type.lower(), fields, authors, editors, file, line, others)


def names_of(persons: Sequence[Any]) -> tuple[tuple[Name, ...], bool]:
    """The names, and whether "and others" ends them."""
    found = []
    for person in persons:
        family = [*person.prelast_names, *person.last_names]
        given = [*person.first_names, *person.middle_names]
        lineage = "".join(f", {plain(' '.join([word]))}" for word in person.lineage_names)
        found.append(Name(plain(" ".join(given)), plain(" ".join(family)) + lineage))
    others = bool(found) and found[-1] == Name("", "others")
    return tuple(found[: len(found) - others]), others


@lru_cache(maxsize=4096)
def plain(latex: str) -> str:
    """LaTeX of a BibTeX file as text: accents, dashes and Greek letters, no braces."""
    from pybtex.richtext import Text

    try:
        text = str(Text.from_latex(STYLE.sub("", latex)))
    except Exception:  # braces that do not match: shown as they are written
        text = latex
    return " ".join(re.sub(r"(?<=\S)~(?=\S)", "\u00a0", text.replace("$", "")).split(" "))
