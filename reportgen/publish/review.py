"""A change as a page: each figure as it is published, as it would be, and the difference."""

import difflib
import shutil
from collections.abc import Iterator
from html import escape
from pathlib import Path
from urllib.parse import quote

from reportgen.publish.compare import compare_pictures, is_picture
from reportgen.publish.publisher import Proposal, counts

SHOWN_AS_PICTURE = (".svg",)

HEAD = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>{title}</title>
<style>
:root {{ color-scheme: light dark; }}
body {{ font: 16px/1.5 system-ui, sans-serif; max-width: 76rem; margin: 2rem auto; padding: 0 1rem; }}
h2 {{ font-size: 1rem; font-weight: 600; margin: 2.5rem 0 .5rem; overflow-wrap: anywhere; }}
.three {{ display: grid; grid-template-columns: repeat(auto-fit, minmax(16rem, 1fr)); gap: 1rem; }}
figure {{ margin: 0; }}
figcaption {{ font-size: .875rem; margin-bottom: .25rem; }}
img {{ width: 100%; height: auto; image-rendering: pixelated; background: #fff; border: 1px solid #8888; }}
pre {{ overflow-x: auto; font-size: .8125rem; line-height: 1.4; padding: .75rem; border: 1px solid #8888; }}
ins {{ color: #1a7f37; text-decoration: none; }}
del {{ color: #cf222e; text-decoration: none; }}
@media (prefers-color-scheme: dark) {{ ins {{ color: #57ab5a; }} del {{ color: #f47067; }} }}
</style>
</head>
<body>
<main>
<h1>{title}</h1>
<p>{summary}</p>
"""  # noqa: E501 - one rule of style a line


def write_review(proposal: Proposal, folder: Path) -> Path:
    """Write the page, with copies of all pictures on it, into ``folder``; return the page."""
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    plan = proposal.plan
    title = f"Publish to {proposal.survey.branch}"
    where = f"{counts(plan)}, at {proposal.target.shown}."
    parts = [HEAD.format(title=escape(title), summary=escape(where[0].upper() + where[1:]))]
    for path in (*plan.changed, *plan.removed, *plan.added):
        parts += section(proposal, folder, path)
    page = folder / "index.html"
    page.write_text("".join(parts) + "</main>\n</body>\n</html>\n", encoding="utf-8")
    return page


def section(proposal: Proposal, folder: Path, path: str) -> Iterator[str]:
    """One file: its pictures beside each other, or the lines that changed."""
    plan = proposal.plan
    old = proposal.old(path) if path not in plan.added else None
    new = proposal.new(path) if path not in plan.removed else None
    word = "Changed" if old and new else "Added" if new is not None else "Removed"
    yield f"<h2>{word}: {escape(path)}</h2>\n"
    if is_picture(path) or path.endswith(SHOWN_AS_PICTURE):
        yield from pictures(folder, path, old, new)
    else:
        yield from changed_lines(old, new)


def pictures(folder: Path, path: str, old: bytes | None, new: bytes | None) -> Iterator[str]:
    """The HTML of a picture as it was and as it will be."""
    yield '<div class="three">\n'
    if old is not None:
        yield picture(folder, "old", path, old, "Published")
    if new is not None:
        yield picture(folder, "new", path, new, "New")
    if old is not None and new is not None and is_picture(path):
        apart = compare_pictures(old, new)
        if apart.picture is not None:
            yield picture(folder, "difference", f"{path}.png", apart.picture, str(apart))
    yield "</div>\n"


def picture(folder: Path, kind: str, path: str, content: bytes, caption: str) -> str:
    """The HTML of one picture, which is written beside the page."""
    file = folder / kind / path
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_bytes(content)
    source = quote(f"{kind}/{path}")
    return (
        f"<figure><figcaption>{escape(caption)}</figcaption>"
        f'<img src="{source}" alt="{escape(f"{caption}: {path}")}"></figure>\n'
    )


def changed_lines(old: bytes | None, new: bytes | None) -> Iterator[str]:
    """The difference of two texts; a file that is none, or only one of the two, has no more."""
    if old is None or new is None:
        return
    try:
        before, after = old.decode().splitlines(), new.decode().splitlines()
    except UnicodeDecodeError:
        yield f"<p>{len(old)} bytes, now {len(new)} bytes.</p>\n"
        return
    yield "<pre>\n"
    for line in list(difflib.unified_diff(before, after, lineterm="", n=2))[2:]:
        tag = {"+": "ins", "-": "del"}.get(line[:1])
        text = escape(line)
        yield f"<{tag}>{text}</{tag}>\n" if tag else f"{text}\n"
    yield "</pre>\n"
