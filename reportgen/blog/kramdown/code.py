"""Code as kramdown writes it, or as Jekyll's highlighter colours it."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import TYPE_CHECKING

from reportgen.blog.kramdown.element import Element
from reportgen.blog.kramdown.parts import plain

if TYPE_CHECKING:
    from reportgen.blog.kramdown.convert import Converter

Highlight = Callable[[str, str, bool], str | None]
"""Takes code, its language or "", and whether it is a block; returns HTML, or None for as it is."""
LANGUAGE = re.compile(r"\blanguage-(\S+)")
BLANKS = re.compile(r"(?m)(^[ \t]+)|([ \t]+$)|([ \t]+)")


def code_block(c: Converter, element: Element, indent: int) -> None:
    """A block of code."""
    attr, name = dict(element.attr), _language(element)
    shown = c.highlight(element.value, element.info or name, True) if c.highlight else None
    c.space(indent)
    if shown is not None:
        c.open("div", _coloured(attr, name), element)
        c.say("raw", shown)
        c.space(indent)
        c.close("div")
        c.space(0, "\n")
        return
    if name:
        attr["class"] = LANGUAGE.sub("", attr["class"], count=1).strip()
        if not attr["class"]:
            del attr["class"]
    c.open("pre", attr, element)
    c.open("code", {"class": f"language-{name}"} if name else {})
    code = element.value.removesuffix("\n")
    if re.search(r"\bshow-whitespaces\b", element.attr.get("class", "")):
        c.say("raw", BLANKS.sub(_visible_blanks, plain(code)))
    else:
        c.say("plain", code)
    c.space(0, "\n")
    c.close("code")
    c.close("pre")
    c.space(0, "\n")


def code_span(c: Converter, element: Element, indent: int) -> None:
    """Code within a line."""
    name = _language(element)
    shown = c.highlight(element.value, name, False) if c.highlight else None
    attr = element.attr if shown is None else _coloured(element.attr, name)
    c.open("code", attr, element)
    c.say("plain" if shown is None else "raw", element.value if shown is None else shown)
    c.close("code")


def _language(element: Element) -> str:
    """The language that a class names, or ""."""
    found = LANGUAGE.search(element.attr.get("class", ""))
    return found[1] if found else ""


def _coloured(attr: dict[str, str], language: str) -> dict[str, str]:
    """The attributes with the classes that Jekyll's highlighter adds."""
    classes = LANGUAGE.sub("", attr.get("class", "")).split()
    named = [f"language-{language or 'plaintext'}", *classes, "highlighter-rouge"]
    return attr | {"class": " ".join(named)}


def _visible_blanks(match: re.Match[str]) -> str:
    side = "-l" if match[1] else "-r" if match[2] else ""
    tab, space = (f'<span class="ws-{name}{side}">' for name in ("tab", "space"))
    return match[0].translate({9: f"{tab}\t</span>", 32: f"{space}&#8901;</span>"})
