"""What our documentation makes while it is built: figures from the code above them, the house."""

from typing import Any
from weakref import WeakKeyDictionary

import house as rooms
from markdown import Markdown
from pymdownx.superfences import SuperFencesException

from reportgen.media import as_media
from reportgen.media.notebook import last_value

NAMES: WeakKeyDictionary[Markdown, dict[str, Any]] = WeakKeyDictionary()
"""What the fences of a page have defined so far."""


def figure(
    source: str, language: str, css_class: str, options: Any, md: Markdown, **kwargs: Any
) -> str:
    """A fence of Python: its code, and the figure that its last line is, if it is one.

    Raises SuperFencesException for code that fails, as any other error would be swallowed.
    """
    try:
        value = last_value(source, NAMES.setdefault(md, {}))
        shown = "" if value is None else as_media(value, "This example")._repr_html_()
        code = md.preprocessors["fenced_code_block"].highlight(
            source, "python", {}, md, **kwargs | {"classes": []}
        )
    except Exception as error:
        raise SuperFencesException(f"{error!r} in the example:\n{source}") from error
    inner = shown.removeprefix('<div class="rg">').removesuffix("</div>")
    return code + (f'<figure class="rg"><div class="view">{inner}</div></figure>' if shown else "")


def house(
    source: str, language: str, css_class: str, options: Any, md: Markdown, **kwargs: Any
) -> str:
    """The drawing and the table of the house."""
    try:
        return f'<div class="house">{rooms.drawing()}{rooms.table()}</div>'
    except Exception as error:
        raise SuperFencesException(f"The house cannot be drawn: {error!r}") from error
