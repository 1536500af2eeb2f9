"""The report *Diffusion Models*: whole, from shipped weights, and true."""

import gzip
import json
import math
import re
from pathlib import Path

import pytest

from reportgen.checks import check_paths, check_site
from reportgen.project import find_project
from reportgen.registry.discover import read_nodes
from tests.posts.dom import dom
from tests.report.conftest import ROOT, Report

SLUG = "diffusion-models"
SOURCE = ROOT / f"templates/posts/2026-11-24-{SLUG}.md"
SHOWN = re.findall(r'(?:figure|table)\("([^"]+)"\)', SOURCE.read_text(encoding="utf-8"))
"""The ids of all figures and tables, in the order of the post."""
PROMISED = [
    *("A.0", "A.1", "A.2", "A.3", "A.4a", "A.4b", "A.5", "A.6a", "A.6b", "A.6c", "A.6d", "A.6e"),
    *("A.0b", "A.4d", "A.6f", "A.6g", "A.7a", "A.7b", "A.7c", "A.7d", "A.9b", "B.3-network"),
    *("A.8", "A.9", "B.0", "B.1a", "B.1b", "B.1c", "B.1d", "B.1e", "B.1f", "B.2a", "B.2b", "B.2c"),
    *("B.2d", "B.3a", "B.3b", "B.3c", "B.3d", "B.3e", "B.3f", "B.4"),
]


def page(report: Report) -> str:
    return (report.root / "site/_preview" / SLUG / "index.html").read_text(encoding="utf-8")


def article(html: str) -> str:
    found = re.search(r"(?s)<article[^>]*>.*?</article>", html)
    assert found
    return found[0]


def test_its_nodes_are_read_without_importing_torch() -> None:
    _, dynamic = read_nodes(find_project(ROOT))
    assert dynamic == [], "the workflow of Pages has no torch"


def test_a_fresh_clone_trains_nothing(report: Report) -> None:
    assert report.first.code == 0, report.first
    assert "✓ B.1b" in report.first.err
    for record in (ROOT / "experiments/bundle/records").glob("*/*.json"):
        if json.loads(record.read_bytes())["seconds"] > 60:
            assert f"✓ {record.parent.name} " not in report.first.err
    assert "Warning" not in report.first.err


def test_the_next_build_runs_nothing(report: Report) -> None:
    again = report.folder.run("build")
    assert again.code == 0
    assert f"Everything is up to date ({len(SHOWN)} figures)." in again.err


def test_every_figure_is_there_with_its_own_number(report: Report) -> None:
    html = page(report)
    anchors = re.findall(r'<figure class="rg[^"]*" id="((?:fig|table)-[^"]+)"', html)
    assert [anchor.partition("-")[2] for anchor in anchors] == [anchor_of(id) for id in SHOWN]
    for word, kind in (("Figure", "fig-"), ("Table", "table-")):
        numbers = re.findall(rf"<b>{word}(?:&nbsp;|\s)(\d+)", html)
        count = sum(anchor.startswith(kind) for anchor in anchors)
        assert numbers == [str(n) for n in range(1, count + 1)]
    alts = re.findall(r'<img[^>]* alt="([^"]*)"', article(html))
    assert alts
    assert alts.count("") == article(html).count('class="stage"'), "where a script shows a frame"


def test_every_figure_is_referenced(report: Report) -> None:
    html = page(report)
    for id in SHOWN:
        assert re.search(rf'href="#(fig|table)-{anchor_of(id)}"', html), id


def anchor_of(id: str) -> str:
    return id.lower().replace(".", "-")


def test_the_post_shows_all_that_was_promised() -> None:
    assert set(PROMISED) <= set(SHOWN)
    assert len(SHOWN) == len(set(SHOWN))


def test_the_denoiser_reaches_its_quality(report: Report) -> None:
    params = {name: report.value(f"denoiser.{name}") for name in ("hidden", "batch_size", "epochs")}
    assert report.value("denoiser.parameters") == 1_975_361 if params["hidden"] == 64 else True
    steps = math.ceil(60_000 / params["batch_size"]) * params["epochs"]
    loss = report.folder.run("value", "denoiser.loss").out
    assert f"array, {steps}" in loss
    assert report.value("denoiser.test_psnr") >= 20
    assert f"{report.value('denoiser.test_psnr'):.1f}" in page(report)


def test_labels_are_the_values_that_were_drawn(report: Report) -> None:
    sigmas = report.value("denoiser_levels.sigmas")
    assert sigmas == [0.0, 0.2, 0.4, 0.5, 0.6, 0.8, 1.0]
    figure = re.search(r'(?s)<figure[^>]*id="fig-b-1d".*?</figure>', page(report))
    assert figure
    labels = re.findall(r"<i>σ</i>(?:&nbsp;|\u00a0)=(?:&nbsp;|\u00a0)([\d.]+)", figure[0])
    assert labels == [str(sigma) for sigma in sigmas]


def test_alpha_bar_is_that_of_the_cosine_schedule(report: Report) -> None:
    alpha_bar = report.value("forward_process.alpha_bar")
    assert alpha_bar == pytest.approx({"250": 0.8459, "500": 0.4923, "750": 0.1432}, abs=1e-4)


def test_the_real_jekyll_gives_the_article_of_the_preview(
    report: Report, jekyll_site: Path
) -> None:
    theirs = body_of(built(jekyll_site).read_text(encoding="utf-8")).replace("/blog/", "../../")
    assert dom(body_of(page(report))) == dom(theirs)


def built(jekyll_site: Path) -> Path:
    return jekyll_site / SLUG / "index.html"


def body_of(html: str) -> str:
    """The post's own part of a page: from its first paragraph to the end of the article."""
    start = html.index("<p>A diffusion model is a denoiser")
    return html[start : html.index("</article>", start)]


def test_the_pages_of_the_post_are_small(report: Report, jekyll_site: Path) -> None:
    """As they travel: compressed, as every server of pages sends them, with all figures' code."""
    for html in (page(report), built(jekyll_site).read_text(encoding="utf-8")):
        assert len(gzip.compress(html.encode())) <= 110_000


def test_the_pictures_of_the_post_are_small(report: Report) -> None:
    """All that a page can show, light and dark, wide and narrow; what one reader gets is half."""
    html = page(report)
    names = re.findall(r'(?:src|srcset|data-film)="[^" ]*/assets/figures/[^" ]*/([^"/ ]+)', html)
    files = [report.root / "site/assets/figures" / SLUG / name for name in set(names)]
    assert len(files) > 40
    assert sum(file.stat().st_size for file in files) <= 3_000_000


def test_the_pictures_in_the_list_of_figures_are_small(jekyll_site: Path) -> None:
    html = (jekyll_site / "figures/index.html").read_text(encoding="utf-8")
    names = re.findall(r'<img src="/blog/(assets/figures/[^"]*)"', html)
    sizes = [(jekyll_site / name).stat().st_size for name in names]
    assert len(sizes) > 40
    assert max(sizes) <= 50_000
    assert sum(sizes) <= 900_000


def test_no_alt_has_blanks(report: Report) -> None:
    for alt in re.findall(r'<img[^>]* alt="([^"]*)"', article(page(report))):
        assert not re.search(r"[,:;] *[,:;]|[,:;] *$|^\d+ of", alt), alt


def test_every_address_of_the_built_site_leads_somewhere(jekyll_site: Path) -> None:
    assert check_site(jekyll_site, "/blog") == []


def test_the_search_reads_the_report_to_its_end_but_no_code(jekyll_site: Path) -> None:
    text = json.loads((jekyll_site / "search.json").read_bytes())[0]["text"]
    assert "Straight Lines Diffusion walks" in text
    assert "The denoiser’s U-Net" in text, "a caption"
    assert "@figure" not in text


def test_the_generated_post_is_without_fault(report: Report) -> None:
    assert check_paths([report.root / "site/_posts"], strict=True) == []
