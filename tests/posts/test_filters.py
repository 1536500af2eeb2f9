"""Numbers as people read them."""

import math

import numpy as np
import pytest

from reportgen.errors import ReportgenError
from reportgen.posts.filters import FILTERS, Quantity, plain_text

NB, MINUS = "\u00a0", "\u2212"


@pytest.mark.parametrize(
    ("name", "value", "arguments", "expected"),
    [
        ("round", 20.7643, (1,), "20.8"),
        ("round", 20.5001, (), "21"),
        ("round", -0.001, (1,), "0.0"),
        ("round", -1.25, (1,), f"{MINUS}1.2"),
        ("round", np.float32(0.5), (2,), "0.50"),
        ("db", 20.7643, (), f"20.8{NB}dB"),
        ("db", 20.7643, (2,), f"20.76{NB}dB"),
        ("unit", 5, ("epochs",), f"5{NB}epochs"),
        ("unit", 0.25, ("px", 1), f"0.2{NB}px"),
        ("percent", 0.4936, (), f"49{NB}%"),
        ("percent", 0.4936, (1,), f"49.4{NB}%"),
        ("integer", 1975361, (), "1,975,361"),
        ("si", 1975361, (), f"1.98{NB}M"),
        ("si", 0.0021, ("s",), f"2.10{NB}ms"),
        ("si", 999.9, (), f"1.00{NB}k"),
        ("si", 0, ("B",), f"0.00{NB}B"),
        ("si", 42, (), "42.0"),
        ("duration", 0.41, (), f"0.4{NB}s"),
        ("duration", 9.96, (), f"10{NB}s"),
        ("duration", 59.6, (), f"1{NB}min"),
        ("duration", 372.4, (), f"6{NB}min 12{NB}s"),
        ("duration", 3600, (), f"1{NB}h"),
        ("duration", 4500, (), f"1{NB}h 15{NB}min"),
        ("size", 512, (), f"512{NB}B"),
        ("size", 1_500_000, (), f"1.5{NB}MB"),
        ("size", 999_900, (), f"1.0{NB}MB"),
        ("sci", 0.000197, (), f"2.0{NB}×{NB}10⁻⁴"),
        ("sci", 12345, (2,), f"1.23{NB}×{NB}10⁴"),
        ("signed", 1.418, (), "+1.4"),
        ("signed", -1.418, (), f"{MINUS}1.4"),
        ("times", 3.21, (), "3.2×"),
    ],
)
def test_printed(name: str, value: float, arguments: tuple[object, ...], expected: str) -> None:
    found = FILTERS[name](value, *arguments)
    assert found == expected
    assert found.value == value


@pytest.mark.parametrize("name", sorted(set(FILTERS) - {"unit"}))
@pytest.mark.parametrize("value", [math.nan, math.inf, "text", [1], None, True])
def test_what_is_no_number_is_refused(name: str, value: object) -> None:
    with pytest.raises(ReportgenError, match=r"needs a number|no post should print"):
        FILTERS[name](value)


def test_integer_refuses_to_lose_a_fraction() -> None:
    with pytest.raises(ReportgenError, match="'integer' got"):
        FILTERS["integer"](2.5)


def test_filters_chain_on_the_number_not_on_its_text() -> None:
    assert FILTERS["db"](FILTERS["round"](20.7643)) == f"20.8{NB}dB"


def test_a_rounded_number_compares_as_it_reads() -> None:
    rounded = FILTERS["round"](20.7643, 1)
    assert rounded == 20.8
    assert rounded >= 20.8
    assert not rounded > 20.8
    assert rounded < 21
    assert rounded <= FILTERS["round"](20.8, 1)
    assert hash(rounded) == hash("20.8")


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        (5, "5"),
        (0.1 + 0.2, "0.3"),
        (1e-5, "1e-05"),
        (np.int64(7), "7"),
        (np.float64(0.25), "0.25"),
        ([1, 5, 20], "1, 5, 20"),
        ("text", "text"),
        (True, "True"),
        (Quantity("20.8", 20.76), "20.8"),
    ],
)
def test_plain(value: object, expected: str) -> None:
    assert plain_text(value) == expected


@pytest.mark.parametrize("value", [{"a": 1}, np.zeros(3), object(), math.nan])
def test_what_cannot_be_printed(value: object) -> None:
    with pytest.raises(ReportgenError):
        plain_text(value)
