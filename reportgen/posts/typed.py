"""Numbers that were typed by hand where a run or a parameter of a cited node has them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from reportgen.posts.source import Source

if TYPE_CHECKING:
    from reportgen.engine.results import Results

PARAGRAPH = re.compile(r"(?:[^\n]*\S[^\n]*(?:\n|\Z))+")
TAG = re.compile(r"<%.*?%>", re.S)
SHOWN = re.compile(r"""\b(?:ref|figure|table|of)\(\s*["']([^"']+)["']""")
SILENT = re.compile(
    r"```.*?```|~~~.*?~~~|`[^`\n]*`"  # code
    r"|\$\$.*?\$\$|\$[^$\n]*\$"  # formulas
    r"|\[[^\]]*\]\([^)]*\)|<[^<>\n]*>|https?://\S+|^\s{0,3}\d+[.)]\s",  # links, tags, list marks
    re.S | re.M,
)
NUMBER = re.compile(r"(?<![\w.,/#§-])(\d{1,3}(?:,\d{3})+|\d+)(\.\d+)?(?![\w/-]|[.,]\d)(\s*%)?")
LEAST = 10
"""Smaller whole numbers are words of the language, and equal to something by chance."""


def typed_numbers(source: Source, results: Results) -> Iterator[str]:
    """Warnings about numbers in prose that equal a recorded value or parameter.

    Only nodes that the paragraph cites are looked at: those whose values it prints, and the
    figures that it shows or points to, with their inputs.
    """
    for paragraph in PARAGRAPH.finditer(source.body):
        text = paragraph[0]
        prose = SILENT.sub(blank, TAG.sub(blank, text))
        literals = list(NUMBER.finditer(prose))
        known = numbers_of(cited(text, results), results) if literals else {}
        for found in literals:
            if name := meaning(found, known):
                line = source.body.count("\n", 0, paragraph.start() + found.start()) + 1
                number = found[0].strip()
                yield source.warning(
                    f"'{number}' is typed, and recorded as '{name}'. Write <%= {name} %>, or "
                    f"<%= {found[1].replace(',', '')}{found[2] or ''} %> if it is another number.",
                    line,
                )


def blank(match: re.Match[str]) -> str:
    """As many characters that say nothing, so that places stay what they are."""
    return "\n".join("\x00" * len(line) for line in match[0].split("\n"))


def cited(text: str, results: Results) -> list[str]:
    """The names of the nodes that a paragraph speaks of, in order."""
    names = []
    for tag in TAG.findall(text):
        for name in re.findall(r"(?<![\w.])([A-Za-z_]\w*)\.", re.sub(r"""(["']).*?\1""", "", tag)):
            names += [results[name].node.name] if name in results else []
        for id in SHOWN.findall(tag):
            if (result := results.get(id)) is not None:
                names += [
                    result.node.name,
                    *(name for name in result.node.inputs if name in results),
                ]
    return list(dict.fromkeys(names))


def numbers_of(names: list[str], results: Results) -> dict[str, float]:
    """All numbers that these nodes have, parameters and recorded scalars, by their full name."""
    found: dict[str, float] = {}
    for name in names:
        result = results[name]
        found.update(scalars(name, result.params))
        if result.record is not None and result.node.kind == "artifact":
            found.update(scalars(name, results.value(name, ())))
    return found


def scalars(name: str, value: Any) -> Iterator[tuple[str, float]]:
    """The numbers in nested dicts by their path; arrays and lists are no single number."""
    if isinstance(value, Mapping):
        for key in value:
            if re.fullmatch(r"\w+", str(key)):
                yield from scalars(f"{name}.{key}", value[key])
    elif isinstance(value, int | float) and not isinstance(value, bool):
        yield name, value


def meaning(literal: re.Match[str], known: Mapping[str, float]) -> str | None:
    """The name of what a number in prose says, to the digits that it gives, or None."""
    whole, fraction = literal[1].replace(",", ""), literal[2] or ""
    number, digits = float(whole + fraction), max(0, len(fraction) - 1)
    if number < LEAST and len((whole + fraction).strip("0.")) < 2:
        return None
    for name, value in known.items():
        for scaled in (value, 100 * value) if literal[3] else (value,):
            exact = digits or scaled == int(scaled) if abs(scaled) < 2**53 else False
            if exact and round(scaled, digits) == number:
                return name
    return None
