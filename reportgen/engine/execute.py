"""Run one node, from its inputs in the store to its record in the store. Happens in a worker."""

import contextlib
import importlib
import inspect
import os
import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

from reportgen.engine.failure import (
    OUT_OF_MEMORY,
    described,
    failure,
    is_out_of_memory,
    missing_package,
    users_traceback,
)
from reportgen.engine.generators import seed_everything
from reportgen.engine.logs import logged
from reportgen.engine.places import checkpoint_folder, failure_file, interrupted_file, kept_file
from reportgen.engine.resources import (
    device_name,
    limit_threads,
    peak_device_memory,
    peak_memory,
    reset_peak_memory,
)
from reportgen.engine.run import Run
from reportgen.engine.task import Send, Task
from reportgen.errors import Place, ReportgenError
from reportgen.freshness import Sources, environment, still_holds
from reportgen.freshness.keys import node_key
from reportgen.freshness.states import environment_change
from reportgen.observe import Observer
from reportgen.observe.settle import as_they_ran
from reportgen.registry.decorators import REGISTERED
from reportgen.registry.imports import loaded, prepare
from reportgen.store import CorruptObject, MissingObject, Record, Store
from reportgen.store.layers import Layer
from reportgen.store.values import save_file
from reportgen.store.ways import check_annotation

SAVED_MEANWHILE = "was saved after this build began"
OURS = ("filelock", "reportgen.media", "safetensors.numpy")
"""What every figure is made, kept and locked with."""
HEAVY = {"PIL", "numpy", "pandas", "scipy", "sklearn", "torch", "torchvision"}
"""Packages that take long to import and may be forked then: they start no thread and no device.
Others might, and are imported by each node that needs them."""


def execute(task: Task, send: Send) -> dict[str, Any]:
    """Run the task and return its outcome: ``{"record": …}`` or ``{"error": …}``."""
    store = store_of(task)
    try:
        with store.lock(task.node):
            record = None if task.force else recorded(task, store)
            if record is None:
                record = run_node(task, store, send)
        return {"record": record.to_json()}
    except (CorruptObject, MissingObject) as error:
        return failure(task, str(error), "", lost=error.digest)
    except ReportgenError as error:
        return failure(task, str(error), "")
    except ModuleNotFoundError as error:
        if missing := missing_package(error, task):
            return failure(task, str(missing), "")
        return failure(task, described(error), users_traceback(error, task))
    except BaseException as error:  # such as SystemExit: it is the producer's, and ends only it
        if is_out_of_memory(error):
            return failure(task, OUT_OF_MEMORY, users_traceback(error, task))
        return failure(task, described(error), users_traceback(error, task))


def store_of(task: Task) -> Store:
    """The store that a task reads from and writes to."""
    return Store(Path(task.store), *(Layer(folder, Path(folder)) for folder in task.lower))


def left_behind(task: Task) -> dict[str, Any]:
    """The outcome of a task whose worker has recorded the result and could not say so any more;
    an empty one where it has not."""
    record = None if task.force else recorded(task, store_of(task))
    return {"record": record.to_json()} if record else {}


def warm_up(task: Task) -> None:
    """Import the heavy packages of a task, and what figures are made of, into a process from
    which others are forked."""
    with Observer(Path(task.root), exclude=[Path(task.store)]):  # for settings that they read
        for package in (*OURS, *sorted(HEAVY.intersection(task.packages))):
            with contextlib.suppress(Exception):  # a node that needs it will say what is wrong
                importlib.import_module(package)


def recorded(task: Task, store: Store) -> Record | None:
    """The record that another build left while this one waited for the lock."""
    found = [r for r in store.records[0].of(task.node) if r.key == task.key and store.has(r)]
    if not found:
        return None
    sources = Sources(Path(task.root), store.folder / "parse")
    for record in found:
        now = environment((*task.packages, *record.environment))
        holds = not still_holds(record.observed, Path(task.root), sources)
        if holds and not environment_change(record.environment, now):
            return record
    return None


def run_node(task: Task, store: Store, send: Send) -> Record:
    """Run a producer under observation and record what it returns."""
    root = Path(task.root)
    prepare(task.root, [task.module])
    checkpoints = checkpoint_folder(store.folder, task.node, task.key)
    with (
        emptied(store.folder / "scratch" / task.node) as scratch,
        logged(store.folder / task.log) as output,
    ):
        observer = Observer(
            root,
            modules=task.modules,
            exclude=[Path(task.store), scratch],
            code=task.code,
            packages=task.packages,
        )
        run = Run(
            task.node,
            seed=task.seed,
            root=root,
            scratch=scratch,
            checkpoints=checkpoints,
            device=task.device,
            declare=observer.declare,
            memory=observer,
            report=reporter(send, output),
        )
        reset = reset_peak_memory()
        limit_threads(task.threads)
        with keeping(task, store) as computed:
            with observer:
                task = produce(task, store, run, observer, computed)
            record = recording(task, store, run, observer, computed[0])
            record = replace(record, peak_memory=peak_memory() if reset else 0)
            store.put(record)
    shutil.rmtree(checkpoints, ignore_errors=True)
    for place in (failure_file, interrupted_file, kept_file):
        place(store.folder, task.node).unlink(missing_ok=True)
    return record


def produce(task: Task, store: Store, run: Run, observer: Observer, computed: list[Any]) -> Task:
    """Call the producer, add what it returns to ``computed``, and return the task as it was run."""
    producer = find_producer(task, observer)
    observer.ready()
    seed_everything(task.seed)
    given = list(arguments(producer, task, store, run))
    with alone():
        computed.append(producer(*given, **task.params))
    return as_loaded(task, observer)


def recording(task: Task, store: Store, run: Run, observer: Observer, value: Any) -> Record:
    """Store what a run returned, and sum the run up."""
    seconds = run.seconds
    digest, objects = store.save(checked_output(task, value), task.node)
    return Record(
        **task.recipe,
        output=digest,
        objects=tuple(objects),
        observed=observer.observed,
        environment=environment((*task.packages, *observer.packages)),
        device=device_name(run),
        seconds=round(seconds, 3),
        finished=datetime.now(UTC).isoformat(timespec="milliseconds"),
        peak_device_memory=peak_device_memory(),
    )


@contextlib.contextmanager
def keeping(task: Task, store: Store) -> Iterator[list[Any]]:
    """A list for what is computed, which is kept, as far as it can be written, where it cannot be
    recorded."""
    computed: list[Any] = []
    try:
        yield computed
    except Exception as error:
        if not computed:
            raise
        try:
            save_file(kept_file(store.folder, task.node), computed[0], task.node, lenient=True)
        except (ReportgenError, OSError):
            raise error from None
        if not isinstance(error, ReportgenError):
            error = ReportgenError(f"It cannot be recorded: {described(error)}.")
        kept = f'What was computed is kept: reportgen.load("{task.node}", kept=True).'
        hint = " ".join(filter(None, [error.hint, kept]))
        raise ReportgenError(error.message, place=error.place, hint=hint) from None


@contextlib.contextmanager
def emptied(folder: Path) -> Iterator[Path]:
    """A folder with nothing in it, not even what a killed run of the same node had left."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    yield folder
    shutil.rmtree(folder, ignore_errors=True)


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """Let one process come back from a producer, whatever it forked and did not end."""
    process = os.getpid()
    try:
        yield
    finally:
        if os.getpid() != process:
            os._exit(0)


def find_producer(task: Task, observer: Observer) -> Callable[..., Any]:
    """The function of a node, as its file says now. Raises ReportgenError where that is another
    than the build has looked at."""
    try:
        importlib.import_module(task.module)
        same = as_loaded(task, observer).key == task.key
        file = "" if same else saved_meanwhile(task, observer)[0]
    except Exception as error:  # also of a file that was half saved just then
        file = next(iter(saved_meanwhile(task, observer)), "") or torn(error, task, observer)
        if not file:
            raise
    if file:
        raise ReportgenError(
            f"'{file}' {SAVED_MEANWHILE}.",
            place=Place(file),
            hint="Build again: the next run takes it as it is now.",
        )
    producer = REGISTERED[task.node][1]
    check_annotation(producer, task.node)
    return producer


def as_loaded(task: Task, observer: Observer) -> Task:
    """The task with the code that was really imported, and the key of that. A file may have been
    saved between the look at the project and its import, which can be hours later."""
    if not saved_meanwhile(task, observer):
        return task
    node = REGISTERED[task.node][0]
    now = as_they_ran(observer.place, Path(task.store, "parse")).closure(task.file, node.definition)
    observer.know(now)
    key = node_key(
        now.digest,
        task.params,
        task.inputs,
        seed=task.seed,
        version=node.version,
        ignore=node.ignore,
    )
    return replace(task, key=key, code=dict(now.definitions), sources=dict(now.sources))


def saved_meanwhile(task: Task, observer: Observer) -> list[str]:
    """The files of the task's code that were imported with another text than it knows."""
    texts = ((observer.place.name(file), text) for file, (text, _) in loaded.items())
    digests = [(name, sha256(text).hexdigest()) for name, text in texts if name]
    return [name for name, digest in digests if task.sources.get(name, digest) != digest]


def torn(error: Exception, task: Task, observer: Observer) -> str:
    """The file of the task's code that is no Python any more, which it was for the build; or ''."""
    file = error.filename if isinstance(error, SyntaxError) else None
    name = observer.place.name(file) if file else None
    return name if name and name in task.sources else ""


def arguments(producer: Callable[..., Any], task: Task, store: Store, run: Run) -> Iterator[Any]:
    """The positional arguments in the order of the signature."""
    for parameter in inspect.signature(producer).parameters.values():
        if parameter.kind is not parameter.KEYWORD_ONLY:
            name = parameter.name
            yield run if name == "run" else store.load(task.inputs[name])


def checked_output(task: Task, value: Any) -> Any:
    """What a run returned, as its kind of node may return it. Raises ReportgenError if not."""
    if task.kind == "figure":
        from reportgen.media import as_media

        return as_media(value, f"Figure function '{task.node}'")
    if task.kind == "artifact" and value is None:
        raise ReportgenError(
            f"Artifact '{task.node}' returned None.", hint="Return the value that it computes."
        )
    return value


def reporter(send: Send, output: Any) -> Callable[..., None]:
    """A function that writes what a run reports to its log and sends it on."""

    def report(kind: str, **values: Any) -> None:
        if kind == "log":
            print(" ".join(f"{k}={v:.6g}" for k, v in values["values"].items()), file=output)
        if kind == "said":
            print(values["text"], file=output)
        send({"kind": kind, **values})

    return report
