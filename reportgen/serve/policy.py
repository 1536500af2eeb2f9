"""Which stale nodes run by themselves, and which wait for a click."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

from reportgen.engine.plan import plan, price_of
from reportgen.engine.session import Session
from reportgen.registry import Node

AT_ONCE = 60.0  # seconds: what costs more waits for a click
RESTLESS = 10.0  # seconds between two runs of one key that make them follow on each other
BRIEF = 1.0  # seconds: what runs no longer is waited for, that its page is rendered but once
TIMES = 3  # so many such runs make a node restless


def too_dear(session: Session, node: Node) -> str:
    """'' where a node is cheap enough to run unasked, else what speaks against it.

    What has never run, under no profile, is tried at once, as `build` does; what has run under
    another profile alone waits, for that one may be a quick one.
    """
    todo = plan(session, [node])
    failed = [n for n in todo.run if session.status(n).state == "failed"]
    if failed:
        return f"{failed[0].id} failed"
    if any(n.volatile for n in todo.run):
        return "volatile"
    if todo.seconds > AT_ONCE:
        return "costly"
    nodes = (*todo.run, *todo.maybe)
    for n in nodes:
        if not n.is_figure and session.records_of(n) and price_of(session, n).seconds is None:
            return f"{n.id} was never timed under this profile"
    return ""


def is_brief(session: Session, nodes: Sequence[Node]) -> bool:
    """Whether there is something to run, all of which ends within a moment by the last runs."""
    todo = plan(session, nodes)
    return bool(todo.run) and not todo.unknown and todo.seconds < BRIEF


@dataclass(frozen=True)
class Latest:
    """A node's latest run, and how many of its key have followed on each other."""

    key: str
    count: int
    ended: float = field(default_factory=time.monotonic)


class Policy:
    """Remembers what a person stopped, and what would run again and again."""

    def __init__(self) -> None:
        self.stopped: dict[str, list[str | None]] = {}
        self.latest: dict[str, Latest] = {}

    def held(self, session: Session, node: Node) -> str:
        """'' where a stale node may run by itself, else why it waits."""
        if self.stopped.get(node.name) == keys(session, node):
            return "stopped"
        if any(self.is_restless(session, name) for name in session.graph.ancestors([node])):
            return "stale again right after its run: does it write what it reads?"
        return too_dear(session, node)

    def is_restless(self, session: Session, name: str) -> bool:
        """Whether a node has run again and again with the same key."""
        latest, status = self.latest.get(name), session.status(session.graph.nodes[name])
        return latest is not None and latest.count >= TIMES and latest.key == status.key

    def stop(self, session: Session, node: Node) -> None:
        """Somebody stopped this node: it runs again when its code changes, or on a click."""
        self.stopped[node.name] = keys(session, node)

    def allow(self, node: Node) -> None:
        """Forget that a node was stopped or restless."""
        self.stopped.pop(node.name, None)
        self.latest.pop(node.name, None)

    def note(self, name: str, key: str, seconds: float) -> None:
        """A run of a node has ended, which took so long."""
        before = self.latest.get(name)
        now = Latest(key, 1)
        if before and before.key == key and now.ended - seconds - before.ended < RESTLESS:
            now = Latest(key, before.count + 1)
        self.latest[name] = now


def keys(session: Session, node: Node) -> list[str | None]:
    """The keys of a node and of all it depends on: what changes when its code does."""
    return [
        session.status(session.graph.nodes[n]).key for n in sorted(session.graph.ancestors([node]))
    ]
