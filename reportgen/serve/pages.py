"""Posts as pages: rendered in memory, each for itself, so that one broken post harms no other."""

import contextlib
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from html import escape
from pathlib import Path

from reportgen.engine.results import Results
from reportgen.errors import ReportgenError
from reportgen.posts import Post, Uses, figures_of, post_files, render_posts
from reportgen.posts.figures import html_templates
from reportgen.posts.source import slug_of
from reportgen.project import Project
from reportgen.serve.memo import Memo, Noting, memo_of, settings_of
from reportgen.serve.problems import Problem, of_error
from reportgen.site import gallery_page, index_page, preview_page
from reportgen.site.writer import shared_files

LIVE = "/_reportgen/"
INDEX, GALLERY = "/_preview/index.html", "/_preview/figures.html"
TAG = re.compile(rb"<%.*?%>", re.DOTALL)
ADDRESS = re.compile(r"\.\./(assets/[^\"'\s<>|?#,]+)")


@dataclass
class Pages:
    """All that a browser can ask for but the site's own files.

    ``html`` maps addresses to pages, ``files`` addresses to files, ``posts`` slugs to what was
    last rendered without an error, ``shown`` slugs to the names of the nodes that they need,
    ``asked`` slugs to the tags of their templates and what these ask for.
    """

    site: Path
    html: dict[str, str] = field(default_factory=dict)
    files: dict[str, Path] = field(default_factory=dict)
    posts: dict[str, Post] = field(default_factory=dict)
    shown: dict[str, tuple[str, ...]] = field(default_factory=dict)
    problems: dict[str, Problem] = field(default_factory=dict)
    memos: dict[str, Memo | None] = field(default_factory=dict)
    asked: dict[str, tuple[list[bytes], Uses]] = field(default_factory=dict)
    settings: object = None

    def render(
        self,
        project: Project,
        results: Results,
        only: Collection[Path] = (),
        besides: Collection[Path] = (),
    ) -> None:
        """Render the posts of these sources, or all others; forget those whose source is gone."""
        sources = {slug_of(path): path for path in post_files(project)}
        for slug in (self.posts.keys() | self.problems.keys()) - sources.keys():
            self.forget(slug)
        settings = settings_of(project, self.site)
        if settings != self.settings:  # a template that is new may hide one that is loaded
            html_templates.cache_clear()
            self.settings = settings
        for slug, path in sources.items():
            if path in only or not (only or path in besides):
                self.render_post(project, settings, results, slug, path)
        with contextlib.suppress(ReportgenError):  # the post that is at fault says so itself
            posts = list(self.posts.values())
            self.html[INDEX] = live(index_page(project, posts, self.site))
            self.html[GALLERY] = live(versioned(gallery_page(project, posts, self.site), *posts))
        self.files = {**shared_files(), **self.assets()}

    def forget(self, slug: str) -> None:
        """Drop all that is known of a post."""
        for table in (self.posts, self.problems, self.shown, self.memos, self.asked):
            table.pop(slug, None)
        self.html.pop(address_of(slug), None)

    def render_post(
        self, project: Project, settings: object, results: Results, slug: str, path: Path
    ) -> None:
        """Render a post unless it would be the same; where that fails, the page stays as it was."""
        source = path.read_bytes()
        memo = self.memos.get(slug)
        if memo is not None and memo.holds(settings, source, results):
            return
        noting, uses = Noting(results), None
        try:
            tags = TAG.findall(source)
            known = self.asked.get(slug)
            uses = known[1] if known and known[0] == tags else figures_of(path, project.root)
            self.asked[slug] = tags, uses
            self.shown[slug] = needed(uses, results)
            [post] = render_posts(project, noting, selection=[str(path)])
            self.take(project, results, slug, post)
        except ReportgenError as error:
            self.problems[slug] = of_error(error, "This post cannot be shown", project.root, slug)
            self.html.setdefault(address_of(slug), live(waiting_page(path.stem)))
        self.memos[slug] = memo_of(settings, source, noting, uses)

    def take(self, project: Project, results: Results, slug: str, post: Post) -> None:
        """Keep a post that could be rendered."""
        page = preview_page(project, post, self.site)
        names = (results[id].node.name for id in post.figures)
        self.shown[slug] = tuple(dict.fromkeys([*self.shown[slug], *names]))
        self.problems.pop(slug, None)
        self.posts[slug] = post
        self.html[address_of(slug)] = live(versioned(page, post))

    def assets(self) -> Mapping[str, Path]:
        """The files of all posts by their path in the site."""
        return {a.path: a.source for post in self.posts.values() for a in post.assets}

    def digests(self) -> dict[str, str]:
        """The digest of every page by address: what a browser compares its own with."""
        return {address: digest_of(page) for address, page in self.html.items()}


def address_of(slug: str) -> str:
    """Where the preview has the post."""
    return f"/_preview/{slug}/index.html"


def needed(uses: Uses, results: Results) -> tuple[str, ...]:
    """The function names of the nodes that a post shows or quotes."""
    asked = [*uses.figures, *(name for name in uses.names if name in results)]
    return tuple(dict.fromkeys(results[id].node.name for id in asked if id in results))


def versioned(page: str, *posts: Post) -> str:
    """The page whose pictures' addresses change when the pictures do, past any cache."""
    versions = {a.path: a.source.parent.name[:12] for post in posts for a in post.assets}

    def mark(match: re.Match[str]) -> str:
        version = versions.get(match[1])
        return f"{match[0]}?v={version}" if version else match[0]

    return ADDRESS.sub(mark, page)


def live(page: str) -> str:
    """The page with our part in its head; it must come before the scripts of the page itself."""
    digest = sha256(page.encode()).hexdigest()[:16]
    ours = (
        f'<link rel="stylesheet" href="{LIVE}live.css">'
        f'<script type="module" src="{LIVE}live.js" data-digest="{digest}"></script>\n'
    )
    head = re.search(r"<head\b[^>]*>\n?", page)
    at = head.end() if head else 0
    return page[:at] + ours + page[at:]


def digest_of(page: str) -> str:
    """The digest that ``live`` gave the page, or ""."""
    match = re.search(r'data-digest="(\w+)"', page)
    return match[1] if match else ""


def waiting_page(title: str) -> str:
    """What stands in for a page that cannot be shown yet."""
    return (
        '<!doctype html>\n<html lang="en" data-waiting>\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f"<title>{escape(title)}</title>\n</head>\n"
        f'<body><main><h1 style="font:1.2rem system-ui;margin:4rem auto;text-align:center;'
        f'opacity:.6">{escape(title)}</h1></main></body>\n</html>\n'
    )
