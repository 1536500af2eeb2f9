"""The key of a run: one digest of everything that it depends on."""

import json
from collections.abc import Iterable, Mapping
from hashlib import sha256
from typing import Any


def canonical(value: Any) -> str:
    """JSON in one spelling. ``1``, ``1.0``, ``true`` and ``"1"`` stay four different texts."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False)


def node_key(
    code: str,
    params: Mapping[str, Any],
    inputs: Mapping[str, str],
    *,
    seed: int,
    version: str = "",
    ignore: Iterable[str] = (),
) -> str:
    """The digest of code, parameters (but for ``ignore``), input digests, seed and version.

    The profile's name, the device, the time, the commit and the place of the project are no part
    of it: they do not change what is computed.
    """
    skipped = set(ignore)
    state = {
        "code": code,
        "params": {name: value for name, value in params.items() if name not in skipped},
        "inputs": dict(inputs),
        "seed": seed,
        "version": version,
    }
    return sha256(canonical(state).encode()).hexdigest()
