"""Whether published pages still say what their records say.

Every mark of a page is compared with its value in ``records.json``, printed anew; every figure
with the digests of its words and of its files. The records' values are compared with the store's,
where that has the runs.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from typing import Any
from urllib.parse import unquote

from reportgen.engine.results import step_into
from reportgen.errors import Place, ReportgenError, WrongUse
from reportgen.posts.filters import FILTERS, plain_text
from reportgen.posts.marks import Figure, Mark, PageReader, same
from reportgen.posts.records import FORMAT, NAME, digests_of
from reportgen.store import Store

PAGES = (".html", ".htm", ".md", ".markdown")
WRAPPED = re.compile(r"(data-v=\"[^\"]*\">)`+ ?|(?<!`) ?`+(?=</span>)|\{% (?:end)?raw %\}")
"""What stands around code in a page that is still Markdown."""

PARTS = {
    "text": "words or numbers",
    "drawn": "drawing or alt texts",
    "named": "files, or their order,",
}
"""What each digest of a figure is of; older records have not all of them."""

Recorded = Callable[[str, str, list[str]], Any]
"""The value at a path of a node's run with this output, or None where that is not known."""


@dataclass
class Audit:
    """What was compared, and each ``fault`` as a line with its file and line."""

    pages: int = 0
    values: int = 0
    figures: int = 0
    files: int = 0
    faults: list[str] = field(default_factory=list)


@dataclass
class Records:
    """The records of one post, and what of them pages have shown so far."""

    file: Path
    data: dict[str, Any]
    seen: set[tuple[str, str]] = field(default_factory=set)


def audit(target: Path, recorded: Recorded | None = None) -> Audit:
    """Compare a page, or all pages below a folder, with their records.

    Raises ReportgenError where there is no page, where records are missing or are none, or where
    nothing on the pages comes from a run.
    """
    found = Audit()
    read: dict[Path, Records] = {}
    for page in pages_of(target):
        reader = PageReader(WRAPPED.sub(r"\1", page.read_text(encoding="utf-8")))
        slugs = {mark.id.rpartition("/")[0] for mark in reader.marks}
        slugs |= {slug for figure in reader.figures for slug, _, _ in figure.files}
        if not slugs:
            continue
        found.pages += 1
        records = {slug: records_for(page, slug, read) for slug in sorted(slugs)}
        for mark in reader.marks:
            found.values += 1
            found.faults += faults_of_mark(page, mark, records)
        for figure in reader.figures:
            found.figures += 1
            found.faults += faults_of_figure(page, figure, records)
    if not found.pages:
        message = f"Nothing in '{target}' is marked as coming from a run."
        raise ReportgenError(message, hint="Audit a page or a site that reportgen has built.")
    for each in read.values():
        found.files += sum(len(files) for _, files in files_of(each))
        found.faults += [*missing(each), *faults_of_files(each), *unlike_store(each, recorded)]
    return found


def pages_of(target: Path) -> list[Path]:
    """The pages that are to be audited. Raises WrongUse where there is nothing."""
    if target.is_file():
        return [target]
    if not target.is_dir():
        raise WrongUse(f"There is no page or folder '{target}'.")
    return sorted(p for p in target.rglob("*") if p.suffix in PAGES and p.is_file())


def records_for(page: Path, slug: str, read: dict[Path, Records]) -> Records:
    """The records of a post, in the site that a page belongs to: the nearest with its files."""
    path = f"assets/figures/{slug}/{NAME}"
    files = (folder / path for folder in page.resolve().parents)
    file = next((file for file in files if file.parent.is_dir()), None)
    if file is not None and file.is_file():
        if file not in read:
            read[file] = Records(file, parsed(file))
        return read[file]
    hint = "Audit the whole site, or build the page again: its records lie beside its pictures."
    raise ReportgenError(f"'{path}' is missing.", place=Place(page), hint=hint)


def parsed(file: Path) -> dict[str, Any]:
    """The records of a page. Raises ReportgenError for another format, and for what is damaged."""
    try:
        data = json.loads(file.read_bytes())
        if data["format"] != FORMAT:
            raise ReportgenError("These records have another format.", place=Place(file))
        for value in data["values"].values():
            _ = value["of"], str(value["text"])
        for figure in data["figures"].values():
            _ = figure["files"].items(), figure["text"]
        card = dict(data.get("card", {}))  # older records have none
        return {name: data[name] for name in ("runs", "values", "figures")} | {"card": card}
    except (ValueError, KeyError, TypeError, AttributeError):
        raise ReportgenError("These are no records.", place=Place(file)) from None


def faults_of_mark(page: Path, mark: Mark, records: dict[str, Records]) -> Iterator[str]:
    """What is wrong with a value on a page."""
    slug, _, number = mark.id.rpartition("/")
    place = Place(page, mark.line)
    value = records[slug].data["values"].get(number)
    if value is None:
        yield f"{place}: '{shown(mark.text)}' is marked as value {number}, which has no record."
        return
    records[slug].seen.add(("values", number))
    due = printed(value)
    if same(mark.text) != same(due):
        because = f", {value['value']}" if "value" in value else ""
        yield f"{place}: '{shown(mark.text)}' should be '{shown(due)}': {names(value)}{because}."
    if mark.value is not None and "value" in value and mark.value != repr(value["value"]):
        told = f"'{shown(mark.text)}' tells machines {mark.value!r}, not {value['value']!r}"
        yield f"{place}: {told}: {names(value)}."
    for node, *_ in value["of"]:
        if node not in records[slug].data["runs"]:
            yield f"{place}: '{shown(mark.text)}' comes from '{node}', whose run has no record."


def printed(value: dict[str, Any]) -> str:
    """A recorded value as its filter prints it; one that is no number is its text."""
    how = value.get("how") or []
    number = value.get("value")
    if number is None:
        return str(value["text"])
    if how and how[0] in FILTERS:
        return FILTERS[how[0]](number, *how[1:])
    return plain_text(number) if not value.get("computed") else str(value["text"])


def names(value: dict[str, Any]) -> str:
    """``denoiser.test_psnr``, and what else a value was computed from."""
    return " and ".join(".".join(path) for path in value["of"])


def shown(text: str) -> str:
    """Text as a finding quotes it, in at most 60 characters."""
    text = " ".join(text.split())
    return text if len(text) <= 60 else f"{text[:59]}…"


def faults_of_figure(page: Path, figure: Figure, records: dict[str, Records]) -> Iterator[str]:
    """What is wrong with the words of a figure, and with the files that it names."""
    own = [each for each in records.values() if figure.anchor in each.data["figures"]]
    place = Place(page, figure.line)
    if not own:
        yield f"{place}: '{figure.anchor}' has no record."
        return
    [known] = [each.data["figures"][figure.anchor] for each in own[:1]]
    own[0].seen.add(("figures", figure.anchor))
    found = digests_of(figure)
    for part, what in PARTS.items():
        if known.get(part, "") not in ("", found[part]):
            yield f"{place}: the {what} of '{figure.anchor}' are not those of its record."
    for _, name, line in figure.files:
        if unquote(name) not in known["files"]:
            yield f"{Place(page, line)}: '{figure.anchor}' shows '{name}', which has no record."


def missing(records: Records) -> Iterator[str]:
    """What is recorded and on no page."""
    for kind in ("values", "figures"):
        for name in records.data[kind]:
            if (kind, name) not in records.seen:
                entry = records.data[kind][name]
                what = f"{names(entry)}, '{shown(entry['text'])}'," if kind == "values" else name
                yield f"{records.file}: {what} is recorded and marked on no page."


def files_of(records: Records) -> Iterator[tuple[str, dict[str, str]]]:
    """The digests of the files of each figure, and of the card by which a post is linked."""
    yield from ((anchor, each["files"]) for anchor, each in records.data["figures"].items())
    yield "card", records.data["card"]


def faults_of_files(records: Records) -> Iterator[str]:
    """Files that are missing or are not as they were recorded."""
    for anchor, files in files_of(records):
        for name, due in files.items():
            file = records.file.parent / Path(name).name
            if not file.is_file():
                yield f"{file}: is missing; '{anchor}' shows it."
            elif sha256(file.read_bytes()).hexdigest() != due:
                yield f"{file}: is not the picture of '{anchor}' that was recorded."


def unlike_store(records: Records, recorded: Recorded | None) -> Iterator[str]:
    """Values that the store has otherwise: the records themselves were changed."""
    for value in records.data["values"].values() if recorded else ():
        if value.get("computed") or "value" not in value:
            continue
        [[node, *path]] = value["of"]
        run = records.data["runs"].get(node, {})
        held = recorded(node, run.get("output", ""), path) if recorded else None
        if isinstance(held, int | float) and held != value["value"]:
            yield f"{records.file}: {names(value)} is {held} in the store, not {value['value']}."


def said(found: Audit) -> str:
    """One sentence about an audit."""
    counts = {
        "value": found.values,
        "figure": found.figures,
        "file": found.files,
        "page": found.pages,
    }
    values, figures, files, pages = (
        f"{count} {name}{'s' * (count != 1)}" for name, count in counts.items()
    )
    return f"{values}, {figures} and {files} on {pages} compared with their records"


def recorded_in(store: Store) -> Recorded:
    """Values and parameters of the runs in a store; what it does not have is None."""

    def value(node: str, digest: str, path: list[str]) -> Any:
        try:
            return step_into(store.load(digest), node, path, [])
        except (ReportgenError, OSError):
            runs = (record for record in store.records_of(node) if record.output == digest)
            params = next((record.params for record in runs), {})
            return params.get(path[0]) if len(path) == 1 else None

    return value
