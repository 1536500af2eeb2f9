"""Where results live: content-addressed objects, and the JSON records that point to them.

``objects`` keeps bytes under their SHA-256, ``values`` turns what an artifact returns into objects
and back, ``records`` says which run made what, and ``layers`` looks through the local store, the
bundle and whatever else is stacked below.
"""

from reportgen.store.layers import Store, open_store
from reportgen.store.objects import CorruptObject, MissingObject, Objects
from reportgen.store.records import Recipe, Record, Records
from reportgen.store.values import load_value, save_value

__all__ = [
    "CorruptObject",
    "MissingObject",
    "Objects",
    "Recipe",
    "Record",
    "Records",
    "Store",
    "load_value",
    "open_store",
    "save_value",
]
