"""What must never be published: links, secrets, giants, strange paths, posts of tomorrow."""

from collections.abc import Mapping

from reportgen.errors import ReportgenError
from reportgen.files import blob_id
from reportgen.publish.git import Git
from reportgen.publish.leaks import check_secrets
from reportgen.publish.paths import Content, read_content, refusal
from reportgen.publish.plan import Plan
from reportgen.publish.survey import Survey
from reportgen.publish.trees import lfs_paths

FILE_LIMIT = 100 * 2**20
SITE_LIMIT = 2**30
"""GitHub refuses a file above 100 MiB and unpublishes a site above 1 GiB."""


def check_sizes(sizes: Mapping[str, int], others: int = 0) -> None:
    """Raise ReportgenError for a file above 100 MiB, or a site above 1 GiB.

    ``others`` is the size in bytes of what else lies in the branch.
    """
    faults = [f"'{path}' has {size / 2**20:.0f} MiB." for path, size in sizes.items()
              if size > FILE_LIMIT]  # fmt: skip
    if faults:
        raise refusal("GitHub takes no file above 100 MiB", faults)
    total = sum(sizes.values()) + others
    if total > SITE_LIMIT:
        raise ReportgenError(
            f"The site would have {total / 2**30:.2f} GiB; GitHub Pages takes 1 GiB.",
            hint="Publish fewer or smaller figures.",
        )


def fingerprints(contents: Mapping[str, Content]) -> tuple[dict[str, str], dict[str, int]]:
    """Blob id and size in bytes of every path."""
    ids: dict[str, str] = {}
    sizes: dict[str, int] = {}
    for path in sorted(contents):
        content = read_content(contents[path])
        ids[path], sizes[path] = blob_id(content), len(content)
    return ids, sizes


def check_contents(
    contents: Mapping[str, Content], ids: Mapping[str, str], sizes: Mapping[str, int], seen: Survey
) -> None:
    """Raise ReportgenError for giants, and for secrets not yet in the branch."""
    others = sum(entry.size for path, entry in seen.tree.items() if path not in sizes)
    check_sizes(sizes, others)
    public = {entry.id for entry in seen.tree.values()}
    new = {path: contents[path] for path in sorted(contents) if ids[path] not in public}
    check_secrets({path: read_content(content) for path, content in new.items()})


def check_lfs(git: Git, seen: Survey, plan: Plan) -> None:
    """Raise ReportgenError where the branch gives a path of ours to Git LFS."""
    if not any(path.endswith(".gitattributes") for path in (*seen.tree, *plan.write)):
        return
    tracked = lfs_paths(git, seen.parent, plan.write)
    if tracked:
        raise refusal(
            "The branch gives these paths to Git LFS, which GitHub Pages does not serve",
            [f"'{path}'" for path in tracked],
            "Take them out of its .gitattributes.",
        )
