"""What a person sees while nodes run: live bars on a terminal, plain lines elsewhere."""

import os
import sys
import time
from types import TracebackType
from typing import Any

from reportgen.engine.plan import Price, duration
from reportgen.registry import Node
from reportgen.store import Record


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
        return None

    def heard(self, node: Node, message: dict[str, Any]) -> None:
        return None

    def finished(self, node: Node, record: Record) -> None:
        return None

    def failed(self, node: Node, message: str, traceback: str) -> None:
        return None


class PlainReporter(Reporter):
    """One line when a node starts, ends or fails, and one every ten seconds in between."""

    def __init__(self) -> None:
        self.said: dict[str, float] = {}
        self.values: dict[str, dict[str, float]] = {}

    def say(self, text: str) -> None:
        say(text)

    def started(self, node: Node, price: Price) -> None:
        self.said[node.name] = time.monotonic()
        last = f" (last time {duration(price.seconds)})" if price.seconds is not None else ""
        self.say(f"  {node.id} …{last}")

    def heard(self, node: Node, message: dict[str, Any]) -> None:
        if message["kind"] == "log":
            self.values[node.name] = message["values"]
        elif time.monotonic() - self.said[node.name] > 10:
            self.said[node.name] = time.monotonic()
            of = f" of {message['total']}" if message["total"] else ""
            values = numbers(self.values.get(node.name, {}))
            self.say(f"  {node.id} {message['label']} {message['done']}{of}{values}")

    def finished(self, node: Node, record: Record) -> None:
        self.say(f"✓ {node.id} {duration(record.seconds)}")

    def failed(self, node: Node, message: str, traceback: str) -> None:
        self.say(failure_text(node, message, traceback))


class LiveReporter(PlainReporter):
    """A rich bar for every running node: share, rate, time left, the last logged numbers."""

    def __init__(self) -> None:
        super().__init__()
        from rich.console import Console
        from rich.progress import BarColumn, Progress, TextColumn, TimeRemainingColumn

        self.console = Console(stderr=True, highlight=False)
        self.progress = Progress(
            TextColumn("  {task.description}"),
            BarColumn(bar_width=24),
            TextColumn("{task.fields[share]}"),
            TimeRemainingColumn(compact=True),
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

    def say(self, text: str) -> None:
        self.console.print(text, markup=False, soft_wrap=True)

    def started(self, node: Node, price: Price) -> None:
        total = price.seconds or None
        self.bars[node.name] = self.progress.add_task(node.id, total=total, share="", values="")

    def heard(self, node: Node, message: dict[str, Any]) -> None:
        bar = self.bars[node.name]
        if message["kind"] == "log":
            self.progress.update(bar, values=numbers(message["values"]).lstrip(" ,"))
        else:
            of = f"/{message['total']}" if message["total"] else ""
            self.progress.update(
                bar,
                completed=message["done"],
                total=message["total"],
                share=f"{message['label']} {message['done']}{of}".strip(),
            )

    def finished(self, node: Node, record: Record) -> None:
        self.progress.remove_task(self.bars.pop(node.name))
        super().finished(node, record)

    def failed(self, node: Node, message: str, traceback: str) -> None:
        self.progress.remove_task(self.bars.pop(node.name))
        super().failed(node, message, traceback)


def say(text: str) -> None:
    """Write a line to stderr. Who reads there may leave, as ``head`` does: the work goes on."""
    try:
        print(text, file=sys.stderr, flush=True)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stderr.fileno())


def reporter() -> Reporter:
    """Live bars where a person watches, plain lines in a pipe or a log."""
    return LiveReporter() if sys.stderr.isatty() else PlainReporter()


def numbers(values: dict[str, float]) -> str:
    return "".join(f", {name} {value:.4g}" for name, value in values.items())


def failure_text(node: Node, message: str, traceback: str) -> str:
    """The message of a failed node; the user's own frames where their code raised."""
    what = f"Figure {node.id}" if node.is_figure else f"Artifact '{node.name}'"
    head = f"✗ {what} failed ({node.place}): {message}"
    return f"{head}\n{indent(traceback)}" if traceback else head


def indent(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.splitlines())
