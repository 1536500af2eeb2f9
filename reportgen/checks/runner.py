"""Finds the posts below some paths, and holds the rules against them."""

import os
import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, datetime
from functools import cache, partial
from pathlib import Path

from reportgen.blog import config
from reportgen.blog.blog import MARKDOWN, SKIPPED, Blog
from reportgen.blog.text import Lines
from reportgen.checks.finding import Finding, Hit
from reportgen.checks.post import Post
from reportgen.checks.rules import RULES, Rule
from reportgen.errors import ReportgenError, did_you_mean

NO_POSTS = frozenset(("_includes", "_layouts", "_sass", "_data", "_plugins"))
LONG = 200_000  # characters of all posts, which take a fifth of a second
SILENCED = re.compile(r"<!--\s*reportgen: ignore\s+([\w, -]+?)\s*-->")


def check_paths(
    paths: Sequence[str | Path],
    *,
    rules: Collection[str] | None = None,
    ignore: Collection[str] = (),
    strict: bool = False,
    now: datetime | None = None,
    jobs: int = 1,
    blog: Blog | None = None,
) -> list[Finding]:
    """The faults of the posts at ``paths``: Markdown files, or folders of a Jekyll blog.

    ``rules`` names the only rules to run, ``ignore`` those to leave out; ``strict`` adds those
    that run only when asked for, and on generated posts. ``now`` (aware) is the present, against
    which dates are held. ``blog`` is the one that all posts belong to, where it has more than the
    folder they lie in. Long posts are shared out among ``jobs`` processes, where they can be
    forked: a program with threads leaves it at 1. Raises ReportgenError for an unknown rule or a
    path that is not there.
    """
    posts = read_posts([Path(path) for path in paths], now=now, blog=blog)
    return check_posts(posts, rules=rules, ignore=ignore, strict=strict, jobs=jobs)


def check_posts(
    posts: Sequence[Post],
    *,
    rules: Collection[str] | None = None,
    ignore: Collection[str] = (),
    strict: bool = False,
    jobs: int = 1,
) -> list[Finding]:
    """The faults of posts that are read; see ``check_paths``."""
    chosen = select(rules, ignore)
    found = _in_processes(partial(_asked, chosen, strict or bool(rules)), posts, jobs)
    by_blog: dict[int, list[Post]] = {}
    for post in posts:
        by_blog.setdefault(id(post.blog), []).append(post)
    for together in by_blog.values():
        found += _blog_findings(chosen, together)
    return sorted(set(found), key=lambda finding: finding.order)


def select(rules: Collection[str] | None, ignore: Collection[str]) -> list[Rule]:
    """The rules named. Raises ReportgenError for a name that is none."""
    for name in [*(rules or ()), *ignore]:
        if name not in RULES:
            hint = did_you_mean(name, list(RULES))
            raise ReportgenError(f"There is no rule '{name}'.", hint=hint)
    wanted = [RULES[name] for name in RULES if rules is None or name in rules]
    return [rule for rule in wanted if rule.id not in ignore]


def _in_processes(
    work: Callable[[Post], list[Finding]], posts: Sequence[Post], jobs: int
) -> list[Finding]:
    """What ``work`` finds in the posts. Few or short ones are not worth another process."""
    if jobs < 2 or sum(len(post.source) for post in posts) < LONG or sys.platform != "linux":
        return [finding for post in posts for finding in work(post)]
    from concurrent.futures import ProcessPoolExecutor
    from multiprocessing import get_context

    size = -(-len(posts) // (2 * jobs))
    with ProcessPoolExecutor(jobs, mp_context=get_context("fork")) as pool:
        return [finding for found in pool.map(work, posts, chunksize=size) for finding in found]


def _asked(rules: list[Rule], strict: bool, post: Post) -> list[Finding]:
    """The findings of the rules that hold for a post: strict ones, too, for generated posts."""
    strict = strict or post.is_generated
    held = [rule for rule in rules if strict or not rule.strict]
    if post.is_ignored:  # so that what is in it does no harm
        held = [rule for rule in held if rule.id == "file-name"]
    found = list(_post_findings(held, post))
    post.forget()  # thousands of posts do not fit into the memory, each cut into its parts
    return found


def _post_findings(rules: list[Rule], post: Post) -> Iterator[Finding]:
    silent = _silenced(post)
    for rule in rules:
        if rule.check is not None and rule.id not in silent:
            yield from (_finding(rule, post, hit) for hit in rule.check(post))


def _blog_findings(rules: list[Rule], posts: list[Post]) -> Iterator[Finding]:
    for rule in rules:
        for place, hit in rule.blog_check(posts) if rule.blog_check else ():
            if not isinstance(place, Post):
                blog = posts[0].blog
                line, column = Lines(blog.texts.get(place, "")).place(hit.offset)
                path = shown(blog.root / place)
                yield Finding(rule.id, rule.severity, path, line, column, hit.message, hit.hint)
            elif rule.id not in _silenced(place):
                yield _finding(rule, place, hit)


def _silenced(post: Post) -> set[str]:
    """The rules that a comment in the post switches off for it."""
    return {name.strip() for names in SILENCED.findall(post.source) for name in names.split(",")}


def _finding(rule: Rule, post: Post, hit: Hit) -> Finding:
    line, column = post.lines.place(hit.offset)
    return Finding(rule.id, rule.severity, post.path, line, column, hit.message, hit.hint)


def shown(path: Path) -> Path:
    """A path as it is printed: from the working directory where it lies below that."""
    here = Path.cwd()
    return path.relative_to(here) if path.is_relative_to(here) else path


def read_posts(
    paths: Sequence[Path],
    *,
    but: Collection[Path] = (),
    now: datetime | None = None,
    blog: Blog | None = None,
) -> list[Post]:
    """The posts and pages at ``paths``, without those ``but``, which are whole paths; ``blog`` is
    that of all, where it has more than the folder they lie in. Of a folder, those that Jekyll
    leaves out are not read.

    Raises ReportgenError for a path that is not there.
    """
    now = now or datetime.now(UTC)
    whole = blog
    blogs: dict[Path, Blog] = {}
    posts: dict[Path, Post] = {}
    about = cache(config.find_root)
    whole_path = cache(Path.resolve)
    for path in paths:
        if not path.exists():
            raise ReportgenError(f"There is no file or folder '{path}'.")
        files = sorted(_markdown(path)) if path.is_dir() else [path]
        for file in files:
            folder = whole_path(file.parent)
            root, is_blog = about(folder)
            blog = whole or blogs.setdefault(root, Blog(root, is_blog))
            inside = (folder / file.name).relative_to(root).as_posix()
            resolved = file.resolve() if file.is_symlink() else folder / file.name
            if resolved in but or (file is not path and is_blog and not blog.reads(inside)):
                continue
            source = _text(file)
            post = Post(file, source, blog, now)
            is_page = post.is_post or post.front.present
            if file is path or (is_page and post.setting("published") is not False):
                posts.setdefault(resolved, post)
    return list(posts.values())


def _text(file: Path) -> str:
    """What is in a file; nothing where it is a pipe, a device or a secret."""
    try:
        content = file.read_bytes() if file.is_file() else b""
    except OSError:
        content = b""
    return content.decode("utf-8", "replace").replace("\r\n", "\n")


def _markdown(folder: Path) -> Iterator[Path]:
    """The Markdown files below ``folder`` that Jekyll may render."""
    for entry in sorted(os.scandir(folder), key=lambda entry: entry.name):
        hidden = entry.name.startswith(".") or entry.name in SKIPPED | NO_POSTS
        if entry.is_dir(follow_symlinks=False):
            if not hidden:
                yield from _markdown(Path(entry.path))
        elif entry.name.lower().endswith(MARKDOWN):
            yield Path(entry.path)
