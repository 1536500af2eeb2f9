"""Which files were saved, in batches, without looking into environments and caches."""

import threading
from collections.abc import Callable, Iterator
from pathlib import Path

from watchfiles import Change, watch

from reportgen.project import Project

GENERATED = ("_preview", "_site", "assets/figures")
"""What reportgen and Jekyll write below a site; in ``_posts`` a person may write as well."""
JUNK = (".pyc", ".swp", ".swx", "~", ".tmp")
HEAVY = frozenset({"__pycache__", "node_modules", "site-packages"})
STEP, LONGEST = 25, 400  # milliseconds without a change that end a batch, and its longest time
IDLE = 1000  # milliseconds after which a watch without changes looks up

Tell = Callable[[set[Path]], None]


class Watch:
    """Watches a project and its site, in threads of its own, until it is stopped.

    The root is watched alone and each of its folders with all that it holds, but for hidden ones
    and environments: these have too many folders, and nothing that is shown.
    """

    def __init__(self, project: Project, site: Path, tell: Tell) -> None:
        self.root, self.site, self.tell = project.root, site, tell
        self.unseen = (project.store_dir, *(site / name for name in GENERATED))
        self.stopped, self.again = threading.Event(), threading.Event()
        self.threads = [
            threading.Thread(target=run, daemon=True) for run in (self.watch_root, self.watch_below)
        ]

    def start(self) -> None:
        for thread in self.threads:
            thread.start()

    def stop(self) -> None:
        self.stopped.set()
        self.again.set()
        for thread in self.threads:
            thread.join(timeout=2)

    def watch_root(self) -> None:
        known = self.folders()
        for batch in self.batches([self.root], self.stopped, recursive=False):
            if batch:
                self.tell(batch)
            if (now := self.folders()) != known:
                known = now
                self.again.set()

    def watch_below(self) -> None:
        """Watch the folders; from the start, whenever there is another one."""
        before: set[Path] | None = None
        while not self.stopped.is_set():
            self.again.clear()
            folders = self.folders()
            new = set(folders) - before if before is not None else set()
            if not folders:
                self.again.wait()
            for batch in self.batches(folders, self.again, recursive=True):
                if batch or new:
                    self.tell(batch | new)  # what was written before the watch began
                    new = set()
            before = set(folders)

    def batches(
        self, paths: list[Path], stop: threading.Event, *, recursive: bool
    ) -> Iterator[set[Path]]:
        """Sets of changed paths, empty ones when nothing happens; by polling where need be."""
        try:
            yield from self.watched(paths, stop, recursive, polling=False)
        except FileNotFoundError:  # a folder went away between the look and the watch
            stop.wait(IDLE / 1000)
        except OSError:  # the system's limit of watched folders
            yield from self.watched(paths, stop, recursive, polling=True)

    def watched(
        self, paths: list[Path], stop: threading.Event, recursive: bool, *, polling: bool
    ) -> Iterator[set[Path]]:
        for changes in watch(
            *paths,
            watch_filter=self.matters,
            step=STEP,
            debounce=LONGEST,
            stop_event=stop,
            rust_timeout=IDLE,
            yield_on_timeout=True,
            force_polling=polling or None,
            recursive=recursive,
            ignore_permission_denied=True,
        ):
            yield {Path(path) for _, path in changes}

    def folders(self) -> list[Path]:
        found = [entry for entry in sorted(self.root.iterdir()) if self.is_watched(entry)]
        outside = [] if self.site.is_relative_to(self.root) else [self.site]
        return [*found, *(folder for folder in outside if folder.is_dir())]

    def is_watched(self, entry: Path) -> bool:
        hidden = entry.name.startswith(".") or entry.name in HEAVY or entry in self.unseen
        return not hidden and entry.is_dir() and not (entry / "pyvenv.cfg").exists()

    def matters(self, change: Change, path: str) -> bool:
        """Whether a change may concern anything that is shown."""
        file = Path(path)
        if file.name.startswith(".") or file.name.endswith(JUNK):
            return False
        base = self.root if file.is_relative_to(self.root) else self.site
        folders = file.relative_to(base).parts[:-1] if file.is_relative_to(base) else ()
        if any(part.startswith(".") or part in HEAVY for part in folders):
            return False
        return not any(file.is_relative_to(folder) for folder in self.unseen)
