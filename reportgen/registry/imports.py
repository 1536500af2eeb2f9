"""Importing own modules from their sources, whatever bytecode lies beside them.

Python believes bytecode whose note of the source's size and second is right. An edit within that
second, or one that brings its date along (``cp -p``, ``rsync -t``, an unpacked archive), leaves
both as they were, and what runs then is no longer what the file says. Compiling again costs
milliseconds; packages keep their bytecode. What was loaded is kept, as text and as code: it is
what runs, whatever the file says later.
"""

import importlib
import marshal
import os
import sys
from collections.abc import Iterable
from functools import cache
from importlib.abc import PathEntryFinder
from importlib.machinery import (
    EXTENSION_SUFFIXES,
    SOURCE_SUFFIXES,
    ExtensionFileLoader,
    FileFinder,
    PathFinder,
    SourceFileLoader,
)
from importlib.util import module_from_spec
from pathlib import Path
from types import CodeType

from reportgen.project import source_folders
from reportgen.registry.own import PACKAGE as PACKAGE
from reportgen.registry.own import in_project as in_project
from reportgen.registry.own import is_hidden, own_name

loaded: dict[str, tuple[bytes, CodeType]] = {}
"""Module files that were loaded since they were last forgotten: their sources and their code."""
_compiled: dict[str, tuple[bytes, bytes]] = {}  # sources, and their code as bytes


class FromSource(SourceFileLoader):
    """Loads a module by compiling its source, once as long as that stays what it is. Each load
    makes new code objects, which nobody has run."""

    def get_code(self, fullname: str) -> CodeType | None:
        """The code of the module's source as it is now."""
        path = self.get_filename(fullname)
        if path.startswith(PACKAGE):
            return super().get_code(fullname)
        source = self.get_data(path)
        if path not in _compiled or _compiled[path][0] != source:
            _compiled[path] = source, marshal.dumps(self.source_to_code(source, path))
        code: CodeType = marshal.loads(_compiled[path][1])
        loaded[path] = source, code
        return code


def prepare(root: str, modules: Iterable[str] = ()) -> None:
    """Make this process import modules of the project at ``root``, from their sources.

    A folder that ``modules`` lie in is the project's also where it is no regular package and an
    installed one has its name, as some have been found to be called ``experiments``.
    """
    if root not in sys.path:
        sys.path.insert(0, root)
    folders = [str(Path(root, folder)) for folder in source_folders(Path(root))]
    sys.path += [folder for folder in folders if folder not in sys.path]
    import_from_source(root)
    importlib.invalidate_caches()  # else a module that is new in a known folder is not found
    for name in {module.partition(".")[0] for module in modules} - sys.modules.keys():
        spec = PathFinder.find_spec(name, [root, *folders])
        if spec is not None and spec.loader is None:
            sys.modules[name] = module_from_spec(spec)


@cache
def import_from_source(root: str) -> None:
    """Put our finder first for what is the project's own."""
    loaders = (ExtensionFileLoader, EXTENSION_SUFFIXES), (FromSource, SOURCE_SUFFIXES)
    make = FileFinder.path_hook(*loaders)

    def finder(path: str) -> PathEntryFinder:
        name = own_name(os.path.abspath(path), root)
        if name is None or is_hidden(name):
            raise ImportError(path)
        return make(path)

    sys.path_hooks.insert(0, finder)
    sys.path_importer_cache.clear()
