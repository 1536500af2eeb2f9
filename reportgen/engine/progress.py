"""What a person sees while nodes run: live bars on a terminal, plain lines elsewhere."""

import sys
import time
from dataclasses import dataclass
from types import TracebackType
from typing import Any

from reportgen.engine.plan import Price, duration
from reportgen.engine.run import at_step
from reportgen.messages import NORMAL, QUIET, VERBOSE, is_heard, say
from reportgen.registry import Node
from reportgen.store import Record

PAUSE = 10.0
"""Seconds between two lines about one node in a pipe or a log."""


class Reporter:
    """Says nothing. The base of those that do; every method may be called from any thread."""

    def __enter__(self) -> "Reporter":
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        return None

    def started(self, node: Node, price: Price) -> None:
        """A node begins; ``price`` is what it may cost."""

    def heard(self, node: Node, message: dict[str, Any]) -> None:
        """A running node reports."""

    def finished(self, node: Node, record: Record) -> None:
        """A node has its record."""

    def failed(self, node: Node, message: str, traceback: str) -> None:
        """A node failed."""

    def interrupted(self, node: Node) -> str:
        """Say that a node was stopped; return where it was, '' if it never told."""
        return ""


@dataclass
class Pace:
    """How fast a loop goes since it was first heard of; what a resumed run has behind it is not
    counted. Another label, or fewer items than before, is another loop."""

    label: str = ""
    since: float = 0.0
    first: int = 0
    done: int = -1
    at: str = ""

    def text(self, message: dict[str, Any]) -> str:
        """``step 300 of 9000, 12/s, 12 min left``, as far as that is known."""
        label, done, total = message["label"], message["done"], message["total"]
        now = time.monotonic()
        if label != self.label or self.done < 0 or done < self.done:
            self.label, self.since, self.first = label, now, done
        self.done, self.at = done, at_step(label, done, total)
        text = f"{label} {done}{f' of {total}' if total else ''}".strip()
        if done == self.first or now == self.since:
            return text
        each = (now - self.since) / (done - self.first)
        rate = f"{1 / each:.3g}/s" if each < 1 else f"{each:.3g} s each"
        left = f", {duration(each * (total - done))} left" if total and total > done else ""
        return f"{text}, {rate}{left}"


class PlainReporter(Reporter):
    """One line when a node starts, ends or fails, and one every ten seconds in between."""

    def __init__(self) -> None:
        self.said: dict[str, float] = {}
        self.values: dict[str, dict[str, float]] = {}
        self.paces: dict[str, Pace] = {}

    def say(self, text: str, volume: int = NORMAL) -> None:
        """Print a line."""
        say(text, volume)

    def started(self, node: Node, price: Price) -> None:
        """Print that a node begins."""
        self.said[node.name] = time.monotonic()
        self.paces[node.name] = Pace()
        last = last_time(price)
        self.say(f"  {node.id} …{f' ({last})' if last else ''}")

    def heard(self, node: Node, message: dict[str, Any]) -> None:
        """Print a report, steps only now and then."""
        if message["kind"] == "log":
            self.values[node.name] = message["values"]
            self.say(f"  {node.id}{numbers(message['values'])}", VERBOSE)
            return
        if message["kind"] == "said":
            self.say(f"  {node.id}: {message['text']}")
            return
        text = self.paces[node.name].text(message)
        if time.monotonic() - self.said[node.name] > PAUSE:
            self.said[node.name] = time.monotonic()
            self.say(f"  {node.id} {text}{numbers(self.values.get(node.name, {}))}")

    def finished(self, node: Node, record: Record) -> None:
        """Print how long a node took."""
        self.say(f"✓ {node.id} {duration(record.seconds)}")

    def failed(self, node: Node, message: str, traceback: str) -> None:
        """Print why a node failed."""
        self.say(failure_text(node, message, traceback), QUIET)

    def interrupted(self, node: Node) -> str:
        """Print where a node was when it was stopped, and return that."""
        at = self.paces[node.name].at
        self.say(f"✗ {node.id} interrupted{f' at {at}' if at else ''}")
        return at


class LiveReporter(PlainReporter):
    """A rich bar for every running node: share, rate, time left, the last logged numbers. Until a
    run tells of progress, its bar only shows that it is alive."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn

        self.console = Console(stderr=True, highlight=False)
        self.progress = Progress(
            TextColumn("  {task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[share]}"),
            TextColumn("{task.fields[values]}", style="dim"),
            console=self.console,
            transient=True,
        )
        self.bars: dict[str, Any] = {}

    def __enter__(self) -> "Reporter":
        self.progress.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.progress.stop()

    def say(self, text: str, volume: int = NORMAL) -> None:
        """Print a line above the bars."""
        if is_heard(volume):
            self.console.print(text, markup=False, soft_wrap=True)

    def started(self, node: Node, price: Price) -> None:
        """Add a bar."""
        self.paces[node.name] = Pace()
        self.bars[node.name] = self.progress.add_task(
            node.id, total=None, share=last_time(price), values=""
        )

    def heard(self, node: Node, message: dict[str, Any]) -> None:
        """Move a bar, or print above it."""
        bar = self.bars[node.name]
        if message["kind"] == "log":
            self.progress.update(bar, values=numbers(message["values"]).lstrip(" ,"))
        if message["kind"] in ("log", "said"):
            super().heard(node, message)
        else:
            self.progress.update(
                bar,
                completed=message["done"],
                total=message["total"],
                share=self.paces[node.name].text(message),
            )

    def finished(self, node: Node, record: Record) -> None:
        """Take the bar away and print how long the node took."""
        self.progress.remove_task(self.bars.pop(node.name))
        super().finished(node, record)

    def failed(self, node: Node, message: str, traceback: str) -> None:
        """Take the bar away and print why."""
        self.progress.remove_task(self.bars.pop(node.name))
        super().failed(node, message, traceback)


def reporter() -> Reporter:
    """Live bars where a person watches, plain lines in a pipe or a log."""
    return LiveReporter() if sys.stderr.isatty() and is_heard(NORMAL) else PlainReporter()


def last_time(price: Price) -> str:
    """``last time 3 min``; empty for what was never timed."""
    return "" if price.seconds is None else f"last time {duration(price.seconds)}"


def numbers(values: dict[str, float]) -> str:
    """``, loss 0.31, accuracy 0.98``."""
    return "".join(f", {name} {value:.4g}" for name, value in values.items())


def failure_text(node: Node, message: str, traceback: str) -> str:
    """The message of a failed node; the user's own frames where their code raised."""
    what = f"Figure {node.id}" if node.is_figure else f"Artifact '{node.name}'"
    head = f"✗ {what} failed ({node.place}): {message}"
    return f"{head}\n{indent(traceback)}" if traceback else head


def indent(text: str) -> str:
    """Text four columns to the right."""
    return "\n".join(f"    {line}" for line in text.splitlines())
