"""Sketches: strokes in a file, drawn by our own code."""

import json
from pathlib import Path
from typing import Any

import pytest
from fake_run import ROOT

from experiments.part_a.sketches import draw_sketch, read_sketches
from reportgen import ReportgenError

LINE = {"colour": "#ff0000", "width": 25, "points": [[0, 50], [100, 50]]}
AREA = {"colour": "blue", "filled": True, "points": [[0, 75], [100, 75], [100, 100], [0, 100]]}
SKETCH = {"name": "a flag", "paper": "#ffffff", "strokes": [LINE, AREA]}


def written(folder: Path, content: Any) -> Path:
    path = folder / "mine.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content))
    return path


def test_strokes_are_drawn_where_they_are(tmp_path: Path) -> None:
    (sketch,) = read_sketches(written(tmp_path, {"sketches": [SKETCH]}))
    image = draw_sketch(sketch, 32)
    assert image.shape == (3, 32, 32)
    assert image[:, 2, 16].tolist() == [255, 255, 255]
    assert image[:, 16, 16].tolist() == [255, 0, 0]
    assert image[:, 30, 3].tolist() == [0, 0, 255]


def test_a_sketch_has_the_same_shape_at_any_size() -> None:
    small, large = draw_sketch(SKETCH, 32).float(), draw_sketch(SKETCH, 64).float()
    assert float((small.mean((1, 2)) - large.mean((1, 2))).abs().max()) < 6


def test_a_line_has_round_ends() -> None:
    dot = {"paper": "black", "strokes": [{"colour": "white", "width": 50, "points": [[50, 50]]}]}
    white = (draw_sketch(dot, 64)[0] > 127).float().mean()
    assert float(white) == pytest.approx(3.1416 * 0.25**2, rel=0.03)


def test_our_own_sketches_can_be_read() -> None:
    sketches = read_sketches(ROOT / "experiments/data/sketches.json")
    assert [sketch["name"] for sketch in sketches] == ["a boat", "a tree", "a tower"]
    for sketch in sketches:
        assert draw_sketch(sketch, 32).float().std() > 30


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("{", "'mine.json' is not a file of sketches"),
        ([], "'mine.json' is not a file of sketches"),
        ({"sketches": [{"paper": "#fff"}]}, "KeyError: 'strokes'"),
        ({"sketches": [{"paper": "off-white", "strokes": []}]}, "off-white"),
        ({"sketches": [{"paper": "#fff", "strokes": [{**LINE, "points": [[1]]}]}]}, "ValueError"),
        ({"sketches": []}, "holds no sketch"),
    ],
)
def test_what_is_no_sketch_is_refused(tmp_path: Path, content: Any, message: str) -> None:
    with pytest.raises(ReportgenError, match=message):
        read_sketches(written(tmp_path, content))


def test_a_file_that_is_not_there_is_named(tmp_path: Path) -> None:
    with pytest.raises(ReportgenError, match=r"no file of sketches '.*mine\.json'"):
        read_sketches(tmp_path / "mine.json")
