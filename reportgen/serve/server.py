"""From a port to a served project, until somebody ends it."""

import asyncio
import socket
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import uvicorn

from reportgen.blog.jekyll import check_installed
from reportgen.engine.session import Options, check_writable
from reportgen.errors import ReportgenError
from reportgen.project import Project
from reportgen.serve.app import make_app
from reportgen.serve.desk import Desk
from reportgen.serve.hub import Hub
from reportgen.serve.watch import Watch

HOST = "127.0.0.1"
PORT = 8180


def serve(
    project: Project,
    options: Options,
    *,
    port: int = PORT,
    site: Path | None = None,
    jekyll: bool = False,
    ready: Callable[[str], None] = print,
) -> None:
    """Serve until interrupted; ``ready`` is told the address once it answers.

    Raises ReportgenError where the port is taken, and KeyboardInterrupt when it was ended.
    """
    check_writable(project)
    if jekyll:
        check_installed()
    with closing(listen(port)) as listener:
        address = f"http://{HOST}:{listener.getsockname()[1]}/"
        built = project.store_dir / "jekyll" if jekyll else None
        hub = Hub()
        desk = Desk(project, options, (site or project.site_dir).absolute(), hub, built)
        watch = Watch(project, desk.site, desk.changed)
        asyncio.run(run(desk, watch, hub, listener, lambda: ready(address)))


async def run(
    desk: Desk, watch: Watch, hub: Hub, listener: socket.socket, ready: Callable[[], None]
) -> None:
    """Serve until a signal ends it; ``ready`` is called when it answers."""
    hub.start()
    config = uvicorn.Config(
        make_app(desk, hub),
        log_level="warning",
        lifespan="off",
        timeout_graceful_shutdown=1,
        ws_max_size=1 << 16,
        ws_ping_timeout=120,  # seconds: a machine at work may be slow, and is not gone
    )
    server = Server(config, ready)
    watch.start()
    desk.start()
    try:
        await server.serve(sockets=[listener])
    finally:
        hub.stop()
        watch.stop()
        desk.stop()


class Server(uvicorn.Server):
    """Uvicorn that says when it answers."""

    def __init__(self, config: uvicorn.Config, ready: Callable[[], None]) -> None:
        super().__init__(config)
        self.ready = ready

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Listen, and say so."""
        await super().startup(sockets)
        self.ready()


def listen(port: int) -> socket.socket:
    """A socket on this machine's own address. Raises ReportgenError where the port is taken."""
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        listener.bind((HOST, port))
        listener.listen(128)
    except OSError as error:
        listener.close()
        raise ReportgenError(
            f"Port {port} cannot be used: {error.strerror}.",
            hint=f"Is 'reportgen serve' running already? Else try --port {port + 1}, "
            "or --port 0 for any free one.",
        ) from None
    return listener
