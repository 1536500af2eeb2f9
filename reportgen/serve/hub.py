"""The browsers that watch: each hears of every new state, and of a run's progress meanwhile."""

import asyncio
import contextlib
import json
import threading
from typing import Any

Message = dict[str, Any]


class Hub:
    """Passes messages from any thread to all browsers.

    ``state`` is the last state sent, with the progress that was told since.
    """

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.loop: asyncio.AbstractEventLoop | None = None
        self.queues: set[asyncio.Queue[str]] = set()
        self.state: Message = {"type": "state", "ready": False}

    def start(self) -> None:
        """Bind to the running event loop."""
        self.loop = asyncio.get_running_loop()

    def stop(self) -> None:
        """Send nothing any more."""
        self.loop = None

    def send(self, message: Message) -> None:
        """Send to all browsers, but for a state that they know; any thread may call this."""
        with self.lock:
            if message == self.state:
                return
            is_state = message["type"] == "state"
            self.state = message if is_state else {**self.state, "progress": message}
            text = json.dumps(message)
            if self.loop is not None:
                with contextlib.suppress(RuntimeError):  # the server is ending
                    self.loop.call_soon_threadsafe(self.spread, text)

    def spread(self, text: str) -> None:
        """Put a message before every page."""
        for queue in self.queues:
            queue.put_nowait(text)

    def join(self) -> "asyncio.Queue[str]":
        """A queue of messages for one more browser, which begins with the state."""
        queue: asyncio.Queue[str] = asyncio.Queue()
        queue.put_nowait(json.dumps(self.state))
        self.queues.add(queue)
        return queue

    def leave(self, queue: "asyncio.Queue[str]") -> None:
        """Forget a page that has gone."""
        self.queues.discard(queue)
