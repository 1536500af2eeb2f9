"""One post (or page) of a blog, cut into the parts that rules look at, each part on demand."""

import re
from functools import cached_property

from reportgen.blog.address import Address
from reportgen.blog.page import Page
from reportgen.blog.theme import DOLLARS
from reportgen.checks import collect
from reportgen.checks.parts import Caption, Formula, Heading, Id, Image, Link, Prose, Tag

COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)


class Post(Page):
    """A Markdown file of a blog, as rules see it."""

    @property
    def is_generated(self) -> bool:
        """Whether reportgen wrote the post; strict rules hold for it."""
        return isinstance(self.front.get("reportgen"), dict)

    @cached_property
    def renders_dollars(self) -> bool:
        """Whether a program on the page takes single dollars for formulas."""
        in_site = self.setting("layout") == "distill" or self.blog.theme.renders_dollars
        return in_site or DOLLARS.search(self.source) is not None

    @cached_property
    def _comments(self) -> list[tuple[int, int]]:
        return [match.span() for match in COMMENT.finditer(self.source, self.front.body)]

    def hides(self, offset: int) -> bool:
        """Whether what stands at ``offset`` is in a comment, so that no reader sees it."""
        return any(start <= offset < end for start, end in self._comments)

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
        return [
            (image, a) for image in self.images if (a := collect.locate(image, self)).kind == "file"
        ]

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
