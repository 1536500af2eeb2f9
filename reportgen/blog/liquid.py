"""Liquid, which Jekyll runs over a post before Markdown: its tags, and the text without them."""

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from reportgen.blog.text import Piece, Text
from reportgen.blog.words import words

HOLE = "\u029f"
"""A letter that stands for every character of a Liquid construct that prints something."""

OPENING = re.compile(r"\{\{|\{%")
NO_NAME = re.compile(r"\W")
PARAMETER = re.compile(r"""([\w-]+)\s*=\s*("(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')""")
MADE = {
    "highlight": re.compile("[<>&]"),
    **dict.fromkeys(words("katex math latex tikz mermaid plantuml"), re.compile(r"(?s).+")),
    "katexmm": re.compile(r"\$\$.+?\$\$|\$[^$]+\$", re.DOTALL),
}
"""What a tag makes HTML of, in the text up to its end, before Markdown reads it."""
HIGHLIGHTED = {"highlight": "<figure><pre>", "endhighlight": "</pre></figure>"}
PRINTS = words("include include_relative include_cached link post_url gist seo cite")

BLOCKS = words("if unless case for tablerow capture highlight raw comment")
TAGS = BLOCKS | words(
    "else elsif when break continue cycle assign increment decrement include include_relative "
    "include_cached link post_url ifchanged gist seo feed_meta avatar octicon render liquid echo "
    "endifchanged inline_highlight github_edit_link"
)
ROOTS = words(
    "site page layout content paginator jekyll include forloop tablerowloop theme post nil null "
    "true false blank empty"
)
VARIABLE = re.compile(r"[A-Za-z_][\w-]*")
LITERAL = re.compile(r"[\"']|-?\d+(?:\.\d+)?\s*(?:\||\Z)|\(")


@dataclass(frozen=True)
class Token:
    """One Liquid construct: ``kind`` is "tag", "output", "raw", "comment" or "unclosed".

    ``name`` is the name of a tag; ``body`` its arguments, or the expression of an output.
    """

    kind: str
    start: int
    end: int
    name: str = ""
    body: str = ""

    @property
    def parameters(self) -> dict[str, str]:
        """The ``name="value"`` pairs of an include, without quotes; not those of variables."""
        return {name: value.strip("\"'") for name, value in PARAMETER.findall(self.body)}


def tokens(source: str, start: int = 0) -> Iterator[Token]:
    """The Liquid constructs of ``source`` from ``start`` on, as Liquid itself would cut them."""
    position, ends = start, Ends(source)
    while opening := OPENING.search(source, position):
        cut = _output if opening[0] == "{{" else _tag
        token = cut(source, opening.start(), ends)
        yield token
        position = token.end


class Ends:
    """Where something ends in a text; what was looked for in vain is not looked for again."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._lost: set[str] = set()

    def of(self, sign: str, position: int) -> int:
        """The place of a sign from ``position`` on, -1 for none."""
        found = -1 if sign in self._lost else self._source.find(sign, position)
        if found < 0:
            self._lost.add(sign)
        return found

    def of_block(self, name: str, position: int) -> re.Match[str] | None:
        """The tag that ends a block of this name."""
        if name in self._lost:
            return None
        closing = re.compile(rf"\{{%-?\s*end{name}\s*-?%\}}").search(self._source, position)
        if closing is None:
            self._lost.add(name)
        return closing


def _output(source: str, start: int, ends: Ends) -> Token:
    """An output ends at the first brace, whatever it stands in; Liquid stops where it is alone."""
    end = ends.of("}", start + 2)
    if not source.startswith("}}", end) or end < 0:
        return Token("unclosed", start, start + 2, body="{{")
    return Token("output", start, end + 2, body=_inner(source, start, end))


def _tag(source: str, start: int, ends: Ends) -> Token:
    end = ends.of("%}", start + 2)
    if end < 0:
        return Token("unclosed", start, start + 2, body="{%")
    inner = _inner(source, start, end)
    name = NO_NAME.split(inner, maxsplit=1)[0]
    body, end = inner[len(name) :].lstrip(), end + 2
    closing = ends.of_block(name, end) if name in ("raw", "comment") else None
    if closing:
        return Token(name, start, closing.end(), name, source[end : closing.start()])
    return Token("tag", start, end, name, body)


def _inner(source: str, start: int, end: int) -> str:
    """What stands in a construct, without the signs that take blanks away and blanks."""
    return source[start + 2 : end].removeprefix("-").removesuffix("-").strip()


def assigned(found: Iterable[Token]) -> set[str]:
    """The names of the variables that tags set."""
    setting = ("assign", "capture", "for", "tablerow", "increment", "decrement")
    matches = (VARIABLE.match(token.body) for token in found if token.name in setting)
    return {match[0] for match in matches if match}


def prints_something(token: Token, variables: Collection[str]) -> bool:
    """Whether an output is a literal, or of one of the ``variables``; others print nothing."""
    first = re.split(r"[.\[|\s]", token.body, maxsplit=1)[0]
    return first in variables or LITERAL.match(token.body) is not None


def without_liquid(source: str, found: Iterable[Token], start: int) -> Text:
    """``source`` from ``start`` on as Markdown will see it, with holes where Liquid prints."""
    pieces: list[Piece] = []
    position, made = start, ""
    for token in found:
        text = source[position : token.start]
        pieces.append(
            (MADE[made].sub(lambda m: HOLE * len(m[0]), text) if made else text, position)
        )
        pieces.extend(_printed(source, token))
        position = token.end
        if token.name in MADE or token.name == f"end{made}":
            made = token.name if token.name in MADE else ""
    pieces.append((source[position:], position))
    return Text(pieces)


def _printed(source: str, token: Token) -> list[Piece]:
    if token.kind == "raw":
        inner = source.index("%}", token.start) + 2
        return [(source[inner : inner + len(token.body)], inner)]
    if token.kind == "output" or token.name in PRINTS:
        return [(HOLE * (token.end - token.start), token.start)]
    if token.kind == "unclosed":
        return [(source[token.start : token.end], token.start)]
    if token.name in HIGHLIGHTED:
        return [(HIGHLIGHTED[token.name], token.start)]
    return []
