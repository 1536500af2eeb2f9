"""A build that has already happened: real nodes, records and drawn figures, in memory."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, replace
from pathlib import Path
from textwrap import dedent
from typing import Any

import numpy as np

from reportgen.engine.code import Code, Codes
from reportgen.engine.results import Result, step_into
from reportgen.errors import ReportgenError, did_you_mean
from reportgen.freshness.sources import Sources
from reportgen.media import Curve, Grid, Media, Strip, Table, Theme, draw
from reportgen.posts import Post, render_posts
from reportgen.project import Project
from reportgen.registry.node import Node
from reportgen.store import Record

HERE = Path(__file__).parent
DENOISER = {
    "test_psnr": 20.7643,
    "loss": [0.31, 0.12, 0.08],
    "epochs_done": 5,
    "by_sigma": {"0.5": 20.76, "1.0": 13.1},
    "count": np.int64(60000),
}


class World(Mapping[str, Result]):
    """Results by figure id and by function name, with values by path."""

    seed = 180
    public = ()

    def __init__(self) -> None:
        self.codes = Codes(HERE, Sources(HERE))
        self.by_name: dict[str, Result] = {}
        self.values_of: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Result:
        for result in self.by_name.values():
            if name in (result.node.id, result.node.name):
                return result
        raise KeyError(name)

    def __iter__(self) -> Iterator[str]:
        return iter(self.by_name)

    def __len__(self) -> int:
        return len(self.by_name)

    def value(self, node: str, path: Sequence[str]) -> Any:
        if node not in self:
            raise ReportgenError(f"There is no '{node}'.", hint=did_you_mean(node, list(self)))
        params = self[node].params
        if len(path) == 1 and path[0] in params:
            return params[path[0]]
        return step_into(self.values_of.get(node, {}), node, path, list(params))

    def definition(self, name: str) -> Code:
        return self.codes.named(name)

    def artifact(self, name: str, value: Any, **params: Any) -> None:
        node = a_node("artifact", name, name, params=params)
        self.by_name[name] = Result(node, "fresh", "", params, a_record(name, params))
        self.values_of[name] = value

    def figure(
        self,
        id: str,
        media: Media | None,
        folder: Path,
        *,
        caption: str = "",
        inputs: tuple[str, ...] = (),
        state: str = "fresh",
        dark: bool = True,
        **params: Any,
    ) -> None:
        name = "figure_" + id.lower().replace(".", "_").replace("-", "_")
        stem = id.lower().replace(".", "-")
        drawn = draw(media, folder, stem=stem, theme=Theme(dark)) if media is not None else None
        node = a_node("figure", name, id, caption=caption, inputs=inputs, params=params)
        record = a_record(name, params) if media is not None else None
        where = folder if media is not None else None
        self.by_name[name] = Result(node, state, "", params, record, caption, drawn, where)

    def change(self, id: str, **fields: Any) -> None:
        result = self[id]
        self.by_name[result.node.name] = replace(result, **fields)


def a_node(kind: str, name: str, id: str, **fields: Any) -> Node:
    place = {"module": "experiments.part_b", "file": "experiments/part_b.py", "line": 1}
    return Node(kind=kind, name=name, id=id, definition=name, **place, **fields)


def a_record(name: str, params: Mapping[str, Any]) -> Record:
    """A record with what posts show; what they do not is empty."""
    empty = {field.name: {} for field in fields(Record) if field.default is MISSING}
    shown = {
        "node": name,
        "key": "3f" * 32,
        "output": "9c" * 32,
        "params": params,
        "seed": 180,
        "device": "cpu, 2 threads",
        "seconds": 372.4,
        "finished": "2026-11-21T10:00:00Z",
        "commit": "4f2c1e9aa0b1c2d3e4f5",
    }
    return Record(**{**empty, **shown})


def make_world(folder: Path) -> World:
    """Figures B.1a (grid), B.1b (curve), B.1c (strip), B.1e (table) and artifact ``denoiser``."""
    folder.mkdir(parents=True, exist_ok=True)
    world = World()
    world.artifact("mnist", {"classes": 10})
    world.artifact("denoiser", DENOISER, sigma=0.5, epochs=5, batch_size=32, lr=1e-4)
    tiles = np.linspace(0, 1, 6 * 28 * 28).reshape(2, 3, 28, 28)
    grid = Grid(tiles, row_labels=["noisy", "blurred"], column_labels=["t = 1", "{{ t }}", "a|b"])
    world.figure("B.1a", grid, folder, caption="Noise $z = x + \\sigma\\epsilon$, *three* levels.")
    loss = Curve({"train": [3.0, 1.0, 0.5, 0.25]}, x="step", y="mean squared error", log_y=True)
    caption = 'The loss, 5 epochs of "32" | drawn from {{ braces }} and $p(x|y)$.'
    world.figure("B.1b", loss, folder, caption=caption, inputs=("denoiser",), smooth=0.9)
    world.figure("B.1c", Strip(tiles[0], labels=["1", "2", "3"]), folder, caption="A strip.")
    table = Table([["0.5", 20.76], ["1.0", 13.1]], columns=["sigma", "PSNR"], units={"PSNR": "dB"})
    world.figure("B.1e", table, folder, caption="PSNR by noise level.", inputs=("denoiser",))
    return world


def make_project(root: Path, posts: Mapping[str, str], **settings: Any) -> Project:
    project = Project(root, title="Residuals", **settings)
    project.posts_dir.mkdir(parents=True, exist_ok=True)
    for name, text in posts.items():
        (project.posts_dir / name).write_text(dedent(text).lstrip("\n"), encoding="utf-8")
    return project


def render_body(tmp_path: Path, body: str, **settings: Any) -> Post:
    """The one post with this body, in the world of ``make_world``."""
    text = "---\ntitle: A post\n---\n" + dedent(body).lstrip("\n")
    project = make_project(tmp_path, {"2024-11-19-a-post.md": text}, **settings)
    return render_posts(project, make_world(tmp_path / "drawn"))[0]


def render_text(tmp_path: Path, body: str, **settings: Any) -> Post:
    """The one post with this body, in a world without figures (drawing takes time)."""
    project = make_project(tmp_path, {"2024-11-19-a-post.md": "---\ntitle: A\n---\n" + body})
    world = World()
    world.artifact("denoiser", DENOISER, sigma=0.5, epochs=5)
    return render_posts(replace(project, **settings), world)[0]


def markdown_body(post: Post) -> str:
    """The generated Markdown below its front matter."""
    return post.markdown.split("---\n", 2)[2].strip("\n")
