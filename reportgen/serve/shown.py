"""What is shown: the state of the project, its pages, and what is wrong with them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from reportgen.engine.draw import draw_figure, results_of
from reportgen.engine.results import Results, caption_of
from reportgen.engine.session import Options, Session
from reportgen.errors import ReportgenError
from reportgen.freshness.states import ENV_STALE, FRESH
from reportgen.project import Project, find_project
from reportgen.registry import Node
from reportgen.serve.pages import Pages
from reportgen.serve.problems import Problem, of_error, of_failure
from reportgen.serve.settings import Trials
from reportgen.site import write_site
from reportgen.store import Record


class Shown:
    """The latest look at a project that was sound. All methods belong to the desk's thread.

    ``pages`` may be read from any thread: its tables are replaced, or changed by one entry.
    """

    def __init__(self, project: Project, options: Options, site: Path) -> None:
        self.project, self.site = project, site
        self.trials = Trials(options)
        self.session: Session | None = None
        self.results: Results | None = None
        self.pages = Pages(site)
        self.problems: dict[str, Problem] = {}
        self.seen: dict[Problem, int] = {}

    def look(self) -> Session:
        """The project as it is now. Any thread may look. Raises ReportgenError."""
        return Session(find_project(self.project.root), self.trials.options)

    def take_in_code(self, saved: Collection[Path]) -> Session | None:
        """Look again and draw all figures; None, and a problem, where the project is not sound."""
        try:
            session = self.look()
            if any(path.suffix not in (".py", "") for path in saved):
                forgive(session)
            self.draw(session)
        except ReportgenError as error:
            self.problems["project"] = self.problem(error, "The project cannot be read")
            return None
        self.problems.pop("project", None)
        self.session, self.project = session, session.project
        return session

    def take_in_run(self, session: Session, node: Node, ran: Mapping[str, Record]) -> None:
        """Take in the records that a run for a node left, and what depends on them."""
        for name in session.graph.ancestors([node]):
            session.forget(session.graph.nodes[name])
        for name, record in ran.items():
            one = session.graph.nodes.get(name)
            if one is not None and one.volatile and session.status(one).key == record.key:
                session.settle(one, record)  # others have to hold against the files as they are
        self.draw(session)
        self.render()

    def render(self, only: Collection[Path] = (), besides: Collection[Path] = ()) -> None:
        """Render the posts of these sources, or all others."""
        if self.results is not None:
            self.pages.render(self.project, self.results, only, besides)

    def draw(self, session: Session) -> None:
        """Draw every figure that has a record; what is not fresh stays as it was shown before."""
        before, results = self.results, results_of(session)
        kept = {n.name for n in session.graph if keep_record(results, n, before)}
        for node in session.graph:
            if node.is_figure:
                self.draw_one(session, results, node, anew=node.name not in kept)
        self.results = results

    def draw_one(self, session: Session, results: Results, node: Node, *, anew: bool) -> None:
        """Draw a figure, or only fill in its caption."""
        key = f"figure {node.id}"
        try:
            if anew:
                draw_figure(session, results, node)
            else:
                caption = caption_of(node.caption, node, results)
                results.results[node.name] = replace(results[node.name], caption=caption)
            self.problems.pop(key, None)
        except ReportgenError as error:
            self.problems[key] = self.problem(error, f"Figure {node.id} cannot be drawn")

    def needed(self, session: Session) -> list[Node]:
        """The nodes that posts show or quote, in order of appearance."""
        names = dict.fromkeys(name for names in self.pages.shown.values() for name in names)
        nodes = session.graph.nodes
        return [nodes[name] for name in names if name in nodes]

    def note_failures(self, session: Session, needed: Iterable[Node]) -> None:
        """Keep a problem for each node that posts need and whose last run failed."""
        self.problems = {k: p for k, p in self.problems.items() if not k.startswith("run ")}
        reached = session.graph.ancestors(list(needed))
        for node in session.graph:
            if node.name in reached and session.status(node).state == "failed":
                self.problems[f"run {node.name}"] = of_failure(session, node)

    def faults(self) -> list[Problem]:
        """All problems, what came up last before what was there already."""
        found = [*self.problems.values(), *self.pages.problems.values()]
        latest = max(self.seen.values(), default=0)
        self.seen = {problem: self.seen.get(problem, latest + 1) for problem in found}
        return sorted(found, key=self.seen.__getitem__, reverse=True)

    def claims(self) -> frozenset[str]:
        """All that is well: pages, figures, and problems that are not there."""
        nodes = self.session.graph if self.session else ()
        figures = [node.name for node in nodes if node.is_figure]
        broken = self.problems.keys() | self.pages.problems.keys()
        posts = [*self.pages.posts, "project"]
        return frozenset([*figures, *(f"/{post}" for post in posts if post not in broken)])

    def write_site(self) -> None:
        """Write the posts into the site, for Jekyll."""
        self.problems.pop("site", None)
        try:
            write_site(self.project, list(self.pages.posts.values()), site_dir=self.site)
        except ReportgenError as error:
            self.problems["site"] = self.problem(error, "The site cannot be written")

    def problem(self, error: ReportgenError, title: str) -> Problem:
        """The error as a page shows it."""
        return of_error(error, title, self.project.root)


def forgive(session: Session) -> None:
    """Forget failures: a file that is no code was saved, perhaps the one that was missing."""
    for node in session.graph:
        session.failure_file(node).unlink(missing_ok=True)


def keep_record(results: Results, node: Node, before: Results | None) -> bool:
    """Let a node that is not fresh be what was shown of it before; False where nothing was.

    Its latest record may be of quite another version. A figure is known by its id, so that it
    keeps its picture when its function is renamed.
    """
    now = results[node.name]
    old = before.get(node.id) if before is not None else None
    if now.state in (FRESH, ENV_STALE) or old is None or old.record is None:
        return False
    if node.is_figure and old.drawn is None:
        return False
    kept = replace(now, record=old.record, drawn=old.drawn, folder=old.folder)
    results.results[node.name] = kept
    return True
