"""kramdown's extensions: attribute lists of blocks, ``{::comment}``, ``{::options}`` and such."""

import re

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.attributes import read_attributes
from reportgen.blog.kramdown.element import Element
from reportgen.blog.kramdown.scanner import Scanner, State

NAMED = ("link", "abbreviation", "footnote")


def block_extension(s: Scanner) -> bool:
    """A definition of attributes, an extension, or the attributes of a block."""
    start = s.position
    if match := s.scan(p.ALD):
        s.state.lists[match[1]] = s.read(match[2], s.state.lists.get(match[1]))
        s.add("boundary", start, match.end(), info="list")
        return True
    if match := s.match(p.BLOCK_EXTENSION):
        return _extension(s, match)
    if match := s.scan(p.IAL):
        last = s.last
        if (
            last is None
            or last.kind == "blank"
            or (last.kind == "boundary" and last.info not in NAMED)
        ):
            s.attributes = s.read(match[1], s.attributes)
            return True
        last.ial = s.read(match[1], last.ial)
        if not s.match(p.IAL):
            s.add("boundary", start, match.end(), info="attributes")
        return True
    return False


def _extension(s: Scanner, match: re.Match[str]) -> bool:
    name, given, closed, _ = match.groups()
    if not name:
        return False
    body, end = None, match.end()
    if not closed:
        closing = re.compile(rf"^ {{0,3}}\{{:/(?:{name})?\}}{p.S}*?\n", re.M)
        stop = closing.search(s.string, end) if s.closes("{:/") else None
        if stop is None:
            return False
        body, end = s.string[end : stop.start()].removesuffix("\n"), stop.end()
    found = extension(s.state, name, given or "", body)
    if found is None:
        return False
    if name == "options":
        s.add("boundary", s.position, end, info="extension")
    elif body is not None:
        found.start, found.end = s.range(s.position, end)
        s.tree.children.append(found)
    s.position = end
    return True


def extension(state: State, name: str, given: str, body: str | None) -> Element | None:
    """What an extension stands for; None where there is none of that name."""
    values = read_attributes(given).values
    if name == "comment":
        return Element("extension", value=body or "", info="comment")
    if name == "nomarkdown":
        types = values.get("type", "").split()
        return Element(
            "extension", value=body or "", info="raw" if not types or "html" in types else ""
        )
    if name == "options":
        state.options.update(values)
        return Element("extension")
    return None
