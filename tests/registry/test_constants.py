"""Defaults that are constants: of the module itself, or of one that it imports them from."""

from collections.abc import Callable
from pathlib import Path
from textwrap import dedent

import pytest

from reportgen.engine.nodes import discover
from reportgen.project import find_project
from reportgen.registry.constants import Constants, NotLiteral
from reportgen.registry.static import static_nodes
from tests.conftest import ProjectFolder

FILES = {
    "settings.py": "RATE = 0.1\nSIZES: tuple = (1, 2)\nSUM = 1 + RATE\nGROWS = []\nGROWS.append(2)",
    "experiments/__init__.py": "from .deep.rates import LOW\nTOP = 7",
    "experiments/deep/rates.py": "LOW = -1\nfrom settings import RATE as HIGH\nfrom ..a import K",
    "src/lib/__init__.py": "WIDTH = {'a': [1, 2]}",
    "broken.py": "K = (",
}
KNOWN = {
    "a literal": ("K = [1, 2.5]", [1, 2.5]),
    "with a type": ("K: int = 3", 3),
    "of another module": ("from settings import RATE as K", 0.1),
    "with a type, of another module": ("from settings import SIZES as K", [1, 2]),
    "through a package": ("from experiments import LOW as K", -1),
    "relative": ("from . import TOP as K", 7),
    "relative, and renamed twice": ("from .deep.rates import HIGH as K", 0.1),
    "of a module below src": ("from lib import WIDTH as K", {"a": [1, 2]}),
    "a part of another": ("from settings import SIZES\nK = SIZES[:1]", [1]),
    "an element of another": ("from lib import WIDTH\nK = WIDTH['a'][-1]", 2),
    "made of others": ("A = 2\nB = (3, A)\nK = {'x': [A, B]}", {"x": [2, [3, 2]]}),
    "a sum": ("A = (1,)\nK = A + (2 * 3, 2**10 - 1, 7 // 2, 1 / 4)", [1, 6, 1023, 3, 0.25]),
    "a text": ("A = 'a'\nK = A + 'b'", "ab"),
    "computed elsewhere": ("from settings import SUM as K", 1.1),
    "named in a function": ("K = 1\ndef f():\n    K = 2\n    return K", 1),
    "only looked at": ("K = [1, 2]\nFIRST = K[0]\nprint(FIRST)", [1, 2]),
}
UNKNOWN = {
    "computed": "K = 1 + RATE",
    "no part of it": "K = (1, 2)[2]",
    "divided by nothing": "K = 1 / 0",
    "too large": "K = 10**10**10",
    "too long": "K = 'a' * 10**10",
    "a sum in a circle": "K = L + 1\nL = K + 1",
    "a sum of two kinds": "K = 'a' + 1",
    "all of another": "A = [1]\nK = [*A]",
    "not there": "from settings import NOTHING as K",
    "of a package": "from numpy import pi as K",
    "bound twice": "K = 1\nK = 2",
    "counted up": "K = 1\nK += 1",
    "bound in a branch": "K = 1\nif True:\n    K = 2",
    "bound by a loop": "K = 1\nfor K in range(3): pass",
    "imported over it": "K = 1\nfrom settings import RATE as K",
    "global": "K = 1\ndef f():\n    global K\n    K = 2\nf()",
    "changed in place": "K = [1]\nK.append(2)",
    "changed in part": "K = [1]\nK[0] = 2",
    "handed on": "import random\nK = [1, 2]\nrandom.shuffle(K)",
    "changed in place elsewhere": "from settings import GROWS as K",
    "in a circle": "from .deep.rates import K",
    "of a broken module": "from broken import K",
}


@pytest.fixture
def default(tmp_path: Path) -> Callable[[str], object]:
    """The default of a parameter that is ``K``, in a module with this code."""
    ProjectFolder(tmp_path).write(FILES)

    def read(code: str) -> object:
        text = f"from reportgen import artifact\n{code}\n\n@artifact\ndef node(*, k=K): return k\n"
        (tmp_path / "experiments/a.py").write_text(text)
        [node] = static_nodes(text.encode(), "experiments/a.py", Constants(tmp_path))
        return node.params["k"]

    return read


@pytest.mark.parametrize("case", KNOWN)
def test_what_can_be_read(default: Callable[[str], object], case: str) -> None:
    code, value = KNOWN[case]
    assert default(code) == value


@pytest.mark.parametrize("case", UNKNOWN)
def test_what_only_an_import_tells(default: Callable[[str], object], case: str) -> None:
    with pytest.raises(NotLiteral):
        default(UNKNOWN[case])


def test_an_edit_of_the_other_module_is_seen(make_project: Callable[..., ProjectFolder]) -> None:
    code = """
        from reportgen import artifact
        from settings import RATE

        @artifact
        def node(*, rate=RATE):
            return rate
        """
    project = make_project({"experiments/a.py": dedent(code), "settings.py": "RATE = 1"})

    def rate() -> object:
        return discover(find_project(project.root)).nodes["node"].params["rate"]

    assert rate() == 1
    assert not list(project.root.glob(".reportgen/registry/[0-9a-f]*.json")), "nothing is imported"
    project.write({"settings.py": "RATE = 2"})
    assert rate() == 2
    project.write({"settings/__init__.py": "RATE = 3"})
    assert rate() == 3
    (project.root / "settings.py").write_text("")
    project.write({"settings/__init__.py": "RATE = 1 + 3"})
    assert rate() == 4
