"""The character references that kramdown knows, by name."""

from functools import cache

ODD = {"vellip": 0x22EE, "lceil": 0x2309, "rceil": 0x2308, "lang": 0x232A, "rang": 0x2329,
       "apos": 39}  # fmt: skip
"""Where kramdown's table differs from that of HTML 4."""


@cache
def _names() -> dict[str, int]:
    from html.entities import name2codepoint

    return name2codepoint | ODD


def code_point(name: str | int) -> int | None:
    """The code point of a named or numbered character; None where there is none of that name.

    Numbers from 128 to 159 mean what they mean in Windows.
    """
    if isinstance(name, str):
        return _names().get(name)
    if 128 <= name <= 159:
        try:
            return ord(bytes([name]).decode("cp1252"))
        except UnicodeDecodeError:
            return name
    return name


@cache
def name_of(point: int) -> str:
    """The name of a character, or ''."""
    return next((name for name, known in _names().items() if known == point), "")
