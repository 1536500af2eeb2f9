"""What is read from source code: digests and names."""

import ast
import copy
import json
import os
import shutil
import subprocess
import symtable
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import reportgen
from reportgen.freshness.normalise import digest
from reportgen.freshness.parse import read_facts

NASTY = Path(__file__).with_name("nasty.txt")
SOURCES = [NASTY, *sorted(Path(reportgen.__file__).parent.rglob("*.py"))]

# Digests -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_writing_a_tree_anew_as_a_formatter_does_keeps_every_digest(path):
    tree = ast.parse(path.read_bytes())
    again = read_facts(ast.parse(ast.unparse(tree)))

    assert [s.own for s in read_facts(tree).statements] == [s.own for s in again.statements]


SAMES = {
    ast.BinOp: ("op", ast.Add(), ast.Mult()),
    ast.UnaryOp: ("op", ast.UAdd(), ast.Invert()),
    ast.Constant: ("value", "x", "y"),
    ast.Name: ("id", "x", "y"),
    ast.Attribute: ("attr", "x", "y"),
    ast.arg: ("arg", "x", "y"),
    ast.keyword: ("arg", "x", "y"),
    ast.alias: ("name", "x", "y"),
    ast.FunctionDef: ("name", "x", "y"),
    ast.comprehension: ("is_async", 0, 1),
    ast.FormattedValue: ("conversion", 115, 114),
    ast.ExceptHandler: ("name", "x", "y"),
    ast.ImportFrom: ("level", 1, 2),
}


def changed_trees(tree):
    """Every tree that differs from ``tree`` in one field of one node."""
    for number, node in enumerate(ast.walk(tree)):
        if type(node) in SAMES:
            field, *values = SAMES[type(node)]
            other = copy.deepcopy(tree)
            twin = next(n for i, n in enumerate(ast.walk(other)) if i == number)
            old = getattr(twin, field)
            same = ast.dump(old) if isinstance(old, ast.AST) else old
            new = [v for v in values if (ast.dump(v) if isinstance(v, ast.AST) else v) != same]
            setattr(twin, field, new[0])
            yield other


def test_every_single_change_of_a_tree_changes_its_digest():
    body = [node for node in ast.parse(NASTY.read_bytes()).body if not isinstance(node, ast.Expr)]
    for node in body:
        docless = ast.parse(ast.unparse(node).replace('"""Docstring."""', "0"))
        others = list(changed_trees(docless))
        digests = {digest(tree) for tree in others}
        assert digest(docless) not in digests
        assert len(others) >= len(digests) > 0 or isinstance(node, ast.Import)


CONSTANTS = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3)
    | st.binary(max_size=3) | st.just(...) | st.complex_numbers(allow_nan=False, max_magnitude=9),
    lambda inner: st.lists(inner, max_size=3) | st.tuples(inner, inner),
    max_leaves=6,
)  # fmt: skip


@given(CONSTANTS, CONSTANTS)
def test_literals_have_one_digest_exactly_if_they_are_written_alike(one, other):
    def read(value):
        return ast.parse(repr(value).replace("inf", "1e999"), mode="eval")

    assert (digest(read(one)) == digest(read(other))) == (repr(one) == repr(other))


@pytest.mark.parametrize("module", ["from lib import a", "import a", "import lib as a"])
def test_a_chain_of_attributes_is_one_reference(module):
    facts = read_facts(ast.parse(f"{module}\ndef f(): return a.b.c(1).d"))

    assert facts.statements[1].uses == ["a.b.c"]


# Names -------------------------------------------------------------------------------------------


def globals_by_compiler(table):
    """Global names that a definition reads, as Python's own compiler sees them."""
    is_module = table.get_type() == "module"
    found = {s.get_name() for s in table.get_symbols() if s.is_referenced() and (
        is_module or s.is_global())}  # fmt: skip
    return found.union(*map(globals_by_compiler, table.get_children()))


@pytest.mark.parametrize("path", SOURCES, ids=lambda path: path.name)
def test_global_names_are_those_that_the_compiler_finds(path):
    for node in ast.parse(path.read_bytes()).body:
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            text = ast.unparse(node)
            expected = globals_by_compiler(symtable.symtable(text, str(path), "exec"))
            statement = read_facts(ast.parse(text)).statements[0]
            parts = [*statement.decorators, *([statement.defaults] if statement.defaults else [])]
            uses = {*statement.uses, *(use for part in parts for use in part.uses)}
            assert expected <= {use.partition(".")[0] for use in uses if ":" not in use}, node.name


# Machines ----------------------------------------------------------------------------------------

READ_ALL = """
import ast, json, sys
from reportgen.freshness.parse import read_facts
print(json.dumps([read_facts(ast.parse(text)).to_json() for text in json.load(sys.stdin)]))
"""


def interpreters():
    """This Python, and one of each later minor version that is installed here."""
    later = [f"python3.{minor}" for minor in range(sys.version_info.minor + 1, 20)]
    folders = [None, *sorted(Path.home().glob(".pyenv/versions/*/bin"))]
    yield sys.executable
    for name in later:
        for found in filter(None, (shutil.which(name, path=folder) for folder in folders)):
            if subprocess.run([found, "-c", ""], capture_output=True, check=False).returncode == 0:
                yield found
                break


def test_facts_are_equal_in_every_python_and_with_every_hash_seed():
    texts = json.dumps([path.read_text("utf-8") for path in SOURCES])
    path = str(Path(reportgen.__file__).parents[1])
    answers = {}
    for seed, python in enumerate([sys.executable, *interpreters()]):
        answers[python, seed] = subprocess.run(
            [python, "-c", READ_ALL],
            input=texts,
            env={**os.environ, "PYTHONHASHSEED": str(seed), "PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=True,
        ).stdout

    assert len(answers) > 1
    assert len(set(answers.values())) == 1, sorted(answers)
