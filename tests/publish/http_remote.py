"""A smart-HTTP git server on this machine: git's own http-backend behind a small CGI handler."""

import os
import subprocess
import threading
from base64 import b64decode
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import urlsplit


@dataclass
class Rules:
    """How the server behaves. ``password``: who signs in with it may push; '' lets everybody.

    ``cut_after_push`` drops the connection when a push has been carried out, before the answer.
    """

    password: str = ""
    status: int = 0
    cut_after_push: bool = False
    requests: list[str] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    """Answers with what git http-backend says."""

    rules: Rules
    folder: Path
    protocol_version = "HTTP/1.0"

    def do_GET(self) -> None:
        """Answer a request for refs."""
        self.answer()

    do_POST = do_GET  # noqa: N815

    def log_message(self, format: str, *args: object) -> None:
        """Keep quiet."""

    def answer(self) -> None:
        """Refuse, or run the backend."""
        self.rules.requests.append(f"{self.command} {self.path}")
        if self.rules.status:
            self.send_error(self.rules.status)
        elif self.rules.password and self.password() != self.rules.password:
            self.send_response(401)
            self.send_header("WWW-Authenticate", 'Basic realm="git"')
            self.end_headers()
        else:
            self.backend()

    def password(self) -> str:
        """The password that the client sent."""
        scheme, _, word = self.headers.get("Authorization", "").partition(" ")
        return b64decode(word).decode().partition(":")[2] if scheme == "Basic" else ""

    def backend(self) -> None:
        """Run git http-backend on the request."""
        length = int(self.headers.get("Content-Length") or 0)
        done = subprocess.run(
            ["git", "http-backend"], input=self.rfile.read(length), env=self.variables(length),
            capture_output=True, check=True,
        )  # fmt: skip
        if self.rules.cut_after_push and "git-receive-pack" in self.path.partition("?")[0]:
            self.rules.cut_after_push = False
            self.close_connection = True
            return
        head, _, body = done.stdout.partition(b"\r\n\r\n")
        headers = [line.split(": ", 1) for line in head.decode().split("\r\n")]
        status = next((value for name, value in headers if name == "Status"), "200 OK")
        self.send_response(int(status.split()[0]))
        for name, value in headers:
            if name != "Status":
                self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def variables(self, length: int) -> dict[str, str]:
        """The environment that CGI asks for."""
        address = urlsplit(self.path)
        return {
            **os.environ,
            "GIT_PROJECT_ROOT": str(self.folder),
            "GIT_HTTP_EXPORT_ALL": "1",
            "REMOTE_USER": "somebody",
            "REQUEST_METHOD": self.command,
            "PATH_INFO": address.path,
            "QUERY_STRING": address.query,
            "CONTENT_TYPE": self.headers.get("Content-Type", ""),
            "CONTENT_LENGTH": str(length),
            "HTTP_CONTENT_ENCODING": self.headers.get("Content-Encoding", ""),
            "HTTP_GIT_PROTOCOL": self.headers.get("Git-Protocol", ""),
        }


@contextmanager
def serving(folder: Path, rules: Rules) -> Iterator[str]:
    """The address at which the repositories in ``folder`` are served."""
    handler = type("Served", (Handler,), {"rules": rules, "folder": folder})
    server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
