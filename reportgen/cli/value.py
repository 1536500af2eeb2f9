"""reportgen value"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

import click

from reportgen.cli.options import names, open_session, session_options
from reportgen.engine.draw import results_of


@click.command("value")
@click.argument("target", metavar="NODE[.PATH]", shell_complete=names)
@session_options
def command(target: str, **options: Any) -> None:
    """Print a recorded value, or a parameter, as JSON: reportgen value denoiser.test_psnr"""
    session = open_session(**options)
    results = results_of(session)
    name, path = split_target(target, [*session.graph.nodes, *session.graph.figures])
    value = results.value(name, path)
    click.echo(json.dumps(summary(value), indent=1, ensure_ascii=False))


def split_target(target: str, names: Sequence[str]) -> tuple[str, list[str]]:
    """``B.1a.rows.0`` as the node's name, which may hold dots, and the path behind it."""
    for name in sorted(names, key=len, reverse=True):
        if target == name or target.startswith(f"{name}."):
            return name, [part for part in target[len(name) + 1 :].split(".") if part]
    name, *path = target.split(".")
    return name, path


def summary(value: Any) -> Any:
    """JSON of a value; an array of more than a thousand numbers by its dtype and shape."""
    if hasattr(value, "to_value"):
        value = value.to_value()
    if isinstance(value, Mapping):
        return {as_key(key): summary(item) for key, item in value.items()}
    if isinstance(value, bytes):
        return f"{len(value)} bytes"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [summary(item) for item in value]
    if hasattr(value, "tolist"):
        small = value.numel() if hasattr(value, "numel") else value.size
        shape = " × ".join(map(str, value.shape))
        return value.tolist() if small <= 1000 else f"{value.dtype} array, {shape}"
    if hasattr(value, "getbands"):
        return f"image, {value.width} × {value.height}"
    return value


def as_key(key: Any) -> Any:
    """A key as JSON may have it."""
    return str(key) if isinstance(key, tuple) else key
