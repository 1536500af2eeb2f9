"""The HTML of a figure: the drawn view inside our shell of caption, links and provenance."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from reportgen.freshness.environment import environment
from reportgen.freshness.states import environment_change
from reportgen.posts.draft import Numbered
from reportgen.posts.filters import duration, plain_text
from reportgen.posts.html import slim
from reportgen.posts.liquid import entities
from reportgen.posts.post import Asset
from reportgen.posts.source import figures_folder
from reportgen.store.private import is_secret, without_home

if TYPE_CHECKING:
    from jinja2 import Environment

    from reportgen.engine.results import Result, Results

STATES = {
    "fresh": ("", "Fresh: code, data and parameters match"),
    "accepted": (
        "half",
        "Accepted: the code changed since, without effect, says the author",
    ),
    "env-stale": ("half", "Made under other versions of the packages than those installed now"),
    "stale": ("half", "Stale: code, data or parameters changed since this picture was made"),
    "failed": ("half", "The last run failed; this picture is from the run before"),
}
VIEW = "\ue0f8"


@cache
def html_templates(folder: Path) -> Environment:
    """The templates of pages and figures: the project's own before the defaults."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    default = Path(__file__).parents[1] / "templates"
    return Environment(
        loader=FileSystemLoader([folder, default]),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def figure_html(
    shown: Numbered,
    result: Result,
    results: Results,
    caption: str,
    assets: str,
    folder: Path,
    told: dict[str, str],
    coded: dict[str, str],
    versions: str = "",
) -> str:
    """One figure as a raw block: no blank lines, nothing that Markdown or Liquid would touch.

    ``caption`` is HTML, ``assets`` the address of the folder that holds its files, ``folder``
    that of the project's own templates. ``told`` is where the parameters of an artifact stand
    in this post, by its name, and ``coded`` where its code stands; what this figure tells is
    added. ``versions`` is the file of its versions, if there are several.
    """
    from markupsafe import Markup

    drawn = result.drawn
    state = state_of(result, results)
    dot, sentence = STATES.get(state, ("half", f"{state}: {result.reason}"))
    shell = (
        html_templates(folder)
        .get_template("figure.html")
        .render(
            anchor=shown.anchor,
            label=shown.label,
            caption=Markup(caption),
            wide=bool(drawn and drawn.wide),
            view=VIEW,
            missing=drawn is None,
            state=state,
            dot=dot,
            sentence=sentence,
            reason=result.reason,
            command=f"reportgen figure {shown.id}",
            facts=list(facts(shown, result, results, told)),
            date=result.record.finished[:10] if result.record else "",
            links=[*links(result), *([("Versions", versions, "")] if versions else [])],
            codes=list(codes(shown, result, results, coded)),
            earlier=earlier(result, results, coded, shown.label),
            assets=assets,
        )
    )
    view = drawn.html.replace("{assets}", assets) if drawn else ""
    shell = re.sub(r"\n\s*", "", shell).strip()
    view = re.sub(r"\n\s*\n", "\n", view.strip())
    return entities(shell.replace(VIEW, view))


def state_of(result: Result, results: Results) -> str:
    """The state that a figure shows: of a fresh one, the worst that any artifact behind it has."""
    if result.state not in ("fresh", "env-stale"):
        return result.state
    behind = [result, *ancestors(result, results)]
    if any(other_versions(upstream) for upstream in behind):
        return "env-stale"
    return "accepted" if any(r.record and r.record.accepted for r in behind) else "fresh"


def other_versions(result: Result) -> str | None:
    """The packages that it was made with in another version than is installed here, or None.

    A package that is not installed here has no other version: a machine without torch publishes
    what one with torch has computed, and the page is the same.
    """
    if result.state != "env-stale" or result.record is None:
        return None
    made = result.record.environment
    here = environment(made)
    return environment_change({name: made[name] for name in made if here[name]}, here)


def facts(
    shown: Numbered, result: Result, results: Results, told: dict[str, str]
) -> Iterator[tuple[str, str]]:
    """What the provenance control lists: names and plain texts."""
    parameters = "; ".join(_parameters(shown, result, results, told))
    if parameters:
        yield "Parameters", parameters
    record = result.record
    if record is None:
        return
    yield "Seed", f"{results.seed} of the project, {record.seed} of this node"
    if record.device:
        yield "Device", "; ".join(_devices(result, results))
    yield from _remarks(result, results)
    if record.commit:
        yield "Commit", record.short_commit
    yield from _commits(result, results)
    yield "Time", _time(result, results)


def _parameters(
    shown: Numbered, result: Result, results: Results, told: dict[str, str]
) -> Iterator[str]:
    """Its own parameters and those behind it; what an earlier figure told of far ones, by name."""
    earlier: dict[str, list[str]] = {}
    for upstream in [result, *ancestors(result, results)]:
        name = upstream.node.name
        given = {key: value for key, value in upstream.params.items() if value not in ("", [])}
        values = ", ".join(
            f"{key} = {shown_value(key, value, results)}" for key, value in given.items()
        )
        if values and upstream is result:
            yield values
        elif values and name in told and name not in result.node.inputs:
            earlier.setdefault(told[name], []).append(name)
        elif values:
            told.setdefault(name, shown.label)
            yield f"{name}: {values}"
    for label, names in earlier.items():
        yield f"{', '.join(names)}: as in {label}"


def _devices(result: Result, results: Results) -> Iterator[str]:
    """Its device, and those behind it of another kind; the number of threads makes none."""
    assert result.record is not None
    yield result.record.device
    kind = result.record.device.partition(",")[0]
    for upstream in ancestors(result, results):
        other = upstream.record.device if upstream.record else ""
        if other and other.partition(",")[0] != kind:
            yield f"{upstream.node.name}: {other}"


def _commits(result: Result, results: Results) -> Iterator[tuple[str, str]]:
    """The commits of what is behind it, where they are others, and what "-dirty" says of one."""
    assert result.record is not None
    own, others = result.record.short_commit, dict[str, list[str]]()
    for upstream in ancestors(result, results):
        commit = upstream.record.short_commit if upstream.record else ""
        if commit not in ("", own):
            others.setdefault(commit, []).append(upstream.node.name)
    if others:
        yield (
            "Commits behind it",
            "; ".join(f"{commit}: {', '.join(names)}" for commit, names in others.items()),
        )
    if any(commit.endswith("-dirty") for commit in (own, *others)):
        yield "-dirty", "some of the project's files differed from that commit"


def _remarks(result: Result, results: Results) -> Iterator[tuple[str, str]]:
    """What is special about it and what is behind it: accepted, env-stale, notes of the run."""
    found: dict[str, list[str]] = {"Accepted": [], "Versions": [], "Note": []}
    for upstream in [result, *ancestors(result, results)]:
        whose = "" if upstream is result else f"{upstream.node.name}: "
        record = upstream.record
        if record and record.accepted:
            found["Accepted"].append(f"{whose}{without_home(record.accepted['reason'])}")
        if change := other_versions(upstream):
            found["Versions"].append(f"{whose}{change}")
        found["Note"] += [
            f"{whose}{without_home(note)}" for note in (record.notes if record else ())
        ]
    yield from ((name, text) for name, texts in found.items() for text in texts)


def shown_value(name: str, value: Any, results: Results) -> str:
    """A parameter as a page shows it: a text that its name calls a secret is not shown, and of a
    path below a home folder only what follows it. ``public`` settings say which are none."""
    secret = is_secret(name, value) and name not in results.public
    return "(not shown)" if secret else _short(value)


def _short(value: Any) -> str:
    if isinstance(value, list | tuple) and len(value) > 12:
        return f"{len(value)} values"
    if isinstance(value, dict):
        return f"{len(value)} values"
    text = without_home(plain_text(value))
    return text if len(text) <= 40 else text[:39] + "…"


def _time(result: Result, results: Results) -> str:
    """How long it took, and what is behind it: all that is no trifle beside the longest."""
    assert result.record is not None
    behind = [r for r in ancestors(result, results) if r.record]
    seconds = {r.node.name: r.record.seconds for r in behind if r.record}
    least = max(1.0, max(seconds.values(), default=0.0) / 50)
    parts = [f"{name} {duration(s)}" for name, s in seconds.items() if s >= least]
    return f"{duration(result.record.seconds)}" + (f", after {', '.join(parts)}" if parts else "")


def ancestors(result: Result, results: Results) -> list[Result]:
    """The artifacts that a result depends on, the nearest first, each once."""
    found: dict[str, Result] = {}
    waiting = list(result.node.inputs)
    while waiting:
        name = waiting.pop(0)
        if name not in found and name in results:
            found[name] = results[name]
            waiting += results[name].node.inputs
    return list(found.values())


def codes(
    shown: Numbered, result: Result, results: Results, coded: dict[str, str]
) -> Iterator[dict[str, Any]]:
    """The code of a figure and of what is behind it, each once in a post, coloured."""
    from markupsafe import Markup

    for each in [result, *ancestors(result, results)]:
        unchanged = each.state in ("fresh", "env-stale")
        code = results.codes.of_run(each.node, each.record, fresh=unchanged)
        if code is None or each.node.name in coded:
            continue
        coded[each.node.name] = shown.label
        coloured = slim(code.text).rstrip().replace("\n", "&#10;")
        where = f"{code.file}:{code.first}"
        yield {"name": each.node.name, "where": where, "url": code.url, "html": Markup(coloured)}


def earlier(result: Result, results: Results, coded: dict[str, str], label: str) -> str:
    """Where the code of what is behind a figure stands, if that is further up."""
    found: dict[str, list[str]] = {}
    for each in ancestors(result, results):
        if coded.get(each.node.name, label) != label:
            found.setdefault(coded[each.node.name], []).append(each.node.name)
    return "; ".join(f"{', '.join(names)}: as in {place}" for place, names in found.items())


def links(result: Result) -> Iterator[tuple[str, str, str]]:
    """Text, file name and what kind of link it is, of each link under a figure."""
    drawn = result.drawn
    if drawn is None:
        return
    if drawn.full:
        yield "Full size", drawn.full, "data-rg-full"
    kinds = [name.rsplit(".", 1)[-1].upper() for name in drawn.data]
    for kind, name in zip(kinds, drawn.data, strict=True):
        panel = f" ({name[: -len(kind) - 1].rsplit('-', 1)[-1]})" if kinds.count(kind) > 1 else ""
        yield kind + panel, name, "download"


def assets_of(result: Result, source: Path) -> list[Asset]:
    """The files of a figure, and where the site wants them."""
    if result.drawn is None or result.folder is None:
        return []
    return [
        Asset(result.folder / file.name, f"{figures_folder(source)}/{file.name}")
        for file in result.drawn.files
    ]
