"""Labels: from what authors type to italics and Unicode."""

from html import unescape
from re import sub

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.media.labels import label_html, label_text, listed, text_html

NB = "\u00a0"

WRITTEN = {
    "sigma = 0.5": (f"<i>σ</i>{NB}={NB}0.5", "σ = 0.5"),
    "σ = 0.5": (f"<i>σ</i>{NB}={NB}0.5", "σ = 0.5"),
    "t=690": (f"<i>t</i>{NB}={NB}690", "t=690"),
    "noisy, t = 250": (f"noisy, <i>t</i>{NB}={NB}250", "noisy, t = 250"),
    "alpha_bar = 0.49": (f"<i>ᾱ</i>{NB}={NB}0.49", "ᾱ = 0.49"),
    "x_0": ("<i>x</i><sub>0</sub>", "x₀"),
    "eps_hat": ("<i>ε̂</i>", "ε̂"),
    "alpha_bar_t = 1": (f"<i>ᾱ</i><sub>t</sub>{NB}={NB}1", "ᾱₜ = 1"),
    "sigma": ("<i>σ</i>", "σ"),
    "Noise sigma": ("Noise <i>σ</i>", "Noise σ"),
    "Noise σ (dB)": ("Noise <i>σ</i> (dB)", "Noise σ (dB)"),
    "epoch 5": ("epoch 5", "epoch 5"),
    "5": ("5", "5"),
    "after epoch 1, 18.8 dB": (f"after epoch 1, 18.8{NB}dB", "after epoch 1, 18.8 dB"),
    "U-Net": ("U-Net", "U-Net"),
    "a < b": (f"<i>a</i>{NB}&lt;{NB}b", "a < b"),
    "beta version": ("beta version", "beta version"),
    "p(x|y)": ("p(x&#124;y)", "p(x|y)"),
    "{{ site }}": ("&#123;&#123; site &#125;&#125;", "{{ site }}"),
    "nu & mu": ("nu &amp; mu", "nu & mu"),
}


@pytest.mark.parametrize("label", WRITTEN)
def test_label(label: str) -> None:
    assert (label_html(label), label_text(label)) == WRITTEN[label]


@given(st.text(alphabet="abtxσ =<>&\"'{}|_019.%()", max_size=30))
def test_html_reads_as_the_text_and_is_harmless(label: str) -> None:
    html = label_html(label)
    assert not set("{}|\n") & set(html)
    plain = unescape(sub("</?(i|sub)>", "", html))
    assert "".join(plain.split()) == "".join(label.replace("_", "").split()) or "_" in label


@given(st.text(max_size=30))
def test_escaped_text_is_the_text(text: str) -> None:
    assert unescape(text_html(text)) == " ".join(text.split())


def test_labels_with_commas_are_listed_with_semicolons() -> None:
    assert listed(["t = 1", "t = 2"]) == "t = 1, t = 2"
    assert listed(["a, b", "c"]) == "a, b; c"


def test_empty_labels_are_not_listed() -> None:
    assert listed(["field", "", " ", "sea"]) == "field, sea"
    assert listed(["", ""]) == ""
