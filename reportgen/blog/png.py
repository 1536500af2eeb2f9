"""The words that a program left in a PNG file."""

import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

SIGNATURE = b"\x89PNG\r\n\x1a\n"
LIMIT = 1 << 20


def texts(stream: BinaryIO) -> Iterator[tuple[str, str]]:
    """The keyword and text of each tEXt, zTXt, iTXt and eXIf chunk; nothing for other files."""
    if stream.read(8) != SIGNATURE:
        return
    while len(head := stream.read(8)) == 8:
        size, kind = struct.unpack(">I4s", head)
        if kind not in (b"tEXt", b"zTXt", b"iTXt", b"eXIf") or size > LIMIT:
            stream.seek(size + 4, 1)
            continue
        data = stream.read(size)
        stream.seek(4, 1)
        yield _text(kind, data)


def _text(kind: bytes, data: bytes) -> tuple[str, str]:
    if kind == b"eXIf":
        return "exif", data.decode("latin-1").replace("\0", "")
    keyword, _, rest = data.partition(b"\0")
    if kind == b"zTXt":
        rest = _inflated(rest[1:])
    elif kind == b"iTXt":
        compressed = rest[:1] == b"\1"
        rest = rest[2:].split(b"\0", 2)[-1]
        rest = _inflated(rest) if compressed else rest
    return keyword.decode("latin-1"), rest.decode("utf-8", "replace")


def _inflated(data: bytes) -> bytes:
    try:
        return zlib.decompressobj().decompress(data, LIMIT)
    except zlib.error:
        return b""
