"""The two kinds of record files that trackers write, and the protocol buffers in them.

A record that a killed run left half written ends the file; checksums are the writer's own affair.
"""

import struct
from collections.abc import Iterator

BLOCK = 32768
"""Bytes of a block of LevelDB's log."""

Field = int | bytes
"""A varint as an integer, all else as its bytes: 8, 4, or as many as it is long."""


def tf_records(data: bytes) -> Iterator[bytes]:
    """The records of a TFRecord file: length (8), checksum (4), data, checksum (4)."""
    at = 0
    while at + 12 <= len(data):
        (length,) = struct.unpack_from("<Q", data, at)
        record = data[at + 12 : at + 12 + length]
        if len(record) < length:
            return
        yield record
        at += length + 16


def log_records(data: bytes, at: int = 0) -> Iterator[bytes]:
    """The records of a log of LevelDB from ``at`` on: parts of checksum (4), length (2), kind (1)
    and data, none across blocks; kinds are whole (1), first (2), middle (3), last (4)."""
    record = b""
    while at + 7 <= len(data):
        if BLOCK - at % BLOCK < 7:
            at += BLOCK - at % BLOCK
            continue
        length, kind = struct.unpack_from("<HB", data, at + 4)
        part = data[at + 7 : at + 7 + length]
        if kind not in (1, 2, 3, 4) or len(part) < length:
            return
        record = part if kind in (1, 2) else record + part
        if kind in (1, 4):
            yield record
        at += 7 + length


def fields(message: bytes) -> Iterator[tuple[int, Field]]:
    """(number, value) of the fields of a message, in order. Raises ValueError for none."""
    at = 0
    while at < len(message):
        key, at = varint(message, at)
        number, wire = key >> 3, key & 7
        if wire == 0:
            value, at = varint(message, at)
            yield number, value
            continue
        if wire == 2:
            length, at = varint(message, at)
        else:
            length = {1: 8, 5: 4}.get(wire, -1)
        if length < 0 or at + length > len(message):
            raise ValueError("not a protocol buffer")
        yield number, message[at : at + length]
        at += length


def varint(data: bytes, at: int) -> tuple[int, int]:
    """An integer of seven bits a byte, the lowest first, and where it ends."""
    value = shift = 0
    while at < len(data) and shift < 70:
        byte = data[at]
        value |= (byte & 127) << shift
        at, shift = at + 1, shift + 7
        if byte < 128:
            return value, at
    raise ValueError("not a protocol buffer")


def signed(value: int) -> int:
    """A varint of 64 bits as a number that may be negative."""
    return value - (1 << 64) if value >> 63 else value


def inner(message: bytes, number: int) -> Iterator[bytes]:
    """The messages, texts or numbers in the fields with this number."""
    for found, value in fields(message):
        if found == number and isinstance(value, bytes):
            yield value
