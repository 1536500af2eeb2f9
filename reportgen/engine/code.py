"""The source of a producer as its run had it, and where that stands on the web."""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache, cached_property, lru_cache
from pathlib import Path

from reportgen.engine.git import said_by_git
from reportgen.errors import ReportgenError, did_you_mean
from reportgen.freshness.sources import Sources
from reportgen.registry import Node
from reportgen.store import Record

LINES = {  # of a host: the address of lines of a file at a commit
    "github": "{repository}/blob/{commit}/{file}#L{first}-L{last}",
    "gitlab": "{repository}/-/blob/{commit}/{file}#L{first}-{last}",
    "codeberg": "{repository}/src/commit/{commit}/{file}#L{first}-L{last}",
    "bitbucket": "{repository}/src/{commit}/{file}#lines-{first}:{last}",
}

REMOTE = re.compile(
    r"(?:(?:https?|ssh|git)://)?(?:[^@/\s]+@)?([\w.-]+\.\w+)(?::\d+)?[:/](?!/)"
    r"([\w./~-]+?)(?:\.git)?/?"
)


@dataclass(frozen=True)
class Code:
    """A definition: its ``text`` from ``first`` to ``last`` line of ``file``.

    ``url`` leads to these lines in the repository, '' where the commit does not have them or no
    host is known.
    """

    file: str
    first: int
    last: int
    text: str
    url: str = ""


class Codes:
    """The code of one project. ``repository`` is its address on the web, '' if it has none."""

    def __init__(self, root: Path, sources: Sources, repository: str = "") -> None:
        self.root, self.sources, self.given = root, sources, repository

    @cached_property
    def repository(self) -> str:
        """The address of the repository in the web."""
        remote = self.given or said_by_git(self.root, "remote", "get-url", "origin")
        return web_address(remote)

    def of_run(self, node: Node, record: Record | None, *, fresh: bool) -> Code | None:
        """A node's producer as its recorded run had it; None where nobody kept that.

        Of what is ``fresh`` it is the producer as it is now: not much else of the file may be.
        """
        if record is None:
            return None
        file, digest = node.file, record.sources.get(node.file)
        text = self.sources.text(file, digest) if digest else None
        text = text or self.committed(record.commit, file)
        text = text or (self.sources.text(file) if fresh else None)
        found = cut(text or "", file, node.definition)
        return self.linked(found, node.definition, record.commit) if found else None

    def named(self, name: str, commit: str = "") -> Code:
        """``"package.module.function"`` as it is now.

        Raises ReportgenError where there is no such module, or nothing of this name in it.
        """
        parts = name.split(".")
        for i in range(len(parts) - 1, 0, -1):
            file = self.sources.module_file(".".join(parts[:i]))
            if file is None:
                continue
            text, inner = self.sources.text(file) or "", ".".join(parts[i:])
            if found := cut(text, file, inner):
                return self.linked(found, inner, commit)
            known = [".".join([*parts[:i], other]) for other in names_in(text)]
            hint = did_you_mean(name, known) or None
            raise ReportgenError(f"'{file}' has no '{inner}'.", hint=hint)
        modules = [module for module in self.sources.modules if self.sources.module_file(module)]
        hint = did_you_mean(name.rpartition(".")[0] or name, modules) or None
        raise ReportgenError(f"No module of this project has '{name}'.", hint=hint)

    def linked(self, code: Code, definition: str, commit: str) -> Code:
        """The code with its address, if the commit has the same text."""
        host = self.repository.partition("//")[2].partition("/")[0]
        lines = next((lines for kind, lines in LINES.items() if kind in host), "")
        at = cut(self.committed(commit, code.file) or "", code.file, definition) if lines else None
        if at is None or at.text != code.text:
            return code
        url = lines.format(
            repository=self.repository,
            commit=commit,
            file=prefix_of(self.root) + code.file,
            first=at.first,
            last=at.last,
        )
        return replace(code, url=url)

    def committed(self, commit: str, file: str) -> str | None:
        """A file as a commit has it; None for a commit that is not all of what ran."""
        return (
            at_commit(self.root, commit, file) if re.fullmatch("[0-9a-f]{7,64}", commit) else None
        )


@cache
def at_commit(root: Path, commit: str, file: str) -> str | None:
    """The text of a file at a commit; None where it is not there."""
    return said_by_git(root, "show", f"{commit}:./{file}") or None


@cache
def prefix_of(root: Path) -> str:
    """The project's folder within its repository, with a slash at its end."""
    return said_by_git(root, "rev-parse", "--show-prefix")


def web_address(remote: str) -> str:
    """``https://github.com/owner/name`` of a remote such as ``git@github.com:owner/name.git``."""
    match = REMOTE.fullmatch(remote.strip())
    return f"https://{match[1]}/{match[2].lstrip('/')}" if match else ""


@lru_cache(maxsize=1024)
def cut(text: str, file: str, name: str) -> Code | None:
    """A definition, with its decorators, out of a module's text."""
    for found, node in definitions(text):
        if found == name:
            above = [d.lineno for d in getattr(node, "decorator_list", [])]
            first, last = min([node.lineno, *above]), node.end_lineno or node.lineno
            return Code(file, first, last, "\n".join(text.split("\n")[first - 1 : last]))
    return None


def names_in(text: str) -> list[str]:
    """The names that a text defines."""
    return [name for name, _ in definitions(text)]


def definitions(text: str) -> Iterator[tuple[str, ast.stmt]]:
    """The functions, classes, methods and assigned names of a module; of two the last."""
    try:
        body = ast.parse(text).body
    except (SyntaxError, ValueError):
        return
    found: dict[str, ast.stmt] = {}
    for prefix, statement in within(body):
        for name in bound_by(statement):
            found[prefix + name] = statement
    yield from found.items()


def within(body: list[ast.stmt], prefix: str = "") -> Iterator[tuple[str, ast.stmt]]:
    """Statements with the classes around them, also those below ``if``, ``try`` and ``with``."""
    for statement in body:
        yield prefix, statement
        if isinstance(statement, ast.ClassDef):
            yield from within(statement.body, f"{prefix}{statement.name}.")
        elif isinstance(statement, ast.If | ast.Try | ast.With):
            yield from within(statement.body, prefix)


def bound_by(statement: ast.stmt) -> list[str]:
    """The names that a statement binds."""
    if isinstance(statement, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
        return [statement.name]
    if isinstance(statement, ast.Assign):
        return [target.id for target in statement.targets if isinstance(target, ast.Name)]
    if isinstance(statement, ast.AnnAssign) and isinstance(statement.target, ast.Name):
        return [statement.target.id]
    return []
