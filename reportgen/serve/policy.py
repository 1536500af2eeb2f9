"""Which stale nodes run by themselves, and which wait for a click."""

import time
from dataclasses import dataclass, field

from reportgen.engine.plan import plan
from reportgen.engine.session import Session
from reportgen.registry import Node

AT_ONCE = 60.0  # seconds: what costs more waits for a click
RESTLESS = 10.0  # seconds within which a node that is stale again after its run counts as restless
TIMES = 3  # so many runs in a row make it restless


def too_dear(session: Session, node: Node) -> str:
    """'' where a node is cheap enough to run unasked, else what speaks against it."""
    todo = plan(session, [node])
    failed = [n for n in todo.run if session.status(n).state == "failed"]
    if failed:
        return f"{failed[0].id} failed"
    if any(n.volatile for n in todo.run):
        return "volatile"
    if todo.seconds > AT_ONCE:
        return "costly"
    nodes = (*todo.run, *todo.maybe)
    unknown = [n for n in nodes if not n.is_figure and not session.store.records_of(n.name)]
    return f"{unknown[0].id} was never timed" if unknown else ""


@dataclass(frozen=True)
class Ended:
    """The end of a node's latest run, and the how manieth of its key in a short time it was."""

    key: str
    count: int
    time: float = field(default_factory=time.monotonic)

    def age(self) -> float:
        return time.monotonic() - self.time


class Policy:
    """Remembers what a person stopped, and what would run again and again."""

    def __init__(self) -> None:
        self.stopped: dict[str, list[str | None]] = {}
        self.ended: dict[str, Ended] = {}

    def held(self, session: Session, node: Node) -> str:
        """'' where a stale node may run by itself, else why it waits."""
        if self.stopped.get(node.name) == keys(session, node):
            return "stopped"
        if any(self.is_restless(name) for name in session.graph.ancestors([node])):
            return "stale again right after its run: does it write what it reads?"
        return too_dear(session, node)

    def is_restless(self, name: str) -> bool:
        ended = self.ended.get(name)
        return ended is not None and ended.count >= TIMES and ended.age() < RESTLESS

    def stop(self, session: Session, node: Node) -> None:
        """Somebody stopped this node: it runs again when its code changes, or on a click."""
        self.stopped[node.name] = keys(session, node)

    def allow(self, node: Node) -> None:
        self.stopped.pop(node.name, None)
        self.ended.pop(node.name, None)

    def note(self, name: str, key: str) -> None:
        """A run of a node has ended."""
        before = self.ended.get(name)
        again = before is not None and before.key == key and before.age() < RESTLESS
        self.ended[name] = Ended(key, before.count + 1 if before and again else 1)


def keys(session: Session, node: Node) -> list[str | None]:
    """The keys of a node and of all it depends on: what changes when its code does."""
    return [
        session.status(session.graph.nodes[n]).key for n in sorted(session.graph.ancestors([node]))
    ]
