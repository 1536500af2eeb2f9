"""Rules for links and ids."""

import re
from collections.abc import Iterator
from posixpath import splitext

from reportgen.blog.address import SCHEME, resolve
from reportgen.blog.blog import MARKDOWN
from reportgen.checks.finding import Hit
from reportgen.checks.formulas import between_dollars
from reportgen.checks.parts import Link, repeats
from reportgen.checks.post import Post
from reportgen.checks.rules.table import rule
from reportgen.errors import did_you_mean

PAGE = ("", ".html", ".htm", ".xml", ".php", *MARKDOWN)
URL = re.compile(r"\s*(?:https?://|www\.)\S+\s*\Z")
HOST = re.compile(r"(?:www\.)?[\w-]+(?:\.[\w-]+)*\.(?:com|org|net|edu|io|ai|gov|dev)(?:/|\Z)", re.I)
DATED = re.compile(r"/(?:19|20)\d\d/[01]\d/[0-3]\d/[^/]+")
BROKEN = re.compile(
    r"\([^()\[\]\n]{2,}\)\[https?://[^\]\s]+\](?![(\[])|(?<!\\)\] ?\(https?://[^)\s]*\)?"
)
BARE = re.compile(
    r"(?<![\w/\"'=(<\[])https?://(?!localhost|127\.|[\w.]*example\.)(?=[\w.-]+\.\w\w)[^\s<>\"')\]]+"
)


@rule("id-repeated", "error")
def id_repeated(post: Post) -> Iterator[Hit]:
    """One id on two elements."""
    own = ((found.name, found) for found in post.ids if found.is_own and "{" not in found.name)
    for found, first in repeats(own):
        line = post.lines.place(first.offset)[0]
        message = f"The id '{found.name}' is already that of line {line}."
        yield Hit(found.offset, message, "Rename one of the two.")


@rule("anchor-missing", "error")
def anchor_missing(post: Post) -> Iterator[Hit]:
    """A link to a place that the post does not have."""
    known = {found.name for found in post.ids} | {"", "top"}
    for link in post.links:
        address = resolve(link.url, post)
        name = address.fragment
        if address.kind != "anchor" or name in known or name.startswith(("fn:", "fnref")):
            continue
        if name.startswith("_") and not post.frame:
            continue  # as themes name their own parts; this one's files are elsewhere
        if name in post.blog.works:
            continue
        near = did_you_mean(name, sorted(known - {""}))
        yield Hit(link.offset, f"Nothing in the post has the id '{name}'.", near)


@rule("link-missing", "error")
def link_missing(post: Post) -> Iterator[Hit]:
    """A link to a file that is not there."""
    if not post.blog.is_blog:
        return
    for link in post.links:
        address = resolve(link.url, post)
        if address.kind == "empty":
            yield Hit(link.offset, f"The link '{link.text}' leads nowhere.", "Give its address.")
        elif address.kind == "file" and not _is_whole(link) and _is_lost(post, address.path):
            yield Hit(link.offset, f"There is no file '{address.path}'.", "Add or rename it.")
        elif address.kind == "file" and not post.blog.has_page(address.path):
            hint = _strayed(link, post) or _moved(link, address.path, post)
            if hint:
                yield Hit(link.offset, f"'{link.url}' leads to no page of the blog.", hint)


def _is_whole(link: Link) -> bool:
    """Whether an address names the host, at which other repositories may have their pages."""
    return bool(SCHEME.match(link.url))


def _is_lost(post: Post, path: str) -> bool:
    """Whether ``path`` is that of a file, not of a page that Jekyll makes, and is not there."""
    return splitext(path)[1].lower() not in PAGE and not post.blog.has(path)


def _strayed(link: Link, post: Post) -> str:
    """How an address without a scheme or a slash was probably meant; "" where it may be right."""
    url, ids = link.url, {found.name.lower(): found.name for found in post.ids}
    if url.startswith(("/", "{", ".")) or SCHEME.match(url):
        return ""
    if url.lower() in ids:
        return f"Write '#{ids[url.lower()]}'."
    if re.match(r"10\.\d{4,}/", url):
        return f"Write 'https://doi.org/{url}'."
    if HOST.match(url):
        return f"Write 'https://{url}'."
    if URL.match(link.text):
        return "Words and address stand in each other's place: write '[words](address)'."
    if url.startswith(("(", "[")):
        return "Take the second bracket away."
    return "Write an address, which has no spaces." if re.search(r"\s", url) else ""


def _moved(link: Link, path: str, post: Post) -> str:
    """Where the post went that a path seems to name, or that there is none of that day."""
    dated = DATED.search(f"/{path}")
    if _is_whole(link) and not dated:
        return ""
    slug = re.sub(r"(?:/index)?\.html?\Z|/\Z", "", path).rpartition("/")[2].lower()
    name = post.blog.post_slugs.get(slug)
    if name is None:
        sure = dated and "permalink" not in post.blog.config and not _is_whole(link)
        return "There is no post of that name." if sure else ""
    source = post.blog.text(name).replace("\r\n", "\n")
    there = Post(post.blog.root / name, source, post.blog, post.now)
    wanted, written = (
        re.sub(r"(?:/index)?\.html?\Z", "", url).strip("/").lower() for url in (there.url, path)
    )
    redirected = there.front.get("redirect_from")
    return "" if wanted == written or redirected else f"It is at '{there.url}'."


@rule("link-broken", "error")
def link_broken(post: Post) -> Iterator[Hit]:
    """A link whose brackets are wrong is shown as it is written."""
    for prose in post.prose:
        if prose.block.kind == "html" or "://" not in prose.text:
            continue
        for match in BROKEN.finditer(prose.text):
            shown = prose.block.text.string[match.start() : match.end()]
            yield Hit(
                prose.origin(match.start()),
                f"'{shown}' is no link, and is shown as it is written.",
                "Write '[words](address)'.",
            )


@rule("link-tag-missing", "error")
def link_tag_missing(post: Post) -> Iterator[Hit]:
    """A link tag to a file that is not there stops the build."""
    if not post.blog.is_blog:
        return
    for token in post.tokens:
        target = token.body.strip().strip("\"'").lstrip("/")
        if "{" in target:
            continue
        missing = token.name == "link" and not post.blog.has(target)
        if missing or (token.name == "post_url" and target not in post.blog.post_targets):
            yield Hit(
                token.start,
                f"There is no '{target}', so Jekyll stops with an error.",
                "Write the path of a file in the blog, or the name of a post without its ending.",
            )


@rule("link-tag-baseurl", "warning")
def link_tag_baseurl(post: Post) -> Iterator[Hit]:
    """Link and post_url treat the base URL differently in Jekyll 3."""
    if not post.blog.baseurl or post.blog.has_plugins:  # which need a Jekyll of one's own
        return
    for token in post.tokens:
        if token.name in ("link", "post_url"):
            yield Hit(
                token.start,
                f"'{{% {token.name} %}}' adds the base URL in Jekyll 4 and not in Jekyll 3, "
                "which GitHub Pages runs.",
                "Write the address and the filter 'relative_url'.",
            )


@rule("url-bare", "warning")
def url_bare(post: Post) -> Iterator[Hit]:
    """An address in the text is not a link."""
    for prose in post.prose:
        if prose.block.kind == "html" or "://" not in prose.text:
            continue
        for match in BARE.finditer(prose.text):
            inside = any(
                span.kind in ("link", "image", "element", "raw")
                and span.start <= match.start() < span.end
                for span in prose.block.spans
            )
            if not inside:
                yield Hit(
                    prose.origin(match.start()),
                    f"'{match[0]}' will not be a link.",
                    "Put it between '<' and '>', or write '[words](address)'.",
                )


@rule("reference-undefined", "warning")
def reference_undefined(post: Post) -> Iterator[Hit]:
    """A reference without its definition is shown as written."""
    links, notes = post.document.state.links, post.document.state.notes
    for block in post.all_blocks:
        formulas = between_dollars(block) if post.renders_dollars else []
        for span in block.spans:
            if any(start < span.start < end for start, end in formulas):
                continue
            shown = block.text.string[span.start : span.end]
            before = block.text.string[max(span.start - 1, 0) : span.start]
            is_index = before == "]" or (before.isascii() and before.isalnum())
            missing = span.kind == "reference" and span.info not in links and _is_meant(shown)
            missing = missing and not is_index
            if missing or (span.kind == "footnote" and shown[2:-1] not in notes):
                yield Hit(
                    block.text.origin(span.start),
                    f"'{shown}' has no definition, so it is shown as it is written.",
                    "Add a line '[name]: address', or '[^name]: note' for a footnote.",
                )


def _is_meant(shown: str) -> bool:
    """Whether ``[words][name]`` is meant for a link, and not as two remarks in brackets."""
    return re.search(r"\]\s+\[|\]\[\^|^\[[\d\s,]+\]\[[\d\s,]+\]$|\[(?:\S+\s+){3}", shown) is None
