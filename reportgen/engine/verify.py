"""Run fresh nodes once more and compare: is what the store holds what the code computes?"""

import dataclasses
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from reportgen.engine.build import Builder, Limits
from reportgen.engine.pool import LocalExecutor, run_task
from reportgen.engine.progress import Reporter
from reportgen.engine.session import Session
from reportgen.errors import ReportgenError
from reportgen.registry import Node
from reportgen.store import Store
from reportgen.store.layers import Layer
from reportgen.store.records import from_json


def verify_node(
    session: Session, node: Node, executor: LocalExecutor, reporter: Reporter, tolerance: float
) -> list[str]:
    """The differences between the recorded value of a fresh node and a second run of it.

    Numbers may differ by ``tolerance`` times the largest magnitude of their array, pixels of 256
    levels by one, unless it is 0. NaN and infinity equal themselves. Values named ``seconds`` or
    ``..._seconds`` are not compared: no machine takes the same time twice.
    """
    record = session.status(node).record
    if record is None or not session.status(node).usable:
        raise ReportgenError(f"'{node.id}' is not fresh, so there is nothing to verify.")
    project = session.project
    builder = Builder(session, [node], reporter, Limits())
    with tempfile.TemporaryDirectory(prefix="reportgen-verify-") as folder:
        lower = (str(project.store_dir), str(project.bundle_dir))
        task = dataclasses.replace(builder.task(node), store=folder, lower=lower, force=True)
        outcome = executor.submit(run_task, task, lambda message: None).result()
        again = from_json(outcome.get("record"))
        if again is None:
            return [f"the second run failed: {outcome['error']['text']}"]
        if again.output == record.output:
            return []
        store = Store(Path(folder), *(Layer(name, Path(name)) for name in lower))
        first, second = session.store.load(record.output), store.load(again.output)
        return list(differences(first, second, node.name, tolerance))


def differences(first: Any, second: Any, path: str, tolerance: float) -> Iterator[str]:
    """Where two values differ, in words, one line a place."""
    first, second = as_value(first), as_value(second)
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        if first.keys() != second.keys():
            yield f"{path}: other keys"
        for key in sorted(first.keys() & second.keys()):
            if not is_wall_time(key):
                yield from differences(first[key], second[key], f"{path}.{key}", tolerance)
    elif is_list(first) and is_list(second):
        if len(first) != len(second):
            yield f"{path}: {len(first)} items, then {len(second)}"
        for i, (a, b) in enumerate(zip(first, second, strict=False)):
            yield from differences(a, b, f"{path}[{i}]", tolerance)
    else:
        yield from leaf_differences(first, second, path, tolerance)


def leaf_differences(first: Any, second: Any, path: str, tolerance: float) -> Iterator[str]:
    """What two leaves differ in by more than ``tolerance``, relative to their size."""
    import numpy as np

    if isinstance(first, str) or isinstance(second, str) or first is None or second is None:
        if first != second:
            yield f"{path}: {first!r}, then {second!r}"
        return
    a, b = np.asarray(first), np.asarray(second)
    if a.shape != b.shape or a.dtype != b.dtype:
        yield f"{path}: {a.dtype} {a.shape}, then {b.dtype} {b.shape}"
        return
    picture = a.dtype == np.uint8 and a.ndim > 1  # where rounding may fall to either side
    a, b = a.astype(np.float64), b.astype(np.float64)
    finite = np.isfinite(a) & np.isfinite(b)
    if not np.array_equal(a[~finite], b[~finite], equal_nan=True):
        yield f"{path}: differs where it is not finite"
        return
    a, b = a[finite], b[finite]
    gap = float(np.max(np.abs(a - b), initial=0.0))
    room = tolerance * max(1e-12, float(np.max(np.abs(a), initial=0.0)))
    if gap > max(room, float(picture and tolerance > 0)):
        yield f"{path}: differs by up to {gap:.3g}"


def is_wall_time(key: str) -> bool:
    """Whether a value of this name is a duration, which no two runs share."""
    return key == "seconds" or key.endswith("_seconds")


def as_value(value: Any) -> Any:
    """A medium as plain values; everything else as it is."""
    return value.to_value() if hasattr(value, "to_value") else value


def is_list(value: Any) -> bool:
    """Whether a value is a list of any kind."""
    return isinstance(value, Sequence) and not isinstance(value, (str, bytes))
