"""What of a record is nobody else's business: secrets among its parameters, and home folders."""

import os
import re
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from reportgen.store.records import Record

SECRET = re.compile(
    r"(?:^|_)(?:key|token|secret|passw(?:or)?d|passphrase|pwd|credentials?|apikey)(?:_id|_value)?$"
    r"|(?:auth|access|private|api|secret)_?(?:key|token)",
    re.IGNORECASE,
)
"""Names of parameters whose value, if it is a text, is taken for a secret."""

HERE = os.path.expanduser("~")
HOME = re.compile(
    (re.escape(HERE) + r"(?![\w.-])|")
    * (HERE.count(os.sep) > 1)
    + r"/(?:home\d?|homes|Users)/(?:[^/\s]+/(\w)/(?=\1))?[^/\\\s:;,\"']+|/root(?=/)"
    r"|\b[A-Za-z]:[\\/](?i:Users)[\\/][^\\/\n:;,\"']+"
)
"""A home folder: that of who runs this, or one of Linux, macOS, Windows or a cluster."""


def is_secret(name: str, value: Any) -> bool:
    """Whether a parameter is a secret by its name: a text that is not empty."""
    return isinstance(value, str) and bool(value) and SECRET.search(name) is not None


def without_home(text: str) -> str:
    """``text`` with ``~`` for every home folder in it."""
    return HOME.sub("~", text)


def private_in(record: Record, public: Collection[str] = ()) -> Iterator[str]:
    """What in a record must not leave the machine, in sentences.

    ``public`` names the parameters that everybody may see, as the project's settings have them.
    """
    for name, value in record.params.items():
        if name in public:
            continue
        what = "is a secret by its name" if is_secret(name, value) else ""
        if any(HOME.search(text) for text in texts_in(value)):
            what = what or "has a path below a home folder"
        if what:
            yield (
                f"'{record.node}' stays here: its parameter '{name}' {what}. Read it from an "
                f"environment variable instead, or allow it in [tool.reportgen]: "
                f'public = ["{name}"]'
            )


def texts_in(value: Any) -> Iterator[str]:
    """Every text in a parameter, also within lists and tables."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for each in value.values():
            yield from texts_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from texts_in(each)
