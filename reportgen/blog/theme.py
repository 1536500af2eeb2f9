"""What a theme brings to the pages of a blog: layouts, and the program that sets formulas."""

from __future__ import annotations

import re
from functools import cached_property
from typing import TYPE_CHECKING

from reportgen.blog import front_matter
from reportgen.blog.words import words

if TYPE_CHECKING:
    from reportgen.blog.blog import Blog

DOLLARS = re.compile(
    r"""inlineMath.{0,40}?\[\s*['"]\$['"]|left:\s*['"]\$['"]|single_?dollar|tex2jax""", re.S
)
COMMENT = re.compile(r"<!--.*?-->", re.DOTALL)
INCLUDED = re.compile(r"\{%-?\s*include(?:_cached)?\s+([\w./-]+)")
LAYOUTS = {
    "minimal-mistakes": "archive archive-taxonomy categories category collection "
    "collection-archive compress default home posts search single splash tag tags",
    "minima": "base default home page post",
    "chirpy": "archives categories category compress default home page post tag tags",
    "beautiful-jekyll": "base default home minimal page post",
    **{f"jekyll-theme-{name}": "default home page post" for name in words(
        "architect cayman dinky hacker leap-day merlot midnight minimal modernist slate tactile "
        "time-machine")},
}  # fmt: skip
"""The layouts of themes that many blogs use as gems, their files being elsewhere.

The first whose name a theme holds is its own."""
MATHS_LOADER = re.compile(r"mathjax|katex|texme|math_engine", re.IGNORECASE)
BARE_BRACKETS = re.compile(r"""displayMath.{0,80}?\[\s*["']\\?\[["']""", re.S)
SHARED = ("_config", "_includes/", "_layouts/", "_data/", "assets/js/", "js/")


class Theme:
    """The theme of a blog, and what the blog puts in its place."""

    def __init__(self, blog: Blog) -> None:
        self.blog = blog
        named = (blog.config.get("theme"), blog.config.get("remote_theme"))
        self.name = " ".join(str(name).lower() for name in named if name)
        """The names of the theme, in lower case: gem, remote theme, or ""."""
        self._frames: dict[str, dict[str, str]] = {}

    @property
    def image_host(self) -> str:
        """The address that the theme puts before images, a CDN; or ""."""
        found = (self.blog.config.get(key) for key in ("cdn", "img_cdn", "image_cdn"))
        return next((str(value) for value in found if isinstance(value, str) and value), "")

    # Layouts

    @cached_property
    def layout_files(self) -> list[str]:
        """The paths of the layouts in the blog itself."""
        return sorted(path for path in self.blog.files if path.startswith("_layouts/"))

    @property
    def _known_layouts(self) -> list[str]:
        return next((LAYOUTS[name].split() for name in LAYOUTS if name in self.name), [])

    def layouts(self) -> list[str]:
        """The names of the layouts that are known to be there."""
        own = {path[9:].rpartition(".")[0] for path in self.layout_files}
        return sorted(own.union(self._known_layouts))

    def has_layout(self, name: str) -> bool:
        """Whether a layout is there; one of a theme whose files are elsewhere, and that we do not
        know, is taken to be."""
        if not self.blog.root.is_dir() or name in self.layouts():
            return True
        return bool(self.name) and not self._known_layouts

    def _layout_file(self, name: str) -> str:
        return next((p for p in self.layout_files if p.startswith(f"_layouts/{name}.")), "")

    def frame(self, layout: str) -> dict[str, str]:
        """The files of the blog that are around a page: its layout, those around it, includes."""
        if layout not in self._frames:
            self._frames[layout] = self._frame(layout)
        return self._frames[layout]

    def _frame(self, layout: str) -> dict[str, str]:
        found: dict[str, str] = {}
        waiting = [self._layout_file(layout)]
        while waiting:
            path = waiting.pop()
            if path in found or path not in self.blog.files:
                continue
            found[path] = text = COMMENT.sub(
                lambda comment: re.sub(r"[^\n]", " ", comment[0]), self.blog.text(path)
            )
            outer = front_matter.read(text).get("layout") if path.startswith("_layouts/") else None
            waiting += [self._layout_file(str(outer)) if outer else ""]
            waiting += [f"_includes/{name}" for name in INCLUDED.findall(text)]
        return found

    # Formulas

    @cached_property
    def _shared(self) -> str:
        """The contents of the files that are part of every page: settings, layouts, scripts."""
        return "\0".join(
            self.blog.texts_of([n for n in self.blog.text_files if n.startswith(SHARED)])
        )

    @cached_property
    def renders_dollars(self) -> bool:
        """Whether the site's own maths settings take single dollars for formulas."""
        return "chirpy" in self.name or bool(DOLLARS.search(self._shared))

    @cached_property
    def maths_reader(self) -> str:
        """What sets formulas on the pages: "katex" or, where nothing tells, "mathjax"."""
        text = self._shared.lower()
        return "katex" if "katex" in text and "mathjax" not in text else "mathjax"

    @cached_property
    def loads_maths(self) -> bool:
        """Whether a file that is part of every page names a program that sets formulas."""
        return bool(MATHS_LOADER.search(self._shared))

    @cached_property
    def takes_bare_brackets(self) -> bool:
        r"""Whether the site's MathJax takes ``[`` for ``\[``, as JavaScript reads ``"\["``."""
        return bool(BARE_BRACKETS.search(self._shared))
