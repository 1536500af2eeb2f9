"""Serving a page, and reading it in a browser only once nothing on it moves any more."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from playwright.sync_api import Page

SETTLED = """() => document.readyState === 'complete'
  && document.fonts.status === 'loaded'
  && [...document.images].every(i => i.complete || i.loading === 'lazy')
  && document.getAnimations().every(
    a => a.playState !== 'running' || !(a.timeline instanceof DocumentTimeline)
      || a.effect.getComputedTiming().endTime === Infinity)"""


class Quiet(SimpleHTTPRequestHandler):
    """Serves files without a word, and with a Content-Security-Policy where there is one."""

    policy = ""

    def end_headers(self) -> None:
        """The policy, too."""
        if self.policy:
            self.send_header("Content-Security-Policy", self.policy)
        super().end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path, policy: str = "") -> Iterator[str]:
    """The address at which a folder's files can be read."""
    handler = type("Handler", (Quiet,), {"policy": policy})
    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(handler, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def settle(page: Page) -> Page:
    """Wait until the page, its fonts and images are there and all its transitions are over.

    A theme's own ``!important`` may outweigh any style that would switch transitions off, and an
    animation without an end, or one that scrolling moves, is no change to wait for.
    """
    page.wait_for_function(SETTLED)
    return page
