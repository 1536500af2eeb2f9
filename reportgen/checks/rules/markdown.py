"""Rules for Markdown that kramdown, the parser of GitHub Pages, reads otherwise than its author."""

import re
from collections.abc import Iterator

from reportgen.blog.kramdown import TEXT_KINDS, Element
from reportgen.blog.kramdown import patterns as p
from reportgen.checks.collect import markup
from reportgen.checks.finding import Hit
from reportgen.checks.parts import BLANK, FENCED, HIDDEN, blanked
from reportgen.checks.post import Post
from reportgen.checks.rules.table import rule

FENCE_LINE = re.compile(r"(?m)^[ \t>]*(?P<fence>`{3,}|~{3,})(?P<info>[^`\n]*)$")
TABLE_RULE = re.compile(r"(?m)^[ \t]*\|?[ \t]*:?-{2,}:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)+\|?[ \t]*$")
NO_HEADING = re.compile(r"(?m)^ *#{2,6}(?P<space> *)(?=[^\W\d_])[^\n]*$")
STARS = re.compile(r"(?<![*\\])\*\*(?!\*)")
POWER = re.compile(r"\$[^$\n]*\$|(?<=[\w)\]])\*\*(?=[\w(])|(?<= )\*\*(?= )")
BAR = re.compile(r"(?:^|(?<=\s))\|(?=\s|$)")
SHOWN_TAG = re.compile(r"\s*<(img|figure|picture|video|iframe|div|details|p|a|/\w+)\b[^\n]*>")
NUMBER = re.compile(r"[ \t]*(\d+)\.")
ALERT = re.compile(r"\s*\[!(?:NOTE|TIP|IMPORTANT|WARNING|CAUTION)\](?=\s|\Z)", re.IGNORECASE)
ATTRIBUTES = re.compile(r"\{(?::|\s*#|\s*\.)[^{}]*\}\s*$")


@rule("markdown-tangled", "error")
def markdown_tangled(post: Post) -> Iterator[Hit]:
    """A text that is nested too deep, or too tangled to be read."""
    if post.tangled:
        hint = f"{post.tangled.hint} No rule has read the post."
        yield Hit(post.tangled.offset, post.tangled.message, hint)


@rule("pipe-table", "error")
def pipe_table(post: Post) -> Iterator[Hit]:
    """A paragraph that its pipes turn into a table."""
    for block in post.blocks_of("table"):
        if not _meant(block):
            string = block.text.string
            pipe = re.search(r"(?<!\\)\|", string)
            yield Hit(
                block.text.origin(pipe.start() if pipe else 0),
                "The '|' turns this paragraph into a table.",
                r"Write '\vert', '\mid' or '\lVert' in a formula, and '\|' in text.",
            )


def _meant(block: Element) -> bool:
    """Whether a table is one on purpose: by a row of dashes, or bars as only rows have them."""
    lines = block.text.string.strip().splitlines()
    if any(p.TABLE_RULE.fullmatch(line + "\n") for line in lines):
        return True
    if all(re.fullmatch(r"\s*\|.*\|\s*", line) and line.count("|") > 2 for line in lines):
        return True
    bars = {line.count("|") for line in lines}
    spaced = all(len(BAR.findall(line)) == line.count("|") for line in lines)
    open_rows = len(bars) == 1 and min(bars) > 1 and spaced
    return len(lines) > 1 and (open_rows or all(re.match(r"\s*\|\s", line) for line in lines))


@rule("table-formula", "error")
def table_formula(post: Post) -> Iterator[Hit]:
    """A '|' in a formula cuts a table's cell in two."""
    for block in filter(_meant, post.blocks_of("table")):
        for line in re.finditer(r".+", block.text.string):
            for match in re.finditer(
                r"(\$\$?)(?![\s$])[^$\n]*?(?<!\\)\|[^$\n]*?(?<!\s)\1", line[0]
            ):
                if _odd_row(block, line[0]):
                    yield Hit(
                        block.text.origin(line.start() + match.start()),
                        f"The '|' in '{match[0]}' cuts the cell of the table in two.",
                        r"Write '\vert' or '\mid' for the bar.",
                    )
                    break


def _odd_row(block: Element, line: str) -> bool:
    """Whether a row has another number of pipes than the row of dashes."""
    ruled = next((row for row in block.text.string.splitlines()
                  if p.TABLE_RULE.fullmatch(row + "\n")), line)  # fmt: skip
    return line.strip().strip("|").count("|") != ruled.strip().strip("|").count("|")


@rule("table-blank-line", "error")
def table_blank_line(post: Post) -> Iterator[Hit]:
    """A table without a blank line before it stays text."""
    for block in post.blocks_of("paragraph"):
        match = TABLE_RULE.search(block.text.string) if "|" in block.text.string else None
        if match and "|" in block.text.string[: match.start()].rstrip().rpartition("\n")[2]:
            yield Hit(
                block.text.origin(match.start()),
                "These lines are not read as a table.",
                "Put a blank line before and after the table, and a '|' in each of its lines.",
            )


@rule("fence-in-html", "error")
def fence_in_html(post: Post) -> Iterator[Hit]:
    """A fenced block in raw HTML shows its backticks."""
    for block in post.blocks_of("html"):
        if block.info in ("pre", "script", "style"):
            continue
        shown = HIDDEN.sub(lambda hidden: BLANK.sub(" ", hidden[0]), block.text.string)
        marks = list(FENCE_LINE.finditer(shown))
        for match in marks[::2]:
            yield Hit(
                block.text.origin(match.start("fence")),
                f"The fenced block lies in <{block.info}>, so its backticks are shown.",
                f'Write <{block.info} markdown="1"> and a blank line around the block.',
            )


@rule("markdown-in-html", "warning")
def markdown_in_html(post: Post) -> Iterator[Hit]:
    """Markdown in raw HTML is shown as it is written."""
    for prose in post.prose:
        block = prose.block
        if block.kind != "html" or block.info in ("pre", "script", "style", "svg", "math"):
            continue
        text = blanked(prose.text, [m.span() for m in FENCED.finditer(prose.text)])
        for match in re.finditer(
            r"!?\[[^\]\n]+\]\([^)\s]+\)|\[\^\w+\]|\*\*\w[^*\n]*\w\*\*|(?m:^[ \t]*#{2,6} \S.*$)",
            text,
        ):
            yield Hit(
                prose.origin(match.start() + len(match[0]) - len(match[0].lstrip())),
                f"'{match[0].strip()}' lies in <{block.info}>, so it is shown as it is written.",
                f'Write <{block.info} markdown="1">, or use HTML here.',
            )


@rule("fence-broken", "error")
def fence_broken(post: Post) -> Iterator[Hit]:
    """A fenced block that is not read as one."""
    for block in post.blocks_of(*TEXT_KINDS):
        match = FENCE_LINE.search(block.text.string)
        if match is None:
            continue
        info, words = match["info"].strip(), "a missing end"
        hint = "Close it with as many backticks on a line of their own."
        if re.search(r"\s", info):
            words = f"'{info}' after the backticks"
            hint = f"Leave only the language, '{info.split()[0]}', after the backticks."
        message = f"The fenced block is not read as one, because of {words}."
        yield Hit(block.text.origin(match.start("fence")), message, hint)
        break


@rule("emphasis-broken", "warning")
def emphasis_broken(post: Post) -> Iterator[Hit]:
    """Stars that are shown, for what they stand around is not read as emphasis."""
    for block in post.blocks_of(*TEXT_KINDS):
        if "**" not in block.text.string:
            continue
        text = blanked(block.text.string, markup(block.spans))
        marks = list(STARS.finditer(blanked(text, [m.span() for m in POWER.finditer(text)])))
        edges = ((text[: mark.start()], text[mark.end() :]) for mark in marks)
        if len(marks) > 1 or any(not (before.strip() and after.strip()) for before, after in edges):
            yield Hit(
                block.text.origin(marks[0].start()),
                "The stars '**' are shown as they are written.",
                "Let no space stand inside them; write '<strong>…</strong>' between letters.",
            )


@rule("heading-attributes", "error")
def heading_attributes(post: Post) -> Iterator[Hit]:
    """Attributes after a heading are shown in it."""
    for block in post.blocks_of("heading"):
        if match := ATTRIBUTES.search(block.text.string):
            yield Hit(
                block.text.origin(match.start()),
                f"'{match[0].strip()}' will be shown in the heading.",
                "Only '{#id}' works there; write '{: .class #id}' on the line below.",
            )


@rule("heading-space", "error")
def heading_space(post: Post) -> Iterator[Hit]:
    """A heading without a space after its '#'."""
    for block in post.blocks_of("paragraph"):
        for match in NO_HEADING.finditer(block.text.string) if "##" in block.text.string else ():
            yield Hit(
                block.text.origin(match.start()),
                f"'{match[0].strip()}' is not read as a heading.",
                "Begin the line with it." if match["space"] else "Put a space after the '#'.",
            )


@rule("list-start", "warning")
def list_start(post: Post) -> Iterator[Hit]:
    """A numbered list that does not begin with 1, at which kramdown begins them all."""
    for block in post.blocks_of("list"):
        number = NUMBER.match(post.source, block.start)
        is_contents = block.ial and "toc" in block.ial.refs
        if number and int(number[1]) != 1 and "start" not in block.attr and not is_contents:
            yield Hit(
                number.start(1),
                f"The list begins with {int(number[1])} and is shown from 1.",
                "Indent what stands between its items, or write '{: start=\"N\"}' below the list.",
            )


@rule("quote-alert", "warning")
def quote_alert(post: Post) -> Iterator[Hit]:
    """One of GitHub's alerts, which Jekyll shows as a quote that begins with its mark."""
    if post.blog.has_plugins:
        return
    for block in post.blocks_of("paragraph"):
        match = ALERT.match(block.text.string)
        if match and "[!" in post.source[block.offset : block.offset + 2]:
            yield Hit(
                block.offset,
                f"'{match[0].strip()}' is shown as it is written.",
                "Write the word in bold, or a class that the theme knows: '{: .notice}'.",
            )


@rule("html-indented", "warning")
def html_indented(post: Post) -> Iterator[Hit]:
    """Raw HTML that its indent turns into code."""
    before = ""
    for block in post.blocks:
        after_html = block.kind == "code" and before == "html"
        match = SHOWN_TAG.match(block.text.string) if after_html else None
        if match:
            yield Hit(
                block.offset,
                f"The indent turns '<{match[1]}' into code that is shown.",
                "Begin the line with fewer than four spaces.",
            )
        before = block.kind if block.kind != "blank" else before


@rule("comment-in-text", "warning", strict=True)
def comment_in_text(post: Post) -> Iterator[Hit]:
    """A comment that sticks to a paragraph."""
    for block, span in post.spans_of("comment"):
        line = block.text.string[: span.start].rpartition("\n")[2]
        if block.kind == "paragraph" and not line.strip() and span.start > 0:
            yield Hit(
                block.text.origin(span.start),
                "The comment lies within the paragraph.",
                "Put a blank line before and after it.",
            )
