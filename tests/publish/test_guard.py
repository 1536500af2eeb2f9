"""What must never be published, and that it is refused before anything is pushed."""

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from reportgen.errors import ReportgenError
from reportgen.publish import guard
from reportgen.publish.cache import with_cache
from reportgen.publish.dates import check_dates, date_of
from reportgen.publish.git import configuration, inherited
from reportgen.publish.guard import check_sizes
from reportgen.publish.leaks import check_secrets
from reportgen.publish.manifest import Manifest, read_manifest
from reportgen.publish.paths import BLOG_PATHS, check_path, check_paths, collect
from reportgen.publish.publisher import Wanted, publish
from tests.publish.conftest import BLOG
from tests.publish.helpers import FIGURE, POST, Publisher, Remote, git

BAD_PATHS = {
    "/etc/passwd": "is not relative",
    "C:/autoexec.bat": "is not relative",
    "": "is not relative",
    "../_config.yml": "leaves the branch or has an empty part",
    "assets/../../x": "leaves the branch or has an empty part",
    "assets//x": "leaves the branch or has an empty part",
    "assets/": "leaves the branch or has an empty part",
    "./x": "leaves the branch or has an empty part",
    ".git/hooks/pre-push": "would be a git folder",
    "a/.GIT/config": "would be a git folder",
    "a/.git. /config": "would be a git folder",
    "a/GIT~1/config": "would be a git folder",
    "a\\b": "has a control character or a backslash",
    "a\nb": "has a control character or a backslash",
    "a\0b": "has a control character or a backslash",
    "a\x7fb": "has a control character or a backslash",
    "a\udcffb": "is not valid Unicode",
    "é" * 128: "has a name of more than 255 bytes",
}


@pytest.mark.parametrize("path", BAD_PATHS)
def test_a_path_that_escapes(path: str) -> None:
    assert check_path(path) == BAD_PATHS[path]


@pytest.mark.parametrize(
    "path", ["a", "a b/c d.png", "Ünïcode/σ=0.5.png", "日本.md", "..a/b..", ".nojekyll", "a~1"]
)
def test_a_path_that_is_fine(path: str) -> None:
    assert check_path(path) == ""


@given(st.text(min_size=1))
def test_no_path_that_is_fine_leaves_a_folder(path: str) -> None:
    if not check_path(path):
        assert os.path.normpath(os.path.join("/branch/x", path)).startswith("/branch/x")
        assert path.encode().decode() == path


@pytest.mark.parametrize("path", [path for path in BAD_PATHS if path])
def test_a_path_that_escapes_is_not_published(publisher: Publisher, path: str) -> None:
    with pytest.raises(ReportgenError, match="These paths cannot be published"):
        publisher({path: b"x"})

    assert publisher.remote.files() == BLOG


@pytest.mark.parametrize(
    "path", ["_config.yml", "_layouts/post.html", "assets/figures", "assets/site.css", "x/_posts/y"]
)
def test_in_a_blog_only_posts_and_figures_are_ours(path: str) -> None:
    check_paths(["_posts/2024-11-19-a.md", "assets/figures/a/1.png", "assets/reportgen.css"],
                BLOG_PATHS)  # fmt: skip
    with pytest.raises(ReportgenError, match="cannot be published") as caught:
        check_paths([path], BLOG_PATHS)

    assert f"'{path}' is not one of reportgen's." in str(caught.value)


def test_a_manifest_that_was_tampered_with(publisher: Publisher) -> None:
    publisher({POST: b"Noise.\n"})
    evil = Manifest("noise", "Noise", "source", {"../../.bashrc": "1" * 40})
    publisher.remote.commit({evil.path: evil.to_bytes()})

    with pytest.raises(ReportgenError, match="leaves the branch"):
        publisher({POST: b"Changed.\n"})


LIST = b'{"format": 2, "id": "a", "project": "A", "kind": "html", %s}'


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "it is no manifest"),
        (b"[]", "it is no manifest"),
        (b'{"format": 2}', "it is no manifest"),
        (b"[" * 100_000, "it is no manifest"),
        (LIST % b'"files": [1]', "blob ids"),
        (LIST % b'"files": {"a": 1}', "blob ids"),
        (LIST % b'"files": {"a": "../../x"}', "blob ids"),
        (LIST % b'"commit": "--upload-pack=x"', "no commit"),
        (LIST % b'"baseurl": 3', "its 'baseurl' is no str"),
        (LIST.replace(b'"a",', b'"b",', 1) % b'"files": {}', "that of the report 'b'"),
        (b'{"format": 3}', "another version of reportgen"),
    ],
)
def test_a_damaged_manifest(content: bytes, words: str) -> None:
    with pytest.raises(ReportgenError, match=words) as caught:
        read_manifest(content, ".reportgen/a.json")

    assert str(caught.value).startswith(".reportgen/a.json: ")


def test_a_manifest_survives_its_way_through_the_branch() -> None:
    manifest = Manifest(
        "a", "A", "html", {"σ b.png": "1" * 40}, "/blog", "2" * 40, True, "0.1", "3"
    )

    assert read_manifest(manifest.to_bytes(), manifest.path) == manifest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "site"
    (folder / "assets").mkdir(parents=True)
    (folder / "assets" / "a.png").write_bytes(b"a")
    return folder


@pytest.mark.parametrize("target", ["/etc/passwd", "../secret", "a.png", "nowhere"])
def test_a_link_is_refused_wherever_it_points(folder: Path, target: str) -> None:
    (folder / "assets" / "link.png").symlink_to(target)

    with pytest.raises(ReportgenError, match="Only regular files") as caught:
        collect(folder)

    assert f"link to '{target}'" in str(caught.value)


def test_a_linked_folder_and_a_pipe_are_refused(folder: Path, tmp_path: Path) -> None:
    (folder / "linked").symlink_to(tmp_path, target_is_directory=True)
    os.mkfifo(folder / "pipe")

    with pytest.raises(ReportgenError) as caught:
        collect(folder)

    assert "linked' is a link" in str(caught.value)
    assert "pipe' is no regular file" in str(caught.value)


def test_collecting_leaves_out_names_at_any_depth(folder: Path) -> None:
    (folder / "assets" / ".DS_Store").write_bytes(b"")
    (folder / "_site").symlink_to("/")

    assert collect(folder, leave_out=[".DS_Store", "_site"]) == {
        "assets/a.png": folder / "assets" / "a.png"
    }


def test_a_file_that_becomes_a_link_at_the_last_moment(
    publisher: Publisher, folder: Path, tmp_path: Path
) -> None:
    files = {f"assets/figures/a/{path[7:]}": file for path, file in collect(folder).items()}
    secret = tmp_path / "secret"
    secret.write_bytes(b"secret")
    (folder / "assets" / "a.png").unlink()
    (folder / "assets" / "a.png").symlink_to(secret)

    with pytest.raises(ReportgenError, match="is a link to"):
        publisher(files)

    assert publisher.remote.files() == BLOG


def test_a_file_that_is_gone(publisher: Publisher, tmp_path: Path) -> None:
    with pytest.raises(ReportgenError, match=r"cannot be published: No such file"):
        publisher({FIGURE: tmp_path / "gone.png"})


SECRETS = [
    b"-----BEGIN OPENSSH PRIVATE KEY-----",
    b"-----BEGIN RSA PRIVATE KEY-----",
    b"token: ghp_" + b"a1" * 18,
    b"github_pat_" + b"A1b2" * 11,
    b"aws AKIA" + b"ABCD1234" * 2,
    b"hf_" + b"aBcDeFgH" * 5,
    b"sk-ant-" + b"a1B2" * 10,
    b"AIza" + b"a1B2c" * 7,
    b"xoxb-" + b"123456789012-" * 2,
    b"glpat-" + b"a1B2c3D4" * 3,
    b"npm_" + b"a1B2" * 9,
    b'password = "' + b"a1B2c3D4" * 3 + b'"',
    b"WANDB_API_KEY='" + b"0123456789abcdef" * 2 + b"'",
]


@pytest.mark.parametrize("secret", SECRETS)
def test_a_secret_is_refused_with_its_line_and_not_repeated(
    publisher: Publisher, secret: bytes
) -> None:
    with pytest.raises(ReportgenError, match="This looks like a secret") as caught:
        publisher({POST: b"---\ntitle: x\n---\n" + secret + b"\n"})

    assert f"{POST}:4: " in str(caught.value)
    assert secret.decode()[-12:] not in str(caught.value)
    assert publisher.remote.files() == BLOG


@pytest.mark.parametrize("name", [".env", ".env.local", "id_rsa", "server.pem", ".netrc", "a.KEY"])
def test_a_name_that_secrets_have(name: str) -> None:
    with pytest.raises(ReportgenError, match="This looks like a secret"):
        check_secrets({f"assets/{name}": b""})


@pytest.mark.parametrize(
    "text",
    [
        b"The private key is never shown; a token is 4 letters; password: none.",
        b"Weights: sk-learn and hf_hub_download, gh-pages, AKIA.",
        b"monkey.png",
        bytes(range(256)) * 400,
    ],
)
def test_what_only_sounds_like_a_secret(text: bytes) -> None:
    check_secrets({"_posts/2024-11-19-key.md": text, "assets/monkey.png": text})


def test_a_file_above_the_limit(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(guard, "FILE_LIMIT", 1000)

    with pytest.raises(ReportgenError, match="no file above 100 MiB"):
        publisher({FIGURE: b"x" * 1001})


def test_the_limits_are_those_of_github() -> None:
    check_sizes({"a": 100 * 2**20})
    with pytest.raises(ReportgenError, match="no file above 100 MiB"):
        check_sizes({"a": 100 * 2**20 + 1})
    with pytest.raises(ReportgenError, match=r"would have 1\.07 GiB"):
        check_sizes({f"{i}": 100 * 2**20 for i in range(10)}, others=100 * 2**20)


def test_other_files_of_the_branch_count(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(guard, "SITE_LIMIT", 5000)
    publisher.remote.commit({"video.mp4": b"x" * 4900})

    with pytest.raises(ReportgenError, match="GitHub Pages takes 1 GiB"):
        publisher({FIGURE: b"x" * 101})


NOW = datetime(2024, 11, 19, 12, tzinfo=UTC)

DATES = [
    ("date: 2024-11-19 12:00:01 +0000", True),
    ("date: 2024-11-19 11:59:59 +0000", False),
    ("date: 2024-11-19 13:00:00 +0200", False),
    ("date: 2024-11-19 06:00:00 -0800", True),
    ("date: 2024-11-19T12:30:00Z", True),
    ("date: 2024-11-19 12:30", True),
    ("date: 2024-11-20", False),
    ("date: 2024-11-21", True),
    ("date: '2024-11-21'", True),
    ("date: 2024-11-21\npublished: false", False),
    ("date: nonsense", False),
    ("title: no date", False),
    ("title: [broken", False),
]


@pytest.mark.parametrize(("line", "future"), DATES)
def test_a_post_of_the_future(line: str, future: bool) -> None:
    posts = {"_posts/2024-11-19-a.md": f"---\n{line}\n---\nText.\n".encode()}
    if not future:
        check_dates(posts, {}, NOW)
        return

    check_dates(posts, {"future": True}, NOW)
    with pytest.raises(ReportgenError, match="posts of the future"):
        check_dates(posts, {}, NOW)


def test_the_file_name_dates_a_post_without_a_date() -> None:
    assert date_of("docs/_posts/sub/2024-11-20-a.md", b"No front matter.") == datetime(
        2024, 11, 20, tzinfo=UTC
    )
    assert date_of("assets/2024-11-20-a.md", b"") is None


def test_a_post_of_tomorrow_is_not_published(publisher: Publisher) -> None:
    with pytest.raises(ReportgenError, match="posts of the future"):
        publisher({"_posts/9999-12-31-a.md": b"---\ntitle: x\n---\n"})

    assert publisher.remote.files() == BLOG


@pytest.mark.parametrize("where", [".gitattributes", "assets/.gitattributes"])
def test_a_path_that_the_branch_gives_to_lfs(publisher: Publisher, where: str) -> None:
    publisher.remote.commit({where: b"*.png filter=lfs diff=lfs merge=lfs -text\n"})

    with pytest.raises(ReportgenError, match="gives these paths to Git LFS") as caught:
        publisher({FIGURE: b"x", POST: b"y"})

    assert FIGURE in str(caught.value)
    assert POST not in str(caught.value)


def test_other_attributes_do_not_disturb(publisher: Publisher) -> None:
    publisher.remote.commit({".gitattributes": b"* text=auto eol=crlf\n*.zip filter=lfs\n"})

    publisher({POST: b"One.\nTwo.\r\n"})

    assert publisher.remote.files()[POST] == b"One.\nTwo.\r\n"


def test_names_with_spaces_and_from_everywhere(publisher: Publisher) -> None:
    files = {
        "assets/figures/σ = 0.5/Übersicht von 日本.png": b"1",
        'assets/figures/a/it\'s "quoted" *?[x].png': b"2",
        "assets/figures/a/-rf --force.png": b"3",
        "assets/figures/a/:(glob)x.png": b"4",
        "assets/figures/a/e\u0301 and é.png": b"5",
        "assets/figures/a/😀.png": b"6",
        "assets/figures/a/100%25.png": b"7",
    }

    publisher(files)
    assert publisher.remote.files() == {**BLOG, **files}

    publisher({})
    assert publisher.remote.files() == BLOG


def test_two_thousand_files(publisher: Publisher) -> None:
    files = {f"assets/figures/a/{i:04}.png": b"%d" % i for i in range(2000)}
    publisher(files)

    outcome = publisher({**files, "assets/figures/a/0007.png": b"changed"})

    assert outcome.plan.changed == ("assets/figures/a/0007.png",)
    assert len(publisher.remote.files()) == 2000 + len(BLOG)
    assert publisher(files).plan.write == {"assets/figures/a/0007.png": outcome_id(b"7")}


def outcome_id(content: bytes) -> str:
    from reportgen.files import blob_id

    return blob_id(content)


@settings(max_examples=25)  # starts a process for each
@given(content=st.binary(max_size=300))
def test_a_blob_has_the_id_that_git_gives_it(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    folder = tmp_path_factory.getbasetemp()

    assert outcome_id(content) == git("hash-object", "--stdin", cwd=folder, data=content)


def test_files_outside_what_is_allowed_stop_before_the_network(
    empty: Remote, tmp_path: Path
) -> None:
    person = Publisher(empty, tmp_path / "cache", url="file:///nowhere")
    wanted = Wanted(Manifest("noise", "Noise", "source"), {"_config.yml": b"x"}, BLOG_PATHS)

    with pytest.raises(ReportgenError, match="These paths cannot be published"):
        with_cache(
            person.cache, person.url, inherited(configuration(person.cache.parent)),
            lambda cache: publish(cache, person.target, wanted, lambda proposal: True),
        )  # fmt: skip
