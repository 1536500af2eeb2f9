"""What browsers are told: problems, pages, and a row for each node with its parameters."""

from pathlib import Path
from typing import Any

from reportgen.engine.draw import in_short
from reportgen.engine.plan import duration, plan, price_of
from reportgen.engine.results import Results
from reportgen.engine.session import Session
from reportgen.posts.items import anchor
from reportgen.registry import Node
from reportgen.serve.builder import Builder
from reportgen.serve.editor import editor_of
from reportgen.serve.hub import Message
from reportgen.serve.pages import Pages, address_of
from reportgen.serve.policy import Policy
from reportgen.serve.shown import Shown

Row = dict[str, Any]


def state_of(shown: Shown, builder: Builder, policy: Policy) -> Message:
    """All that the panel, the veils and the sheet show."""
    problems, editor = shown.faults(), editor_of()
    figures: list[Row] = []
    artifacts: list[Row] = []
    if shown.session is not None:
        figures, artifacts = figure_rows(shown.session, shown, builder, policy)
    return {
        "type": "state",
        "ready": shown.session is not None or bool(problems),
        "root": str(shown.project.root),
        "editor": Path(editor[0]).stem if editor else "",
        "pages": shown.pages.digests(),
        "problems": [problem.to_json() for problem in problems],
        "warnings": {slug: list(post.warnings) for slug, post in shown.pages.posts.items()},
        "figures": figures,
        "artifacts": artifacts,
        "tried": shown.trials.to_json(),
        "progress": builder.progress,
    }


def figure_rows(
    session: Session, shown: Shown, builder: Builder, policy: Policy
) -> tuple[list[Row], list[Row]]:
    """Rows of the figures, those that posts show first, and of the artifacts behind them."""
    places = shown_in(shown.pages)
    order = {name: i for i, name in enumerate(places)}
    figures = [node for node in session.graph if node.is_figure]
    figures.sort(key=lambda node: order.get(node.name, len(order)))
    behind = session.graph.ancestors([n for n in session.graph if n.name in places])
    artifacts = [n for n in session.graph if not n.is_figure and n.name in behind]

    own = {node.name: parameters(session, node) for node in session.graph}

    def rows(nodes: list[Node]) -> list[Row]:
        return [
            {
                **row(
                    session, node, places.get(node.name, []), doing(session, node, builder), policy
                ),
                "caption": caption(shown.results, node),
                # its own, then those of everything it depends on, the nearest first
                "parameters": [own[n.name] for n in reversed(chain(session, node))],
            }
            for node in nodes
        ]

    return rows(figures), rows(artifacts)


def shown_in(pages: Pages) -> dict[str, list[str]]:
    """The slugs of the posts that need each node."""
    places: dict[str, list[str]] = {}
    for slug, names in pages.shown.items():
        for name in names:
            places.setdefault(name, []).append(slug)
    return places


def doing(session: Session, node: Node, builder: Builder) -> str:
    """What happens to a node: ``running``, ``queued``, ``waiting`` for a click, or nothing."""
    return builder.doing(node.name) or ("waiting" if session.must_run(node) else "")


def row(session: Session, node: Node, slugs: list[str], does: str, policy: Policy) -> Row:
    """What the panel says of a node."""
    status = session.status(node)
    waits = does == "waiting" and status.state != "failed"
    return {
        "id": node.id,
        "name": node.name,
        "anchors": [anchor(node.id, "figure"), anchor(node.id, "table")],
        "state": status.state,
        "reason": status.reason,
        "doing": does,
        "held": policy.held(session, node) if waits else "",
        "cost": cost(session, node, stale=session.must_run(node)),
        "posts": [address_of(slug) for slug in slugs],
        "place": str(node.place),
        "versions": node.is_figure and status.record is not None,
        "facts": facts(session, node),
    }


def caption(results: Results | None, node: Node) -> str:
    """What a figure shows, in short; '' for an artifact, or where nothing has run."""
    return in_short(results[node.name].caption) if results and node.name in results else ""


def cost(session: Session, node: Node, *, stale: bool) -> str:
    """What a rebuild would take, with all that must run before it, by the last runs."""
    if not stale:
        return duration(price_of(session, node).seconds)
    todo = plan(session, [node])
    known = duration(todo.seconds) if todo.unknown < len(todo.run) + len(todo.maybe) else "—"
    return f"{known} + ?" if todo.unknown and known != "—" else known


def facts(session: Session, node: Node) -> list[tuple[str, str]]:
    """When, how long, where and with what a node ran."""
    record = session.status(node).record
    if record is None:
        return []
    found = [
        ("Built", record.finished),
        ("Took", duration(record.seconds)),
        ("Seed", str(record.seed)),
        ("Device", record.device),
        ("Commit", record.short_commit),
        ("Profile", record.profile),
    ]
    return [(name, text) for name, text in found if text]


def chain(session: Session, node: Node) -> list[Node]:
    """A node after all that it depends on."""
    names = session.graph.ancestors([node])
    return [each for each in session.graph if each.name in names]


def parameters(session: Session, node: Node) -> Row:
    """The node's own parameters."""
    return {
        "node": node.id,
        "state": session.status(node).state,
        "name": node.name,
        "raw": dict(session.params[node.name]),
        "values": {k: repr_of(v) for k, v in session.params[node.name].items()},
        "defaults": {k: repr_of(v) for k, v in node.params.items()},
    }


def repr_of(value: Any) -> str:
    """A value as JSON, shortened."""
    import json

    text = json.dumps(value, ensure_ascii=False)
    return text if len(text) <= 120 else text[:119] + "…"
