"""Is a node fresh? If not, why?"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from reportgen.freshness.closure import Closure
from reportgen.registry import Node
from reportgen.store import Record

FRESH, STALE, ENV_STALE, MISSING, FAILED = "fresh", "stale", "env-stale", "missing", "failed"


@dataclass(frozen=True)
class Status:
    """The state of a node, in one line why, and the record that stands for it.

    ``key`` is None while an input is not fresh: then nobody knows yet what the node depends on.
    ``record`` is the fresh record, or the latest one of a node that is not fresh.
    """

    state: str
    reason: str
    key: str | None
    record: Record | None
    params: Mapping[str, Any]
    closure: Closure
    inputs: Mapping[str, str]

    @property
    def usable(self) -> bool:
        """Whether the record may be shown as what the code would compute now."""
        return self.state in (FRESH, ENV_STALE)


def environment_change(recorded: Mapping[str, str], current: Mapping[str, str]) -> str | None:
    """What differs between two environments, in words, or None. What is not recorded is unknown."""
    changes = [
        f"{name} {recorded[name] or 'not installed'} → {current.get(name) or 'not installed'}"
        for name in sorted(recorded)
        if recorded[name] != current.get(name, "")
    ]
    return ", ".join(changes) or None


def why_stale(
    record: Record,
    node: Node,
    closure: Closure,
    params: Mapping[str, Any],
    inputs: Mapping[str, str],
    seed: int,
) -> str:
    """The first thing that changed since ``record``, in a few words."""
    if changed := changed_definitions(record.code, closure.definitions):
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        return f"code: {changed[0]}{more}"
    for kind, what in changed_settings(record, node, params, seed):
        return f"{kind} {what}"
    for name in sorted(record.inputs.keys() | inputs.keys()):
        if record.inputs.get(name) != inputs.get(name):
            return f"input {name} has a new value"
    return "code or version changed"


def changed_settings(
    record: Record, node: Node, params: Mapping[str, Any], seed: int
) -> Iterator[tuple[str, str]]:
    """The parameters that count, the seed and the version that are not those of ``record``: pairs
    such as ``("parameter", "steps: 50 → 60")``. A record may not know its version."""
    for name in sorted((record.params.keys() | params.keys()) - set(node.ignore)):
        if record.params.get(name) != params.get(name):
            yield "parameter", f"{name}: {differing(record.params.get(name), params.get(name))}"
    if record.seed != seed:
        yield "seed", f"{record.seed} → {seed}"
    if record.version not in (None, node.version):
        yield "version", f"'{record.version}' → '{node.version}'"


def differing(old: Any, new: Any, room: int = 60) -> str:
    """``50 → 60``; of long values a part, from a little before they differ."""
    texts = str(old), str(new)
    same = next((i for i, (a, b) in enumerate(zip(*texts, strict=False)) if a != b), 0)
    start = max(0, same - room // 3) if max(map(len, texts)) > room else 0
    return " → ".join(
        "…" * bool(start) + text[start : start + room] + "…" * (len(text) > start + room)
        for text in texts
    )


def changed_definitions(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Definitions that differ: changed ones first, then added, then removed."""
    changed = [name for name in sorted(old.keys() & new.keys()) if old[name] != new[name]]
    added = [f"{name} (new)" for name in sorted(new.keys() - old.keys())]
    removed = [f"{name} (gone)" for name in sorted(old.keys() - new.keys())]
    return changed + added + removed
