"""Templates that differ in nothing but the texts between their tags, which share their code.

To compile a template takes a third of the time from a saved post to its page, and most edits
change only texts. These are put into the code that is there.
"""

import re
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import lru_cache
from types import CodeType
from typing import Any

from jinja2 import Environment

from reportgen.posts.tokens import mark_lines

OPEN, CLOSE = "\ue0e0", "\ue0e1"
PLACEHOLDER = re.compile(f"{OPEN}(\\d+){CLOSE}")


def placeholder(number: int) -> str:
    """What the code of a shape has for a text."""
    return f"{OPEN}{number}{CLOSE}"


@dataclass(frozen=True)
class Shape:
    """A template but for the texts between its tags: what its code depends on."""

    tokens: tuple[tuple[int, str, str], ...]
    body: str = field(compare=False)


def compiled(
    environment: Environment, body: str, name: str, make: Callable[[], Environment]
) -> CodeType:
    """A template's code, in which each line of its texts is marked with its number.

    ``make`` gives an environment like this one. Raises TemplateSyntaxError.
    """
    tokens = list(environment.lex(environment.preprocess(body)))
    shape = Shape(tuple((n, kind, "" if kind == "data" else s) for n, kind, s in tokens), body)
    texts = [mark_lines(text, line) for line, kind, text in tokens if kind == "data"]
    code: CodeType = with_texts(code_of(shape, name, make), texts)
    return code


@lru_cache(maxsize=32)
def code_of(shape: Shape, name: str, make: Callable[[], Environment]) -> CodeType:
    """The code of templates of this shape."""
    return make().compile(shape.body, name, name)


def with_texts(constant: Any, texts: list[str]) -> Any:
    """Code, and all within it, with texts in place of its placeholders."""
    if isinstance(constant, CodeType):
        return constant.replace(co_consts=with_texts(constant.co_consts, texts))
    if isinstance(constant, tuple):
        return tuple(with_texts(each, texts) for each in constant)
    if isinstance(constant, str) and OPEN in constant:
        return PLACEHOLDER.sub(lambda match: texts[int(match[1])], constant)
    return constant
