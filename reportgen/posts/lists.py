"""Lists as kramdown reads them, written so that Python-Markdown reads the same.

kramdown nests by the column of an item's content, Python-Markdown by four spaces. kramdown decides
item by item whether its text becomes a paragraph; each item carries a mark that says so.
"""

import re
from dataclasses import dataclass, field

MARKER = re.compile(r"([ ]*)([-*+]|\d+\.)([ \t]+)(.*)")
BLOCK = re.compile("(?:\ue0f6\\d+\ue0f7|#{1,6} |>).*")  # a stashed block, a heading, a quote
MARK = re.compile("\ue0f9(\\d+)\ue0fa")
LI = re.compile("<li>\\s*(<p>)?\ue0f9(\\d+)\ue0fa")
TEXT_END = re.compile(r"\s*(?:</li>|<(?:ul|ol|p|blockquote|h\d|table|pre|dl|div)\b|\n\ue0f6)")


@dataclass
class Item:
    """An item: whether it begins with text, a blank line follows it, and more after that."""

    text: bool
    blank: bool = False
    more: bool = False
    open: bool = True
    tight: bool = False


@dataclass
class Level:
    """An open list: the column of its latest item's content, its kind and its items."""

    column: int
    kind: str
    items: list[Item] = field(default_factory=list)

    @property
    def item(self) -> Item:
        return self.items[-1]

    def settle(self) -> None:
        """kramdown's rule for which items' texts are no paragraphs (``parse_list``)."""
        for i, item in enumerate(self.items):
            last = i == len(self.items) - 1
            apart = item.blank and not (last and not item.more)
            earlier = self.items[: len(self.items) - 1]
            follows = (
                not last or len(self.items) == 1 or any(e.tight or not e.text for e in earlier)
            )
            item.tight = item.text and not apart and follows


class Lists:
    """Rewrites the lists of one text; ``restore`` then mends the HTML that came of it."""

    def __init__(self) -> None:
        self.items: list[Item] = []
        self.levels: list[Level] = []

    def rewrite(self, text: str) -> str:
        out: list[str] = []
        blank = True
        for line in text.split("\n"):
            if line.strip():
                out += self.line(line, blank=blank)
                blank = False
            else:
                out.append("")
                blank = True
                self.blank_line()
        self.close(0)
        return "\n".join(out)

    def blank_line(self) -> None:
        if self.levels and self.levels[-1].item.open:
            item = self.levels[-1].item
            item.open, item.blank = False, True

    def line(self, line: str, *, blank: bool) -> list[str]:
        indent = len(line) - len(line.lstrip(" "))
        marker = MARKER.fullmatch(line)
        if marker and (self.levels or indent < 4):
            return self.marked(marker, indent, blank=blank)
        if blank and self.levels and indent < self.levels[0].column:
            self.close(0)
        if not self.levels:
            return [line]
        while len(self.levels) > 1 and blank and indent < self.levels[-1].column:
            self.close(len(self.levels) - 1)
        item = self.levels[-1].item
        item.more = item.more or item.blank
        item.open = item.open and not BLOCK.fullmatch(line.lstrip())
        return ["    " * len(self.levels) + line.lstrip()]

    def marked(self, marker: re.Match[str], indent: int, *, blank: bool) -> list[str]:
        """A line that begins an item; a list right after text gets the blank line it needs."""
        before = [] if self.levels or blank else [""]
        depth = len(self.levels)
        while depth and indent < self.levels[depth - 1].column:
            depth -= 1
        kind = "ol" if marker[2][0].isdigit() else "ul"
        same = len(self.levels) > depth and self.levels[depth].kind == kind
        self.close(depth + 1 if same else depth)
        if depth:
            outer = self.levels[depth - 1].item
            outer.more, outer.open = outer.more or outer.blank, False
        if not same:
            self.levels.append(Level(0, kind))
        level = self.levels[-1]
        level.column = indent + len(marker[2]) + len(marker[3])
        level.items.append(Item(not BLOCK.fullmatch(marker[4])))
        self.items.append(level.item)
        mark = f"\ue0f9{len(self.items) - 1}\ue0fa"
        return [*before, "    " * depth + f"{marker[2]} {mark}{marker[4]}"]

    def close(self, depth: int) -> None:
        while len(self.levels) > depth:
            self.levels.pop().settle()

    def restore(self, markup: str) -> str:
        """The HTML with each item's text a paragraph or not, as its mark says."""
        parts, position = [], 0
        while match := LI.search(markup, position):
            item = self.items[int(match[2])]
            parts += [markup[position : match.start()], "<li>"]
            end = markup.find("</p>", match.end())
            if not match[1]:
                found = TEXT_END.search(markup, match.end())
                end = found.start() if found else len(markup)
            text = markup[match.end() : end]
            parts.append(text if item.tight or not item.text else f"<p>{text}</p>")
            position = end + len("</p>") * bool(match[1])
        return MARK.sub("", "".join([*parts, markup[position:]]))
