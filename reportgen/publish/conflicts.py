"""Saying what stands in the way of a publish, with the edit that somebody made by hand."""

import difflib
from collections.abc import Mapping

from reportgen.errors import ReportgenError
from reportgen.publish.git import Git
from reportgen.publish.paths import Content, read_content
from reportgen.publish.plan import Conflict, Plan
from reportgen.publish.survey import Survey
from reportgen.publish.trees import present, read_blob

SHOWN = 5
LINES = 24
"""How many conflicts, and lines of each edit, an error shows."""

KINDS = {
    "edited": "'{path}' was edited by hand since reportgen published it.",
    "deleted": "'{path}' was deleted by hand since reportgen published it.",
    "foreign": "'{path}' is there already, and is not reportgen's.",
    "theirs": "'{path}' is there already, and belongs to another report: '{owner}'.",
    "blocked": "'{path}' is in the way: a link, or a folder where a file must be, or the reverse.",
    "case": "'{path}' has the name of another file but for capitals, or how accents are written.",
}
HINTS = {
    "edited": "Take the edit over into your templates, or replace it with --overwrite.",
    "deleted": "Remove the figure or post here too, or publish it again with --overwrite.",
    "foreign": "Rename yours, or replace the file there with --overwrite.",
    "blocked": "Rename one of the two. Not even --overwrite removes it.",
    "case": "Rename one of the two: on Windows and macOS only one of them can be there.",
}


def conflict_error(
    git: Git, seen: Survey, plan: Plan, contents: Mapping[str, Content]
) -> ReportgenError:
    """One error for all conflicts of a plan; edits are shown as differences."""
    lines: list[str] = []
    owners = {path: other for other in seen.others for path in other.files}
    for conflict in plan.conflicts[:SHOWN]:
        owner = owners.get(conflict.path) if conflict.kind == "foreign" else None
        said = KINDS["theirs" if owner else conflict.kind]
        lines.append("  " + said.format(path=conflict.path, owner=owner and owner.project))
        lines += [f"    {line}" for line in edit(git, seen, plan, contents, conflict)]
    if len(plan.conflicts) > SHOWN:
        lines.append(f"  … and {len(plan.conflicts) - SHOWN} more.")
    kinds = [kind for kind in HINTS if any(c.kind == kind for c in plan.conflicts)]
    theirs = {owners[c.path].id for c in plan.conflicts if c.kind == "foreign" and c.path in owners}
    same = [f'If this is that report, write into [tool.reportgen]: id = "{id}"'
            for id in sorted(theirs)]  # fmt: skip
    return ReportgenError(
        f"Nothing was published: branch '{seen.branch}' has {len(plan.conflicts)} "
        f"file{'s' * (len(plan.conflicts) > 1)} that must not be lost.",
        excerpt="\n".join(lines),
        hint="\n".join([*(HINTS[kind] for kind in kinds), *same]),
    )


def edit(
    git: Git, seen: Survey, plan: Plan, contents: Mapping[str, Content], conflict: Conflict
) -> list[str]:
    """The lines that differ between what reportgen put there, or would put there, and the file."""
    if conflict.kind != "edited":
        return []
    there = read_blob(git, seen.tree[conflict.path].id)
    name = seen.old.files[conflict.path] if seen.old else ""
    if name and present(git, [name]):
        return difference(read_blob(git, name), there, "published", "now in the branch")
    wanted = plan.write.get(conflict.path, "")
    ours = read_content(contents[wanted]) if wanted in contents else b""
    return difference(there, ours, "now in the branch", "yours")


def difference(old: bytes, new: bytes, old_name: str, new_name: str) -> list[str]:
    """A unified difference of two texts, cut to a few lines; sizes where one is no text."""
    try:
        before, after = old.decode().splitlines(), new.decode().splitlines()
    except UnicodeDecodeError:
        return [f"{old_name}: {len(old)} bytes; {new_name}: {len(new)} bytes."]
    lines = list(difflib.unified_diff(before, after, old_name, new_name, lineterm="", n=1))
    return [*lines[:LINES], "…"] if len(lines) > LINES else lines
