"""Values come back as they were, and nothing is pickled."""

import json
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
from reportgen.store.values import plain

SCALARS = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False)
KEYS = st.text().filter(lambda key: not key.startswith("$"))
TREES = st.recursive(
    SCALARS, lambda inner: st.lists(inner) | st.dictionaries(KEYS, inner), max_leaves=20
)
DTYPES = ["bool", "uint8", "int16", "int64", "float16", "float32", "float64"]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("store"))


def round_trip(store: Store, value: Any) -> Any:
    return store.load(store.save(value, "node")[0])


@given(TREES)
@settings(deadline=None, max_examples=40)
def test_json_comes_back(store: Store, tree: Any) -> None:
    again = plain(round_trip(store, {"value": tree}))["value"]
    assert json.dumps(again, sort_keys=True) == json.dumps(tree, sort_keys=True)


@pytest.mark.parametrize("dtype", DTYPES)
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


REFUSED = {
    "an object": ({"a": {"b": object()}}, r"'node\.a\.b' is of type 'object'"),
    "a set": ([{1}], r"'node\[0\]' is of type 'set'"),
    "a key that is no string": ({1: 2}, r"has the key 1"),
    "a reserved key": ({"$array": 2}, r"has the key '\$array'"),
    "text in an array": ({"a": np.array(["x"])}, r"dtype '<U1'"),
    "an array of objects": ({"a": np.array([{}])}, r"dtype 'object'"),
    "complex numbers": ({"a": np.zeros(2, complex)}, r"dtype 'complex128'"),
}


@pytest.mark.parametrize(("value", "message"), REFUSED.values(), ids=REFUSED)
def test_what_cannot_be_kept_is_named_by_its_path(store: Store, value: Any, message: str) -> None:
    with pytest.raises(ReportgenError, match=message):
        store.save(value, "node")


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
