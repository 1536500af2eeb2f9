"""One look at a project: its nodes, their parameters, and the state of each."""

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from reportgen.engine.nodes import discover
from reportgen.engine.params import resolve_params
from reportgen.engine.places import checkpoint_folder, failure_file, interrupted_file
from reportgen.engine.renamed import take_over, with_names
from reportgen.engine.run import derive_seed
from reportgen.errors import Place, ReportgenError
from reportgen.files import own_folder, read_json, write_json
from reportgen.freshness import Closure, Sources, closure, environment, still_holds
from reportgen.freshness.closure import shared
from reportgen.freshness.keys import node_key
from reportgen.freshness.states import (
    ENV_STALE,
    FAILED,
    FRESH,
    MISSING,
    STALE,
    Status,
    environment_change,
    why_stale,
)
from reportgen.project import Params, Project
from reportgen.registry import Graph, Node
from reportgen.registry.cells import write_modules
from reportgen.store import Record, Store, open_store
from reportgen.store.objects import drop
from reportgen.store.values import read_notes


@dataclass(frozen=True)
class Options:
    """What a person asked of this look: profile, ``--set``, ``--seed``, ``--device``, ``--env``."""

    profile: str = ""
    sets: tuple[str, ...] = ()
    seed: int | None = None
    device: str = ""
    env: str = "warn"


class Session:
    """The state of every node, found when asked for and remembered until it changes."""

    def __init__(self, project: Project, options: Options | None = None) -> None:
        forbid_inside_a_run()
        self.project = project
        self.options = options or Options()
        write_modules(project)
        self.sources = Sources(project.root, project.store_dir / "parse")
        self.graph: Graph = discover(project, self.sources)
        self.store: Store = open_store(project)
        take_over(self.store, self.graph)
        self.profile = self.options.profile or project.profile
        self.params: dict[str, Params] = resolve_params(
            project, self.graph, profile=self.profile, sets=self.options.sets
        )
        self.ran: dict[str, Record] = {}
        self.damaged: list[str] = []
        self._sound: set[str] = set()
        self._statuses: dict[str, Status] = {}
        self._broken: dict[str, str | None] = {}
        self._records: dict[str, list[Record]] = {}
        self._closures: dict[str, Closure] = {}

    def closure(self, node: Node) -> Closure:
        """The code that this node's producer can reach."""
        if node.name not in self._closures:
            self._closures[node.name] = closure(self.sources, node.file, node.definition)
        return self._closures[node.name]

    def remember(self) -> None:
        """Keep what this look found out about the code, for the next one."""
        shared(self.sources).save()

    def seed(self, node: Node) -> int:
        """The node's own seed, of the project's seed and the name that it was born with."""
        project_seed = self.project.seed if self.options.seed is None else self.options.seed
        return derive_seed(project_seed, node.first_name)

    def records_of(self, node: Node) -> list[Record]:
        """All records of a node, as they were when it was first looked at, but with the present
        names of its inputs."""
        if node.name not in self._records:
            found = self.store.records_of(node.name)
            if now := {old: name for name in node.inputs for old in self.graph.nodes[name].was}:
                found = [replace(r, inputs=with_names(r.inputs, now)) for r in found]
            self._records[node.name] = found
        return self._records[node.name]

    def status(self, node: Node) -> Status:
        """Whether the node is fresh, and why not; worked out once."""
        if node.name not in self._statuses:
            self._statuses[node.name] = self.evaluate(node)
        return self._statuses[node.name]

    def settle(self, node: Node, record: Record) -> None:
        """Note that a run has just left this record; whatever depends on it is looked at anew."""
        self.ran[node.name] = record
        self.forget(node)

    def forget(self, node: Node) -> None:
        """Look at this node, and at all that depend on it, anew."""
        self._records.pop(node.name, None)
        self._broken.clear()
        for name in self.graph.descendants(node):
            self._statuses.pop(name, None)

    def evaluate(self, node: Node) -> Status:
        """The state of a node by its code, parameters, inputs and records."""
        code, params = self.closure(node), self.params[node.name]
        records = self.records_of(node)
        inputs: dict[str, str] = {}
        for name in node.inputs:
            status = self.status(self.graph.nodes[name])
            if not status.usable or status.record is None:
                latest = records[0] if records else None
                state = STALE if latest else MISSING
                return Status(
                    state, f"input {name} is {status.state}", None, latest, params, code, {}
                )
            inputs[name] = status.record.output
        key = node_key(
            code.digest,
            params,
            inputs,
            seed=self.seed(node),
            version=node.version,
            ignore=node.ignore,
        )
        state, reason, record = self.judge(node, key, code, params, inputs, records)
        return Status(state, reason, key, record, params, code, inputs)

    def judge(
        self,
        node: Node,
        key: str,
        code: Closure,
        params: Mapping[str, Any],
        inputs: Mapping[str, str],
        records: list[Record],
    ) -> tuple[str, str, Record | None]:
        """State, reason and the record to show."""
        if node.name in self.ran and self.ran[node.name].key == key:
            return FRESH, "", self.ran[node.name]
        if node.volatile:
            return STALE, "volatile: runs in every build", records[0] if records else None
        reason, waiting = "", None
        for record in (r for r in records if r.key == key):
            broken = self.broken(record.observed)
            if broken:
                reason = reason or broken
                continue
            if change := environment_change(
                record.environment, environment((*code.packages, *record.environment))
            ):
                waiting = waiting or (record, change)
                continue
            return FRESH, accepted_reason(record), record
        if waiting:
            return ENV_STALE, waiting[1], waiting[0]
        if failure := self.failure(node, key):
            return FAILED, failure, records[0] if records else None
        stopped = self.interrupted(node, key)
        if not records:
            return MISSING, stopped or "never run", None
        latest = records[0]
        why = reason or why_stale(latest, node, code, params, inputs, self.seed(node))
        return STALE, stopped or why, latest

    def broken(self, observed: Mapping[str, Any]) -> str | None:
        """What of an observation no longer holds. Many runs read the same, and until another has
        run it is looked at once, as all else here is."""
        name = repr(observed)
        if name not in self._broken:
            self._broken[name] = still_holds(observed, self.project.root, self.sources)
        return self._broken[name]

    def failure(self, node: Node, key: str) -> str | None:
        """The message of the last failure, where nothing has changed since."""
        report = read_json(self.failure_file(node))
        if isinstance(report, dict) and report.get("key") == key:
            return str(report["message"])
        return None

    def interrupted(self, node: Node, key: str) -> str | None:
        """``interrupted at step 300 of 9000``, where a run under this key has been stopped."""
        folder = checkpoint_folder(self.project.store_dir, node.name, key)
        for path in sorted(folder.glob("*.safetensors")):
            if at := read_notes(path).get("at"):
                return f"interrupted at {at}, where it goes on"
        report = read_json(interrupted_file(self.project.store_dir, node.name))
        if isinstance(report, dict) and report.get("key") == key:
            return f"interrupted{' at ' * bool(report['at'])}{report['at']}"
        return None

    def note_interrupted(self, node: Node, at: str) -> None:
        """Keep where a node was when its run was stopped."""
        file = interrupted_file(self.project.store_dir, node.name)
        write_json(file, {"key": self.status(node).key, "at": at})

    def failure_file(self, node: Node) -> Path:
        """Where the log of the node's latest failed run lies."""
        return failure_file(self.project.store_dir, node.name)

    def must_run(self, node: Node) -> bool:
        """Whether a build runs this node: all but the fresh, and env-stale ones only on request."""
        status = self.status(node)
        if status.state == ENV_STALE:
            return self.options.env == "rebuild"
        return status.state != FRESH

    def absent(self, node: Node) -> bool:
        """Whether the value of a fresh node is not here, as under a bundle, or not whole."""
        record = self.status(node).record
        return record is not None and not all(map(self.is_sound, record.objects))

    def is_sound(self, digest: str) -> bool:
        """Whether an object's bytes are in some layer; those of a damaged one are dropped.

        A large object is not read again while size, times and inode stay what they were.
        """
        if digest not in self._sound:
            for path in (objects.path(digest) for objects in self.store.objects):
                found = self.sources.file_digest(path) if path.is_file() else None
                if found == digest:
                    self._sound.add(digest)
                    break
                if found is not None:
                    drop(path)
                    self.damaged.append(f"Object {digest[:12]} is corrupt ('{path}'); dropped.")
        return digest in self._sound

    def lose(self, digest: str) -> None:
        """Note that an object could not be read after all."""
        self._sound.discard(digest)


def forbid_inside_a_run() -> None:
    """Raise ReportgenError where a producer, or the import of its module, asks for results: nobody
    would see which, and when they change."""
    hooks = sys.modules.get("reportgen.observe.hooks")  # loaded by observed processes alone
    if hooks and hooks.is_listening():
        from reportgen.observe.frames import frames, is_ours

        caller = next((frame for frame in frames() if not is_ours(frame)), None)
        raise ReportgenError(
            "A producer cannot ask for results of other nodes while it runs.",
            place=Place(caller.f_code.co_filename, caller.f_lineno) if caller else None,
            hint="Name the artifact as a parameter, def figure(denoiser): its value is passed in.",
        )


def accepted_reason(record: Record) -> str:
    """What the page says of an accepted record, or nothing."""
    reason = record.accepted.get("reason")
    return f"accepted: {reason}" if reason else ""


def check_writable(project: Project) -> None:
    """Raise ReportgenError where the local store cannot be written."""
    try:
        own_folder(project.store_dir)
    except OSError as error:
        raise ReportgenError(
            f"The store '{project.store_dir}' cannot be made: {error.strerror}."
        ) from None
    if not os.access(project.store_dir, os.W_OK):
        raise ReportgenError(
            f"The store '{project.store_dir}' cannot be written.",
            hint="Make it writable, or set 'store' in [tool.reportgen] to another folder.",
        )
