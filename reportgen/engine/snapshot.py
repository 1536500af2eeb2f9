"""The no-op build: one file remembers what everything looked like when all was well.

Every source is read and hashed again (that takes milliseconds; times and inodes can lie), every
output must still be there. Nothing else is imported, so a build with nothing to do is over before
Click would have started.
"""

import os
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.errors import ReportgenError
from reportgen.files import read_json, write_json
from reportgen.project import Project, find_project

if TYPE_CHECKING:
    from reportgen.engine.session import Session
    from reportgen.freshness import Sources
    from reportgen.registry import Graph


def snapshot_file(project: Project) -> Path:
    """Where the state of everything that the latest build saw is kept."""
    return project.store_dir / "snapshot.json"


def nothing_to_do() -> str | None:
    """A message where the last whole build still holds in every respect, else None."""
    try:
        project = find_project()
    except ReportgenError:
        return None
    saved = read_json(snapshot_file(project))
    if not saved or saved["tool"] != tool_digest():
        return None
    if any(output_state(project.root / path) != state for path, state in saved["outputs"].items()):
        return None
    from reportgen.engine.nodes import discover
    from reportgen.freshness import Sources, environment, still_holds
    from reportgen.registry.cells import write_modules

    write_modules(project)
    sources = Sources(project.root, project.store_dir / "parse")
    if saved["files"] != digests(project, sources):
        return None
    if saved["environment"] != environment(tuple(saved["packages"])):
        return None
    if saved["nodes"] != nodes_digest(discover(project, sources)):
        return None
    if any(still_holds(observed, project.root, sources) for observed in saved["observed"]):
        return None
    return f"Everything is up to date ({saved['figures']} figures)."


def write_snapshot(session: "Session") -> None:
    """Remember this state, in which every node is fresh and every page written."""
    project = session.project
    statuses = [session.status(node) for node in session.graph]
    if any(status.state != "fresh" for status in statuses):
        snapshot_file(project).unlink(missing_ok=True)
        return
    if any(node.volatile for node in session.graph):
        return
    from reportgen.freshness import environment

    packages = sorted({name for status in statuses for name in status.closure.packages})
    observed = {repr(s.record.observed): s.record.observed for s in statuses if s.record}
    write_json(
        snapshot_file(project),
        {
            "files": digests(project, session.sources),
            "tool": tool_digest(),
            "outputs": {
                path.relative_to(project.root).as_posix(): output_state(path)
                for path in (*outputs(project), *results(session))
            },
            "nodes": nodes_digest(session.graph),
            "packages": packages,
            "environment": environment(tuple(packages)),
            "observed": list(observed.values()),
            "figures": len(session.graph.figures),
        },
    )


def nodes_digest(graph: "Graph") -> str:
    """What there is to run, with its parameters: those of some modules only an import tells."""
    return sha256(repr(list(graph)).encode()).hexdigest()


def digests(project: Project, sources: "Sources") -> dict[str, str]:
    """Digest of every source: Python files, templates, settings, what the blog says of posts."""
    site = project.site_dir
    blog = (*site.glob("_config.*"), *site.glob("Gemfile"), *walk(site / "_layouts"))
    cited = (project.root / name for name in (*project.bibliography, "CITATION.cff"))
    pages = (*walk(project.templates_dir), *blog, *walk(site / "_plugins"))
    others = (project.config_file, *pages, *cited)
    there = filter(Path.is_file, others)  # a pipe would keep us waiting
    read = {os.path.relpath(p, project.root): sha256(p.read_bytes()).hexdigest() for p in there}
    return {**sources.files, **read}


def outputs(project: Project) -> Iterator[Path]:
    """All files that a build writes into the site."""
    for folder in ("_posts", "_preview", "assets/figures"):
        yield from walk(project.site_dir / folder)
    yield from sorted((project.site_dir / "assets").glob("reportgen*"))


def results(session: "Session") -> Iterator[Path]:
    """The records and objects that stand for the nodes, in whichever layer they lie."""
    for node in session.graph:
        record = session.status(node).record
        assert record is not None
        for layer in session.store.layers:
            yield from filter(Path.is_file, [layer.records.path(record)])
            yield from filter(Path.is_file, map(layer.objects.path, record.objects))


def walk(folder: Path) -> Iterator[Path]:
    """All files below, in order, but for hidden folders and bytecode; also those behind links, each
    folder once."""
    seen = set[str]()
    for root, folders, files in os.walk(folder, followlinks=True):
        if (real := os.path.realpath(root)) in seen:
            folders.clear()
            continue
        seen.add(real)
        folders[:] = sorted(f for f in folders if not f.startswith(".") and f != "__pycache__")
        for file in sorted(files):
            yield Path(root, file)


def output_state(path: Path) -> list[int] | None:
    """Size and time of a written file, or None where it is gone."""
    try:
        stat = path.stat()
    except OSError:
        return None
    return [stat.st_size, stat.st_mtime_ns]


def tool_digest() -> str:
    """The digest of reportgen itself, so that an upgrade looks at everything anew."""
    digest, folder = sha256(), Path(__file__).parent.parent
    for path in walk(folder):
        digest.update(path.relative_to(folder).as_posix().encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()
