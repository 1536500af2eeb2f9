"""Rules for what is around a post: its layout, and the scripts that the page loads."""

import re
from collections.abc import Iterator

from reportgen.blog import liquid
from reportgen.checks.finding import Hit
from reportgen.checks.post import Post
from reportgen.checks.rules.table import blog_rule, rule

UNSAFE = re.compile(
    r"(?:https?:)?//(?:[\w-]+\.)*(?:polyfill\.(?:io|com)|bootcss\.com|bootcdn\.net|staticfile\.(?:org|net))/"
)
RETIRED = re.compile(
    r"(?:https?:)?//(?:cdn\.mathjax\.org|(?:cdn\.)?rawgit\.com|(?:cdn\.)?gitcdn\.\w+|oss\.maxcdn\.com)/"
)
SOURCE = re.compile(r"<(?:script|link)\b[^>]*?\b(?:src|href)\s*=\s*[\"']([^\"']+)", re.IGNORECASE)
MATHJAX = re.compile(r"mathjax[^/]*(?:/|\.js)|/tex-(?:mml-)?(?:chtml|svg)", re.IGNORECASE)
CONDITION = re.compile(r"(page|site|layout)\.([\w-]+)\Z")


@rule("layout-missing", "error")
def layout_missing(post: Post) -> Iterator[Hit]:
    """A layout that is not there leaves the page bare."""
    blog, name = post.blog, post.setting("layout")
    if not isinstance(name, str) or name in ("none", "null"):
        return
    if not (blog.theme.layout_files or blog.theme.name):
        return
    if not blog.theme.has_layout(name):
        yield Hit(
            post.front.offset("layout"),
            f"There is no layout '{name}' in '_layouts' or the theme, so the page is bare.",
            "Name one that is there, or leave it to the 'defaults' of _config.yml.",
        )


@rule("mathjax-twice", "warning")
def mathjax_twice(post: Post) -> Iterator[Hit]:
    """Two programs that set formulas on one page."""
    own = [m for m in SOURCE.finditer(post.source, post.front.body) if MATHJAX.search(m[1])]
    own = [match for match in own if not post.hides(match.start())]
    around = [
        url for text in post.frame.values() for url in _loaded(text, post) if MATHJAX.search(url)
    ]
    if own and len(own) + len(around) > 1:
        other = f"'{around[0]}'" if around else "it too"
        yield Hit(
            own[-1].start(),
            f"The page loads MathJax twice: the {'layout' if around else 'post'} loads {other}.",
            "Take this one out.",
        )
    elif len(set(around)) > 1:
        yield Hit(
            0,
            f"The layout loads MathJax twice, '{around[0]}' and '{around[1]}'.",
            "Take one of them out of the layout and its includes.",
        )


def _loaded(text: str, post: Post) -> Iterator[str]:
    """The addresses of the scripts that a layout loads for a post, as far as its tags tell."""
    shown = [True]
    position = 0
    for token in [*liquid.tokens(text), None]:
        end = token.start if token else len(text)
        if all(shown):
            yield from (m[1] for m in SOURCE.finditer(text, position, end))
        if token is None:
            return
        position = token.end if token.name in ("comment", "raw") else token.start + 2
        if token.name in ("if", "unless", "case"):
            shown.append(_holds(token.body, post) == (token.name == "if"))
        elif token.name in ("else", "elsif", "when") and len(shown) > 1:
            shown[-1] = token.name == "else" and not shown[-1]
        elif token.name in ("endif", "endunless", "endcase") and len(shown) > 1:
            shown.pop()


def _holds(condition: str, post: Post) -> bool:
    match = CONDITION.match(condition)
    if match is None:
        return False
    value = post.blog.config.get(match[2]) if match[1] == "site" else post.setting(match[2])
    return value not in (None, False)


@rule("script-unsafe", "error")
def script_unsafe(post: Post) -> Iterator[Hit]:
    """A script from a host that has sent malware."""
    yield from _addresses(post, UNSAFE, "has changed hands and sent malware to readers")


@rule("script-retired", "warning")
def script_retired(post: Post) -> Iterator[Hit]:
    """A script from a host that has shut down."""
    yield from _addresses(post, RETIRED, "has shut down")


def _addresses(post: Post, pattern: re.Pattern[str], why: str) -> Iterator[Hit]:
    for match in SOURCE.finditer(post.source, post.front.body):
        if pattern.match(match[1]) and not post.hides(match.start()):
            yield Hit(match.start(1), f"The host of '{match[1]}' {why}.", LOAD)


LOAD = "Load it from cdn.jsdelivr.net, or keep a copy in the blog; newer browsers need no polyfill."


@blog_rule("layout-script", "warning")
def layout_script(posts: list[Post]) -> Iterator[tuple[Post | str, Hit]]:
    """A layout that loads a script from a host that has shut down or sent malware."""
    files = {path: text for post in posts for path, text in post.frame.items()}
    for path, text in sorted(files.items()):
        for match in SOURCE.finditer(text):
            if UNSAFE.match(match[1]) or RETIRED.match(match[1]):
                why = "has sent malware to readers" if UNSAFE.match(match[1]) else "has shut down"
                yield path, Hit(match.start(1), f"The host of '{match[1]}' {why}.", LOAD)
