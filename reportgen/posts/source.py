"""A post's source file: its name, its front matter, its lines, and errors that point into it."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.blog import front_matter
from reportgen.blog.text import Lines
from reportgen.errors import Place, ReportgenError
from reportgen.files import refuse_special

if TYPE_CHECKING:
    from reportgen.blog.blog import Blog
    from reportgen.project import Project

NAME = re.compile(r"(\d{4}-\d{2}-\d{2})-([a-z0-9][a-z0-9-]*)\.(?:md|markdown)")
PRIVATE = re.compile("[\ue000-\ue0ff]")


@dataclass(frozen=True)
class Source:
    """A source with its front matter read. ``body`` keeps the line numbers of the file.

    ``slug`` is that of its name; ``date`` the moment that Jekyll gives it, in the site's zone.
    """

    path: Path
    shown: str
    text: str
    slug: str
    date: datetime
    front_matter: dict[str, Any]
    body: str

    @cached_property
    def lines(self) -> list[str]:
        """The lines of the file."""
        return self.text.split("\n")

    def is_published(self, blog: "Blog") -> bool:
        """Whether Jekyll shows the post: ``published: false`` hides it, here or in the defaults."""
        written = self.front_matter.get("published")
        known = blog.default(site_path(self.path), "published") if written is None else written
        return known is not False

    def error(
        self, message: str, line: int | None, needle: str = "", hint: str | None = None
    ) -> ReportgenError:
        """An error at a line (from 1), with a caret under ``needle`` where it is there."""
        if line is None or not 1 <= line <= len(self.lines):
            return ReportgenError(message, place=Place(self.shown), hint=hint)
        text = self.lines[line - 1]
        column = find(needle, text)
        width = len(needle) if column is not None and needle else 1
        column = len(text) - len(text.lstrip()) if column is None else column
        return ReportgenError(
            message,
            place=Place(self.shown, line, column + 1),
            hint=hint,
            excerpt=excerpt(text, line, column, width),
        )

    def warning(self, message: str, line: int) -> str:
        """A warning at a line, as it is printed."""
        return f"{Place(self.shown, line)}: {message}"


def find(needle: str, text: str) -> int | None:
    """Where a name or a piece of text stands in a line: as a whole word before as a part."""
    if not needle:
        return None
    whole = re.search(rf"(?<!\w){re.escape(needle)}(?!\w)", text)
    if whole:
        return whole.start()
    column = text.find(needle)
    return None if column < 0 else column


def excerpt(text: str, line: int, column: int, width: int) -> str:
    """A source line with carets below, cut to a readable width."""
    start = max(0, column - 60)
    shown = text[start : start + 96]
    gutter = f"{line:5} | "
    carets = "^" * max(1, min(width, len(shown) - (column - start)))
    pad = "".join("\t" if c == "\t" else " " for c in shown[: column - start])
    return f"{gutter}{shown}\n{' ' * (len(gutter) - 2)}| {pad}{carets}"


def post_files(project: "Project") -> list[Path]:
    """The sources of all posts, by name."""
    folder = project.posts_dir
    found = [*folder.glob("*.md"), *folder.glob("*.markdown")] if folder.is_dir() else []
    return sorted(path for path in found if not path.name.startswith((".", "_")))


def slug_of(path: Path) -> str:
    """``diffusion-models`` of ``2024-11-19-diffusion-models.md``, or '' for another name."""
    match = NAME.fullmatch(path.name)
    return match[2] if match else ""


def site_path(path: Path) -> str:
    """Where Jekyll wants the post of a source, below the site."""
    return f"_posts/{path.stem}.md"


def figures_folder(path: Path) -> str:
    """Where the files of a post's figures lie, below the site."""
    return f"assets/figures/{slug_of(path)}"


def read_source(path: Path, root: Path, zone: tzinfo = UTC) -> Source:
    """Read a post's source, for a site in a ``zone``.

    Raises ReportgenError for a bad name, encoding or front matter.
    """
    shown = str(path.relative_to(root)) if path.is_relative_to(root) else str(path)
    match = NAME.fullmatch(path.name)
    if not match:
        raise ReportgenError(
            f"'{path.name}' is no name for a post.",
            place=Place(shown),
            hint="Name it YYYY-MM-DD-short-title.md, in lower case.",
        )
    text = read_text(path, shown)
    values, body = split(text, shown)
    when = to_datetime(values.get("date") or match[1], shown, zone)
    return Source(path, shown, text, match[2], when, values, body)


def read_text(path: Path, shown: str) -> str:
    """The text of a file.

    Raises ReportgenError for a pipe or a device, what is not UTF-8, and our own marks in it.
    """
    refuse_special([path])
    try:
        text = path.read_text(encoding="utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise ReportgenError(f"Not valid UTF-8: {error}.", place=Place(shown)) from None
    for number, line in enumerate(text.split("\n"), 1):
        if found := PRIVATE.search(line):
            message = f"The private character U+{ord(found[0]):04X} has no meaning in a post."
            raise ReportgenError(message, place=Place(shown, number, found.start() + 1))
    return text


def split(text: str, shown: str) -> tuple[dict[str, Any], str]:
    """Front matter and body; blank lines stand in the body for the front matter."""
    front = front_matter.read(text)
    if not front.present:
        hint = "Begin the file with lines '---', 'title: …', '---'."
        raise ReportgenError("The post has no front matter.", place=Place(shown, 1), hint=hint)
    if front.fault:
        offset, problem = front.fault
        line, column = Lines(text).place(offset)
        raise ReportgenError(
            f"The front matter is not valid YAML: {problem}.",
            place=Place(shown, line),
            excerpt=excerpt(text.split("\n")[line - 1], line, column - 1, 1),
            hint="A title with a colon needs quotes.",
        )
    if not front.values.get("title"):
        raise ReportgenError("The front matter has no 'title'.", place=Place(shown, 1))
    return front.values, "\n" * text.count("\n", 0, front.body) + text[front.body :]


def to_datetime(value: Any, shown: str, zone: tzinfo) -> datetime:
    """A date in the site's zone; midnight there where the author gave no time."""
    found = front_matter.date(value, zone)
    if found is None:
        raise ReportgenError(
            f"The date '{value}' is not a date.",
            place=Place(shown, 1),
            hint="Write it as 2024-11-19 or 2024-11-19 10:00:00 +0100.",
        )
    return found.moment.astimezone(zone)
