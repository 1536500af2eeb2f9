"""Makes prose mean in kramdown what its author meant: pipes, headings, dollars."""

import re
import unicodedata
from dataclasses import dataclass

from reportgen.posts.scan import blocks

PIPE = "\ue0f4"  # a pipe of the prose, until it is known whether it makes a table
HEADING = re.compile(
    r"^(?P<marks>#{1,6})[ \t]+(?P<text>.*?)(?:[ \t]+#+)?[ \t]*$"
    r"|^(?P<setext>[^\s>#|`~<-][^\n]*)\n(?P<line>=+|-+)[ \t]*$",
    re.MULTILINE,
)
GIVEN_ID = re.compile(r"[ \t]*\{#([\w:-]+)\}$")
DELIMITER = re.compile(rf"[\s>]*[-:{PIPE}\s]*-[-:{PIPE}\s]*")


@dataclass(frozen=True)
class RawHeading:
    """A heading as it is written: ``text`` without its marks and its id, if one is given."""

    level: int
    text: str
    id: str
    start: int
    end: int


def headings(text: str) -> list[RawHeading]:
    """The headings in the prose of a Markdown text."""
    found = []
    for block in blocks(text):
        if block.kind == "text":
            found += [_heading(match, block.start) for match in HEADING.finditer(block.text)]
    return found


def _heading(match: re.Match[str], offset: int) -> RawHeading:
    text = (match["text"] if match["marks"] else match["setext"]).strip()
    level = len(match["marks"]) if match["marks"] else 1 if match["line"][0] == "=" else 2
    given = GIVEN_ID.search(text)
    return RawHeading(
        level,
        GIVEN_ID.sub("", text),
        given[1] if given else "",
        offset + match.start(),
        offset + match.end(),
    )


def header_id(plain: str, used: dict[str, int]) -> str:
    """The id that kramdown's GFM parser gives to a heading's text; repeats get -1, -2.

    Letters, marks, digits, connectors, hyphens stay; spaces become hyphens.
    """
    kept = (c for c in plain.lower() if c in "- \t" or unicodedata.category(c)[:2] in _WORD)
    slug = re.sub(r"[ \t]", "-", "".join(kept)).strip("-") or "section"
    used[slug] = used.get(slug, -1) + 1
    return f"{slug}-{used[slug]}" if used[slug] else slug


_WORD = {"Lu", "Ll", "Lt", "Lm", "Lo", "Mn", "Mc", "Me", "Nd", "Pc"}


def settle_pipes(text: str) -> str:
    """Pipes of a GFM table (header, delimiter row) stay; others are escaped.

    kramdown makes a table of any block whose first line has a pipe.
    """
    lines = text.split("\n")
    keep = set()
    for i in range(1, len(lines)):
        if PIPE in lines[i - 1] and DELIMITER.fullmatch(lines[i]) and PIPE in lines[i]:
            if i - 1 in keep:
                continue
            j = i - 1
            while j < len(lines) and PIPE in lines[j]:
                keep.add(j)
                j += 1
    return "\n".join(
        line.replace(PIPE, "|" if i in keep else "\\|") for i, line in enumerate(lines)
    )


def pend_pipes(text: str) -> str:
    """Prose with its pipes (but escaped ones) marked for ``settle_pipes``."""
    return re.sub(r"(?<!\\)\|", PIPE, text)


def plain_dollars(text: str) -> str:
    """Prose whose dollars, escaped or lone, no parser takes for maths."""
    return re.sub(r"\\?\$", "&#36;", text)
