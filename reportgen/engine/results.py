"""What posts, previews and publishing see of a build: every node with its state and its values."""

import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reportgen.blog.escape import escape as markdown_text
from reportgen.engine.code import Code, Codes
from reportgen.errors import ReportgenError, WrongUse, did_you_mean
from reportgen.media import Drawn
from reportgen.registry import Graph, Node
from reportgen.store import Record, Store


@dataclass(frozen=True)
class Result:
    """A node after a build. ``drawn`` and ``folder`` are set for figures that have a record."""

    node: Node
    state: str
    reason: str
    params: Mapping[str, Any]
    record: Record | None = None
    caption: str = ""
    drawn: Drawn | None = None
    folder: Path | None = None


class Results(Mapping[str, Result]):
    """Results by figure id and by function name."""

    def __init__(
        self, graph: Graph, store: Store, results: Mapping[str, Result], seed: int, codes: Codes
    ) -> None:
        """``seed`` is the project's, which those of all nodes come from; ``codes`` has their
        sources."""
        self.graph, self.store, self.seed, self.codes = graph, store, seed, codes
        self.public: Collection[str] = ()
        self.results = dict(results)
        self._values: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Result:
        node = self.graph.find(name)
        if node is None:
            raise KeyError(name)
        return self.results[node.name]

    def __iter__(self) -> Iterator[str]:
        return iter(self.results)

    def __len__(self) -> int:
        return len(self.results)

    def value(self, name: str, path: Sequence[str]) -> Any:
        """What ``name.path`` means: a recorded value, else a parameter.

        Raises WrongUse for an unknown name or path, ReportgenError where the node has not run.
        """
        node = self.graph.find(name)
        if node is None:
            raise WrongUse(
                f"There is no artifact or figure '{name}'.",
                hint=did_you_mean(name, [*self.graph.nodes, *self.graph.figures]),
            )
        params = self.results[node.name].params
        if len(path) == 1 and path[0] in params and not self.recorded(node, path[0]):
            return params[path[0]]
        return step_into(self.load(node), name, path, list(params))

    def recorded(self, node: Node, key: str) -> bool:
        """Whether the value of a node is a mapping that has ``key``."""
        if self.results[node.name].record is None:
            return False
        value = self.load(node)
        return isinstance(value, Mapping) and key in value

    def load(self, node: Node) -> Any:
        """The whole value of a node, read lazily."""
        record = self.results[node.name].record
        if record is None:
            raise ReportgenError(
                f"'{node.id}' has not run yet.", hint=f"Run: reportgen build {node.id}"
            )
        if node.name not in self._values:
            self._values[node.name] = self.store.load(record.output)
        return self._values[node.name]

    def definition(self, name: str) -> Code:
        """``"package.module.function"`` as it is now. Raises ReportgenError where there is none."""
        return self.codes.named(name)


def step_into(value: Any, name: str, path: Sequence[str], params: Sequence[str]) -> Any:
    """``value.a.b.0`` for the path ``["a", "b", "0"]``."""
    for i, step in enumerate(path):
        where = ".".join([name, *path[:i]])
        if isinstance(value, Mapping):
            known = [*map(str, value), *(params if i == 0 else ())]
            named = {str(key): key for key in value}
            step = named.get(step, step)  # a key may be a number
            if step not in value:
                raise WrongUse(f"'{where}' has no value '{step}'.", hint=did_you_mean(step, known))
            value = value[step]
        elif hasattr(value, "__getitem__") and step.lstrip("-").isdigit():
            try:
                value = value[int(step)]
            except IndexError:
                raise WrongUse(f"'{where}' has only {len(value)} items.") from None
        else:
            raise WrongUse(f"'{where}' has no value '{step}'.")
    return value.item() if hasattr(value, "item") and getattr(value, "ndim", None) == 0 else value


PLACEHOLDER = re.compile(r"\$[^$]*\$|\{([^{}]*)\}")
NAME = re.compile(r"([A-Za-z_]\w*(?:\.\w+)*)(?::([^{}]*))?")


Marking = Callable[[tuple[str, ...], Any, str], str]
"""What is written for a value, from its path (the node's name first), itself, and its text."""


def fill(
    text: str,
    node: Node,
    results: Results,
    escape: Callable[[str], str] = str,
    mark: Marking | None = None,
) -> str:
    """A caption or alt text with ``{denoiser.epochs}`` and ``{sigma}`` filled in, but for maths.

    ``escape`` is applied to values that are not numbers; ``mark`` writes all of them. Raises
    ReportgenError, with the node's place, for a placeholder that names nothing.
    """

    own = results[node.name].params

    def replace(match: re.Match[str]) -> str:
        if match[1] is None:
            return match[0]
        parsed = NAME.fullmatch(match[1].strip())
        if not parsed:
            raise ReportgenError(f"'{match[0]}' is no placeholder.", place=node.place)
        try:
            path = parsed[1].split(".")
            value = lookup(path, node, results)
            shown = format(value, parsed[2]) if parsed[2] else plain_text(value)
            if mark:
                whole = path if len(path) > 1 or path[0] not in own else [node.name, *path]
                return mark(tuple(whole), value, shown)
            return shown if isinstance(value, int | float) else escape(shown)
        except ReportgenError as error:
            raise ReportgenError(
                f"The caption of '{node.id}' quotes '{match[0]}': {error.message}",
                place=node.place,
                hint=error.hint,
            ) from None
        except (TypeError, ValueError) as error:
            raise ReportgenError(f"'{match[0]}': {error}.", place=node.place) from None

    return PLACEHOLDER.sub(replace, text)


def unfillable(text: str, node: Node, graph: Graph) -> Iterator[tuple[str, str, str | None]]:
    """The placeholders in a text of ``node`` that nothing in ``graph`` can fill, whatever runs.

    Each with what is wrong with it, and a hint.
    """
    for match in PLACEHOLDER.finditer(text):
        if match[1] is None:
            continue
        parsed = NAME.fullmatch(match[1].strip())
        if not parsed:
            yield match[0], f"'{match[0]}' is no placeholder.", None
            continue
        first, _, inner = parsed[1].partition(".")
        if graph.find(first) is None and (inner or first not in node.params):
            known = [*node.params, *graph.nodes, *graph.figures]
            yield match[0], f"'{match[0]}' quotes what there is not.", did_you_mean(first, known)


def caption_of(text: str, node: Node, results: Results, mark: Marking | None = None) -> str:
    """A caption filled in, which is Markdown, though the values in it are text."""
    return fill(text, node, results, markdown_text, mark)


def lookup(path: list[str], node: Node, results: Results) -> Any:
    """A parameter or a recorded value of a node by its path, as captions and posts name it."""
    params = results[node.name].params
    if len(path) == 1 and path[0] in params:
        return params[path[0]]
    return results.value(path[0], path[1:])


def plain_text(value: Any) -> str:
    """``1, 5 and 20`` for a list, ``0.5`` for a number."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        items = [plain_text(item) for item in value]
        return " and ".join([", ".join(items[:-1]), items[-1]] if len(items) > 1 else items)
    if isinstance(value, float):
        return f"{value:.6g}"
    return str(value)
