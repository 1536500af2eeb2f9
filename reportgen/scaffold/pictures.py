"""The pictures of a hand-written post: which become figures, with which captions and ids."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from reportgen.blog.kramdown import Element
from reportgen.checks.collect import CAPTION_TAG, NUMBERED
from reportgen.checks.parts import Caption, Image
from reportgen.checks.post import Post
from reportgen.media.picture import ENDINGS
from reportgen.scaffold.pieces import identifier

EMPHASIS = re.compile(r"\A([*_]{1,2})(.*)\1\Z", re.DOTALL)
STRUCTURE = re.compile(r"<(?:table|ul|ol|h[1-6]|pre|script|video|iframe|form|details)\b", re.I)
BLOCKS = re.compile(
    r"(?s)<!--.*?-->|<(?!/?(?:a|abbr|b|cite|code|em|i|kbd|q|strong|sub|sup)\b)[^>]*>", re.I
)
"""What stands between the words of a caption in HTML and is none of its markup."""
VERBATIM = re.compile(r"(?s)(<code\b.*?</code>|<[^>]*>|\$\$.*?\$\$)")
"""What Markdown leaves alone in a caption."""
MARKS = r"""[*_`\[\]\\"']|-(?=-)|\.(?=\.\.)"""
"""What Markdown would read as its own, or set as other quotes, dashes and dots."""
WRAPPED = re.compile(r"(?s)\A<(b|strong|em|i)\b[^>]*>(.*?)</\1\s*>")
LONG = 600
"""Characters beside a picture in one block of HTML that are more than its caption."""


@dataclass(frozen=True)
class Adopted:
    """``id``, caption and alternative text of a figure that shows ``file``."""

    id: str
    name: str
    file: Path
    caption: str
    alt: str


@dataclass
class Adoption:
    """What became of one post: paths written below the project, and what a person must look at."""

    post: Path
    written: list[str] = field(default_factory=list)
    figures: list[Adopted] = field(default_factory=list)
    open: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Change:
    """The source from ``start`` to ``end`` becomes ``text``."""

    start: int
    end: int
    text: str


def figures(post: Post, slug: str, taken: set[str], done: Adoption) -> Iterator[Change]:
    """A figure for each picture of the blog that stands alone in a block."""
    files = {image.offset: address.path for image, address in post.local_images}
    blocks, seen = [block for block in post.blocks if block.kind != "blank"], set[int]()
    for i, block in enumerate(blocks):
        start, end = extent(block, post)
        inside = [m for m in post.images if start <= m.offset < end and m.origin != "source"]
        if not inside or block.kind not in ("paragraph", "html"):
            continue
        seen |= {image.offset for image in inside}
        (image, *others) = inside
        file = post.blog.root / files[image.offset].lstrip("/") if image.offset in files else None
        why = reason(post, block, image, others, file)
        if why:
            done.open += [left(m, post, why) for m in inside]
            continue
        assert file is not None
        following = blocks[i + 1] if i + 1 < len(blocks) else None
        caption, end = caption_of(post, block, end, following)
        why = unfit(caption.text if caption else "")
        if why:
            done.open.append(left(image, post, why))
            continue
        assert caption is not None
        made = adopted(file, image, caption, slug, taken, done, post)
        done.figures.append(made)
        yield Change(start, end, f'<%= figure("{made.id}") %>')
    rest = [m for m in post.images if m.offset not in seen and m.origin not in ("source", "head")]
    done.open += [left(m, post, "it stands within other text") for m in rest]


def extent(block: Element, post: Post) -> tuple[int, int]:
    """Where the block is in the source, without the line end after it."""
    string = block.text.string.rstrip("\n")
    end = block.text.origin(len(string) - 1) + 1 if string else block.offset
    return block.offset, end


def reason(post: Post, block: Element, image: Image, others: list[Image], file: Path | None) -> str:
    """Why an image stays as it is, or ""."""
    if others:
        return "it shares its block with other images"
    if file is None:
        return "it is not a file of the blog"
    if not file.is_file() or file.suffix.lower() not in ENDINGS:
        return "its file is not there, or no picture"
    if words_beside(post, block):
        return "it stands within other text"
    return ""


def unfit(caption: str) -> str:
    """Why a caption is none that a figure can have, or ""."""
    if not caption.strip():
        return "it has no caption"
    if "{{" in caption or "{%" in caption:
        return "its caption has Liquid, which ours cannot have"
    return ""


def words_beside(post: Post, block: Element) -> str:
    """The text of the block that is neither its picture nor a caption."""
    start, end = extent(block, post)
    raw = post.source[start:end]
    if block.kind == "html":
        words = html_words(raw)
        return words if len(words) > LONG or STRUCTURE.search(raw) else ""
    cuts = [(s.start, s.end) for s in block.spans if s.kind in ("image", "attributes")]
    left = block.text.string
    for a, b in sorted(cuts, reverse=True):
        left = left[:a] + left[b:]
    left = re.sub(r"\{:.*?\}", "", left)
    includes = [t for t in post.includes() if start <= t.start < end]
    if includes and raw.strip() == post.source[includes[0].start : includes[0].end]:
        return ""
    lines = [line for line in left.strip().splitlines() if line.strip()]
    return (
        "" if all(EMPHASIS.match(line.strip()) for line in lines[:1]) and len(lines) < 2 else left
    )


def html_words(raw: str) -> str:
    """The text of a block of HTML, on one line."""
    return " ".join(re.sub(r"(?s)<!--.*?-->|<[^>]*>", " ", raw).split())


def html_caption(raw: str, offset: int, dollars: bool) -> Caption | None:
    """The caption in a block of HTML as Markdown with its links and emphasis, or None.

    ``dollars``: whether ``$…$`` is maths on the pages of the blog.
    """
    tag = CAPTION_TAG.search(raw)
    words = " ".join(BLOCKS.sub(" ", tag[2] if tag else raw).split())
    if not html_words(words):
        return None
    first = WRAPPED.match(words)
    if first and NUMBERED.match(f"{first[2]} "):  # <b>Figure 1:</b> A walk
        words = first[2] + words[first.end() :]
    match = NUMBERED.match(words)
    number = match["number"] if match and match["end"] else ""
    parts = VERBATIM.split(words[match.end() :].strip() if match and number else words)
    marks = MARKS if dollars else rf"{MARKS}|\$"
    parts[::2] = [re.sub(marks, r"\\\g<0>", part) for part in parts[::2]]
    return Caption("figure" if number else "", number, "".join(parts), offset)


def caption_of(
    post: Post, block: Element, end: int, following: Element | None
) -> tuple[Caption | None, int]:
    """The caption in the block, or in the paragraph after it, and where both end."""
    start = block.offset
    if block.kind == "html":
        own = html_caption(post.source[start:end], start, post.blog.theme.renders_dollars)
        if own:
            return own, end
    for caption in post.captions:
        if start <= caption.offset < end:
            return caption, end
    if following is not None and following.kind == "paragraph":
        first, last = extent(following, post)
        text = post.source[first:last].strip()
        bare = EMPHASIS.match(text)
        match = NUMBERED.match(bare[2] if bare else text)
        if match and match["end"] and match["label"].lower().startswith("fig"):
            words = (bare[2] if bare else text)[match.end() :]
            return Caption("figure", match["number"], words.strip(), first), last
        if bare and "\n" not in text and len(bare[1]) == 1:
            return Caption("", "", bare[2].strip(), first), last
    return None, end


def adopted(
    file: Path,
    image: Image,
    caption: Caption,
    slug: str,
    taken: set[str],
    done: Adoption,
    post: Post,
) -> Adopted:
    """A figure with an id from the file's name; what is lacking is noted."""
    stem = re.sub(r"[^a-z0-9]+", "-", file.stem.lower()).strip("-") or "figure"
    if stem in taken:
        stem = f"{slug}-{stem}"
    id, count = stem, 2
    while id in taken or identifier(id) in taken:
        id, count = f"{stem}-{count}", count + 1
    taken |= {id, identifier(id)}
    words = re.sub(r"\$\$ ?(.*?) ?\$\$", r"$\1$", " ".join(caption.text.split()))
    alt = " ".join((image.alt or "").split())
    line = post.lines.place(image.offset)[0]
    if not alt:
        done.open.append(f"Line {line}: figure '{id}' has no alternative text; give it alt=.")
    return Adopted(id, identifier(id), file, words, alt)


def left(image: Image, post: Post, why: str) -> str:
    """What is said of an image that stays as it is."""
    line = post.lines.place(image.offset)[0]
    return f"Line {line}: the image '{image.url}' stays as it is: {why}."
