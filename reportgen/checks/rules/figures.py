"""Rules for figures: their numbers, captions, and the sentences that point to them."""

import re
from collections.abc import Iterable, Iterator

from reportgen.blog.words import words
from reportgen.checks.collect import FOREIGN, NUMBERED
from reportgen.checks.finding import Hit
from reportgen.checks.parts import Caption, Prose, repeats
from reportgen.checks.post import Post
from reportgen.checks.rules.table import rule

PLACEHOLDER = re.compile(
    r"(?:(?:a|an|the|your|my|some|figure|image|img|table|insert|enter|add|write)[ -]*)*"
    r"(?:caption|description|figure|image|picture|photo|placeholder|alt(?:ernative)? ?text|"
    r"untitled|todo|tbd|xxx|lorem ipsum.*)(?: (?:here|text|goes here))*[\s.:!…]*\d*",
    re.IGNORECASE,
)
NOUN = (
    r"(?:figures?|images?|plots?|pictures?|diagrams?|charts?|graphs?|curves?|animations?|videos?|"
    r"gifs?|photos?|illustrations?|visuali[sz]ations?|screenshots?|tables?|sketch(?:es)?)"
)
POINTER = re.compile(
    rf"\b(?:{NOUN}\s+(?:(?:is|are|as)\s+)?(?:shown\s+|given\s+|displayed\s+)?(?:below|above)\b"
    rf"|following\s+(?:\w+\s+)?{NOUN}\b"
    r"|(?:shown|seen|depicted|illustrated|plotted|pictured|displayed|visuali[sz]ed)\s+(?:below|above)"
    r"(?!\s+(?:the|this|that|these|an?|it|its|your|each)\b)"
    rf"|below\s+(?:is|are|shows?|you\s+(?:can\s+)?see|we\s+show)\s+(?:\w+\s+){{0,4}}?{NOUN}\b)",
    re.IGNORECASE,
)
LINKED = re.compile(r"""href=["']#[^"'>]*["'][^>]*>\s*\Z""")
"""The words of a link, which leads to what they mean."""
NAMED = re.compile(NOUN, re.IGNORECASE)
LOOSE = re.compile(
    r"\b(?:(?:results?|samples?|outputs?)\s+(?:\w+\s+)?below"
    r"|below\s+(?:is|are)\s+(?:the|our|my|some|a|an)\b)",
    re.IGNORECASE,
)
MENTION = re.compile(
    r"\b(?P<label>Figures?|Figs?\.?|Tables?)[\s\u00a0]+(?P<number>\d+(?:\.\d+)*)(?P<letter>[a-z]?)\b"
    r"(?P<rest>(?:\s*(?:,|and|&|to|–|-)+\s*\d+[a-z]?\b)*)"
    r"(?!\s*(?:of|in|from|by)\s+(?!(?:this|the)\s+(?:post|section|text)))",
    re.IGNORECASE,
)
TITLED = re.compile(
    r"\b(Figure|Fig\.?|Table)\s+(\d+)[a-z]?\s*(?:\([^()\n]{1,30}\)\s*[:.]|,[^.\n]{1,80}:)",
    re.IGNORECASE,
)
REPRODUCED = re.compile(rf"(Figure|Fig\.?|Table)\s+(\d+)[a-z]?{FOREIGN}", re.IGNORECASE)
"""How a caption begins of another's figure, whose number the text may name."""
SOURCE = re.compile(
    r"see |(?:(?:image|figure|picture|photo|plot|table|diagram)s? )?(?:is |are )?(?:taken|adapted|"
    r"reproduced|borrowed|from|by|courtesy|credits?|source)\b",
)
"""How a caption begins that tells only where a figure is from."""
NEAR = ("below", "above", "following")
"""POINTER and LOOSE match nothing without one of these."""
SHOWN = words("img image video iframe svg canvas object embed picture audio table")


@rule("figure-number-repeated", "error")
def figure_number_repeated(post: Post) -> Iterator[Hit]:
    """Two figures with one number."""
    numbered = (((c.label, c.number), c) for c in post.captions if c.number)
    for caption, first in repeats(numbered):
        line = post.lines.place(first.offset)[0]
        name = f"{caption.label.capitalize()} {caption.number}"
        yield Hit(
            caption.offset,
            f"'{name}' is already the number of line {line}.",
            "Number the figures 1, 2, 3 … in the order in which they stand.",
        )


@rule("figure-number-order", "warning")
def figure_number_order(post: Post) -> Iterator[Hit]:
    """Figure numbers that do not run 1, 2, 3."""
    titled = _titled(post)
    for label in ("figure", "table"):
        expected = 1
        for caption in _first_of_each(c for c in post.captions if c.label == label):
            if not caption.number.isdecimal():
                break
            number = int(caption.number)
            while expected < number and (label, str(expected)) in titled:
                expected += 1
            if number != expected:
                yield Hit(
                    caption.offset,
                    f"'{label.capitalize()} {number}' stands where number {expected} is due.",
                    "Number them 1, 2, 3 … in the order in which they stand.",
                )
            expected = number + 1


def _first_of_each(captions: Iterable[Caption]) -> Iterator[Caption]:
    seen = set()
    for caption in captions:
        if caption.number and caption.number not in seen:
            seen.add(caption.number)
            yield caption


@rule("caption-repeated", "warning")
def caption_repeated(post: Post) -> Iterator[Hit]:
    """Two figures with one caption."""
    said = ((caption.text.lower().strip(" ."), caption) for caption in post.captions)
    for caption, first in repeats((text, each) for text, each in said if _tells(text)):
        line = post.lines.place(first.offset)[0]
        message = f"The caption '{caption.text}' is already that of line {line}."
        yield Hit(caption.offset, message, "Say what this figure shows.")


def _tells(words: str) -> bool:
    """Whether a caption says what the figure shows, and not just whose it is."""
    short = len(words.split()) < 2 or "{" in words
    return not (short or SOURCE.match(words) or _is_placeholder(words))


@rule("caption-placeholder", "warning")
def caption_placeholder(post: Post) -> Iterator[Hit]:
    """A caption that says nothing."""
    for caption in post.captions:
        if not caption.text and not caption.number:
            yield Hit(caption.offset, "The caption is empty.", "Say what the figure shows.")
        elif _is_placeholder(caption.text):
            message = f"The caption '{caption.text}' is a placeholder."
            yield Hit(caption.offset, message, "Say what the figure shows.")


def _is_placeholder(words: str) -> bool:
    return PLACEHOLDER.fullmatch(words.strip()) is not None


@rule("figure-unknown", "error")
def figure_unknown(post: Post) -> Iterator[Hit]:
    """The text names a figure that the post does not have."""
    known = {(c.label, re.sub(r"[a-z]$", "", c.number)) for c in post.captions if c.number}
    labels = {label for label, _ in known}
    if known:
        known |= _titled(post)
        known |= {_name(m) for c in post.captions if (m := REPRODUCED.match(c.text))}
    if not known:
        return
    captions = {caption.offset for caption in post.captions}
    for prose in _with(post, "fig", "table"):
        for match in MENTION.finditer(prose.text):
            label = "table" if match["label"].lower().startswith("table") else "figure"
            if label not in labels or prose.origin(match.start()) in captions:
                continue
            for number in [match["number"], *re.findall(r"\d+", match["rest"])]:
                if (label, number) not in known:
                    yield Hit(
                        prose.origin(match.start()),
                        f"'{label.capitalize()} {number}' is not in the post.",
                        "Name a figure that is there, or say whose figure it is.",
                    )


def _titled(post: Post) -> set[tuple[str, str]]:
    """The numbers that stand before a part or a title, as in "Figure 6 (right):"."""
    found = [m for prose in _with(post, "fig", "table") for m in TITLED.finditer(prose.text)]
    above = (NUMBERED.match(heading.text) for heading in post.headings)
    return {_name(match) for match in [*found, *filter(None, above)]}


def _name(match: re.Match[str]) -> tuple[str, str]:
    return "table" if match[1].lower() == "table" else "figure", match[2]


@rule("figure-pointer", "warning")
def figure_pointer(post: Post) -> Iterator[Hit]:
    """A sentence that points to a figure which is not there."""
    pointing = _with(post, *NEAR)
    if not pointing:
        return
    pictures = sorted(_shown(post))
    anything = sorted({*pictures, *(b.offset for b in post.blocks_of(*NOT_PROSE))})
    captions = {caption.offset for caption in post.captions}
    for prose in pointing:
        if prose.origin(0) in captions:
            continue
        for pattern, shown in ((POINTER, pictures), (LOOSE, anything)):
            for match in pattern.finditer(prose.text):
                offset = prose.origin(match.start())
                if LINKED.search(prose.block.text.string, 0, match.start()):
                    continue
                start, end = _reach(post, match[0].lower(), offset)
                places = shown if NAMED.search(match[0]) else anything
                if not any(start <= place < end for place in places):
                    yield Hit(offset, *_pointer_words(match[0], start == 0))


def _with(post: Post, *words: str) -> list[Prose]:
    """The texts with any of ``words``, without which a costlier pattern has nothing to find."""
    lower = ((prose, prose.text.lower()) for prose in post.prose)
    return [prose for prose, text in lower if any(word in text for word in words)]


def _reach(post: Post, words: str, offset: int) -> tuple[int, int]:
    """Where a reader looks for what the words at ``offset`` point to.

    That is all before "above"; else the rest of the section with its subsections. Tables, several
    figures, and loose words such as "below is a summary", may point farther down.
    """
    if words.endswith("above"):
        return 0, offset
    if "table" in words or words.endswith("s") or not NAMED.search(words) or LOOSE.fullmatch(words):
        return offset, len(post.source) + 1
    before = [heading for heading in post.headings if heading.offset < offset]
    level = before[-1].level if before else 0
    ends = (h.offset for h in post.headings if h.offset > offset and h.level <= level)
    return offset, next(ends, len(post.source) + 1)


def _pointer_words(words: str, above: bool) -> tuple[str, str]:
    where = "before it" if above else "in the rest of the section"
    return (
        f"'{' '.join(words.split())}' points to a figure, but none stands {where}.",
        "Add the figure, or take the words out.",
    )


def _shown(post: Post) -> Iterator[int]:
    """The places of everything that a reader may take for a figure."""
    yield from (image.offset for image in post.images if image.origin != "head")
    yield from (tag.offset for tag in post.tags if tag.name in SHOWN or "-" in tag.name)
    yield from (tag.offset for tag in post.tags if tag.name == "div" and tag.get("id"))
    yield from (b.offset for b in post.blocks_of("fence", "code", "table"))
    yield from (t.start for t in post.tokens if t.kind == "tag" and t.name not in CONTROL)


NOT_PROSE = ("maths", "quote", "list", "html")
CONTROL = words(
    "if unless else elsif endif endunless case when endcase assign capture endcapture for endfor "
    "link post_url break continue comment raw increment decrement"
)


@rule("figure-unreferenced", "warning")
def figure_unreferenced(post: Post) -> Iterator[Hit]:
    """A numbered figure that the text never names."""
    captions = list(_first_of_each(c for c in post.captions if c.label == "figure"))
    offsets = {caption.offset for caption in captions}
    if not captions:
        return
    named: set[str] = set()
    for prose in _with(post, "fig", "table"):
        for match in MENTION.finditer(prose.text):
            if prose.origin(match.start()) not in offsets:
                named |= set(_numbers(match))
    pointers = [p.origin(m.start()) for p in _with(post, *NEAR) for m in POINTER.finditer(p.text)]
    for caption in captions:
        number = re.sub(r"[a-z]$", "", caption.number)
        near = any(abs(caption.offset - pointer) < 1500 for pointer in pointers)
        if number not in named and not near:
            yield Hit(
                caption.offset,
                f"The text never names 'Figure {caption.number}'.",
                "Refer to the figure where the text speaks of what it shows.",
            )


def _numbers(match: re.Match[str]) -> Iterator[str]:
    numbers = [match["number"], *re.findall(r"\d+", match["rest"])]
    yield from numbers
    if re.search(r"to|–|-", match["rest"]) and all(number.isdecimal() for number in numbers):
        yield from (str(n) for n in range(int(numbers[0]), int(numbers[-1])))
