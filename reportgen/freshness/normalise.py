"""What of a piece of code counts: its syntax tree, without positions, comments and docstrings.

Bytecode changes with the Python version and text changes with the formatter; the tree does not.
Every item is tagged with its type and strings carry their length, so that ``(1, 23)`` and
``(12, 3)``, ``1`` and ``1.0`` and ``"1"``, ``"ab" "c"`` in two items and ``"a" "bc"`` differ.
"""

import ast
from collections.abc import Iterable
from hashlib import sha256
from typing import Any

# Fields without meaning when the code runs. Empty fields are skipped as well: a newer Python adds
# fields (type_params in 3.12), which are empty for code that an older one can read.
SKIPPED = frozenset({"ctx", "kind", "type_comment", "type_ignores"})
DOCUMENTED = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Module)


def digest(*parts: ast.AST | Iterable[ast.AST] | str) -> str:
    """The digest (SHA-256, 32 hex digits) of trees, lists of trees and strings."""
    out: list[bytes] = []
    for part in parts:
        _encode(part if isinstance(part, ast.AST | str) else list(part), out)
    return digest_bytes(b"".join(out))


def digest_bytes(data: bytes) -> str:
    """The digest of bytes."""
    return sha256(data).hexdigest()[:32]


def docstring(node: ast.AST) -> ast.Constant | None:
    """The docstring of a function, class or module, as it stands in the tree."""
    body = node.body if isinstance(node, DOCUMENTED) else []
    if body and isinstance(body[0], ast.Expr) and isinstance(body[0].value, ast.Constant):
        return body[0].value if isinstance(body[0].value.value, str) else None
    return None


def _encode(item: Any, out: list[bytes]) -> None:
    if isinstance(item, ast.Constant):
        out.append(_constant(item.value))
    elif isinstance(item, ast.AST):
        out.append(b"(%b" % type(item).__name__.encode())
        for field in item._fields:
            value = getattr(item, field, None)
            if value is None or value == [] or field in SKIPPED:
                continue
            if field == "body" and docstring(item):
                value = value[1:]
            elif isinstance(item, ast.JoinedStr):
                value = [part for part in value if not _is_empty(part)]
            out.append(b" %b=" % field.encode())
            _encode(value, out)
        out.append(b")")
    elif isinstance(item, list):
        out.append(b"[%d" % len(item))
        for element in item:
            _encode(element, out)
        out.append(b"]")
    else:
        out.append(_constant(item))


def _is_empty(part: ast.AST) -> bool:
    """A piece of an f-string that is not there; Python 3.12 has some in format specifications."""
    return isinstance(part, ast.Constant) and part.value == ""


def _constant(value: Any) -> bytes:
    """One literal, tagged: ``int:1:1``, ``str:2:ab``. None also stands in lists (``{**a}``)."""
    if isinstance(value, str):
        data = value.encode("utf-8", "surrogatepass")
    elif isinstance(value, bytes):
        data = value
    elif isinstance(value, int) and not isinstance(value, bool):
        data = b"%x" % value  # hexadecimal: the decimal form of a huge integer is refused
    else:
        data = repr(value).encode()
    return b"%b:%d:%b" % (type(value).__name__.encode(), len(data), data)
