"""The real Jekyll beside the preview: the site is built anew after every change."""

import subprocess
import threading
from collections.abc import Callable
from pathlib import Path

from reportgen.blog import config, jekyll
from reportgen.files import file_below
from reportgen.serve.problems import Problem

Tell = Callable[[Problem | None], None]


class Jekyll:
    """A thread that runs Jekyll when it is asked to; requests meanwhile become one."""

    def __init__(self, site: Path, built: Path, tell: Tell) -> None:
        self.site, self.built, self.tell = site, built, tell
        self.wanted, self.stopping = threading.Event(), False
        self.process: subprocess.Popen[str] | None = None
        self.thread = threading.Thread(target=self.work, daemon=True)

    @property
    def baseurl(self) -> str:
        """The address of the site's home: ``/REPOSITORY/`` or ``/``."""
        return f"{config.baseurl(config.read(self.site))}/"

    def start(self) -> None:
        """Begin to wait for requests."""
        self.thread.start()

    def request(self) -> None:
        """Ask for a build; several requests may become one."""
        self.wanted.set()

    def stop(self) -> None:
        """End Jekyll and the thread."""
        self.stopping = True
        self.wanted.set()
        if self.process is not None:
            self.process.terminate()
        self.thread.join(timeout=5)

    def work(self) -> None:
        """Let Jekyll build once for all requests that came meanwhile."""
        while True:
            self.wanted.wait()
            self.wanted.clear()
            if self.stopping:
                return
            self.tell(self.build())

    def build(self) -> Problem | None:
        """Run Jekyll once; what it said where it failed."""
        try:
            self.process = subprocess.Popen(
                jekyll.command("--destination", self.built),
                cwd=self.site,
                stdout=subprocess.PIPE,
                stderr=subprocess.STDOUT,
                text=True,
                errors="replace",
                start_new_session=True,
            )
        except FileNotFoundError:
            return Problem("Jekyll failed", "Jekyll is not installed.", hint=jekyll.INSTALL)
        said, _ = self.process.communicate()
        if self.process.returncode == 0 or self.stopping:
            return None
        lines = [line for line in said.splitlines() if line.strip()]
        return Problem("Jekyll failed", lines[0] if lines else "", trace=said.strip())

    def find(self, address: str) -> Path | None:
        """The built file for an address."""
        base = self.baseurl
        if not address.startswith(base):
            return None
        path = address.removeprefix(base)
        names = (path, f"{path}.html", f"{path}/index.html")
        return next(filter(None, (file_below(self.built, name) for name in names)), None)
