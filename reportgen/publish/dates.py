"""When a Jekyll post is dated; Jekyll leaves out posts of the future without a word."""

import re
from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from reportgen.publish.paths import refusal

DATES = tuple(
    f"%Y-%m-%d{time}{zone}" for time in ("", " %H:%M", " %H:%M:%S") for zone in ("", " %z")
)


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
    name = re.search(r"(?:^|/)_posts/(?:.*/)?(\d{4}-\d{2}-\d{2})-[^/]+$", path)
    if not name:
        return None
    return as_moment(front_matter(content).get("date")) or as_moment(name[1])


def front_matter(content: bytes) -> dict[str, Any]:
    match = re.match(rb"---\r?\n(.*?)\r?\n---\r?\n", content, re.DOTALL)
    if not match:
        return {}
    import yaml

    try:
        values = yaml.safe_load(match[1])
    except yaml.YAMLError:
        return {}
    return values if isinstance(values, dict) else {}


def as_moment(value: object) -> datetime | None:
    if isinstance(value, str):
        value = next(filter(None, (parsed(value, form) for form in DATES)), None)
    if isinstance(value, date) and not isinstance(value, datetime):
        value = datetime(value.year, value.month, value.day)
    if not isinstance(value, datetime):
        return None
    return value if value.tzinfo else value.replace(tzinfo=UTC)


def parsed(text: str, form: str) -> datetime | None:
    try:
        return datetime.strptime(text.strip(), form)
    except ValueError:
        return None
