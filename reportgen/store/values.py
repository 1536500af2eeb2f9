"""What an artifact returns, as objects: JSON, one safetensors file of arrays, PNG images.

Nothing is pickled. A value comes back equal to what went in, or is refused before it is stored.
Arrays are read when they are first touched.
"""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from reportgen.files import write_bytes
from reportgen.store.decode import Reader, plain, readable
from reportgen.store.encode import Writer
from reportgen.store.objects import Objects


def save_value(objects: Objects, value: Any, name: str) -> tuple[str, list[str]]:
    """Keep ``value``; return its digest and the digests of all its objects.

    ``name`` is what an error calls the value. Raises ReportgenError, with the path to it and how
    to write it, for something that would not come back as it is.
    """
    digests: list[str] = []

    def keep(png: bytes) -> str:
        digests.append(objects.put(png))
        return digests[-1]

    writer = Writer(name, keep)
    tree = writer.tree(value)
    arrays = None
    if writer.arrays:
        from safetensors.numpy import save

        arrays = objects.put(save(dict(sorted(writer.arrays.items()))))
        digests.append(arrays)
    text = json.dumps({"arrays": arrays, "value": tree}, ensure_ascii=False, allow_nan=False)
    digest = objects.put(text.encode("utf-8", "surrogatepass"))
    return digest, sorted({digest, *digests})


def load_value(find: Callable[[str], Path], digest: str) -> Any:
    """The value of a digest; ``find(digest)`` gives the verified path of an object.

    Raises ReportgenError where the objects hold no value of this format.
    """
    path = find(digest)
    with readable(digest):
        stored = json.loads(path.read_bytes())
        arrays = find(stored["arrays"]) if stored["arrays"] else None
        return Reader(find, arrays, digest).decode(stored["value"])


def save_file(path: Path, value: Any, name: str, *, lenient: bool = False, **notes: str) -> None:
    """Write a value and notes on it as one safetensors file. Raises as ``save_value`` does; when
    ``lenient``, writes what would be refused in another form instead."""
    from safetensors.numpy import save

    writer = Writer(name, None, lenient=lenient)
    tree = json.dumps(writer.tree(value), allow_nan=False)
    write_bytes(path, save(writer.arrays, metadata={"state": tree, **notes}))


def read_notes(path: Path) -> dict[str, str]:
    """The notes on a value that ``save_file`` wrote; none where the file is damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(path, framework="np") as file:
            return dict(file.metadata() or {})
    except (OSError, SafetensorError):
        return {}


def load_file(path: Path) -> tuple[Any, dict[str, str]]:
    """A value that ``save_file`` wrote, read whole, and the notes on it.

    Raises ReportgenError for a file that is damaged or something else.
    """
    from safetensors import safe_open

    with readable(path.name):
        with safe_open(path, framework="np") as file:
            notes = dict(file.metadata())
        return plain(Reader(None, path, path.name).decode(json.loads(notes.pop("state")))), notes
