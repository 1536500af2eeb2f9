"""The snapshot of the sources: what belongs to it, and what is kept of it on disk."""

import ast
import os

import pytest

from reportgen.errors import ReportgenError
from reportgen.freshness import Sources, closure, sources


@pytest.fixture
def write(tmp_path):
    def write(**files):
        for name, text in files.items():
            path = tmp_path / name.replace("__", "/").replace("_py", ".py")
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)

    return write


def test_environments_generated_folders_and_the_tool_itself_are_no_sources(tmp_path):
    files = ["a.py", "pkg/b.py", "pkg/build/c.py", "tools/my-script.py"]
    others = [".hidden/x.py", "build/x.py", "site/x.py", "dist/x.py", "reportgen/x.py",
              "pkg/__pycache__/x.py", "env/pyvenv.cfg", "env/lib/x.py", "a.txt",
              "lib/site-packages/x.py", "node_modules/x.py"]  # fmt: skip
    for name in files + others:
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()

    assert sorted(Sources(tmp_path).files) == sorted(files)


def test_a_snapshot_has_the_digest_of_each_file(tmp_path, write):
    write(a_py="1", b_py="1")
    first, same = Sources(tmp_path).files, Sources(tmp_path).files
    write(b_py="2", c_py="")
    later = Sources(tmp_path).files

    assert first == same
    assert first["a.py"] == first["b.py"] == later["a.py"]
    assert len(set(later.values())) == 3


def test_a_file_that_is_reached_must_be_python(tmp_path, write):
    write(part_py="from lib import g\ndef answer(): return g()", lib_py="def g(:\n  return 1")

    with pytest.raises(ReportgenError) as caught:
        closure(Sources(tmp_path), "part.py", "answer")
    assert str(caught.value.place) == "lib.py:1:7"
    assert caught.value.excerpt == "def g(:"


def test_a_file_that_is_not_reached_may_be_anything(tmp_path, write):
    write(part_py="def answer(): return 1", lib_py="def g(:")

    assert closure(Sources(tmp_path), "part.py", "answer").modules == ("part.py",)


def test_a_warm_closure_parses_nothing(tmp_path, write, monkeypatch):
    write(part_py="from lib import g\ndef answer(): return g()", lib_py="def g(): return 1")
    cold = closure(Sources(tmp_path, tmp_path / ".cache"), "part.py", "answer")
    monkeypatch.setattr(ast, "parse", None)
    warm = closure(Sources(tmp_path, tmp_path / ".cache"), "part.py", "answer")

    assert warm.digest == cold.digest
    assert warm.definitions == cold.definitions


@pytest.mark.parametrize("damage", [b"", b"{", b'{"statements": 1}', b"\xff"])
def test_a_damaged_cache_is_read_anew(tmp_path, write, damage):
    write(part_py="def answer(): return 1")
    cold = closure(Sources(tmp_path, tmp_path / ".cache"), "part.py", "answer")
    for path in (tmp_path / ".cache").rglob("*.json"):
        path.write_bytes(damage)

    assert closure(Sources(tmp_path, tmp_path / ".cache"), "part.py", "answer") == cold


def test_a_cache_that_cannot_be_written_is_done_without(tmp_path, write):
    write(part_py="def answer(): return 1", cache="a file, not a folder")

    assert closure(Sources(tmp_path, tmp_path / "cache"), "part.py", "answer").digest


def test_the_text_of_an_earlier_digest_is_kept(tmp_path, write):
    write(part_py="def answer(): return 1")
    before = Sources(tmp_path, tmp_path / ".cache")
    closure(before, "part.py", "answer")
    write(part_py="def answer(): return 2")
    now = Sources(tmp_path, tmp_path / ".cache")

    assert now.text("part.py") == "def answer(): return 2"
    assert now.text("part.py", before.files["part.py"]) == "def answer(): return 1"
    assert now.text("part.py", "0" * 64) is None


# Big data files -----------------------------------------------------------------------------------


@pytest.fixture
def big(tmp_path):
    path = tmp_path / "big.bin"
    path.write_bytes(b"a" * (sources.BIG + 1))
    return path


def digest(path):
    return Sources(path.parent, path.parent / ".cache").file_digest(path)


def test_a_big_file_is_not_read_again_while_its_status_is_the_same(big, monkeypatch):
    monkeypatch.setattr(sources, "SETTLED", 0)
    first = digest(big)
    monkeypatch.setattr(sources, "hash_file", None)

    assert digest(big) == first


def test_an_edit_that_restores_size_and_time_is_seen(big, monkeypatch):
    monkeypatch.setattr(sources, "SETTLED", 0)
    first, status = digest(big), big.stat()
    big.write_bytes(b"b" * (sources.BIG + 1))
    os.utime(big, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert big.stat().st_mtime_ns == status.st_mtime_ns
    assert digest(big) != first


def test_a_file_that_was_just_written_is_read_again(big):
    digest(big)

    assert not (big.parent / ".cache/files.json").exists()


def test_a_file_that_is_not_there_has_no_digest(tmp_path):
    assert digest(tmp_path / "nothing") is None
