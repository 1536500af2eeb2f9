"""The texts that a file may be read as: as it is, and as HTML, JSON, UTF-16, a terminal or an
address show it."""

import html
import re
import zlib
from collections.abc import Iterator

COLOURED = re.compile(r"(?:\x1b|\\(?:x1b|u001b|033|e))\[[\d;]{0,20}m", re.IGNORECASE)
"""What colours the output of a program, as such or escaped."""

QUOTED = re.compile(r"%([2-7][0-9A-F])", re.IGNORECASE)
"""A sign within an address, as its code."""

UNPACKED = 2**24
"""How many bytes of a compressed file are looked at: a bomb must not fill the memory."""


def binary(content: bytes) -> bool:
    """Whether a file is no text, in UTF-8 or UTF-16."""
    return b"\0" in content and not content.startswith((b"\xff\xfe", b"\xfe\xff"))


def views(content: bytes) -> Iterator[str]:
    """The texts that a file holds, each with the line breaks that the file has."""
    if content.startswith(b"\x1f\x8b"):
        content = unpacked(content)
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        text = content.decode("utf-16", "replace")
    elif content[1:20:2] == b"\0" * 10:
        text = content.decode("utf-16-le", "replace")
    elif content[:20:2] == b"\0" * 10:
        text = content.decode("utf-16-be", "replace")
    elif binary(content):
        text = "\n".join(run.decode() for run in re.findall(rb"[\x20-\x7e]{16,}", content))
    else:
        text = content.decode("utf-8", "replace")
    yield text
    if "<" in text or "&" in text:
        bare = re.sub(r"<[^<>]*>", lambda tag: "\n" * tag[0].count("\n"), text)
        shown = html.unescape(bare)
        if shown != text:
            yield shown
    if '\\"' in text or "\\n" in text or "\\u" in text:
        yield re.sub(
            r'\\(["\\/nrtu])', lambda escape: escape[1] if escape[1] in '"\\/' else " ", text
        )
    if COLOURED.search(text):
        yield COLOURED.sub(" ", text)
    if QUOTED.search(text):
        yield QUOTED.sub(lambda code: chr(int(code[1], 16)), text)
    if "\\\n" in text:
        yield re.sub(r"\\\n", "", text)


def unpacked(content: bytes) -> bytes:
    """The first bytes of a gzip file, or what there is of a damaged one."""
    try:
        return zlib.decompressobj(zlib.MAX_WBITS | 16).decompress(content, UNPACKED)
    except zlib.error:
        return content
