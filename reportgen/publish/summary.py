"""A change in a few lines of text: how much, which figures, and what is odd about it."""

from collections.abc import Iterator

from reportgen.publish.compare import compare_pictures, is_picture
from reportgen.publish.publisher import Proposal, counts

SHOWN = 12
"""How many figures, and how many other files, are named."""


def summary(proposal: Proposal) -> str:
    """What would be pushed, for a terminal."""
    return "\n".join(lines(proposal))


def lines(proposal: Proposal) -> Iterator[str]:
    """What a proposal would change, line by line."""
    plan, target, seen = proposal.plan, proposal.target, proposal.survey
    yield f"Publishing {target.kind} to branch '{seen.branch}' of {target.shown}{origin(proposal)}."
    total, new = sizes(proposal)
    yield f"  {counts(plan)}: {readable(new)} of {readable(total)}."
    yield from shown([f"changed figure  {path}: {figure_line(proposal, path)}"
                      for path in plan.changed if is_picture(path)])  # fmt: skip
    yield from shown([f"changed  {path}" for path in plan.changed if not is_picture(path)])
    yield from shown([f"removed  {path}" for path in plan.removed])
    yield from shown([f"added  {path}" for path in plan.added])
    for path in plan.kept:
        yield f"  '{path}' stays as it is in the branch."
    for note in proposal.notes:
        yield f"  Note: {note}"


def origin(proposal: Proposal) -> str:
    """Where a new branch begins, in brackets."""
    seen = proposal.survey
    if not seen.new:
        return ""
    return f" (new, from '{seen.base}')" if seen.parent else " (new)"


def shown(named: list[str]) -> Iterator[str]:
    """The first of many lines, and how many more there are."""
    yield from (f"  {line}" for line in named[:SHOWN])
    if len(named) > SHOWN:
        yield f"  … and {len(named) - SHOWN} more {named[0].partition(' ')[0]}"


def figure_line(proposal: Proposal, path: str) -> str:
    """How a picture has changed, in looks and size."""
    old, new = proposal.old(path), proposal.new(path)
    return f"{compare_pictures(old, new)}, {readable(len(old))} → {readable(len(new))}"


def sizes(proposal: Proposal) -> tuple[int, int]:
    """Bytes of all that the branch would hold, and of what is new in it."""
    plan, tree = proposal.plan, proposal.survey.tree
    new = {path: len(proposal.new(path)) for path in plan.write}
    gone = {*plan.removed, *plan.write}
    stays = sum(entry.size for path, entry in tree.items() if path not in gone)
    return stays + sum(new.values()), sum(new.values())


def readable(count: int) -> str:
    """A number of bytes as people write it."""
    if count < 1000:
        return f"{count} bytes"
    return f"{count / 1000:.0f} kB" if count < 1e6 else f"{count / 1e6:.1f} MB"
