"""Nodes on a Dask cluster: ``--executor dask:ADDRESS``, or ``dask:scheduler.json``.

Every node runs in a process of its own on its worker, as code may have changed since the last
one. Where the store is on a disk that the workers share, nothing else is needed. A worker that
has its own checkout instead says so by the variable REPORTGEN_PROJECT; it takes inputs from the
remote store and leaves results there, from where the build fetches them.
"""

import contextlib
import json
import os
import subprocess
import sys
import threading
import uuid
from collections.abc import Callable, Iterable
from concurrent.futures import Future
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

from reportgen.distribution import extra
from reportgen.engine.execute import execute
from reportgen.engine.failure import failure
from reportgen.engine.pool import Listen, Workers, share_of_cores
from reportgen.engine.task import Send, Task, read_task
from reportgen.errors import ReportgenError, WrongUse
from reportgen.freshness import Sources, still_holds
from reportgen.project import Project, find_project
from reportgen.store import Record, Store, open_store
from reportgen.store.layers import Layer
from reportgen.store.records import from_json
from reportgen.store.remote import Remote, open_remote, pull_record, push_records

CHECKOUT = "REPORTGEN_PROJECT"
"""The variable by which a worker without the shared disk names its own checkout."""

_processes: dict[str, subprocess.Popen[str]] = {}  # by build and node, on a worker


def open_dask(name: str, project: Project) -> "DaskExecutor":
    """The cluster of ``dask:ADDRESS``. Raises ReportgenError where there is none."""
    kind, _, address = name.partition(":")
    if kind != "dask" or not address:
        raise WrongUse(
            f"There is no executor '{name}'.",
            hint="Write --executor dask:tcp://HOST:8786, or dask:scheduler.json.",
        )
    try:
        from distributed import Client
    except ModuleNotFoundError:
        raise ReportgenError(
            "A Dask cluster needs Dask, which is not installed.",
            hint=extra("dask"),
        ) from None
    try:
        if address.endswith(".json"):  # read here, as Client waits for ever for one to appear
            address = json.loads(Path(address).read_text())["address"]
        client = Client(address, timeout="10s", set_as_default=False)
    except (OSError, ValueError, KeyError) as error:
        raise ReportgenError(f"No Dask scheduler answers at '{address}': {error}.") from None
    return DaskExecutor(client, project)


class DaskExecutor(Workers):
    """Submits tasks to a cluster, hears what they report, and brings their results here."""

    def __init__(self, client: Any, project: Project) -> None:
        self.client, self.project = client, project
        self.build = uuid.uuid4().hex
        self.listeners: dict[str, Listen] = {}
        self.jobs = sum(client.nthreads().values())
        if not self.jobs:
            raise ReportgenError("The Dask cluster has no workers.")
        self.remote = open_remote(project) if any(client.run(has_checkout).values()) else None
        client.subscribe_topic(self.build, self.heard)

    def submit(self, fn: Callable[..., Any], /, *args: Any, **kwargs: Any) -> Future[Any]:
        """Send a task to the cluster, as a future of its outcome."""
        task, listen = args
        self.listeners[task.node] = listen
        if self.remote:
            push_inputs(self.remote, open_store(self.project), task)
        done: Future[Any] = Future()
        sent = self.client.submit(run_on_worker, task.to_json(), self.build, pure=False)
        sent.add_done_callback(lambda sent: done.set_result(self.outcome(task, sent)))
        return done

    def heard(self, event: tuple[float, dict[str, Any]]) -> None:
        """Pass on what a worker reports."""
        message = dict(event[1])
        if listen := self.listeners.get(message.pop("node")):
            listen(message)

    def outcome(self, task: Task, sent: Any) -> dict[str, Any]:
        """What became of a task; a lost worker or a cancelled task is a failure."""
        self.listeners.pop(task.node, None)
        try:
            outcome: dict[str, Any] = sent.result()
            far = outcome.pop("remote", False)
            record = from_json(dict(outcome.get("record") or {}))
            if record is not None:
                check_observed(self.project, record)
            if record is not None and far and self.remote:
                pull_record(self.remote, Layer("local", self.project.store_dir), record)
        except ReportgenError as error:
            return failure(task, str(error), "")
        except BaseException as error:  # whatever it is: nobody would ever set the future else
            return failure(task, f"The cluster lost it: {error!r}.", "")
        if failed := outcome.get("error"):
            return failure(task, failed["text"], failed["traceback"], failed["lost"])
        return outcome

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """Leave the cluster as it was; with ``cancel_futures`` stop what this build runs there."""
        if cancel_futures:
            with contextlib.suppress(Exception):  # a cluster that is gone runs nothing
                self.client.run(stop, self.build)
        self.client.close()


def check_observed(project: Project, record: Record) -> None:
    """Raise ReportgenError where a run on a worker read what is not the same here."""
    sources = Sources(project.root, project.store_dir / "parse")
    if other := still_holds(record.observed, project.root, sources):
        raise ReportgenError(
            f"'{record.node}' read something else on the worker than there is here: {other}.",
            hint="Bring the files and variables of both to the same state, and build again.",
        )


# What follows runs on the cluster's workers ----------------------------------------------------


def has_checkout() -> bool:
    """Whether this process works in a checkout of its own."""
    return CHECKOUT in os.environ


def run_on_worker(text: str, build: str) -> dict[str, Any]:
    """Run one task in a process of its own; messages go to the build's topic."""
    from distributed import get_worker

    worker = get_worker()
    task = replace(read_task(text), threads=share_of_cores(worker.state.nthreads))

    def send(message: dict[str, Any]) -> None:
        worker.log_event(build, {"node": task.node, **message})

    return run_in_checkout(task, build, send) if has_checkout() else run(task, build, send)


def run_in_checkout(task: Task, build: str, send: Send) -> dict[str, Any]:
    """Run a task in the worker's own checkout: inputs come from the remote, results go there."""
    project = find_project(Path(os.environ[CHECKOUT]))
    store = open_store(project)
    task = replace(
        task,
        root=str(project.root),
        store=str(project.store_dir),
        lower=(str(project.bundle_dir),),
    )
    try:
        check_sources(task)
        remote = open_remote(project)
        pull_inputs(remote, store, task)
        outcome = run(task, build, send)
        record = from_json(dict(outcome.get("record") or {}))
        if record is not None:
            push_whole(remote, store, record)
            outcome["remote"] = True
        return outcome
    except ReportgenError as error:
        return failure(task, str(error), "")


def check_sources(task: Task) -> None:
    """Raise ReportgenError where the worker's checkout is of other code."""
    for file, digest in task.sources.items():
        path = Path(task.root, file)
        if not path.is_file() or sha256(path.read_bytes()).hexdigest() != digest:
            raise ReportgenError(
                f"'{file}' in the worker's checkout '{task.root}' is not what it is here.",
                hint="Bring both to the same state; results of other code are never taken.",
            )


def push_inputs(remote: Remote, store: Store, task: Task) -> None:
    """Have the remote hold the inputs of a task."""
    for name, output in task.inputs.items():
        push_whole(remote, store, record_with(store.records_of(name), name, output))


def pull_inputs(remote: Remote, store: Store, task: Task) -> None:
    """Fetch the inputs of a task that are not here."""
    for name, output in task.inputs.items():
        record = record_with(remote.records_of(name), name, output)
        if not store.has(record):
            pull_record(remote, store.layers[0], record)


def record_with(records: Iterable[Record], node: str, output: str) -> Record:
    """The record of a node that has an output. Raises ReportgenError if none has."""
    for record in records:
        if record.output == output:
            return record
    raise ReportgenError(f"No record of '{node}' has the output {output[:12]}.")


def push_whole(remote: Remote, store: Store, record: Record) -> None:
    """Push a record with all its objects. Raises ReportgenError where one cannot be."""
    if faults := push_records(remote, store, [record]).faults:
        raise ReportgenError(faults[0])


def run(task: Task, build: str, send: Send) -> dict[str, Any]:
    """Run a task in a new process, which talks in lines of JSON."""
    command = [sys.executable, "-m", "reportgen.engine.dask"]
    process = subprocess.Popen(
        command, cwd=task.root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    _processes[f"{build} {task.node}"] = process
    try:
        return conversation(process, task, send)
    finally:
        del _processes[f"{build} {task.node}"]


def conversation(process: "subprocess.Popen[str]", task: Task, send: Send) -> dict[str, Any]:
    """Hand a task to a process, pass on its reports and return its outcome."""
    assert process.stdin is not None
    assert process.stdout is not None
    with contextlib.suppress(BrokenPipeError):
        process.stdin.write(task.to_json() + "\n")
        process.stdin.flush()
    for line in process.stdout:
        message = json.loads(line)
        if "outcome" in message:
            process.stdin.close()
            process.wait()
            return dict(message["outcome"])
        send(message)
    return failure(task, f"The worker's process ended with exit code {process.wait()}.", "")


def stop(build: str) -> None:
    """Kill the processes of a build on this worker."""
    for name, process in list(_processes.items()):
        if name.startswith(build):
            process.kill()


def main() -> None:
    """Run the task on standard input, and stop as soon as nobody waits for it any more."""
    task = read_task(sys.stdin.readline())
    talk = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)  # what a producer prints is no message
    threading.Thread(target=leave_with_parent, daemon=True).start()

    def send(message: dict[str, Any]) -> None:
        talk.write(json.dumps(message) + "\n")

    send({"outcome": execute(task, send)})


def leave_with_parent() -> None:
    """End this process when the one that started it ends."""
    os.read(0, 1)  # returns when the other end is closed; not by sys.stdin, which would lock it
    os._exit(1)


if __name__ == "__main__":
    main()
