"""Cells that a spreadsheet would take for formulas."""

import csv

import pytest

from reportgen.media.export import csv_text


@pytest.mark.parametrize(
    ("cell", "written"),
    [
        ("=1+1", "'=1+1"),
        ("+cmd|' /C calc'!A0", "'+cmd|' /C calc'!A0"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "'\t=1"),
        (" =1", "' =1"),
        ("-2.5", "-2.5"),
        ("+1e-3", "+1e-3"),
        (-2.5, "-2.5"),
        ("a=1", "a=1"),
        ("", ""),
        (None, ""),
    ],
)
def test_a_formula_is_text(cell: object, written: str) -> None:
    heads, row = csv.reader(csv_text(["=head", "x"], [(cell, 1)]).splitlines())
    assert heads == ["'=head", "x"]
    assert row == [written, "1"]
