"""Runs stale figures, one after the other, in a worker that stays warm."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from multiprocessing.connection import wait
from typing import Any

from reportgen.engine.build import Limits, build_nodes
from reportgen.engine.draw import draw_figure, results_of
from reportgen.engine.execute import SAVED_MEANWHILE
from reportgen.engine.plan import Price
from reportgen.engine.pool import LocalExecutor, run_task
from reportgen.engine.progress import Reporter
from reportgen.engine.session import Session
from reportgen.engine.task import WARM_UP, Task
from reportgen.errors import ReportgenError
from reportgen.project import Project
from reportgen.registry import Node
from reportgen.serve.hub import Message
from reportgen.serve.policy import too_dear
from reportgen.store import Record

WORTH_KILLING = 3.0  # seconds: a run that is of no use any more and ends sooner may as well end
PAUSE = 0.1  # seconds between two messages about a run


class Ended(Exception):
    """Nobody needs the run any more that was about to begin."""


@dataclass
class Running:
    """The run in progress: of ``node``, for the sake of ``target`` (both names).

    ``node`` is '' while it is still being prepared.
    """

    target: str
    asked: bool
    force: bool
    node: str = ""
    key: str = ""
    expected: float | None = None
    started: float = field(default_factory=time.monotonic)
    useless: bool = False

    def ends_soon(self) -> bool:
        """Whether it should end within a moment, by its last run."""
        if self.expected is None:
            return False
        left = self.expected - (time.monotonic() - self.started)
        return -WORTH_KILLING < left < WORTH_KILLING

    def is_of(self, session: Session) -> bool:
        """Whether it runs what this look at the project would run."""
        node = session.graph.find(self.node)
        return node is not None and session.status(node).key == self.key


class Builder(Reporter):
    """A thread that runs what is wanted: what was asked for first, then the rest in order.

    ``look`` gives a fresh session; ``settled`` is told each name that has been dealt with, and the
    records that this left ('' and none when a run begins); ``send`` passes progress to browsers.
    """

    def __init__(
        self,
        look: Callable[[], Session],
        settled: Callable[[str, dict[str, Record]], None],
        send: Callable[[Message], None],
    ) -> None:
        self.look, self.settled, self.send = look, settled, send
        self.asked: dict[str, bool] = {}
        self.wanted: list[str] = []
        self.running: Running | None = None
        self.ended: set[str] = set()
        self.session: Session | None = None
        self.said = 0.0
        self.progress: Message | None = None
        self.fault: Exception | None = None
        self.stopping = False
        self.change = threading.Condition()
        self.executor = LocalExecutor(1)
        self.warm: Task | None = None
        self.thread = threading.Thread(target=self.work, daemon=True)

    # What the desk says

    def start(self, session: Session) -> None:
        """Begin, unless that has been done: the worker imports what the figures will need."""
        if self.warm is None:
            packages = {name for node in session.graph for name in session.closure(node).packages}
            self.warm = warm_task(session.project, sorted(packages))
            self.thread.start()

    def want(self, names: Sequence[str]) -> None:
        """Replace the list of what is to run by itself. What runs just now is not run again: when
        it has ended, the desk looks at it anew."""
        with self.change:
            now = self.running.target if self.running else ""
            self.wanted = [name for name in names if name != now]
            self.change.notify_all()

    def ask(self, name: str, *, force: bool) -> None:
        """Somebody wants this node now, whatever it costs."""
        with self.change:
            self.asked[name] = force
            self.change.notify_all()

    def drop_useless(self, session: Session) -> None:
        """End a run whose result nobody needs since the code changed, unless it ends soon."""
        running = self.running
        if running is not None and running.node and not running.is_of(session):
            self.end(running, after=WORTH_KILLING if running.ends_soon() else 0.0)

    def is_busy(self) -> bool:
        """Whether a run is in progress that will not end within a moment."""
        running = self.running
        return running is not None and bool(running.node) and not running.ends_soon()

    def cancel(self, target: str) -> None:
        """End what runs for the sake of a node, or will."""
        with self.change:
            self.asked.pop(target, None)
            self.wanted = [name for name in self.wanted if name != target]
            running = self.running
        if running is not None and running.target == target:
            self.end(running)

    def end(self, running: Running, after: float = 0.0) -> None:
        """Kill a run after some seconds, unless it ended by itself."""
        timer = threading.Timer(after, self.kill, [running])
        timer.daemon = True
        timer.start()

    def kill(self, running: Running) -> None:
        """Kill the worker until this run has ended; the next run starts a new one.

        Once may not do, for the worker may be about to start. The lock keeps the next run from
        beginning in a worker that is dying.
        """
        running.useless = True
        while running is self.running:
            with self.change:
                process = self.executor.slots[0].process
                if running is self.running and running.node and process and process.pid:
                    process.kill()
                    wait([process.sentinel], timeout=1)
                self.change.wait(PAUSE)

    def doing(self, name: str) -> str:
        """What happens to a node: ``running``, ``queued`` or nothing.

        A run goes on until the desk has taken in what it left, see ``taken_in``.
        """
        with self.change:
            now = self.running
            if name in self.ended or (now and now.node and name in (now.target, now.node)):
                return "running"
            waits = name in self.asked or name in self.wanted or (now and name == now.target)
            return "queued" if waits else ""

    def taken_in(self, name: str) -> None:
        """The desk knows what the run of a node has left."""
        with self.change:
            self.ended.discard(name)

    def stop(self) -> None:
        """End what runs and take no more."""
        with self.change:
            self.stopping = True
            self.change.notify_all()
        self.executor.shutdown(wait=False, cancel_futures=True)
        if self.thread.is_alive():
            self.thread.join(timeout=2)

    # The thread

    def work(self) -> None:
        """Run what is wanted, one after the other, until stopped."""
        if self.warm is not None:
            self.executor.submit(run_task, self.warm, lambda message: None).result()
        while (running := self.next()) is not None:
            ran: dict[str, Record] = {}
            try:
                self.fault = None
                ran = self.build(running)
            except (ReportgenError, OSError, Ended):
                pass  # the desk looks at the same project and says what is wrong with it
            except Exception as error:
                self.fault = error
            with self.change:
                self.running = self.session = self.progress = None
                self.ended.add(running.target)
                self.change.notify_all()
            self.settled(running.target, ran)

    def next(self) -> Running | None:
        """Wait for something to run."""
        with self.change:
            self.change.wait_for(lambda: self.stopping or self.asked or self.wanted)
            if self.stopping:
                return None
            asked = bool(self.asked)
            name = next(iter(self.asked)) if asked else self.wanted.pop(0)
            self.running = Running(name, asked, self.asked.pop(name, False))
            return self.running

    def build(self, running: Running) -> dict[str, Record]:
        """Run the target and what it needs; their records."""
        session = self.session = self.look()
        node = session.graph.find(running.target)
        if node is None or (not running.asked and too_dear(session, node)):
            return {}
        force = frozenset({node.name}) if running.force else frozenset[str]()
        limits = Limits(fail_fast=True, force=force)
        outcome = build_nodes(session, [node], self, limits, self.executor)
        if node.is_figure and outcome.good:
            draw_figure(session, results_of(session), node)
        return outcome.ran

    # What the run says

    def started(self, node: Node, price: Price) -> None:
        """Tell the pages that a node runs, and how long it took before."""
        assert self.session is not None
        assert self.running is not None
        key = self.session.status(node).key or ""
        with self.change:
            running = self.running
            if running.useless:
                raise Ended
            running.node, running.key, running.expected = node.name, key, price.seconds
            running.started = time.monotonic()
            self.progress = progress_of(running.target, node)
        self.said = 0.0
        self.settled("", {})

    def heard(self, node: Node, message: dict[str, Any]) -> None:
        """Tell of progress, now and then; the state has the rest for those who come later."""
        if self.progress is None or message["kind"] == "said":
            return
        named = ("values",) if message["kind"] == "log" else ("label", "done", "total")
        self.progress = {**self.progress, **{name: message.get(name) for name in named}}
        ended = message.get("done") == message.get("total", 0)
        if time.monotonic() - self.said > PAUSE or ended:
            self.said = time.monotonic()
            self.send(self.progress)

    def failed(self, node: Node, message: str, traceback: str) -> None:
        """Forget a failure that we caused; the node is as stale as before."""
        useless = self.running is not None and self.running.useless
        caused = useless or self.stopping or SAVED_MEANWHILE in message
        if caused and self.session is not None:
            self.session.failure_file(node).unlink(missing_ok=True)


def progress_of(target: str, node: Node) -> Message:
    """A run that has just begun."""
    named = {"type": "progress", "target": target, "node": node.id}
    return {**named, "label": "", "done": None, "total": None, "values": {}}


def warm_task(project: Project, packages: Sequence[str]) -> Task:
    """A task that only imports, so that the first real one need not."""
    return Task(
        root=str(project.root),
        store=str(project.store_dir),
        lower=(),
        node="",
        kind=WARM_UP,
        module="",
        file="",
        key="",
        seed=0,
        params={},
        inputs={},
        code={},
        sources={},
        modules=(),
        packages=tuple(packages),
        profile="",
        commit="",
    )
