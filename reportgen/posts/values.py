"""What templates see of a build: artifacts by name, whose attributes are recorded values."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from reportgen.errors import ReportgenError, did_you_mean
from reportgen.posts.tokens import Tokens

if TYPE_CHECKING:
    from reportgen.engine.results import Results


class Quoted:
    """An artifact, or a dict in its value: ``denoiser.test_psnr`` is the recorded number.

    Attributes and items mean the same; a name that the record lacks is looked up in the
    parameters, and one that is nowhere is an error. What is read is noted in ``tokens``.
    """

    def __init__(
        self, results: Results, tokens: Tokens, node: str, path: tuple[str, ...] = ()
    ) -> None:
        self._results, self._tokens, self._node, self._path = results, tokens, node, path

    def __getattr__(self, name: str) -> Any:
        if name.startswith("_"):
            raise AttributeError(name)  # Python and Jinja ask for their own names
        return self[name]

    def __getitem__(self, key: object) -> Any:
        path = (*self._path, str(key))
        value = self._results.value(self._node, list(path))
        if isinstance(value, Mapping):
            return Quoted(self._results, self._tokens, self._node, path)
        value = value.item() if getattr(value, "ndim", None) == 0 else value
        return self._tokens.noted(value, (self._node, *path))

    def __contains__(self, key: object) -> bool:
        try:
            self[key]
        except ReportgenError:
            return False
        return True

    def __str__(self) -> str:
        name = ".".join([self._node, *self._path])
        raise ReportgenError(
            f"'{name}' holds several values and cannot be printed.",
            hint=f"Name one of them: '{name}.KEY', or see 'reportgen value {name}'.",
        )


def artifacts(results: Results, tokens: Tokens) -> dict[str, Quoted]:
    """The artifacts of a build by name, for a template."""
    nodes = (result.node for result in results.values())
    return {n.name: Quoted(results, tokens, n.name) for n in nodes if n.kind == "artifact"}


def find_result(results: Results, id: str, kind: str = "") -> Any:
    """The result of a node. Raises ReportgenError that names the nearest ids."""
    try:
        result = results[id]
    except KeyError:
        known = [r.node.id for r in results.values() if not kind or r.node.kind == kind]
        what = kind or "artifact or figure"
        raise ReportgenError(
            f"There is no {what} '{id}'.",
            hint=did_you_mean(id, known) or f"See all with: reportgen list ({len(known)} known).",
        ) from None
    if kind and result.node.kind != kind:
        raise ReportgenError(f"'{id}' is an {result.node.kind}, not a {kind}.")
    return result


def parameter(results: Results, node: str, name: str) -> Any:
    """``param("denoiser", "sigma")``: the value that a parameter had in this build."""
    params = find_result(results, node).params
    if name not in params:
        raise ReportgenError(
            f"'{node}' has no parameter '{name}'.", hint=did_you_mean(name, sorted(params))
        )
    return params[name]
