"""Where an address in a page leads: to a file of the site, a place in the page, or elsewhere."""

import re
from dataclasses import dataclass
from posixpath import dirname, normpath
from typing import TYPE_CHECKING
from urllib.parse import unquote

from reportgen.blog.blog import Blog
from reportgen.blog.liquid import tokens

if TYPE_CHECKING:
    from reportgen.blog.page import Page

STRING = re.compile(r"""\s*(?:"([^"]*)"|'([^']*)')\s*\Z""")
ON_DISK = re.compile(r"file:|[A-Za-z]:[\\/]|/(?:Users|home|tmp|mnt|Volumes)/|~/")
BREAKS = re.compile(r"[\t\r\n]")  # which browsers take out of an address
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


def resolve(written: str, page: "Page", *, image: bool = False) -> Address:
    """Where ``written`` leads from ``page``; an ``image`` may have a prefix set for the page."""
    url = evaluate(BREAKS.sub("", written.strip()), page)
    if url is None:
        return Address("unknown")
    if url.startswith("#"):
        return Address("anchor", fragment=unquote(url[1:]))
    if not url:
        return Address("empty")
    if ON_DISK.match(url) and not page.blog.has(url.lstrip("/")):
        return Address("disk", url)
    blog = page.blog
    if blog.url and (url + "/").startswith(blog.url + "/"):
        url = url[len(blog.url) :] or "/"
    if SCHEME.match(url):
        return Address("external", url)
    path, _, fragment = url.partition("#")
    path = unquote(path.partition("?")[0])
    prefix = str(page.setting("media_subpath") or page.setting("img_path") or "")
    if image and prefix and not path.startswith("/"):
        path = f"/{prefix.strip('/')}/{path}"
    if image and blog.theme.image_host and path.startswith("/") and not blog.has(path.lstrip("/")):
        return Address("external", f"{blog.theme.image_host.rstrip('/')}{path}")
    return _file(path, fragment, page, bool(image and "chirpy" in blog.theme.name))


def _file(path: str, fragment: str, page: "Page", theme_adds_base: bool) -> Address:
    base, based = page.blog.baseurl, True
    if not path.startswith("/"):
        beside = normpath(f"{dirname(page.site_path)}/{path}").lstrip("/")
        linked = page.blog.plugin("jekyll-relative-links", page.site_path) is not None
        if linked and page.blog.has(beside):
            return Address("file", beside, fragment)
        path = f"{base}{unquote(page.folder)}{path}"
    if base:
        inside = path == base or path.startswith(base + "/")
        based = inside or theme_adds_base
        path = path[len(base) :] if inside else path
    clean = normpath(path).lstrip("/")
    return Address("file", "" if clean == "." else clean, fragment, based)


def evaluate(written: str, page: "Page") -> str | None:
    """``written`` with its Liquid worked out, or None where that cannot be known."""
    if "{" not in written:
        return written
    parts, position = [], 0
    for token in tokens(written):
        if token.kind == "unclosed":
            continue
        value = expression(token.body, page) if token.kind == "output" else None
        if value is None:
            return None
        parts += [written[position : token.start], value]
        position = token.end
    return "".join(parts) + written[position:]


def expression(source: str, page: "Page") -> str | None:
    """The value of a Liquid expression: a string or a known variable, and known filters."""
    first, *filters = re.split(r"\|(?=(?:[^\"']|\"[^\"]*\"|'[^']*')*\Z)", source)
    value = _operand(first, page)
    for text in filters:
        name, _, argument = text.partition(":")
        value = None if value is None else _filter(value, name.strip(), argument, page)
    return value


def _operand(source: str, page: "Page") -> str | None:
    literal = STRING.match(source)
    if literal:
        return literal[1] if literal[1] is not None else literal[2]
    name = source.strip()
    if name in ("site.baseurl", "site.url"):
        return page.blog.baseurl if name == "site.baseurl" else page.blog.url
    if name.startswith("page."):
        value = page.front.get(name.removeprefix("page."))
        return str(value) if isinstance(value, str | int) else None
    return None


def _filter(value: str, name: str, argument: str, page: "Page") -> str | None:
    blog: Blog = page.blog
    if name in ("relative_url", "absolute_url"):
        if SCHEME.match(value):
            return value
        origin = blog.url if name == "absolute_url" else ""
        return f"{origin}{blog.baseurl}/{value.lstrip('/')}"
    operand = _operand(argument, page) if argument else None
    if name == "prepend" and operand is not None:
        return operand + value
    if name == "append" and operand is not None:
        return value + operand
    return value if name in ("strip", "escape", "uri_escape") else None
