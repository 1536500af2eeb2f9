"""Only this machine, and only pages that we served, may look in."""

import json
import re
import socket
import urllib.parse

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from tests.serve.conftest import PAGE, Served


@pytest.mark.parametrize(
    "headers",
    [
        {"Host": "evil.example"},
        {"Host": "evil.example:8180"},
        {"Host": "127.0.0.1.evil.example"},
        {"Host": "localhost.evil.example"},
        {"Host": "127.0.0.1:80:80"},
        {"Host": "0.0.0.0"},
        {"Origin": "http://evil.example"},
        {"Origin": "https://{host}"},
        {"Origin": "http://localhost:1"},
        {"Origin": "null"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "no-cors"},
        {"Sec_Fetch_Site": "same-site", "Sec_Fetch_Mode": "cors"},
    ],
    ids=str,
)
@pytest.mark.parametrize("path", [PAGE, "/_reportgen/state", "/assets/css/site.css"])
def test_other_hosts_and_origins_are_refused(
    one_server: Served, path: str, headers: dict[str, str]
) -> None:
    host = one_server.origin.removeprefix("http://")
    status, text = one_server.get(path, **{k: v.format(host=host) for k, v in headers.items()})

    assert status == 403
    assert "Notes" not in text


@pytest.mark.parametrize(
    "headers",
    [
        {},
        {"Host": "localhost:9999"},  # a forwarded port
        {"Host": "localhost:9999", "Origin": "http://localhost:9999"},
        {"Sec_Fetch_Site": "cross-site", "Sec_Fetch_Mode": "navigate"},  # a link in a chat
        {"Sec_Fetch_Site": "same-origin", "Sec_Fetch_Mode": "cors"},
    ],
    ids=str,
)
def test_this_machine_may_ask(one_server: Served, headers: dict[str, str]) -> None:
    status, text = one_server.get(PAGE, **headers)

    assert status == 200
    assert "<h1>Notes</h1>" in text


@pytest.mark.parametrize("origin", [None, "http://evil.example", "null", "http://127.0.0.1:1"])
def test_a_websocket_of_another_page_is_refused(one_server: Served, origin: str | None) -> None:
    url = one_server.address.replace("http", "ws") + "_reportgen/live"

    with pytest.raises(InvalidStatus, match="403"), connect(url, origin=origin):  # type: ignore[arg-type]
        pass


def test_it_listens_on_one_address_only(one_server: Served) -> None:
    port = urllib.parse.urlsplit(one_server.address).port
    assert port is not None

    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=5)


@pytest.mark.parametrize(
    "path",
    [
        "/_posts/2026-01-02-notes.md",
        "/assets/../../pyproject.toml",
        "/assets/%2e%2e/%2e%2e/pyproject.toml",
        "/%2e%2e/pyproject.toml",
        "//etc/passwd",
        "/_reportgen/..%2fserver.py",
        "/assets",
        "/nowhere.css",
        "/..%5cpyproject.toml",
        "/%252e%252e/pyproject.toml",
        "/%00",
        "/notes%00.css",
        "/%ff%fe.css",
        "/" + "a" * 300,
        "/_reportgen/" + "a" * 300,
        "/_reportgen/%00",
        "/" + "a" * 50_000,
    ],
)
def test_nothing_but_the_site_can_be_had(one_server: Served, path: str) -> None:
    status, _ = one_server.get(path)

    assert status == 404


def test_a_page_has_all_that_it_asks_for(one_server: Served) -> None:
    page = one_server.page()
    addresses = set(re.findall(r'(?:src|href)="([^"#]+)"', page))
    local = {urllib.parse.urljoin(PAGE, a) for a in addresses if not a.startswith("data:")}

    assert len(local) > 10
    assert {a: one_server.get(a)[0] for a in local} == dict.fromkeys(local, 200)


def test_pictures_are_named_by_their_content(one_server: Served) -> None:
    pictures = re.findall(r'<img[^>]* src="([^"]+)"', one_server.page())

    assert pictures
    assert all(re.search(r"\?v=[0-9a-f]{12}$", address) for address in pictures)


def test_an_unknown_page_says_so_and_waits(one_server: Served) -> None:
    status, text = one_server.get("/_preview/nothing/index.html")

    assert status == 404
    assert "live.js" in text


def test_the_root_leads_to_the_posts(one_server: Served) -> None:
    status, text = one_server.get("/")

    assert status == 200
    assert 'href="notes/index.html"' in text


def test_no_answer_may_be_framed_or_guessed(one_server: Served) -> None:
    import urllib.request

    with urllib.request.urlopen(one_server.origin + PAGE) as answer:
        headers = {name.lower(): value for name, value in answer.headers.items()}

    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-security-policy"] == "frame-ancestors 'self'"
    assert headers["cross-origin-resource-policy"] == "same-origin"
    assert headers["cache-control"] == "no-cache"


@pytest.mark.parametrize(
    "text",
    [
        *("", "{", "[]", "7", '{"rebuild": "nothing"}', '{"rebuild": {}}', '{"set": 7}'),
        '{"edit": "pyproject.toml", "line": "1; true"}',
        '{"where": "words", "slug": "../../etc"}',
    ],
)
def test_nonsense_does_no_harm(one_server: Served, text: str) -> None:
    one_server.socket.send(text)
    one_server.socket.send(json.dumps({"stop": "nothing"}))

    assert one_server.get(PAGE)[0] == 200
