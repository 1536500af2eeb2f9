"""The records that travel with a post: what its numbers and pictures are, and where from.

``records.json`` lies beside the pictures of a post. It has the runs, each value that the text
shows with its number, and the digests of the figures' files and words.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.files import write_bytes
from reportgen.posts.figures import ancestors
from reportgen.posts.html import folded
from reportgen.posts.marks import Figure, PageReader, same
from reportgen.posts.post import Asset
from reportgen.posts.source import figures_folder
from reportgen.store.private import is_secret

if TYPE_CHECKING:
    from reportgen.engine.results import Result, Results
    from reportgen.posts.body import Body
    from reportgen.posts.items import ValueItem

FORMAT = 1
NAME = "records.json"
PARTS = ("text", "drawn", "named")
PRIVATE = re.compile(r"(?<![\w.:/\\])(?:~?/|[A-Za-z]:[\\/])(?:[^\s/\\\"']+[\\/])*(?=[^\s/\\\"'])")
"""The folders of an absolute path, which are nobody's business."""


def records_asset(
    body: Body, page: str, card: Asset | None, results: Results, store: Path
) -> Asset | None:
    """The records of a post as a file for its site, kept in ``store``; None where it has none.

    ``page`` is the post as it is written into the site, ``card`` its social card.
    """
    if not (body.formulas.marked or body.draft.figures):
        return None
    data = records_of(body, page, results)
    if card is not None:
        data["card"] = {Path(card.path).name: sha256(card.source.read_bytes()).hexdigest()}
    file = kept(store, NAME, written(data))
    return Asset(file, f"{figures_folder(body.draft.source.path)}/{NAME}")


def kept(store: Path, name: str, text: str) -> Path:
    """A file of the store that holds this text."""
    content = text.encode()
    file = store / "drawn" / sha256(content).hexdigest()[:32] / name
    if not file.is_file():
        write_bytes(file, content)
    return file


def written(data: dict[str, Any]) -> str:
    """JSON with a line for each run, value and figure."""
    parts = []
    for key, table in data.items():
        one = json.dumps(table, ensure_ascii=False)
        if isinstance(table, dict) and table:
            rows = (f'"{k}": {json.dumps(v, ensure_ascii=False)}' for k, v in table.items())
            one = "{\n" + ",\n".join(rows) + "\n}"
        parts.append(f'"{key}": {one}')
    return "{\n" + ",\n".join(parts) + "\n}\n"


def records_of(body: Body, page: str, results: Results) -> dict[str, Any]:
    """What ``records.json`` holds."""
    shown = [results[id] for id in body.draft.figures]
    paths = (path for item in body.formulas.marked if item.origin for path in item.origin.paths)
    cited = [results[path[0]] for path in dict.fromkeys(paths)]
    behind = {
        each.node.name: each
        for result in [*shown, *cited]
        for each in [result, *ancestors(result, results)]
    }
    prose, apart = folded(page)
    read = {anchor: digests_apart(markup) for anchor, markup in apart.items()}
    if any(figure.anchor not in read for figure in body.draft.figures.values()):
        read = {figure.anchor: digests_of(figure) for figure in PageReader(prose).figures} | read
    return {
        "format": FORMAT,
        "post": body.draft.source.slug,
        "runs": {name: run_of(result, results) for name, result in behind.items()},
        "values": {str(number): value_of(item) for item, number in body.formulas.marked.items()},
        "figures": {
            figure.anchor: {
                "run": results[id].node.name,
                "files": dict(digests(results[id], body.draft.beside(id))),
                **read[figure.anchor],
            }
            for id, figure in body.draft.figures.items()
        },
    }


@lru_cache(maxsize=512)
def digests_apart(markup: str) -> dict[str, str]:
    """``digests_of`` a figure that stands by itself."""
    return digests_of(PageReader(markup).figures[0])


def digests_of(figure: Figure) -> dict[str, str]:
    """The digests of what a figure of a page says, draws and shows, whatever its white space."""
    return {part: sha256(same(getattr(figure, part)).encode()).hexdigest() for part in PARTS}


def run_of(result: Result, results: Results) -> dict[str, Any]:
    """One run: what it is a run of, under which parameters, where and when.

    ``changed`` holds the parameters that differ from the defaults of the code. A parameter that is
    a secret by its name is left out.
    """
    node, record = result.node, result.record
    secret = {k for k, v in result.params.items() if is_secret(k, v)} - set(results.public)
    params = {name: value for name, value in result.params.items() if name not in secret}
    data = {
        "id": node.id,
        "kind": node.kind,
        "state": result.state,
        "params": public(params),
        "changed": public({k: v for k, v in params.items() if node.params.get(k, v) != v}),
        "inputs": list(node.inputs),
    }
    if record is not None:
        data |= {
            "digest": record.key,
            "output": record.output,
            "seed": record.seed,
            "device": public(record.device),
            "commit": record.commit,
            "finished": record.finished,
            "seconds": round(record.seconds, 3),
        }
    return data


def value_of(item: ValueItem) -> dict[str, Any]:
    """One value: the paths that it was read from, its number in full, and how it is printed."""
    assert item.origin is not None
    data: dict[str, Any] = {"of": [list(path) for path in item.origin.paths], "text": item.text}
    if isinstance(item.value, int | float):
        data["value"] = item.value
        data["how"] = list(item.how)
    if not item.origin.itself:
        data["computed"] = True
    return data


def digests(result: Result, more: Iterable[Asset] = ()) -> Iterator[tuple[str, str]]:
    """The files of a figure, and ``more`` that belong to it, with their digests, by name."""
    files = {Path(asset.path).name: asset.source for asset in more}
    if result.drawn is not None and result.folder is not None:
        files |= {file.name: result.folder / file.name for file in result.drawn.files}
    for name, file in files.items():
        yield name, sha256(file.read_bytes()).hexdigest()


def public(value: Any) -> Any:
    """A value without the folders of paths on somebody's machine."""
    if isinstance(value, Mapping):
        return {key: public(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [public(item) for item in value]
    return PRIVATE.sub("…/", value) if isinstance(value, str) else value
