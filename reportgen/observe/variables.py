"""Which environment variables the project's code asks for, as far as no hook can tell."""

import os
import re
import sys
from collections.abc import Iterable, Iterator
from types import CodeType, FrameType

# Names by which code asks for the time of a place: C code reads TZ for them.
CLOCK = frozenset(
    {"localtime", "mktime", "ctime", "tzset", "tzname", "timezone", "fromtimestamp", "astimezone"}
)
NAME = re.compile(r"[A-Z][A-Z0-9]*_[A-Z0-9_]*|[A-Z]{3,}")

given: dict[str, str | None] = {}
"""Variables that the engine has set for its workers, with the values that they had before."""


def overrule(name: str, value: str) -> None:
    """Set a variable for this worker; own code that asks for it counts with the value before."""
    given.setdefault(name, os.environ.get(name))
    os.environ[name] = value


def is_spelled(name: str, frame: FrameType) -> bool:
    """Whether the code of a frame has the name of a variable in it: then it asks for itself."""
    constants, file = frame.f_code.co_consts, frame.f_code.co_filename
    if file.startswith("<") and not file.startswith("<frozen"):
        return False  # a text that is executed for somebody
    return name in constants or any(name in c for c in constants if isinstance(c, tuple))


def of_copies(code: Iterable[CodeType]) -> Iterator[str]:
    """The names that code with a copy of the environment may ask for: those that it spells, and
    those of settings whose fields are variables. ``APP_*`` stands for all that begin so."""
    for one in code:
        begins = "startswith" in one.co_names or "removeprefix" in one.co_names
        for word in filter(NAME.fullmatch, (c for c in one.co_consts if isinstance(c, str))):
            yield word + "*" if begins or word.endswith("_") else word
    if settings := sys.modules.get("pydantic_settings"):
        classes = [settings.BaseSettings]
        for known in classes:
            classes += known.__subclasses__()
            prefix = str(known.model_config.get("env_prefix", ""))
            names = [prefix + field for field in known.model_fields]
            yield from (_as_set(name) for name in names)


def _as_set(name: str) -> str:
    """A variable as it is spelled in the environment; upper case where it is not set."""
    return next((key for key in os.environ if key.lower() == name.lower()), name.upper())
