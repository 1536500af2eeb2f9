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
        s.state.lists[match[1]] = read_attributes(match[2], s.state.lists.get(match[1]))
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
            s.attributes = read_attributes(match[1], s.attributes)
            return True
        last.ial = read_attributes(match[1], last.ial)
        if not s.match(p.IAL):
            s.add("boundary", start, match.end(), info="attributes")
        return True
    return False


def _extension(s: Scanner, match: re.Match[str]) -> bool:
    found = extension(s.state, match, s.string, is_closed=s.closes("{:/"), block=True)
    if found is None:
        return False
    made, end = found
    if made.kind == "boundary":
        s.add("boundary", s.position, end, info="extension")
    elif made.kind:
        made.start, made.end = s.range(s.position, end)
        s.tree.children.append(made)
    s.position = end
    return True


def extension(
    state: State, match: re.Match[str], string: str, *, is_closed: bool, block: bool = False
) -> tuple[Element, int] | None:
    """What an extension that begins with ``match`` stands for, and where it ends.

    None where there is none of that name, or nothing ends it: ``is_closed`` tells whether anything
    may. Its kind is "extension", "boundary" for options, and "" where it has no body.
    """
    name, given, without_body, _ = match.groups()
    body, end = "", match.end()
    if not without_body:
        tag = rf"\{{:/(?:{name})?\}}"
        closing = re.compile(rf"^ {{0,3}}{tag}{p.S}*?\n" if block else tag, re.M)
        stop = closing.search(string, end) if is_closed else None
        if stop is None:
            return None
        body, end = string[end : stop.start()].removesuffix("\n" if block else ""), stop.end()
    values = read_attributes(given or "").values
    if name == "options":
        state.options.update(values)
        return Element("boundary"), end
    if name not in ("comment", "nomarkdown"):
        return None
    types = values.get("type", "").split()
    info = name if name == "comment" else "raw" if not types or "html" in types else ""
    return Element("" if without_body else "extension", value=body, info=info), end
