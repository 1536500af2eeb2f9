"""Find a project's nodes by reading its sources.

Decorators with literal arguments need no import, so listing figures costs milliseconds. Whatever
else registers nodes (a loop, a computed caption) makes its module *dynamic*: it must be imported.
"""

import json
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from reportgen.errors import Place, WrongUse
from reportgen.files import keep, refuse_special
from reportgen.project import Project
from reportgen.registry.constants import Constants, NotLiteral, content, digest
from reportgen.registry.node import Node
from reportgen.registry.static import static_nodes


def read_nodes(project: Project) -> tuple[list[Node], list[str]]:
    """The nodes that the sources tell, and the files of which only an import tells them. Raises
    ReportgenError for a source that is no valid Python."""
    nodes: list[Node] = []
    dynamic: list[str] = []
    known = KnownNodes(project)
    for file in experiment_files(project):
        source = (project.root / file).read_bytes()
        if b"artifact" not in source and b"figure" not in source:
            continue
        found = known.nodes(source, file)
        if found is None:
            dynamic.append(file)
        else:
            nodes += found
    known.save()
    return nodes, dynamic


class KnownNodes:
    """The nodes of files that were read before, by their content and place.

    Reading one takes some milliseconds, which a project of hundreds of files would notice. Only
    what is still there is kept.
    """

    def __init__(self, project: Project) -> None:
        self.root, self.reader = project.root, reader_digest()
        self.place = project.store_dir / "registry" / "static.json"
        try:
            known = json.loads(self.place.read_bytes())
        except (OSError, ValueError):
            known = {}
        self.known: dict[str, Any] = known if isinstance(known, dict) else {}
        self.kept: dict[str, Any] = {}

    def nodes(self, source: bytes, file: str) -> list[Node] | None:
        """The nodes of a file, None where only an import can tell them."""
        key = sha256(b"\0".join([self.reader, file.encode(), source])).hexdigest()
        known = self.known.get(key)
        self.kept[key] = known if known and self.holds(known["on"]) else self.read(source, file)
        found = self.kept[key]["nodes"]
        return None if found is None else [node_from_json(node) for node in found]

    def holds(self, on: dict[str, str]) -> bool:
        """Whether the modules that constants came from say the same."""
        return all(digest(content(self.root / name)) == then for name, then in on.items())

    def read(self, source: bytes, file: str) -> dict[str, Any]:
        """The nodes of a source, and the files that their constants came from."""
        constants = Constants(self.root)
        try:
            nodes = [asdict(node) for node in static_nodes(source, file, constants)]
        except NotLiteral:
            nodes = None
        return {"nodes": nodes, "on": constants.read}

    def save(self) -> None:
        """Keep what was read for the next look."""
        if self.kept != self.known:
            keep(self.place, json.dumps(self.kept).encode())


def reader_digest() -> bytes:
    """What tells apart two ways of reading a source: the code that does it."""
    files = sorted(Path(__file__).parent.glob("*.py"))
    return sha256(b"".join(file.read_bytes() for file in files)).digest()


def node_from_json(node: dict[str, Any]) -> Node:
    """The node that ``asdict`` and JSON made of one."""
    lists = {name: tuple(node[name]) for name in ("inputs", "ignore", "was")}
    return Node(**{**node, **lists})


def experiment_files(project: Project) -> list[str]:
    """Python files in the experiment folders, relative to the project, sorted.

    Raises WrongUse for a folder that the settings name and that is not there.
    """
    found = set[str]()
    for name in project.experiments:
        folder = project.root / name
        if not folder.exists() and project.experiments != Project.experiments:
            raise WrongUse(
                f"'experiments' names '{name}', but there is no such folder or file.",
                place=Place(project.config_file),
                hint=f"Correct the setting, or make '{name}'.",
            )
        files = [folder] if folder.is_file() else folder.rglob("*.py")
        files = list(files)
        refuse_special(files)
        found |= {f.relative_to(project.root).as_posix() for f in files}
    return sorted(found)
