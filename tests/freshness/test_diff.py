"""Explanations of what changed in the code."""

from textwrap import dedent

import pytest

from reportgen.freshness import Sources, closure
from reportgen.freshness.diff import code_changes

BEFORE = {
    "part.py": """
        from lib import helper
        import settings
        def answer():
            return helper() + settings.K
        """,
    "lib.py": """
        def inner():
            return 1

        def helper():
            return inner()

        def other():
            return 2
        """,
    "settings.py": "K = 1\nprint(K)\n",
}


@pytest.fixture
def changes(tmp_path):
    """Write the project, edit it, and explain: ``changes({file: text or (old, new)})``."""

    def write(files):
        for name, text in files.items():
            path = tmp_path / name
            if isinstance(text, tuple):
                text = path.read_text().replace(*text)
            path.write_text(dedent(text))

    def explain(edit, *, cache=True):
        sources = Sources(tmp_path, tmp_path / ".cache" if cache else None)
        old = closure(sources, "part.py", "answer")
        definitions, files = dict(old.definitions), dict(old.sources)
        write(edit)
        sources = Sources(tmp_path, tmp_path / ".cache" if cache else None)
        new = closure(sources, "part.py", "answer")
        assert new.digest != old.digest
        return code_changes(definitions, files, new, sources)

    write(BEFORE)
    return explain


def test_a_change_names_the_definition_the_way_to_it_and_its_diff(changes):
    (change,) = changes({"lib.py": ("return 1", "return 5  # more")})

    assert str(change) == "lib.py:inner"
    assert change.path == ("part.py:answer", "lib.py:helper", "lib.py:inner")
    assert change.diff.splitlines() == [
        "--- lib.py (then)",
        "+++ lib.py (now)",
        "@@ -1,2 +1,2 @@",
        " def inner():",
        "-    return 1",
        "+    return 5  # more",
    ]


def test_an_edited_effect_is_a_change_too(changes):
    (change,) = changes({"settings.py": ("print(K)", "print(K, K)")})

    assert str(change) == "settings.py:print(…)"
    assert change.path[-2:] == ("settings.py:import", "settings.py:print(…)")
    assert "+print(K, K)" in change.diff


def test_new_and_gone_definitions(changes):
    found = changes(
        {"lib.py": ("return inner()", "return other()"), "settings.py": ("print(K)", "")}
    )

    assert [str(change) for change in found] == [
        "lib.py:helper",
        "lib.py:other (new)",
        "lib.py:inner (gone)",
        "settings.py:print(…) (gone)",
    ]


def test_a_move_is_told_as_such_beside_a_real_change(changes):
    found = changes(
        {
            "lib.py": "from home import inner\ndef helper():\n    return inner()\n",
            "home.py": "def inner():\n    return 1\n",
            "settings.py": ("K = 1", "K = 2"),
        }
    )

    assert [str(change) for change in found] == [
        "settings.py:K",
        "lib.py:inner (moved to home.py:inner)",
    ]


def test_names_that_are_exchanged_mean_something_else(changes):
    (change,) = changes({"part.py": ("import helper", "import other as helper")})[:1]

    assert str(change) == "lib.py:other (new)"


def test_an_order_of_effects_is_told_when_there_is_nothing_else(changes):
    changes({"settings.py": "K = 1\nprint(K)\nrepr(K)\n"})
    found = changes({"settings.py": "K = 1\nrepr(K)\nprint(K)\n"})

    assert str(found[0]) == "settings.py:import (same text in another context)"


def test_without_the_old_text_the_name_is_still_known(changes):
    (change,) = changes({"lib.py": ("return 1", "return 5")}, cache=False)

    assert str(change) == "lib.py:inner"
    assert change.diff == ""
