"""Rules for images: whether they are there, whose they are, and what stands for them in words."""

import re
from collections.abc import Iterator
from posixpath import basename, dirname, splitext
from urllib.parse import unquote

from reportgen.blog.address import resolve
from reportgen.blog.blog import IMAGES, TEXTS, Blog
from reportgen.blog.words import words
from reportgen.checks.finding import Hit
from reportgen.checks.parts import Image, repeats
from reportgen.checks.post import Post
from reportgen.checks.rules.table import blog_rule, rule

HEAVY = 1 << 20
SCREENSHOT = re.compile(
    r"screen[ _-]?shot|screen[ _-]?grab|screen[ _-]?cap|bildschirmfoto|capture[ _-]d.?[ée]cran"
    r"|captura[ _-]de[ _-](?:pantalla|tela)|schermafbeelding|skjermbilde|cleanshot|snipaste|"
    r"スクリーンショット|截屏|屏幕截图|스크린샷",
    re.IGNORECASE,
)
PROGRAM_KEYS = ("software", "creator", "creation tool", "source")
TOOLS = re.compile(
    r"screenshot|snipping tool|flameshot|spectacle|greenshot|sharex|shutter|lightshot|cleanshot",
    re.IGNORECASE,
)
ALT_PLACEHOLDER = re.compile(
    r"(?:(?:the|an?|my|your)\s+)?(?:image|img|figure|fig|picture|photo|pic|graphic|plot|screenshot|"
    r"diagram|alt|untitled|placeholder|caption|description)s?"
    r"(?:[ _-]?(?:text|here|description))*[ _-]*\d*[a-z]?\.?"
    r"|IMG[_-]?\d+|DSC[_-]?\d+|\d+|todo|tbd|[\w ./-]+\.(?:png|jpe?g|gif|webp|svg)",
    re.IGNORECASE,
)
BADGE = re.compile(r"(?:https?:)?//(?:img\.shields\.io|badgen\.net|badge\.)|.*/badge\.svg", re.I)
UNUSED_NAMES = re.compile(
    r"favicon|apple-touch|android-chrome|mstile|safari-pinned|logo|icon|avatar|og[-_]image|^404",
    re.IGNORECASE,
)
VARIANT = re.compile(r"[-_@](?:\d+w?x?|dark|light|thumb|small|narrow|still|2x)$")
ASSETS = words("assets images img image static uploads figures figs pics media")


@rule("image-missing", "error")
def image_missing(post: Post) -> Iterator[Hit]:
    """An image that is not there."""
    blog = post.blog
    for image in post.images:
        if resolve(image.url, post, image=True).kind == "disk":
            message = f"'{image.url}' is a file on somebody's own disk."
            yield Hit(image.offset, message, "Copy it to the assets of the blog.")
    for image, address in post.local_images:
        path = address.path
        if blog.has(path) or (image.origin == "include" and not blog.is_blog):
            continue
        if not blog.is_blog and image.url.startswith(("/", "{")):
            continue
        if image.origin == "head" and not image.url.startswith(("/", "assets/")):
            continue
        if _made_from_another(path, blog.stems):
            continue
        yield Hit(image.offset, f"There is no image '{path}'.", _near(post, image, path))


def _made_from_another(path: str, stems: frozenset[str]) -> bool:
    """Whether a plugin may make the image from one that is there, in other widths."""
    stem, width = splitext(path)[0].rpartition("-")[::2]
    return path.endswith(".webp") and width.isdecimal() and stem in stems


def _near(post: Post, image: Image, path: str) -> str:
    exact = post.blog.lower_files.get(path.lower())
    if exact:
        return f"Only the case differs from '{exact}'; the web server minds it."
    same = post.blog.by_name.get(basename(path))
    if same and not image.url.startswith(("/", "{")):
        return f"Write the address from the root: '{{{{ '/{same}' | relative_url }}}}'."
    return f"Did you mean '{same}'?" if same else "Add the file, or take the image out."


@rule("image-hidden", "error")
def image_hidden(post: Post) -> Iterator[Hit]:
    """An image in a folder that Jekyll leaves out."""
    for image, address in post.local_images:
        if post.blog.has(address.path) and not post.blog.served(address.path):
            yield Hit(
                image.offset,
                f"Jekyll leaves out '{address.path}', for a part of it begins with '_' or '.'.",
                "Move the file, or list its folder under 'include' in _config.yml.",
            )


@rule("baseurl-missing", "error")
def baseurl_missing(post: Post) -> Iterator[Hit]:
    """An address from the root that leaves out the base URL."""
    by_theme = ("head", "include")
    places = [(i.url, i.offset, True) for i in post.images if i.origin not in by_theme]
    places += [(link.url, link.offset, False) for link in post.links]
    for url, offset, is_image in places:
        address = resolve(url, post, image=is_image)
        if address.kind == "file" and url.startswith("/") and not address.based:
            yield Hit(
                offset,
                f"'{url}' leaves out the base URL '{post.blog.baseurl}' of the site.",
                f"Write '{{{{ '{url}' | relative_url }}}}'.",
            )


@rule("baseurl-doubled", "error")
def baseurl_doubled(post: Post) -> Iterator[Hit]:
    """A base URL that the theme adds again."""
    if "chirpy" not in post.blog.theme.name or not post.blog.baseurl:
        return
    for image in post.images:
        if "baseurl" in image.url or "relative_url" in image.url:
            yield Hit(
                image.offset,
                "Chirpy puts the base URL before every image, so it will stand there twice.",
                "Write the address from the root, '/assets/…'.",
            )


@rule("image-screenshot", "warning")
def image_screenshot(post: Post) -> Iterator[Hit]:
    """A screenshot of a picture instead of the picture."""
    for image, address in post.local_images:
        if image.origin == "head" or re.search(r"screen ?shot", image.alt or "", re.IGNORECASE):
            continue
        sign = _screenshot(post, address.path)
        if sign:
            yield Hit(
                image.offset,
                f"'{basename(address.path)}' is a screenshot: {sign}.",
                "Save the figure from the program that drew it.",
            )


def _screenshot(post: Post, path: str) -> str:
    if SCREENSHOT.search(basename(path)):
        return "its name says so"
    if path.lower().endswith(".png") and post.blog.has(path):
        for keyword, text in post.blog.png_texts(path):
            program = TOOLS.search(text) if keyword.lower() in PROGRAM_KEYS else None
            match = program or re.search(r"screen ?shot", f"{keyword} {text}", re.IGNORECASE)
            if match:
                return f"its metadata names '{match[0]}'"
    return ""


@rule("image-heavy", "warning")
def image_heavy(post: Post) -> Iterator[Hit]:
    """An image file of more than 1 MB."""
    for image, address in post.local_images:
        if post.blog.has(address.path):
            size = post.blog.size(address.path)
            if size > HEAVY:
                yield Hit(
                    image.offset,
                    f"'{address.path}' has {size / 2**20:.1f} MB.",
                    "Save it smaller: at twice the width at which it is shown, as WebP or PNG.",
                )


@rule("image-format", "warning")
def image_format(post: Post) -> Iterator[Hit]:
    """An image that browsers cannot show."""
    for image in post.images:
        ending = splitext(image.url.partition("?")[0])[1].lower()
        if ending in (".tif", ".tiff", ".heic", ".psd", ".eps", ".pdf") and image.origin != "head":
            message = f"Most browsers do not show '{ending}' images."
            yield Hit(image.offset, message, "Save it as PNG, WebP or SVG.")


@rule("image-size", "warning", strict=True)
def image_size(post: Post) -> Iterator[Hit]:
    """An image without width and height makes the page jump."""
    for image in post.images:
        if image.origin in ("markdown", "html") and not image.sized:
            yield Hit(
                image.offset,
                "The image has no width and height, so the page jumps when it comes.",
                "Give both in pixels: <img width=… height=…>.",
            )


@rule("alt-missing", "warning")
def alt_missing(post: Post) -> Iterator[Hit]:
    """An image without alternative text."""
    for image in post.images:
        empty = image.origin == "markdown" and not (image.alt or "").strip()
        if empty or (image.origin == "html" and image.alt is None):
            yield Hit(
                image.offset,
                f"The image '{basename(image.url)}' has no alternative text.",
                'Say in words what it shows; write <img alt=""> for mere decoration.',
            )


@rule("alt-placeholder", "warning")
def alt_placeholder(post: Post) -> Iterator[Hit]:
    """An alternative text that says nothing."""
    for image in post.images:
        if ALT_PLACEHOLDER.fullmatch((image.alt or "").strip()):
            yield Hit(
                image.offset,
                f"The alternative text '{image.alt}' says nothing about the image.",
                "Say in words what it shows.",
            )


@rule("alt-repeated", "warning")
def alt_repeated(post: Post) -> Iterator[Hit]:
    """Two images with one alternative text."""
    shown = [image for image in post.images if not BADGE.match(image.url)]
    said = ((" ".join((image.alt or "").lower().split()), image) for image in shown)
    for image, first in repeats((w, image) for w, image in said if w and "{" not in w):
        if not _variants(first, image):
            line = post.lines.place(first.offset)[0]
            message = f"The alternative text '{image.alt}' is already that of line {line}."
            yield Hit(image.offset, message, "Say what sets this image apart.")


def _variants(first: Image, second: Image) -> bool:
    """Whether two images are the light and the dark version of one."""
    theme = re.compile(r"light|dark")
    if theme.search(first.attributes) and theme.search(second.attributes):
        return True
    return first.url != second.url and theme.sub("", first.url) == theme.sub("", second.url)


@blog_rule("image-orphaned", "warning")
def image_orphaned(posts: list[Post]) -> Iterator[tuple[Post | str, Hit]]:
    """An image that nothing shows."""
    blog = posts[0].blog
    if not blog.is_blog:
        return
    everything = "\n".join(blog.texts.values())
    if "site.static_files" in everything:
        return
    everything = everything.lower()
    images = [path for path in sorted(blog.files) if path.lower().endswith(IMAGES)]
    named = _named(everything) if images else set()
    stems = {splitext(name)[0] for name in named}
    unseen = [path for path in images if basename(path).lower() not in named]
    lost = []
    for path in _belonging(unseen, posts):
        name = basename(path).lower()
        stem = VARIANT.sub("", splitext(name)[0])
        if name not in everything and stem not in stems:
            lost.append(path)
    programs = "\n".join(blog.texts_of(_programs(blog))).lower() if lost else ""
    for path in lost:
        if basename(path).lower() not in programs:
            yield path, Hit(0, f"Nothing in the blog shows '{path}'.", "Show it, or delete it.")


def _programs(blog: Blog) -> list[str]:
    """The files, neither text nor large, that may name an image: archives, notebooks, programs."""
    rest = [name for name in sorted(blog.files) if not name.lower().endswith((*TEXTS, *IMAGES))]
    return [name for name in rest if blog.size(name) < HEAVY]


def _named(text: str) -> set[str]:
    """The names of files in a text, in lower case."""
    return {unquote(name).lower() for name in re.findall(r"[^\s\"'()/<>|=]+\.\w{2,5}", text)}


def _belonging(paths: list[str], posts: list[Post]) -> Iterator[str]:
    """Those of some images that the posts should show.

    Those are all assets where the whole blog is checked; otherwise those beside an image of a post,
    and those in a folder of its name.
    """
    blog = posts[0].blog
    whole = set(blog.post_slugs.values()) <= {post.site_path for post in posts}
    slugs = {post.slug.lower() for post in posts}
    shown = (address for post in posts if not whole for _, address in post.local_images)
    beside = {dirname(address.path) for address in shown}
    for path in paths:
        folders = dirname(path).split("/")
        if UNUSED_NAMES.search(basename(path)) or not blog.served(path):
            continue
        inside = ASSETS if whole else slugs
        if inside.intersection(map(str.lower, folders)) or dirname(path) in beside:
            yield path
