"""An editor that shows a line of a file."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping
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
