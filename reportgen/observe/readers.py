"""Readers that open files outside of Python, where no hook sees them.

They are given a path, so it is seen when it is given: add a reader here and its files count.
Files of readers that are missing here are declared by ``run.input(path)``.
"""

import ctypes
import gc
import os
import sys
from collections.abc import Callable
from functools import wraps
from inspect import getattr_static
from typing import Any

from reportgen.observe.hooks import tell

# Module: functions, classes and methods that take a path, the first argument unless a name is
# given after '='. A module that imports them by name and may be loaded before the first Observer
# is listed as well.
READERS = {
    "PIL.ImageFont": "FreeTypeFont truetype",
    "av": "open",
    "catboost": "CatBoost.load_model Pool",
    "ctranslate2": "Generator Translator",
    "cffi": "FFI.dlopen",
    "cv2": "FileStorage VideoCapture imread imreadmulti readNet readNetFromONNX",
    "datasets": "load_from_disk load_dataset=data_files load_dataset=data_dir",
    "decord": "VideoReader",
    "duckdb": "connect read_csv read_json read_parquet from_csv_auto from_parquet",
    "faiss": "read_index read_VectorTransform",
    "fasttext": "load_model",
    "fiona": "open",
    "geopandas": "read_file",
    "h5py": "File",
    "lightgbm": "Dataset Booster=model_file",
    "llama_cpp": "Llama",
    "lmdb": "Environment open",
    "netCDF4": "Dataset",
    "onnxruntime": "InferenceSession",
    "openslide": "OpenSlide open_slide",
    "polars": "read_avro read_csv read_ipc read_json read_ndjson read_parquet scan_csv scan_ipc"
    " scan_ndjson scan_parquet",
    "pyarrow": "OSFile memory_map",
    "pyarrow.csv": "open_csv read_csv",
    "pyarrow.dataset": "dataset",
    "pyarrow.feather": "read_feather read_table",
    "pyarrow.json": "read_json",
    "pyarrow.orc": "ORCFile read_table",
    "pyarrow.parquet": "ParquetDataset ParquetFile read_schema read_table",
    "rasterio": "open",
    "safetensors": "safe_open",
    "safetensors.numpy": "safe_open",
    "safetensors.torch": "safe_open",
    "sentencepiece": "SentencePieceProcessor SentencePieceProcessor.Load"
    " SentencePieceProcessor=model_file",
    "SimpleITK": "ReadImage",
    "soundfile": "SoundFile info read",
    "tables": "open_file",
    "tensorflow.io": "read_file",
    "tokenizers": "Tokenizer.from_file",
    "torch": "UntypedStorage.from_file from_file",
    "torch.jit": "load",
    "torchaudio": "info load",
    "torchvision.io": "VideoReader decode_image read_file read_image read_video",
    "xarray": "open_dataset open_zarr",
    "xgboost": "Booster.load_model DMatrix XGBModel.load_model",
}
TOPS = frozenset(module.partition(".")[0] for module in READERS)


def watch_readers() -> None:
    """Tell the listener, as ``handed``, of every path before one of the loaded readers opens it."""
    for module, names in READERS.items():
        loaded = sys.modules.get(module)
        if loaded is None or is_importing(loaded.__name__):
            continue
        for name in names.split():
            path, _, keyword = name.partition("=")
            *owner, last = path.split(".")
            place = getattr(loaded, owner[0], None) if owner else loaded
            if getattr(place, last, None) is not None:
                _watch(place, last, keyword)


def is_importing(module: str) -> bool:
    """Whether the package of a module is still being imported, and may yet look at its readers."""
    top = sys.modules.get(module.partition(".")[0])
    return bool(getattr(getattr(top, "__spec__", None), "_initializing", False))


def _watch(place: Any, name: str, keyword: str) -> None:
    """Put in the place of a reader one that tells of its path; a class of Python stays itself."""
    reader = getattr(place, name)
    if isinstance(reader, type) and "__init__" in vars(reader) and _is_open(reader):
        place, name, reader = reader, "__init__", vars(reader)["__init__"]
    marks: frozenset[str] = getattr(reader, "__reportgen__", frozenset())
    if keyword in marks:
        return
    of_class = isinstance(place, type)
    is_static = isinstance(getattr_static(place, name), staticmethod)
    is_method = of_class and not is_static and getattr(reader, "__self__", None) is None
    checked: Any = _checked(reader, int(is_method), keyword)
    checked.__reportgen__ = marks | {keyword}
    value = staticmethod(checked) if of_class and not is_method else checked
    if not of_class or _is_open(place):
        setattr(place, name, value)
    else:  # a class in C refuses; its dictionary does not
        gc.get_referents(vars(place))[0][name] = value
        ctypes.pythonapi.PyType_Modified(ctypes.py_object(place))


def _is_open(cls: type) -> bool:
    """Whether the attributes of a class can be set: it is made by Python, or like those."""
    return bool(cls.__flags__ & 1 << 9) and not cls.__flags__ & 1 << 8


def _checked(reader: Callable[..., Any], position: int, keyword: str) -> Any:
    @wraps(reader, updated=())
    def checked(*args: Any, **options: Any) -> Any:
        if keyword:
            given = options.get(keyword)
        else:
            given = args[position] if len(args) > position else next(iter(options.values()), None)
        for path in given if isinstance(given, list | tuple) else (given,):
            if isinstance(path, str | os.PathLike):
                tell("handed", os.fspath(path))
        return reader(*args, **options)

    return checked
