"""The rule for images that belong to another post, another project or another site."""

import re
from collections import Counter
from collections.abc import Iterator
from posixpath import basename, dirname
from urllib.parse import unquote

from reportgen.blog.blog import is_named_for
from reportgen.blog.words import words
from reportgen.checks.finding import Hit
from reportgen.checks.post import Post
from reportgen.checks.rules.table import rule

REPOSITORY = re.compile(
    r"(?:https?:)?//(?:raw\.githubusercontent\.com/(?P<raw>[^/]+/[^/]+)"
    r"|github\.com/(?P<web>[^/]+/[^/]+)/(?:raw|blob)/|(?P<pages>[\w-]+\.github\.io)/)"
)
SERIES = re.compile(
    r"(?:^|[-_/ ])(?P<kind>proj(?:ect)?|hw|homework|lab|assignment)[-_ ]?(?P<number>\d+)", re.I
)
GENERAL = words(
    "asset assets image images img imgs figure figures fig figs photo photos pic pics picture "
    "pictures media upload uploads file files static public content blog blogs post posts site "
    "page pages theme themes header headers banner banners cover covers thumb thumbs thumbnail "
    "thumbnails gallery icon icons logo logos featured screenshot screenshots data sample samples "
    "demo example examples test tests temp misc common commons shared general unsplash pexels "
    "stock social cards card open graph docs source src output outputs result results"
)


@rule("image-foreign", "warning")
def image_foreign(post: Post) -> Iterator[Hit]:
    """An image of another project."""
    usual, said = _usual_number(post), _said(post)
    for image in post.images:
        if image.origin == "head":
            continue
        owner = _other_site(image.url, post) or _other_post(image.url, post)
        owner = owner or _other_number(image.url, usual)
        if not owner and post.is_post:
            owner = _other_topic(image.url, said)
        if owner:
            message = f"'{image.url}' is an image of {owner}."
            yield Hit(image.offset, message, OWN)


OWN = "Put the image that belongs here, or a copy, into this post's own folder."


def _other_site(url: str, post: Post) -> str:
    match = REPOSITORY.match(url)
    if match is None or not post.blog.is_blog:
        return ""
    name = match["raw"] or match["web"] or match["pages"]
    return "" if name.lower() in post.blog.own_names else f"another site, '{name}'"


def _folders(url: str) -> list[str]:
    return [part.lower().replace("_", "-") for part in dirname(unquote(url)).split("/") if part]


def _other_post(url: str, post: Post) -> str:
    mine = post.slug.lower()
    for folder in _folders(url):
        if len(folder) < 4 or is_named_for(folder, mine) or folder in GENERAL:
            continue
        for name in post.blog.posts_by_folder.get(folder, ()):
            if name != post.site_path and basename(url) in post.blog.text(name):
                return f"another post, '{name}'"
    return ""


def _usual_number(post: Post) -> tuple[str, int] | None:
    """The project of a numbered series that a post is about: by its name, or by most images."""
    named = _number(f"{post.slug} {post.front.get('title') or ''}")
    counts = Counter(number for image in post.images if (number := _number(dirname(image.url))))
    most = counts.most_common(1)
    return named or (most[0][0] if most and most[0][1] > 1 else None)


def _number(text: str) -> tuple[str, int] | None:
    match = SERIES.search(unquote(text))
    return (match["kind"][0].lower(), int(match["number"])) if match else None


def _other_number(url: str, usual: tuple[str, int] | None) -> str:
    number = _number(dirname(url))
    if not usual or not number or number[0] != usual[0] or number[1] == usual[1]:
        return ""
    match = SERIES.search(dirname(unquote(url)))
    return f"another project, '{match[0].strip('/-_ ')}'" if match else ""


def _said(post: Post) -> str:
    """All words of the post, in lower case."""
    if not post.images:
        return ""
    parts = [post.slug, str(post.front.get("title")), *(heading.text for heading in post.headings)]
    return " ".join(parts + [prose.text for prose in post.prose]).lower()


def _other_topic(url: str, said: str) -> str:
    """A folder named for a topic, in two words or more, of which the post says not one word."""
    if url.startswith(("http", "//", "data:")):
        return ""
    for folder in _folders(re.sub(r"\{\{.*?\}\}", "", url)):
        topic = [word for word in folder.split("-") if len(word) > 3 and word.isalpha()]
        if len(topic) < 2 or GENERAL & {*folder.split("-")}:
            continue
        if not any(word[:5] in said for word in topic):
            return f"another topic, '{folder}', of which the post does not speak"
    return ""
