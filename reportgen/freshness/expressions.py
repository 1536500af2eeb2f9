"""What the form of an expression or a definition tells, without a look at any name's meaning."""

import ast
import re
from collections.abc import Iterator
from typing import Any

from reportgen.freshness.normalise import docstring
from reportgen.freshness.scopes import Function

# A call that changes something rather than computing a value, by the look of its name. A ``set``
# is a method of something: ``set(…)`` alone makes a set.
VERBS = re.compile(
    r"_?register\w*|set_\w+|set[A-Z]\w*|setattr|setdefault|setstate|seterr|(manual_)?seed\w*|use"
    r"|(en|dis)able\w*|append(left)?|extend|insert|add|update|pop(item)?|remove|discard|clear|sort"
    r"|reverse|push|put|write\w*|install\w*|configure\w*|basicConfig|connect|subscribe"
    r"|filterwarnings|simplefilter|delattr|load_state_dict|load_dotenv|\w*[^_]_"
    r"|move_to_end|rotate|subtract|\w+_update|send|throw|readline|__(set|del)\w+__|__next__|__i(add|sub|mul|or|and|xor|concat)__"
)
# Those that change what they are given first: ``next(G)``, ``heapq.heappop(QUEUE)``.
TAKES = re.compile(r"next|heap(ify|push|pop|pushpop|replace)|insort\w*|shuffle")


def makes(value: ast.AST | None) -> Iterator[str]:
    """The functions whose results an expression is made of; ``(…)`` is a generator expression."""
    match value:
        case ast.Tuple(elts=elements) | ast.List(elts=elements):
            for element in elements:
                yield from makes(element)
        case ast.GeneratorExp():
            yield "(…)"
        case ast.Call(func=function):
            yield from [dotted(function)] if dotted(function) else makes(function)
        case ast.Attribute(value=inner):
            yield from makes(inner)


def is_change(called: str) -> bool:
    """Whether a call changes what it is a method of, by the look of its name."""
    return called.endswith(".set") or bool(VERBS.fullmatch(called.rpartition(".")[2]))


def dotted(node: ast.AST) -> str:
    """``a.b`` of the expressions a.b, a.b(…), a.b[…]; '' of anything without a name at its root."""
    path: list[str] = []
    while isinstance(node, ast.Attribute | ast.Call | ast.Subscript):
        if isinstance(node, ast.Attribute):
            path.insert(0, node.attr)
            node = node.value
        elif path:
            return ""  # a(…).b: what a returns is not known
        else:
            node = node.func if isinstance(node, ast.Call) else node.value
    return ".".join([node.id, *path]) if isinstance(node, ast.Name) else ""


def default_values(node: Function | ast.Lambda) -> list[ast.expr | None]:
    """The expressions of defaults; None where a keyword has none."""
    return [*node.args.defaults, *node.args.kw_defaults]


def without_defaults(node: Function) -> list[Any]:
    """The parts of a function that make its digest, without decorators and values of defaults."""
    args = node.args
    shape = [len(args.defaults), *(default is not None for default in args.kw_defaults)]
    bare = ast.arguments(
        posonlyargs=args.posonlyargs,
        args=args.args,
        vararg=args.vararg,
        kwonlyargs=args.kwonlyargs,
        kw_defaults=[],
        kwarg=args.kwarg,
        defaults=[],
    )
    body = node.body[bool(docstring(node)) :]
    types = getattr(node, "type_params", [])
    parts: list[Any] = [first_name(node), str(shape), bare, body]
    return parts + [[node.returns]] * (node.returns is not None) + [types] * bool(types)


def first_name(node: Function) -> str:
    """What a function was called before it was renamed, as its decorator says: ``was="old"``."""
    for decorator in node.decorator_list:
        for keyword in decorator.keywords if isinstance(decorator, ast.Call) else ():
            if keyword.arg == "was":
                names = list(ast.walk(keyword.value))
                found = [n.value for n in names if isinstance(n, ast.Constant)]
                return next((str(name) for name in found), node.name)
    return node.name


def has_hook(node: ast.ClassDef) -> bool:
    """Whether a subclass of this class does something by being defined."""
    return any(
        isinstance(inner, ast.FunctionDef) and inner.name == "__init_subclass__"
        for inner in node.body
    ) or any(dotted(base).endswith(("type", "Meta")) for base in node.bases)
