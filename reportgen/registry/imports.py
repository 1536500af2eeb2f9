"""Importing the project's modules from their sources, whatever bytecode lies beside them.

Python believes bytecode whose note of the source's size and second is right. An edit within that
second, or one that brings its date along (``cp -p``, ``rsync -t``, an unpacked archive), leaves
both as they were, and what runs then is no longer what the file says. Compiling again costs
milliseconds; packages keep their bytecode.
"""

import os
import sys
from functools import cache
from importlib.abc import PathEntryFinder
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    SourceFileLoader,
)
from pathlib import Path
from types import CodeType

PACKAGE = str(Path(__file__).parents[1]) + os.sep
FOREIGN = frozenset({"site-packages", "dist-packages"})


@cache
def in_project(filename: str, root: str) -> bool:
    """Whether a file is of the project's own code, and not of reportgen or of a package."""
    path = Path(filename)
    return (
        path.is_relative_to(root)
        and not filename.startswith(PACKAGE)
        and not any(
            part.startswith(".") or part in FOREIGN for part in path.relative_to(root).parts
        )
    )


_compiled: dict[str, tuple[bytes, CodeType]] = {}  # module files, their sources and their code


class FromSource(SourceFileLoader):
    """Loads a module by compiling its source, once as long as that stays what it is."""

    def get_code(self, fullname: str) -> CodeType:
        path = self.get_filename(fullname)
        source = self.get_data(path)
        if path not in _compiled or _compiled[path][0] != source:
            _compiled[path] = source, self.source_to_code(source, path)
        return _compiled[path][1]


@cache
def import_from_source(root: str) -> None:
    """From now on, import modules of the project below ``root`` in this process from source."""
    loaders = (ExtensionFileLoader, EXTENSION_SUFFIXES), (FromSource, SOURCE_SUFFIXES)
    make = FileFinder.path_hook(*loaders)

    def finder(path: str) -> PathEntryFinder:
        if not in_project(os.path.join(path, "__init__.py"), root):
            raise ImportError(path)
        return make(path)

    sys.path_hooks.insert(0, finder)
    sys.path_importer_cache.clear()
