"""What no figure may be made of, and how the refusal reads."""

import struct
from collections.abc import Callable
from io import BytesIO

import numpy as np
import pytest
from PIL import Image as Pillow

from reportgen.errors import ReportgenError
from reportgen.media import (
    Animation,
    Compare,
    Curve,
    Grid,
    Image,
    Media,
    Panels,
    Picture,
    Plot,
    Steps,
    Strip,
    Table,
)
from tests.media.gallery import digits, grid, noisy, photograph

X = digits()[0]
NAN = np.where(np.arange(784).reshape(28, 28) == 5, np.nan, 0.5)


def vast() -> bytes:
    """A small BMP file that says to be 20,000 pixels wide and high."""
    buffer = BytesIO()
    Pillow.new("L", (1, 1)).save(buffer, "BMP")
    content = buffer.getvalue()
    return content[:18] + struct.pack("<ii", 20_000, 20_000) + content[26:]


def line(**options: object) -> Curve:
    return Curve({"a": [1.0, 2.0, 3.0]}, x="step", y="loss", **options)  # type: ignore[arg-type]


REFUSED: dict[str, tuple[Callable[[], Media], str]] = {
    "strip labels": (
        lambda: Strip([X, X], ["one"]),
        "Strip has 1 label for 2 images: 'one'.",
    ),
    "labels as text": (lambda: Strip([X, X], "ab"), "not the text 'ab'"),
    "row labels": (lambda: Grid([[X, X]], ["a", "b"]), "Grid rows has 2 labels for 1 row"),
    "column labels": (
        lambda: Grid([[X, X]], None, ["a"]),
        "Grid columns has 1 label for 2 columns: 'a'.",
    ),
    "tile label rows": (lambda: Grid([[X]], tile_labels=[["a"], ["b"]]), "2 rows for 1 row"),
    "tile labels": (lambda: Grid([[X]], tile_labels=[["a", "b"]]), "row 1 has 2 labels for 1 tile"),
    "ragged grid": (lambda: Grid([[X, X], [X]]), "Grid row 2 has 1 tile, row 1 has 2."),
    "empty grid": (lambda: Grid([]), "Grid has no tiles."),
    "empty strip": (lambda: Strip([]), "there are none"),
    "NaN pixel": (lambda: Image(NAN), "The image holds nan (1 of 784 values, the first at [0, 5"),
    "infinite tile": (lambda: Strip([X, X / 0.0]), "Strip image 2 holds"),
    "constant image": (lambda: Image(np.zeros((4, 4))), "one value everywhere (0 of 255)"),
    "constant grid": (lambda: Grid(np.ones((2, 2, 4, 4))), "The grid shows one value everywhere"),
    "wide integers": (lambda: Image(X.astype(int)), "The image has int64 values."),
    "a vector": (lambda: Image(np.arange(4.0)), "shape (4,), which is not an image"),
    "unequal tiles": (
        lambda: Strip([X, X[:20]]),
        "Strip image 2 is 28 × 20 pixels, Strip image 1 is 28 × 28 pixels.",
    ),
    "half a picture": (
        lambda: Picture(photograph()[:300], ".png"),
        "This is no picture that can be read.",
    ),
    "a picture of 400 million pixels": (
        lambda: Picture(vast(), ".bmp"),
        "This picture has too many pixels.",
    ),
    "NaN in a curve": (
        lambda: Curve({"loss": [1.0, np.nan]}, x="step", y="loss"),
        "Series 'loss' holds nan (1 of 2 values, the first at [1]).",
    ),
    "constant curve": (
        lambda: Curve({"loss": [0.5, 0.5, 0.5]}, x="step", y="loss"),
        "The curve is constant: 'loss' is 0.5 throughout.",
    ),
    "no series": (lambda: Curve({}, x="step", y="loss"), "Curve has no series."),
    "one point": (lambda: Curve({"a": [1.0]}, x="step", y="loss"), "a line needs two"),
    "x of other length": (
        lambda: Curve({"a": ([1, 2, 3], [1.0, 2.0])}, x="step", y="loss"),
        "Series 'a' has 3 x values for 2 y values.",
    ),
    "words in a curve": (
        lambda: Curve({"a": ["x", "y"]}, x="step", y="loss"),
        "Series 'a' is not a list of numbers",
    ),
    "a matrix in a curve": (
        lambda: Curve({"a": np.ones((2, 2))}, x="step", y="loss"),
        "a line has one dimension",
    ),
    "zero on a log axis": (
        lambda: Curve({"a": [1.0, 0.0]}, x="step", y="loss", log_y=True),
        "Series 'a' has loss 0 at point 2, which a logarithmic axis cannot show.",
    ),
    "zero x on a log axis": (
        lambda: Curve({"a": ([0, 1], [1.0, 2.0])}, x="step", y="loss", log_x=True),
        "Series 'a' has step 0 at point 1",
    ),
    "unknown dots": (lambda: line(dots=["b"]), "Curve has no series 'b'."),
    "unknown band": (lambda: line(bands={"A": ([1], [2])}), "Curve has no series 'A'."),
    "short band": (
        lambda: line(bands={"a": ([1, 2], [2, 3])}),
        "The band of 'a' has 2 values for 3 points.",
    ),
    "empty table": (lambda: Table([], ["a"]), "Table has no rows."),
    "table without columns": (lambda: Table([[1]]), "Table needs columns"),
    "short row": (lambda: Table([[1, 2], [1]], ["a", "b"]), "row 2 has 1 cell for 2 columns"),
    "missing cell": (
        lambda: Table([{"a": 1, "b": 2}, {"a": 1}]),
        "Table row 2 has no value for 'b'.",
    ),
    "NaN cell": (lambda: Table([[float("nan")]], ["a"]), "Table row 1, column 'a', is nan."),
    "list cell": (lambda: Table([[[1]]], ["a"]), "is a list, not text or a number"),
    "unknown unit": (lambda: Table([[1]], ["PSNR"], units={"PSNN": "dB"}), "no column 'PSNN'"),
    "one frame": (lambda: Steps([X], ["a"]), "Steps needs two frames or more, not 1."),
    "frame labels": (lambda: Steps([X, X // 2], ["a"]), "Steps has 1 label for 2 frames"),
    "mixed frames": (lambda: Steps([X, grid()], ["a", "b"]), "images or grids, not both"),
    "grids of other shape": (
        lambda: Animation([Grid([[X, X]]), Grid([[X]])], ["a", "b"]),
        "Animation frame 2 is a grid of shape (1, 1, 28, 28), frame 1 of (1, 2, 28, 28).",
    ),
    "grids of other labels": (
        lambda: Steps([Grid([[X]], ["a"]), Grid([[X]], ["b"])], [1, 2]),
        "Steps frame 2 has other labels than frame 1.",
    ),
    "too fast": (lambda: Animation([X, X // 2], [1, 2], fps=0), "fps=0 is not between"),
    "unequal comparison": (lambda: Compare(X, X[:20]), "Compare image 2 is 28 × 20 pixels"),
    "three labels": (lambda: Compare(X, X, "abc"), "not the text"),
    "one panel": (lambda: Panels({"a": Image(X)}), "Panels needs two panels or more"),
    "an array as panel": (lambda: Panels({"a": X, "b": X}), "Panel 'a' is a ndarray, not media."),
    "some letters": (
        lambda: Panels({"(a) x": Image(X), "y": Image(X)}),
        "'(a) x', 'y' do not have one letter each",
    ),
    "nothing plotted": (lambda: Plot(__import__("matplotlib.figure").figure.Figure()), "nothing"),
}


@pytest.mark.filterwarnings("ignore:.*divide.*:RuntimeWarning", "ignore:.*invalid value.*")
@pytest.mark.parametrize("case", REFUSED)
def test_refused(case: str) -> None:
    make, expected = REFUSED[case]
    with pytest.raises(ReportgenError) as caught:
        make()
    assert expected in str(caught.value)


def test_a_constant_tile_among_others_is_legal() -> None:
    assert Strip([np.zeros((28, 28)), noisy(0.5)]).images.shape == (2, 28, 28, 1)


def test_an_unknown_series_is_answered_with_those_that_are_there() -> None:
    with pytest.raises(ReportgenError, match="Known: a"):
        line(dots=["b"])
