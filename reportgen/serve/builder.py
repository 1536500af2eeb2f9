"""Runs stale figures, one after the other, in a worker that stays warm."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from reportgen.engine.build import Limits, build_nodes
from reportgen.engine.draw import draw_figure, results_of
from reportgen.engine.execute import WARM_UP, Task
from reportgen.engine.modules import SAVED_MEANWHILE
from reportgen.engine.plan import Price
from reportgen.engine.pool import LocalExecutor, run_task
from reportgen.engine.progress import Reporter
from reportgen.engine.session import Session
from reportgen.errors import ReportgenError
from reportgen.project import Project
from reportgen.registry import Node
from reportgen.serve.hub import Message
from reportgen.serve.policy import too_dear
from reportgen.store import Record

WORTH_KILLING = 3.0  # seconds: a run that is of no use any more and ends sooner may as well end
PAUSE = 0.1  # seconds between two messages about a run

DRAWING = threading.Lock()
"""Held while a figure is drawn: matplotlib is not made for threads."""


@dataclass
class Running:
    """The run in progress: of ``node``, for the sake of ``target`` (both names)."""

    target: str
    node: str
    key: str
    expected: float | None
    started: float = field(default_factory=time.monotonic)
    useless: bool = False

    def ends_soon(self) -> bool:
        """Whether it should end within a moment, by its last run."""
        if self.expected is None:
            return False
        left = self.expected - (time.monotonic() - self.started)
        return -WORTH_KILLING < left < WORTH_KILLING


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
        self.current: str | None = None
        self.running: Running | None = None
        self.session: Session | None = None
        self.said = 0.0
        self.values: dict[str, float] = {}
        self.fault: Exception | None = None
        self.stopping = False
        self.change = threading.Condition()
        self.executor = LocalExecutor(1)
        self.thread = threading.Thread(target=self.work, daemon=True)

    # What the desk says

    def start(self, session: Session) -> None:
        """Begin, unless that has been done: the worker imports what the figures will need."""
        if not self.thread.is_alive():
            packages = {name for node in session.graph for name in session.closure(node).packages}
            task = warm_task(session.project, sorted(packages))
            self.executor.submit(run_task, task, lambda message: None)
            self.thread.start()

    def want(self, names: Sequence[str]) -> None:
        """Replace the list of what is to run by itself. What runs just now is not run again: when
        it has ended, the desk looks at it anew."""
        with self.change:
            self.wanted = [name for name in names if name != self.current]
            self.change.notify()

    def ask(self, name: str, *, force: bool) -> None:
        """Somebody wants this node now, whatever it costs."""
        with self.change:
            self.asked[name] = force
            self.change.notify()

    def drop_useless(self, session: Session) -> None:
        """End a run whose result nobody needs since the code changed, unless it ends soon."""
        running = self.running
        if running is None:
            return
        node = session.graph.find(running.node)
        if node is not None and session.status(node).key == running.key:
            return
        if not running.ends_soon():
            self.kill(running)
        else:
            timer = threading.Timer(WORTH_KILLING, self.kill, [running])
            timer.daemon = True
            timer.start()

    def cancel(self, target: str) -> None:
        """End what runs for the sake of a node, or will."""
        with self.change:
            self.asked.pop(target, None)
            self.wanted = [name for name in self.wanted if name != target]
        running = self.running
        if running is not None and running.target == target:
            self.kill(running)

    def kill(self, running: Running) -> None:
        """End a run if it still goes on, and the worker with it; the next starts a new one."""
        if running is not self.running:
            return
        running.useless = True
        for slot in self.executor.slots:
            if slot.process is not None:
                slot.process.kill()

    def queued(self) -> list[str]:
        with self.change:
            return list(dict.fromkeys([*self.asked, *self.wanted]))

    def stop(self) -> None:
        with self.change:
            self.stopping = True
            self.change.notify()
        self.executor.shutdown(wait=False, cancel_futures=True)

    # The thread

    def work(self) -> None:
        while (job := self.next()) is not None:
            name, asked, force = job
            ran: dict[str, Record] = {}
            try:
                self.fault = None
                ran = self.build(name, asked=asked, force=force)
            except (ReportgenError, OSError):
                pass  # the desk looks at the same project and says what is wrong with it
            except Exception as error:
                self.fault = error
            self.current = self.running = self.session = None
            self.settled(name, ran)

    def next(self) -> tuple[str, bool, bool] | None:
        """Wait for something to run: its name, whether it was asked for, and by force."""
        with self.change:
            self.change.wait_for(lambda: self.stopping or self.asked or self.wanted)
            if self.stopping:
                return None
            asked = bool(self.asked)
            self.current = name = next(iter(self.asked)) if asked else self.wanted.pop(0)
            return name, asked, self.asked.pop(name, False)

    def build(self, name: str, *, asked: bool, force: bool) -> dict[str, Record]:
        session = self.session = self.look()
        node = session.graph.find(name)
        if node is None or (not asked and too_dear(session, node)):
            return {}
        self.running = Running(name, name, session.status(node).key or "", None)
        limits = Limits(force=frozenset({name}) if force else frozenset())
        outcome = build_nodes(session, [node], self, limits, self.executor)
        if node.is_figure and outcome.good:
            with DRAWING:
                draw_figure(session, results_of(session), node)
        return outcome.ran

    # What the run says

    def started(self, node: Node, price: Price) -> None:
        assert self.session is not None
        assert self.running is not None
        key = self.session.status(node).key or ""
        self.running = Running(self.running.target, node.name, key, price.seconds)
        self.values = {}
        self.settled("", {})

    def heard(self, node: Node, message: dict[str, Any]) -> None:
        if message["kind"] == "log":
            self.values = message["values"]
        ended = message.get("done") == message.get("total", 0)
        if self.running is None or (time.monotonic() - self.said < PAUSE and not ended):
            return
        self.said = time.monotonic()
        self.send(
            {
                "type": "progress",
                "target": self.running.target,
                "node": node.id,
                "label": message.get("label", ""),
                "done": message.get("done"),
                "total": message.get("total"),
                "values": self.values,
            }
        )

    def failed(self, node: Node, message: str, traceback: str) -> None:
        """Forget a failure that we caused; the node is as stale as before."""
        caused = SAVED_MEANWHILE in message or (self.running is not None and self.running.useless)
        if caused and self.session is not None:
            self.session.failure_file(node).unlink(missing_ok=True)


def warm_task(project: Project, packages: Sequence[str]) -> Task:
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
