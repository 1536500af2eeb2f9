"""Which name means what: Python's scoping rules, as far as a syntax tree shows them.

A *reference* is a string that says what a piece of code reads from outside itself:

    ``np.random.rand``     a global name of its module, and the attributes read from it
    ``pkg.mod:UNet.width`` an attribute of a module that the code imports itself
    ``..mod:``             a module used as a value (relative imports keep their dots)
    ``pkg.mod:name!``      imported, which runs it, without a word on what is used
    ``*``                  all names of its own module (``globals()``, ``exec``, ``eval`` …)
"""

import ast
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Literal

Function = ast.FunctionDef | ast.AsyncFunctionDef
Comprehension = ast.ListComp | ast.SetComp | ast.DictComp | ast.GeneratorExp
FUNCTIONS = (ast.FunctionDef, ast.AsyncFunctionDef)

# What a local name may be: "local", "parameter", "self" (the parameter of that name), or, when an
# import binds it, the import's target, which contains a colon.
Bindings = tuple[str, ...]


@dataclass
class Scope:
    """The names that a function, lambda, comprehension or class body binds."""

    kind: Literal["function", "class"]
    parent: "Scope | None" = None
    bound: dict[str, Bindings] = field(default_factory=dict)
    not_here: set[str] = field(default_factory=set)  # global, nonlocal
    globals: set[str] = field(default_factory=set)

    def lookup(self, name: str) -> Bindings:
        """What ``name`` may be when read here; nothing for a global name."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.globals:
                return ()
            if name in scope.bound and (scope is self or scope.kind == "function"):
                return scope.bound[name]
            scope = scope.parent
        return ()

    def add(self, name: str, binding: str = "local") -> None:
        """Bind a name in this scope, unless ``global`` or ``nonlocal`` gives it away."""
        known = self.bound.get(name, ())
        if name not in self.not_here and binding not in known:
            self.bound[name] = (*known, binding)


def imports(node: ast.Import | ast.ImportFrom) -> Iterator[tuple[str, str]]:
    """Pairs of a bound name and what it is bound to; the name is '*' for a star import."""
    if isinstance(node, ast.ImportFrom):
        module = "." * node.level + (node.module or "")
        for alias in node.names:
            yield alias.asname or alias.name, f"{module}:{alias.name}"
        return
    for alias in node.names:
        if alias.asname:
            yield alias.asname, f"{alias.name}:"
        else:
            top = alias.name.partition(".")[0]
            yield top, f"{top}:"


def loaded(node: ast.Import | ast.ImportFrom) -> Iterator[str]:
    """References to the modules that an import statement runs."""
    if isinstance(node, ast.ImportFrom):
        yield from (f"{target}!" for name, target in imports(node) if name != "*")
        yield "." * node.level + (node.module or "") + ":!"
    else:
        yield from (f"{alias.name}:!" for alias in node.names)


def join(target: str, path: Iterable[str]) -> str:
    """``numpy:`` and (``random``, ``rand``) make ``numpy:random.rand``."""
    rest = ".".join(path)
    return target + ("." if rest and not target.endswith(":") else "") + rest


def function_scope(node: Function | ast.Lambda, parent: Scope | None) -> Scope:
    """A scope with all names that the function binds, wherever in its body it does so."""
    scope = Scope("function", parent)
    body = node.body if isinstance(node.body, list) else [node.body]
    for statement in body:
        _declarations(statement, scope)
    args = node.args
    for arg in (*args.posonlyargs, *args.args, *args.kwonlyargs, args.vararg, args.kwarg):
        if arg is not None:
            scope.add(arg.arg, "self" if arg.arg == "self" else "parameter")
    for statement in body:
        bind(statement, scope)
    return scope


def comprehension_scope(node: Comprehension, parent: Scope | None) -> Scope:
    """The scope of a comprehension, with the names that it binds."""
    scope = Scope("function", parent)
    for generator in node.generators:
        bind(generator.target, scope)
    return scope


def _declarations(node: ast.AST, scope: Scope) -> None:
    """Collect ``global`` and ``nonlocal``, which hold for the whole body."""
    if isinstance(node, ast.Global | ast.Nonlocal):
        scope.not_here.update(node.names)
        if isinstance(node, ast.Global):
            scope.globals.update(node.names)
    elif not isinstance(node, (*FUNCTIONS, ast.ClassDef, ast.expr)):
        for child in ast.iter_child_nodes(node):
            _declarations(child, scope)


def bind(node: ast.AST, scope: Scope) -> None:
    """Add the names that ``node`` binds in its own scope; nested scopes keep theirs."""
    match node:
        case ast.FunctionDef() | ast.AsyncFunctionDef() | ast.ClassDef():
            scope.add(node.name)
            for decorator in node.decorator_list:
                bind(decorator, scope)
            return
        case ast.Lambda():
            return
        case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
            for inner in ast.walk(node):  # a walrus binds outside of its comprehension
                if isinstance(inner, ast.NamedExpr):
                    bind(inner.target, scope)
            return
        case ast.Name():
            if not isinstance(node.ctx, ast.Load):
                scope.add(node.id)
            return
        case ast.Import() | ast.ImportFrom():
            for name, target in imports(node):
                scope.add(name, target)
            return
        case ast.AnnAssign(simple=0, target=ast.Name()):  # ``(x): int`` binds nothing
            return
        case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
            scope.add(name)
        case ast.MatchStar(name=str(name)) | ast.MatchMapping(rest=str(name)):
            scope.add(name)
    for child in ast.iter_child_nodes(node):
        bind(child, scope)
