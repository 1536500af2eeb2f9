"""The checkout of a blog that ``build --site`` writes into, once a publish has gone past it.

What a build has put there is now in the branch, as a commit; left where it is, ``git pull`` would
refuse to write over it. So our files go back to what the checkout's own commit has. A file that was
edited since it was built stays, and so does all that was staged by hand.
"""

from pathlib import Path

from reportgen.project import Project
from reportgen.publish.git import Git, top_of


def take_back(project: Project, site: Path) -> list[str]:
    """Undo what builds of the project have left uncommitted in a checkout; the paths."""
    from reportgen.site.ledger import Ledger

    if not top_of(site):
        return []
    git, ledger = Git(within=site), Ledger.read(project, site)
    listed = git.text("ls-files", "-z", "--stage", "--", ".").split("\0")
    entries = (line.partition("\t") for line in listed if line)
    index = {path: facts.split()[1] for facts, _, path in entries}
    changed = [path for path in sorted(ledger.ids) if (present := ledger.present(path))
               and present != index.get(path) and ledger.ours(path, present)]  # fmt: skip
    restored = [path for path in changed if path in index]
    if restored:
        paths = "".join(f"{path}\0" for path in restored).encode("utf-8", "surrogateescape")
        git.run("checkout-index", "--force", "--index", "-z", "--stdin", data=paths)
    for path in changed:
        if path not in index:
            ledger.remove(path)
    return changed
