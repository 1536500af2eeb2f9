"""Reads one top-level statement: what it uses from outside, calls on import, and changes."""

import ast
import re
from collections.abc import Iterable

from reportgen.freshness.expressions import (
    TAKES,
    default_values,
    dotted,
    has_hook,
    is_change,
    makes,
    without_defaults,
)
from reportgen.freshness.facts import Part, Statement
from reportgen.freshness.normalise import digest, docstring
from reportgen.freshness.scopes import (
    Comprehension,
    Function,
    Scope,
    bind,
    comprehension_scope,
    function_scope,
    imports,
    join,
    loaded,
)

NAMESPACE = frozenset({"globals", "exec", "eval", "vars", "locals", "sys.modules"})
# Whoever asks for one of these, of whatever, can look into any module.
MODULES = frozenset({"f_globals", "__globals__", "getmodule"})
# Calls that take names out of a text, as pandas and the formulas of statistics do.
EXPRESSIONS = re.compile(
    r"query|eval|ols|wls|gls|glm|logit|probit|mixedlm|quantreg|rlm|from_formula|Formula"
    r"|model_matrix|dmatrix|dmatrices|feols"
)
CONSTRUCTORS = frozenset({"__init__", "__post_init__", "__setstate__"})
# Whoever asks for one of these reads docstrings as data.
DOCS = re.compile(
    r"__doc__|getdoc|cleandoc|getsource(lines)?|\w*_schema(_json)?|TypeAdapter|get_type_hints_docs"
    r"|testmod|run_docstring_examples|apply_chat_template|(\w+_)?tools?|[Tt]ool\w*|from_function"
)


class Reader:
    """Reads one top-level statement. ``scope`` is None at module level; ``later`` is true for code
    that a function keeps until it is called."""

    def __init__(self, statement: Statement) -> None:
        self.statement = statement
        self.uses: set[str] = set()
        self.calls: set[str] = set()
        self.loads: list[str] = []
        self.docs: list[ast.Constant] = []
        self.changes: set[str] = set()
        self.texts: list[str] = []
        self.reads_texts = False

    def read(self, node: ast.stmt) -> None:
        """Fill in what a top-level statement uses, calls and changes."""
        statement = self.statement
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            self._definition(node)
            statement.own = digest(type(node).__name__, *without_defaults(node))
        elif isinstance(node, ast.ClassDef):
            meta = [keyword.value for keyword in node.keywords if keyword.arg == "metaclass"]
            statement.bases = sorted(filter(None, map(dotted, [*node.bases, *meta])))
            statement.decorators = [self._part(decorator) for decorator in node.decorator_list]
            statement.hooks = has_hook(node)
            self._class(node, None)
            parts = (node.bases, node.keywords, node.body[bool(docstring(node)) :])
            types = getattr(node, "type_params", [])
            statement.own = digest("class", node.name, *parts, *([types] if types else []))
        else:
            self.visit(node, None, later=False)
            statement.own = digest(node)
        if self.reads_texts:
            self.uses.update(re.findall(r"[^\W\d]\w*", " ".join(self.texts)))
        statement.doc = digest(self.docs) if self.docs else ""
        statement.uses = sorted(self.uses)
        statement.calls = sorted(self.calls)
        statement.loads = list(dict.fromkeys(self.loads))
        statement.changes = "".join(sorted(self.changes))
        statement.makes = list(makes(getattr(node, "value", None)))

    def _part(self, *nodes: ast.AST) -> Part:
        """What ``nodes`` use, kept apart; calls that they make count as the statement's."""
        whole, self.uses = self.uses, set()
        for node in nodes:
            self.visit(node, None, later=False)
        part = Part(dotted(nodes[0]) if len(nodes) == 1 else "", digest(nodes), sorted(self.uses))
        self.uses = whole
        return part

    def _definition(self, node: Function) -> None:
        """A top-level function, whose decorators and defaults are parts."""
        statement = self.statement
        eager = statement.eager
        statement.decorators = [self._part(decorator) for decorator in node.decorator_list]
        defaults = [default for default in default_values(node) if default is not None]
        if defaults:
            statement.defaults = self._part(*defaults)
            names = [arg.arg for arg in node.args.args + node.args.kwonlyargs]
            statement.defaults.own = digest(statement.defaults.own, " ".join(names))
        statement.eager = eager
        self._annotations(node, None)
        self._body(node, None)

    # Reading -----------------------------------------------------------------------------------

    def visit(self, node: ast.AST, scope: Scope | None, later: bool) -> None:
        """Read a node of the tree and all below it."""
        match node:
            case ast.Name():
                if isinstance(node.ctx, ast.Load):
                    self.name(node.id, (), scope, later)
            case ast.Attribute():
                self._attribute(node, scope, later)
            case ast.Call():
                self._call(node, scope, later)
            case ast.Constant(value=str(text)):
                self.texts.append(text)
            case ast.FunctionDef() | ast.AsyncFunctionDef():
                self._nested(node, scope, later)
            case ast.Lambda():
                for default in filter(None, default_values(node)):
                    self.visit(default, scope, later)
                self._body(node, scope)
            case ast.ListComp() | ast.SetComp() | ast.DictComp() | ast.GeneratorExp():
                self._comprehension(node, scope, later)
            case ast.ClassDef():
                for decorator in node.decorator_list:
                    self.visit(decorator, scope, later)
                self._class(node, scope, later)
            case ast.Yield() | ast.YieldFrom():
                self.statement.yields = True
                self._children(node, scope, later)
            case ast.Import() | ast.ImportFrom():
                self._import(node, later)
            case ast.AnnAssign():
                self._annotation(node.annotation, scope)
                for child in filter(None, (node.target, node.value)):
                    self.visit(child, scope, later)
            case ast.Subscript(value=value, slice=key) if dotted(value) == "sys.modules":
                self.statement.reads_modules |= dotted(key) != "__name__"
                self._children(node, scope, later)
            case ast.Subscript() if not isinstance(node.ctx, ast.Load):
                self._change(node, scope)
                self._children(node, scope, later)
            case _:
                self._children(node, scope, later)

    def _children(self, node: ast.AST, scope: Scope | None, later: bool) -> None:
        for child in ast.iter_child_nodes(node):
            self.visit(child, scope, later)

    def name(self, name: str, path: tuple[str, ...], scope: Scope | None, later: bool) -> None:
        """A name is read, and then the attributes of ``path``."""
        bindings = scope.lookup(name) if scope else ()
        self._flag(path if "local" in bindings or "parameter" in bindings else (name, *path))
        self.uses.update(join(binding, path) for binding in bindings if ":" in binding)
        if not bindings:
            whole = ".".join((name, *path))
            self.uses.add(whole)
            if whole in NAMESPACE and not (later and name in ("vars", "locals")):
                self.uses.add("*")
            self.statement.eager |= not later

    def _attribute(self, node: ast.Attribute, scope: Scope | None, later: bool) -> None:
        if not isinstance(node.ctx, ast.Load):
            self._change(node, scope)
        path: list[str] = []
        inner: ast.expr = node
        while isinstance(inner, ast.Attribute):
            path.insert(0, inner.attr)
            inner = inner.value
        if isinstance(inner, ast.Name):
            self.name(inner.id, tuple(path), scope, later)
        else:
            self._flag(path)
            self.visit(inner, scope, later)

    def _flag(self, path: Iterable[str]) -> None:
        self.statement.reads_docs |= any(map(DOCS.fullmatch, path))
        self.statement.reads_subclasses |= "__subclasses__" in path
        self.statement.reads_modules |= not MODULES.isdisjoint(path)

    def _change(self, target: ast.expr, scope: Scope | None) -> None:
        """Something is assigned to, deleted from or called to change ``target``: whose is it?"""
        root = target
        while isinstance(root, ast.Attribute | ast.Subscript | ast.Starred):
            root = root.value
        if isinstance(root, ast.Name):
            bindings = scope.lookup(root.id) if scope else ()
            if not bindings or any(":" in binding for binding in bindings):
                self.changes.add("g")
            self.changes.update(name[0] for name in bindings if name in ("self", "parameter"))

    def _call(self, node: ast.Call, scope: Scope | None, later: bool) -> None:
        called = dotted(node.func)
        last = called.rpartition(".")[2]
        first = node.args[0] if node.args else None
        if is_change(called):
            self._change(node.func, scope)
        elif TAKES.fullmatch(last) and first is not None:
            self._change(first, scope)
        if last in ("import_module", "__import__") and isinstance(first, ast.Constant):
            self.uses.add(f"{first.value!s}:")
        method = getattr(node.func, "attr", last)
        if node.args and EXPRESSIONS.fullmatch(method):
            self.reads_texts = True
            if method in ("query", "eval") and self._is_global(first, scope):
                self.uses.add("*")
        if called and not later:
            self.calls.add(called)
        self._children(node, scope, later)

    @staticmethod
    def _is_global(node: ast.expr | None, scope: Scope | None) -> bool:
        return isinstance(node, ast.Name) and not (scope and scope.lookup(node.id))

    # Scopes ------------------------------------------------------------------------------------

    def _nested(self, node: Function, scope: Scope | None, later: bool) -> None:
        for child in (*node.decorator_list, *filter(None, default_values(node))):
            self.visit(child, scope, later)
            if not later and child in node.decorator_list:
                self.calls.add("@" + dotted(child))
        self._annotations(node, scope)
        self._body(node, scope)

    def _body(self, node: Function | ast.Lambda, scope: Scope | None) -> None:
        inner = function_scope(node, scope)
        if getattr(node, "name", "") in CONSTRUCTORS and "self" in inner.bound:
            inner.bound["self"] = ("local",)  # what it changes is new
        self.docs += filter(None, [docstring(node)])
        if inner.globals:
            self.changes.add("g")
        for statement in node.body if isinstance(node.body, list) else [node.body]:
            self.visit(statement, inner, later=True)

    def _annotations(self, node: Function, scope: Scope | None) -> None:
        for arg in ast.walk(node.args):
            if isinstance(arg, ast.arg) and arg.annotation:
                self._annotation(arg.annotation, scope)
        if node.returns:
            self._annotation(node.returns, scope)

    def _annotation(self, node: ast.expr, scope: Scope | None) -> None:
        """Names of an annotation, also of one that is a string; not read when the module runs."""
        self.visit(node, scope, later=True)
        for inner in ast.walk(node):
            if isinstance(inner, ast.Constant) and isinstance(inner.value, str):
                try:
                    self.visit(ast.parse(inner.value.strip(), mode="eval"), scope, later=True)
                except (SyntaxError, ValueError):
                    continue

    def _comprehension(self, node: Comprehension, scope: Scope | None, later: bool) -> None:
        self.visit(node.generators[0].iter, scope, later)  # evaluated outside
        inner = comprehension_scope(node, scope)
        for generator in node.generators:
            outside = generator is node.generators[0]
            for child in (*generator.ifs, *([] if outside else [generator.iter])):
                self.visit(child, inner, later)
        parts = (node.key, node.value) if isinstance(node, ast.DictComp) else (node.elt,)
        for part in parts:
            self.visit(part, inner, later)

    def _class(self, node: ast.ClassDef, scope: Scope | None, later: bool = False) -> None:
        """A class body: each name is the module's until a statement of the body has bound it."""
        for child in (*node.bases, *node.keywords):
            self.visit(child, scope, later)
        inner = Scope("class", scope)
        self.docs += filter(None, [docstring(node)])
        for statement in node.body:
            if isinstance(statement, ast.Expr) and not isinstance(statement.value, ast.Constant):
                self.calls.add("@")  # runs on import, for its effect
            self.visit(statement, inner, later)
            if not isinstance(statement, ast.If | ast.For | ast.While | ast.Try | ast.With):
                bind(statement, inner)

    def _import(self, node: ast.Import | ast.ImportFrom, later: bool) -> None:
        if later:
            self.uses.update(loaded(node))
        else:
            self.loads.extend(loaded(node))
        for name, target in imports(node):
            if name == "*":
                self.uses.add(target.partition(":")[0] + ":")
