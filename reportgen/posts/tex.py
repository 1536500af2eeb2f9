"""TeX as authors write it for MathJax: macros that they define, and equations that have numbers."""

import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from reportgen.errors import ReportgenError

PIECE = re.compile(r"\\(?:[A-Za-z]+|.)|%[^\n]*\n?\s*|[{}]", re.DOTALL)
DEFINING = re.compile(
    r"\\(?:(?P<new>(?:re)?newcommand|providecommand)\*?|(?P<operator>DeclareMathOperator\*?)"
    r"|(?P<def>def))(?![A-Za-z])\s*(?:\{\s*\\(?P<braced>[A-Za-z]+)\s*\}|\\(?P<name>[A-Za-z]+))"
)
ARGUMENTS = re.compile(r"\s*\[(\d)\]\s*(?:\[([^\]]*)\])?")
PARAMETERS = re.compile(r"\s*((?:#\d\s*)*)")
ENVIRONMENT = re.compile(r"\\(begin|end)\s*\{([A-Za-z]+\*?)\}")
NUMBERED = ("equation", "align", "alignat", "flalign", "gather", "multline", "eqnarray")
ONE_NUMBER = ("equation", "multline")
TAG = re.compile(r"\\tag(\*?)\s*\{")
LABEL = re.compile(r"\s*\\label\s*\{\s*([^{}]*?)\s*\}")
WITHOUT = re.compile(r"\\(?:nonumber|notag)(?![A-Za-z])\s*")
LIMIT = 1000


class FormulaError(ReportgenError):
    """A formula that cannot be set; ``needle`` is the part that is wrong."""

    def __init__(self, message: str, needle: str = "", hint: str | None = None) -> None:
        super().__init__(message, hint=hint)
        self.needle = needle


class Macro(NamedTuple):
    """``\\name`` with so many arguments, the first of which may have a default, stands for TeX."""

    body: str
    arguments: int = 0
    default: str | None = None


class Equation(NamedTuple):
    """A displayed formula without its labels, and what they are called.

    ``number`` is set where the whole formula has one; where its rows have theirs, they are in
    ``tex``, as ``\\tag``. ``labels`` have the number that a reference shows. ``used`` counts the
    numbers that it took.
    """

    tex: str
    number: int | None
    labels: dict[str, str]
    used: int


def macros_of(settings: Mapping[str, str]) -> dict[str, Macro]:
    """Macros by name from their bodies, such as ``{"KL": r"\\mathrm{KL}(#1 \\| #2)"}``."""
    return {
        name.removeprefix("\\"): Macro(
            body, max(map(int, re.findall(r"#([1-9])", body)), default=0)
        )
        for name, body in settings.items()
    }


def defined(tex: str, macros: dict[str, Macro]) -> str:
    """The formula without the macros that it defines, which are added to ``macros``.

    Raises FormulaError for a definition without a body.
    """
    while match := DEFINING.search(tex):
        name, end = match["braced"] or match["name"], match.end()
        count, default = 0, None
        if match["new"] and (given := ARGUMENTS.match(tex, end)):
            count, default, end = int(given[1]), given[2], given.end()
        elif match["def"] and (given := PARAMETERS.match(tex, end)):
            count, end = given[1].count("#"), given.end()
        body, end = argument(tex, end, match[0])
        if match["operator"]:
            body = f"\\operatorname{'*' * match['operator'].endswith('*')}{{{body}}}"
        macros[name] = Macro(body, count, default)
        tex = tex[: match.start()] + tex[end:]
    return tex


def expanded(tex: str, macros: Mapping[str, Macro]) -> str:
    """The formula with ``macros`` written out. Raises FormulaError for one without an argument."""
    position, left = 0, LIMIT
    while match := PIECE.search(tex, position):
        macro = macros.get(match[0][1:]) if match[0][0] == "\\" else None
        if macro is None:
            position = match.end()
            continue
        if not (left := left - 1) or len(tex) > 100_000:
            raise FormulaError(f"The macro '{match[0]}' stands for itself, without end.", match[0])
        given, end = given_arguments(tex, match, macro)
        body = re.sub(r"#([1-9])", lambda m: given[int(m[1]) - 1], macro.body)  # noqa: B023
        joint = " " if re.search(r"\\[A-Za-z]+\Z", body) and tex[end : end + 1].isalpha() else ""
        tex = tex[: match.start()] + body + joint + tex[end:]
        position = match.start()
    return tex


def given_arguments(tex: str, match: re.Match[str], macro: Macro) -> tuple[list[str], int]:
    """What a macro is applied to, and where that ends."""
    given, end = [], match.end()
    if macro.default is not None:
        optional = re.compile(r"\s*\[([^\]]*)\]").match(tex, end)
        given.append(optional[1] if optional else macro.default)
        end = optional.end() if optional else end
    while len(given) < macro.arguments:
        value, end = argument(tex, end, match[0])
        given.append(value)
    return given, end


def argument(tex: str, start: int, macro: str) -> tuple[str, int]:
    """The argument that begins at ``start``, without its braces, and where it ends."""
    while tex[start : start + 1].isspace():
        start += 1
    if tex[start : start + 1] == "{":
        end = closing(tex, start + 1)
        return tex[start + 1 : end], end + 1
    if match := re.compile(r"\\(?:[A-Za-z]+|.)|[^}&]", re.DOTALL).match(tex, start):
        return match[0], match.end()
    raise FormulaError(f"The macro '{macro}' lacks its argument.", macro)


def closing(tex: str, start: int) -> int:
    """Where the brace closes that opened before ``start``. Raises FormulaError if nowhere."""
    depth = 1
    for match in PIECE.finditer(tex, start):
        depth += {"{": 1, "}": -1}.get(match[0], 0)
        if not depth:
            return match.start()
    raise FormulaError(f"A brace never closes in '{short(tex)}'.", "{")


def numbered(tex: str, label: str, first: int) -> Equation:
    """A displayed formula with the numbers that LaTeX gives it, ``first`` being the next.

    A ``label``, or the environments equation, align, gather and their like without a star ask
    for numbers; ``\\tag`` says another, ``\\nonumber`` none.
    """
    begin = ENVIRONMENT.match(tex.strip())
    name = begin[2] if begin else ""
    inner = inside(tex.strip(), name) if name in NUMBERED else None
    if inner is None or name == "equation":
        rows, wanted = [tex if inner is None else inner], bool(label) or inner is not None
    else:
        rows, wanted = list(split_rows(inner)), True
        if name in ONE_NUMBER:
            rows = ["".join(rows)]
    labels: dict[str, str] = {}
    number, written = first, []
    for row in rows:
        found = [*LABEL.findall(row), *([label] if label and not labels else [])]
        row, given = LABEL.sub("", row), TAG.search(row)
        text = row[given.end() : closing(row, given.end())] if given else ""
        if not given and (wanted or found) and not WITHOUT.search(row):
            text, number = str(number), number + 1
            row = WITHOUT.sub("", row) if inner is None or name == "equation" else tagged(row, text)
        labels.update(dict.fromkeys(found, text))
        written.append(row)
    if inner is None or name == "equation":
        whole = WITHOUT.sub("", written[0])
        return Equation(whole, first if number > first else None, labels, number - first)
    assert begin is not None
    body = tex.strip()[: begin.end()] + "".join(written) + f"\\end{{{name}}}"
    return Equation(body, None, labels, number - first)


def inside(tex: str, name: str) -> str | None:
    """What stands in the environment that is the whole formula, or None if there is more."""
    depth = 0
    for match in ENVIRONMENT.finditer(tex):
        depth += 1 if match[1] == "begin" else -1
        if not depth:
            begin = ENVIRONMENT.match(tex)
            whole = begin and match.end() == len(tex) and match[2] == name
            return tex[begin.end() : match.start()] if begin and whole else None
    return None


def split_rows(tex: str) -> Iterator[str]:
    r"""The rows of an environment, each with the ``\\`` that ends it."""
    depth = start = 0
    for match in re.finditer(r"\\(?:begin|end)(?![A-Za-z])|\\.|[{}]", tex, re.DOTALL):
        depth += {"{": 1, "}": -1, r"\begin": 1, r"\end": -1}.get(match[0], 0)
        if match[0] == r"\\" and not depth:
            yield tex[start : match.end()]
            start = match.end()
    if tex[start:].strip():
        yield tex[start:]


def tagged(row: str, number: str) -> str:
    r"""A row with its number, before the ``\\`` that ends it."""
    end = r"\\" if row.endswith(r"\\") else ""
    return f"{row.removesuffix(end).rstrip()} \\tag{{{number}}}{' ' * bool(end)}{end}"


def short(tex: str, limit: int = 60) -> str:
    """A formula as messages quote it, in at most ``limit`` characters."""
    tex = re.sub(r"\s+", " ", tex.strip())
    return tex if len(tex) <= limit else tex[: limit - 1] + "…"
