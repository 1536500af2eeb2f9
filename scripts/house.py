"""The house of rooms, read from the imports: what its drawing and the test of its laws share."""

import ast
from dataclasses import dataclass
from functools import cache
from graphlib import TopologicalSorter
from html import escape
from pathlib import Path

PACKAGE = Path(__file__).parents[1] / "reportgen"
WIDTH, FLOOR, ROOF = 640, 40, 56
LIGHT = {"__init__", "__main__"}  # the door and the bell: they import by name, when asked


@dataclass(frozen=True)
class Room:
    """A package or module right below ``reportgen``: what lives there, lines, rooms it imports."""

    name: str
    purpose: str
    lines: int
    files: int
    imports: frozenset[str]


def imports(path: Path) -> set[str]:
    """Modules that a file imports at run time, wherever it does so."""
    found = set[str]()
    for node in typed_out(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module, *(f"{node.module}.{alias.name}" for alias in node.names)}
    return found


def typed_out(tree: ast.AST) -> list[ast.AST]:
    """All nodes but those under ``if TYPE_CHECKING``."""
    found: list[ast.AST] = []
    queue = [tree]
    while queue:
        node = queue.pop()
        if isinstance(node, ast.If) and ast.unparse(node.test) == "TYPE_CHECKING":
            continue
        found.append(node)
        queue += ast.iter_child_nodes(node)
    return found


def room_of(path: Path) -> str:
    """The room that a file of the package stands in."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


@cache
def rooms() -> dict[str, Room]:
    """Every room by name. Raises KeyError for one without a docstring to say what lives there."""
    files: dict[str, list[Path]] = {}
    for path in sorted(PACKAGE.rglob("*.py")):
        files.setdefault(room_of(path), []).append(path)
    names = files.keys() - LIGHT
    return {name: read_room(name, files[name], names) for name in sorted(names)}


def read_room(name: str, files: list[Path], names: set[str]) -> Room:
    """One room; ``names`` are all there are."""
    parts = [module.split(".") for file in files for module in imports(file)]
    used = {p[1] for p in parts if p[0] == "reportgen" and len(p) > 1} & names
    texts = [file.read_text(encoding="utf-8") for file in files]
    front = next(t for f, t in zip(files, texts, strict=True) if f.stem in (name, "__init__"))
    told = (ast.get_docstring(ast.parse(front)) or "").split("\n\n")[0]
    lines = sum(text.count("\n") for text in texts)
    return Room(name, " ".join(told.split()), lines, len(files), frozenset(used - {name}))


def floors(house: dict[str, Room]) -> list[list[Room]]:
    """Rooms by floor, the ground first: each as low as what it imports lets it stand.

    Raises graphlib.CycleError where two rooms import each other.
    """
    order = TopologicalSorter({room.name: room.imports for room in house.values()}).static_order()
    level: dict[str, int] = {}
    for name in order:
        level[name] = 1 + max((level[below] for below in house[name].imports), default=-1)
    return [
        [house[name] for name in sorted(level) if level[name] == floor]
        for floor in range(1 + max(level.values()))
    ]


def drawing() -> str:
    """The house as SVG in the colours of the page: a floor a row, a room as wide as its code."""
    storeys = floors(rooms())[::-1]
    height = ROOF + FLOOR * len(storeys) + 8
    roof = f'<path d="M8 {ROOF} L{WIDTH / 2} 6 L{WIDTH - 8} {ROOF} Z"/>'
    boxes = [
        box
        for row, storey in enumerate(storeys)
        for box in storey_boxes(storey, ROOF + FLOOR * row)
    ]
    return (
        f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="The rooms of reportgen, '
        f'{len(storeys)} floors: each imports only from below." '
        'font-family="system-ui, sans-serif" font-size="12" fill="currentColor">'
        f'<g fill="none" stroke="currentColor" stroke-opacity=".6">{roof}</g>'
        + "".join(boxes)
        + "</svg>"
    )


def storey_boxes(storey: list[Room], top: float) -> list[str]:
    """One floor: its rooms from wall to wall, none narrower than its name."""
    inner = WIDTH - 48
    least = 84.0
    spare = inner - least * len(storey)
    total = sum(room.lines for room in storey)
    left, boxes = 24.0, []
    for room in storey:
        width = least + spare * room.lines / total
        middle = left + width / 2
        boxes.append(
            f"<g><title>{escape(room.purpose)}</title>"
            f'<rect x="{left:.1f}" y="{top}" width="{width:.1f}" height="{FLOOR}" '
            'fill="currentColor" fill-opacity=".05" stroke="currentColor" stroke-opacity=".6"/>'
            f'<text x="{middle:.1f}" y="{top + 17}" text-anchor="middle" font-weight="600">'
            f"{room.name}</text>"
            f'<text x="{middle:.1f}" y="{top + 32}" text-anchor="middle" fill-opacity=".75" '
            f'font-size="10.5">{room.lines:,} lines</text></g>'
        )
        left += width
    return boxes


def table() -> str:
    """The rooms as an HTML table, the top floor first: what lives there, and what each imports."""
    rows = [
        f"<tr><th scope=row><code>{room.name}</code></th><td>{escape(room.purpose)}</td>"
        f"<td>{', '.join(sorted(room.imports)) or 'nothing'}</td></tr>"
        for storey in floors(rooms())[::-1]
        for room in storey
    ]
    head = "<tr><th>room</th><th>what lives there</th><th>imports from</th></tr>"
    return f"<table><thead>{head}</thead><tbody>{''.join(rows)}</tbody></table>"
