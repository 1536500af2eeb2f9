"""When a Jekyll post is dated; Jekyll leaves out posts of the future without a word."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import PurePosixPath

from reportgen.blog import front_matter
from reportgen.publish.paths import refusal


def check_dates(posts: Mapping[str, bytes], now: datetime | None = None) -> None:
    """Raise ReportgenError for posts of the future, which Jekyll leaves out without a word."""
    now = now or datetime.now(UTC)
    dates = {path: date_of(path, content) for path, content in posts.items()}
    faults = [f"'{path}' is dated {when:%Y-%m-%d %H:%M %z}." for path, when in dates.items()
              if when and when > now]  # fmt: skip
    if faults:
        raise refusal("Jekyll does not show posts of the future", faults, "Mend their 'date:'.")


def date_of(path: str, content: bytes) -> datetime | None:
    """When a post in ``_posts`` is dated: by front matter, else by file name; UTC where bare."""
    file = PurePosixPath(path)
    if "_posts" not in file.parts[:-1]:
        return None
    front = front_matter.read(content.decode("utf-8", "replace").replace("\r\n", "\n"))
    found = front_matter.dated(file.name, front)
    return found.moment if found else None
