"""One source of a blog, as Jekyll sees it: settings, date, address, Liquid, Markdown."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

from reportgen.blog import config, front_matter, kramdown, liquid
from reportgen.blog.blog import Blog
from reportgen.blog.text import Lines, Text

STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
TIMES = {
    "year": "%Y", "short_year": "%y", "month": "%m", "short_month": "%b", "long_month": "%B",
    "day": "%d", "short_day": "%a", "long_day": "%A", "week": "%V", "w_year": "%G", "w_day": "%u",
    "hour": "%H", "minute": "%M", "second": "%S",
}  # fmt: skip

SAFE = "/:!$&'()*+,;=@~"
NEAR = timedelta(hours=14)
"""By how much a day without a time may lie ahead, as some zone may have reached it."""


def hidden_until(
    name: str, front: front_matter.FrontMatter, settings: Mapping[str, Any], now: datetime
) -> front_matter.Date | None:
    """The date of a post that Jekyll leaves out because it is of the future; else None.

    One that is not ``published`` is left out on purpose, and ``future`` in the settings shows all.
    """
    found = front_matter.dated(name, front, config.zone(settings))
    if found is None or settings.get("future") or front.get("published") is False:
        return None
    return found if found.moment - (timedelta() if found.has_time else NEAR) > now else None


class Page:
    """A Markdown file of a blog. ``now`` is the moment against which dates are held."""

    def __init__(self, path: Path, source: str, blog: Blog, now: datetime) -> None:
        self.path, self.source, self.blog, self.now = path, source, blog, now

    @cached_property
    def lines(self) -> Lines:
        """The lines of the source."""
        return Lines(self.source)

    @cached_property
    def site_path(self) -> str:
        """The path of the source below the root of the blog."""
        resolved = config.placed(self.path)
        if resolved.is_relative_to(self.blog.root):
            return resolved.relative_to(self.blog.root).as_posix()
        return self.path.name

    @cached_property
    def is_post(self) -> bool:
        """Whether Jekyll takes the file for a dated post."""
        return "_posts" in self.site_path.split("/")[:-1]

    @property
    def is_ignored(self) -> bool:
        """Whether Jekyll passes over the file, for a post's name begins with its date."""
        return self.is_post and front_matter.NAME.match(self.path.name) is None

    @cached_property
    def front(self) -> front_matter.FrontMatter:
        """The front matter."""
        return front_matter.read(self.source)

    def setting(self, key: str) -> Any:
        """A value of the front matter, or the default that _config.yml sets for it."""
        value = self.front.get(key)
        return self.blog.default(self.site_path, key) if value is None else value

    @property
    def frame(self) -> dict[str, str]:
        """The files of the blog that are around the page; see ``Theme.frame``."""
        return self.blog.theme.frame(str(self.setting("layout") or ""))

    @cached_property
    def slug(self) -> str:
        """The slug: that of the front matter, or that in the file's name."""
        match = front_matter.NAME.match(self.path.name)
        return str(self.front.get("slug") or (match["slug"] if match else self.path.stem))

    @cached_property
    def date(self) -> front_matter.Date | None:
        """The date in the front matter, or that in the file's name."""
        return front_matter.dated(self.path.name, self.front, config.zone(self.blog.config))

    @cached_property
    def url(self) -> str:
        """The address of the page below the base URL, such as "/2024/11/19/loss.html"."""
        written, kind = self.setting("permalink"), self.blog.kind(self.site_path)
        style = str(self.blog.config.get("permalink") or "date")
        if written is None and kind in ("posts", "drafts"):
            written = STYLES.get(style, style)
        elif written is None:
            given = self.blog.collection(kind).get("permalink") if kind != "pages" else None
            written = given or ("/:path" if kind == "pages" else "/:collection/:path")
            is_index = kind == "pages" and self.path.stem == "index"
            written += "/" if is_index else "" if given else _suffix(style)
        return self._filled(str(written), kind)

    @property
    def folder(self) -> str:
        """The folder of the page below the base URL, such as "/2024/11/19/"."""
        return self.url.rpartition("/")[0] + "/"

    def _filled(self, template: str, kind: str) -> str:
        """A permalink with its placeholders filled in, as Jekyll fills them."""
        zone = config.zone(self.blog.config)
        moment = (self.date.moment if self.date else self.now).astimezone(zone)
        inside = self.site_path.partition(f"_{kind}/")[2] or self.site_path
        path = inside.rpartition(".")[0]
        values = {
            "categories": "/".join(dict.fromkeys(name.lower() for name in self.categories)),
            "title": slugified(self.slug), "slug": slugified(self.slug, plain=True),
            "name": slugified(self.path.stem, plain=True), "basename": self.path.stem,
            "path": re.sub(r"(?:^|/)index$", "", path) if template.endswith("/") else path,
            "collection": kind, "output_ext": ".html", "y_day": f"{moment:%j}",
            "i_day": str(moment.day), "i_month": str(moment.month),
            **{name: f"{moment:{code}}" for name, code in TIMES.items()},
        }  # fmt: skip
        url = re.sub(r":([a-z_]+)", lambda m: quote(values.get(m[1], m[0]), SAFE), f"/{template}")
        return re.sub(r"/{2,}", "/", url)

    @property
    def categories(self) -> list[str]:
        """The categories: of the folders around ``_posts``, then of the front matter.

        A string of ``categories`` is split at spaces; one of ``category`` is one.
        """
        many, one = self.setting("categories") or [], self.setting("category")
        folders = self.site_path.partition("_posts/")[0].split("/") if self.is_post else []
        names = many.split() if isinstance(many, str) else many
        own = [*(names if isinstance(names, list) else [names]), one]
        return [str(name) for name in (*folders, *own) if name not in ("", None)]

    @cached_property
    def tokens(self) -> list[liquid.Token]:
        """The Liquid constructs of the body."""
        plain = not self.blog.is_blog and not self.front.present
        if plain or self.front.get("render_with_liquid") is False:
            return []
        return list(liquid.tokens(self.source, self.front.body))

    @cached_property
    def markdown(self) -> Text:
        """The body as Markdown sees it, after Liquid."""
        return liquid.without_liquid(self.source, self.tokens, self.front.body)

    @cached_property
    def _reading(self) -> tuple[kramdown.Document, kramdown.Tangled | None]:
        try:
            return kramdown.Document(self.markdown), None
        except kramdown.Tangled as error:
            return kramdown.Document(""), error

    @property
    def document(self) -> kramdown.Document:
        """The body as kramdown reads it; empty where it is too tangled."""
        return self._reading[0]

    @property
    def tangled(self) -> kramdown.Tangled | None:
        """Why the body cannot be read, and where; None where it can."""
        return self._reading[1]

    @property
    def blocks(self) -> list[kramdown.Element]:
        """The blocks of the body, outermost only, without blank lines."""
        return self.document.blocks

    @cached_property
    def all_blocks(self) -> list[kramdown.Element]:
        """The blocks of the body and all blocks in them, in order, without blank lines."""
        return list(self.document.walk())

    def blocks_of(self, *kinds: str) -> Iterator[kramdown.Element]:
        """Those of ``all_blocks`` that are of one of these kinds."""
        return (block for block in self.all_blocks if block.kind in kinds)

    def spans_of(self, kind: str) -> Iterator[tuple[kramdown.Element, kramdown.Span]]:
        """The spans of a kind, each with its block."""
        return ((b, span) for b in self.all_blocks for span in b.spans if span.kind == kind)

    @property
    def title_heading(self) -> kramdown.Element | None:
        """The heading that the plugin jekyll-titles-from-headings makes the title of the page."""
        first = next(iter(self.blocks), None)
        named = self.blog.plugin("jekyll-titles-from-headings", self.site_path) is not None
        if first is None or first.kind != "heading" or first.level > 3 or self.front.get("title"):
            return None
        return first if named else None

    def includes(self) -> Iterator[liquid.Token]:
        """The Liquid includes of the body."""
        return (t for t in self.tokens if t.name in ("include", "include_cached"))

    def forget(self) -> None:
        """Drop what was read from the source; it is read anew when somebody asks for it."""
        for name in [name for name in vars(self) if name not in ("path", "source", "blog", "now")]:
            delattr(self, name)


def _suffix(style: str) -> str:
    """The end of the addresses of pages and collections, by the ``permalink`` of the site."""
    if style in ("date", "ordinal", "none"):
        return ":output_ext"
    ends = "/" if style == "pretty" else style
    return next((end for end in ("/", ":output_ext") if ends.endswith(end)), "")


def slugified(text: str, *, plain: bool = False) -> str:
    """``text`` as a part of an address; ``plain`` in lower case, of letters and digits alone."""
    kept = r"[^\w]|_" if plain else r"[^\w.~!$&'()+,;=@]"
    slug = re.sub(rf"(?:{kept})+", "-", text).strip("-")
    return slug.lower() if plain else slug
