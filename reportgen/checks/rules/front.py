"""Rules for the name of a post's file and the YAML at its head."""

import re
from collections.abc import Iterator
from datetime import UTC

from reportgen.blog import config
from reportgen.blog.page import hidden_until
from reportgen.checks.finding import Hit
from reportgen.checks.parts import repeats
from reportgen.checks.post import Post
from reportgen.checks.rules.table import blog_rule, rule

WHOLE_PAGE = re.compile(r"\s*<(?:!doctype|html|head|meta)\b", re.IGNORECASE)


@rule("file-unreadable", "error")
def file_unreadable(post: Post) -> Iterator[Hit]:
    """A file that is no text in UTF-8."""
    if not post.path.is_file():
        yield Hit(0, f"'{post.path.name}' is no file, so nothing in it is read.", "Take it away.")
    elif "\ufffd" in post.source:
        try:
            post.path.read_bytes().decode("utf-8")
        except UnicodeDecodeError as error:
            yield Hit(
                post.source.index("\ufffd"),
                f"Byte {error.start} is not UTF-8, so Jekyll leaves the file out, or stops.",
                "Save the file as UTF-8.",
            )


@blog_rule("config-yaml", "error")
def config_yaml(posts: list[Post]) -> Iterator[tuple[Post | str, Hit]]:
    """Settings of the blog that cannot be read stop the build."""
    fault = config.fault(posts[0].blog.root)
    if fault:
        yield (
            fault[0],
            Hit(0, f"The settings cannot be read: {fault[1].rstrip('.')}.", "Mend them."),
        )


@rule("front-matter-missing", "error")
def front_matter_missing(post: Post) -> Iterator[Hit]:
    """A post without front matter is shown bare, without a layout."""
    bare = post.is_post and not post.front.present and not post.setting("layout")
    if bare and not WHOLE_PAGE.match(post.source):
        yield Hit(
            0,
            "The post has no front matter, so Jekyll shows it bare, without a layout.",
            "Begin the file with '---', 'layout: post', 'title: …', '---'.",
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
    named = post.setting("title") or post.title_heading
    is_plain = post.slug.isascii()  # another is likely the title as it is meant
    if post.is_post and front.present and not front.fault and not named and is_plain:
        yield Hit(
            0,
            f"The post has no title; Jekyll will show one made of its file name, '{post.slug}'.",
            "Add 'title: …' to the front matter.",
        )


@rule("file-name", "error")
def file_name(post: Post) -> Iterator[Hit]:
    """A file in _posts whose name does not begin with a date."""
    if post.is_ignored and post.front.present:
        yield Hit(
            0,
            f"'{post.path.name}' is not named YYYY-MM-DD-slug.md, so Jekyll ignores it silently.",
            "Rename the file to begin with its date.",
        )


@rule("date-invalid", "error")
def date_invalid(post: Post) -> Iterator[Hit]:
    """A date that Jekyll cannot read."""
    written = post.front.get("date")
    if post.is_post and written is not None and post.date is None:
        yield Hit(
            post.front.offset("date"),
            f"'{written}' is not a date.",
            "Write 'date: 2024-11-19 10:00:00 -0800'.",
        )
    elif post.is_post and post.date is None:
        yield Hit(0, f"The date in the file name '{post.path.name}' does not exist.")


@rule("date-future", "error")
def date_future(post: Post) -> Iterator[Hit]:
    """A post from the future is silently skipped."""
    date = hidden_until(post.path.name, post.front, post.blog.config, post.now)
    if post.is_post and date:
        moment = date.moment.astimezone(UTC)
        zone = "" if date.has_offset or not date.has_time else " read as UTC,"
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
    shown = [post for post in posts if post.is_post and not post.is_ignored
             and post.front.get("published") is not False]  # fmt: skip
    for post, first in repeats((_address(post), post) for post in shown):
        message = f"The post has the address '{post.url}', as '{first.site_path}' has."
        yield post, Hit(0, message, "Rename one of the two, or give it another 'permalink'.")


def _address(post: Post) -> str:
    """The address of a post; where plugins are loaded, each language may have its folder."""
    return f"{post.setting('lang') if post.blog.has_plugins else ''} {post.url}"
