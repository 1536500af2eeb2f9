"""Which tool serves a stale result, and which one runs again without need: a table of edits.

    python benchmarks/freshness/run.py [--ours] [--tool NAME …]

Each edit of ``edits.txt`` is a small package of a step and what it uses. A tool gets all of them
as one project, runs it, has every package edited, and runs it again. What a step really returns
is found by calling it in a new process, without any tool. Then for each edit and tool:

    .         right: the value is the true one, and nothing ran that did not have to
    STALE     the value is no longer what the code returns, and the tool says nothing
    again     it ran, and the value is the same as before
    (said)    the old value is served and reported as made under other package versions

Steps print a line when they run, so that a rerun is seen and not concluded.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks"), str(Path(__file__).parent)]

from peers import OURS, PEERS, Tool, values  # noqa: E402
from tools import environment, install  # noqa: E402

from tests.freshness.cases import Case, read_table  # noqa: E402

EDITS = read_table(Path(__file__).with_name("edits.txt"))
NAMES = [f"{number:02}" for number in range(len(EDITS))]
RIGHT, STALE, AGAIN, SAID = ".", "STALE", "again", "(said)"

PLAIN = """import json, os, sys, traceback
from importlib import import_module
for name in sys.argv[1:] if __name__ == "__main__" else ():  # what a step spawns imports this too
    if os.fork():
        os.wait()
        continue
    try:
        step = import_module(f"experiments.e{name}.step").__dict__[f"answer_{name}"]
        print(f"answer_{name} =", json.dumps(step()), flush=True)
    except Exception:
        traceback.print_exc()
    os._exit(0)
"""


@dataclass(frozen=True)
class Look:
    """A run of a tool: the values that it serves, and the steps that ran."""

    values: dict[str, object]
    ran: frozenset[str]


class Bench:
    """A project with every step, as one tool has it, in a folder of its own."""

    def __init__(self, folder: Path, tool: Tool) -> None:
        self.folder, self.root, self.tool = folder, folder / "project", tool

    def write(self) -> None:
        for name, text in self.tool.files(NAMES).items():
            put(self.root / name, text)
        (self.root / "out").mkdir(parents=True)
        put(self.root / "experiments/__init__.py", "")
        for name, edit in zip(NAMES, EDITS, strict=True):
            put(self.root / f"experiments/e{name}/__init__.py", "")
            for file, text in edit.before.items():
                put(self.place(name, file), self.render(name, file, str(text)))
        if self.tool.once:
            self.command(self.tool.once, 0)

    def change(self) -> None:
        """Make every edit."""
        for name, edit in zip(NAMES, EDITS, strict=True):
            for file, text in after(edit).items():
                path = self.place(name, file)
                if text is None:
                    path.unlink()
                    continue
                stat = path.stat() if path.exists() else None
                put(path, self.render(name, file, text))
                if stat and edit.name.endswith("keeps the file's size and date"):
                    os.utime(path, ns=(stat.st_atime_ns, stat.st_mtime_ns))
            for old in (self.folder / "packages").glob("*.dist-info"):
                if not any(old.iterdir()):
                    old.rmdir()

    @property
    def paths(self) -> tuple[Path, ...]:
        """Where modules come from: the project, what is installed, and what lies beside it."""
        return self.root, self.folder / "packages", self.folder / "beside", ROOT

    def place(self, name: str, file: str) -> Path:
        if file.startswith(("packages/", "beside/")):
            return self.folder / file
        file = self.tool.module if file == "step.py" else file
        return self.root / f"experiments/e{name}" / file

    def render(self, name: str, file: str, text: str) -> str:
        """A file of a step as the tool wants it; ``answer`` prints a line when it runs."""
        if file == "step.py":
            runs = f'    print("answer_{name} runs", flush=True)\n'
            head, definition, body = text.partition("def answer(")
            body = re.sub(r"^    return", runs + "    return", body, count=1, flags=re.MULTILINE)
            text = head + definition.replace("answer", f"answer_{name}") + body
            text = text.replace("@step", self.tool.step or "# a step")
            text = self.tool.head + "\n" + text + "\n" + self.tool.tail
            text = text.replace("NN", name)
        return text.replace("project.", f"experiments.e{name}.").replace(
            "from project ", f"from experiments.e{name} "
        )

    def run(self, stage: int) -> Look:
        """Bring everything up to date with the tool's own commands."""
        output = "".join(self.command(command, stage) for command in self.tool.commands)
        output += "".join(log.read_text() for log in self.root.glob(".reportgen/logs/*/*.log"))
        for log in self.root.glob(".reportgen/logs/*/*.log"):
            log.unlink()
        ran = frozenset(re.findall(r"^(answer_\d+) runs", output, re.MULTILINE))
        served = values(self.root, output)
        assert len(served) == len(EDITS), f"{len(served)} values of {len(EDITS)}:\n{output}"
        return Look(served, ran)

    def truth(self, stage: int) -> dict[str, object]:
        """What each step returns, called in a process of its own."""
        put(self.root / "plain.py", PLAIN)
        output = self.command((sys.executable, "plain.py", *NAMES), stage)
        found = dict(re.findall(r"^(answer_\d+) = (.*)$", output, re.MULTILINE))
        assert len(found) == len(NAMES), output
        return {name: json.loads(value) for name, value in found.items()}

    def command(self, command: tuple[str, ...], stage: int) -> str:
        done = subprocess.run(
            command,
            cwd=self.root,
            env=environment(
                PYTHONPATH=os.pathsep.join(map(str, self.paths)),
                PYTHONHASHSEED=str(stage + 1),
                PYTHONDONTWRITEBYTECODE="1",
                **{k: v for edit in EDITS for k, v in edit.variables[stage].items()},
            ),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        return done.stdout

    def env_stale(self) -> frozenset[str]:
        """The steps of ours that are reported as made under other versions."""
        if self.tool is not OURS:
            return frozenset()
        rows = json.loads(self.command((*OURS.commands[0][:-1], "status", "--json"), 1))
        return frozenset(row["id"] for row in rows if row["state"] == "env-stale")


def put(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode())


def after(edit: Case) -> dict[str, str | None]:
    """The files that an edit writes, whole; None for one that it deletes."""
    return {
        file: str(edit.before[file]).replace(*change) if isinstance(change, tuple) else change
        for file, change in edit.edit.items()
    }  # type: ignore[return-value]


def measure(tool: Tool, folder: Path, truth: tuple[dict[str, object], ...]) -> list[str]:
    """A verdict for each edit."""
    bench = Bench(folder, tool)
    bench.write()
    first = bench.run(0)
    assert first.values == truth[0], "the tool computes something else"
    bench.change()
    second, said = bench.run(1), bench.env_stale()
    verdicts = []
    for name in (f"answer_{name}" for name in NAMES):
        if second.values[name] != truth[1][name]:
            verdicts.append(SAID if name in said else STALE)
        else:
            needless = name in second.ran and truth[0][name] == truth[1][name]
            verdicts.append(AGAIN if needless else RIGHT)
    return verdicts


def real_values(folder: Path) -> tuple[dict[str, object], dict[str, object]]:
    """What the steps return before and after the edits; the table must say the same of each."""
    bench = Bench(folder, Tool(commands=()))
    bench.write()
    before = bench.truth(0)
    bench.change()
    now = bench.truth(1)
    for name, edit in zip(NAMES, EDITS, strict=True):
        same = before[f"answer_{name}"] == now[f"answer_{name}"]
        same &= type(before[f"answer_{name}"]) is type(now[f"answer_{name}"])
        assert same == (edit.verdict != "stale"), f"The table is wrong about '{edit.name}'."
    return before, now


def table(columns: dict[str, list[str]]) -> str:
    """Markdown: a row an edit, a column a tool, and the sums."""
    rows = [["edit", *columns], ["---", *("---" for _ in columns)]]
    for title, verdicts in (("changes", ("stale",)), ("stays", ("fresh", "needless"))):
        numbers = [i for i, edit in enumerate(EDITS) if edit.verdict in verdicts]
        rows.append([f"**The result {title}: {len(numbers)}**", *("" for _ in columns)])
        rows += [[EDITS[i].name, *(column[i] for column in columns.values())] for i in numbers]
    count: Callable[[str], list[str]] = lambda word: [  # noqa: E731
        f"**{column.count(word)}**" for column in columns.values()
    ]
    rows.append(["**Stale results served**", *count(STALE)])
    rows.append(["**Needless reruns**", *count(AGAIN)])
    widths = [max(len(row[i]) for row in rows) for i in range(len(rows[0]))]
    return "\n".join("| " + " | ".join(map(str.ljust, row, widths)) + " |" for row in rows)


def main() -> None:
    parser = argparse.ArgumentParser(description=str(__doc__).split("\n")[0])
    parser.add_argument("--ours", action="store_true", help="Measure no other tool.")
    parser.add_argument("--tool", action="append", choices=PEERS, help="Measure these others.")
    chosen = parser.parse_args()
    peers = {} if chosen.ours else {name: PEERS[name] for name in chosen.tool or PEERS}
    columns = {}
    with tempfile.TemporaryDirectory(prefix="reportgen-edits-") as name:
        folder = Path(name)
        truth = real_values(folder / "truth")
        for name, tool in {"reportgen": OURS, **peers}.items():
            if tool.package and not install(tool.package):
                print(f"{name} could not be installed.", file=sys.stderr)
                continue
            print(f"{name} …", file=sys.stderr, flush=True)
            columns[name] = measure(tool, folder / name.replace(", ", "-"), truth)
    print(table(columns))


if __name__ == "__main__":
    main()
