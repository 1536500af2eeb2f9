"""Edits of small projects, and whether a result must be computed again: ``tables/*.txt``.

    stale: an imported constant            the verdict, and what the edit is
    --- part.py                            a file before the edit
    import lib
    def f(): return lib.K
    --- lib.py
    K = 1
    +++ lib.py: K = 1 => K = 2             the edit; also '+++ lib.py' and its new text, or ': gone'

``part.py`` gets the import of ``artifact`` and, where it defines no ``answer``, an artifact that
returns ``f()``. Each producer is run before and after, so a verdict cannot be wrong by belief:
after a *stale* edit the result really differs, after a *fresh* one it does not. *needless* is a
rerun that gives the same result; ``because`` says why we do not know better, as do the docs.
"""

import re
import sqlite3
from dataclasses import dataclass, field
from gzip import compress
from pathlib import Path

HEAD = "from reportgen import artifact\n"
TAIL = "\n@artifact\ndef answer():\n    return f()\n"
FUTURE = "from __future__ import annotations\n"


@dataclass
class Case:
    """``edit`` maps files to new text, to a pair to replace, or to None to delete the file."""

    name: str
    verdict: str
    before: dict[str, str | bytes] = field(default_factory=dict)
    edit: dict[str, str | bytes | tuple[str, str] | None] = field(default_factory=dict)
    reason: str = ""
    variables: tuple[dict[str, str], dict[str, str]] = ({}, {})

    def write(self, root: Path) -> None:
        for name, text in self.before.items():
            put(root / name, text)

    def change(self, root: Path) -> None:
        for name, edit in self.edit.items():
            path = root / name
            if edit is None:
                path.unlink()
            elif isinstance(edit, tuple):
                text = path.read_text()
                assert edit[0] in text, f"{self.name}: {edit[0]!r} is not in {name}"
                put(path, text.replace(*edit))
            else:
                put(path, edit)


def put(path: Path, text: str | bytes) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text if isinstance(text, bytes) else text.encode())


def read_table(path: Path) -> list[Case]:
    cases, section = [], re.compile(r"^== .* ==$", re.MULTILINE)
    for text in re.split(r"\n\n(?=\w+: )", section.sub("", path.read_text()).strip()):
        verdict, name = text.split("\n", 1)[0].split(": ", 1)
        case = Case(name, verdict)
        head, *blocks = re.split(r"^(?=--- |\+\+\+ )", text.rstrip() + "\n", flags=re.MULTILINE)
        for line in head.splitlines()[1:]:
            read_option(case, line)
        for block in blocks:
            read_block(case, block)
        cases.append(case)
    return cases


def read_option(case: Case, line: str) -> None:
    key, value = line.split(": ", 1) if line.strip() else ("", "")
    if key == "because":
        case.reason = value
    elif key == "variables":
        before, after = (dict(re.findall(r"(\w+)=(\w+)", side)) for side in value.split(" => "))
        case.variables = before, after
    else:
        assert not key, f"{case.name}: what is {key!r}?"


def read_block(case: Case, block: str) -> None:
    line, text = block.split("\n", 1)
    name, _, edit = line[4:].partition(": ")
    if edit == "gone":
        case.edit[name] = None
    elif edit:
        old, new = edit.replace("\\r", "\r").replace("\\n", "\n").split(" => ")
        case.edit[name] = (old, new)
    else:
        files = case.before if line.startswith("---") else case.edit
        files[name] = part(text) if name == "part.py" else text.rstrip("\n")


def part(text: str) -> str:
    first, text = (FUTURE, text.removeprefix(FUTURE)) if text.startswith(FUTURE) else ("", text)
    return first + HEAD + text + ("" if "def answer" in text else TAIL)


BINARY = [
    Case(
        "CRLF line ends",
        "fresh",
        {"part.py": part("def f():\n    return '''a\nb'''")},
        {"part.py": ("\n", "\r\n")},
    ),
    Case(
        "a byte order mark",
        "fresh",
        {"part.py": part("from lib import K\ndef f(): return K"), "lib.py": "K = 1"},
        {"lib.py": b"\xef\xbb\xbfK = 1"},
    ),
    Case(
        "a data file read by another package",
        "stale",
        {
            "part.py": part("import gzip\ndef f(): return len(gzip.open('d.gz').read())"),
            "d.gz": compress(b"1"),
        },
        {"d.gz": compress(b"12")},
    ),
    Case(
        "a big data file",
        "stale",
        {"part.py": part("def f(): return len(open('d.txt').read())"), "d.txt": "a" * (1 << 21)},
        {"d.txt": "b" + "a" * (1 << 21)},
    ),
]


def database(version: int) -> bytes:
    with sqlite3.connect(":memory:") as connection:
        connection.execute(f"pragma user_version = {version}")
        connection.execute("create table t(x)")
    return connection.serialize()


BINARY.append(
    Case(
        "a database by its address",
        "stale",
        {
            "part.py": part(
                "import os, sqlite3\n"
                "def f():\n"
                "    db = sqlite3.connect(f'file:{os.path.abspath(\"a.db\")}?mode=ro', uri=True)\n"
                "    return db.execute('pragma user_version').fetchone()[0]"
            ),
            "a.db": database(1),
        },
        {"a.db": database(2)},
    )
)
TABLES = sorted(Path(__file__).with_name("tables").glob("*.txt"))
CASES = [*BINARY, *(case for table in TABLES for case in read_table(table))]
