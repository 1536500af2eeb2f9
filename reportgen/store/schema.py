"""What a record must look like. It comes from a disk, a bundle or a remote: from a stranger."""

import math
import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import Any

DIGEST = re.compile(r"[0-9a-f]{64}")
NODE = re.compile(r"(?!\.)[^/\\\x00-\x1f\x7f]{1,200}")
COMMIT = re.compile(r"([0-9a-f]*(-dirty)?)")


def is_digest(value: Any) -> bool:
    """Whether this is a SHA-256 as we write it, and so no path to anything."""
    return isinstance(value, str) and bool(DIGEST.fullmatch(value))


def is_text(value: Any) -> bool:
    """Whether a value is text."""
    return isinstance(value, str)


def is_count(value: Any) -> bool:
    """Whether a value is a whole number, not negative."""
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0


def is_duration(value: Any) -> bool:
    """Whether a value is a finite number of seconds."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return number and math.isfinite(value) and value >= 0


def is_time(value: Any) -> bool:
    """Whether a value is a date and time."""
    try:
        return isinstance(value, str) and bool(datetime.fromisoformat(value))
    except ValueError:
        return False


def matches(pattern: re.Pattern[str]) -> Callable[[Any], bool]:
    """A test for text of a form."""
    return lambda value: isinstance(value, str) and bool(pattern.fullmatch(value))


def listing(of: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """A test for lists."""
    return lambda value: isinstance(value, (list, tuple)) and all(map(of, value))


def is_place(value: Any) -> bool:
    """Whether this is a path as observations name one: not empty, nowhere through ``..``."""
    return isinstance(value, str) and value != "" and "\0" not in value and ".." not in parts(value)


def is_inside(value: Any) -> bool:
    """Whether this is a path below the project."""
    return is_place(value) and not value.startswith(("/", "\\"))


def parts(path: str) -> list[str]:
    """The names that a path goes through."""
    return path.replace("\\", "/").split("/")


def table(of: Callable[[Any], bool], to: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """A test for mappings, by tests of keys and values."""
    return lambda value: (
        isinstance(value, Mapping) and all(map(of, value)) and all(map(to, value.values()))
    )


def mapping(to: Callable[[Any], bool]) -> Callable[[Any], bool]:
    """A test for mappings with text as keys."""
    return table(is_text, to)


def is_text_or_none(value: Any) -> bool:
    """Whether a value is text or None."""
    return value is None or is_text(value)


def is_folder(value: Any) -> bool:
    """Whether this says what was in a folder, or that there was none."""
    if value is None or not isinstance(value, Mapping) or set(value) != {"names", "without"}:
        return value is None
    return is_text(value["names"]) and listing(is_text)(value["without"])


def is_definition(value: Any) -> bool:
    """Whether this is ``file:name``."""
    return is_place(value) and ":" in value


OBSERVED: dict[str, Callable[[Any], bool]] = {
    "files": table(is_place, is_text_or_none),
    "folders": table(is_place, is_folder),
    "links": table(is_place, is_text_or_none),
    "environment": table(is_text, is_text_or_none),
    "modules": table(is_place, is_text_or_none),
    "missing": table(is_text, lambda value: value is None),
    "ran": table(is_definition, is_text_or_none),
}
"""What a run may have seen, by kind: names, and what was found there."""


def is_observed(value: Any) -> bool:
    """Whether a value is an observation of known kinds."""
    return isinstance(value, Mapping) and all(
        kind in OBSERVED and OBSERVED[kind](found) for kind, found in value.items()
    )


FIELDS: dict[str, tuple[str, Callable[[Any], bool]]] = {
    "node": ("the name of a node", matches(NODE)),
    "kind": ("artifact or figure", lambda value: value in ("artifact", "figure")),
    "key": ("a digest", is_digest),
    "output": ("a digest", is_digest),
    "objects": ("a list of digests", listing(is_digest)),
    "params": ("a table", mapping(lambda value: True)),
    "inputs": ("a table of digests", mapping(is_digest)),
    "code": ("a table of texts", mapping(is_text)),
    "observed": ("what a run may see, by places", is_observed),
    "environment": ("a table of texts", mapping(is_text)),
    "sources": ("a table of digests, by files of the project", table(is_inside, is_digest)),
    "seed": ("a whole number", is_count),
    "device": ("a text", is_text),
    "seconds": ("a duration", is_duration),
    "finished": ("a time", is_time),
    "peak_memory": ("a number of bytes", is_count),
    "peak_device_memory": ("a number of bytes", is_count),
    "commit": ("a commit", matches(COMMIT)),
    "profile": ("a text", is_text),
    "version": ("a text", lambda value: value is None or is_text(value)),
    "notes": ("a list of texts", listing(is_text)),
    "accepted": ("a table of texts", mapping(is_text)),
}


def faults(data: Mapping[str, Any]) -> Iterator[str]:
    """What of a record's fields is not as it must be."""
    for name, value in data.items():
        if name not in FIELDS:
            yield f"it has a field '{name}' that no record has"
        elif not FIELDS[name][1](value):
            yield f"'{name}' is not {FIELDS[name][0]}"
