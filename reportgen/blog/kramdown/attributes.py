"""Attribute lists, ``{: .class #id key="value" reference}``."""

import re

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.element import Attributes

Lists = dict[str, Attributes]


def read_attributes(source: str, into: Attributes | None = None) -> Attributes:
    """The attributes that a list's text names, added to those of ``into``."""
    found = into or Attributes()
    if source.strip() in ("", ":"):
        return found
    for match in p.ATTRIBUTE.finditer(source):
        if match["ref"]:
            found.refs.append(match["ref"])
        elif match["named"]:
            for name, kind in p.NAMED.findall(match["named"]):
                found.set("class" if kind else "id", kind or name)
        else:
            value = re.sub(rf"\\(\}}|{match['quote']})", r"\1", match["value"])
            found.values[match["key"]] = value
    return found


def apply_attributes(attr: dict[str, str], given: Attributes, lists: Lists) -> None:
    """Sets the attributes of an element to those of a list and the lists it refers to."""
    _apply(attr, given, lists, ())


def _apply(attr: dict[str, str], given: Attributes, lists: Lists, seen: tuple[str, ...]) -> None:
    for ref in given.refs:
        if ref in lists and ref not in seen:
            _apply(attr, lists[ref], lists, (*seen, ref))
    for name, value in given.values.items():
        before = attr.get(name) if name == "class" else None
        attr[name] = value if before is None else f"{before} {value}".lstrip()
