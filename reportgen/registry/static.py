"""Nodes whose registration can be read: decorators with literals or constants in them."""

import ast
from collections.abc import Callable
from typing import Any

from reportgen.errors import Place, ReportgenError
from reportgen.registry.constants import SCOPES, Constants, NotLiteral
from reportgen.registry.node import Node, Parameter, make_node

KINDS = ("artifact", "figure")
Value = Callable[[ast.expr], Any]


def module_name(file: str) -> str:
    """The name by which a file is imported."""
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def static_nodes(source: bytes, file: str, constants: Constants) -> list[Node]:
    """The nodes of a source. Raises NotLiteral where only an import can tell them."""
    try:
        tree = ast.parse(source, file)
    except SyntaxError as error:
        raise ReportgenError(
            f"Not valid Python: {error.msg}.", place=Place(file, error.lineno, error.offset)
        ) from None
    names = decorator_names(tree)
    if not names:
        return []

    def value(expression: ast.expr) -> Any:
        return constants.value(expression, tree, file)

    nodes, registrations = [], 0
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for decorator in statement.decorator_list:
                kind = registration(decorator, names)
                if kind:
                    registrations += 1
                    nodes.append(static_node(kind, decorator, statement, file, value))
    if registrations != uses(tree, names):
        raise NotLiteral
    return nodes


def decorator_names(tree: ast.Module) -> dict[str, str]:
    """Local name or dotted name to kind: what 'artifact' and 'figure' are called in this module."""
    names = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module == "reportgen" and not node.level:
            for alias in node.names:
                if alias.name in KINDS:
                    names[alias.asname or alias.name] = alias.name
        elif isinstance(node, ast.Import):
            for alias in node.names:
                if alias.name == "reportgen":
                    prefix = alias.asname or alias.name
                    names |= {f"{prefix}.{kind}": kind for kind in KINDS}
    return names


def registration(expression: ast.expr, names: dict[str, str]) -> str | None:
    """ "artifact" or "figure" where the expression is a decorator of ours."""
    target = expression.func if isinstance(expression, ast.Call) else expression
    if isinstance(target, (ast.Name, ast.Attribute)):
        return names.get(ast.unparse(target))
    return None


def uses(node: ast.AST, names: dict[str, str]) -> int:
    """How often code registers, or may do so. A name that a function binds, as ``figure, ax = …``
    does, is its own there."""
    if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
        within = {name: kind for name, kind in names.items() if name not in bound(node)}
        outside = sum(uses(part, names) for part in (node.args, *node.decorator_list))
        return outside + sum(uses(part, within) for part in node.body)
    return is_use(node, names) + sum(uses(child, names) for child in ast.iter_child_nodes(node))


def bound(function: ast.FunctionDef | ast.AsyncFunctionDef) -> set[str]:
    """The names that a function binds itself, functions inside it left out."""
    found = {arg.arg for arg in ast.walk(function.args) if isinstance(arg, ast.arg)}
    queue: list[ast.AST] = [*function.body]
    for node in queue:  # which grows
        if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
            found.add(node.id)
        if not isinstance(node, SCOPES):
            queue += ast.iter_child_nodes(node)
    return found


def is_use(node: ast.AST, names: dict[str, str]) -> bool:
    """Whether this reads one of our decorators."""
    loads = isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load)
    return loads and ast.unparse(node) in names


def static_node(
    kind: str,
    decorator: ast.expr,
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    file: str,
    value: Value,
) -> Node:
    """The node of a decorated function. Raises NotLiteral where an import must tell."""
    options: dict[str, Any] = {}
    if isinstance(decorator, ast.Call):
        if len(decorator.args) > 1 or (decorator.args and kind != "figure"):
            raise NotLiteral
        if decorator.args:
            options["id"] = value(decorator.args[0])
        for keyword in decorator.keywords:
            if keyword.arg is None:
                raise NotLiteral
            options[keyword.arg] = value(keyword.value)
    return make_node(
        kind,
        options,
        static_parameters(function.args, value),
        name=function.name,
        module=module_name(file),
        file=file,
        line=function.lineno,
    )


def static_parameters(args: ast.arguments, value: Value) -> list[Parameter]:
    """The parameters as written, with their defaults."""
    positional = [*args.posonlyargs, *args.args]
    without = len(positional) - len(args.defaults)
    found = [
        Parameter(arg.arg, keyword=False, has_default=i >= without)
        for i, arg in enumerate(positional)
    ]
    for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        given = None if default is None else value(default)
        found.append(Parameter(arg.arg, True, given, has_default=default is not None))
    found += [Parameter(a.arg, False, variadic=True) for a in (args.vararg, args.kwarg) if a]
    return found
