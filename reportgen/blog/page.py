"""One source of a blog, as Jekyll sees it: settings, date, address, Liquid, Markdown."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from reportgen.blog import front_matter, kramdown, liquid
from reportgen.blog.blog import Blog
from reportgen.blog.text import Lines, Text

STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}


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
        resolved = self.path.resolve()
        if resolved.is_relative_to(self.blog.root):
            return resolved.relative_to(self.blog.root).as_posix()
        return self.path.name

    @cached_property
    def is_post(self) -> bool:
        """Whether Jekyll takes the file for a dated post."""
        return "_posts" in self.site_path.split("/")[:-1]

    @cached_property
    def front(self) -> front_matter.FrontMatter:
        """The front matter."""
        return front_matter.read(self.source)

    def setting(self, key: str) -> Any:
        """A value of the front matter, or the default that _config.yml sets for it."""
        value = self.front.get(key)
        return self.blog.default(self.site_path, key) if value is None else value

    @cached_property
    def slug(self) -> str:
        """The slug in the file's name."""
        match = front_matter.NAME.match(self.path.name)
        return match["slug"] if match else self.path.stem

    @cached_property
    def date(self) -> front_matter.Date | None:
        """The date in the front matter, or that in the file's name."""
        return front_matter.dated(self.path.name, self.front)

    @cached_property
    def folder(self) -> str:
        """The folder of the post's page below the base URL, such as "/2024/11/19/"."""
        url = self.setting("permalink")
        if url is None and self.is_post:
            style = str(self.blog.config.get("permalink") or "date")
            url = self._permalink(STYLES.get(style, style))
        if url is None:
            url = f"/{self.site_path}"
        return "/" + str(url).lstrip("/").rpartition("/")[0] + "/" if "/" in str(url)[1:] else "/"

    def _permalink(self, template: str) -> str:
        moment = (self.date.moment if self.date else self.now).astimezone(UTC)
        named = self.setting("categories") or self.setting("category") or []
        names = named.split() if isinstance(named, str) else [str(name) for name in named]
        values = {
            "categories": "/".join(names).lower().replace(" ", "-"),
            "year": f"{moment:%Y}", "month": f"{moment:%m}", "day": f"{moment:%d}",
            "title": self.slug, "slug": self.slug, "output_ext": ".html",
        }  # fmt: skip
        url = re.sub(r":(\w+)", lambda m: values.get(m[1], m[1]), template)
        return re.sub(r"/{2,}", "/", url)

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

    def includes(self) -> Iterator[liquid.Token]:
        """The Liquid includes of the body."""
        return (t for t in self.tokens if t.name in ("include", "include_cached"))

    def written(self, start: int, end: int) -> str:
        """The source between two offsets, Liquid and all."""
        return self.source[start:end]
