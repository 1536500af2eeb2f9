"""What a post's template asks for, found without running it."""

from dataclasses import dataclass
from pathlib import Path

from reportgen.errors import ReportgenError
from reportgen.posts.source import read_text, split

SHOWING = ("figure", "table", "ref")


@dataclass(frozen=True)
class Uses:
    """Ids of figures shown and referenced, and every name that the template leaves open.

    ``dynamic`` says that some id is computed, so that more figures may be asked for.
    """

    figures: tuple[str, ...]
    refs: tuple[str, ...]
    names: tuple[str, ...]
    dynamic: bool = False


def figures_of(source: Path) -> Uses:
    """Read a post's source. Raises ReportgenError with file and line where it does not parse."""
    from jinja2 import meta, nodes
    from jinja2.exceptions import TemplateSyntaxError

    from reportgen.posts.environment import make_environment

    _, body = split(read_text(source, str(source)), str(source))
    try:
        tree = make_environment().parse(body)
    except TemplateSyntaxError as error:
        from reportgen.errors import Place

        message = f"The template does not parse: {str(error.message).rstrip('.')}."
        raise ReportgenError(message, place=Place(source, error.lineno)) from None
    figures: list[str] = []
    refs: list[str] = []
    dynamic = False
    for call in tree.find_all(nodes.Call):
        if not isinstance(call.node, nodes.Name) or call.node.name not in SHOWING:
            continue
        first = next(iter([*call.args, *(k.value for k in call.kwargs if k.key == "id")]), None)
        if isinstance(first, nodes.Const):
            (refs if call.node.name == "ref" else figures).append(str(first.value))
        else:
            dynamic = True
    names = sorted(meta.find_undeclared_variables(tree))
    return Uses(tuple(dict.fromkeys(figures)), tuple(dict.fromkeys(refs)), tuple(names), dynamic)
