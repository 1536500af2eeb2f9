"""Give shipped results their new keys after a change of how code is read, and run nothing.

    python scripts/carry.py COMMIT

At COMMIT, with the tool of COMMIT, a record of the bundle was fresh. It is carried over where
nothing that it depends on has changed since: every file of its code is byte for byte that of
COMMIT, what it read still holds, its parameters, seed and version are the recorded ones, and its
inputs have the recorded values. Every other record is named and left as it is. Exits with 1 where
one was left.
"""

import json
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from reportgen.engine.session import Session
from reportgen.freshness import still_holds
from reportgen.freshness.states import changed_settings
from reportgen.project import find_project
from reportgen.registry import Node
from reportgen.store import Record
from reportgen.store.records import Records


def states_at(commit: str, root: Path) -> dict[str, str]:
    """The states of all nodes by id at a commit, as the tool of that commit sees them."""
    with tempfile.TemporaryDirectory() as folder:
        tree = Path(folder, "tree")
        git(root, "worktree", "add", "--detach", str(tree), commit)
        try:
            command = [sys.executable, "-m", "reportgen", "status", "--json"]
            done = subprocess.run(command, cwd=tree, capture_output=True, check=False)
            return {node["id"]: node["state"] for node in json.loads(done.stdout)}
        finally:
            git(root, "worktree", "remove", "--force", str(tree))


def git(root: Path, *words: str) -> bytes:
    return subprocess.run(["git", *words], cwd=root, capture_output=True, check=True).stdout


def differences(session: Session, node: Node, record: Record, commit: str) -> Iterator[str]:
    """What forbids to carry a record over."""
    root, status = session.project.root, session.status(node)
    if status.key is None:
        yield status.reason
    for file in sorted({*record.sources, *status.closure.sources, *status.closure.modules}):
        path = root / file
        try:
            then = git(root, "show", f"{commit}:./{file}")
        except subprocess.CalledProcessError:
            yield f"{file} was not there"
        else:
            if not path.is_file() or path.read_bytes() != then:
                yield f"{file} has changed"
    if broken := still_holds(record.observed, root, session.sources):
        yield broken
    for kind, what in changed_settings(record, node, status.params, session.seed(node)):
        yield f"{kind} {what}"
    if status.key is not None and record.inputs != status.inputs:
        yield "an input has another value"


def carry(commit: str) -> int:
    session = Session(find_project())
    shipped = Records(session.project.bundle_dir / "records")
    then = states_at(commit, session.project.root)
    left = 0
    for node in session.graph:
        records = shipped.of(node.name)
        if not records or session.status(node).usable:
            continue
        why = [] if len(records) == 1 else ["the bundle has several records of it"]
        if then.get(node.id) not in ("fresh", "env-stale"):
            why.append(f"it was {then.get(node.id, 'unknown')} at {commit}")
        why += differences(session, node, records[0], commit)
        if why:
            left += 1
            print(f"{node.id}: left, because {why[0]}.")
            continue
        status = session.status(node)
        carried = replace(
            records[0],
            key=str(status.key),
            code=dict(status.closure.definitions),
            sources=dict(status.closure.sources),
        )
        shipped.put(carried)
        if shipped.path(carried) != shipped.path(records[0]):
            shipped.remove(records[0])
        session.settle(node, carried)
        print(f"{node.id}: carried.")
    return 1 if left else 0


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit(__doc__)
    sys.exit(carry(sys.argv[1]))
