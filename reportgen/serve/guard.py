"""Who may ask: only a browser on this machine, and only from a page that we served.

A page elsewhere can make a browser ask 127.0.0.1, either directly (then ``Origin`` names it) or
by a name of its own that suddenly resolves to 127.0.0.1 (then ``Host`` is that name).
"""

from starlette.types import ASGIApp, Receive, Scope, Send

NAMES = ("127.0.0.1", "localhost")
HEADERS = [
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"content-security-policy", b"frame-ancestors 'self'"),
    (b"referrer-policy", b"no-referrer"),
]


class Guard:
    """ASGI middleware that refuses foreign hosts and origins."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass on what may come in, and refuse the rest."""
        if scope["type"] in ("http", "websocket") and (reason := refusal(scope)):
            await refuse(scope, receive, send, reason)
        else:
            await self.app(scope, receive, send)


def refusal(scope: Scope) -> str:
    """Why a request is refused, '' where it is not.

    The port may be any: a forwarded one is as good, and a foreign page cannot choose what stands
    before it.
    """
    headers = {name.decode("latin-1"): v.decode("latin-1") for name, v in scope["headers"]}
    host = headers.get("host", "")
    name, _, port = host.partition(":")
    if name not in NAMES or not (port.isdecimal() or port == ""):
        return f"The host '{host}' is not this machine."
    origin = headers.get("origin")
    if origin is None and scope["type"] == "websocket":
        return "A websocket must name the page that opens it."
    if origin is not None and origin != f"http://{host}":
        return f"Pages of '{origin}' may not look in here."
    elsewhere = headers.get("sec-fetch-site") in ("cross-site", "same-site")
    if elsewhere and headers.get("sec-fetch-mode") != "navigate":
        return "Other pages may not look in here."
    return ""


async def refuse(scope: Scope, receive: Receive, send: Send, reason: str) -> None:
    """Answer with the reason and nothing else."""
    if scope["type"] == "websocket":
        await receive()
        await send({"type": "websocket.close", "code": 1008, "reason": reason})
        return
    from starlette.responses import PlainTextResponse

    await PlainTextResponse(f"{reason}\n", 403)(scope, receive, send)
