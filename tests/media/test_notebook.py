"""Media in a notebook: whole in themselves, and made of cells by a magic."""

import pytest
from IPython.testing.globalipapp import start_ipython

from reportgen.errors import ReportgenError
from reportgen.media import Curve, Table
from tests.media.gallery import gallery
from tests.media.page import Page

GALLERY = gallery()


@pytest.mark.parametrize("name", sorted(GALLERY))
def test_html_needs_no_other_file(name: str) -> None:
    html = GALLERY[name]._repr_html_()
    assert "{assets}" not in html
    for element in Page(html).elements:
        for key in ("src", "srcset", "data-film"):
            assert (element.get(key) or "data:").startswith("data:")
    png = GALLERY[name]._repr_png_()
    assert png is None or png.startswith(b"\x89PNG")


def test_a_cell_becomes_a_figure() -> None:
    shell = start_ipython()
    shell.run_line_magic("load_ext", "reportgen")
    cell = "from reportgen import Curve\nCurve({'a': [1.0, 2.0]}, x='x', y='y')"
    made = shell.run_cell_magic("figure", "A.1", cell)
    assert isinstance(made, Curve)
    assert shell.user_ns["figures"] == {"A.1": made}
    table = "import pandas\npandas.DataFrame({'a': [1]})"
    assert isinstance(shell.run_cell_magic("figure", "T", table), Table)
    with pytest.raises(ReportgenError, match="needs the id"):
        shell.run_cell_magic("figure", "", "1")
    with pytest.raises(ReportgenError, match="The cell of figure 'B' returned an int"):
        shell.run_cell_magic("figure", "B", "1")
    with pytest.raises(KeyError, match="x"):
        shell.run_cell_magic("figure", "C", "raise KeyError('x')")
