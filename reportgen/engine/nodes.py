"""The nodes of a project. What only an import can tell is imported once, in a process of its own,
and remembered while all that the import was seen to read is the same."""

import json
import subprocess
import sys
from hashlib import sha256
from typing import Any

from reportgen.errors import Place, ReportgenError
from reportgen.files import keep
from reportgen.freshness import Sources, still_holds
from reportgen.project import Project
from reportgen.registry import Graph, Node
from reportgen.registry.discover import node_from_json, read_nodes


def discover(project: Project, sources: Sources | None = None) -> Graph:
    """All nodes of the project. Raises ReportgenError for a source that is no valid Python, or
    cannot be imported where it must be."""
    nodes, dynamic = read_nodes(project)
    if dynamic:
        sources = sources or Sources(project.root, project.store_dir / "parse")
        nodes += dynamic_nodes(project, dynamic, sources)
    return Graph(nodes)


def dynamic_nodes(project: Project, files: list[str], sources: Sources) -> list[Node]:
    """Nodes of files that must be imported to know them; remembered by what they read."""
    state = sha256()
    for file in files:
        state.update(f"{file}\0".encode() + (project.root / file).read_bytes() + b"\0")
    memory = project.store_dir / "registry" / f"{state.hexdigest()}.json"
    try:
        found = json.loads(memory.read_bytes())
        holds = not still_holds(found["observed"], project.root, sources)
    except (OSError, ValueError, TypeError, KeyError):
        holds = False
    if not holds:
        found = import_nodes(project, files)
        keep(memory, json.dumps(found).encode())
    return [node_from_json(node) for node in found["nodes"]]


def import_nodes(project: Project, files: list[str]) -> dict[str, Any]:
    """Import files in a process of its own. Raises ReportgenError where that fails."""
    command = [sys.executable, "-m", "reportgen.engine.imported", str(project.store_dir), *files]
    done = subprocess.run(command, cwd=project.root, capture_output=True, text=True, check=False)
    if done.returncode:
        report = json.loads(done.stdout) if done.stdout.startswith("{") else {}
        raise ReportgenError(
            report.get("message") or f"The modules {', '.join(files)} cannot be imported.",
            place=Place(report.get("file") or files[0], report.get("line")),
            excerpt=report.get("traceback") or done.stderr.strip(),
            hint=report.get("hint"),
        )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
