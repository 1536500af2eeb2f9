"""Digests of closures that are kept between processes; all tables of edits go through them too."""

import json

import pytest

from reportgen.freshness import Sources, closure
from reportgen.freshness.closure import shared

FILES = {
    "part.py": "from a import f\ndef answer(): return f()\ndef other(): return 1\n",
    "a.py": "from b import g\ndef f(): return g()\n",
    "b.py": "def g(): return 1\n",
}


@pytest.fixture
def project(tmp_path):
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    look(tmp_path)
    return tmp_path


def look(root, name="answer"):
    """The digest of a producer, found by a process of its own, which keeps what it found."""
    sources = Sources(root, root / ".cache")
    digest = closure(sources, "part.py", name).digest
    shared(sources).save()
    return digest


def kept(root):
    return json.loads((root / ".cache/closures.json").read_text())["files"]["part.py"]


def test_what_is_kept_is_used_and_depends_on_every_file_that_was_asked(project):
    assert set(kept(project)["on"]) == set(FILES)
    place = project / ".cache/closures.json"
    place.write_text(place.read_text().replace(kept(project)["closures"]["answer"][0], "kept"))

    assert look(project) == "kept"


@pytest.mark.parametrize("file", FILES)
def test_an_edit_of_any_of_them_is_seen(project, file):
    before = look(project)
    (project / file).write_text(
        FILES[file].replace("1", "2").replace("return g()", "return g() + 1")
    )
    anew = closure(Sources(project), "part.py", "answer").digest

    assert look(project) == anew
    assert (anew == before) == (file == "part.py")  # there only the other function has changed


def test_a_new_module_that_takes_the_place_of_another_is_seen(project):
    before = look(project)
    (project / "b").mkdir()
    (project / "b/__init__.py").write_text("def g(): return 3\n")

    assert look(project) == closure(Sources(project), "part.py", "answer").digest != before


def test_a_second_producer_of_a_file_keeps_what_the_first_depends_on(project):
    look(project, "other")

    assert set(kept(project)["on"]) == set(FILES)
    assert set(kept(project)["closures"]) == {"answer", "other"}


def test_a_save_in_the_middle_of_a_look_leaves_nothing_that_is_wrong(project):
    """The earlier text's digest must never stand for what the later text says."""
    before = look(project)
    (project / "b.py").write_text("def g(): return 2\n")
    sources = Sources(project, project / ".cache")
    (project / "b.py").write_text("def g(): return 3\n")
    closure(sources, "part.py", "answer")
    shared(sources).save()
    (project / "b.py").write_text("def g(): return 2\n")

    assert look(project) == closure(Sources(project), "part.py", "answer").digest != before


@pytest.mark.parametrize("text", ["", "[]", "{", '{"general": 1}'])
def test_a_damaged_memory_is_none(project, text):
    before = look(project)
    (project / ".cache/closures.json").write_text(text)

    assert look(project) == before
