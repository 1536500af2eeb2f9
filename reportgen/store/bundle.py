"""The bundle: a read-only store, committed beside the experiments."""

from collections.abc import Iterable

from reportgen.errors import ReportgenError
from reportgen.store.layers import Layer, Store
from reportgen.store.records import Record


def write_bundle(
    store: Store, layer: Layer, whole: Iterable[Record], known: Iterable[Record]
) -> int:
    """Copy records into a layer and return the bytes it then holds.

    ``whole`` records bring their objects. ``known`` records come alone: they let a reader decide
    what is fresh, and their values are made again where somebody needs them. Earlier records of
    the same node and profile give way; but one that is known stays as it is, though its value was
    made again, of the same bytes, since.
    """
    objects, records = layer.objects, layer.records
    held = {(record.name, record.output) for record in records}
    known = [record for record in known if (record.name, record.output) not in held]
    for record in (*whole, *known):
        for old in records.of(record.node):
            if old.profile == record.profile:
                records.remove(old)
    for record in known:
        records.put(record)
    for record in whole:
        for digest in record.objects:
            objects.put(store.find(digest).read_bytes())
        records.put(record)
    sweep(layer)
    return size_of(layer)


def sweep(layer: Layer) -> list[str]:
    """Remove objects that no record of the layer points to; returns their digests. Beside a record
    that cannot be read, which may point to any of them, all stay."""
    records = layer.records
    used = {digest for record in records for digest in record.objects}
    if records.bad:
        return []
    loose = [digest for digest in layer.objects if digest not in used]
    for digest in loose:
        layer.objects.path(digest).unlink(missing_ok=True)
    return loose


def size_of(layer: Layer) -> int:
    """The size of all files of a layer, in bytes."""
    return sum(path.stat().st_size for path in layer.folder.rglob("*") if path.is_file())


def broken_objects(layer: Layer) -> list[str]:
    """What is wrong with the objects of a layer, in sentences."""
    faults, objects = [], layer.objects
    for record in layer.records:
        held = [digest for digest in record.objects if digest in objects]
        if held and len(held) < len(record.objects):
            faults.append(f"'{record.node}': some of its objects are missing.")
        for digest in held:
            try:
                objects.verify(digest)
            except ReportgenError as error:
                faults.append(f"'{record.node}': {error.message}")
    return faults
