"""What a node left under the names that it had before: records and checkpoints."""

import contextlib
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace

from reportgen.errors import ReportgenError
from reportgen.registry import Graph, Node
from reportgen.store import Record, Store


def take_over(store: Store, graph: Graph) -> None:
    """Bring what renamed nodes left under their present names, in the local store.

    Where it cannot be written the nodes count as never run, and a build says why.
    """
    for node in graph:
        if not node.was:
            continue
        have = {record.name for record in store.records_of(node.name)}
        with contextlib.suppress(OSError, ReportgenError):
            for record in renamed(node, (r for old in node.was for r in store.records_of(old))):
                if record.name not in have:
                    store.put(record)
            for old in node.was:
                checkpoints = store.folder / "checkpoints" / old
                if checkpoints.is_dir():
                    checkpoints.rename(checkpoints.with_name(node.name))


def renamed(node: Node, records: Iterable[Record]) -> Iterator[Record]:
    """Records of an earlier name as ones of the present."""
    for record in records:
        names = {f"{node.file}:{old}": f"{node.file}:{node.name}" for old in node.was}
        yield replace(record, node=node.name, code=with_names(record.code, names))


def with_names(values: Mapping[str, str], now: Mapping[str, str]) -> dict[str, str]:
    """A mapping whose keys are names, with the present ones."""
    return {now.get(name, name): value for name, value in values.items()}
