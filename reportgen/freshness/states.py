"""Is a node fresh? If not, why?"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from reportgen.freshness.closure import Closure
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
    """What differs between two environments, in words, or None."""
    changes = [
        f"{name} {recorded[name]} → {current.get(name, 'not installed')}"
        for name in sorted(recorded)
        if recorded[name] != current.get(name)
    ]
    return ", ".join(changes) or None


def why_stale(
    record: Record, closure: Closure, params: Mapping[str, Any], inputs: Mapping[str, str]
) -> str:
    """The first thing that changed since ``record``, in a few words."""
    if changed := changed_definitions(record.code, closure.definitions):
        more = f" and {len(changed) - 1} more" if len(changed) > 1 else ""
        return f"code: {changed[0]}{more}"
    for name in sorted(record.params.keys() | params.keys()):
        if record.params.get(name) != params.get(name):
            return f"parameter {name}: {record.params.get(name)} → {params.get(name)}"
    for name in sorted(record.inputs.keys() | inputs.keys()):
        if record.inputs.get(name) != inputs.get(name):
            return f"input {name} has a new value"
    return "seed or version changed"


def changed_definitions(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    """Definitions that differ: changed ones first, then added, then removed."""
    changed = [name for name in sorted(old.keys() & new.keys()) if old[name] != new[name]]
    added = [f"{name} (new)" for name in sorted(new.keys() - old.keys())]
    removed = [f"{name} (gone)" for name in sorted(old.keys() - new.keys())]
    return changed + added + removed
