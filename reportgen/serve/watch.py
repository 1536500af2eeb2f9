"""Which files were saved, in batches, without looking into environments and caches."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from watchfiles import Change, watch

from reportgen.project import Project

GENERATED = ("_preview", "_site", "assets/figures")
"""What reportgen and Jekyll write below a site; in ``_posts`` a person may write as well."""
JUNK = (".pyc", ".swp", ".swx", "~", ".tmp")
HEAVY = frozenset({"__pycache__", "node_modules", "site-packages"})
STEP, LONGEST = 12, 150  # milliseconds without a change that end a batch, and its longest time
IDLE = 1000  # milliseconds after which the watch of the root looks up
LATE = 10.0  # seconds to wait for a watch to begin

Tell = Callable[[set[Path]], None]


class Stop:
    """An event that stops a watch, which asks for it again and again.

    ``begun`` is called when it first asks: by then no change escapes it any more.
    """

    def __init__(self, event: threading.Event, begun: Callable[[], None]) -> None:
        self.event, self.begun = event, begun
        self.is_new = True

    def is_set(self) -> bool:
        """Whether to stop; the first question begins the watch."""
        if self.is_new:
            self.is_new = False
            self.begun()
        return self.event.is_set()


class Watch:
    """Watches a project and its site, in threads of its own, until it is stopped.

    The root is watched alone and each of its folders with all that it holds, but for hidden ones
    and environments: these have too many folders, and nothing that is shown.
    """

    def __init__(self, project: Project, site: Path, tell: Tell) -> None:
        self.root, self.site, self.tell = project.root, site, tell
        self.posts = project.posts_dir
        self.unseen = (project.store_dir, *(site / name for name in GENERATED))
        self.links: dict[Path, Path] = {}
        self.stopped, self.again, self.anew = (threading.Event() for _ in range(3))
        self.begun = [threading.Event(), threading.Event()]
        self.threads = [
            threading.Thread(target=run, daemon=True) for run in (self.watch_root, self.watch_below)
        ]

    def start(self) -> None:
        """Begin to watch; what is saved from now on is told."""
        for thread in self.threads:
            thread.start()
        for begun in self.begun:
            begun.wait(LATE)

    def tell_all(self) -> None:
        """Have everything looked at: something may have been saved that nobody saw."""
        self.tell({self.root})

    def stop(self) -> None:
        """End all watches."""
        self.stopped.set()
        self.again.set()
        self.anew.set()
        for thread in self.threads:
            thread.join(timeout=2)

    def watch_root(self) -> None:
        """Watch the root, and the folders that links of posts lead to, from the start whenever one
        of them is another than before: a folder may go and come back."""
        begun = self.begun[0].set
        while not self.stopped.is_set():
            self.anew.clear()
            self.links = self.linked()
            known = list(map(inode, self.folders()))
            alone = [self.root, *sorted({target.parent for target in self.links})]
            watched = [*map(inode, alone), *self.links.items()]
            for batch in self.batches(alone, self.anew, begun):
                if batch:
                    self.tell(batch)
                if (now := list(map(inode, self.folders()))) != known:
                    known = now
                    self.again.set()
                if [*map(inode, alone), *self.linked().items()] != watched:
                    self.anew.set()
            begun = self.tell_all

    def linked(self) -> dict[Path, Path]:
        """The posts that are links, by the files outside of the project that they lead to."""
        try:
            links = [entry for entry in sorted(self.posts.iterdir()) if entry.is_symlink()]
        except OSError:
            return {}
        found = {Path(os.path.realpath(link)): link for link in links}
        return {target: link for target, link in found.items() if target.parent.is_dir()
                and not target.is_relative_to(self.root)}  # fmt: skip

    def watch_below(self) -> None:
        """Watch the folders; from the start, whenever one is another than before."""
        begun = self.begun[1].set
        while not self.stopped.is_set():
            self.again.clear()
            if folders := self.folders():
                for batch in self.batches(folders, self.again, begun, recursive=True):
                    self.tell(batch)
            else:
                begun()
                self.again.wait()  # the watch of the root sees when there is one
            begun = self.tell_all

    def batches(
        self,
        paths: list[Path],
        stop: threading.Event,
        begun: Callable[[], None],
        *,
        recursive: bool = False,
    ) -> Iterator[set[Path]]:
        """Sets of changed paths until it is stopped, or cannot go on; by polling where need be.

        A watch of the root yields empty sets too, when nothing happens.
        """
        try:
            yield from self.watched(paths, Stop(stop, begun), recursive)
        except FileNotFoundError:  # a folder went away between the look and the watch
            stop.wait(IDLE / 1000)
        except (OSError, RuntimeError):  # the system's limit of watched folders
            with contextlib.suppress(OSError, RuntimeError):
                yield from self.watched(paths, Stop(stop, self.tell_all), recursive, polling=True)
            stop.wait(IDLE / 1000)

    def watched(
        self, paths: list[Path], stop: Stop, recursive: bool, *, polling: bool = False
    ) -> Iterator[set[Path]]:
        """Batches of changed files below the paths."""
        for changes in watch(
            *paths,
            watch_filter=self.matters,
            step=STEP,
            debounce=LONGEST,
            stop_event=stop,
            rust_timeout=0 if recursive else IDLE,
            yield_on_timeout=True,
            force_polling=polling or None,
            recursive=recursive,
            ignore_permission_denied=True,
        ):
            yield {self.links.get(Path(path), Path(path)) for _, path in changes}

    def folders(self) -> list[Path]:
        """The folders of the root that are watched with all below them."""
        try:
            found = [entry for entry in sorted(self.root.iterdir()) if self.is_watched(entry)]
        except OSError:  # it is gone, perhaps to come back
            found = []
        outside = [] if self.site.is_relative_to(self.root) else [self.site]
        return [*found, *(folder for folder in outside if folder.is_dir())]

    def is_watched(self, entry: Path) -> bool:
        """Whether an entry of the root is a folder that can show in a page."""
        hidden = entry.name.startswith(".") or entry.name in HEAVY or entry in self.unseen
        return not hidden and entry.is_dir() and not (entry / "pyvenv.cfg").exists()

    def matters(self, change: Change, path: str) -> bool:
        """Whether a change may concern anything that is shown."""
        file = Path(path)
        if file in self.links:
            return True
        if file.name.startswith(".") or file.name.endswith(JUNK) or file.name in HEAVY:
            return False
        base = self.root if file.is_relative_to(self.root) else self.site
        if not file.is_relative_to(base):
            return False  # it lies beside what a link leads to
        folders = file.relative_to(base).parts[:-1]
        if any(part.startswith(".") or part in HEAVY for part in folders):
            return False
        return not any(file.is_relative_to(folder) for folder in self.unseen)


def inode(folder: Path) -> int:
    """What tells a folder from one that takes its place; 0 where it is gone."""
    try:
        return folder.stat().st_ino
    except OSError:
        return 0


def is_empty(path: Path) -> bool:
    """Whether a file is there and holds nothing, as while it is saved."""
    try:
        return path.is_file() and path.stat().st_size == 0
    except OSError:
        return False
