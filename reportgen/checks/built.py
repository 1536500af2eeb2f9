"""Follows every address in a built site, under the base URL at which it will be served."""

import re
from collections.abc import Collection, Iterator
from functools import cached_property
from html import unescape
from html.parser import HTMLParser
from pathlib import Path
from posixpath import dirname, normpath
from urllib.parse import unquote, urlsplit

from reportgen.checks.collect import CANDIDATE
from reportgen.checks.finding import Finding
from reportgen.checks.rules.table import RULES, site_rule
from reportgen.errors import ReportgenError

LINK = site_rule("site-link", "error", "A link in a built page leads nowhere")
IMAGE = site_rule("site-image", "error", "An image in a built page is not there")
ANCHOR = site_rule("site-anchor", "error", "A link to a place that the built page does not have")
BASE = site_rule("site-baseurl", "error", "An address in a built page leaves out the base URL")
FEED = site_rule("site-feed", "error", "An address in the feed leads nowhere")

IMAGE_PLACES = {
    ("img", "src"), ("img", "srcset"), ("source", "srcset"), ("source", "src"), ("video", "src"),
    ("video", "poster"), ("audio", "src"), ("image", "href"), ("object", "data"), ("embed", "src"),
    ("input", "src"), ("link", "imagesrcset"), ("meta", "content"),
}  # fmt: skip
LINK_PLACES = {
    ("a", "href"), ("area", "href"), ("link", "href"), ("script", "src"), ("iframe", "src"),
    ("use", "href"), ("form", "action"), ("track", "src"),
}  # fmt: skip
IMAGE_META = ("og:image", "og:image:url", "og:image:secure_url", "twitter:image", "og:video")
NO_ADDRESS = ("preconnect", "dns-prefetch")
STYLE_URL = re.compile(r"url\(\s*(?:\"([^\"]+)\"|'([^']+)'|([^)\"'\s]+))\s*\)")
FEED_URL = re.compile(
    r"<(?:link|enclosure|media:\w+|thumbnail)\b[^>]*?\b(?:href|url)=\"([^\"]+)\""
    r"|<(?:link|loc|guid isPermaLink=\"true\"|url)>\s*([^<\s]+)\s*</"
)


def check_site(
    built_dir: str | Path, baseurl: str = "", *, url: str = "", there: Collection[str] = ()
) -> list[Finding]:
    """The addresses of a built site that lead nowhere when it is served below ``baseurl``.

    Links, srcset entries, anchors, stylesheets' images, social cards, feeds and the sitemap are
    followed. ``url`` is the site's origin; without it, that of the pages' canonical links.
    ``there``: paths of files that are served beside the site, which are not looked into.
    Raises ReportgenError where ``built_dir`` is no folder.
    """
    folder = Path(built_dir)
    if not folder.is_dir():
        raise ReportgenError(f"There is no folder '{folder}' with a built site.")
    base = baseurl.strip().strip("/")
    site = _Site(folder, f"/{base}" if base else "", url.rstrip("/"), frozenset(there))
    return sorted(set(site.findings()), key=lambda finding: finding.order)


class _Page(HTMLParser):
    """The addresses and ids of one page."""

    def __init__(self, html: str) -> None:
        super().__init__(convert_charrefs=True)
        self.ids: set[str] = {"", "top"}
        self.found: list[tuple[str, str, int, int]] = []
        self.canonical = ""
        self._style = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Notes the ids and addresses of a tag."""
        given = {name: value or "" for name, value in attrs}
        self._style = tag == "style"
        self.ids |= {given.get("id", "")}
        if tag == "a":
            self.ids |= {given.get("name", "")}
        if tag == "link" and given.get("rel") == "canonical":
            self.canonical = given.get("href", "")
        if tag == "link" and given.get("rel") in NO_ADDRESS:
            return
        for name, value in given.items():
            self._attribute(tag, name, value, given)

    handle_startendtag = handle_starttag

    def _attribute(self, tag: str, name: str, value: str, given: dict[str, str]) -> None:
        if name == "style":
            self._css(value)
        elif tag == "meta":
            key = given.get("property") or given.get("name")
            if name == "content" and key in IMAGE_META:
                self._add(IMAGE, value)
        elif (tag, name) in IMAGE_PLACES:
            urls = CANDIDATE.findall(value) if "srcset" in name else [value]
            for url in urls:
                self._add(IMAGE, url)
        elif (tag, name) in LINK_PLACES:
            self._add(LINK, value)

    def handle_data(self, data: str) -> None:
        """Notes the addresses in a <style> element."""
        if self._style:
            self._css(data)

    def handle_endtag(self, tag: str) -> None:
        """Leaves a <style> element."""
        self._style = False

    def _css(self, css: str) -> None:
        for match in STYLE_URL.finditer(css):
            self._add(IMAGE, match[1] or match[2] or match[3])

    def _add(self, rule: str, url: str) -> None:
        line, column = self.getpos()
        self.found.append((rule, url.strip(), line, column + 1))


class _Site:
    def __init__(self, folder: Path, base: str, url: str, there: frozenset[str]) -> None:
        self.folder, self.base, self._url, self.there = folder, base, url, there

    @cached_property
    def files(self) -> frozenset[str]:
        """The files of the site, by path below its folder."""
        return frozenset(
            file.relative_to(self.folder).as_posix()
            for file in self.folder.rglob("*")
            if file.is_file()
        )

    def read(self, path: str) -> str:
        """The text of a file."""
        return (self.folder / path).read_text("utf-8", "replace")

    @cached_property
    def pages(self) -> dict[str, _Page]:
        """The HTML pages, by path."""
        names = sorted(n for n in self.files if n.lower().endswith((".html", ".htm")))
        return {name: _Page(self.read(name)) for name in names}

    @cached_property
    def url(self) -> str:
        """The origin of the site: as given, or by the canonical link of a page."""
        links = (urlsplit(page.canonical) for page in self.pages.values() if page.canonical)
        origins = (f"{link.scheme}://{link.netloc}" for link in links if link.netloc)
        return self._url or next(origins, "")

    def findings(self) -> Iterator[Finding]:
        """What is wrong with the addresses of all pages, stylesheets and feeds."""
        for name, page in self.pages.items():
            for rule, url, line, column in page.found:
                yield from self.follow(rule, name, url, (line, column))
        for name in sorted(self.files):
            if name.endswith(".css"):
                yield from self._other(name, IMAGE, _matches(STYLE_URL, self.read(name)))
            elif name.endswith(".xml"):
                yield from self._other(name, FEED, _feed(self.read(name)))

    def _other(self, name: str, rule: str, urls: Iterator[tuple[str, int]]) -> Iterator[Finding]:
        text = self.read(name)
        for url, offset in urls:
            line = text.count("\n", 0, offset) + 1
            column = offset - text.rfind("\n", 0, offset)
            yield from self.follow(rule, name, url, (line, column))

    def follow(
        self, rule: str, page: str, url: str, position: tuple[int, int]
    ) -> Iterator[Finding]:
        """What is wrong with one address of ``page``, if anything."""
        local = self._local(url, page)
        if local is None:
            return
        path, fragment = local
        place = (self.folder / page, *position)
        if self.base and path != self.base and not path.startswith(self.base + "/"):
            message = f"'{url}' leaves out the base URL '{self.base}'."
            yield _finding(BASE, place, message, f"Put '{self.base}' before it.")
            return
        target = self._target(path[len(self.base) :])
        if target is None:
            message = f"'{url}' leads to '{path}', which is not there."
            yield _finding(rule, place, message, self._hint(path))
        elif fragment and target in self.pages and fragment not in self.pages[target].ids:
            message = f"'{url}' leads to no id '{fragment}' in '{target}'."
            yield _finding(ANCHOR, place, message, "Give the id to the element, or mend the link.")

    def _local(self, url: str, page: str) -> tuple[str, str] | None:
        """The path below the server's root and the fragment, or None for other sites."""
        if self.url and (url + "/").startswith(self.url + "/"):
            url = url[len(self.url) :] or "/"
        parts = urlsplit(url)
        if parts.scheme or parts.netloc or (not url):
            return None
        path = unquote(parts.path)
        if not path:
            path = f"{self.base}/{page}"
        elif not path.startswith("/"):
            path = f"{self.base}/{dirname(page)}/{path}"
        slash = "/" if path.endswith("/") else ""
        clean = "/" + normpath(path).lstrip("/.")
        return (clean if clean == "/" else clean + slash), unquote(parts.fragment)

    def _target(self, path: str) -> str | None:
        """The file that the web server of GitHub Pages sends for a path below the base URL."""
        name = path.strip("/")
        index = f"{name}/index.html".lstrip("/")
        candidates = [index] if path.endswith("/") or not name else [name, f"{name}.html", index]
        return next((each for each in candidates if each in self.files or each in self.there), None)

    def _hint(self, path: str) -> str:
        doubled = self.base and path.startswith(f"{self.base}{self.base}/")
        if doubled:
            return "The base URL stands there twice."
        name = path[len(self.base) :].strip("/").lower()
        near = next((file for file in sorted(self.files) if file.lower() == name), "")
        return (
            f"Only the case differs from '{near}'." if near else "Add the file, or mend the link."
        )


def _matches(pattern: re.Pattern[str], text: str) -> Iterator[tuple[str, int]]:
    for match in pattern.finditer(text):
        yield next(group for group in match.groups() if group), match.start()


def _feed(text: str) -> Iterator[tuple[str, int]]:
    """The addresses in a feed or sitemap, those in escaped HTML among them."""
    yield from ((unescape(url), offset) for url, offset in _matches(FEED_URL, text))
    for match in re.finditer(r"<(content|summary|description)\b[^>]*>(.*?)</\1>", text, re.S):
        base = re.search(r'xml:base="([^"]*)"', match[0])
        for rule, url, _, _ in _Page(unescape(match[2]).removeprefix("<![CDATA[")).found:
            relative = not urlsplit(url).scheme and not url.startswith(("/", "#"))
            if rule == IMAGE and relative and base:
                url = dirname(base[1]) + "/" + url
            if rule == IMAGE:
                yield url, match.start()


def _finding(rule: str, place: tuple[Path, int, int], message: str, hint: str) -> Finding:
    path, line, column = place
    return Finding(rule, RULES[rule].severity, path, line, column, message, hint)
