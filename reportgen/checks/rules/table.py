"""The table of rules. A rule is a small function; its decorator enters it here.

To add one, write the function in a module of this folder and its section in docs/rules.md.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from reportgen.checks.finding import Hit
from reportgen.checks.post import Post

PostCheck = Callable[[Post], Iterator[Hit]]
BlogCheck = Callable[[list[Post]], Iterator[tuple[Post | str, Hit]]]


@dataclass(frozen=True)
class Rule:
    """``strict`` rules run only when asked for: by name, or all with --strict.

    ``check`` looks at one post; ``blog_check`` at all posts of a blog that are being checked.
    """

    id: str
    severity: str
    summary: str
    strict: bool = False
    check: PostCheck | None = None
    blog_check: BlogCheck | None = None


RULES: dict[str, Rule] = {}


def rule(id: str, severity: str, *, strict: bool = False) -> Callable[[PostCheck], PostCheck]:
    """Enters a function that looks at one post; its docstring says what it finds."""

    def _enter(function: PostCheck) -> PostCheck:
        RULES[id] = Rule(id, severity, _summary(function), strict, check=function)
        return function

    return _enter


def blog_rule(id: str, severity: str) -> Callable[[BlogCheck], BlogCheck]:
    """Enters a function that looks at the posts of one blog together.

    It yields the post, or the path in the blog, of each fault.
    """

    def _enter(function: BlogCheck) -> BlogCheck:
        RULES[id] = Rule(id, severity, _summary(function), blog_check=function)
        return function

    return _enter


def _summary(function: Callable[..., object]) -> str:
    return (function.__doc__ or "").splitlines()[0].removesuffix(".")


def site_rule(id: str, severity: str, summary: str) -> str:
    """Enters a rule for built sites, whose checks live in ``built.py``; returns its id."""
    RULES[id] = Rule(id, severity, summary)
    return id
