"""One post (or page) of a blog, cut into the parts that rules look at, each part on demand."""

import re
from collections.abc import Iterator
from datetime import datetime
from functools import cached_property
from pathlib import Path
from typing import Any

from reportgen.checks import collect, front_matter, kramdown, liquid
from reportgen.checks.address import Address, locate
from reportgen.checks.blog import Blog
from reportgen.checks.parts import Caption, Formula, Heading, Id, Image, Link, Prose, Tag
from reportgen.checks.text import Lines, Text

NAME = re.compile(r"(?P<date>\d{2,4}-\d{1,2}-\d{1,2})-(?P<slug>.+)\.[^.]+\Z")
STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "weekdate": "/:categories/:year/W:week/:short_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}


class Post:
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

    @property
    def is_generated(self) -> bool:
        """Whether reportgen wrote the post; strict rules hold for it."""
        return isinstance(self.front.get("reportgen"), dict)

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
        match = NAME.match(self.path.name)
        return match["slug"] if match else self.path.stem

    @cached_property
    def date(self) -> front_matter.Date | None:
        """The date in the front matter, or that in the file's name."""
        written = self.front.get("date")
        match = NAME.match(self.path.name)
        if written is not None:
            return front_matter.date(written)
        return front_matter.date(match["date"]) if match else None

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
        moment = self.date.moment if self.date else self.now
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
    def blocks(self) -> list[kramdown.Block]:
        """The blocks of the body, outermost only."""
        return kramdown.parse(self.markdown) if self.markdown.string.strip() else []

    @cached_property
    def all_blocks(self) -> list[kramdown.Block]:
        """The blocks of the body and all blocks in them, in order, without blank lines."""
        return [b for block in self.blocks for b in block.walk() if b.kind != "blank"]

    @cached_property
    def prose(self) -> list[Prose]:
        """The running text, with everything else blanked."""
        return list(collect.prose(self))

    @cached_property
    def tags(self) -> list[Tag]:
        """The HTML tags."""
        return list(collect.tags(self))

    @cached_property
    def images(self) -> list[Image]:
        """The images, in the order of the source."""
        return sorted(collect.images(self), key=lambda image: image.offset)

    @cached_property
    def local_images(self) -> list[tuple[Image, Address]]:
        """The images that should be files of the blog, with where they are."""
        return [(image, a) for image in self.images if (a := locate(image, self)).kind == "file"]

    @cached_property
    def links(self) -> list[Link]:
        """The links, in the order of the source."""
        return sorted(collect.links(self), key=lambda link: link.offset)

    @cached_property
    def headings(self) -> list[Heading]:
        """The headings, in the order of the source."""
        return sorted(collect.headings(self), key=lambda heading: heading.offset)

    @cached_property
    def captions(self) -> list[Caption]:
        """The captions, in the order of the source."""
        return sorted(collect.captions(self), key=lambda caption: caption.offset)

    @cached_property
    def formulas(self) -> list[Formula]:
        """The formulas, in the order of the source."""
        from reportgen.checks.formulas import formulas

        return sorted(formulas(self), key=lambda formula: formula.offset)

    @cached_property
    def ids(self) -> list[Id]:
        """The ids that the page will have from this post."""
        return sorted(collect.ids(self), key=lambda found: found.offset)

    def includes(self) -> Iterator[liquid.Token]:
        """The Liquid includes of the body."""
        return (t for t in self.tokens if t.name in ("include", "include_cached"))

    def written(self, start: int, end: int) -> str:
        """The source between two offsets, Liquid and all."""
        return self.source[start:end]
