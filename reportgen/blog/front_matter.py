"""The YAML at the head of a post."""

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone, tzinfo
from functools import cache
from typing import Any

HEAD = re.compile(r"\A\ufeff?---[ \t]*\n(?P<yaml>.*?\n?)^(?:---|\.\.\.)[ \t]*$\n?", re.M | re.S)
NAME = re.compile(r"(?P<date>\d{2,4}-\d{1,2}-\d{1,2})-(?P<slug>.+)\.[^.]+\Z")
DATE = re.compile(
    r"\s*(?P<year>\d{2,4})-(?P<month>\d\d?)-(?P<day>\d\d?)"
    r"(?:(?:[Tt]|\s+)(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d*)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[-+]\d\d?:?(?:\d\d)?)?)?\s*\Z"
)
LONG, DEPTH, LARGEST = 20_000, 100, 100_000
"""A YAML text that is no longer, with no more signs of depth, cannot be too deep."""
MONTHS = "janfebmaraprmayjunjulaugsepoctnovdec"
MONTH = rf"(?P<month>(?:{'|'.join(re.findall('...', MONTHS))})[a-z]*)"
CLOCK = re.compile(
    r"(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d*)?)?"
    r"(?:\s*(?P<zone>Z|UTC|GMT|[-+]\d\d?:?(?:\d\d)?)(?!\w))?"
)
LOOSE_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"\b(?P<day>\d\d?)(?:st|nd|rd|th)?\s+{MONTH}[,.]?\s+(?P<year>\d{{4}})\b",
        rf"\b{MONTH}[.]?\s+(?:(?P<day>\d\d?)(?:st|nd|rd|th)?,?\s+)?(?P<year>\d{{4}})\b",
        r"\b(?P<year>\d{4})[-/.](?P<month>\d\d?)[-/.](?P<day>\d\d?)\b",
        r"\b(?P<day>\d\d?)[/.](?P<month>\d\d?)[/.](?P<year>\d{4})\b",
        r"\b(?P<year>\d{4})(?P<month>\d\d)(?P<day>\d\d)\b",
    )
)


@dataclass(frozen=True)
class FrontMatter:
    """``body`` is the offset of the text below it; ``fault`` the place and words of bad YAML."""

    present: bool
    body: int = 0
    values: dict[str, Any] = field(default_factory=dict)
    fault: tuple[int, str] | None = None
    source: str = ""

    def offset(self, key: str) -> int:
        """Where ``key`` is set in the source, or 0."""
        match = re.search(rf"(?m)^{re.escape(key)}[ \t]*:", self.source[: self.body])
        return match.start() if match else 0

    def get(self, path: str) -> Any:
        """The value at a dotted path such as "header.image", or None."""
        value: Any = self.values
        for key in path.split("."):
            value = value.get(key) if isinstance(value, dict) else None
        return value


def read(source: str) -> FrontMatter:
    """The front matter of a file; broken YAML becomes a ``fault``, never an exception."""
    match = HEAD.match(source)
    if match is None:
        return FrontMatter(False)
    values, fault = load(match["yaml"])
    place = None if fault is None else (match.start("yaml") + fault[0], fault[1])
    return FrontMatter(True, match.end(), values, place, source)


def load(yaml: str) -> tuple[dict[str, Any], tuple[int, str] | None]:
    """The mapping in a YAML text with dates as strings, and the offset and words of a fault."""
    from yaml import YAMLError

    try:
        values = _loaded(yaml)
    except YAMLError as error:
        mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
        problem = getattr(error, "problem", None) or str(error).splitlines()[0]
        return {}, (min(_offset(yaml, mark), max(len(yaml) - 1, 0)), problem)
    except ValueError as error:
        return {}, (0, str(error))
    if values is None:
        return {}, None
    if not isinstance(values, dict):
        return {}, (0, f"a mapping was expected, not {type(values).__name__}")
    return {str(key): value for key, value in values.items()}, None


def _loaded(text: str) -> Any:
    """The value of a YAML text. Raises ValueError where it is too deep, or grows without bounds."""
    import yaml

    if len(text) > LONG or sum(text.count(sign) for sign in ("[", "{", "- ", "? ")) > DEPTH:
        depth = 0
        for event in yaml.parse(text, _loader()):
            depth += isinstance(event, yaml.CollectionStartEvent)
            depth -= isinstance(event, yaml.CollectionEndEvent)
            if depth > DEPTH:
                raise ValueError(f"it is nested more than {DEPTH} times")
    loader = _loader()(text)
    try:
        node = loader.get_single_node()
        if node is not None and "*" in text and _weight(node, {}) > LARGEST:
            raise ValueError(f"its aliases stand for more than {LARGEST} values")
        return None if node is None else loader.construct_document(node)
    finally:
        loader.dispose()


def _weight(node: Any, known: dict[int, float]) -> float:
    """How many values a node stands for, those behind its aliases counted each time."""
    if id(node) not in known:
        known[id(node)] = float("inf")  # until it is known, for a node that holds itself
        inner = node.value if isinstance(node.value, list) else []
        parts = (part for each in inner for part in (each if isinstance(each, tuple) else (each,)))
        known[id(node)] = 1 + sum(_weight(part, known) for part in parts)
    return known[id(node)]


def _offset(yaml: str, mark: Any) -> int:
    if mark is None:
        return 0
    lines = yaml.splitlines(keepends=True)
    return sum(len(line) for line in lines[: mark.line]) + int(mark.column)


@cache
def _loader() -> Any:
    """A safe loader (the C one where PyYAML has it) that leaves dates as they are written."""
    import yaml

    return _without_dates(getattr(yaml, "CSafeLoader", yaml.SafeLoader))


def _without_dates(base: Any) -> Any:
    return type(
        base.__name__,
        (base,),
        {
            "yaml_implicit_resolvers": {
                first: [(tag, regexp) for tag, regexp in pairs if not tag.endswith(":timestamp")]
                for first, pairs in base.yaml_implicit_resolvers.items()
            }
        },
    )


def dump(values: dict[str, Any]) -> str:
    """Values as YAML that ``load`` reads back; dates in strings stay dates for Jekyll."""
    import yaml

    return str(yaml.dump(values, Dumper=_dumper(), sort_keys=False, allow_unicode=True, width=1000))


@cache
def _dumper() -> Any:
    import yaml

    return _without_dates(getattr(yaml, "CSafeDumper", yaml.SafeDumper))


@dataclass(frozen=True)
class Date:
    """A date as Jekyll reads it. ``moment`` has the offset that is written, or the site's."""

    moment: datetime
    has_time: bool
    has_offset: bool


def date(value: object, zone: tzinfo = UTC) -> Date | None:
    """The date in ``value``, or None if it is none that Jekyll, by Ruby's Time.parse, knows."""
    match = DATE.match(str(value))
    if match is None:
        return _loose_date(str(value), zone)
    zone = UTC if match["second"] else zone  # YAML takes a whole time without an offset for UTC
    return _date([match[name] for name in ("year", "month", "day")], match, zone)


def _loose_date(text: str, zone: tzinfo) -> Date | None:
    """A date in words, or with slashes, dots or nothing between its numbers."""
    clock = CLOCK.search(text)
    rest = f"{text[: clock.start()]} {text[clock.end() :]}" if clock else text
    for pattern in LOOSE_DATES:
        if match := pattern.search(rest):
            return _date([match[name] for name in ("year", "month", "day")], clock, zone)
    return None


def _date(day: list[str], clock: re.Match[str] | None, zone: tzinfo) -> Date | None:
    year, month, number = day
    if len(year) == 2:
        year = f"{'19' if year >= '69' else '20'}{year}"
    month = str(MONTHS.index(month[:3].lower()) // 3 + 1) if month.isalpha() else month
    time = [clock[name] or "0" for name in ("hour", "minute", "second")] if clock else []
    parts = [int(part) for part in (year, month, "1", *time)]
    written = (clock["zone"] or "").replace(":", "") if clock else ""
    days = int(number or 1)
    try:
        moment = datetime(*parts, tzinfo=timezone(_shift(written)) if written else zone)  # type: ignore[misc, arg-type]
        moment += timedelta(days - 1)  # the 31st of a month of 30 days is the first of the next
    except (ValueError, OverflowError):
        return None
    found = Date(moment, bool(clock and clock["hour"]), bool(written))
    return found if 1 <= days <= 31 else None


def dated(name: str, front: FrontMatter, zone: tzinfo = UTC) -> Date | None:
    """When a post is dated: by its front matter, else by the name of its file."""
    written = front.get("date")
    if written is None:
        match = NAME.match(name)
        written = match["date"] if match else None
    return date(written, zone)


def _shift(zone: str) -> timedelta:
    if zone[:1] not in ("+", "-"):
        return timedelta()
    digits = zone[1:].zfill(2) if len(zone) <= 3 else zone[1:].zfill(4)
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    size = timedelta(hours=hours, minutes=minutes)
    return size if zone[0] == "+" else -size
