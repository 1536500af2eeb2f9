"""Each kind is drawn once for all tests that look at what comes out."""

from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest

from reportgen.media import Drawn, draw
from tests.media.gallery import gallery

Once = Callable[[str], tuple[Drawn, Path]]


@pytest.fixture(scope="session")
def once(tmp_path_factory: pytest.TempPathFactory) -> Once:
    """Draws a kind when it is first asked for; gives the figure and its folder."""
    media = gallery()

    @cache
    def draw_once(name: str) -> tuple[Drawn, Path]:
        folder = tmp_path_factory.mktemp(name)
        return draw(media[name], folder, stem=name), folder

    return draw_once
