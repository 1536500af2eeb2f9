"""What a post's template asks for, found without running it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reportgen.errors import ReportgenError, together
from reportgen.posts.source import Source, read_source

CITING = ("cite", "citet")


@dataclass(frozen=True)
class Uses:
    """Ids of figures shown and referenced, keys of works cited, every name that is left open.

    ``codes`` are the definitions that it quotes.

    ``dynamic`` says that some id is computed, so that more figures may be asked for. ``captions``
    are those that the post itself gives figures, as far as they are written out. ``assigned`` are
    the names that it sets itself, also where that is under a condition.
    """

    figures: tuple[str, ...]
    refs: tuple[str, ...]
    names: tuple[str, ...]
    dynamic: bool = False
    codes: tuple[str, ...] = ()
    cited: tuple[str, ...] = ()
    captions: Mapping[str, str] = field(default_factory=dict)
    assigned: frozenset[str] = frozenset()


def figures_of(source: Path, root: Path | None = None) -> Uses:
    """Read a post's source. Raises ReportgenError with file and line where it does not parse."""
    tree, faults = parsed(read_source(source, root or source.parent))
    if faults:
        raise together(faults)
    return uses_in(tree)


def parsed(source: Source) -> tuple[Any, list[ReportgenError]]:
    """A post's template as Jinja's tree, and the filters and tests in it that there are not.

    Raises ReportgenError where it is no template.
    """
    from jinja2 import nodes
    from jinja2.exceptions import TemplateAssertionError, TemplateSyntaxError

    from reportgen.posts.environment import make_environment, syntax_error, too_deep

    environment, faults = make_environment(), []
    kinds: tuple[tuple[Any, str, Any, str], ...] = (
        (nodes.Filter, "filter", environment.filters, "string"),
        (nodes.Test, "test", environment.tests, "defined"),
    )
    try:
        tree = environment.parse(source.body)
        list(tree.find_all(nodes.Node))  # goes as deep as whatever else is asked of the tree
    except TemplateSyntaxError as error:
        raise syntax_error(error, environment, source) from None
    except RecursionError:
        raise too_deep(source) from None
    for kind, word, known, other in kinds:
        for node in tree.find_all(kind):
            if node.name not in known:
                fault = TemplateAssertionError(f"No {word} named {node.name!r}.", node.lineno)
                faults.append(syntax_error(fault, environment, source))
                node.name = other  # for Jinja finds no names where it does not know a filter
    return tree, faults


def uses_in(tree: Any) -> Uses:
    """What a template asks for."""
    from jinja2 import meta, nodes

    found: dict[str, list[str]] = {"figure": [], "ref": [], "code": [], "cite": []}
    captions: dict[str, str] = {}
    dynamic = False
    for call in tree.find_all(nodes.Call):
        name = call.node.name if isinstance(call.node, nodes.Name) else ""
        if name in CITING:
            found["cite"] += [str(arg.value) for arg in call.args if isinstance(arg, nodes.Const)]
        name = "figure" if name == "table" else name
        if name not in ("figure", "ref", "code"):
            continue
        named = {keyword.key: keyword.value for keyword in call.kwargs}
        first = next(
            iter([*call.args, *(named[key] for key in ("id", "name") if key in named)]), None
        )
        if not isinstance(first, nodes.Const):
            dynamic = dynamic or name != "code"
            continue
        found[name].append(str(first.value))
        caption = named.get("caption", call.args[1] if len(call.args) > 1 else None)
        if name == "figure" and isinstance(caption, nodes.Const) and caption.value is not None:
            captions[str(first.value)] = str(caption.value)
    shown, refs, codes, cited = (tuple(dict.fromkeys(each)) for each in found.values())
    names = tuple(sorted(meta.find_undeclared_variables(tree)))
    assigned = {name.name for name in tree.find_all(nodes.Name) if name.ctx == "store"}
    return Uses(shown, refs, names, dynamic, codes, cited, captions, frozenset(assigned))
