"""What latex2mathml writes, mended: signs in the wrong role, primes, rows that do nothing."""

import re

SIGNS = {  # operators that it takes for letters, the reverse, and bars that would stretch
    "<mi>&#x0007B;</mi>": '<mo stretchy="false">&#x0007B;</mo>',
    "<mi>&#x0007D;</mi>": '<mo stretchy="false">&#x0007D;</mo>',
    "<mi>&#x0007E;</mi>": "<mo>∼</mo>",
    "<mi>&#x000B1;</mi>": "<mo>±</mo>",
    "<mi>&#x02213;</mi>": "<mo>∓</mo>",
    "<mi>&#x027C2;</mi>": "<mo>⟂</mo>",
    "<mi>&#x027E8;</mi>": '<mo stretchy="false">⟨</mo>',
    "<mi>&#x027E9;</mi>": '<mo stretchy="false">⟩</mo>',
    "<mo>&#x0007C;</mo>": '<mo stretchy="false">&#x0007C;</mo>',
    "<mo>&#x02016;</mo>": '<mo stretchy="false">‖</mo>',
    "<mo>&#x0221E;</mo>": "<mi>∞</mi>",
    "<mo>&#x022A4;</mo>": "<mi>⊤</mi>",
}
PRIMED = re.compile(r"<msup>(<mi>[^<]*</mi>)<mi>(&#x0203[234];)</mi></msup>")
ROW_OF_ONE = re.compile(r"<mrow>(<(m[in])[ >][^<]*</\2>)</mrow>")
ROW_OF_ROW = re.compile(r"<mrow>(<mrow>(?:(?!</?mrow>).)*</mrow>)</mrow>")
WHOLE_ROW = re.compile(r"(<math[^>]*>)<mrow>(.*)</mrow></math>")


def mended(markup: str) -> str:
    """MathML that says the same in fewer elements, each in its role.

    A prime is raised by its own glyph. As a superscript it would be raised and made small twice,
    and all but vanish in an index.
    """
    markup = WHOLE_ROW.sub(r"\1\2</math>", markup)
    for wrong, right in SIGNS.items():
        markup = markup.replace(wrong, right)
    markup = PRIMED.sub(r"<mrow>\1<mo>\2</mo></mrow>", markup)
    return ROW_OF_ROW.sub(r"\1", ROW_OF_ONE.sub(r"\1", markup))
