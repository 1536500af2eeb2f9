"""Source files in, facts out."""

import ast
import sys
from collections.abc import Iterable

from reportgen.freshness.expressions import dotted
from reportgen.freshness.facts import Facts, Statement
from reportgen.freshness.normalise import digest, docstring
from reportgen.freshness.scopes import Scope, bind
from reportgen.freshness.statements import Reader

DEEP = 100_000  # frames: a long sum or chain of elifs is as deep a tree as it is long


def read_facts(tree: ast.Module) -> Facts:
    """The facts of a parsed file."""
    own, limit = docstring(tree), sys.getrecursionlimit()
    facts = Facts([], {}, [], digest(own) if own else "")
    sys.setrecursionlimit(max(limit, DEEP))
    try:
        for node, runs in _top_level(tree.body):
            _add(facts, node, runs)
    finally:
        sys.setrecursionlimit(limit)
    return facts


def _top_level(body: Iterable[ast.stmt]) -> Iterable[tuple[ast.stmt, bool]]:
    """Statements, and whether they run on import. A main guard's body does not exist for us."""
    for node in body:
        if isinstance(node, ast.If) and _is_main_guard(node.test):
            yield from _top_level(node.orelse)
        elif isinstance(node, ast.If) and dotted(node.test).endswith("TYPE_CHECKING"):
            yield from ((inner, False) for inner, _ in _top_level(node.body))
            yield from _top_level(node.orelse)
        elif isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant):
            pass
        elif not isinstance(node, ast.Pass):
            yield node, True


def _is_main_guard(test: ast.expr) -> bool:
    if not isinstance(test, ast.Compare) or not isinstance(test.ops[0], ast.Eq):
        return False
    sides = {ast.dump(side) for side in (test.left, *test.comparators)}
    return sides == {"Name(id='__name__', ctx=Load())", "Constant(value='__main__')"}


def _add(facts: Facts, node: ast.stmt, runs: bool) -> None:
    scope = Scope("function")
    bind(node, scope)
    number = len(facts.statements)
    kind = _kind(node)
    name = _describe(node) if kind == "effect" else ", ".join(scope.bound)
    first = min([node.lineno, *(d.lineno for d in getattr(node, "decorator_list", []))])
    statement = Statement(kind, name, first, node.end_lineno or first, list(scope.bound))
    Reader(statement).read(node)
    if not runs:
        statement.loads.clear()
    facts.statements.append(statement)
    for bound, bindings in scope.bound.items():
        if bound == "*":
            facts.stars.extend(binding.partition(":")[0] for binding in bindings)
        else:
            entries = [binding if ":" in binding else number for binding in bindings]
            facts.names.setdefault(bound, []).extend(entries)


def _kind(node: ast.stmt) -> str:
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef():
            return "function"
        case ast.ClassDef():
            return "class"
        case ast.Import() | ast.ImportFrom():
            return "import"
        case ast.Assign(targets=targets):
            plain = all(_only_names(target) for target in targets)
            return "assign" if plain else "effect"
        case ast.AnnAssign(target=ast.Name()):
            return "assign"
    return "assign" if type(node).__name__ == "TypeAlias" else "effect"


def _describe(node: ast.AST) -> str:
    """A name for a statement that has none: ``seed(…)``, ``CONFIG[…]``, ``if``."""
    match node:
        case ast.Expr(value=ast.Call() as call):
            return f"{dotted(call.func) or 'call'}(…)"
        case ast.Assign(targets=[target, *_]) | ast.AugAssign(target=target):
            return (dotted(target) or "assign") + "[…]" * isinstance(target, ast.Subscript)
    return type(node).__name__.lower()


def _only_names(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return all(map(_only_names, target.elts))
    return isinstance(target, ast.Name) or (
        isinstance(target, ast.Starred) and _only_names(target.value)
    )
