"""Decides what a saved file, a finished run or a click changes, and tells all browsers."""

import gc
import queue
import threading
from collections.abc import Callable
from pathlib import Path

from reportgen.engine.session import Options, Session
from reportgen.errors import ReportgenError
from reportgen.project import Project
from reportgen.registry import Node
from reportgen.serve.builder import Builder
from reportgen.serve.hub import Hub
from reportgen.serve.jekyll import Jekyll
from reportgen.serve.panel import state_of
from reportgen.serve.policy import BRIEF, Policy, is_brief
from reportgen.serve.problems import Problem, of_fault
from reportgen.serve.shown import Shown
from reportgen.serve.watch import is_empty
from reportgen.site.ledger import Ledger
from reportgen.store import Record

Job = Callable[[], None]
MANY = 1000  # files saved at once, after which the system may have lost word of some more
RETRIES = 40  # looks at a project whose files vanish while they are read
SOON = 0.05  # seconds between two of them
HESITATE = 0.25  # seconds to wait for the rest of a save before an error is believed
EMPTY = 1.0  # seconds to do so while a saved file is empty
IDLE = 0.5  # seconds without a job after which none is expected just now
SITE_FOLDERS = ("assets", "_layouts", "_includes", "_sass", "_data", "_posts", "_drafts")


class Desk:
    """Keeps what is shown, and the list of what is to run, in step with the files.

    Everything happens in one thread; other threads only put jobs on its queue.
    """

    def __init__(
        self, project: Project, options: Options, site: Path, hub: Hub, built: Path | None = None
    ) -> None:
        self.root, self.site, self.hub = project.root, site, hub
        self.shown = Shown(project, options, site)
        self.policy = Policy()
        self.builder = Builder(self.shown.look, self.settled, hub.send)
        self.jekyll = Jekyll(site, built, self.jekyll_ended) if built else None
        self.styles = self.builds = self.failures = 0
        self.saved: set[Path] = set()
        self.everything, self.half_saved = True, False
        self.waiting: list[Node] | None = None  # the runs whose end pages wait for
        self.lock, self.news = threading.Lock(), threading.Event()
        self.told: frozenset[str] = frozenset()
        self.jobs: queue.SimpleQueue[Job | None] = queue.SimpleQueue()
        self.thread = threading.Thread(target=self.work, daemon=True)

    # From other threads

    def start(self) -> None:
        """Begin to work, with a look at everything."""
        self.thread.start()
        self.jobs.put(self.refresh)
        self.jobs.put(gc.freeze)  # what is known by then stays
        if self.jekyll is not None:
            self.jekyll.start()

    def stop(self) -> None:
        """End the runs, Jekyll and the work."""
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
            self.news.set()
        if not waiting:
            self.jobs.put(self.refresh)
        if len(paths) >= MANY or any(path != self.root and path.is_dir() for path in paths):
            self.later(1.0)

    def settled(self, name: str, ran: dict[str, Record]) -> None:
        """The builder has dealt with a node, and left these records; '' when a run has begun."""
        self.jobs.put(lambda: self.after_run(name, ran) if name else self.after_start())

    def jekyll_ended(self, problem: Problem | None) -> None:
        """Take in what Jekyll said; called from its thread."""
        self.jobs.put(lambda: self.after_jekyll(problem))

    def clicked(self, name: str, *, stop: bool) -> None:
        """Somebody wants a node to run, or to stop running."""
        self.jobs.put(lambda: self.after_click(name, stop=stop))

    def asked(self, what: Callable[[Session], object], title: str) -> None:
        """Somebody wants a parameter changed, kept or dropped, or a file opened."""
        self.jobs.put(lambda: self.after_asking(what, title))

    def later(self, seconds: float, what: Callable[[], object] | None = None) -> None:
        """Look at everything again after a while, or do ``what``."""
        timer = threading.Timer(seconds, what or (lambda: self.changed({self.root})))
        timer.daemon = True
        timer.start()

    # In the thread

    def work(self) -> None:
        """Do one job after the other until told to stop."""
        gc.disable()  # see ``next``
        while (job := self.next()) is not None:
            try:
                job()
            except Exception as error:  # a fault of ours must not end the preview
                self.shown.problems["desk"] = of_fault(error)
                self.everything, self.half_saved = True, False
                self.publish()
        gc.enable()

    def next(self) -> Job | None:
        """The next job. Memory is tidied up when none comes for a while: nobody waits then."""
        try:
            return self.jobs.get(timeout=IDLE)
        except queue.Empty:
            gc.enable()
            gc.collect()
        job = self.jobs.get()
        gc.disable()
        return job

    def refresh(self) -> None:
        """Take in what was saved. Files that vanish meanwhile are looked for again."""
        with self.lock:
            saved, self.saved = self.saved, set()
            self.news.clear()
        of_site = {path for path in saved if self.is_of_site(path)}
        if of_site:
            self.take_in_site(of_site)
        if of_site and of_site == saved and not self.half_saved:
            return
        try:
            done = self.take_in(saved - of_site)
            self.failures = 0
            if not done:
                return
        except OSError as error:
            self.failures += 1
            self.everything = True
            if self.failures <= RETRIES:
                self.later(SOON)
                return
            self.half_saved = False
            self.shown.problems["project"] = Problem("The project cannot be read", f"{error}.")
        self.publish()
        self.run_jekyll()

    def is_of_site(self, path: Path) -> bool:
        """Whether a file is the site's own business; the project may lie within the site."""
        if not path.is_relative_to(self.site):
            return False
        first = path.relative_to(self.site).parts[:1]
        return not self.root.is_relative_to(self.site) or first in [(f,) for f in SITE_FOLDERS]

    def take_in_site(self, saved: set[Path]) -> None:
        """Styles, layouts and hand-written pages; what we wrote there ourselves is no news."""
        ours = Ledger.read(self.shown.project, self.site).ids
        saved = {p for p in saved if p.relative_to(self.site).as_posix() not in ours}
        if any(path.suffix in (".css", ".js") for path in saved):
            self.styles += 1
            self.publish()
        if saved and self.jekyll is not None:
            self.jekyll.request()

    def take_in(self, saved: set[Path]) -> bool:
        """Look at the code unless only posts were saved, then render what may have changed.

        False where that was a look at a save that is not over: the rest of it is waiting.
        """
        shown = self.shown
        posts = {path for path in saved if path.parent == shown.project.posts_dir}
        if self.everything or posts != saved:
            looked, posts = shown.take_in_code(saved), set()
            self.everything = looked is None
            if looked and self.told <= self.shown.claims():
                wanted = self.follow(looked, posts)  # it runs while pages are rendered, or before
                if is_brief(looked, wanted) and not self.builder.is_busy():
                    self.waiting, self.half_saved = wanted, False
                    self.later(BRIEF, lambda: self.jobs.put(lambda: self.render_late(wanted)))
                    return False  # what is told when a run begins, or has ended, will do
        shown.render(only=posts)  # of posts the one that is being written, for its reader waits
        if self.is_half_saved(saved):
            return False
        if not self.everything and shown.session is not None:
            self.follow(shown.session, posts)
        else:
            self.builder.want([])
        return True

    def render_late(self, wanted: list[Node]) -> None:
        """Render what waits for these runs, which take longer than expected."""
        if self.waiting is wanted:
            self.waiting = None
            self.shown.render()
            self.publish()
            self.run_jekyll()

    def follow(self, session: Session, posts: set[Path]) -> list[Node]:
        """What a sound look leads to: other posts, and runs that end, or begin: of these nodes."""
        self.builder.start(session)
        self.builder.drop_useless(session)
        if posts:
            self.publish()
            self.shown.render(besides=posts)
        for key in ("desk", "asked"):
            self.shown.problems.pop(key, None)
        return self.plan()

    def is_half_saved(self, saved: set[Path]) -> bool:
        """Whether something is wrong or gone that was not, and more is being saved just now.

        Many programs empty a file before they write it, or delete it before they make it anew.
        The rest of the save is looked at next; until then nothing is told.
        """
        self.half_saved = False
        if not self.told <= self.shown.claims():
            self.half_saved = self.news.wait(EMPTY if any(map(is_empty, saved)) else HESITATE)
            self.everything |= self.half_saved
        return self.half_saved

    def after_start(self) -> None:
        """A run has begun; where a file was saved while it was prepared, see if it is of use."""
        running, session = self.builder.running, self.shown.session
        if running and session and running.node and not running.is_of(session):
            self.everything = True
            self.jobs.put(self.refresh)
        self.publish()

    def after_run(self, name: str, ran: dict[str, Record]) -> None:
        """Show what a run has made, and go on."""
        self.builder.taken_in(name)
        session = self.shown.session
        node = session.graph.find(name) if session else None
        if session is None or node is None:
            return
        for one, record in ran.items():
            self.policy.note(one, record.key, record.seconds)
        try:
            self.waiting = None
            self.shown.take_in_run(session, node, ran)
            if self.is_half_saved(set()):
                return
            if not self.everything:
                self.plan()
        except (ReportgenError, OSError):  # a file was saved or deleted just now
            self.everything = True
            self.later(SOON)
        self.publish()
        self.run_jekyll()

    def after_click(self, name: str, *, stop: bool) -> None:
        """Run a node, or stop it, as a person asks."""
        session = self.shown.session
        node = session.graph.find(name) if session else None
        if session is None or node is None:
            return
        if stop:
            self.policy.stop(session, node)
            self.builder.cancel(node.name)
        else:
            self.policy.allow(node)
            self.builder.ask(node.name, force=not session.must_run(node))
        self.publish()

    def after_asking(self, what: Callable[[Session], object], title: str) -> None:
        """Do what was asked for, and look at everything again, or say what speaks against it."""
        self.shown.problems.pop("asked", None)
        try:
            if self.shown.session is not None:
                what(self.shown.session)
        except ReportgenError as error:
            self.shown.problems["asked"] = self.shown.problem(error, title)
            self.publish()
            return
        self.everything = True
        self.refresh()

    def after_jekyll(self, problem: Problem | None) -> None:
        """Show Jekyll's problem, or that it has none."""
        self.shown.problems.pop("jekyll", None)
        if problem is not None:
            self.shown.problems["jekyll"] = problem
        self.builds += 1
        self.publish()

    # What follows

    def plan(self) -> list[Node]:
        """Let run what is cheap, and note what failed. What will run."""
        session = self.shown.session
        assert session is not None
        needed = self.shown.needed(session)
        stale = [node for node in needed if session.must_run(node)]
        wanted = [node for node in stale if not self.policy.held(session, node)]
        self.builder.want([node.name for node in wanted])
        self.shown.note_failures(session, needed)
        if self.builder.fault is not None:
            self.shown.problems["run "] = of_fault(self.builder.fault)
        return wanted

    def run_jekyll(self) -> None:
        """Have Jekyll see what we see."""
        if self.jekyll is not None and self.shown.session is not None:
            self.shown.write_site()
            if "site" in self.shown.problems:
                self.publish()
            self.jekyll.request()

    def publish(self) -> None:
        """Tell all browsers, unless the rest of a save comes first."""
        if self.half_saved:
            return
        self.told = self.shown.claims()
        told = state_of(self.shown, self.builder, self.policy)
        self.hub.send({**told, "styles": self.styles, "builds": self.builds})
