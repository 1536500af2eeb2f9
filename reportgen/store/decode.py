"""How a written value is read: as the dicts, lists and tuples that it was made of."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from io import BytesIO
from pathlib import Path
from typing import Any

from reportgen.errors import ReportgenError
from reportgen.store.encode import ARRAY, BITS, DICT, IMAGE, MEDIA, NUMBER, TUPLE
from reportgen.store.lazy import Later, LazyDict

MARKS = {ARRAY, DICT, IMAGE, MEDIA, NUMBER, TUPLE}


@contextmanager
def readable(name: str) -> Iterator[None]:
    """Turn what goes wrong while a stranger's file is read into one error that names it."""
    try:
        yield
    except (ReportgenError, FileNotFoundError):
        raise
    except Exception as error:  # each library that reads files has its own
        raise ReportgenError(
            f"'{name[:12]}' in the store holds no value that can be read: {error}.",
            hint="Run its node again: reportgen figure --force NODE",
        ) from error


class Reader:
    """Turns stored JSON back into values; one is shared by all parts of a value.

    Dicts and lists come back as such. A dict with arrays in it reads each when it is asked for.
    """

    def __init__(self, find: Callable[[str], Path] | None, arrays: Any, name: str) -> None:
        self.find, self.arrays, self.name = find, arrays, name

    def decode(self, tree: Any) -> Any:
        """The value that JSON stands for."""
        if isinstance(tree, list):
            return [self.decode(item) for item in tree]
        if not isinstance(tree, dict):
            return tree
        if ARRAY in tree:
            return self.array(str(tree[ARRAY]), str(tree["from"]))
        if IMAGE in tree:
            return self.image(tree[IMAGE])
        if NUMBER in tree:
            return float(tree[NUMBER])
        if TUPLE in tree:
            return tuple(self.decode(item) for item in tree[TUPLE])
        if DICT in tree:
            return self.dict((self.decode(key), item) for key, item in tree[DICT])
        if MEDIA in tree:
            from reportgen.media import from_value

            return from_value(plain(self.decode(tree[MEDIA])))
        return self.dict(tree.items())

    def dict(self, items: Any) -> Any:
        """A dict; its values are read later if that means to open another file."""
        values = {key: self.later(i) if is_large(i) else self.decode(i) for key, i in items}
        lazy = any(isinstance(value, (Later, LazyDict)) for value in values.values())
        return LazyDict(values) if lazy else values

    def later(self, tree: Any) -> Any:
        """The value, or a promise of one that is dear to read."""

        def read() -> Any:
            with readable(self.name):
                return self.decode(tree)

        if isinstance(tree, dict) and not MARKS & tree.keys():
            return self.decode(tree)
        return Later(read)

    def array(self, name: str, origin: str) -> Any:
        """An array, as the kind that it was."""
        from safetensors import safe_open

        with safe_open(self.arrays, framework="np") as file:
            array = file.get_tensor(name)
        kind = origin.removeprefix("torch.")
        if origin == "bytes":
            return array.tobytes()
        if origin == "numpy":
            return array
        try:
            import torch
        except ModuleNotFoundError:  # whoever publishes need not be able to train
            return widened(array) if kind == "bfloat16" else array
        tensor = torch.from_numpy(array)
        return tensor.view(getattr(torch, kind)) if kind in BITS else tensor

    def image(self, content: Any) -> Any:
        """An image."""
        from PIL import Image

        if isinstance(content, str):
            assert self.find is not None
            file: Any = self.find(content)
        else:
            file = BytesIO(self.decode(content))
        return Image.open(file).copy()


def is_large(tree: Any) -> bool:
    """Whether an array, an image or media stand anywhere in stored JSON."""
    if isinstance(tree, dict):
        if not tree.keys().isdisjoint((ARRAY, IMAGE, MEDIA)):
            return True
        return any(map(is_large, tree.values()))
    return isinstance(tree, list) and any(map(is_large, tree))


def widened(bits: Any) -> Any:
    """The float32 array of an array of bfloat16 bit patterns: their upper halves."""
    import numpy as np

    return (bits.view(np.uint16).astype(np.uint32) << 16).view(np.float32)


def plain(value: Any) -> Any:
    """A value with all of its dicts read whole."""
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(plain(item) for item in value)
    return value
