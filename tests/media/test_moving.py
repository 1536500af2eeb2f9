"""Steps, animations, comparisons, panels and plots."""

from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from PIL import Image as Pillow

from reportgen.media import Animation, Compare, Grid, Image, Panels, Plot, Steps, Strip, draw
from reportgen.media.charts import DARK_INK, LIGHT_INK
from reportgen.media.pixels import as_pixels
from tests.media.conftest import Once
from tests.media.gallery import colour, curve, digits, figure, gallery, grid, noisy, table
from tests.media.page import Page

FRAMES = [noisy(s) for s in (1.0, 0.5, 0.5, 0.1)]
LABELS = ["t = 690", "t = 390", "t = 240", "t = 0"]


def rgb(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[i : i + 2], 16) for i in (1, 3, 5))


@pytest.mark.parametrize("frames", [FRAMES, [colour(), colour() // 2], [grid(2), grid(1)]])
def test_an_animation_has_every_frame_exactly(frames: list[object], tmp_path: Path) -> None:
    media = Animation(frames, LABELS[: len(frames)], fps=4)
    drawn = draw(media, tmp_path, stem="a")
    film = Pillow.open(tmp_path / "a.webp")
    assert film.n_frames == len(frames)
    for i, expected in enumerate(media.frames.pixels):
        film.seek(i)
        shown = np.asarray(film.convert("RGBA"))
        opaque = shown[..., 3] == 255
        colours = min(3, expected.shape[2]) if expected.shape[2] > 2 else 1
        assert (shown[opaque][:, :colours] == expected[opaque][:, :colours]).all()
        assert film.info["duration"] == 250
    assert [f.role for f in drawn.files] == ["animation", "still", "composite"]


def test_an_animation_rests_on_its_last_frame_and_links_its_film(tmp_path: Path) -> None:
    drawn = draw(Animation(FRAMES, LABELS), tmp_path, stem="a")
    page = Page(drawn.html)
    still = np.asarray(Pillow.open(tmp_path / page.all("img")[0]["src"][9:]))
    assert (still == as_pixels(FRAMES[-1], what="It")[..., 0]).all()
    assert page.all("a")[0]["href"] == "{assets}/a.webp"
    assert page.text == "Play all 4 frames"
    assert page.all("div")[0]["data-labels"] == "t = 690|t = 390|t = 240|t = 0"


def test_steps_are_a_labelled_strip_without_scripts(tmp_path: Path) -> None:
    page = Page(draw(Steps(FRAMES, LABELS), tmp_path, stem="s").html)
    assert len(page.all("li")) == 4
    assert page.text == "".join(LABELS)
    stage, *strip = page.all("img")
    assert [image["alt"].partition(", frame")[0] for image in strip] == LABELS
    assert "hidden" in page.all("div")[1].attributes
    assert (stage["src"], stage["alt"]) == (strip[-1]["src"], "")


def test_steps_of_grids_carry_their_labels_in_every_frame(tmp_path: Path) -> None:
    page = Page(draw(Steps([grid(2), grid(1)], ["epoch 1", "epoch 5"]), tmp_path, stem="s").html)
    assert page.text.count("σ = 0.4") == 3  # and in the large one
    assert page.text.count("seven") == 3


def test_a_comparison_is_two_labelled_images(tmp_path: Path) -> None:
    page = Page(draw(Compare(FRAMES[0], FRAMES[3]), tmp_path, stem="c").html)
    assert len(page.all("img")) == 2
    assert page.text == "beforeafter"


@pytest.mark.parametrize("titles", [("noisy", "clean"), ("(a) noisy", "(b) clean")])
def test_panels_have_letters_ids_and_titles(titles: tuple[str, str], tmp_path: Path) -> None:
    images = (Image(noisy(0.5)), Image(digits()[0]))
    page = Page(draw(Panels(dict(zip(titles, images, strict=True))), tmp_path, stem="b-3").html)
    assert [p.get("id") for p in page.all("div") if p.get("id")] == ["fig-b-3-a", "fig-b-3-b"]
    assert page.text == "(a) noisy(b) clean"


def test_panels_keep_their_own_letters(tmp_path: Path) -> None:
    panels = Panels({"(c) x": Image(noisy(0.5)), "(a) y": Image(digits()[0])})
    assert draw(panels, tmp_path, stem="p").alt.startswith("(c) x: Grey image")


def test_alts_in_a_panel_begin_with_its_title(tmp_path: Path) -> None:
    strip, inner = Strip([noisy(0.1), noisy(0.2)]), Panels({"x": Image(noisy(0.5)), "y": curve()})
    page = Page(draw(Panels({"samples": strip, "rest": inner}), tmp_path, stem="p").html)
    assert [image["alt"] for image in page.all("img")[:3]] == [
        "samples: image 1 of 2",
        "samples: image 2 of 2",
        "rest, x: Grey image of 28 × 28 pixels",
    ]


def test_a_page_of_charts_has_few_colours(tmp_path: Path) -> None:
    draw(Panels({"a": curve(), "b": curve()}), tmp_path, stem="p")
    assert Pillow.open(tmp_path / "p-full.png").mode == "P"


def test_panels_of_anything_collect_data_and_pictures(tmp_path: Path) -> None:
    media = Panels({"loss": curve(), "scores": table()})
    drawn = draw(media, tmp_path, stem="p")
    assert drawn.data == ("p-a.csv", "p-b.csv", "p-b.json")
    assert drawn.full == "p-full.png"
    assert "<table>" in drawn.html
    assert 'class="chart"' in drawn.html


def test_panels_of_tables_have_no_picture(tmp_path: Path) -> None:
    assert draw(Panels({"a": table(), "b": table()}), tmp_path, stem="p").full == ""


def test_panels_keep_their_order_in_the_store() -> None:
    panels = Panels({"z": Image(noisy(0.1)), "a": Image(noisy(0.2))})
    assert [title for title, _ in panels.to_value()["panels"]] == ["z", "a"]


def test_a_plot_has_the_pages_background_light_and_dark(tmp_path: Path) -> None:
    draw(Plot(figure()), tmp_path, stem="p")
    light = Pillow.open(tmp_path / "p.png").convert("RGB")
    dark = Pillow.open(next(tmp_path.glob("p-dark.*"))).convert("RGB")
    assert light.getpixel((0, 0)) == rgb(LIGHT_INK.background)
    assert dark.getpixel((0, 0)) == rgb(DARK_INK.background)
    assert max(value for value, _ in dark.getextrema()) < 60
    assert light.size == dark.size == (768, 408)  # with the label below, without what is blank


def test_a_plots_lines_on_a_map_keep_their_colours() -> None:
    drawn = Figure((2, 2))
    shades = drawn.add_axes((0, 0, 1, 0.5))
    shades.contourf(digits()[0], levels=4, vmax=2000, cmap="Greys")
    for axes in (shades, drawn.add_axes((0, 0.5, 1, 0.5))):
        axes.plot([5, 20], [14, 14], color="#0a5e6b", linewidth=9)
    plot = Plot(drawn)
    assert plot.dark is not None
    middles = [int(384 * share) for share in (0.25, 0.75)]
    same = [bool((plot.figure[row, 192] == plot.dark[row, 192]).all()) for row in middles]
    assert same == [False, True]  # the upper axes have no map


def test_a_plots_figure_keeps_its_colours() -> None:
    drawn = figure()
    note = drawn.axes[0].annotate("here", (2, 4), (1, 8), arrowprops={"fc": "k"}, bbox={})
    before = [
        tuple(map(float, a.get_facecolor()))
        for a in (drawn.patch, drawn.axes[0].patch, note.arrow_patch)
    ]
    Plot(drawn)
    after = [
        tuple(map(float, a.get_facecolor()))
        for a in (drawn.patch, drawn.axes[0].patch, note.arrow_patch)
    ]
    assert before == after


def test_a_plots_mapped_colours_stay() -> None:
    drawn = Figure((2, 2))
    drawn.add_axes((0, 0, 1, 1)).imshow(digits()[0], cmap="viridis", interpolation="nearest")
    plot = Plot(drawn)
    assert plot.dark is not None
    assert (plot.figure[100:250, 100:250] == plot.dark[100:250, 100:250]).all()


def test_a_dark_figure_may_be_given_or_refused() -> None:
    given = Figure((4, 2), facecolor="#123456")
    given.text(0.5, 0.5, "dark")
    assert tuple(Plot(figure(), given).dark[0, 0]) == (0x12, 0x34, 0x56)  # type: ignore[index]
    assert Plot(figure(), False).dark is None


def test_a_plot_tells_what_it_shows(tmp_path: Path) -> None:
    drawn = draw(Plot(figure()), tmp_path, stem="p")
    assert drawn.alt == "Plot: n squared against n; squares: from 1 to 9"
    assert (tmp_path / drawn.data[0]).read_text().splitlines() == [
        "series,x,y",
        "squares,1,1",
        "squares,2,4",
        "squares,3,9",
    ]


def test_wide_figures_say_so(tmp_path: Path) -> None:
    ten = Grid([[noisy(0.1, i) for i in range(10)]] * 4, column_labels=range(10))
    assert draw(ten, tmp_path, stem="g").wide
    assert not draw(Strip([noisy(0.1), noisy(0.2)]), tmp_path, stem="s").wide
    assert draw(Strip([noisy(0.1), noisy(0.2)], wide=True), tmp_path, stem="w").wide


def test_the_gallery_is_small(once: Once) -> None:
    files = [path for name in gallery() for path in once(name)[1].iterdir()]
    assert sum(path.stat().st_size for path in files) < 700_000
