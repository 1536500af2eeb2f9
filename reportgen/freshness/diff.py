"""What changed in the code between a run and now: definitions, with their texts side by side."""

import ast
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import unified_diff
from functools import cached_property

from reportgen.freshness.closure import Closure
from reportgen.freshness.parse import read_facts
from reportgen.freshness.sources import Sources


@dataclass(frozen=True)
class CodeChange:
    """A definition that is ``changed``, ``new``, ``gone`` or ``moved to file:name``, or has the
    ``same text in another context``: a name means something else, or effects run in another order.

    ``path`` leads from the producer to it; ``diff`` is '' where the old text is not kept.
    """

    kind: str
    name: str
    path: tuple[str, ...] = ()
    diff: str = ""

    def __str__(self) -> str:
        return self.name if self.kind == "changed" else f"{self.name} ({self.kind})"


def code_changes(
    definitions: Mapping[str, str], files: Mapping[str, str], now: Closure, sources: Sources
) -> list[CodeChange]:
    """What makes ``now`` differ from a closure that had these ``definitions`` and ``sources``.

    The changed ones come first. A change of context mostly follows from others, and is told only
    when there is nothing else to tell.
    """
    old, new = Texts(sources, files), Texts(sources, now.sources)
    both = definitions.keys() & now.definitions.keys()
    differ = sorted(name for name in both if definitions[name] != now.definitions[name])
    same = [name for name in differ if old.says(name) == new.says(name)]
    gone = sorted(filter(_has_text, definitions.keys() - now.definitions.keys()))
    added = sorted(filter(_has_text, now.definitions.keys() - definitions.keys()))
    moved = dict(_moves(gone, added, old, new))

    def change(kind: str, name: str) -> CodeChange:
        return CodeChange(kind, name, now.paths.get(name, ()), _diff(name, old, new))

    changes = [change("changed", name) for name in differ if name not in same]
    changes += [change("new", name) for name in added if name not in moved.values()]
    changes += [change("gone", name) for name in gone if name not in moved]
    changes += [CodeChange(f"moved to {to}", name, now.paths[to]) for name, to in moved.items()]
    return changes or [CodeChange("same text in another context", n, now.paths[n]) for n in same]


def _has_text(name: str) -> bool:
    """Not what is only the sum of others: all that a module does on import, or all of it."""
    return not name.endswith((":import", ":*"))


def _moves(
    gone: list[str], added: list[str], old: "Texts", new: "Texts"
) -> Iterator[tuple[str, str]]:
    waiting = list(added)
    for name in gone:
        says = old.says(name)
        for other in waiting if says else ():
            if new.says(other) == says:
                waiting.remove(other)
                yield name, other
                break


def _diff(name: str, old: "Texts", new: "Texts") -> str:
    before, after = old.lines(name), new.lines(name)
    if before is None or after is None:
        return ""
    file = name.partition(":")[0]
    lines = unified_diff(before, after, f"{file} (then)", f"{file} (now)", lineterm="", n=2)
    return "\n".join(lines)


@dataclass
class Texts:
    """The definitions of some files as they are or were; ``files`` has the digests of those."""

    sources: Sources
    files: Mapping[str, str]

    def lines(self, name: str) -> list[str] | None:
        """The lines of a definition, none where there is none; None where no text is kept."""
        file = name.partition(":")[0]
        if file in self.files and self._text(file) is None:
            return None
        if name not in self._all or not (text := self._text(file)):
            return []
        first, last, _ = self._all[name]
        return text.splitlines()[first - 1 : last]

    def says(self, name: str) -> str | None:
        """The digest of a definition's own code."""
        return self._all[name][2] if name in self._all else None

    def _text(self, file: str) -> str | None:
        return self.sources.text(file, self.files[file])

    @cached_property
    def _all(self) -> dict[str, tuple[int, int, str]]:
        found: dict[str, tuple[int, int, str]] = {}
        count: dict[str, int] = {}
        for file in self.files:
            try:
                statements = read_facts(ast.parse(self._text(file) or "")).statements
            except (SyntaxError, ValueError):
                continue
            for s in statements:
                extras = [*s.decorators, *([s.defaults] if s.defaults else [])]
                says = " ".join([s.own, *(part.own for part in extras)])
                name = f"{file}:{s.name}"
                count[name] = count.get(name, 0) + 1
                name += f" ({count[name]})" if count[name] > 1 else ""
                found[name] = (s.line, s.end, says)
        return found
