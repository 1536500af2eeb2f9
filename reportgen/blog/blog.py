"""The Jekyll blog around a post: its settings, its files, and which of them the site will have."""

import os
import re
from collections.abc import Iterator
from fnmatch import fnmatch
from functools import cached_property
from pathlib import Path
from typing import Any, BinaryIO

from reportgen.blog import config, png
from reportgen.blog.theme import Theme
from reportgen.blog.words import words

MARKDOWN = (".md", ".markdown", ".mkd", ".mkdn", ".mkdown")
PAGES = (*MARKDOWN, ".html", ".htm")
IMAGES = (".png", ".jpg", ".jpeg", ".gif", ".webp", ".avif", ".svg", ".apng", ".bmp", ".tif",
          ".tiff", ".heic", ".ico")  # fmt: skip
SKIPPED = frozenset(
    ("_site", "node_modules", "vendor", "_preview", "venv", "__pycache__", "Gemfile.lock")
)
TEXTS = (*MARKDOWN, ".html", ".htm", ".xml", ".yml", ".yaml", ".css", ".scss", ".sass", ".js",
         ".json", ".liquid", ".toml", ".csv", ".bib", ".webmanifest", ".txt")  # fmt: skip
PAGES_PLUGINS = words(
    "jekyll-coffeescript jekyll-commonmark-ghpages jekyll-feed jekyll-gist jekyll-github-metadata "
    "jekyll-paginate jekyll-redirect-from jekyll-seo-tag jekyll-sitemap jekyll-avatar jemoji "
    "jekyll-mentions jekyll-relative-links jekyll-optional-front-matter jekyll-readme-index "
    "jekyll-default-layout jekyll-titles-from-headings jekyll-include-cache jekyll-octicons "
    "jekyll-remote-theme"
)


class Blog:
    """A Jekyll site as sources. Nothing is read before a rule asks for it."""

    def __init__(self, root: Path, is_blog: bool = True) -> None:
        self.root, self.is_blog = root, is_blog
        self._listed: dict[str, frozenset[str]] = {}
        self._png_texts: dict[str, list[tuple[str, str]]] = {}

    @cached_property
    def config(self) -> dict[str, Any]:
        """The settings of _config.yml; nothing where it is missing or broken."""
        found = (config.parse(self.read(name)) for name in config.NAMES if self.has(name))
        return next(found, None) or config.around(self.root)

    @cached_property
    def baseurl(self) -> str:
        """The path below which the site is served: "" or "/name"."""
        return config.baseurl(self.config)

    @cached_property
    def url(self) -> str:
        """The origin of the site, such as "https://name.github.io", or ""."""
        return str(self.config.get("url") or "").rstrip("/")

    @cached_property
    def own_names(self) -> frozenset[str]:
        """The repository and host of the site, in lower case, as far as its files tell."""
        remotes = self.text(".git/config")
        git = re.findall(r"github\.com[:/]([^/\s]+/[^/\s]+?)(?:\.git)?\s", remotes)
        names = [*git, str(self.config.get("repository") or ""), self.url.partition("//")[2]]
        names += [f"{name.partition('/')[0]}.github.io" for name in git]
        return frozenset(name.lower() for name in names if name)

    @cached_property
    def theme(self) -> Theme:
        """The theme, and what the blog puts in its place."""
        return Theme(self)

    @cached_property
    def files(self) -> frozenset[str]:
        """All files below the root, by path with forward slashes, but no built or foreign ones."""
        return frozenset(_walk(self.root, "")) if self.is_blog else frozenset()

    def open(self, path: str) -> BinaryIO:
        """The file at ``path``. Raises OSError where there is none."""
        if not (self.root / path).is_file():  # a pipe would keep us waiting
            raise FileNotFoundError(path)
        return (self.root / path).open("rb")

    def size(self, path: str) -> int:
        """The size in bytes of the file at ``path``."""
        return (self.root / path).stat().st_size

    def read(self, path: str) -> bytes:
        """The bytes of a file, none where it is missing or cannot be read."""
        try:
            with self.open(path) as stream:
                return stream.read()
        except OSError:
            return b""

    def text(self, path: str) -> str:
        """The text of a file, '' where it is missing."""
        return self.read(path).decode("utf-8", "replace")

    def texts_of(self, names: list[str]) -> list[str]:
        """The texts of many files."""
        return [self.text(name) for name in names]

    def has(self, path: str) -> bool:
        """Whether the file at ``path`` is there, in just these upper and lower case letters."""
        folder, _, name = path.rpartition("/")
        while name in self._names(folder):
            if not folder:
                return True
            folder, _, name = folder.rpartition("/")
        return False

    def has_page(self, path: str) -> bool:
        """Whether a file, or the source of a page, is at ``path`` or in a folder of that name."""
        stem = re.sub(r"(?:/index)?\.html?\Z|/\Z", "", path)
        names = (f"{stem}{tail}" for tail in (*PAGES, *(f"/index{end}" for end in PAGES)))
        return self.has(path) or any(name in self.files for name in names)

    def _names(self, folder: str) -> frozenset[str]:
        if folder not in self._listed:
            try:
                names = frozenset(os.listdir(self.root / folder))
            except OSError:
                names = frozenset()
            self._listed[folder] = names
        return self._listed[folder]

    def png_texts(self, path: str) -> list[tuple[str, str]]:
        """The words that a program left in a PNG file of the blog; each file is read once."""
        if path not in self._png_texts:
            try:
                with self.open(path) as stream:
                    self._png_texts[path] = list(png.texts(stream))
            except OSError:  # a pipe, or what nobody may read
                self._png_texts[path] = []
        return self._png_texts[path]

    @cached_property
    def lower_files(self) -> dict[str, str]:
        """The files by their paths in lower case, for telling a fault of case from a lost file."""
        return {name.lower(): name for name in self.files}

    @cached_property
    def stems(self) -> frozenset[str]:
        """The paths of the files without their endings."""
        return frozenset(name.rpartition(".")[0] for name in self.files)

    @cached_property
    def by_name(self) -> dict[str, str]:
        """For each name of a file, the first path that ends with it."""
        return {name.rpartition("/")[2]: name for name in sorted(self.files, reverse=True)}

    @cached_property
    def post_targets(self) -> frozenset[str]:
        """All that post_url takes: paths below _posts without their endings, and their names."""
        paths = {stem.partition("_posts/")[2] for stem in self.stems if "_posts/" in stem}
        return frozenset(paths.union(path.rpartition("/")[2] for path in paths))

    @cached_property
    def post_slugs(self) -> dict[str, str]:
        """The posts' files by slug."""
        return {
            match[1].lower(): name
            for name in sorted(self.files)
            if (match := re.search(r"(?:^|/)_posts/(?:.*/)?\d{4}-\d\d?-\d\d?-(.+)\.\w+$", name))
        }

    @cached_property
    def posts_by_folder(self) -> dict[str, list[str]]:
        """The posts by each folder that ``is_named_for`` them, with hyphens for underscores."""
        found: dict[str, list[str]] = {}
        for slug, name in self.post_slugs.items():
            words = slug.replace("_", "-").split("-")
            for count in range(min(2, len(words)), len(words) + 1):
                found.setdefault("-".join(words[:count]), []).append(name)
        return found

    @cached_property
    def text_files(self) -> list[str]:
        """The paths of all text files of the blog."""
        return sorted(name for name in self.files if name.lower().endswith(TEXTS))

    @cached_property
    def texts(self) -> dict[str, str]:
        """The contents of all text files of the blog, by path."""
        return dict(zip(self.text_files, self.texts_of(self.text_files), strict=True))

    @cached_property
    def works(self) -> frozenset[str]:
        """The keys of the works in the files of the blog, which jekyll-scholar makes ids of."""
        texts = self.texts_of([name for name in self.files if name.endswith(".bib")])
        return frozenset(re.findall(r"@\w+\s*\{\s*([^\s,]+)", "\n".join(texts)))

    @property
    def _plugins(self) -> set[Any]:
        return {*_list(self.config.get("plugins")), *_list(self.config.get("gems"))}

    def plugin(self, name: str, path: str) -> dict[str, Any] | None:
        """The settings of one of the plugins that GitHub Pages loads by itself, where it is loaded
        and looks at the source at ``path``: it does at pages, and at others when told to."""
        given = self.config.get(name.removeprefix("jekyll-").replace("-", "_"))
        settings = given if isinstance(given, dict) else {}
        if (self.has_plugins and name not in self._plugins) or settings.get("enabled") is False:
            return None
        return settings if self.kind(path) == "pages" or settings.get("collections") else None

    @cached_property
    def has_plugins(self) -> bool:
        """Whether plugins may define tags and filters that GitHub Pages does not know."""
        if any(name.startswith("_plugins/") and name.endswith(".rb") for name in self.files):
            return True
        if not self._plugins <= PAGES_PLUGINS:
            return True
        gems = re.findall(r"""(?m)^\s*gem\s+["'](jekyll-[\w-]+)""", self.text("Gemfile"))
        return not {gem for gem in gems if "theme" not in gem} <= PAGES_PLUGINS

    def default(self, path: str, key: str) -> Any:
        """What ``defaults`` in _config.yml sets for the file at ``path``."""
        found = None, (-1, False)
        for entry in _list(self.config.get("defaults")):
            if not isinstance(entry, dict) or not isinstance(entry.get("values"), dict):
                continue
            scope = entry["scope"] if isinstance(entry.get("scope"), dict) else {}
            folder = str(scope.get("path") or "").strip("/")
            rank = len(folder), scope.get("type") is not None
            inside = not folder or fnmatch(path, folder) or f"{path}/".startswith(f"{folder}/")
            kind = scope.get("type") in (None, self.kind(path))
            if inside and kind and key in entry["values"] and rank >= found[1]:
                found = entry["values"][key], rank
        return found[0]

    def kind(self, path: str) -> str:
        """What Jekyll takes a source for: "posts", "drafts", "pages" or a collection."""
        folders = path.split("/")[:-1]
        named = (name[1:] for name in folders if name[:1] == "_")
        return next((name for name in named if name in self.collections), "pages")

    @cached_property
    def collections(self) -> frozenset[str]:
        """The names of the folders, without "_", whose sources Jekyll reads."""
        named = self.config.get("collections")
        return frozenset(
            ("posts", "drafts", *map(str, named if isinstance(named, dict | list) else ()))
        )

    def collection(self, name: str) -> dict[str, Any]:
        """The settings of a collection."""
        named = self.config.get("collections")
        found = named.get(name) if isinstance(named, dict) else None
        return found if isinstance(found, dict) else {}

    def reads(self, path: str) -> bool:
        """Whether Jekyll reads the source at ``path``; the drafts among them, which it can."""
        if self.served(path):
            left_out = (str(name).strip("/") for name in _list(self.config.get("exclude")))
            parts = path.split("/")
            heads = ["/".join(parts[: n + 1]) for n in range(len(parts))]
            return not any(fnmatch(head, pattern) for pattern in left_out for head in heads)
        return self._shows(self.kind(path)) and not re.search(r"(?:^|/)[.#]|~(?:/|$)", path)

    def _shows(self, kind: str) -> bool:
        """Whether the sources of a collection become pages, or parts of other pages."""
        if kind in ("pages", "posts", "drafts") or self.collection(kind).get("output"):
            return kind != "pages"
        return any(f"site.{kind}" in text for text in self.texts.values())

    def served(self, path: str) -> bool:
        """Whether Jekyll copies the file at ``path``: no part hidden or with an underscore."""
        parts = path.split("/")
        kept = {str(name).strip("/") for name in _list(self.config.get("include"))}
        hidden = [part for part in parts if part.startswith(("_", ".", "#")) or part.endswith("~")]
        return not hidden or any(part in kept for part in parts) or path in kept


def is_named_for(folder: str, slug: str) -> bool:
    """Whether a folder is named for a post: by its slug, or two words or more that begin it."""
    slug = slug.replace("_", "-")
    return folder == slug or ("-" in folder and slug.startswith(f"{folder}-"))


def _walk(root: Path, prefix: str) -> Iterator[str]:
    try:
        entries = sorted(os.scandir(root / prefix), key=lambda entry: entry.name)
    except OSError:
        return
    for entry in entries:
        if _is_foreign(entry.name):
            continue
        path = prefix + entry.name
        if entry.is_dir(follow_symlinks=False):
            if not entry.name.startswith("."):
                yield from _walk(root, path + "/")
        else:
            yield path


def _is_foreign(name: str) -> bool:
    return name in SKIPPED or name.startswith(".git") or name.endswith("-cache")


def listed(path: str) -> bool:
    """Whether ``Blog.files`` has a file at this path."""
    *folders, name = path.split("/")
    return not any(map(_is_foreign, (*folders, name))) and not any(
        folder.startswith(".") for folder in folders
    )


def _list(value: Any) -> list[Any]:
    if value is None:
        return []
    return value if isinstance(value, list) else [value]
