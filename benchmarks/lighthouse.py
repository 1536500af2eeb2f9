"""What Lighthouse says of the built site, its home page and every post: ``make site`` comes first.

Jekyll builds ``site/`` under a base URL, and ``npx`` fetches Lighthouse. Accessibility, best
practices, SEO and performance must all be 100, on a phone and on a desktop; what is not is named.
Text is compressed on its way, as GitHub Pages does it.
"""

import gzip
import json
import os
import subprocess
import sys
import tempfile
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any

SITE = Path(__file__).parents[1] / "site"
CHROMIUM = "/usr/bin/chromium"
FORMS = {"phone": [], "desktop": ["--preset=desktop"]}


class Pages(SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        pass

    def do_GET(self) -> None:
        path = Path(self.translate_path(self.path))
        path = path / "index.html" if path.is_dir() else path
        if not path.is_file():
            self.send_error(404)
            return
        kind, content = self.guess_type(path), path.read_bytes()
        self.send_response(200)
        if kind.startswith("text/") or kind.endswith(("json", "xml", "javascript")):
            content = gzip.compress(content)
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content)))
        self.send_header("Cache-Control", "max-age=600")
        self.end_headers()
        self.wfile.write(content)


def build(folder: Path, url: str) -> list[str]:
    """Build the site below ``folder``/blog; returns the paths of its pages."""
    config = folder / "base.yml"
    config.write_text(f'url: "{url}"\nbaseurl: "/blog"\ndisable_disk_cache: true\n')
    command = ["jekyll", "build", "-q", "-d", str(folder / "blog")]
    command += ["--config", f"_config.yml,{config}"]
    subprocess.run(command, cwd=SITE, check=True)
    pages = sorted((folder / "blog").rglob("index.html"))
    return [page.parent.relative_to(folder).as_posix() + "/" for page in pages]


def audit(url: str, options: list[str]) -> dict[str, Any]:
    """Lighthouse's report on one page."""
    command = ["npx", "--yes", "lighthouse@12", url, *options, "--quiet", "--output=json"]
    command += ["--only-categories=accessibility,best-practices,performance,seo"]
    command += ["--chrome-flags=--headless --no-sandbox"]
    env = {"CHROME_PATH": CHROMIUM, **os.environ}
    done = subprocess.run(command, env=env, stdout=subprocess.PIPE, check=True)
    report: dict[str, Any] = json.loads(done.stdout)
    return report


def failed(report: dict[str, Any]) -> list[str]:
    """The titles of the audits that a page does not pass."""
    audits = report["audits"].values()
    return [audit["title"] for audit in audits if audit["score"] not in (1, None)]


def main() -> int:
    worst = 100
    with tempfile.TemporaryDirectory(prefix="reportgen-lighthouse-") as name:
        handler = partial(Pages, directory=name)
        with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
            url = f"http://127.0.0.1:{server.server_port}"
            pages = build(Path(name), url)
            Thread(target=server.serve_forever, daemon=True).start()
            for page in pages:
                for form, options in FORMS.items():
                    report = audit(f"{url}/{page}", options)
                    scores = {n: round(c["score"] * 100) for n, c in report["categories"].items()}
                    worst = min(worst, *scores.values())
                    shown = ", ".join(f"{n} {score}" for n, score in scores.items())
                    print(f"{page:<32} {form:<8} {shown}", *failed(report), sep="\n  ", flush=True)
            server.shutdown()
    return worst < 100


if __name__ == "__main__":
    sys.exit(main())
