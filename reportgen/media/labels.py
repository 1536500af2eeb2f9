"""Labels: plain text as authors type it, to HTML with maths letters and to Unicode text.

``sigma = 0.5`` becomes ``<i>σ</i> = 0.5``: a letter or the name of a Greek letter that stands
before a relation, or alone, is a symbol. ``alpha_bar_t``, ``x_0`` and ``x_hat`` work too.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from html import escape

GREEK = {
    "alpha": "α", "beta": "β", "gamma": "γ", "delta": "δ", "epsilon": "ε", "eps": "ε",
    "zeta": "ζ", "eta": "η", "theta": "θ", "kappa": "κ", "lambda": "λ", "mu": "μ", "nu": "ν",
    "xi": "ξ", "pi": "π", "rho": "ρ", "sigma": "σ", "tau": "τ", "phi": "φ", "chi": "χ",
    "psi": "ψ", "omega": "ω", "Gamma": "Γ", "Delta": "Δ", "Theta": "Θ", "Lambda": "Λ",
    "Sigma": "Σ", "Phi": "Φ", "Psi": "Ψ", "Omega": "Ω",
}  # fmt: skip
ACCENTS = {"bar": "\u0304", "hat": "\u0302", "tilde": "\u0303"}
SUBSCRIPTS = str.maketrans("0123456789aehijklmnoprstuvx", "₀₁₂₃₄₅₆₇₈₉ₐₑₕᵢⱼₖₗₘₙₒₚᵣₛₜᵤᵥₓ")

_LETTER = "|".join([*sorted(GREEK, key=len, reverse=True), "[A-Za-zα-ωΑ-Ω]"])
_ACCENT = f"(?:_(?P<accent>{'|'.join(ACCENTS)}))?"
_SYMBOL = rf"(?P<letter>{_LETTER}){_ACCENT}(?:_(?P<sub>\w+))?(?P<rest>\u0304|\u0302|\u0303)?"
_NAME = "|".join(name for name in GREEK if len(name) > 2)
_BEFORE_RELATION = re.compile(
    rf"(?<![\w<|/])(?:{_SYMBOL}(?=\s*(?:[=>≤≥≈≠∈]|<(?![^\s<>]+>)))|(?P<word>{_NAME}|[α-ωΑ-Ω])(?!\w)(?=\s*(?:$|[(),;:/])))"
)
_ALONE = re.compile(rf"^\s*{_SYMBOL}\s*$")
_RELATION = re.compile(r"( ?<[^\s<>](?:[^<>]*[^\s<>])?>)| ?([=<>≤≥≈≠∈]) ?")  # tags are none


def label_html(label: str) -> str:
    """The label as inline HTML, escaped, symbols in italics, relations kept on one line."""
    parts = [
        _symbol_html(part) if isinstance(part, re.Match) else _glue(part) for part in _split(label)
    ]
    return "".join(parts)


def label_text(label: str) -> str:
    """The label as plain Unicode text, for alt texts and for pictures."""
    return "".join(
        _symbol_text(part) if isinstance(part, re.Match) else part for part in _split(label)
    )


def listed(labels: Sequence[str]) -> str:
    """Labels as plain text in one line, set apart by semicolons where they hold commas.

    Empty ones are left out; "" when all are.
    """
    texts = [label_text(label) for label in labels if label.strip()]
    return ("; " if any("," in text for text in texts) else ", ").join(texts)


def quantity(labels: Sequence[str]) -> str:
    """What the labels count: "t" of ``t = 690``, "epoch" of ``epoch 5``, "" where they differ."""
    names = {re.sub(r"\s*[=<>≤≥≈]?\s*[-−+]?\d[\d.,]*.*$", "", label_text(n)) for n in labels}
    return names.pop().strip() if len(names) == 1 else ""


def told_labels(labels: Sequence[str]) -> str:
    """Labels in one line; of more than eight that count something, the first and the last."""
    named = [label for label in labels if label.strip()]
    if len(named) > 8 and quantity(named):
        return f"from {label_text(named[0])} to {label_text(named[-1])}"
    return listed(labels)


def text_html(text: str) -> str:
    """Escaped text for HTML that Liquid and kramdown read first: braces become entities."""
    escaped = escape(" ".join(text.split()), quote=True)
    return escaped.replace("{", "&#123;").replace("}", "&#125;").replace("|", "&#124;")


def _split(label: str) -> list[str | re.Match[str]]:
    alone = _ALONE.match(label)
    if alone:
        return [alone]
    parts: list[str | re.Match[str]] = []
    end = 0
    for found in _BEFORE_RELATION.finditer(label):
        parts += [label[end : found.start()], found]
        end = found.end()
    return [*parts, label[end:]]


def _glue(text: str) -> str:
    """Escape; put no-break spaces round a relation and between a number and its unit."""
    glued = _RELATION.sub(lambda m: m[1] or f"\u00a0{m[2]}\u00a0", text)
    glued = re.sub(r"(?<=\d) (?=(?:dB|px|%|s|ms|MB)\b|%)", "\u00a0", glued)
    spaces = (text[:1].isspace() and glued[:1] == " ", glued[-1:] == " ")
    return " " * spaces[0] + _nbsp_html(glued) + " " * (spaces[1] and len(glued) > 1)


def _nbsp_html(text: str) -> str:
    return "\u00a0".join(text_html(part) for part in text.split("\u00a0"))


def _letter(found: re.Match[str]) -> str:
    import unicodedata

    parts = {"word": None, **found.groupdict()}
    name = parts["word"] or parts["letter"] or ""
    letter = GREEK.get(name, name)
    accent = ACCENTS.get(parts["accent"] or "", parts["rest"] or "")
    return unicodedata.normalize("NFC", letter + accent)


def _symbol_html(found: re.Match[str]) -> str:
    sub = f"<sub>{text_html(found['sub'])}</sub>" if found["sub"] else ""
    return f"<i>{_letter(found)}</i>{sub}"


def _symbol_text(found: re.Match[str]) -> str:
    sub = found["sub"] or ""
    lowered = sub.translate(SUBSCRIPTS)
    return _letter(found) + (lowered if lowered != sub or not sub else f"_{sub}")
