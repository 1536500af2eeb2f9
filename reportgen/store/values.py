"""What an artifact returns, as objects: JSON, one safetensors file of arrays, PNG images.

Nothing is pickled. Arrays come back when they are first touched, from a memory-mapped file.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO
from typing import Any

from reportgen.errors import ReportgenError
from reportgen.store.objects import Objects

ARRAY, IMAGE, MEDIA, NUMBER = "$array", "$image", "$media", "$float"


def save_value(objects: Objects, value: Any, name: str) -> tuple[str, list[str]]:
    """Keep ``value``; return its digest and the digests of all its objects.

    ``name`` is what an error calls the value. Raises ReportgenError, with the path to it, for
    something that is neither JSON nor an array, an image or media.
    """
    writer = Writer(objects)
    tree = writer.encode(value, name)
    if writer.arrays:
        from safetensors.numpy import save

        writer.digests.append(objects.put(save(dict(sorted(writer.arrays.items())))))
    text = json.dumps(
        {"value": tree, "arrays": writer.digests[-1] if writer.arrays else None},
        sort_keys=True,
        ensure_ascii=False,
        allow_nan=False,
    )
    digest = objects.put(text.encode())
    return digest, sorted({digest, *writer.digests})


class Writer:
    """Walks a value; collects its arrays and keeps its images."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self.arrays: dict[str, Any] = {}
        self.digests: list[str] = []

    def encode(self, value: Any, path: str) -> Any:
        if value is None or isinstance(value, (bool, int, str)):
            return value
        if isinstance(value, float):
            return value if math.isfinite(value) else {NUMBER: str(value)}
        if isinstance(value, Mapping):
            return {self.key(k, path): self.encode(v, f"{path}.{k}") for k, v in value.items()}
        if isinstance(value, (list, tuple, Sequence)):
            return [self.encode(item, f"{path}[{i}]") for i, item in enumerate(value)]
        return self.encode_object(value, path)

    def key(self, key: Any, path: str) -> str:
        if not isinstance(key, str) or key.startswith("$"):
            raise ReportgenError(
                f"'{path}' has the key {key!r}; keys are strings that do not begin with '$'."
            )
        return key

    def encode_object(self, value: Any, path: str) -> Any:
        if hasattr(value, "to_value"):
            return {MEDIA: self.encode(value.to_value(), path)}
        if hasattr(value, "detach"):
            return self.encode_tensor(value, path)
        if hasattr(value, "__array_interface__") and hasattr(value, "dtype"):
            return self.encode_array(value, path)
        if hasattr(value, "save") and hasattr(value, "getbands"):
            return self.encode_image(value)
        if hasattr(value, "item") and getattr(value, "ndim", None) == 0:
            return self.encode(value.item(), path)
        raise ReportgenError(
            f"'{path}' is of type '{type(value).__name__}', which the store cannot keep.",
            hint="Return dicts and lists of numbers, strings, arrays, tensors and PIL images.",
        )

    def encode_array(self, array: Any, path: str, origin: str = "numpy") -> Any:
        import numpy as np

        if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
            raise ReportgenError(
                f"'{path}' is an array of dtype '{array.dtype}', which the store cannot keep.",
                hint="Use booleans, integers or floats; text goes into lists.",
            )
        if array.ndim == 0 and origin == "numpy":
            return self.encode(array.item(), path)
        name = path.partition(".")[2] or path
        self.arrays[name] = np.ascontiguousarray(array).reshape(array.shape)
        return {ARRAY: name, "from": origin}

    def encode_tensor(self, tensor: Any, path: str) -> Any:
        import torch

        tensor = tensor.detach().cpu().contiguous()
        if tensor.dtype is torch.bfloat16:
            return self.encode_array(tensor.view(torch.int16).numpy(), path, "torch.bfloat16")
        return self.encode_array(tensor.numpy(), path, "torch")

    def encode_image(self, image: Any) -> Any:
        buffer = BytesIO()
        image.save(buffer, format="PNG")
        self.digests.insert(0, self.objects.put(buffer.getvalue()))
        return {IMAGE: self.digests[0]}


def load_value(find: Any, digest: str) -> Any:
    """The value of a digest; ``find(digest)`` gives the verified path of an object."""
    stored = json.loads(find(digest).read_bytes())
    arrays = find(stored["arrays"]) if stored["arrays"] else None
    return Reader(find, arrays).decode(stored["value"])


class Reader:
    """Turns stored JSON back into values; one is shared by all parts of a value."""

    def __init__(self, find: Any, arrays: Any) -> None:
        self.find, self.arrays = find, arrays

    def decode(self, tree: Any) -> Any:
        if isinstance(tree, list):
            return LazyList(self, tree)
        if not isinstance(tree, dict):
            return tree
        if ARRAY in tree:
            return self.array(tree[ARRAY], tree["from"])
        if IMAGE in tree:
            return self.image(tree[IMAGE])
        if NUMBER in tree:
            return float(tree[NUMBER])
        if MEDIA in tree:
            from reportgen.media import from_value

            return from_value(plain(self.decode(tree[MEDIA])))
        return LazyDict(self, tree)

    def array(self, name: str, origin: str) -> Any:
        from safetensors import safe_open

        with safe_open(self.arrays, framework="np") as file:
            array = file.get_tensor(name)
        if origin == "numpy":
            return array
        try:
            import torch
        except ModuleNotFoundError:  # whoever publishes need not be able to train
            return widened(array) if origin == "torch.bfloat16" else array
        tensor = torch.from_numpy(array)
        return tensor.view(torch.bfloat16) if origin == "torch.bfloat16" else tensor

    def image(self, digest: str) -> Any:
        from PIL import Image

        image = Image.open(self.find(digest))
        image.load()
        return image


def widened(bits: Any) -> Any:
    """The float32 array of an array of bfloat16 bit patterns: their upper halves."""
    import numpy as np

    return (bits.view(np.uint16).astype(np.uint32) << 16).view(np.float32)


class LazyDict(Mapping[str, Any]):
    """A stored dict; its arrays and images are read when they are asked for."""

    def __init__(self, reader: Reader, tree: dict[str, Any]) -> None:
        self._reader, self._tree = reader, tree

    def __getitem__(self, key: str) -> Any:
        return self._reader.decode(self._tree[key])

    def __iter__(self) -> Iterator[str]:
        return iter(self._tree)

    def __len__(self) -> int:
        return len(self._tree)

    def __repr__(self) -> str:
        return f"<stored dict with {', '.join(self._tree) or 'no keys'}>"


class LazyList(Sequence[Any]):
    """A stored list, equal to a list of the same items."""

    def __init__(self, reader: Reader, tree: list[Any]) -> None:
        self._reader, self._tree = reader, tree

    def __getitem__(self, index: Any) -> Any:
        if isinstance(index, slice):
            return LazyList(self._reader, self._tree[index])
        return self._reader.decode(self._tree[index])

    def __len__(self) -> int:
        return len(self._tree)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def __repr__(self) -> str:
        return f"<stored list of {len(self)}>"


def plain(value: Any) -> Any:
    """A stored value as ordinary dicts and lists, read whole."""
    if isinstance(value, Mapping):
        return {key: plain(item) for key, item in value.items()}
    if isinstance(value, LazyList):
        return [plain(item) for item in value]
    return value
