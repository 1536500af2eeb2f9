"""How a value is written: JSON with marks that stand for arrays, images and what JSON lacks."""

import math
from collections.abc import Callable, Mapping
from io import BytesIO
from itertools import count
from typing import Any

from reportgen.errors import ReportgenError
from reportgen.store.ways import OTHER, Way, way_of

ARRAY, DICT, IMAGE, MEDIA, NUMBER, TUPLE = "$array", "$dict", "$image", "$media", "$float", "$tuple"

BITS = {
    "bfloat16": "int16",
    "float8_e4m3fn": "uint8",
    "float8_e4m3fnuz": "uint8",
    "float8_e5m2": "uint8",
    "float8_e5m2fnuz": "uint8",
    "float8_e8m0fnu": "uint8",
}
"""Types of tensors that NumPy lacks, and those as which their bits are stored."""

MOST_BITS = 13_000
"""Of an integer that Python reads from text without being told to."""

TEXT = Way("Return it as text, hex(number).", hex)
COMPLEX = Way(
    'Return {"real": x.real, "imag": x.imag}.', lambda x: {"real": x.real, "imag": x.imag}
)


class Writer:
    """Walks a value and collects its arrays; PNG images go to ``keep``, or among the arrays."""

    def __init__(
        self, name: str, keep: Callable[[bytes], str] | None, *, lenient: bool = False
    ) -> None:
        self.name, self.keep, self.lenient = name, keep, lenient
        self.arrays: dict[str, Any] = {}

    def tree(self, value: Any) -> Any:
        """The value as JSON with references. Raises ReportgenError for what is not kept."""
        try:
            return self.encode(value, "")
        except RecursionError:
            raise ReportgenError(f"'{self.name}' is nested too deeply, or holds itself.") from None

    def encode(self, value: Any, path: str) -> Any:
        """JSON that stands for a value, with arrays and objects beside it."""
        if value is None or isinstance(value, (bool, str)):
            return value
        if isinstance(value, int):
            if value.bit_length() > MOST_BITS:
                return self.refuse(value, path, "an integer of thousands of digits", TEXT)
            return int(value)
        if isinstance(value, float):
            return float(value) if math.isfinite(value) else {NUMBER: str(float(value))}
        if isinstance(value, bytes):
            import numpy as np

            return self.reference(np.frombuffer(value, np.uint8), path, "bytes")
        if isinstance(value, Mapping):
            return self.encode_dict(value, path)
        if isinstance(value, (list, tuple)):
            items = [self.encode(item, f"{path}[{i}]") for i, item in enumerate(value)]
            return items if isinstance(value, list) else {TUPLE: items}
        return self.encode_object(value, path)

    def encode_dict(self, value: Mapping[Any, Any], path: str) -> Any:
        """Keys that JSON would turn into text, or that look like a mark of ours, stand in pairs."""
        items = [(key, self.encode(item, f"{path}.{key}")) for key, item in value.items()]
        if all(isinstance(key, str) and not key.startswith("$") for key, _ in items):
            return dict(items)
        return {DICT: [[self.key(key, path), item] for key, item in items]}

    def key(self, key: Any, path: str) -> Any:
        """JSON that stands for the key of a dict."""
        key = key.item() if is_scalar(key) else key
        if isinstance(key, tuple):
            return {TUPLE: [self.key(part, path) for part in key]}
        if key is None or isinstance(key, (bool, int, float, str)):
            return self.encode(key, path)
        if self.lenient:
            return repr(key)
        raise ReportgenError(
            f"'{self.name}{path}' has the key {key!r} of type '{type(key).__name__}'.",
            hint="Keys are text, numbers, None and tuples of these.",
        )

    def encode_object(self, value: Any, path: str) -> Any:
        """JSON for a value that is neither plain nor a container."""
        from reportgen.media.base import Media

        if isinstance(value, Media):
            return {MEDIA: self.encode(ordered(value.to_value()), path)}
        if hasattr(value, "detach") and hasattr(value, "layout"):
            return self.encode_tensor(value, path)
        if hasattr(value, "save") and hasattr(value, "getbands"):
            return self.encode_image(value, path)
        if way := way_of(type(value)):
            return self.refuse(value, path, f"of type '{type(value).__name__}'", way)
        if is_scalar(value):
            return self.encode_array(value, path)
        if hasattr(value, "__array_interface__") and hasattr(value, "dtype"):
            return self.encode_array(value, path)
        return self.refuse(value, path, f"of type '{type(value).__name__}'")

    def encode_array(self, array: Any, path: str) -> Any:
        """JSON that points to an array."""
        import numpy as np

        kind = type(array)
        if isinstance(array, np.ndarray) and kind not in (np.ndarray, np.memmap):
            plain = Way("Return numpy.asarray(x), and what else it knows beside it.", np.asarray)
            return self.refuse(array, path, f"of type '{kind.__name__}'", plain)
        if array.dtype.kind not in "biuf" or array.dtype.itemsize > 8:
            return self.refuse(
                array, path, f"an array of dtype '{array.dtype}'", way_of_dtype(array.dtype)
            )
        if array.ndim == 0:
            return self.encode(array.item(), path)
        return self.reference(array, path, "numpy")

    def encode_tensor(self, tensor: Any, path: str) -> Any:
        """JSON that points to a tensor."""
        import torch

        name = str(tensor.dtype).removeprefix("torch.")
        if tensor.layout is not torch.strided or tensor.is_nested:
            return self.refuse(
                tensor, path, "a sparse or nested tensor",
                Way("Return tensor.to_dense(), or its parts in a dict.", lambda t: t.to_dense()),
            )  # fmt: skip
        if tensor.is_complex():
            way = Way("Return torch.view_as_real(z).", torch.view_as_real)
            return self.refuse(tensor, path, f"a tensor of dtype '{name}'", way)
        if tensor.is_quantized or tensor.is_meta:
            way = Way("Return tensor.dequantize().", lambda t: t.dequantize())
            return self.refuse(tensor, path, "a quantized tensor, or one without data", way)
        tensor = tensor.detach().cpu().resolve_neg().contiguous()
        if name in BITS:
            bits = tensor.view(getattr(torch, BITS[name])).numpy()
            return self.reference(bits, path, f"torch.{name}")
        return self.reference(tensor.numpy(), path, "torch")

    def encode_image(self, image: Any, path: str) -> Any:
        """A PNG, looked at once more: it has no frames, and not all modes or depths."""
        from PIL import Image

        buffer = BytesIO()
        try:
            image.save(buffer, format="PNG")
            again = Image.open(buffer)
            kept = getattr(image, "n_frames", 1) == 1 and shown(again) == shown(image)
        except (OSError, ValueError, Image.DecompressionBombError):
            kept = False
        if not kept:
            way = Way("Return numpy.asarray(image), or image.convert('RGB').", array_of)
            return self.refuse(image, path, f"an image of mode '{image.mode}' that PNG lacks", way)
        if self.keep:
            return {IMAGE: self.keep(buffer.getvalue())}
        return {IMAGE: self.encode(buffer.getvalue(), path)}

    def reference(self, array: Any, path: str, origin: str) -> Any:
        """Keep an array under a name that tells where it stands, and that no other has."""
        import numpy as np

        where = path.partition(".")[2] or self.name + path
        where = where.encode("utf-8", "backslashreplace").decode()
        names = (where if i == 1 else f"{where}~{i}" for i in count(1))
        name = next(n for n in names if n not in self.arrays and n != "__metadata__")
        native = array.astype(array.dtype.newbyteorder("="), copy=False)
        self.arrays[name] = np.ascontiguousarray(native).reshape(array.shape)
        return {ARRAY: name, "from": origin}

    def refuse(self, value: Any, path: str, what: str, way: Way = OTHER) -> Any:
        """Raise ReportgenError; when lenient, give the value in the form that it should have."""
        if not self.lenient:
            raise ReportgenError(
                f"'{self.name}{path}' is {what}, which the store cannot keep.", hint=way.text
            )
        try:
            return self.encode(way.write(value), path)
        except Exception:  # whatever it is, the rest of the value is still worth keeping
            return repr(value)


def is_scalar(value: Any) -> bool:
    """Whether this is a NumPy number, or one like it."""
    return hasattr(value, "item") and hasattr(value, "dtype") and getattr(value, "ndim", 1) == 0


def ordered(value: Any) -> Any:
    """What media are made of: the order of its fields means nothing, and a tuple is a list."""
    if isinstance(value, Mapping):
        return {key: ordered(value[key]) for key in sorted(value)}
    return [ordered(item) for item in value] if isinstance(value, (list, tuple)) else value


def way_of_dtype(dtype: Any) -> Way:
    """How to write an array of a kind that is not stored."""
    if dtype.kind in "mM":
        return Way('Return times.astype("int64"), and their unit.', lambda x: x.astype("int64"))
    if dtype.kind == "c":
        return COMPLEX
    if dtype.kind == "f":
        return Way('Return x.astype("float64").', lambda x: x.astype("float64"))
    return Way("Return x.tolist(); arrays hold booleans, integers or floats.", lambda x: x.tolist())


def array_of(image: Any) -> Any:
    """The pixels of an image."""
    import numpy as np

    return np.asarray(image)


def shown(image: Any) -> tuple[Any, ...]:
    """What makes an image: its mode, size and pixels, and their colours where these are listed."""
    colours = image.convert("RGBA").tobytes() if image.mode == "P" else b""
    return image.mode, image.size, image.tobytes(), colours
