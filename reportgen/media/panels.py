"""Panels: media side by side as (a), (b), each with a title and an id of its own."""

from __future__ import annotations

import re
from collections.abc import Mapping
from string import ascii_lowercase
from typing import Any, ClassVar

from reportgen.errors import ReportgenError
from reportgen.media import markup
from reportgen.media.axes import shared_spans
from reportgen.media.base import Media, from_value
from reportgen.media.canvas import Canvas, View
from reportgen.media.composite import side_by_side
from reportgen.media.curve import Curve
from reportgen.media.image import Image
from reportgen.media.labels import label_html, label_text
from reportgen.media.pixels import TEXT_WIDTH

LETTER = re.compile(r"\(([a-z])\)\s*(.*)", re.DOTALL)


class Panels(Media):
    """A mapping from titles to media. A title may begin with its letter, ``(a) noisy``.

    Panel (a) of figure B.1b has the id ``fig-b-1b-a``.
    """

    fields: ClassVar = ("wide",)

    def __init__(self, panels: Mapping[str, Media], *, wide: bool | None = None) -> None:
        if len(panels) < 2:
            raise ReportgenError(f"Panels needs two panels or more, not {len(panels)}.")
        if len(panels) > len(ascii_lowercase):
            raise ReportgenError(f"Panels has {len(panels)} panels for 26 letters.")
        for title, media in panels.items():
            if not isinstance(media, Media):
                raise ReportgenError(
                    f"Panel {title!r} is a {type(media).__name__}, not media.",
                    hint="Wrap an array as Image(array).",
                )
        self.panels = {str(title): media for title, media in panels.items()}
        self.letters = panel_letters(list(self.panels))
        self.wide = wide

    def to_value(self) -> dict[str, Any]:
        """As JSON types and arrays, in order."""
        pairs = [[title, media.to_value()] for title, media in self.panels.items()]
        return super().to_value() | {"panels": pairs}

    @classmethod
    def restore(cls, fields: dict[str, Any]) -> Panels:
        """What ``to_value`` gave."""
        panels = {title: from_value(value) for title, value in fields.pop("panels")}
        return cls(panels, **fields)

    def view(self, canvas: Canvas) -> View:
        """Each panel drawn on its own, with its letter and title below; curves share their axes."""
        canvas.spans |= shared_spans([m for m in self.panels.values() if isinstance(m, Curve)])
        views = [
            self.panel_view(canvas, letter, name, media)
            for (letter, name), media in zip(self.letters, self.panels.values(), strict=True)
        ]
        width = max(view.width for view in views)
        tiles = [
            markup.tile(
                view.html,
                f"<b>({letter})</b> {label_html(name)}".strip(),
                width=width,
                id_=f"fig-{canvas.stem}-{letter}",
            )
            for view, (letter, name) in zip(views, self.letters, strict=True)
        ]
        simple = all(isinstance(media, Image) for media in self.panels.values())
        least = markup.TWO_A_ROW if simple else "100%"
        abreast = len(views) * (width + markup.GAP) - markup.GAP
        wide = self.wide if self.wide is not None else any(v.wide for v in views)
        return View(
            html=markup.tile_grid(tiles, width, least=least),
            alt=canvas.alt or "; ".join(self.alts(views)),
            width=min(abreast, TEXT_WIDTH),
            wide=wide or (TEXT_WIDTH < abreast <= 900 and width < TEXT_WIDTH // 2),
            composite=self.composite(views),
            data=[name for view in views for name in view.data],
            bare=all(view.bare for view in views) and not any(t for _, t in self.letters),
        )

    def panel_view(self, canvas: Canvas, letter: str, name: str, media: Media) -> View:
        """One panel, drawn on its own."""
        title = label_text(name)
        alt = f"{canvas.alt} ({letter}: {title or letter})" if canvas.alt else ""
        return media.view(canvas.child(letter, alt=alt, title=title))

    def alts(self, views: list[View]) -> list[str]:
        """``(a) noisy: ...`` for each panel."""
        return [
            f"({letter}) {view.alt}" for (letter, _), view in zip(self.letters, views, strict=True)
        ]

    def composite(self, views: list[View]) -> Any:
        """The panels' pictures on one page; tables have none."""
        shown = [
            (view.composite, f"({letter}) {name}")
            for view, (letter, name) in zip(views, self.letters, strict=True)
            if view.composite is not None
        ]
        return side_by_side([p for p, _ in shown], [t for _, t in shown]) if shown else None


def panel_letters(titles: list[str]) -> list[tuple[str, str]]:
    """(letter, title without it) for each title; letters run on where titles have none."""
    found = [LETTER.fullmatch(title) for title in titles]
    if not any(found):
        return list(zip(ascii_lowercase, titles, strict=False))
    pairs = [(m[1], m[2]) if m else ("", title) for m, title in zip(found, titles, strict=True)]
    letters = [letter for letter, _ in pairs]
    if "" in letters or len(set(letters)) < len(letters):
        raise ReportgenError(
            f"Panel titles {', '.join(map(repr, titles))} do not have one letter each.",
            hint="Begin each with (a), (b) and so on, or none.",
        )
    return pairs
