"""Parameters that are tried out in the panel, and kept in pyproject.toml on request."""

import json
import tomllib
from dataclasses import dataclass, field
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from reportgen.engine.params import checked, known_node
from reportgen.engine.session import Options, Session
from reportgen.errors import Place, ReportgenError
from reportgen.files import write_bytes


@dataclass
class Trials:
    """Values by node and parameter that stand before those of ``given``."""

    given: Options
    values: dict[tuple[str, str], Any] = field(default_factory=dict)

    def put(self, session: Session, name: str, param: str, value: Any) -> None:
        """Try a value. Raises ReportgenError where the parameter or its type is unknown."""
        node = known_node(session.graph, name, None)
        self.values[node.name, param] = checked(node, param, value, None)

    @property
    def options(self) -> Options:
        """``given`` with all values that are tried."""
        tried = (f"{n}.{p}={json.dumps(v)}" for (n, p), v in list(self.values.items()))
        return Options(**{**vars(self.given), "sets": (*self.given.sets, *tried)})

    def to_json(self) -> dict[str, Any]:
        """The values by ``NODE.parameter``."""
        return {f"{node}.{param}": value for (node, param), value in self.values.items()}

    def keep(self, session: Session) -> None:
        """Write what is tried to pyproject.toml. Raises ReportgenError where that cannot be."""
        write_values(session, self.values)
        names = {f"{n}.{p}" for node, p in self.values for n in names_of(session, node)}
        left = tuple(s for s in self.given.sets if s.partition("=")[0] not in names)
        self.given = Options(**{**vars(self.given), "sets": left})
        self.values.clear()


def names_of(session: Session, name: str) -> tuple[str, str]:
    """The names by which settings know a node."""
    return name, session.graph.nodes[name].id


def write_values(session: Session, values: dict[tuple[str, str], Any]) -> None:
    """Put parameters into the table of the profile; all else in the file stays as it is."""
    file = session.project.config_file.resolve()
    try:
        document = tomlkit.parse(file.read_bytes().decode("utf-8"))
        table: Any = document["tool"]["reportgen"]
        for name in ("profiles", session.profile):
            if name not in table:
                table.append(name, tomlkit.table(is_super_table=name == "profiles"))
            table = table[name]
        for (node, param), value in values.items():
            key = next((name for name in names_of(session, node) if name in table), node)
            if key not in table:
                table.append(key, tomlkit.inline_table())
            table[key][param] = value
        text = tomlkit.dumps(document)
        kept = tomllib.loads(text)["tool"]["reportgen"]["profiles"][session.profile]
        for (node, param), value in values.items():
            if all(kept.get(name, {}).get(param) != value for name in names_of(session, node)):
                raise ValueError(f"'{node}.{param}' would be lost in this form of the table")
    except (OSError, TypeError, ValueError, LookupError, TOMLKitError) as error:
        hint = "Write them yourself, below [tool.reportgen]: " + ", ".join(
            f"profiles.{session.profile}.{node}.{param} = {json.dumps(value, ensure_ascii=False)}"
            for (node, param), value in values.items()
        )
        raise ReportgenError(
            f"The parameters cannot be written: {error}.", place=Place(file), hint=hint
        ) from None
    write_bytes(file, text.encode())
