"""What is known of a source file: its top-level statements, what each binds, uses and changes.

Facts are read from the syntax tree alone (see ``parse``), are JSON, and depend on nothing but the
file's bytes, so they are kept on disk by content digest (see ``Sources``). What a name of another
module means is not decided here but in ``graph``, which sees all files.
"""

from dataclasses import asdict, dataclass, field
from typing import Any


@dataclass(slots=True)
class Part:
    """A decorator, or the defaults of a function: counted apart from the rest of a definition."""

    ref: str = ""
    own: str = ""
    uses: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Statement:
    """A top-level statement. ``own`` is its digest without decorators, defaults and docstrings."""

    kind: str  # "function", "class", "assign", "import" or "effect"
    name: str
    line: int
    end: int
    binds: list[str] = field(default_factory=list)
    own: str = ""
    doc: str = ""
    uses: list[str] = field(default_factory=list)
    decorators: list[Part] = field(default_factory=list)
    defaults: Part | None = None
    calls: list[str] = field(default_factory=list)  # made when the module is imported
    loads: list[str] = field(default_factory=list)  # modules imported when it is imported
    bases: list[str] = field(default_factory=list)
    changes: str = ""  # of "g"lobal state, a "p"arameter, it"s"elf
    eager: bool = False  # reads names when the module is imported
    reads_docs: bool = False
    reads_subclasses: bool = False
    reads_modules: bool = False  # by an object of them
    hooks: bool = False  # a class that learns of its subclasses
    makes: list[str] = field(default_factory=list)  # functions whose results are assigned
    yields: bool = False  # a generator function


@dataclass(slots=True)
class Facts:
    """A file: its statements, and what binds each global name: their numbers, import targets."""

    statements: list[Statement]
    names: dict[str, list[int | str]]
    stars: list[str]
    doc: str = ""

    def to_json(self) -> dict[str, Any]:
        """The facts as JSON."""
        return asdict(self)

    @classmethod
    def from_json(cls, value: dict[str, Any]) -> "Facts":
        """The facts that ``to_json`` wrote."""
        statements = []
        for item in value["statements"]:
            item["decorators"] = [Part(**part) for part in item["decorators"]]
            item["defaults"] = item["defaults"] and Part(**item["defaults"])
            statements.append(Statement(**item))
        return cls(statements, value["names"], value["stars"], value["doc"])
