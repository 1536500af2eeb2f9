"""What is known of the project while it is served, and what a saved file changes in that."""

import queue
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from reportgen.engine.draw import draw_figure, results_of
from reportgen.engine.results import Result, Results
from reportgen.engine.session import Options, Session
from reportgen.errors import ReportgenError
from reportgen.project import Project, find_project
from reportgen.registry import Node
from reportgen.serve.builder import DRAWING, Builder, affordable
from reportgen.serve.hub import Hub
from reportgen.serve.jekyll import Jekyll
from reportgen.serve.pages import Pages
from reportgen.serve.panel import figure_rows
from reportgen.serve.problems import Problem, of_error, of_failure
from reportgen.site import write_site
from reportgen.site.ledger import Ledger
from reportgen.store import Record

Job = Callable[[], None]
MANY = 1000  # files saved at once, after which the system may have lost word of some more
RETRIES = 40  # looks at a project whose files vanish while they are read
SOON = 0.05  # seconds between two of them
RESTLESS = 10.0  # seconds within which a node that is stale again after its run counts as restless
SITE_FOLDERS = ("assets", "_layouts", "_includes", "_sass", "_data", "_posts", "_drafts")


@dataclass(frozen=True)
class Ended:
    """The end of a node's latest run, and the how manieth of that key in short time it was."""

    key: str
    count: int
    time: float = field(default_factory=time.monotonic)

    def age(self) -> float:
        return time.monotonic() - self.time


class Desk:
    """Keeps pages, problems and the list of what is to run in step with the files.

    Everything happens in one thread; others only put jobs on its queue. ``pages`` may be read
    from any thread: its tables are replaced, or changed one entry at a time.
    """

    def __init__(
        self, project: Project, options: Options, site: Path, hub: Hub, built: Path | None = None
    ) -> None:
        self.root, self.options, self.site, self.hub = project.root, options, site, hub
        self.jekyll = Jekyll(site, built, self.jekyll_ended) if built else None
        self.project = project
        self.session: Session | None = None
        self.results: Results | None = None
        self.pages = Pages(site)
        self.problems: dict[str, Problem] = {}
        self.styles = self.builds = 0
        self.saved: set[Path] = set()
        self.everything = True
        self.failures = 0
        self.ended: dict[str, Ended] = {}
        self.lock = threading.Lock()
        self.jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self.builder = Builder(self.look, self.settled, hub.send)
        self.thread = threading.Thread(target=self.work, daemon=True)

    # From other threads

    def start(self) -> None:
        self.thread.start()
        self.jobs.put(self.refresh)
        if self.jekyll is not None:
            self.jekyll.start()

    def stop(self) -> None:
        self.builder.stop()
        if self.jekyll is not None:
            self.jekyll.stop()
        self.jobs.put(None)
        self.thread.join(timeout=5)

    def changed(self, paths: set[Path]) -> None:
        """Files were saved, removed or renamed."""
        with self.lock:
            waiting = bool(self.saved)
            self.saved |= paths
        if not waiting:
            self.jobs.put(self.refresh)
        if len(paths) >= MANY:
            self.later(1.0)

    def settled(self, name: str, ran: dict[str, Record]) -> None:
        """The builder has dealt with a node, and left these records; '' when a run has begun."""
        self.jobs.put(lambda: self.after_run(name, ran) if name else self.publish())

    def jekyll_ended(self, problem: Problem | None) -> None:
        self.jobs.put(lambda: self.after_jekyll(problem))

    def ask(self, name: str) -> None:
        """Somebody clicked 'rebuild'."""
        self.jobs.put(lambda: self.asked(name))

    def later(self, seconds: float) -> None:
        """Look at everything again after a while."""
        timer = threading.Timer(seconds, lambda: self.changed({self.root}))
        timer.daemon = True
        timer.start()

    # In the thread

    def work(self) -> None:
        while (job := self.jobs.get()) is not None:
            job()

    def look(self) -> Session:
        """The project as it is now."""
        return Session(find_project(self.root), self.options)

    def refresh(self) -> None:
        """Take in what was saved. Files that vanish meanwhile are looked for again."""
        with self.lock:
            saved, self.saved = self.saved, set()
        if saved and all(map(self.is_of_site, saved)):
            self.take_in_site(saved)
            return
        try:
            self.take_in(saved)
            self.failures = 0
        except OSError as error:
            self.failures += 1
            self.everything = True
            if self.failures <= RETRIES:
                self.later(SOON)
                return
            self.problems["project"] = Problem("The project cannot be read", f"{error}.")
        self.publish()
        self.write_site()

    def is_of_site(self, path: Path) -> bool:
        """Whether a file is the site's own business; the site may be the project's root."""
        if not path.is_relative_to(self.site):
            return False
        return not self.root.is_relative_to(self.site) or path.relative_to(self.site).parts[:1] in [
            (name,) for name in SITE_FOLDERS
        ]

    def take_in_site(self, saved: set[Path]) -> None:
        """Styles, layouts and hand-written pages; what we wrote there ourselves is no news."""
        ours = Ledger.read(self.site).owned
        saved = {p for p in saved if p.relative_to(self.site).as_posix() not in ours}
        if any(path.suffix in (".css", ".js") for path in saved):
            self.styles += 1
            self.publish()
        if saved and self.jekyll is not None:
            self.jekyll.request()

    def take_in(self, saved: set[Path]) -> None:
        """Look at the code unless only posts were saved, then render what may have changed."""
        posts = {path for path in saved if path.parent == self.project.posts_dir}
        if self.everything or self.results is None or posts != saved:
            self.everything = False
            if not self.look_at_code(saved):
                return
            posts = set()
        assert self.results is not None
        if posts:  # the page that is being written first, for its reader waits
            self.pages.render(self.project, self.results, posts)
            self.publish()
        self.pages.render(self.project, self.results)
        self.plan()

    def look_at_code(self, saved: set[Path]) -> bool:
        """A new session with all figures drawn; False where the project is not sound."""
        try:
            session = self.look()
            self.project = session.project
            if any(path.suffix not in (".py", "") for path in saved):
                forgive(session)
            self.draw(session)
        except ReportgenError as error:
            self.problems["project"] = of_error(error, "The project cannot be read", self.root)
            self.everything = True
            return False
        self.problems.pop("project", None)
        first, self.session = self.session is None, session
        if first:
            self.builder.start(self.project, self.packages(session))
        self.builder.drop_useless(session)
        return True

    def packages(self, session: Session) -> list[str]:
        found = {name for node in session.graph for name in session.closure(node).packages}
        return sorted(found)

    def draw(self, session: Session) -> None:
        """Draw every figure that has a record; of others keep the picture there was."""
        before, results = self.results, results_of(session)
        for node in session.graph:
            if node.is_figure:
                self.draw_one(session, results, node, before)
        self.results = results

    def draw_one(
        self, session: Session, results: Results, node: Node, before: Results | None
    ) -> None:
        key = f"figure {node.id}"
        try:
            with DRAWING:
                draw_figure(session, results, node)
            self.problems.pop(key, None)
        except ReportgenError as error:
            self.problems[key] = of_error(error, f"Figure {node.id} cannot be drawn", self.root)
        keep_picture(results, node, before)

    def after_run(self, name: str, ran: dict[str, Record]) -> None:
        """Take in the records that a run left, and what depends on them."""
        session = self.session
        if session is None or (node := session.graph.find(name)) is None:
            return
        for one in session.graph.ancestors([node]):
            session.forget(session.graph.nodes[one])
        for one, record in ran.items():
            self.take_in_record(session, one, record)
        try:
            self.draw(session)
            assert self.results is not None
            self.pages.render(self.project, self.results)
            self.plan()
        except (ReportgenError, OSError):
            self.changed({self.root})
        self.publish()
        self.write_site()

    def take_in_record(self, session: Session, name: str, record: Record) -> None:
        node = session.graph.nodes.get(name)
        if node is not None and session.status(node).key == record.key:
            session.settle(node, record)
        before = self.ended.get(name)
        again = before is not None and before.key == record.key and before.age() < RESTLESS
        self.ended[name] = Ended(record.key, before.count + 1 if before and again else 1)

    def asked(self, name: str) -> None:
        if self.session is None or (node := self.session.graph.find(name)) is None:
            return
        fresh = not self.session.must_run(node)
        self.builder.ask(node.name, force=fresh)
        self.publish()

    # What follows

    def needed(self) -> list[Node]:
        """The nodes that posts show or quote, in order of appearance."""
        assert self.session is not None
        names = dict.fromkeys(name for names in self.pages.shown.values() for name in names)
        return [
            self.session.graph.nodes[name] for name in names if name in self.session.graph.nodes
        ]

    def plan(self) -> None:
        """Let run what is cheap, and note what failed."""
        session = self.session
        assert session is not None
        needed = self.needed()
        stale = [node for node in needed if session.must_run(node)]
        cheap = [node for node in stale if not affordable(session, node)]
        self.builder.want([node.name for node in cheap if not self.is_restless(node)])
        self.problems = {k: p for k, p in self.problems.items() if not k.startswith("run ")}
        reached = session.graph.ancestors(needed)
        for node in session.graph:
            if node.name in reached and session.status(node).state == "failed":
                self.problems[f"run {node.name}"] = of_failure(session, node)

    def is_restless(self, node: Node) -> bool:
        """Whether a node is stale again and again right after its run: it writes what it reads."""
        ended = self.ended.get(node.name)
        return ended is not None and ended.count >= 3 and ended.age() < RESTLESS

    def write_site(self) -> None:
        """Have Jekyll see what we see."""
        if self.jekyll is None or self.session is None:
            return
        self.problems.pop("site", None)
        try:
            write_site(self.project, list(self.pages.posts.values()), site_dir=self.site)
        except ReportgenError as error:
            self.problems["site"] = of_error(error, "The site cannot be written", self.root)
            self.publish()
        self.jekyll.request()

    def after_jekyll(self, problem: Problem | None) -> None:
        self.problems.pop("jekyll", None)
        if problem is not None:
            self.problems["jekyll"] = problem
        self.builds += 1
        self.publish()

    def publish(self) -> None:
        """Tell all browsers."""
        problems = [*self.problems.values(), *self.pages.problems.values()]
        rows = figure_rows(self.session, self.pages, self.builder) if self.session else []
        self.hub.send(
            {
                "type": "state",
                "ready": self.session is not None or bool(self.problems),
                "pages": self.pages.digests(),
                "problems": [problem.to_json() for problem in problems],
                "warnings": {s: list(p.warnings) for s, p in self.pages.posts.items()},
                "figures": rows,
                "styles": self.styles,
                "builds": self.builds,
            }
        )


def forgive(session: Session) -> None:
    """Forget failures: a file that is no code was saved, perhaps the one that was missing."""
    for node in session.graph:
        session.failure_file(node).unlink(missing_ok=True)


def keep_picture(results: Results, node: Node, before: Results | None) -> None:
    """Give a figure without a picture the one that its id had before, such as after a rename."""
    now = results[node.name]
    old: Result | None = before.get(node.id) if before is not None else None
    if now.drawn is None and old is not None and old.drawn is not None:
        kept = replace(now, drawn=old.drawn, folder=old.folder, caption=now.caption or old.caption)
        results.results[node.name] = kept
