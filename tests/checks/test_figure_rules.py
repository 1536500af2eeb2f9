"""Figures, captions, references and alternative texts, in the many ways of writing them."""

from collections.abc import Callable

import pytest

from tests.checks.conftest import BlogFolder, png

RulesOf = Callable[..., list[str]]
A, B = "/assets/unet.png", "/assets/loss.png"


@pytest.fixture(autouse=True)
def images(blog: BlogFolder) -> None:
    """Two images in the assets of the blog, both shown by a page."""
    blog.write({A[1:]: png(), B[1:]: png(), "index.html": "---\n---\nunet.png loss.png\n"})


TWINS = [
    "<figure><img src='{src}' alt='{alt}'><figcaption>Figure 1: {words}</figcaption></figure>",
    "<div align='center'>\n<img src='{src}' alt='{alt}'>\n<p>Figure 1: {words}</p>\n</div>",
    "<p align='center'><img src='{src}' alt='{alt}'><br><em>Figure 1: {words}</em></p>",
    "<center><img src='{src}' alt='{alt}'><br>Fig. 1. {words}</center>",
    "<img src='{src}' alt='{alt}'>\n\n**Figure 1:** {words}",
    "![{alt}]({src})\n\nFigure 1: {words}",
    "![{alt}]({src})\n\n*Figure 1: {words}*",
    "![{alt}]({src})\n*Figure 1 - {words}*",
    "![{alt}]({src})\n\n**Figure 1.** {words}",
    "<table><tr><td><img src='{src}' alt='{alt}'></td></tr>\n"
    "<tr><td>Figure 1: {words}</td></tr></table>",
    '<div markdown="1">\n![{alt}]({src})\n\nFigure 1: {words}\n</div>',
    "{{% include figure.html src='{src}' alt='{alt}' caption='Figure 1: {words}' %}}",
    "> ![{alt}]({src})\n> Figure 1: {words}",
    "- ![{alt}]({src})\n\n  Figure 1: {words}",
]


@pytest.mark.parametrize("written", TWINS)
def test_one_number_one_caption_and_one_alt_text_are_found_however_written(
    blog: BlogFolder, rules_of: RulesOf, written: str
) -> None:
    blog.write({"_includes/figure.html": "<img>"})
    twins = [
        written.format(src=src, alt="A labeled face", words="Labeled images") for src in (A, B)
    ]

    found = rules_of("Figure 1 shows faces.\n\n" + "\n\n".join(twins) + "\n")

    assert found == ["alt-repeated", "caption-repeated", "figure-number-repeated"]


@pytest.mark.parametrize("written", TWINS)
def test_two_figures_that_differ_are_clean(
    blog: BlogFolder, rules_of: RulesOf, written: str
) -> None:
    blog.write({"_includes/figure.html": "<img>"})
    first = written.format(src=A, alt="A labeled face", words="Labeled images")
    second = written.format(src=B, alt="Two labeled faces", words="Averages of both")
    second = second.replace("Figure 1", "Figure 2").replace("Fig. 1", "Fig. 2")

    assert rules_of(f"Figures 1 and 2 show faces.\n\n{first}\n\n{second}\n") == []


@pytest.mark.parametrize(
    "sentence",
    [
        "The figure below shows it.",
        "See the plot below.",
        "The images shown below are noisy.",
        "As shown below, it works.",
        "The result is depicted below.",
        "The following figure shows it.",
        "The following three images are noisy.",
        "Below is the loss curve.",
        "Below are some results.",
        "Our results are below, and the samples below are good.",
        "The table above lists it.",
        "As seen above, it works.",
    ],
)
def test_a_sentence_that_points_to_nothing_is_found(rules_of: RulesOf, sentence: str) -> None:
    image = f"![A net]({A})"
    there = f"{image}\n\n{sentence}" if "above" in sentence else f"{sentence}\n\n{image}"

    assert rules_of(f"## One\n\n{sentence}\n\n## Two\n\nText.\n") == ["figure-pointer"]
    assert rules_of(f"## One\n\n{there}\n\n## Two\n\nText.\n") == []


def test_a_figure_may_stand_in_a_subsection_and_a_table_farther_down(rules_of: RulesOf) -> None:
    image, table = f"![A net]({A})\n", "| a | b |\n|---|---|\n| 1 | 2 |\n"

    assert rules_of(f"## One\n\nSee the figure below.\n\n### Two\n\n{image}") == []
    assert rules_of(f"See the figure below.\n\n## Two\n\n{image}") == []
    assert rules_of(f"## One\n\nSee the table below.\n\n## Two\n\n{table}") == []
    assert rules_of(f"## One\n\nSee the figure below.\n\n## Two\n\n{image}") == ["figure-pointer"]


@pytest.mark.parametrize(
    "sentence",
    [
        "The temperature fell below zero.",
        "See the section below for more.",
        "The proof above is short.",
        "The following people helped.",
        "They followed the figure out of the room.",
        "Numbers below 5 are rare; those above are not.",
        "We figure it is below average.",
        "The code below runs.\n\n```\nrun()\n```",
        "Below are the rules:\n\n- first\n- second",
        "The figure below is drawn by a script:\n\n<canvas id='c'></canvas>",
        "The video below shows it:\n\n<iframe src='https://e.org/v'></iframe>",
        "The diagram below:\n\n```mermaid\na --> b\n```",
    ],
)
def test_other_uses_of_below_and_above_are_let_alone(rules_of: RulesOf, sentence: str) -> None:
    assert rules_of(f"## One\n\n{sentence}\n\n## Two\n\nText.\n") == []


CAPTIONED = f"![A net]({A})\n\nFigure 1: A net.\n\n![A loss]({B})\n\nFigure 2: A loss.\n"


@pytest.mark.parametrize(
    ("sentence", "rules"),
    [
        ("Figures 1 and 2 show it.", []),
        ("Figs. 1-2 show it.", []),
        ("Figures 1 to 2 show it.", []),
        ("See Fig. 1, then Figure 2a.", []),
        ("[Figure 1](#x-1) and **Figure 2**.", ["anchor-missing"]),
        ("Figure 1 shows it.", ["figure-unreferenced"]),
        ("Figures 1, 2 and 3 show it.", ["figure-unknown"]),
        ("Figures 1 and 2, and Figure 7.", ["figure-unknown"]),
        ("Figures 1 and 2, like Figure 7 of the paper.", []),
        ("Figures 1 and 2, like Fig. 7 in Ho et al.", []),
        ("Figures 1 and 2, and Table 4.", []),
        ("Figures 1 and 2 cost 7 dollars.", []),
    ],
)
def test_references_are_held_against_the_captions(
    rules_of: RulesOf, sentence: str, rules: list[str]
) -> None:
    assert rules_of(f"{sentence}\n\n{CAPTIONED}") == rules


@pytest.mark.parametrize(
    ("numbers", "rules"),
    [
        ((1, 2), []),
        ((2, 3), ["figure-number-order"]),
        ((1, 3), ["figure-number-order"]),
        ((2, 1), ["figure-number-order"]),
    ],
)
def test_numbers_run_from_one_in_order(
    rules_of: RulesOf, numbers: tuple[int, int], rules: list[str]
) -> None:
    first, second = numbers
    captioned = (
        f"![A net]({A})\n\nFigure {first}: A net.\n\n![A loss]({B})\n\nFigure {second}: A loss.\n"
    )
    body = f"Figures {first} and {second}.\n\n{captioned}"

    assert rules_of(body) == rules


@pytest.mark.parametrize(
    "caption",
    ["", "Caption", "Figure caption", "Your caption here", "Image description", "TODO", "Untitled",
     "Insert caption here", "Enter image description here", "Lorem ipsum dolor"],
)  # fmt: skip
def test_a_caption_that_says_nothing_is_found(rules_of: RulesOf, caption: str) -> None:
    figure = f"<figure><img src='{A}' alt='A net'><figcaption>{caption}</figcaption></figure>\n"

    assert "caption-placeholder" in rules_of(figure)


@pytest.mark.parametrize(
    "caption", ["The net", "A figure of speech", "Image restored", "Caption of the original, by A."]
)
def test_a_caption_that_says_something_is_not(rules_of: RulesOf, caption: str) -> None:
    figure = f"<figure><img src='{A}' alt='A net'><figcaption>{caption}</figcaption></figure>\n"

    assert rules_of(figure) == []


@pytest.mark.parametrize(
    ("alt", "rules"),
    [
        ("Image 1", ["alt-placeholder"]),
        ("image", ["alt-placeholder"]),
        ("Figure 3", ["alt-placeholder"]),
        ("alt text", ["alt-placeholder"]),
        ("IMG_2031", ["alt-placeholder"]),
        ("loss.png", ["alt-placeholder"]),
        ("screenshot", ["alt-placeholder"]),
        ("", ["alt-missing"]),
        ("The loss falls", []),
        ("Image of a seven", []),
        ("Figure eight knot", []),
        ("2024", ["alt-placeholder"]),
    ],
)
def test_alternative_texts(rules_of: RulesOf, alt: str, rules: list[str]) -> None:
    assert rules_of(f"![{alt}]({A})\n") == rules


def test_an_empty_alt_in_html_is_decoration_and_none_is_a_fault(rules_of: RulesOf) -> None:
    assert rules_of(f'<p><img src="{A}" alt=""></p>\n') == []
    assert rules_of(f'<p><img src="{A}"></p>\n') == ["alt-missing"]


def test_the_light_and_dark_version_of_an_image_may_share_a_text(rules_of: RulesOf) -> None:
    pair = "![The loss]({}){{: .{}}}\n"
    named = "![The loss](/assets/loss-light.png) ![The loss](/assets/loss-dark.png)\n"

    assert rules_of(pair.format(A, "light") + pair.format(B, "dark")) == []
    assert "alt-repeated" not in rules_of(named)
    assert rules_of(pair.format(A, "wide") + pair.format(B, "left")) == ["alt-repeated"]
