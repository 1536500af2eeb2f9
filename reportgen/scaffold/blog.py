"""The settings that suit a blog, by its theme and its posts."""

from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from reportgen.blog import front_matter
from reportgen.blog.blog import MARKDOWN, Blog


@dataclass(frozen=True)
class Theme:
    """What a theme asks of us. ``sign`` is part of its name, or a file that only it has."""

    name: str
    signs: tuple[str, ...]
    layout: str = "post"
    dark: bool = True
    asset_url: str = "baseurl"


THEMES = (
    Theme("Chirpy", ("chirpy",), asset_url="root"),
    Theme("al-folio", ("al-folio", "al_folio", "_layouts/distill.liquid", "_layouts/distill.html")),
    Theme("Minimal Mistakes", ("minimal-mistakes",), layout="single", dark=False),
    Theme("minima", ("minima",), dark=False),
    Theme("Just the Docs", ("just-the-docs",), layout="default", dark=False),
    Theme("Beautiful Jekyll", ("beautiful-jekyll",), dark=False),
    Theme("Hydejack", ("hydejack",)),
    Theme("Hyde", ("hyde",), dark=False),
    Theme("Lanyon", ("lanyon",), dark=False),
    Theme("Cayman", ("cayman",), layout="default", dark=False),
    Theme("Jekyll TeXt", ("text-theme",), layout="article", dark=False),
)
UNKNOWN = Theme("", (), dark=False)


@dataclass(frozen=True)
class Fit:
    """What was found out about a blog: its theme, the layout of its posts, and our settings."""

    theme: Theme
    layout: str
    math: str

    def settings(self) -> list[str]:
        """The lines of [tool.reportgen] that are not the defaults."""
        lines = [] if self.theme.asset_url == "baseurl" else ['asset-url = "root"']
        lines += [] if self.math == "mathml" else [f'math = "{self.math}"']
        return lines + ([] if self.theme.dark else ["dark = false"])


def is_blog(folder: Path) -> bool:
    """Whether a folder is a Jekyll site."""
    return any((folder / name).is_file() for name in ("_config.yml", "_config.yaml"))


def fit(folder: Path) -> Fit:
    """Look at a blog and choose."""
    blog = Blog(folder)
    theme = theme_of(blog)
    return Fit(theme, layout_of(blog, theme), "tex" if blog.theme.renders_dollars else "mathml")


def theme_of(blog: Blog) -> Theme:
    """The theme that the settings, the Gemfile or the files name."""
    gemfile = blog.root / "Gemfile"
    gems = gemfile.read_text("utf-8", "replace").lower() if gemfile.is_file() else ""
    named = blog.theme.name or gems
    for theme in THEMES:
        if any(sign in named or sign in blog.files for sign in theme.signs):
            return theme
    return UNKNOWN


def layout_of(blog: Blog, theme: Theme) -> str:
    """What most posts say; where none does, what the settings or the theme say."""
    fronts = [
        front_matter.read((blog.root / name).read_text("utf-8", "replace"))
        for name in sorted(blog.files)
        if "_posts/" in name and name.endswith(MARKDOWN)
    ]
    said = Counter(str(front.get("layout")) for front in fronts if front.get("layout"))
    if said:
        return said.most_common(1)[0][0]
    return str(blog.default("_posts/a.md", "layout") or theme.layout)
