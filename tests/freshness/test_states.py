"""How the reasons of states are worded."""

import pytest

from reportgen.freshness.states import differing

LONG = [
    ["half turn", "a green tree by the sea", f"a {name} by the sea"] for name in ("mill", "house")
]


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (50, 60, "50 → 60"),
        (None, [1, 2], "None → [1, 2]"),
        (*LONG, "…ree by the sea', 'a mill by the sea'] → …ree by the sea', 'a house by the sea']"),
        ("x" * 99, "y", f"{'x' * 60}… → y"),
        ([1] * 50, [1] * 51, "… 1, 1, 1, 1, 1, 1, 1] → … 1, 1, 1, 1, 1, 1, 1, 1]"),
    ],
)
def test_of_long_values_the_part_that_differs(old: object, new: object, told: str) -> None:
    assert differing(old, new) == told
