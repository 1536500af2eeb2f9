"""The YAML at the head of a post."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from functools import cache
from typing import Any

HEAD = re.compile(r"\A\ufeff?---[ \t]*\n(?P<yaml>.*?\n?)^(?:---|\.\.\.)[ \t]*$\n?", re.M | re.S)
NAME = re.compile(r"(?P<date>\d{2,4}-\d{1,2}-\d{1,2})-(?P<slug>.+)\.[^.]+\Z")
DATE = re.compile(
    r"\s*(?P<year>\d{4})-(?P<month>\d\d?)-(?P<day>\d\d?)"
    r"(?:(?:[Tt]|\s+)(?P<hour>\d\d?):(?P<minute>\d\d)(?::(?P<second>\d\d)(?:\.\d*)?)?"
    r"\s*(?P<zone>Z|UTC|GMT|[-+]\d\d?:?(?:\d\d)?)?)?\s*\Z"
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
    from yaml import load as load_yaml

    try:
        values = load_yaml(yaml, _loader())
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

    return _without_dates(yaml.SafeDumper)


@dataclass(frozen=True)
class Date:
    """A date as Jekyll reads it. ``moment`` has the offset that is written, else that of UTC."""

    moment: datetime
    has_time: bool
    has_offset: bool


def date(value: object) -> Date | None:
    """The date in ``value``, or None if it is none that Jekyll knows."""
    match = DATE.match(str(value))
    if match is None:
        return None
    parts = [int(match[name] or 0) for name in ("year", "month", "day", "hour", "minute", "second")]
    zone = (match["zone"] or "").replace(":", "")
    try:
        moment = datetime(*parts, tzinfo=timezone(_shift(zone)))  # type: ignore[misc, arg-type]
    except (ValueError, OverflowError):
        return None
    return Date(moment, match["hour"] is not None, bool(zone))


def dated(name: str, front: FrontMatter) -> Date | None:
    """When a post is dated: by its front matter, else by the name of its file."""
    written = front.get("date")
    if written is None:
        match = NAME.match(name)
        written = match["date"] if match else None
    return date(written)


def _shift(zone: str) -> timedelta:
    if zone[:1] not in ("+", "-"):
        return timedelta()
    digits = zone[1:].zfill(2) if len(zone) <= 3 else zone[1:].zfill(4)
    hours, minutes = int(digits[:2]), int(digits[2:] or 0)
    size = timedelta(hours=hours, minutes=minutes)
    return size if zone[0] == "+" else -size
