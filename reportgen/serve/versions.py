"""All versions of a figure that the store has: what changed when, and two of them side by side."""

from base64 import b64encode
from collections.abc import Iterator
from dataclasses import dataclass
from mimetypes import guess_type
from pathlib import Path

from reportgen.engine.draw import drawing_of
from reportgen.engine.session import Session
from reportgen.errors import ReportgenError
from reportgen.freshness.states import changed_definitions, changed_settings, differing
from reportgen.media import Drawn
from reportgen.registry import Node
from reportgen.serve.builder import DRAWING
from reportgen.site.preview import frame, render
from reportgen.store import Record

ROLES = ("composite", "image", "still")
"""The files of a drawing that show all of it, best first."""


@dataclass(frozen=True)
class Version:
    """One result of a figure. ``changes`` says in sentences how it came to differ from the one
    before; ``picture`` is an address with the bytes in it, "" for a table, which is ``html``."""

    record: Record
    changes: tuple[str, ...]
    picture: str = ""
    size: tuple[int, int] = (0, 0)
    html: str = ""

    @property
    def name(self) -> str:
        """``2026-11-28 19:03:12, f2f6e99``: what a reader calls it."""
        day = self.record.finished[:19].replace("T", " ")
        return ", ".join(filter(None, [day, self.record.short_commit]))


def versions_page(session: Session, node: Node, site: Path) -> str:
    """The page of a figure's versions, the newest first."""
    found = [shown(session, node, r, changes) for r, changes in reversed(history(session, node))]
    project = session.project
    values = {"node": node, "versions": found, "lang": "en", **frame(project, site, "")}
    return render(project, "versions.html", **values)


def history(session: Session, node: Node) -> list[tuple[Record, tuple[str, ...]]]:
    """The records that changed a figure, oldest first, each with what made it another one."""
    found: list[tuple[Record, tuple[str, ...]]] = []
    for record in sorted(session.store.records_of(node.name), key=lambda r: r.finished):
        before = found[-1][0] if found else None
        if before is None or before.output != record.output:
            why = changes(session, node, before, record) if before else ["The first that is known."]
            found.append((record, tuple(dict.fromkeys(why))))
    return found


def changes(session: Session, node: Node, old: Record, new: Record) -> Iterator[str]:
    """What differs between two runs of a node, down to the artifacts that made it differ."""
    settings = changed_settings(old, node, new.params, new.seed)
    causes = [f"{node.id}: {kind} {what}" for kind, what in settings if kind != "version"]
    if old.version != new.version and None not in (old.version, new.version):
        causes.append(f"{node.id}: version '{old.version}' → '{new.version}'")
    causes += [f"code: {name}" for name in changed_definitions(old.code, new.code)]
    for name in sorted(old.inputs.keys() & new.inputs.keys()):
        if old.inputs[name] != new.inputs[name]:
            runs = {r.output: r for r in session.store.records_of(name)}
            source = session.graph.nodes.get(name)
            first, last = runs.get(old.inputs[name]), runs.get(new.inputs[name])
            deeper = changes(session, source, first, last) if source and first and last else ()
            causes += list(deeper) or [f"input {name} had another value"]
    packages = old.environment.keys() | new.environment.keys()
    causes = causes or [
        f"package {name}: {differing(old.environment.get(name), new.environment.get(name))}"
        for name in sorted(packages)
        if old.environment.get(name) != new.environment.get(name)
    ]
    yield from causes or [f"{node.id} ran again"]


def shown(session: Session, node: Node, record: Record, why: tuple[str, ...]) -> Version:
    """A version with its picture, or without where its objects have gone from the store."""
    try:
        with DRAWING:
            drawn, folder = drawing_of(session, node, record, (node.id, ""))
    except (ReportgenError, OSError):
        return Version(record, (*why, "Its picture is no longer in the store."))
    if (file := whole(drawn)) is None:
        return Version(record, why, html=drawn.html)
    content, kind = (folder / file).read_bytes(), guess_type(file)[0] or "image/webp"
    address = f"data:{kind};base64,{b64encode(content).decode()}"
    size = next((f.width or 0, f.height or 0) for f in drawn.files if f.name == file)
    return Version(record, why, address, size)


def whole(drawn: Drawn) -> str | None:
    """The file that shows all of a drawing; None where words do."""
    for role in ROLES:
        for file in drawn.files:
            if file.role == role:
                return file.name
    return None
