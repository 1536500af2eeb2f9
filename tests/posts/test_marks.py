"""Every value from a run is marked where a reader sees it, and nowhere else."""

import json
from pathlib import Path

import numpy as np
import pytest

from reportgen.posts import Post, render_posts
from reportgen.posts.marks import PageReader
from reportgen.posts.records import public
from tests.posts.conftest import Kramdown
from tests.posts.world import World, make_project, make_world

VALUES = {
    "psnr": 20.7643,
    "old": 18.0,
    "scores": [{"name": "a*b", "rate": 0.25}, {"name": "c", "rate": 0.5}],
    "loss": np.array([3.0, 1.0, 0.25]),
}
P, OLD, LOSS = ["model", "psnr"], ["model", "old"], ["model", "loss"]
TABLE = [  # what a template writes; what is marked of it, and from where; None where nothing is
    ("<%= model.psnr | db %>", "20.8 dB", [P]),
    ("<%= model.psnr %>", "20.7643", [P]),
    ("<%= model.sigma %>", "0.5", [["model", "sigma"]]),
    ('<%= param("model", "sigma") %>', "0.5", [["model", "sigma"]]),
    ("<%= (model.psnr - model.old) | round(1) %>", "2.8", [P, OLD]),
    ("<% set gain = model.psnr / model.old %><%= gain | times(2) %>", "1.15×", [P, OLD]),
    ('<%= "%.2f" | format(model.psnr) %>', "20.76", [P]),
    ("<%= model.loss[-1] | round(2) %>", "0.25", [LOSS]),
    ("<%= model.loss | length %>", "3", [LOSS]),
    ("<%= [model.psnr, model.old] | max | round %>", "21", [P]),
    ("<%= model.scores[0].name %>", "a*b", [["model", "scores", "0", "name"]]),
    ("<%= 'better' if model.psnr > model.old else 'worse' %>", "better", [P, OLD]),
    ("**<%= model.psnr | round %>**", "21", [P]),
    ("| a | <%= model.psnr | round %> |", "21", [P]),
    ("`<%= model.psnr %>`", "20.7643", [P]),
    ("$x = <%= model.psnr %>$", "x=20.7643", [P]),
    ("<p>HTML <%= model.psnr | round %></p>", "21", [P]),
    ("<%= 32 %>", None, []),
    ("<% if model.psnr > 3 %><%= 32 %><% endif %>", None, []),
    ("[a](https://example.org/<%= model.psnr | round %>)", None, []),
    ('<b title="<%= model.psnr | round %>">a</b>', None, []),
    ("![a <%= model.psnr %>](b.png)", None, []),
    ("<!-- <%= model.psnr %> -->", None, []),
    ("```\n<%= model.psnr %>\n```", None, []),
]
EACH = "<% for s in model.scores %><%= s.rate | percent %> <% endfor %>"


def render(tmp_path: Path, body: str, **params: object) -> Post:
    world = World()
    world.artifact("model", VALUES, **({"sigma": 0.5} | params))
    posts = {"2024-11-19-a-post.md": f"---\ntitle: A\n---\n{body}"}
    return render_posts(make_project(tmp_path, posts), world)[0]


def records_of(post: Post) -> dict[str, dict[str, dict[str, object]]]:
    [asset] = [asset for asset in post.assets if asset.path.endswith("records.json")]
    assert asset.path == "assets/figures/a-post/records.json"
    return dict(json.loads(asset.source.read_bytes()))


def test_what_is_marked(tmp_path: Path, kramdown: Kramdown) -> None:
    rows = [f"§{i}§ {source}" if source[0] not in "|<`" else source
            for i, (source, _, _) in enumerate(TABLE)]  # fmt: skip
    post = render(tmp_path, "\n\n".join(rows))
    values = records_of(post)["values"]
    expected = [(text, paths) for _, text, paths in TABLE if text]
    for page in (post.html, kramdown(post.markdown.split("---\n", 2)[2])):
        marks = PageReader(page).marks
        found = [(mark.text, values[mark.id.rpartition("/")[2]]["of"]) for mark in marks]
        told = [(text.replace("\u00a0", " "), of) for text, of in found]
        assert told == expected


def test_items_of_a_loop_have_paths_of_their_own(tmp_path: Path) -> None:
    values = records_of(render(tmp_path, EACH))["values"].values()
    assert [(v["of"], v["value"], v["how"]) for v in values] == [
        ([["model", "scores", "0", "rate"]], 0.25, ["percent"]),
        ([["model", "scores", "1", "rate"]], 0.5, ["percent"]),
    ]


def test_contents_have_no_marks(tmp_path: Path) -> None:
    post = render(tmp_path, "## To <%= model.psnr | round %> and on\n\nText.\n")
    assert post.headings[0].html == "To 21 and on"
    assert "data-v" in post.html


def test_captions_are_marked_while_they_are_those_of_the_run(tmp_path: Path) -> None:
    world = make_world(tmp_path / "drawn")
    drawn = world["B.1c"]
    world.figure("C.1", None, tmp_path, caption="After {denoiser.epochs} epochs, $s = {s}$.")
    node = world["C.1"].node
    world.change("C.1", drawn=drawn.drawn, folder=drawn.folder, record=drawn.record)
    text = '---\ntitle: A\n---\n<%= figure("C.1") %>\n'
    project = make_project(tmp_path, {"2024-11-19-a-post.md": text})
    for caption, marks in (("After 5 epochs, $s = {s}$.", ["5"]), ("After 4 epochs.", [])):
        world.change("C.1", caption=caption, node=node)
        page = PageReader(render_posts(project, world)[0].html)
        assert [mark.text for mark in page.marks] == marks


def test_records_tell_of_each_run_and_of_no_folder(tmp_path: Path) -> None:
    post = render(tmp_path, "<%= model.psnr %>", data="/home/ann/mnist/raw.gz")
    run = records_of(post)["runs"]["model"]
    assert run["params"] == {"sigma": 0.5, "data": "…/raw.gz"}
    assert (run["device"], run["finished"]) == ("cpu, 2 threads", "2026-11-21T10:00:00Z")
    assert "ann" not in json.dumps(records_of(post))


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("/data/x.csv", "…/x.csv"),
        ("~/runs/week 4/a", "…/week 4/a"),
        (r"C:\Users\ann\x.csv", "…/x.csv"),
        ("read from /data/a/b, then", "read from …/b, then"),
        ("https://example.org/a/b", "https://example.org/a/b"),
        ("and/or", "and/or"),
        ("data/x.csv", "data/x.csv"),
    ],
)
def test_folders_are_left_out(text: str, shown: str) -> None:
    assert public({"a": [text]}) == {"a": [shown]}
