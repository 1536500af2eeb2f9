"""What a closure tells beside its digest, and code that is large, deep or circular."""

import random

import pytest

from reportgen.freshness import Sources, closure
from reportgen.freshness.closure import Closures


@pytest.fixture
def close(tmp_path):
    """``close(text, {file: text})``: the closure of ``answer`` in part.py, which has the text."""

    def close(part, files=(), name="answer"):
        for file, text in {"part.py": part, **dict(files)}.items():
            path = tmp_path / file
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text)
        return closure(Sources(tmp_path), "part.py", name)

    return close


def test_definitions_come_with_the_shortest_way_to_them(close):
    found = close(
        "import lib\nfrom lib import far\ndef answer(): return lib.near() + far()",
        {"lib.py": "K = 1\ndef near(): return far()\ndef far(): return K\ndef other(): return K"},
    )

    assert found.paths == {
        "part.py:answer": ("part.py:answer",),
        "lib.py:near": ("part.py:answer", "lib.py:near"),
        "lib.py:far": ("part.py:answer", "lib.py:far"),
        "lib.py:K": ("part.py:answer", "lib.py:far", "lib.py:K"),
    }
    assert found.definitions.keys() == found.paths.keys()
    assert set(found.sources) == {"part.py", "lib.py"}


def test_effects_are_reached_through_the_import_of_their_module(close):
    found = close("import lib\ndef answer(): pass", {"lib.py": "D = []\nD.append(1)\nif D: D = 2"})

    assert found.paths["lib.py:D.append(…)"] == (
        "part.py:answer",
        "part.py:import",
        "lib.py:import",
        "lib.py:D.append(…)",
    )
    assert "lib.py:if" in found.paths


def test_modules_are_all_that_is_imported_and_packages_are_what_is_used(close):
    found = close(
        "import numpy as np\nimport torch\nimport os\nimport pkg.a\n"
        "def answer():\n    import lib\n    from torch import nn\n    return np.zeros(1), nn",
        {
            "pkg/__init__.py": "",
            "pkg/a.py": "from . import b",
            "pkg/b.py": "",
            "lib.py": "",
            "other.py": "",
        },
    )

    assert found.packages == ("numpy", "torch")
    assert found.modules == (
        "lib.py", "part.py", "pkg/__init__.py", "pkg/a.py", "pkg/b.py",
    )  # fmt: skip


def test_a_producer_that_is_made_by_a_function_is_closed_over_as_that_function(close):
    one = close("K = 1\ndef make(n):\n    def g(): return K\n    return g", name="make")
    two = close("K = 2\ndef make(n):\n    def g(): return K\n    return g", name="make")

    assert one.definitions.keys() == {"part.py:make", "part.py:K"}
    assert one.digest != two.digest


def test_a_name_that_is_not_there_closes_over_the_whole_file(close):
    one = close("def g(): return 1", name="nothing")
    two = close("def g(): return 2", name="nothing")

    assert "part.py:g" in one.definitions
    assert one.digest != two.digest


def chain(length, last):
    calls = [f"def f{n}(): return f{n + 1}()" for n in range(length)]
    return "\n".join(["def answer(): return f0()", *calls, f"def f{length}(): return {last}"])


def test_a_long_chain_of_calls(close):
    one, two = close(chain(3000, 1)), close(chain(3000, 2))

    assert one.digest != two.digest
    assert len(two.paths["part.py:f3000"]) == 3002


def test_a_deep_expression(close):
    one = close("def answer(): return " + " + ".join(["x"] * 2000))
    two = close("def answer(): return " + " + ".join(["x"] * 1999 + ["y"]))

    assert one.digest != two.digest


def ring(length, odd=None):
    """Functions that call one another in a ring, alike but for one."""
    calls = [f"def f{n}(k): return f{(n + 1) % length}(k - 1) if k else {int(n == odd)}"
             for n in range(length)]  # fmt: skip
    return "\n".join(["def answer(): return f0(9)", *calls])


def test_in_a_ring_of_calls_each_place_counts(close):
    digests = [close(ring(12, odd)).digest for odd in (None, *range(12))]

    assert len(set(digests)) == 13


def test_reordering_a_ring_changes_nothing(close):
    lines = ring(12, 5).splitlines()
    digests = set()
    for seed in range(5):
        random.Random(seed).shuffle(lines)
        digests.add(close("\n".join(lines)).digest)

    assert len(digests) == 1


def test_closures_do_not_depend_on_which_was_asked_for_first(tmp_path):
    text = "\n".join([ring(6, 2), "def one(): return f3(1)", "def two(): return f5(1), one()"])
    (tmp_path / "part.py").write_text(f"import lib\n{text}\nprint(two())")
    (tmp_path / "lib.py").write_text("import part\ndef g(): return part.f0\nprint(g())")
    names = ["answer", "one", "two", "f0", "f3"]

    def digests(order):
        closures = Closures(Sources(tmp_path))
        return {name: closures.closure("part.py", name).digest for name in order}

    assert digests(names) == digests(reversed(names))
