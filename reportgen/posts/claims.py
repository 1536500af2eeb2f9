"""``<% claim EXPRESSION %>text<% endclaim %>``: text that only data can keep."""

import operator
from collections.abc import Callable
from typing import Any

from jinja2 import nodes
from jinja2.ext import Extension
from jinja2.parser import Parser

from reportgen.errors import ReportgenError

WRITTEN = {"eq": "==", "ne": "!=", "gt": ">", "gteq": ">=", "lt": "<", "lteq": "<=", "in": "in",
           "notin": "not in"}  # fmt: skip


class ClaimError(ReportgenError):
    """A claim that the data does not support; ``line`` is where it stands."""

    def __init__(self, message: str, line: int, needle: str, hint: str) -> None:
        super().__init__(message, hint=hint)
        self.line, self.needle = line, needle


class ClaimExtension(Extension):
    """Compiles a claim to a call that checks the expression and then gives the text."""

    tags = {"claim"}  # noqa: RUF012 - Jinja's own contract for extensions

    def parse(self, parser: Parser) -> nodes.Node:
        """The template node of ``<% claim CONDITION %>…<% endclaim %>``."""
        line = next(parser.stream).lineno
        test = parser.parse_expression()
        written = unparse(test)
        compared = [
            nodes.Tuple([nodes.Const(unparse(part)), part], "load") for part in operands(test)
        ]
        body = parser.parse_statements(("name:endclaim",), drop_needle=True)
        arguments = [nodes.Const(line), nodes.Const(written), test, nodes.List(compared)]
        call = self.call_method("check", arguments)
        return nodes.CallBlock(call, [], [], body).set_lineno(line)

    def check(
        self,
        line: int,
        written: str,
        truth: Any,
        compared: list[tuple[str, Any]],
        caller: Callable[[], str],
    ) -> str:
        """The text of a claim that holds. Raises ReportgenError, with values, where it does not."""
        if truth:
            return caller()
        values = ", ".join(f"{name} is {shown(value)}" for name, value in dict(compared).items())
        hint = "Change the text to what the data says, or find out why the data changed."
        because = f"; {values}" if values else ""
        raise ClaimError(f"The claim '{written}' is false{because}.", line, "claim", hint)


def shown(value: Any) -> str:
    """A value as messages print it."""
    return f"{value:.6g}" if isinstance(value, float) else repr(value)


def operands(test: nodes.Node) -> list[nodes.Expr]:
    """The parts of a test whose values explain it: what is compared, but for constants."""
    if isinstance(test, nodes.Compare):
        parts = [test.expr, *(operand.expr for operand in test.ops)]
        return [part for part in parts if not constant(part)]
    if isinstance(test, nodes.And | nodes.Or):
        return [*operands(test.left), *operands(test.right)]
    if isinstance(test, nodes.Not):
        return operands(test.node)
    return [] if not isinstance(test, nodes.Expr) or constant(test) else [test]


def constant(part: nodes.Expr) -> bool:
    """Whether a part of a condition names nothing that could change."""
    return not any(True for _ in part.find_all((nodes.Name, nodes.Call))) and not isinstance(
        part, nodes.Name | nodes.Call
    )


def unparse(node: nodes.Node) -> str:
    """An expression as its author would write it."""
    for kind, write in WRITERS:
        if isinstance(node, kind):
            return write(node)
    return type(node).__name__.lower()


def _call(node: Any) -> str:
    named = [f"{k.key}={unparse(k.value)}" for k in node.kwargs]
    return ", ".join([*(unparse(a) for a in node.args), *named])


def _filter(node: Any) -> str:
    arguments = f"({_call(node)})" if node.args or node.kwargs else ""
    return f"{unparse(node.node)} | {node.name}{arguments}"


def _compare(node: Any) -> str:
    rest = (f" {WRITTEN[operand.op]} {unparse(operand.expr)}" for operand in node.ops)
    return unparse(node.expr) + "".join(rest)


def _binary(node: Any) -> str:
    sides = [
        f"({unparse(side)})" if isinstance(side, nodes.BinExpr | nodes.Filter) else unparse(side)
        for side in (node.left, node.right)
    ]
    return f"{sides[0]} {node.operator} {sides[1]}"


WRITERS: list[tuple[Any, Callable[[Any], str]]] = [
    (nodes.Name, operator.attrgetter("name")),
    (nodes.Const, lambda node: repr(node.value)),
    (nodes.Getattr, lambda node: f"{unparse(node.node)}.{node.attr}"),
    (nodes.Getitem, lambda node: f"{unparse(node.node)}[{unparse(node.arg)}]"),
    (nodes.Filter, _filter),
    (nodes.Call, lambda node: f"{unparse(node.node)}({_call(node)})"),
    (nodes.Compare, _compare),
    (nodes.Not, lambda node: f"not {unparse(node.node)}"),
    (nodes.Neg, lambda node: f"-{unparse(node.node)}"),
    (nodes.BinExpr, _binary),
]
