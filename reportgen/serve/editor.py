"""From a page to its sources: the line of a paragraph, and an editor that shows it."""

import os
import re
import shlex
import shutil
import subprocess
from collections import Counter
from collections.abc import Iterator, Mapping
from pathlib import Path

from reportgen.errors import ReportgenError
from reportgen.files import file_below

GOTO = {
    **dict.fromkeys(("code", "code-insiders", "codium", "cursor", "windsurf"), "-g {file}:{line}"),
    **dict.fromkeys(("subl", "zed", "atom", "lapce"), "{file}:{line}"),
    **dict.fromkeys(("gvim", "mvim", "gedit", "emacs", "emacsclient"), "+{line} {file}"),
    **dict.fromkeys(("idea", "pycharm", "webstorm", "clion"), "--line {line} {file}"),
    **dict.fromkeys(("mate", "kate", "kwrite"), "-l {line} {file}"),
}
"""How an editor with windows of its own is told of a line."""

TEMPLATE = re.compile(r"<%.*?%>", re.DOTALL)
WORD = re.compile(r"\w+")


def editor_of(environ: Mapping[str, str] = os.environ) -> list[str]:
    """The command of $VISUAL or $EDITOR; empty where there is none with windows of its own."""
    for name in ("VISUAL", "EDITOR"):
        try:
            command = shlex.split(environ.get(name, ""))
        except ValueError:  # a quote that never closes
            continue
        if command and Path(command[0]).stem in GOTO and shutil.which(command[0]):
            return command
    return []


def open_editor(root: Path, file: str, line: int) -> None:
    """Show a line of a project's file. Raises ReportgenError where that cannot be."""
    path = file_below(root, file)
    if path is None:
        raise ReportgenError(f"There is no file '{file}' in this project.")
    command = editor_of()
    if not command:
        raise ReportgenError(
            "No editor with windows of its own is named.",
            hint=f"Set VISUAL to one of {', '.join(GOTO)}, and start the preview again.",
        )
    words = GOTO[Path(command[0]).stem].split()
    arguments = [word.format(file=path, line=max(1, line)) for word in words]
    try:
        subprocess.Popen(
            [*command, *arguments],
            cwd=root,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,  # Ctrl-C ends the preview, not what is being written
        )
    except OSError as error:
        raise ReportgenError(f"'{command[0]}' cannot be started: {error.strerror}.") from None


def line_of(source: str, text: str) -> int:
    """The line of a post's source that begins the block with most of these words.

    Values, figures and references stand in the source as what makes them, so the words are
    compared, not the text. The first block wins where several are as good.
    """
    wanted = Counter(WORD.findall(text.lower()))

    def likeness(block: str) -> float:
        there = Counter(WORD.findall(TEMPLATE.sub(" ", block).lower()))
        either = (wanted | there).total()
        return (wanted & there).total() / either if either else 0.0

    return max(blocks(source), key=lambda found: likeness(found[1]))[0]


def blocks(source: str) -> Iterator[tuple[int, str]]:
    """The blocks of a source between blank lines, each with its first line, from 1."""
    for match in re.finditer(r"(?:^[ \t]*\S.*(?:\n|\Z))+", source, re.MULTILINE):
        yield source.count("\n", 0, match.start()) + 1, match[0]
    yield 1, ""
