"""Which statements do something when a module is imported, rather than define a name.

Those count for everything that uses the module: ``torch.manual_seed(0)``, ``CONFIG["x"] = 1``, a
loop, a function that a decorator puts into a registry. A function or class is defined without
further effect unless something is called for that; a value is computed without further effect
unless its computation may change what others see, or what the next one draws from a generator.
"""

import re
from typing import TYPE_CHECKING

from reportgen.freshness.expressions import TAKES, is_change
from reportgen.freshness.growing import growing
from reportgen.freshness.sources import is_standard

if TYPE_CHECKING:
    from reportgen.freshness.graph import Graph, Node, Target

# Decorators of other packages known to do nothing else than what they return; '*': all of a module.
PURE = frozenset(
    [f"{module}.*" for module in ("abc", "attr", "attrs", "contextlib", "dataclasses", "enum")]
    + [f"{module}.*" for module in ("functools", "jax", "numba", "pytest", "torch.amp")]
    + [f"{module}.*" for module in ("torch.cuda.amp", "torch.jit", "typing", "typing_extensions")]
    + [f"torch.{name}" for name in ("autocast", "compile", "enable_grad", "inference_mode")]
    + ["torch.no_grad", "numpy.errstate", "numpy.vectorize"]
)

# What draws from a generator that all share, or sets what all see, by its full name.
DRAWS = re.compile(
    r"random\.(?!Random|SystemRandom)\w+"
    r"|numpy\.random\.(?!default_rng|[A-Z])\w+"
    r"|torch\.(rand\w*|normal|bernoulli|multinomial|poisson)"
    r"|torch\.nn\.(init\.\w+|(Bil|Lazy|L)inear|\w*Conv\w*|Embedding\w*|RNN\w*|LSTM\w*|GRU\w*"
    r"|Multihead\w*|Transformer\w*)"
    r"|matplotlib\.pyplot\.(figure|subplot\w*|axes|switch_backend|rc\w*)"
)
# The same of packages that we do not know, by the last part of the name.
RANDOM = re.compile(r"\w*(shuffle|sample|permut|choice|random|_split)\w*|create_model|from_config")
# Makers of what changes by being used: generators of random numbers, iterators, open files.
STATEFUL = re.compile(
    r"random\.(System)?Random|numpy\.random\.(default_rng|Generator|RandomState)|torch\.Generator"
    r"|itertools\.\w+|csv\.(reader|DictReader)|(open|iter|map|filter|zip|enumerate|reversed)"
)


def is_effect(graph: "Graph", node: "Node") -> bool:
    """Whether a statement does more than to define names."""
    statement = graph.statement(node)
    if statement.kind in ("effect", "import"):
        return statement.kind == "effect"
    decorators = [part.ref for part in statement.decorators if not graph.is_node(node.file, part)]
    bases = {base for ref in statement.bases for base in graph.resolve(node.file, ref)}
    return (
        any(_decorates_impurely(graph, node.file, ref) for ref in decorators)
        or _calls_impurely(graph, node)
        or any(_hooks(graph, base) for base in bases)
    )


def _calls_impurely(graph: "Graph", node: "Node") -> bool:
    """Whether a call on import changes something, by its name or by what it reaches."""
    statement, file = graph.statement(node), node.file
    called = [call for call in statement.calls if not call.startswith("@")]
    inner = [call[1:] for call in statement.calls if call.startswith("@")]  # of methods
    if any(is_change(call) or TAKES.fullmatch(call.rpartition(".")[2]) for call in called):
        return True
    if any(_decorates_impurely(graph, file, ref) for ref in inner):
        return True
    names = statement.uses if statement.kind == "assign" else called
    targets = {target for name in names for target in graph.resolve(file, name)} - {node}
    return any(
        is_stateful(graph, target)
        or (bool(called) and changes(graph, target, also_itself=_is_assigned(graph, target)))
        for target in targets
    )


def is_stateful(graph: "Graph", target: "Target") -> bool:
    """Whether a name stands for a generator, an iterator or the like: using it changes it."""
    if isinstance(target, str) or not _is_assigned(graph, target):
        return False
    for made in graph.statement(target).makes:
        found = graph.resolve(target.file, made)
        names = [t for t in found if isinstance(t, str)] if found else [made]
        if made == "(…)" or any(map(STATEFUL.fullmatch, names)):
            return True
        if any(
            not isinstance(t, str) and t.number >= 0 and graph.statement(t).yields for t in found
        ):
            return True
    return False


def _is_assigned(graph: "Graph", target: "Target") -> bool:
    return not isinstance(target, str) and (
        target.number >= 0 and graph.statement(target).kind == "assign"
    )


def _draws(target: str) -> bool:
    last = target.rpartition(".")[2]
    return bool(DRAWS.fullmatch(target)) or (
        "." in target and not is_standard(target) and bool(RANDOM.fullmatch(last))
    )


def _decorates_impurely(graph: "Graph", file: str, ref: str) -> bool:
    targets = graph.resolve(file, ref) if ref else ()
    # Without targets it is a builtin, or something of the class itself: @property, @x.setter
    return not ref or any(not _is_pure(graph, target, ref) for target in targets)


def _is_pure(graph: "Graph", target: "Target", ref: str) -> bool:
    if isinstance(target, str):
        module, top = target.rpartition(".")[0], target.partition(".")[0]
        return not PURE.isdisjoint((target, f"{module}.*", f"{top}.*"))
    if target.number < 0 or graph.statement(target).kind == "assign":
        return False
    *path, last = ref.split(".")
    inner = bool(path) and last not in graph.statement(target).binds  # such as @dispatch.register
    return not inner and not changes(graph, target)


def changes(graph: "Graph", node: "Target", *, also_itself: bool = False) -> bool:
    """Whether calling what ``node`` defines may change a global, what it is given, or what the
    next one draws."""
    kinds = {"g", "p", "s"} if also_itself else {"g", "p"}
    seen = {node: None}
    for other in growing(seen):
        if isinstance(other, str):
            if _draws(other):
                return True
            continue
        if other.number < 0:
            continue
        statement = graph.statement(other)
        if not kinds.isdisjoint(statement.changes) or (other != node and is_stateful(graph, other)):
            return True
        for use in (use for use in statement.uses if not use.endswith("!")):
            seen.update(dict.fromkeys(graph.resolve(other.file, use)))
    return False


def _hooks(graph: "Graph", base: "Target") -> bool:
    """Whether a subclass of ``base`` does something by being defined."""
    seen = {base: None}
    for target in growing(seen):
        if isinstance(target, str) or target.number < 0:
            continue
        statement = graph.statement(target)
        if statement.hooks or statement.kind not in ("class", "import"):
            return True
        for ref in statement.bases:
            seen.update(dict.fromkeys(graph.resolve(target.file, ref)))
    return False
