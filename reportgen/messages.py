"""What a person reads on stderr while a command works: as much of it as was asked for."""

import os
import sys

QUIET, NORMAL, VERBOSE = -1, 0, 1
_volume = NORMAL


def set_volume(volume: int) -> None:
    """QUIET leaves warnings and errors, VERBOSE adds what explains them."""
    global _volume
    _volume = volume


def is_heard(volume: int) -> bool:
    """Whether messages of this kind are shown: QUIET ones always, VERBOSE ones on request."""
    return volume <= _volume


def say(text: str, volume: int = NORMAL) -> None:
    """Write a line to stderr. Who reads there may leave, as ``head`` does: the work goes on."""
    if not is_heard(volume):
        return
    try:
        print(text, file=sys.stderr, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def warn(text: str) -> None:
    """Write a line that is shown however quiet it shall be."""
    say(text, QUIET)
