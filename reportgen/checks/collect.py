"""Gathers from a post's blocks the images, links, captions, headings and ids in it."""

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise, zip_longest
from typing import TYPE_CHECKING

from reportgen.blog.address import Address, resolve
from reportgen.blog.blog import IMAGES
from reportgen.blog.kramdown import Element, Span
from reportgen.blog.kramdown import patterns as p
from reportgen.blog.words import words
from reportgen.checks import parts
from reportgen.checks.parts import Caption, Heading, Id, Image, Link, Prose, Tag

if TYPE_CHECKING:
    from reportgen.checks.post import Post

WHOLE = ("code", "raw", "maths", "html", "comment", "autolink", "attributes", "image", "footnote")
HEAD_IMAGES = words(
    "image image.path img cover thumbnail thumbnail-img cover-img share-img og_image teaser "
    "header.image header.teaser header.overlay_image header.og_image feature_image"
)
SOURCES = ("path", "src", "image_path", "url", "file", "image")
FOREIGN = (
    r"(?:\([a-z]\))?\s*(?:(?:,|\()?\s*(?:from|of|in|by|taken|adapted|reproduced|copied)\b|,\s*\Z)"
)
NUMBERED = re.compile(
    r"(?P<label>Figure|Fig\.?|Table)\s+(?P<number>(?>\d+(?:\.\d+)*[a-z]?))"
    rf"(?!{FOREIGN})"
    r"\s*(?P<end>[:.|—–-](?!\s*(?:shows?|depicts?|illustrates?|compares?|presents?|gives?|is|are)\b)"
    r"|\([^()\n]{1,30}\)\s*[:.]|\Z)?\s*",
    re.IGNORECASE,
)
CANDIDATE = re.compile(r"[\s,]*((?:\{\{.*?\}\}|[^\s{,]|,(?=\S))+)(?:\s[^,]*)?")
"""An address of a srcset; commas within one, as of a ``data:`` address, are its own."""
HEADING_TAG = re.compile("<h[1-6]", re.IGNORECASE)
OWN_ID = re.compile(r"(?:^|\s)(?:\.[^\s.#]+)*#([A-Za-z][\w:-]*)")
CAPTION_TAG = re.compile(
    r"<(figcaption\b|caption\b|(?:div|p|span)\b[^>]*\bclass=[\"'](?:[^\"'>]*\s)?caption[\s\"'])"
    r"(?![^>]*\bmarkdown=)[^>]*>(.*?)</(?:figcaption|caption|div|p|span)\s*>",
    re.S | re.I,
)
CAPTION_END = re.compile(
    r"</(?:figcaption|p|div|center|td|li|small|span|figure|em|i)\s*>|<br|<img|\n\s*\n|\Z", re.I
)
LINE_ALONE = re.compile(r"(?:\A|\n[ \t]*\n|\A[ \t]*\n)[ \t]*\Z")
AFTER_TAG = re.compile(
    r"<(?!/?(?:b|i|em|strong|a|span|sub|sup|code|small|u)\b)[^<>]*>"
    r"(?:\s|<(?:b|i|em|strong|small|span|a|u|font)\b[^<>]*>|\*+)*\Z",
    re.IGNORECASE,
)


def prose(post: "Post") -> Iterator[Prose]:
    """The text of paragraphs, cells and raw HTML, with everything else blanked."""
    for block in post.all_blocks:
        string = block.text.string
        if block.kind in ("paragraph", "cell"):
            covered = markup(block.spans)
            yield Prose(parts.blanked(string, covered) if covered else string, block)
        elif block.kind == "html":
            hidden = [match.span() for match in parts.HIDDEN.finditer(string)]
            tags = [match.span() for match in parts.TAG.finditer(string)]
            yield Prose(parts.blanked(string, hidden + tags), block)


def markup(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """Where a text is not read as words: markup, code, formulas, HTML."""
    ranges = []
    for span in spans:
        if span.kind in WHOLE:
            ranges.append((span.start, span.end))
        elif span.kind == "emphasis":
            size = len(span.info)
            ranges += [(span.start, span.start + size), (span.end - size, span.end)]
        elif span.kind in ("link", "reference"):
            ranges += [(span.start, span.text[0]), (span.text[1], span.end)]
    return ranges


def plain(string: str, spans: Sequence[Span]) -> str:
    """The text of a heading or an alternative text as it will be read."""
    kept = [span for span in spans if span.kind not in ("code", "maths", "image")]
    string = parts.blanked(string, markup(kept)) if kept else string
    return " ".join(string.replace("`", "").replace("$$", "").split())


def tags(post: "Post") -> Iterator[Tag]:
    """The HTML tags of raw HTML and of running text."""
    for block in post.blocks_of("html"):
        yield from parts.tags_in(block)
    for block, span in post.spans_of("html"):
        yield from parts.tags_in(block, span.start, span.end)


def images(post: "Post") -> Iterator[Image]:
    """The images in Markdown, HTML, includes and the front matter."""
    for block, span in post.spans_of("image"):
        yield _markdown_image(post, block, span)
    for tag in post.tags:
        yield from _html_images(post, tag)
    for token in post.includes():
        given = token.parameters
        url = next((given[name] for name in SOURCES if given.get(name)), "")
        if url.lower().endswith(IMAGES):
            yield Image(url, token.start, given.get("alt"), "include")
    for key in sorted(HEAD_IMAGES):
        value = post.front.get(key)
        if isinstance(value, str) and value.lower().endswith(IMAGES):
            yield Image(value, post.front.offset(key.partition(".")[0]), None, "head")


def _markdown_image(post: "Post", block: Element, span: Span) -> Image:
    origin = block.text.origin
    url = post.source[origin(span.url[0]) : origin(span.url[1])].strip()
    after = p.SPAN_IAL.match(block.text.string, span.end)
    of_block = " ".join(f"{name}={value}" for name, value in block.attr.items())
    attributes = f"{after[1] if after else ''} {of_block}"
    sized = re.search(r"\b(?:width|height|w|h)=", attributes) is not None
    alt = post.source[origin(span.text[0]) : origin(span.text[1])]
    return Image(url, origin(span.start), alt, "markdown", sized, attributes)


def _html_images(post: "Post", tag: Tag) -> Iterator[Image]:
    sized = tag.get("width") is not None and tag.get("height") is not None
    shown = " ".join(f"{name}={value}" for name, value, _ in tag.attributes)
    for name, value, offset in tag.attributes:
        url = _source_value(post, offset, value)
        if tag.name in ("img", "image") and name in ("src", "data-src"):
            yield Image(url, tag.offset, tag.get("alt"), "html", sized, shown)
        elif (tag.name, name) in (("video", "poster"), ("image", "href"), ("input", "src")):
            yield Image(url, offset, "", "source", True)
        elif name == "srcset" and tag.name in ("img", "source"):
            for candidate in CANDIDATE.finditer(url):
                yield Image(candidate[1], offset + candidate.start(1), "", "source", True)


def _source_value(post: "Post", offset: int, value: str) -> str:
    """An attribute's value as written in the source, with its Liquid."""
    return post.source[offset : offset + len(value)] if value else ""


def locate(image: Image, post: "Post") -> Address:
    """Where the address of an image leads. One for the theme counts from the root of the site."""
    if image.origin in ("head", "include") and not image.url.startswith(("/", "{", "http")):
        address = resolve("/" + image.url, post, image=True)
        return Address(address.kind, address.path)
    return resolve(image.url, post, image=True)


def links(post: "Post") -> Iterator[Link]:
    """The links in Markdown and HTML, and the addresses of videos and the like."""
    for block, span in post.spans_of("link"):
        origin = block.text.origin
        url = post.source[origin(span.url[0]) : origin(span.url[1])].strip()
        yield Link(url, origin(span.start), block.text.string[slice(*span.text)])
    for definition in post.document.boundaries:
        match = p.LINK_DEFINITION.match(definition.text.string)
        if match and definition.info == "link":
            start, end = match.span(2 if match[2] is not None else 3)
            first, last = definition.text.origin(start), definition.text.origin(end - 1) + 1
            yield Link(post.source[first:last], first, match[1])
    for tag in post.tags:
        for name, value, offset in tag.attributes:
            if name == "href" and tag.name in ("a", "area"):
                yield Link(_source_value(post, offset, value), tag.offset, value)
            elif name in ("src", "data") and tag.name in ("video", "audio", "source", "object"):
                yield Link(_source_value(post, offset, value), tag.offset)


def headings(post: "Post") -> Iterator[Heading]:
    """The headings in Markdown and HTML."""
    for block in post.blocks_of("heading"):
        text = plain(block.text.string, block.spans)
        yield Heading(block.level, text, block.offset, block.info)
    for block in post.blocks_of("html"):
        if not HEADING_TAG.search(block.text.string):
            continue
        found = list(parts.tags_in(block))
        for tag, following in zip_longest(found, found[1:]):
            if re.fullmatch(r"h[1-6]", tag.name) and not tag.closing:
                end = following.offset if following else tag.end
                text = " ".join(post.source[tag.end : end].split())
                yield Heading(int(tag.name[1]), text, tag.offset, tag.get("id") or "")


def ids(post: "Post") -> Iterator[Id]:
    """The ids that headings, attribute lists, tags and includes give."""
    for block in post.all_blocks:
        if block.attr.get("id") and block.kind != "html":
            given = block.info if block.kind == "heading" else ""
            is_own = bool(given or (block.ial and "id" in block.ial.values))
            yield Id(block.attr["id"], block.offset, is_own or block.kind != "heading")
    for block, span in post.spans_of("attributes"):
        if named := OWN_ID.search(span.info):
            yield Id(named[1], block.text.origin(span.start))
    for tag in post.tags:
        for name, value, offset in tag.attributes:
            if value and (name == "id" or (name == "name" and tag.name == "a")):
                yield Id(_source_value(post, offset, value), offset)
    for token in post.includes():
        if token.parameters.get("id"):
            yield Id(token.parameters["id"], token.start)


def captions(post: "Post") -> Iterator[Caption]:
    """The captions: of figures and tables in HTML, numbered ones in text, those of includes."""
    for text in post.prose:
        taken = list(_tag_captions(text))
        yield from (caption for _, caption in taken)
        ranges = [span for span, _ in taken]
        yield from _numbered_captions(text, ranges)
        yield from _italic_captions(text.block)
    for token in post.includes():
        words = token.parameters.get("caption") or token.parameters.get("figcaption") or ""
        if words:
            yield _caption(words, token.start)


def _tag_captions(text: Prose) -> Iterator[tuple[tuple[int, int], Caption]]:
    raw = text.block.text.string
    if "caption" not in raw.lower():
        return
    hidden = [match.span() for match in parts.HIDDEN.finditer(raw)]
    for match in CAPTION_TAG.finditer(parts.blanked(raw, hidden)):
        start, end = match.span(2)
        paragraph = re.search(r"<p\b[^>]*>(.*?)</p\s*>", match[2], re.S | re.I)
        if paragraph:
            start, end = start + paragraph.start(1), start + paragraph.end(1)
        kind = "table" if match[1].lower() == "caption" else ""
        words = text.text[start:end]
        begin = start + len(words) - len(words.lstrip())
        place = begin if NUMBERED.match(words.lstrip()) else match.start()
        yield match.span(), _caption(words, text.origin(place), kind)


def _numbered_captions(text: Prose, taken: list[tuple[int, int]]) -> Iterator[Caption]:
    raw, lower = text.block.text.string, text.text.lower()
    if "fig" not in lower and "table" not in lower:
        return
    for match in NUMBERED.finditer(text.text):
        start = match.start()
        if not match["end"] or any(a <= start < b for a, b in taken):
            continue
        if LINE_ALONE.search(text.text[:start]) or AFTER_TAG.search(raw[:start]):
            stop = CAPTION_END.search(raw, match.end())
            words = text.text[start : stop.start() if stop else len(text.text)]
            yield _caption(words, text.origin(start))


def _italic_captions(block: Element) -> Iterator[Caption]:
    """A line of emphasis below an image, which some themes show as the caption."""
    if not any(span.kind in ("image", "attributes") for span in block.spans):
        return
    shown = [s for s in block.spans if s.kind in ("image", "emphasis", "attributes")]
    for image, line in pairwise(shown):
        between = block.text.string[image.end : line.start]
        alone = block.text.string[line.end :].split("\n")[0].strip() == ""
        if image.kind != "emphasis" and line.kind == "emphasis" and between == "\n" and alone:
            size = len(line.info)
            words = block.text.string[line.start + size : line.end - size]
            if not NUMBERED.match(words):
                yield _caption(words, block.text.origin(line.start))


def _caption(words: str, offset: int, kind: str = "") -> Caption:
    words = " ".join(re.sub(r"<[^>]*>", " ", words).split())
    match = NUMBERED.match(words)
    if match is None:
        return Caption(kind, "", words, offset)
    label = "table" if match["label"].lower() == "table" else "figure"
    return Caption(label, match["number"], words[match.end() :].strip(), offset)
