"""Build: decide what must run, say what it costs, run it, and keep what came out."""

import subprocess
import time
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Executor, Future, wait
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from reportgen.engine.execute import OUT_OF_MEMORY, Task
from reportgen.engine.plan import price_of
from reportgen.engine.pool import LocalExecutor, run_task
from reportgen.engine.progress import Reporter
from reportgen.engine.session import Session
from reportgen.errors import ReportgenError
from reportgen.registry import Node
from reportgen.store import Record
from reportgen.store.records import from_json


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
        return not (self.failed or self.blocked or self.left)


@dataclass(frozen=True)
class Limits:
    """``budget`` in seconds, or None; ``jobs`` at once; ``force`` names nodes to run anyway."""

    jobs: int = 1
    budget: float | None = None
    fail_fast: bool = False
    force: frozenset[str] = frozenset()


def build_nodes(
    session: Session,
    targets: Sequence[Node],
    reporter: Reporter,
    limits: Limits | None = None,
    executor: Executor | None = None,
) -> Outcome:
    """Make every target fresh. One failure leaves the nodes that do not need it unharmed.

    Ctrl-C ends the workers at once; what they had recorded stays.
    """
    limits = limits or Limits()
    builder = Builder(session, targets, reporter, limits)
    if not builder.waiting_to_run():
        return builder.outcome
    own = executor is None
    executor = executor or LocalExecutor(limits.jobs)
    try:
        with reporter:
            builder.run(executor)
    except BaseException:
        if own:
            executor.shutdown(wait=False, cancel_futures=True)
        raise
    if own:
        executor.shutdown()
    return builder.outcome


class Builder:
    """The state of one build: which nodes wait, which run, what came out."""

    def __init__(
        self, session: Session, targets: Sequence[Node], reporter: Reporter, limits: Limits
    ) -> None:
        self.session, self.reporter, self.limits = session, reporter, limits
        needed = session.graph.ancestors(targets)
        self.waiting = [node for node in session.graph if node.name in needed]
        self.targets = {node.name for node in targets}
        self.lost: set[str] = set()
        self.forced = set(limits.force)
        self.running: dict[Future[Any], Node] = {}
        self.devices: dict[str, str] = {}
        self.outcome = Outcome()
        self.started = time.monotonic()
        self.commit = commit_of(session)

    def waiting_to_run(self) -> bool:
        return any(self.must_run(node) for node in self.waiting)

    def must_run(self, node: Node) -> bool:
        if node.name in self.outcome.ran:
            return False
        if node.name in self.forced or self.session.must_run(node):
            return True
        return node.name in self.targets and self.session.absent(node)

    def run(self, executor: Executor) -> None:
        while self.waiting or self.running:
            self.start_ready(executor)
            if not self.running:
                break
            done, _ = wait(self.running, return_when=FIRST_COMPLETED)
            for future in done:
                self.finish(self.running.pop(future), future.result())
            if self.limits.fail_fast and self.outcome.failed:
                self.leave("another node failed")
        self.outcome.seconds = time.monotonic() - self.started

    def start_ready(self, executor: Executor) -> None:
        """Settle the nodes whose inputs are settled: drop the fresh, start the stale."""
        progress = True
        while progress:
            progress = False
            for node in self.by_price():
                if len(self.running) >= self.limits.jobs or node not in self.waiting:
                    continue
                progress |= self.consider(node, executor)

    def by_price(self) -> list[Node]:
        """Waiting nodes; with a budget the cheapest first."""
        if self.limits.budget is None:
            return list(self.waiting)
        return sorted(self.waiting, key=lambda node: price_of(self.session, node).seconds or 0)

    def consider(self, node: Node, executor: Executor) -> bool:
        """Take one step with a node; False where it must go on waiting."""
        broken = [n for n in node.inputs if n in (self.outcome.failed | self.outcome.blocked)]
        if broken:
            return self.drop(node, self.outcome.blocked, broken[0])
        if any(n in self.outcome.left for n in node.inputs):
            return self.drop(node, self.outcome.left, "an input was left out")
        unsettled = {other.name for other in (*self.waiting, *self.running.values())}
        if unsettled & set(node.inputs):
            return False
        if not self.must_run(node):
            self.waiting.remove(node)
            return True
        if absent := self.absent_inputs(node):
            self.waiting = [*absent, *self.waiting]
            self.forced |= {other.name for other in absent}
            return True
        if self.over_budget(node):
            return self.drop(node, self.outcome.left, "over the budget")
        self.waiting.remove(node)
        self.start(node, executor)
        return True

    def drop(self, node: Node, into: dict[str, str], why: str) -> bool:
        self.waiting.remove(node)
        into[node.name] = why
        return True

    def absent_inputs(self, node: Node) -> list[Node]:
        """Inputs whose records are here and whose values are not, as under a bundle."""
        inputs = [self.session.graph.nodes[name] for name in node.inputs]
        return [other for other in inputs if self.session.absent(other)]

    def over_budget(self, node: Node) -> bool:
        if self.limits.budget is None:
            return False
        expected = price_of(self.session, node).seconds or 0.0
        return time.monotonic() - self.started + expected > self.limits.budget

    def start(self, node: Node, executor: Executor) -> None:
        self.reporter.started(node, price_of(self.session, node))
        listen = partial(self.reporter.heard, node)
        future = executor.submit(run_task, self.task(node), listen)
        self.running[future] = node

    def task(self, node: Node) -> Task:
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
            commit=self.commit,
            device=device,
            force=node.name in self.forced or node.volatile,
            notes=("out of device memory, run on the CPU",) if node.name in self.devices else (),
        )

    def finish(self, node: Node, outcome: dict[str, Any]) -> None:
        record = from_json(outcome.get("record"))
        if record is not None:
            self.session.settle(node, record)
            self.outcome.ran[node.name] = record
            self.reporter.finished(node, record)
            return
        error = outcome["error"]
        if error["message"] == OUT_OF_MEMORY and self.devices.get(node.name) != "cpu":
            self.retry_smaller(node)
            return
        if error.get("lost") and error["lost"] not in self.lost:
            self.lost.add(error["lost"])
            self.reporter.failed(node, error["text"], "")
            self.waiting.append(node)
            return
        self.session.forget(node)
        self.outcome.failed[node.name] = error["text"]
        self.reporter.failed(node, error["text"], error["traceback"])

    def retry_smaller(self, node: Node) -> None:
        """Out of device memory: once more with the device to itself, then on the CPU."""
        alone = node.name in self.devices or len(self.running) == 0
        self.devices[node.name] = "cpu" if alone else self.session.options.device
        self.waiting.append(node)

    def leave(self, why: str) -> None:
        for node in self.waiting:
            self.outcome.left[node.name] = why
        self.waiting = []


def commit_of(session: Session) -> str:
    """The project's commit, ``-dirty`` where sources differ from it, '' outside git."""
    command = ["git", "describe", "--always", "--dirty", "--exclude=*"]
    try:
        done = subprocess.run(
            command, cwd=session.project.root, capture_output=True, text=True, check=False
        )
    except OSError:
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""
