"""Find a project's nodes by reading its sources.

Decorators with literal arguments need no import, so listing figures costs milliseconds. Whatever
else registers nodes (a loop, a computed caption) makes its module *dynamic*: it is imported once,
in a process of its own, and what it registered is remembered for that state of the sources.
"""

import ast
import json
import subprocess
import sys
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Any

from reportgen.cache import keep
from reportgen.errors import Place, ReportgenError, WrongUse
from reportgen.project import Project
from reportgen.registry.graph import Graph
from reportgen.registry.node import Node, Parameter, make_node
from reportgen.registry.reads import state_of, variable

KINDS = ("artifact", "figure")
SCOPES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)


class NotLiteral(Exception):
    """A registration that only an import can tell."""


def discover(project: Project) -> Graph:
    """All nodes of the project. Raises ReportgenError for a source that is no valid Python."""
    files = experiment_files(project)
    nodes: list[Node] = []
    dynamic: list[str] = []
    known = KnownNodes(project.store_dir / "registry" / "static.json")
    for file in files:
        source = (project.root / file).read_bytes()
        if b"artifact" not in source and b"figure" not in source:
            continue
        found = known.nodes(source, file)
        if found is None:
            dynamic.append(file)
        else:
            nodes += found
    known.save()
    if dynamic:
        nodes += dynamic_nodes(project, dynamic, files)
    return Graph(nodes)


class KnownNodes:
    """The nodes of files that were read before, by their content and place.

    Reading one takes some milliseconds, which a project of hundreds of files would notice. Only
    what is still there is kept.
    """

    def __init__(self, place: Path) -> None:
        self.place, self.reader = place, reader_digest()
        try:
            known = json.loads(place.read_bytes())
        except (OSError, ValueError):
            known = {}
        self.known: dict[str, Any] = known if isinstance(known, dict) else {}
        self.kept: dict[str, Any] = {}

    def nodes(self, source: bytes, file: str) -> list[Node] | None:
        """The nodes of a file, None where only an import can tell them."""
        key = sha256(b"\0".join([self.reader, file.encode(), source])).hexdigest()
        if key in self.known:
            self.kept[key] = self.known[key]
        else:
            try:
                self.kept[key] = [asdict(node) for node in static_nodes(source, file)]
            except NotLiteral:
                self.kept[key] = None
        found = self.kept[key]
        return None if found is None else [node_from_json(node) for node in found]

    def save(self) -> None:
        if self.kept.keys() != self.known.keys():
            keep(self.place, json.dumps(self.kept).encode())


def reader_digest() -> bytes:
    """What tells apart two ways of reading a source: the code that does it."""
    here = Path(__file__)
    return sha256(here.read_bytes() + here.with_name("node.py").read_bytes()).digest()


def node_from_json(node: dict[str, Any]) -> Node:
    lists = {name: tuple(node[name]) for name in ("inputs", "ignore", "was")}
    return Node(**{**node, **lists})


def experiment_files(project: Project) -> list[str]:
    """Python files in the experiment folders, relative to the project, sorted.

    Raises WrongUse for a folder that the settings name and that is not there.
    """
    found = set[str]()
    for name in project.experiments:
        folder = project.root / name
        if not folder.exists() and project.experiments != Project.experiments:
            raise WrongUse(
                f"'experiments' names '{name}', but there is no such folder or file.",
                place=Place(project.config_file),
                hint=f"Correct the setting, or make '{name}'.",
            )
        files = [folder] if folder.is_file() else folder.rglob("*.py")
        found |= {f.relative_to(project.root).as_posix() for f in files}
    return sorted(found)


def module_name(file: str) -> str:
    return file.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def static_nodes(source: bytes, file: str) -> list[Node]:
    try:
        tree = ast.parse(source, file)
    except SyntaxError as error:
        raise ReportgenError(
            f"Not valid Python: {error.msg}.", place=Place(file, error.lineno, error.offset)
        ) from None
    names = decorator_names(tree)
    if not names:
        return []
    constants = literal_constants(tree)
    nodes, registrations = [], 0
    for statement in tree.body:
        if isinstance(statement, (ast.FunctionDef, ast.AsyncFunctionDef)):
            for decorator in statement.decorator_list:
                kind = registration(decorator, names)
                if kind:
                    registrations += 1
                    nodes.append(static_node(kind, decorator, statement, file, constants))
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
    loads = isinstance(node, (ast.Name, ast.Attribute)) and isinstance(node.ctx, ast.Load)
    return loads and ast.unparse(node) in names


def literal_constants(tree: ast.Module) -> dict[str, Any]:
    """Module-level names that are assigned once, to a literal."""
    values: dict[str, Any] = {}
    twice = set[str]()
    for statement in tree.body:
        if isinstance(statement, ast.Assign) and len(statement.targets) == 1:
            target, value = statement.targets[0], statement.value
        elif isinstance(statement, ast.AnnAssign) and statement.value:
            target, value = statement.target, statement.value
        else:
            continue
        if isinstance(target, ast.Name):
            twice |= {target.id} & values.keys()
            try:
                values[target.id] = ast.literal_eval(value)
            except ValueError:
                twice.add(target.id)
    return {name: value for name, value in values.items() if name not in twice}


def literal(expression: ast.expr, constants: dict[str, Any]) -> Any:
    if isinstance(expression, ast.Name) and expression.id in constants:
        return constants[expression.id]
    try:
        return ast.literal_eval(expression)
    except ValueError:
        raise NotLiteral from None


def static_node(
    kind: str,
    decorator: ast.expr,
    function: ast.FunctionDef | ast.AsyncFunctionDef,
    file: str,
    constants: dict[str, Any],
) -> Node:
    options: dict[str, Any] = {}
    if isinstance(decorator, ast.Call):
        if len(decorator.args) > 1 or (decorator.args and kind != "figure"):
            raise NotLiteral
        if decorator.args:
            options["id"] = literal(decorator.args[0], constants)
        for keyword in decorator.keywords:
            if keyword.arg is None:
                raise NotLiteral
            options[keyword.arg] = literal(keyword.value, constants)
    return make_node(
        kind,
        options,
        static_parameters(function.args, constants),
        name=function.name,
        module=module_name(file),
        file=file,
        line=function.lineno,
    )


def static_parameters(args: ast.arguments, constants: dict[str, Any]) -> list[Parameter]:
    positional = [*args.posonlyargs, *args.args]
    without = len(positional) - len(args.defaults)
    found = [
        Parameter(arg.arg, keyword=False, has_default=i >= without)
        for i, arg in enumerate(positional)
    ]
    for arg, default in zip(args.kwonlyargs, args.kw_defaults, strict=True):
        value = None if default is None else literal(default, constants)
        found.append(Parameter(arg.arg, True, value, has_default=default is not None))
    found += [Parameter(a.arg, False, variadic=True) for a in (args.vararg, args.kwarg) if a]
    return found


def dynamic_nodes(project: Project, dynamic: list[str], files: list[str]) -> list[Node]:
    """What the dynamic modules register, imported in another process, or remembered while all that
    their import read is the same."""
    state = sha256()
    for file in files:
        state.update(f"{file}\0".encode() + (project.root / file).read_bytes() + b"\0")
    memory = project.store_dir / "registry" / f"{state.hexdigest()}.json"
    try:
        found = json.loads(memory.read_bytes())
        holds = all(state_of(str(project.root / p)) == s for p, s in found["read"].items())
        holds = holds and all(variable(name) == s for name, s in found["asked"].items())
    except (OSError, ValueError, TypeError, KeyError):
        holds = False
    if not holds:
        found = import_nodes(project.root, dynamic)
        keep(memory, json.dumps(found).encode())
    return [node_from_json(node) for node in found["nodes"]]


def import_nodes(root: Path, files: list[str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "reportgen.registry.dynamic", *map(module_name, files)]
    done = subprocess.run(command, cwd=root, capture_output=True, text=True, check=False)
    if done.returncode:
        report = json.loads(done.stdout) if done.stdout.startswith("{") else {}
        raise ReportgenError(
            report.get("message") or f"The modules {', '.join(files)} cannot be imported.",
            place=Place(report.get("file") or files[0], report.get("line")),
            excerpt=report.get("traceback") or done.stderr.strip(),
            hint=report.get("hint"),
        )
    found: dict[str, Any] = json.loads(done.stdout)
    return found
