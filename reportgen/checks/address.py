"""Where an address in a post leads: to a file of the site, a place in the post, or elsewhere."""

import re
from dataclasses import dataclass
from posixpath import normpath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from reportgen.checks.blog import Blog
from reportgen.checks.liquid import OUTPUT, TAG
from reportgen.checks.parts import Image

if TYPE_CHECKING:
    from reportgen.checks.post import Post

STRING = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)')\s*\Z""")
ON_DISK = re.compile(r"file:|[A-Za-z]:[\\/]|/(?:Users|home|tmp|mnt|Volumes)/|~/")
SCHEME = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:|//")


@dataclass(frozen=True)
class Address:
    """``kind``: file, anchor, external, disk, empty, or unknown (Liquid decides).

    ``path`` is below the root of the site. ``based`` tells whether a file's address holds the
    base URL of the site, or needs none.
    """

    kind: str
    path: str = ""
    fragment: str = ""
    based: bool = True


def resolve(written: str, post: "Post", *, image: bool = False) -> Address:
    """Where ``written`` leads from ``post``; an ``image`` may have a prefix set for the post."""
    url = evaluate(written.strip(), post)
    if url is None:
        return Address("unknown")
    if url.startswith("#"):
        return Address("anchor", fragment=unquote(url[1:]))
    if not url:
        return Address("empty")
    if ON_DISK.match(url) and not post.blog.has(url.lstrip("/")):
        return Address("disk", url)
    blog = post.blog
    if blog.url and (url + "/").startswith(blog.url + "/"):
        url = url[len(blog.url) :] or "/"
    if SCHEME.match(url):
        return Address("external", url)
    path, _, fragment = url.partition("#")
    path = unquote(path.partition("?")[0])
    prefix = str(post.setting("media_subpath") or post.setting("img_path") or "")
    if image and prefix and not path.startswith("/"):
        path = f"/{prefix.strip('/')}/{path}"
    return _file(path, fragment, post, bool(image and "chirpy" in blog.theme))


def locate(image: Image, post: "Post") -> Address:
    """Where the address of an image leads. One for the theme counts from the root of the site."""
    if image.origin in ("head", "include") and not image.url.startswith(("/", "{", "http")):
        address = resolve("/" + image.url, post, image=True)
        return Address(address.kind, address.path)
    return resolve(image.url, post, image=True)


def _file(path: str, fragment: str, post: "Post", theme_adds_base: bool) -> Address:
    base, based = post.blog.baseurl, True
    if not path.startswith("/"):
        path = f"{base}{post.folder}{path}"
    if base:
        inside = path == base or path.startswith(base + "/")
        based = inside or theme_adds_base
        path = path[len(base) :] if inside else path
    clean = normpath(path).lstrip("/")
    return Address("file", "" if clean == "." else clean, fragment, based)


def evaluate(written: str, post: "Post") -> str | None:
    """``written`` with its Liquid worked out, or None where that cannot be known."""
    if "{" not in written:
        return written
    if TAG.search(written):
        return None
    parts, position = [], 0
    for match in OUTPUT.finditer(written):
        value = expression(match[1], post)
        if value is None:
            return None
        parts += [written[position : match.start()], value]
        position = match.end()
    return "".join(parts) + written[position:]


def expression(source: str, post: "Post") -> str | None:
    """The value of a Liquid expression: a string or a known variable, and known filters."""
    first, *filters = re.split(r"\|(?=(?:[^\"']|\"[^\"]*\"|'[^']*')*\Z)", source)
    value = _operand(first, post)
    for text in filters:
        name, _, argument = text.partition(":")
        value = None if value is None else _filter(value, name.strip(), argument, post)
    return value


def _operand(source: str, post: "Post") -> str | None:
    literal = STRING.match(source)
    if literal:
        return literal[1] if literal[1] is not None else literal[2]
    name = source.strip()
    if name in ("site.baseurl", "site.url"):
        return post.blog.baseurl if name == "site.baseurl" else post.blog.url
    if name.startswith("page."):
        value = post.front.get(name.removeprefix("page."))
        return str(value) if isinstance(value, str | int) else None
    return None


def _filter(value: str, name: str, argument: str, post: "Post") -> str | None:
    blog: Blog = post.blog
    if name in ("relative_url", "absolute_url"):
        if SCHEME.match(value):
            return value
        origin = blog.url if name == "absolute_url" else ""
        return f"{origin}{blog.baseurl}/{value.lstrip('/')}"
    operand = _operand(argument, post) if argument else None
    if name == "prepend" and operand is not None:
        return operand + value
    if name == "append" and operand is not None:
        return value + operand
    return value if name in ("strip", "escape", "uri_escape") else None
