"""Names that a module binds once, to what can be worked out from literals, or by importing such a
name from another module."""

import ast
import operator
from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

from reportgen.project import source_folders

SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


OPERATORS: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Pow: operator.pow,
}
LARGE = 2**64


class NotLiteral(Exception):
    """What only an import can tell."""


class Constants:
    """The constants of the modules of a project, read without importing them.

    ``read`` has the digests of the files that were looked at, '' of those that are not there.
    """

    def __init__(self, root: Path) -> None:
        self.root = root
        self.read: dict[str, str] = {}

    def value(
        self,
        expression: ast.expr,
        tree: ast.Module,
        file: str,
        asked: frozenset[tuple[str, str]] = frozenset(),
    ) -> Any:
        """The value of a literal, a constant's name, a part of one, or a sum of them.

        Raises NotLiteral for all else; ``asked`` are the names on the way to this one.
        """

        def of(part: ast.expr) -> Any:
            return self.value(part, tree, file, asked)

        match expression:
            case ast.Name(id=name):
                if (file, name) in asked:
                    raise NotLiteral
                return self._named(name, tree, file, asked | {(file, name)})
            case ast.Tuple(elts=parts):
                return tuple(map(of, parts))
            case ast.List(elts=parts):
                return list(map(of, parts))
            case ast.Dict(keys=keys, values=values):
                if None in keys:
                    raise NotLiteral
                return {of(key): of(value) for key, value in zip(keys, values, strict=True) if key}
            case ast.Subscript(value=whole, slice=ast.Slice(lower=lower, upper=upper, step=step)):
                bounds = [None if bound is None else of(bound) for bound in (lower, upper, step)]
                return _worked_out(operator.getitem, of(whole), slice(*bounds))
            case ast.Subscript(value=whole, slice=part):
                return _worked_out(operator.getitem, of(whole), of(part))
            case ast.BinOp(left=left, op=op, right=right) if type(op) in OPERATORS:
                return _worked_out(OPERATORS[type(op)], of(left), of(right))
        try:
            return ast.literal_eval(expression)
        except ValueError:
            raise NotLiteral from None

    def _named(
        self, name: str, tree: ast.Module, file: str, asked: frozenset[tuple[str, str]]
    ) -> Any:
        found = binding(tree, name)
        if isinstance(found, tuple):
            module, found = found
            tree, file = self.module(module, file)
        return self.value(found, tree, file, asked)

    def module(self, statement: ast.ImportFrom, file: str) -> tuple[ast.Module, str]:
        """The module that is imported from, and its file."""
        package = file.split("/")[: -statement.level] if statement.level else []
        path = "/".join([*package, *(statement.module or "").split(".")]).strip("/")
        for folder in ("", *(f"{name}/" for name in source_folders(self.root))):
            for name in (f"{folder}{path}/__init__.py", f"{folder}{path}.py"):
                text = content(self.root / name)
                self.read[name] = digest(text)
                if text is not None:
                    try:
                        return ast.parse(text), name
                    except (SyntaxError, ValueError):
                        raise NotLiteral from None
        raise NotLiteral


def _worked_out(work: Callable[[Any, Any], Any], left: Any, right: Any) -> Any:
    """What an import would make of two constants, where that is neither wrong nor large."""
    numbers = all(isinstance(value, int | float) for value in (left, right))
    if work not in (operator.getitem, operator.add) and not numbers:
        raise NotLiteral
    if numbers and (abs(left) > LARGE or abs(right) > (64 if work is operator.pow else LARGE)):
        raise NotLiteral
    try:
        return work(left, right)
    except (ArithmeticError, LookupError, TypeError, ValueError):
        raise NotLiteral from None


def binding(tree: ast.Module, name: str) -> ast.expr | tuple[ast.ImportFrom, ast.Name]:
    """What a module binds a name to, or from where it imports it under which name. Raises
    NotLiteral where it binds it in another way, more than once, or may change it."""
    if Counter(bound_names(tree))[name] != 1 or name in changed_names(tree):
        raise NotLiteral
    for statement in tree.body:
        match statement:
            case (
                ast.Assign(targets=[ast.Name(id=found)], value=value)
                | ast.AnnAssign(target=ast.Name(id=found), value=ast.expr() as value)
            ) if found == name:
                return value
            case ast.ImportFrom(names=aliases):
                for alias in aliases:
                    if (alias.asname or alias.name) == name:
                        return statement, ast.Name(alias.name)
    raise NotLiteral


def bound_names(tree: ast.Module) -> Iterator[str]:
    """The names that a module binds, as often as it does, and those that its functions may."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Global):
            yield from node.names
    queue: list[ast.AST] = [*tree.body]
    for node in queue:  # which grows
        if isinstance(node, ast.Name) and not isinstance(node.ctx, ast.Load):
            yield node.id
        elif isinstance(node, ast.alias):
            yield (node.asname or node.name).partition(".")[0]
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            yield node.name
        if not isinstance(node, SCOPES):
            queue += ast.iter_child_nodes(node)


def changed_names(tree: ast.Module) -> set[str]:
    """Names whose values a module may change in place: by a method, a part, or a call."""
    parts = (n for n in ast.walk(tree) if isinstance(n, ast.Attribute | ast.Subscript))
    found = {
        part.value.id
        for part in parts
        if isinstance(part.value, ast.Name)
        and (isinstance(part, ast.Attribute) or not isinstance(part.ctx, ast.Load))
    }
    calls = (s for s in tree.body if isinstance(s, ast.Expr) and isinstance(s.value, ast.Call))
    return found | {n.id for call in calls for n in ast.walk(call) if isinstance(n, ast.Name)}


def content(path: Path) -> bytes | None:
    """The bytes of a file, None where there is none."""
    try:
        return path.read_bytes()
    except OSError:
        return None


def digest(text: bytes | None) -> str:
    """SHA-256 of a file's bytes, "" where there is none."""
    return "" if text is None else sha256(text).hexdigest()
