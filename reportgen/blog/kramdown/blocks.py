"""The blocks of a text, in the order in which kramdown tries them."""

from collections.abc import Callable
from functools import cache

from reportgen.blog.kramdown import leaves, lists, tables
from reportgen.blog.kramdown.element import Element
from reportgen.blog.kramdown.extensions import block_extension
from reportgen.blog.kramdown.html_blocks import FOUND, html
from reportgen.blog.kramdown.scanner import Scanner, State
from reportgen.blog.text import Text

Step = Callable[[Scanner], bool | object]
ANY = ""
STEPS: tuple[tuple[Step, str], ...] = (
    (leaves.blank, " \t\r\f\v\n"),
    (leaves.code, " \t"),
    (leaves.fence, " ~`"),
    (leaves.quote, " >"),
    (leaves.heading, "#"),
    (leaves.rule, " *-_"),
    (lists.items, " +*-0"),
    (lists.definitions, " :"),
    (html, " <"),
    (leaves.underlined_heading, ANY),
    (leaves.maths, " \\$"),
    (tables.table, ANY),
    (leaves.footnote, " ["),
    (leaves.link_definition, " ["),
    (leaves.abbreviation, " *"),
    (block_extension, " {"),
    (leaves.end_of_block, "^"),
    (leaves.paragraph, ANY),
    (leaves.line, ANY),
)
"""The parsers, each with the characters of which one begins its block; "0" stands for any digit."""


@cache
def steps_at(character: str) -> tuple[Step, ...]:
    """The parsers of the blocks that can begin with a character."""
    character = "0" if character in "123456789" else character
    return tuple(step for step, starts in STEPS if starts == ANY or character in starts)


def read_blocks(text: Text, tree: Element, state: State) -> None:
    """Reads the blocks of a text into an element. Raises Tangled where they nest too deep."""
    read_on(Scanner(text, tree, state), tree)


def read_on(s: Scanner, tree: Element) -> bool:
    """Reads blocks from the cursor on; whether the closing tag of ``tree`` ended them."""
    outer, waiting = s.tree, s.attributes
    s.tree, s.attributes = tree, None
    s.state.enter(tree.kind, s.here if s.string else tree.start)
    found = False
    while not s.at_end and not found:
        s.state.spend(1, s.here)
        for step in steps_at(s.string[s.position]):
            done = step(s)
            if done:
                found = done is FOUND
                break
    s.state.depth -= 1
    s.tree, s.attributes = outer, waiting
    return found
