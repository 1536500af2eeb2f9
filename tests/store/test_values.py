"""Values come back as they were, and nothing is pickled."""

import copy
import datetime
import decimal
import json
from collections import OrderedDict, deque
from dataclasses import dataclass
from enum import IntEnum
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from reportgen import ReportgenError
from reportgen.store import Store
from reportgen.store.values import load_file, save_file

DTYPES = ["bool", "uint8", "int16", "uint32", "int64", "float16", "float32", "float64", ">f4"]
TORCH = [torch.bool, torch.uint8, torch.int64, torch.float16, torch.bfloat16, torch.float32,
         torch.float8_e4m3fn, torch.float8_e5m2]  # fmt: skip
SURROGATES = st.sampled_from(["\udcff", "\ud800", "a\udfffb"])
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**200), 2**200)
    | st.text()
    | SURROGATES
    | st.floats()
    | st.binary()
)
NAMES = st.sampled_from(
    ["", "w", "enc", "enc.w", "w.0", "[0]", "w[0]", "0", "a.b.c", "$array", "$dict", "from",
     "__metadata__", "w~2", "\udcff"]
)  # fmt: skip
KEYS = st.recursive(
    NAMES | st.text() | st.integers() | st.booleans() | st.none() | st.floats(allow_nan=False),
    lambda inner: st.lists(inner, max_size=2).map(tuple),
    max_leaves=3,
)
SHAPES = st.lists(st.integers(0, 3), min_size=1, max_size=3).map(tuple)


@st.composite
def arrays(draw: st.DrawFn) -> Any:
    """Arrays and tensors of every type, of distinct values, in either order of their bytes."""
    kind, shape = draw(st.sampled_from([*DTYPES, *TORCH])), draw(SHAPES)
    start = draw(st.integers(0, 100))
    array = (np.arange(np.prod(shape)).reshape(shape) + start) % 120
    if isinstance(kind, torch.dtype):
        return torch.from_numpy(array).to(kind)
    array = array.astype(kind)
    return np.asfortranarray(array) if draw(st.booleans()) else array


@st.composite
def images(draw: st.DrawFn) -> Image.Image:
    mode = draw(st.sampled_from(["1", "L", "LA", "RGB", "RGBA", "P"]))
    size = draw(st.integers(1, 4)), draw(st.integers(1, 4))
    return Image.new("RGB", size, draw(st.integers(0, 2**24 - 1))).convert(mode)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


def round_trip(store: Store, value: Any) -> Any:
    return store.load(store.save(value, "node")[0])


LEAVES = SCALARS | arrays() | images()
VALUES = st.recursive(
    LEAVES,
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.lists(inner, max_size=3).map(tuple)
        | st.dictionaries(KEYS, inner, max_size=4)
    ),
    max_leaves=12,
)


def same(a: Any, b: Any) -> bool:
    """Whether two values are equal in type, order and every bit."""
    if isinstance(a, dict) and isinstance(b, dict):
        pairs = zip(a.items(), b.items(), strict=True)
        return len(a) == len(b) and all(same(k, m) and same(v, w) for (k, v), (m, w) in pairs)
    if type(a) is not type(b):
        return False
    if isinstance(a, list | tuple):
        return len(a) == len(b) and all(map(same, a, b))
    if isinstance(a, np.ndarray):
        return a.dtype == b.dtype and a.shape == b.shape and a.tobytes() == b.tobytes()
    if isinstance(a, torch.Tensor):
        return a.dtype == b.dtype and a.shape == b.shape and torch.equal(a.double(), b.double())
    if isinstance(a, Image.Image):
        colours = a.convert("RGBA").tobytes() == b.convert("RGBA").tobytes()
        return (a.mode, a.size) == (b.mode, b.size) and a.tobytes() == b.tobytes() and colours
    return repr(a) == repr(b)


def native(value: Any) -> Any:
    """The value with all numbers in this machine's order of bytes, which is no part of them."""
    if isinstance(value, dict):
        return {key: native(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(native(item) for item in value)
    is_array = isinstance(value, np.ndarray)
    return value.astype(value.dtype.newbyteorder("=")) if is_array else value


@given(VALUES)
@settings(max_examples=200)
def test_every_value_comes_back_as_it_is(store: Store, value: Any) -> None:
    assert same(round_trip(store, value), native(value))


@given(VALUES)
@settings(max_examples=50)
def test_a_file_of_one_value_gives_it_back(store: Store, value: Any) -> None:
    file = store.folder / "one.safetensors"
    save_file(file, value, "checkpoint", seconds="1")
    again, notes = load_file(file)
    assert same(again, native(value))
    assert notes == {"seconds": "1"}


@given(st.dictionaries(NAMES | st.integers(), arrays() | st.integers(), max_size=5))
@settings(max_examples=50)
def test_what_was_stored_is_a_dict_to_everybody(store: Store, value: Any) -> None:
    def again() -> Any:
        return round_trip(store, value)

    value = native(value)
    assert isinstance(again(), dict)
    assert list(again()) == list(again().keys()) == list(value)
    ways = [dict(again()), {**again()}, again().copy(), again() | {}, {} | again(),
            dict(again().items()), dict(zip(again(), again().values(), strict=True)),
            copy.deepcopy(again()), {k: again().get(k) for k in again()},
            {k: again().pop(k) for k in again()}, eval_kwargs(again())]  # fmt: skip
    for way in ways:
        assert same(way, value)
    merged = {}
    merged.update(again())
    assert same(merged, value)


def eval_kwargs(value: dict[Any, Any]) -> dict[Any, Any]:
    """The value as a function sees it that is called with ``**``, but for keys that are no text."""
    rest = {key: item for key, item in value.items() if not isinstance(key, str)}
    named = (lambda **given: given)(**{k: v for k, v in value.items() if isinstance(k, str)})
    return {key: named.get(key, rest.get(key)) for key in value}


def test_results_serve_whoever_reads_json_or_lists(store: Store) -> None:
    value = {"table": {"model": ["a", "b"], "acc": [0.9, 0.95]}, "pair": (1, 2), "w": np.ones(2)}
    again = round_trip(store, value)
    assert json.dumps(again["table"]) == '{"model": ["a", "b"], "acc": [0.9, 0.95]}'
    assert again["table"] == value["table"]
    assert again["table"]["acc"] + [1.0] == [0.9, 0.95, 1.0]
    assert again["pair"] + (3,) == (1, 2, 3)
    stacked = np.stack(round_trip(store, [np.zeros(2), np.ones(2)]))
    assert stacked.tolist() == [[0, 0], [1, 1]]


def test_an_optimizers_state_goes_through_as_it_is(store: Store) -> None:
    def trained() -> tuple[torch.nn.Module, torch.optim.Optimizer]:
        torch.manual_seed(0)
        model = torch.nn.Linear(2, 2)
        optimizer = torch.optim.AdamW(model.parameters())
        model(torch.ones(1, 2)).sum().backward()
        optimizer.step()
        return model, optimizer

    model, optimizer = trained()
    again = round_trip(store, {"state": optimizer.state_dict(), "model": model.state_dict()})
    assert list(again["state"]["state"]) == [0, 1]
    other, fresh = trained()
    fresh.load_state_dict(again["state"])
    other.load_state_dict(again["model"])
    assert same(fresh.state_dict(), optimizer.state_dict())


class Level(IntEnum):
    LOW = 3


def test_kinds_of_dicts_and_numbers_come_back_equal(store: Store) -> None:
    value = {"ordered": OrderedDict(b=1, a=2), Level.LOW: Level.LOW, np.int64(7): np.float32(0.1)}
    again = round_trip(store, value)
    assert again == value
    assert list(again["ordered"]) == ["b", "a"]


@pytest.mark.parametrize("dtype", DTYPES[:-1])
@pytest.mark.parametrize("shape", [(0,), (3,), (2, 3), (1, 1, 4)])
def test_arrays_keep_dtype_shape_and_kind(store: Store, dtype: str, shape: tuple[int, ...]) -> None:
    array = np.arange(np.prod(shape)).reshape(shape).astype(dtype)
    value = {"a": array, "t": torch.from_numpy(array.copy())}
    again = round_trip(store, value)
    assert isinstance(again["a"], np.ndarray)
    assert again["a"].dtype == array.dtype
    assert np.array_equal(again["a"], array)
    assert torch.equal(again["t"], value["t"])
    assert again["t"].dtype == value["t"].dtype


def test_bfloat16_and_images_come_back(store: Store) -> None:
    image = Image.fromarray(np.arange(12, dtype=np.uint8).reshape(3, 4))
    again = round_trip(
        store, {"t": torch.tensor([1.5, -2.0], dtype=torch.bfloat16), "image": image}
    )
    assert again["t"].dtype is torch.bfloat16
    assert again["t"].tolist() == [1.5, -2.0]
    assert np.array_equal(np.asarray(again["image"]), np.asarray(image))


def test_numbers_that_json_lacks_come_back(store: Store) -> None:
    again = round_trip(store, [float("inf"), float("-inf"), float("nan"), np.float32(0.5)])
    assert again[0] == float("inf")
    assert again[1] == float("-inf")
    assert again[2] != again[2]
    assert again[3] == 0.5


def test_equal_values_have_one_digest_and_others_another(store: Store) -> None:
    def digest(value: Any) -> str:
        return store.save({"v": value}, "node")[0]

    assert digest(np.zeros(6)) == digest(np.zeros(6))
    variants = [np.zeros(6), np.zeros((2, 3)), np.zeros(6, "f4"), torch.zeros(6), [0.0] * 6, 1, 1.0,
                True, "1", None, [1, 23], [12, 3]]  # fmt: skip
    assert len({digest(value) for value in variants}) == len(variants)


LOOP: list[Any] = []
LOOP.append(LOOP)


@dataclass
class Point:
    x: int


REFUSED = {
    "a masked array": ({"m": np.ma.array([1.0, 2.0], mask=[0, 1])}, r"'node\.m' is of type 'Mask"),
    "a matrix": (np.matrix([[1]]), "matrix"),
    "a date": ([datetime.date(2026, 1, 2)], "isoformat"),
    "a decimal": (decimal.Decimal("0.1"), "as text"),
    "dates in an array": (np.array(["2026-01-02"], "M8[D]"), "and their unit"),
    "a date of numpy": (np.datetime64("2026-01-02"), "as text"),
    "a complex number": (1j, r"z\.real"),
    "a long double": (np.longdouble(1), "float64"),
    "a range": (range(3), "list"),
    "a deque": (deque([1]), "list"),
    "a sparse tensor": (torch.ones(2).to_sparse(), "to_dense"),
    "a complex tensor": (torch.ones(2, dtype=torch.complex64), "view_as_real"),
    "a module": (torch.nn.Linear(1, 1), "state_dict"),
    "an image that is no PNG": (Image.new("CMYK", (1, 1)), "mode 'CMYK'"),
    "an image of floats": (Image.new("F", (1, 1)), "mode 'F'"),
    "deep pixels": (Image.new("I", (1, 1), 70_000), "mode 'I'"),
    "a dataclass": (Point(1), "asdict"),
    "an endless integer": (10**5000, "hex"),
    "a key of its own type": ({Point: 1}, "has the key"),
    "a value that holds itself": (LOOP, "holds itself"),
    "an object": ({"a": {"b": object()}}, r"'node\.a\.b' is of type 'object'"),
    "a set": ([{1}], r"'node\[0\]' is of type 'set'"),
    "text in an array": ({"a": np.array(["x"])}, r"dtype '<U1'"),
    "an array of objects": ({"a": np.array([{}])}, r"dtype 'object'"),
    "complex numbers": ({"a": np.zeros(2, complex)}, r"dtype 'complex128'"),
}


@pytest.mark.parametrize(("value", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_kept_is_named_by_its_path(store: Store, value: Any, message: str) -> None:
    before = list(store.objects[0])
    with pytest.raises(ReportgenError, match=message):
        store.save(value, "node")
    assert list(store.objects[0]) == before


@pytest.mark.parametrize(("value", "_"), REFUSED.values(), ids=REFUSED)
def test_what_is_refused_can_be_kept_in_another_form(store: Store, value: Any, _: str) -> None:
    file = store.folder / "kept.safetensors"
    if value is LOOP:
        return
    save_file(file, {"before": np.arange(3), "x": value, "after": 2}, "node", lenient=True)
    again = load_file(file)[0]
    assert again["before"].tolist() == [0, 1, 2]
    assert (list(again), again["after"]) == (["before", "x", "after"], 2)


def test_the_other_form_holds_what_was_computed(store: Store) -> None:
    file = store.folder / "kept.safetensors"
    masked = np.ma.array([1.0, 2.0], mask=[False, True])
    value = {"m": masked, "s": {3}, "z": np.array([1 + 2j]), "t": torch.eye(2).to_sparse()}
    save_file(file, value, "node", lenient=True)
    again = load_file(file)[0]
    assert again["m"]["data"].tolist() == [1.0, 2.0]
    assert again["m"]["mask"].tolist() == [False, True]
    assert again["s"] == [3]
    assert again["z"]["imag"].tolist() == [2.0]
    assert again["t"].tolist() == [[1.0, 0.0], [0.0, 1.0]]


def test_a_stored_value_reads_no_array_before_it_is_asked_for(tmp_path: Path) -> None:
    store = Store(tmp_path)
    digest, objects = store.save({"big": np.zeros(1000), "small": 3}, "node")
    value = store.load(digest)
    for other in set(objects) - {digest}:
        store.objects[0].path(other).unlink()
    assert value["small"] == 3
    with pytest.raises(FileNotFoundError):
        value["big"]


def test_stored_weights_go_straight_into_a_module(store: Store) -> None:
    layer = torch.nn.Linear(3, 2)
    weights = round_trip(store, {"weights": layer.state_dict()})["weights"]
    other = torch.nn.Linear(3, 2)
    other.load_state_dict(weights)
    assert torch.equal(other.weight, layer.weight)
