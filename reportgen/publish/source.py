"""What a project has to publish: its posts and figures rendered, staged as files, and checked.

This is the one module of this room that knows how a report is made.
"""

import os
import re
import shutil
import tempfile
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen import __version__
from reportgen.blog import config, jekyll
from reportgen.errors import ReportgenError
from reportgen.files import write_bytes
from reportgen.project import Project
from reportgen.publish.dates import date_of
from reportgen.publish.git import Git, top_of
from reportgen.publish.manifest import Manifest
from reportgen.publish.paths import BLOG_PATHS, Content, collect, refusal
from reportgen.publish.provenance import project_commit
from reportgen.publish.publisher import Wanted
from reportgen.publish.target import Target
from reportgen.publish.workflow import FOLDER as WORKFLOWS

if TYPE_CHECKING:
    from reportgen.checks import Finding
    from reportgen.engine.results import Results
    from reportgen.posts import Post

PRIVATE = ("_site", "_preview", "_drafts", ".jekyll-cache", ".sass-cache", ".reportgen.json",
           ".reportgen", ".DS_Store", ".git", "vendor", "node_modules")  # fmt: skip
"""Names in a site's folder that are never published."""

REDIRECT = (
    '<!DOCTYPE html>\n<html lang="en">\n<meta charset="utf-8">\n<title>Posts</title>\n'
    '<meta http-equiv="refresh" content="0; url=posts/">\n<a href="posts/">Posts</a>\n</html>\n'
)


@dataclass(frozen=True)
class Request:
    """``baseurl`` None means that of the site's _config.yml. ``check`` False skips the lints."""

    allow_stale: bool = False
    baseurl: str | None = None
    check: bool = True


@contextmanager
def gathered(project: Project, target: Target, request: Request, id: str) -> Iterator[Wanted]:
    """All that the project publishes to a target, in files that live as long as the context.

    ``id`` is that of the report. Nothing is run: what is stale is refused, unless ``allow_stale``,
    and what never ran in any case. Raises ReportgenError for that, and for errors that the checks
    find.
    """
    posts, stale = rendered(project, request.allow_stale)
    with tempfile.TemporaryDirectory(prefix="reportgen-publish-") as temporary:
        staging = Path(temporary) / "site"
        stage(project, target, posts, staging)
        baseurl = (
            config.baseurl(config.read(staging)) if request.baseurl is None else request.baseurl
        )
        notes = [f"Stale: {', '.join(stale)}. The pages say so."] if stale else []
        if request.check:
            notes += refuse_faults(lint(staging, project, target), staging)
        relative = target.kind == "html" and not jekyll.installed()
        files = built(project, target, posts, staging, baseurl, check=request.check)
        commit, dirty = project_commit(project.root)
        notes += ["The project has uncommitted changes."] if dirty else []
        manifest = Manifest(
            id, name_of(project), target.kind, baseurl=baseurl, commit=commit, dirty=dirty,
            version=__version__,
        )  # fmt: skip
        yield Wanted(
            manifest,
            files,
            () if target.own else BLOG_PATHS,
            tuple(notes),
            certain=relative or request.baseurl is not None,
        )


def name_of(project: Project) -> str:
    """What people call a report: its title, or else its folder."""
    return " ".join((project.title or project.root.name).split())


def rendered(project: Project, allow_stale: bool) -> "tuple[list[Post], list[str]]":
    """The posts, and what in them is stale. Raises ReportgenError."""
    from reportgen.engine.draw import draw_figure, results_of
    from reportgen.engine.session import Session
    from reportgen.posts import figures_of, post_files, render_posts

    files = post_files(project)
    if not files:
        raise ReportgenError(
            "There is no post to publish.",
            hint=f"Write one: {project.templates}/posts/YYYY-MM-DD-title.md",
        )
    session = Session(project)
    results = results_of(session)
    uses = [figures_of(file, project.root) for file in files]
    asked = {name for use in uses for name in (*use.figures, *use.names)}
    refuse_stale(results, asked, allow_stale)
    for node in session.graph:
        if node.is_figure and session.status(node).record is not None:
            draw_figure(session, results, node)
    posts = render_posts(project, results)
    asked |= {id for post in posts for id in post.figures}  # some ids are computed by a template
    return posts, refuse_stale(results, asked, allow_stale)


def refuse_stale(results: "Results", asked: Collection[str], allow_stale: bool) -> list[str]:
    """The stale ones among figures and artifacts. Raises ReportgenError unless allowed and run."""
    from reportgen.freshness.states import ENV_STALE, FRESH

    found = {results[name].node.id: results[name] for name in sorted(asked) if name in results}
    bad = {id: result for id, result in found.items() if result.state not in (FRESH, ENV_STALE)}
    absent = {id: result for id, result in bad.items() if result.record is None}
    if absent or (bad and not allow_stale):
        refused = absent if allow_stale else bad
        marked = "Or publish them as they are, marked as stale, with --allow-stale."
        raise refusal(
            "These are not fresh",
            [f"{id} is {result.state}: {result.reason}." for id, result in refused.items()],
            "Run: reportgen build" if absent else f"Run: reportgen build\n{marked}",
        )
    return list(bad)


def stage(project: Project, target: Target, posts: "Sequence[Post]", staging: Path) -> None:
    """Write into ``staging`` the Jekyll source that is published, or built and then published."""
    from reportgen.site import write_site
    from reportgen.site.ledger import Ledger

    staging.mkdir(parents=True)
    if target.own and project.site_dir.is_dir():
        generated = Ledger.read(project.site_dir).owned
        for path, file in site_files(project.site_dir).items():
            if path not in generated:
                copy(file, staging / path)
    write_site(project, posts, site_dir=staging)
    workflow = project.root / WORKFLOWS / "pages.yml"
    if target.own and target.kind == "source" and workflow.is_file():
        copy(workflow, staging / WORKFLOWS / "pages.yml")


def site_files(site: Path) -> dict[str, Path]:
    """The files of a site that git does not ignore."""
    among: Collection[str] | None = None
    git = Git(within=site)
    if top_of(site):
        listed = git.text("ls-files", "-z", "--cached", "--others", "--exclude-standard")
        among = set(listed.split("\0"))
    return collect(site, leave_out=PRIVATE, among=among)


def copy(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    shutil.copyfile(source, target, follow_symlinks=False)


def lint(staging: Path, project: Project, target: Target) -> "list[Finding]":
    from reportgen.checks import check_paths

    posts = staging / "_posts"
    where = [staging] if target.own else [posts] if posts.is_dir() else []
    return check_paths(where)


def refuse_faults(findings: "Sequence[Finding]", folder: Path) -> list[str]:
    """A note on the warnings among findings. Raises ReportgenError where there are errors."""
    errors = [f"{place(finding, folder)}: {finding.message}" for finding in findings
              if finding.severity == "error"]  # fmt: skip
    if errors:
        raise refusal("The checks found errors", errors, "Run: reportgen build && reportgen check")
    count = len(findings)
    return [f"The checks found {count} warning{'s' * (count > 1)}."] if count else []


def place(finding: "Finding", folder: Path) -> str:
    path = finding.path.resolve()
    shown = path.relative_to(folder.resolve()) if path.is_relative_to(folder.resolve()) else path
    return f"{shown}:{finding.line}"


def built(
    project: Project,
    target: Target,
    posts: "Sequence[Post]",
    staging: Path,
    baseurl: str,
    *,
    check: bool,
) -> dict[str, Content]:
    """The files to publish: the staged source, or the site built from it."""
    if target.kind == "source":
        return dict(collect(staging, leave_out=PRIVATE))
    site = staging.parent / "built"
    if jekyll.installed():
        stop_the_clock(staging)
        jekyll.build(staging, site, baseurl)
    else:
        without_jekyll(project, posts, staging, site)
    if check:
        from reportgen.checks import check_site

        refuse_faults(check_site(site, baseurl), site)
    return {**collect(site, leave_out=PRIVATE), ".nojekyll": b""}


def stop_the_clock(staging: Path) -> None:
    """Let Jekyll's ``site.time`` and the ages of files be the date of the newest post.

    A feed or a sitemap that names the time of the build would differ with every publish.
    """
    posts = {
        path: file.read_bytes() for path, file in collect(staging).items() if "_posts/" in path
    }
    dates = [when for path, content in posts.items() if (when := date_of(path, content))]
    if not dates:
        return
    for file in collect(staging).values():
        os.utime(file, (max(dates).timestamp(),) * 2)
    config = staging / "_config.yml"
    written = config.read_bytes() if config.is_file() else b""
    if not re.search(rb"^time:", written, re.MULTILINE):
        config.write_bytes(
            written.rstrip(b"\n") + f"\ntime: {max(dates).isoformat(' ')}\n".encode()
        )


def without_jekyll(
    project: Project, posts: "Sequence[Post]", staging: Path, destination: Path
) -> None:
    """Our own pages instead of Jekyll's: ``posts/SLUG/``, with links that need no baseurl."""
    from reportgen.site import write_preview

    pages = write_preview(project, posts, site_dir=staging).parent
    files = {path: file for path, file in collect(staging, leave_out=PRIVATE).items()
             if path.startswith("assets/") or path == "CNAME"}  # fmt: skip
    for path, file in files.items():
        copy(file, destination / path)
    for path, file in collect(pages, leave_out=PRIVATE).items():
        html = file.read_bytes().replace(b"/_preview/", b"/posts/")
        write_bytes(destination / "posts" / path, html)
    (destination / "index.html").write_text(REDIRECT, encoding="utf-8")
