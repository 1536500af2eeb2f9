"""The parts of a page, and how they are written.

A part is ("open" | "void", name, attributes, element), ("close", name), or ("text" | "plain" |
"raw" | "comment" | "space", string). "text" may hold character references; "plain" holds none.
"""

import re
from typing import Any

from reportgen.blog.kramdown import patterns as p

Part = tuple[Any, ...]
ESCAPES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", '"': "&quot;"}
TEXT = re.compile(rf"{p.REFERENCE.pattern}|[<>&]")
VALUE = re.compile(rf'{p.REFERENCE.pattern}|[<>&"]')


def escape(text: str, pattern: re.Pattern[str] = TEXT) -> str:
    """Text for HTML; character references stay as they are."""
    return pattern.sub(lambda match: ESCAPES.get(match[0], match[0]), text)


def plain(text: str) -> str:
    """Text for HTML, references and all."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def written(parts: list[Part]) -> str:
    """The HTML of some parts, as kramdown writes it."""
    out: list[str] = []
    for part in parts:
        kind = part[0]
        if kind in ("open", "void"):
            ending = " />" if kind == "void" else ">"
            out.append(f"<{part[1]}{_attributes(part[2])}{ending}")
        elif kind == "close":
            out.append(f"</{part[1]}>")
        elif kind == "text":
            out.append(escape(part[1]))
        else:
            out.append(plain(part[1]) if kind == "plain" else part[1])
    return "".join(out)


def _attributes(attr: dict[str, str]) -> str:
    return "".join(
        f' {name}="{escape(value, VALUE)}"'
        for name, value in attr.items()
        if name != "id" or value.strip()
    )
