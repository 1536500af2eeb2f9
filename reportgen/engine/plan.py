"""What a build will run, and what that cost last time."""

from collections.abc import Sequence
from dataclasses import dataclass

from reportgen.engine.session import Session
from reportgen.engine.turns import Turns
from reportgen.registry import Node


@dataclass(frozen=True)
class Price:
    """Seconds and bytes of the latest run; None where the node has never run."""

    seconds: float | None = None
    memory: int = 0


@dataclass(frozen=True)
class Plan:
    """``run`` are nodes that must run, ``maybe`` those that depend on one of them.

    ``left`` are those for which a ``budget`` (in seconds, or None) has no room. ``seconds`` and
    ``memory`` are of those that run; ``unknown`` of them were never timed.
    """

    run: tuple[Node, ...]
    maybe: tuple[Node, ...]
    left: tuple[Node, ...]
    budget: float | None
    seconds: float
    memory: int
    unknown: int


def plan(
    session: Session,
    targets: Sequence[Node],
    force: frozenset[str] = frozenset(),
    budget: float | None = None,
) -> Plan:
    """Look without running: which targets and inputs are not fresh, and what they cost."""
    needed = session.graph.ancestors(targets)
    wanted = {node.name for node in targets}
    run: list[Node] = []
    maybe: list[Node] = []
    moving: set[str] = set()
    for node in session.graph:
        if node.name not in needed:
            continue
        waits = not moving.isdisjoint(node.inputs)
        stale = node.name in force or session.must_run(node)
        if stale and not waits:
            run.append(node)
            moving.add(node.name)
        elif not waits and node.name in wanted and session.absent(node):
            # Made again because its value is not here; it will be the same, so nothing follows.
            run.append(node)
        elif waits:
            maybe.append(node)
            moving.add(node.name)
    session.remember()
    left = {} if budget is None else beyond(session, [*run, *maybe], budget)
    run = [node for node in run if node.name not in left]
    maybe = [node for node in maybe if node.name not in left]
    prices = [price_of(session, node) for node in (*run, *maybe)]
    return Plan(
        tuple(run),
        tuple(maybe),
        tuple(left.values()),
        budget,
        seconds=sum(p.seconds or 0.0 for p in prices),
        memory=max((p.memory for p in prices), default=0),
        unknown=sum(p.seconds is None for p in prices),
    )


def beyond(session: Session, nodes: Sequence[Node], budget: float) -> dict[str, Node]:
    """The nodes, by name, that find no time left where one runs after the other."""
    turns = Turns(session.graph, nodes, lambda node: rank(price_of(session, node)))
    left: dict[str, Node] = {}
    elapsed = 0.0
    while node := turns.take():
        price = price_of(session, node)
        if not left.keys().isdisjoint(node.inputs) or outlasts(price, elapsed, budget):
            left[node.name] = node
        else:
            elapsed += price.seconds or 0.0
        turns.settle(node)
    return left


def rank(price: Price) -> float:
    """The cheapest first; what a node costs that was never timed, nobody knows."""
    return float("inf") if price.seconds is None else price.seconds


def outlasts(price: Price, elapsed: float, budget: float) -> bool:
    """Whether a node that starts after ``elapsed`` seconds ends later than the budget; one that was
    never timed may start while there is time."""
    return elapsed + (price.seconds or 0.0) > budget


def price_of(session: Session, node: Node) -> Price:
    """The cost of the latest run under this profile; another profile's says nothing."""
    records = session.records_of(node)
    same = [r for r in records if r.profile == session.profile]
    return Price(same[0].seconds, same[0].peak_memory) if same else Price()


def parse_duration(text: str) -> float:
    """Seconds of ``90``, ``90s``, ``20m`` or ``1.5h``. Raises ValueError for anything else."""
    units = {"s": 1, "m": 60, "h": 3600}
    number, unit = (text[:-1], text[-1]) if text[-1:] in units else (text, "s")
    seconds = float(number) * units[unit]
    if not 0 <= seconds < float("inf"):
        raise ValueError(text)
    return seconds


def duration(seconds: float | None) -> str:
    """``0.4 s``, ``42 s``, ``7 min``, ``1 h 52 min``; an em dash for an unknown one."""
    if seconds is None:
        return "—"
    if seconds < 9.95:
        return f"{seconds:.1f} s"
    if seconds < 99.5:
        return f"{seconds:.0f} s"
    minutes = round(seconds / 60)
    return f"{minutes} min" if minutes < 60 else f"{minutes // 60} h {minutes % 60} min"
