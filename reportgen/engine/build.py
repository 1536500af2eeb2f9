"""Build: decide what must run, say what it costs, run it, and keep what came out."""

import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, wait
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from reportgen.engine.execute import SAVED_MEANWHILE
from reportgen.engine.failure import OUT_OF_MEMORY
from reportgen.engine.git import outside_commit, said_by_git
from reportgen.engine.logs import log_name
from reportgen.engine.plan import outlasts, price_of, rank
from reportgen.engine.pool import Workers, local_executor, run_task
from reportgen.engine.progress import Reporter
from reportgen.engine.session import Session
from reportgen.engine.task import Task
from reportgen.engine.turns import Turns
from reportgen.errors import ReportgenError
from reportgen.messages import VERBOSE, say
from reportgen.registry import Node
from reportgen.store import Record
from reportgen.store.records import from_json
from reportgen.store.usage import using


@dataclass
class Outcome:
    """What a build did. ``failed`` maps names to messages, ``blocked`` to the input that failed."""

    ran: dict[str, Record] = field(default_factory=dict)
    failed: dict[str, str] = field(default_factory=dict)
    blocked: dict[str, str] = field(default_factory=dict)
    left: dict[str, str] = field(default_factory=dict)
    seconds: float = 0.0

    @property
    def good(self) -> bool:
        """Whether nothing failed, was blocked or left out."""
        return not (self.failed or self.blocked or self.left)


@dataclass(frozen=True)
class Limits:
    """``budget`` in seconds, or None; ``force`` names nodes to run anyway.

    ``jobs`` run at once; 0 means one on this machine, or as many as a given executor takes.
    """

    jobs: int = 0
    budget: float | None = None
    fail_fast: bool = False
    force: frozenset[str] = frozenset()


def build_nodes(
    session: Session,
    targets: Sequence[Node],
    reporter: Reporter,
    limits: Limits | None = None,
    executor: Workers | None = None,
) -> Outcome:
    """Make every target fresh. One failure leaves the nodes that do not need it unharmed.

    Ctrl-C ends the workers at once; what they had recorded stays.
    """
    limits = limits or Limits()
    builder = Builder(session, targets, reporter, limits)
    if not builder.waiting_to_run():
        return builder.outcome
    workers = executor or local_executor(limits.jobs or 1, session.options.device)
    try:
        with using(session.store.folder), reporter:
            try:
                builder.run(workers)
            except KeyboardInterrupt:
                builder.interrupt()
                raise
    except BaseException:
        if executor is None:
            workers.shutdown(wait=False, cancel_futures=True)
        raise
    if executor is None:
        workers.shutdown()
    return builder.outcome


class Builder:
    """The state of one build: which nodes wait, which run, what came out."""

    def __init__(
        self, session: Session, targets: Sequence[Node], reporter: Reporter, limits: Limits
    ) -> None:
        self.session, self.reporter, self.limits = session, reporter, limits
        needed = session.graph.ancestors(targets)
        self.turns = Turns(
            session.graph, (node for node in session.graph if node.name in needed), self.rank
        )
        self.targets = {node.name for node in targets}
        self.lost: set[str] = set()
        self.forced = set(limits.force)
        self.running: dict[Future[Any], Node] = {}
        self.company: set[str] = set()
        self.apart: list[Node] = []
        self.devices: dict[str, str] = {}
        self.notes: dict[str, str] = {}
        self.outcome = Outcome()
        self.started = time.monotonic()
        self.commit = commit_of(session)

    def rank(self, node: Node) -> float:
        """With a budget the cheapest node comes first."""
        return 0.0 if self.limits.budget is None else rank(price_of(self.session, node))

    def waiting_to_run(self) -> bool:
        """Whether a node that waits has to run."""
        return any(self.must_run(node) for node in self.turns.waiting.values())

    def must_run(self, node: Node) -> bool:
        """Whether a node has no result that this build may use."""
        if node.name in self.outcome.ran:
            return self.session.absent(node)
        if node.name in self.forced or self.session.must_run(node):
            return True
        return node.name in self.targets and self.session.absent(node)

    def run(self, executor: Workers) -> None:
        """Run all that is stale, each node when its inputs are settled."""
        while self.turns or self.running or self.apart:
            self.start_ready(executor)
            if not self.running:
                break
            done, _ = wait(self.running, return_when=FIRST_COMPLETED)
            for future in done:
                self.finish(self.running.pop(future), future.result())
            if self.limits.fail_fast and self.outcome.failed:
                self.leave("another node failed")
        self.outcome.seconds = time.monotonic() - self.started

    def interrupt(self) -> None:
        """Note where the nodes were that ran, so that ``status`` can tell."""
        for node in self.running.values():
            self.session.note_interrupted(node, self.reporter.interrupted(node))

    def start_ready(self, executor: Workers) -> None:
        """Settle the nodes whose inputs are settled: drop the fresh, start the stale."""
        jobs = min(self.limits.jobs or executor.jobs, executor.jobs)
        while len(self.running) < jobs and (node := self.turns.take()):
            self.consider(node, executor)
        if self.apart and not self.running:
            self.start(self.apart.pop(0), executor)

    def consider(self, node: Node, executor: Workers) -> None:
        """Decide about a node whose inputs are settled."""
        broken = [n for n in node.inputs if n in (self.outcome.failed | self.outcome.blocked)]
        if broken:
            self.drop(node, self.outcome.blocked, broken[0])
        elif any(n in self.outcome.left for n in node.inputs):
            self.drop(node, self.outcome.left, "an input was left out")
        elif not self.must_run(node):
            self.turns.settle(node)
        elif absent := self.absent_inputs(node):
            self.forced |= {other.name for other in absent}
            for other in (*absent, node):
                self.turns.put(other)
        elif self.over_budget(node):
            self.drop(node, self.outcome.left, "over the budget")
        else:
            self.start(node, executor)

    def drop(self, node: Node, into: dict[str, str], why: str) -> None:
        """Leave a node out, and say why in one list of the outcome."""
        into[node.name] = why
        self.turns.settle(node)

    def absent_inputs(self, node: Node) -> list[Node]:
        """Inputs whose records are here and whose values are not, as under a bundle."""
        inputs = [self.session.graph.nodes[name] for name in node.inputs]
        return [other for other in inputs if self.session.absent(other)]

    def over_budget(self, node: Node) -> bool:
        """Whether a node would outlast the budget."""
        if self.limits.budget is None:
            return False
        elapsed = time.monotonic() - self.started
        return outlasts(price_of(self.session, node), elapsed, self.limits.budget)

    def start(self, node: Node, executor: Workers) -> None:
        """Send a node to a worker."""
        if self.running:
            self.company |= {node.name, *(other.name for other in self.running.values())}
        say(f"  {node.id}: {self.session.status(node).reason}", VERBOSE)
        self.reporter.started(node, price_of(self.session, node))
        listen = partial(self.reporter.heard, node)
        future = executor.submit(run_task, self.task(node), listen)
        self.running[future] = node

    def task(self, node: Node) -> Task:
        """All that a worker must know to run a node."""
        session, project = self.session, self.session.project
        status = session.status(node)
        if status.key is None:
            raise ReportgenError(f"'{node.name}' cannot run: {status.reason}.", place=node.place)
        device = self.devices.get(node.name, session.options.device)
        return Task(
            root=str(project.root),
            store=str(project.store_dir),
            lower=(str(project.bundle_dir),),
            node=node.name,
            kind=node.kind,
            module=node.module,
            file=node.file,
            key=status.key,
            seed=session.seed(node),
            params=status.params,
            inputs=status.inputs,
            code=dict(status.closure.definitions),
            sources=dict(status.closure.sources),
            modules=tuple(status.closure.modules),
            packages=tuple(status.closure.packages),
            profile=session.profile,
            version=node.version,
            commit=self.commit,
            device=device,
            force=node.name in self.forced or node.volatile,
            notes=tuple(filter(None, [self.notes.get(node.name)])),
            log=log_name(node.name),
        )

    def finish(self, node: Node, outcome: dict[str, Any]) -> None:
        """Take what a worker answers: a record, an error, or a reason to try again."""
        record = from_json(outcome.get("record"))
        if record is not None and record.key != self.session.status(node).key:
            self.fail(node, self.of_other_code(node, record))
            return
        if record is not None:
            self.session.settle(node, record)
            self.outcome.ran[node.name] = record
            self.turns.settle(node)
            self.reporter.finished(node, record)
            return
        error = outcome["error"]
        if error["message"] == OUT_OF_MEMORY and self.devices.get(node.name) != "cpu":
            self.retry_smaller(node)
            return
        if error.get("lost") and error["lost"] not in self.lost:
            self.lost.add(error["lost"])
            self.session.lose(error["lost"])
            self.reporter.failed(node, error["text"], "")
            self.turns.put(node)
            return
        printed = error["log"] and f"What it printed is in '{error['log']}'."
        more = "\n".join(filter(None, [error["traceback"], printed]))
        self.fail(node, error["text"], more)

    def fail(self, node: Node, why: str, more: str = "") -> None:
        """Note that a node failed, and say so."""
        self.session.forget(node)
        self.outcome.failed[node.name] = why
        self.turns.settle(node)
        self.reporter.failed(node, why, more)

    def of_other_code(self, node: Node, record: Record) -> str:
        """Why a result that is kept is not what this build was asked for."""
        was = self.session.closure(node).sources
        other = (file for file, digest in record.sources.items() if was.get(file) != digest)
        return (
            f"'{next(other, node.file)}' {SAVED_MEANWHILE}. What was computed "
            "is kept as the result of that code; build again to go on with it."
        )

    def retry_smaller(self, node: Node) -> None:
        """Out of device memory: once more while nothing else runs, then on the CPU."""
        self.reporter.failed(node, "Out of device memory; it is tried again.", "")
        if node.name in self.company:
            self.company.discard(node.name)
            self.notes[node.name] = "out of device memory, run again alone"
            self.apart.append(node)
        else:
            self.devices[node.name] = "cpu"
            self.notes[node.name] = "out of device memory, run on the CPU"
            self.turns.put(node)

    def leave(self, why: str) -> None:
        """Leave out all that has not begun."""
        for node in (*self.turns.clear(), *self.apart):
            self.outcome.left[node.name] = why
        self.apart = []


def commit_of(session: Session) -> str:
    """The project's commit, ``-dirty`` where sources are not in it, '' outside git."""
    root, experiments = session.project.root, session.project.experiments
    commit = said_by_git(root, "describe", "--always", "--dirty", "--exclude=*")
    if not commit or commit.endswith("-dirty"):
        return commit
    return f"{commit}-dirty" if outside_commit(root, experiments) else commit
