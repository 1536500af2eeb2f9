"""Workers: spawned processes that fork one for every node, which may die alone.

``LocalExecutor`` is a ``concurrent.futures.Executor`` of one method that matters:
``submit(run_task, task, listen)``. A standard process pool breaks as a whole when one process is
killed; here that fails one node, and the slot starts a new process for the next.
"""

import contextlib
import json
import os
import queue
import select
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from concurrent.futures import Executor, Future
from dataclasses import replace
from multiprocessing import current_process, get_context
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import Any, NoReturn

from reportgen.engine.execute import execute, left_behind, warm_up
from reportgen.engine.failure import failure
from reportgen.engine.run import thread_count
from reportgen.engine.task import WARM_UP, Task, read_task
from reportgen.observe.variables import overrule

Listen = Callable[[dict[str, Any]], None]

FORKS = hasattr(os, "fork") and sys.platform != "darwin"
"""Whether a process may go on in a fork. Apple's libraries do not allow it; there, and on Windows,
a worker serves one node and ends."""


def run_task(task: Task, listen: Listen) -> dict[str, Any]:
    """Run a task in this very process; what executors are asked to run."""
    return execute(task, listen)


class Workers(Executor):
    """An executor of tasks that runs ``jobs`` of them at once."""

    jobs: int


class LocalExecutor(Workers):
    """``slots`` worker processes on this machine, each with its share of the cores.

    ``devices`` gives each slot the value of its CUDA_VISIBLE_DEVICES, if it should have one.
    """

    def __init__(self, slots: int = 1, devices: tuple[str, ...] = ()) -> None:
        self.tasks: queue.SimpleQueue[tuple[Future[Any], Task, Listen] | None] = queue.SimpleQueue()
        self.jobs = len(devices) or slots
        threads = share_of_cores(self.jobs)
        self.slots = [Slot(self.tasks, d, threads) for d in devices or ("",) * slots]

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Queue a task for the next free worker, as a future of its outcome."""
        future: Future[Any] = Future()
        task, listen = args
        self.tasks.put((future, task, listen))
        return future

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """End the workers; with ``cancel_futures`` at once, whatever they are doing."""
        if cancel_futures:
            for slot in self.slots:
                slot.kill()
        for _ in self.slots:
            self.tasks.put(None)
        if wait:
            for slot in self.slots:
                slot.thread.join()


def local_executor(jobs: int, device: str = "") -> LocalExecutor:
    """Workers on this machine; more than one of them share its GPUs as one slot each."""
    several = gpus() if jobs > 1 and device in ("", "cuda") else ()
    return LocalExecutor(jobs, several[:jobs])


def gpus() -> tuple[str, ...]:
    """What CUDA_VISIBLE_DEVICES calls each GPU of this machine; found without importing torch."""
    visible = os.environ.get("CUDA_VISIBLE_DEVICES")
    if visible is not None:
        return tuple(name for name in visible.split(",") if name not in ("", "-1"))
    try:
        done = subprocess.run(["nvidia-smi", "--list-gpus"], capture_output=True, check=False)
    except OSError:
        return ()
    count = sum(line.startswith(b"GPU ") for line in done.stdout.splitlines())
    return tuple(str(i) for i in range(count))


def share_of_cores(slots: int) -> int:
    """Threads for each of several workers; 0, their libraries' own choice, for a single one."""
    if slots == 1 or "OMP_NUM_THREADS" in os.environ:
        return 0
    return max(1, thread_count() // slots)


class Slot:
    """One place for a worker, served by a thread that waits for it."""

    def __init__(self, tasks: queue.SimpleQueue[Any], device: str, threads: int) -> None:
        self.tasks, self.device, self.threads = tasks, device, threads
        self.process: BaseProcess | None = None
        self.stopped = False
        self.thread = threading.Thread(target=self.serve, daemon=True)
        self.thread.start()

    def serve(self) -> None:
        """Run the tasks of the queue, one after the other, until there are no more."""
        while (item := self.tasks.get()) is not None and not self.stopped:
            future, task, listen = item
            if not future.set_running_or_notify_cancel():
                continue
            try:
                future.set_result(self.run(task, listen))
            except BaseException as error:  # of a listener; nobody would ever set the future else
                future.set_exception(error)
        self.end()

    def run(self, task: Task, listen: Listen) -> dict[str, Any]:
        """Have the worker run a task; a worker that dies leaves a failure."""
        if self.process is None or not self.process.is_alive():
            self.start()
        with contextlib.suppress(OSError):  # a worker that is dead already has no answer either
            self.connection.send_bytes(replace(task, threads=self.threads).to_json().encode())
        outcome: dict[str, Any] = {"record": None} if task.kind == WARM_UP else {}
        while (message := self.answer()) and "ended" not in message:
            if "outcome" in message:
                outcome = dict(message["outcome"])
            else:
                listen(message)
        code = message["ended"] if message else self.retire()
        return outcome or left_behind(task) or failure(task, obituary(code), "")

    def answer(self) -> dict[str, Any] | None:
        """The worker's next message, None from one that has died."""
        try:
            message: dict[str, Any] = json.loads(self.connection.recv_bytes())
        except (EOFError, OSError):
            return None
        return message

    def start(self) -> None:
        """Start a worker process."""
        context = get_context("spawn")
        self.connection, theirs = context.Pipe()
        self.process = context.Process(
            target=work, args=(theirs, self.device), daemon=True, name="reportgen-worker"
        )
        self.process.start()
        theirs.close()

    def retire(self) -> int:
        """Let a worker go that answers no more, and return its exit code; another will start."""
        process, self.process = self.process, None
        self.connection.close()
        if process is None:
            return 0
        process.join()
        return process.exitcode or 0

    def kill(self) -> None:
        """End the worker at once, and take no more tasks."""
        self.stopped = True
        if self.process is not None and self.process.is_alive():
            self.process.kill()

    def end(self) -> None:
        """Let the worker end by itself; kill it if it does not."""
        if self.process is not None:
            self.connection.close()
            self.process.join(timeout=5)
            if self.process.is_alive():
                self.process.kill()


def obituary(code: int) -> str:
    """What became of a process that left no outcome."""
    if code >= 0:
        return f"The worker ended with exit code {code}."
    name = signal.Signals(-code).name
    return f"The worker was killed by {name}{' (out of memory?)' if name == 'SIGKILL' else ''}."


def work(connection: Connection, device: str) -> None:
    """The life of a worker: take a task, have it run, say how that ended, until the parent is gone.

    Nothing of a project runs in the worker itself. It imports packages, and each node runs in a
    fork of it: a new process, whatever earlier nodes have done, that need not import them again.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if device:
        overrule("CUDA_VISIBLE_DEVICES", device)
    with contextlib.suppress(EOFError, OSError):  # the parent is gone
        while FORKS:
            task = read_task(connection.recv_bytes())
            warm_up(task)
            code = 0 if task.kind == WARM_UP else run_in_fork(task, connection)
            connection.send_bytes(json.dumps({"ended": code}).encode())
        run_here(read_task(connection.recv_bytes()), connection, connection.fileno())


def run_in_fork(task: Task, connection: Connection) -> int:
    """Run a task in a child and wait for it; returns its exit code, or minus the signal that
    killed it. What it has started and left behind ends with it."""
    if sys.platform == "win32":
        raise OSError("Windows has no fork.")
    life, held = os.pipe()
    child = os.fork()
    if child == 0:
        os.close(held)
        run_here(task, connection, life)
    os.close(life)
    _, status = os.waitpid(child, 0)
    os.close(held)
    with contextlib.suppress(OSError):  # it has left nobody
        os.killpg(child, signal.SIGTERM)
    return os.waitstatus_to_exitcode(status)


def run_here(task: Task, connection: Connection, life: int) -> NoReturn:
    """Run a task, send its outcome, and end this process."""

    def send(message: dict[str, Any]) -> None:
        connection.send_bytes(json.dumps(message).encode())

    try:
        if sys.platform != "win32" and FORKS:
            os.setpgid(0, 0)
            threading.Thread(target=end_with, args=(connection.fileno(), life), daemon=True).start()
        # A daemon may not have children, as every training with a data loader has.
        current_process()._config["daemon"] = False  # type: ignore[attr-defined]
        send({"outcome": run_task(task, send)})
    finally:
        os._exit(0)


def end_with(*ends: int) -> None:
    """When the build or the worker is gone, so is the reason to go on: for this process, and for
    all that it has started."""
    if sys.platform == "win32":
        raise OSError("Windows has no fork.")
    poll = select.poll()
    for end in ends:
        poll.register(end, 0)  # only for a hangup: what is sent is not for us
    poll.poll()
    os.killpg(0, signal.SIGTERM)
    os._exit(1)
