"""What must never be published: links, secrets, giants, strange paths, posts of tomorrow."""

from collections.abc import Mapping

from reportgen.errors import ReportgenError
from reportgen.publish.paths import Content, refusal

FILE_LIMIT = 100 * 2**20
SITE_LIMIT = 2**30
"""GitHub refuses a file above 100 MiB and unpublishes a site above 1 GiB."""


def size_of(content: Content) -> int:
    """Its size in bytes, without reading it."""
    return len(content) if isinstance(content, bytes) else content.lstat().st_size


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
