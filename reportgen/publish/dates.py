"""When a Jekyll post is dated; Jekyll leaves out posts of the future without a word."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any

from reportgen.blog import front_matter
from reportgen.blog.page import hidden_until
from reportgen.publish.paths import refusal


def check_dates(
    posts: Mapping[str, bytes], config: Mapping[str, Any], now: datetime | None = None
) -> None:
    """Raise ReportgenError for posts that Jekyll leaves out without a word, by the site's settings.

    The rule ``date-future`` of ``reportgen check`` has the same opinion.
    """
    now = now or datetime.now(UTC)
    fronts = {path: _front(content) for path, content in posts.items() if _is_post(path)}
    dates = {p: hidden_until(PurePosixPath(p).name, f, config, now) for p, f in fronts.items()}
    faults = [
        f"'{path}' is dated {date.moment:%Y-%m-%d %H:%M %z}."
        for path, date in dates.items()
        if date
    ]
    if faults:
        raise refusal("Jekyll does not show posts of the future", faults, "Mend their 'date:'.")


def date_of(path: str, content: bytes) -> datetime | None:
    """When a post in ``_posts`` is dated: by front matter, else by file name; UTC where bare."""
    if not _is_post(path):
        return None
    found = front_matter.dated(PurePosixPath(path).name, _front(content))
    return found.moment if found else None


def _is_post(path: str) -> bool:
    return "_posts" in PurePosixPath(path).parts[:-1]


def _front(content: bytes) -> front_matter.FrontMatter:
    return front_matter.read(content.decode("utf-8", "replace").replace("\r\n", "\n"))
