"""Rules for the name of a post's file and the YAML at its head."""

import re
from collections.abc import Iterator
from datetime import UTC, timedelta

from reportgen.checks.finding import Hit
from reportgen.checks.post import Post
from reportgen.checks.rules.table import blog_rule, rule

FILE_NAME = re.compile(r"\d{4}-\d{1,2}-\d{1,2}-[^/]+\.\w+")


@rule("front-matter-missing", "error")
def front_matter_missing(post: Post) -> Iterator[Hit]:
    """A post without front matter is left out of the blog."""
    if post.is_post and not post.front.present:
        yield Hit(
            0,
            "The post has no front matter, so Jekyll leaves it out.",
            "Begin the file with '---', 'title: …', '---'.",
        )


@rule("front-matter-yaml", "error")
def front_matter_yaml(post: Post) -> Iterator[Hit]:
    """Front matter that is not valid YAML."""
    if post.front.fault is not None:
        offset, problem = post.front.fault
        yield Hit(
            offset,
            f"The front matter is not valid YAML: {problem}.",
            "Put values that hold ': ', '#', '@' or quotes between double quotes.",
        )


@rule("title-missing", "warning")
def title_missing(post: Post) -> Iterator[Hit]:
    """A post without a title gets one made of its file name."""
    front = post.front
    if post.is_post and front.present and not front.fault and not post.setting("title"):
        yield Hit(
            0,
            f"The post has no title; Jekyll will show one made of its file name, '{post.slug}'.",
            "Add 'title: …' to the front matter.",
        )


@rule("file-name", "error")
def file_name(post: Post) -> Iterator[Hit]:
    """A file in _posts whose name does not begin with a date."""
    if post.is_post and not FILE_NAME.fullmatch(post.path.name):
        yield Hit(
            0,
            f"'{post.path.name}' is not named YYYY-MM-DD-slug.md, so Jekyll ignores it silently.",
            "Rename the file to begin with its date.",
        )


@rule("date-invalid", "error")
def date_invalid(post: Post) -> Iterator[Hit]:
    """A date that Jekyll cannot read."""
    written = post.front.get("date")
    if written is not None and post.date is None:
        yield Hit(
            post.front.offset("date"),
            f"'{written}' is not a date.",
            "Write 'date: 2024-11-19 10:00:00 -0800'.",
        )
    elif post.is_post and FILE_NAME.fullmatch(post.path.name) and post.date is None:
        yield Hit(0, f"The date in the file name '{post.path.name}' does not exist.")


@rule("date-future", "error")
def date_future(post: Post) -> Iterator[Hit]:
    """A post from the future is silently skipped."""
    if not post.is_post or post.date is None or post.blog.config.get("future"):
        return
    if post.front.get("published") is False:
        return
    moment = post.date.moment.astimezone(UTC)
    slack = timedelta() if post.date.has_time else timedelta(hours=14)
    if moment - slack > post.now:
        zone = "" if post.date.has_offset or not post.date.has_time else " read as UTC,"
        yield Hit(
            post.front.offset("date"),
            f"The date,{zone} {moment:%Y-%m-%d %H:%M} UTC, is in the future: "
            "Jekyll will skip the post without a word.",
            "Write the real date with its UTC offset, such as '2024-11-19 10:00:00 -0800'.",
        )


@rule("date-offset", "warning", strict=True)
def date_offset(post: Post) -> Iterator[Hit]:
    """A time of day without a UTC offset."""
    date = post.date
    if post.is_post and date and date.has_time and not date.has_offset:
        yield Hit(
            post.front.offset("date"),
            "The date has a time but no UTC offset; GitHub Pages will take it for UTC.",
            "Write the offset too, such as '-0800'.",
        )


@blog_rule("slug-repeated", "error")
def slug_repeated(posts: list[Post]) -> Iterator[tuple[Post | str, Hit]]:
    """Two posts with one address hide each other."""
    seen: dict[str, Post] = {}
    for post in posts:
        if not post.is_post or post.setting("permalink"):
            continue
        address = f"{post.folder}{post.slug.lower()}"
        first = seen.setdefault(address, post)
        if first is not post:
            message = f"The post has the same date and slug as '{first.site_path}'."
            yield post, Hit(0, message, "Rename one of the two.")
