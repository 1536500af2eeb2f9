"""What a browser is answered: pages from memory, figures from the store, the rest from the site."""

import asyncio
import contextlib
import json
from base64 import b64encode
from functools import partial
from mimetypes import guess_type
from pathlib import Path

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import (
    FileResponse,
    HTMLResponse,
    JSONResponse,
    RedirectResponse,
    Response,
)
from starlette.routing import Route, WebSocketRoute
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket, WebSocketDisconnect

from reportgen.engine.draw import results_of
from reportgen.engine.session import Session
from reportgen.files import file_below
from reportgen.posts.versions import Version, versions_of, versions_page
from reportgen.registry import Node
from reportgen.serve.desk import Desk
from reportgen.serve.editor import open_editor
from reportgen.serve.guard import HEADERS, Guard
from reportgen.serve.hub import Hub
from reportgen.serve.hub import Message as Told
from reportgen.serve.jekyll import Jekyll
from reportgen.serve.pages import INDEX, live, waiting_page

ASSETS = Path(__file__).with_name("assets")
FRESH = {"cache-control": "no-cache"}


def make_app(desk: Desk, hub: Hub) -> Starlette:
    """The application; what Jekyll builds is found under its own base URL."""
    answers = Answers(desk, hub, desk.jekyll)
    return Starlette(
        routes=[
            Route("/_reportgen/state", answers.state),
            WebSocketRoute("/_reportgen/live", answers.live),
            Route("/_reportgen/{name}", answers.ours),
            Route("/_preview/versions/{id}", answers.versions),
            Route("/{path:path}", answers.page),
        ],
        middleware=[Middleware(Guard), Middleware(Headers)],
    )


class Headers:
    """ASGI middleware that adds the headers which every answer has."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer with headers that keep other pages out and caches honest."""

        async def with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message["headers"], *HEADERS]
            await send(message)

        await self.app(scope, receive, with_headers)


def all_versions(session: Session, node: Node) -> str:
    """The page of all versions of a figure, their pictures in it."""

    def embedded(version: Version) -> str:
        assert version.file is not None
        content = b64encode(version.file.read_bytes()).decode()
        return f"data:{guess_type(version.file.name)[0] or 'image/webp'};base64,{content}"

    versions = versions_of(session.project, results_of(session), node)
    return versions_page(session.project, node, versions, embedded, site="", home=INDEX)


class Answers:
    """The answers to each kind of request."""

    def __init__(self, desk: Desk, hub: Hub, jekyll: Jekyll | None) -> None:
        self.desk, self.hub, self.jekyll = desk, hub, jekyll

    async def state(self, request: Request) -> Response:
        """What runs and what is wrong, as JSON."""
        return JSONResponse(self.hub.state)

    async def ours(self, request: Request) -> Response:
        """A script or style of the preview itself."""
        return file_response(ASSETS, request.path_params["name"])

    async def versions(self, request: Request) -> Response:
        """All versions of a figure."""
        session = self.desk.shown.session
        node = session.graph.figures.get(request.path_params["id"]) if session else None
        if session is None or node is None:
            raise HTTPException(404)
        return HTMLResponse(await run_in_threadpool(all_versions, session, node), headers=FRESH)

    async def page(self, request: Request) -> Response:
        """A page, a figure's file, or a file of the site."""
        path = request.path_params["path"]
        if path == "":
            home = self.jekyll.baseurl if self.jekyll else INDEX
            if home != "/":
                return RedirectResponse(home, 307)
        address = "/" + path + ("index.html" if path.endswith("/") or not path else "")
        if page := self.desk.shown.pages.html.get(address):
            return HTMLResponse(page, headers=FRESH)
        if file := self.desk.shown.pages.files.get(path):
            return file_of(file)
        if self.jekyll is not None and (found := self.jekyll.find(address)):
            return jekyll_page(found)
        if address.endswith(".html"):
            return self.unknown(address)
        return file_response(self.desk.site, path)

    def unknown(self, address: str) -> Response:
        """A page that is not there: not yet, while the first look at the project lasts."""
        first = self.jekyll is not None and self.hub.state.get("builds") == 0
        ready = self.hub.state["ready"] and not first
        title = "There is no such page." if ready else "Looking at the project …"
        return HTMLResponse(live(waiting_page(title)), 404 if ready else 200, headers=FRESH)

    async def live(self, socket: WebSocket) -> None:
        """Tell a browser of every state, and listen to its clicks, until it goes."""
        await socket.accept()
        queue = self.hub.join()
        teller = asyncio.create_task(tell(socket, queue))
        try:
            while True:
                if answer := self.said(await socket.receive_text()):
                    await socket.send_text(json.dumps(answer))
        except WebSocketDisconnect:
            pass
        finally:
            self.hub.leave(queue)
            teller.cancel()

    def said(self, text: str) -> Told | None:
        """Do what a browser asks; nonsense is passed over. The answer is for that browser alone.

        Only pages that we served can say anything here, see ``guard``.
        """
        desk = self.desk
        trials = desk.shown.trials
        with contextlib.suppress(ValueError, AttributeError, KeyError, TypeError):
            match json.loads(text):
                case {"rebuild": str(name)}:
                    desk.clicked(name, stop=False)
                case {"stop": str(name)}:
                    desk.clicked(name, stop=True)
                case {"set": str(node), "param": str(param), "value": value}:
                    put = partial(trials.put, name=node, param=param, value=value)
                    desk.asked(put, "This parameter cannot be tried")
                case {"keep": True}:
                    desk.asked(trials.keep, "The parameters cannot be written")
                case {"drop": True}:
                    desk.asked(lambda _: trials.values.clear(), "")
                case {"edit": str(file), "line": int(line)}:
                    root = desk.root
                    desk.asked(lambda _: open_editor(root, file, line), "No editor opens")
                case {"where": [int(fragment), str(tag), int(number)], "slug": str(slug)}:
                    return self.place(slug, fragment, tag, number)
        return None

    def place(self, slug: str, fragment: int, tag: str, number: int) -> Told | None:
        """Where in a post's source an element of its page stands, by its number among those of
        its tag in an outermost element of the page."""
        post = self.desk.shown.pages.posts.get(slug)
        if post is None or not 0 <= fragment < len(post.places) or number < 0:
            return None
        places = post.places[fragment]
        lines = [line for name, line in places if name == tag] or [line for _, line in places[:1]]
        file = post.source.relative_to(self.desk.root).as_posix()
        line = lines[min(number, len(lines) - 1)] if lines else 0
        return {"type": "place", "file": file, "line": line} if line else None


async def tell(socket: WebSocket, queue: "asyncio.Queue[str]") -> None:
    """Send the page what is new until it goes."""
    with contextlib.suppress(WebSocketDisconnect, RuntimeError):
        while True:
            await socket.send_text(await queue.get())


def file_response(folder: Path, path: str) -> Response:
    """A file below a folder, but none that is hidden, generated for Jekyll, or outside."""
    file = file_below(folder, path)
    if file is None or any(part.startswith((".", "_")) for part in Path(path).parts):
        raise HTTPException(404)
    return file_of(file)


def file_of(file: Path) -> Response:
    """The file as an answer, 404 where it has gone."""
    if not file.is_file():  # it was there a moment ago
        raise HTTPException(404)
    return FileResponse(file, headers=FRESH)


def jekyll_page(file: Path) -> Response:
    """A page of Jekyll's with our part in its head."""
    if file.suffix != ".html":
        return file_of(file)
    return HTMLResponse(live(file.read_text(encoding="utf-8", errors="replace")), headers=FRESH)
