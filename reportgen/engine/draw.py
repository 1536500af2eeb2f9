"""From recorded media to files: cached on its own, so that style never reruns a producer."""

import re
import tempfile
from functools import cache
from hashlib import sha256
from html import unescape
from pathlib import Path
from textwrap import shorten
from threading import Lock

import reportgen.media as media
from reportgen.engine.code import Codes
from reportgen.engine.results import Result, Results, caption_of, fill
from reportgen.engine.session import Session
from reportgen.errors import ReportgenError
from reportgen.files import read_json, write_json
from reportgen.freshness.keys import canonical
from reportgen.media import Drawn
from reportgen.media.fonts import HINT
from reportgen.messages import warn
from reportgen.project import Project
from reportgen.registry import Node
from reportgen.store import Record, Store

DRAWING = Lock()
"""Held while a figure is drawn: matplotlib is not made for threads."""


def results_of(session: Session) -> Results:
    """Results of all nodes, with captions filled and nothing drawn yet."""
    bare = {
        node.name: Result(node, status.state, status.reason, status.params, status.record)
        for node in session.graph
        for status in [session.status(node)]
    }
    project = session.project
    codes = Codes(project.root, session.sources, project.repository)
    results = Results(session.graph, session.store, bare, project.seed, codes)
    results.public = project.public
    return results


def draw_figure(session: Session, results: Results, node: Node) -> Result:
    """Draw a figure that has a record, unless the same drawing lies there already."""
    status = session.status(node)
    if status.record is None:
        return results[node.name]
    alt, caption = fill(node.alt, node, results), caption_of(node.caption, node, results)
    words = (alt, "" if alt else in_short(caption))
    drawn, folder = drawing_of(session.project, session.store, node, status.record, words)
    if drawn.missing:
        warn(f"Warning: no font here has {drawn.missing} of '{node.id}'. {HINT}")
    result = Result(
        node,
        status.state,
        status.reason,
        status.params,
        status.record,
        caption=caption,
        drawn=drawn,
        folder=folder,
    )
    results.results[node.name] = result
    return result


def drawing_of(
    project: Project, store: Store, node: Node, record: Record, words: tuple[str, str]
) -> tuple[Drawn, Path]:
    """The drawing of any record of a figure, and the folder in which its files lie."""
    folder = project.store_dir / "drawn" / draw_key(project, node, record, words)
    with DRAWING:
        drawn = cached_drawing(folder)
        return drawn or make_drawing(project, store, node, record, words, folder), folder


SENTENCE = re.compile(r"(?>&#?\w+;|.)+?(?=(?<=\w)[.;:](?:\s|\Z)|\.?\Z)")
"""The first sentence; the end of a value's ``&#62;`` is none."""


def in_short(caption: str) -> str:
    """The first sentence of a caption as plain text, for an alt text that is derived."""
    caption = re.sub(r"""</?[a-z]+(\s+[\w-]+="[^"]*")*\s*/?>""", "", caption)
    plain = re.sub(r"\[([^]]*)\]\([^)]*\)|[$*`{}\\]", r"\1", caption)
    return shorten(unescape(first_sentence(plain)), 100, placeholder="…")


def first_sentence(plain: str) -> str:
    """The first sentence of a text, without its full stop."""
    plain = " ".join(plain.split())
    found = SENTENCE.match(plain)
    return found[0] if found else plain


def draw_key(project: Project, node: Node, record: Record, words: tuple[str, str]) -> str:
    """The digest of what a drawing depends on: the media, our drawing code, words and theme."""
    parts = [record.output, drawing_code(), stem(node), *words, project.dark]
    return sha256(canonical(parts).encode()).hexdigest()[:32]


@cache
def drawing_code() -> str:
    """The digest of the media room's sources."""
    folder = Path(media.__file__).parent
    digest = sha256()
    for file in sorted(folder.rglob("*.py")):
        digest.update(file.relative_to(folder).as_posix().encode() + b"\0" + file.read_bytes())
    return digest.hexdigest()


def cached_drawing(folder: Path) -> Drawn | None:
    """What was drawn before, if all its files are still there."""
    data = read_json(folder / "drawn.json")
    if data is None:
        return None
    drawn = Drawn.from_json(data)
    return drawn if all((folder / file.name).is_file() for file in drawn.files) else None


def make_drawing(
    project: Project,
    store: Store,
    node: Node,
    record: Record,
    words: tuple[str, str],
    folder: Path,
) -> Drawn:
    """Draw into a folder beside the final one, then rename: whole or not at all."""
    value = store.load(record.output)
    if not isinstance(value, media.Media):  # of a crafted record, as a remote may have it
        again = f"Run it again: reportgen figure --force {node.id}"
        raise ReportgenError(f"The record of '{node.id}' holds no figure.", hint=again)
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=folder.parent, prefix=".drawing-") as temporary:
        work = Path(temporary) / "figure"
        work.mkdir()
        theme = media.Theme(dark=project.dark)
        alt, title = words
        drawn = media.draw(value, work, stem=stem(node), theme=theme, alt=alt, title=title)
        write_json(work / "drawn.json", drawn.to_json())
        try:
            work.replace(folder)
        except OSError:  # it is there: from another build just now, or with a file missing
            if cached_drawing(folder) is None:
                folder.replace(Path(temporary) / "damaged")
                work.replace(folder)
    return drawn


def stem(node: Node) -> str:
    """``B.1a`` as the file name stem ``b-1a``."""
    return node.id.lower().replace(".", "-").replace("_", "-")
