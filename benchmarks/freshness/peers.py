"""How each tool wants to be used, after the first pages of its documentation.

A step is a module ``experiments/e07/step.py`` with a function ``answer_07`` below a line ``@step``;
a tool puts its own decorator there. Nothing is declared by hand but what its tutorial declares: the
script for those that run scripts, nothing for those that keep the results of functions.
"""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

Names = Sequence[str]  # of steps: "07"


@dataclass(frozen=True)
class Tool:
    """``files`` are the project's own, by the names of its steps; ``commands`` bring all up to
    date. ``head`` and ``tail`` go around a step, ``step`` is its decorator, ``module`` its file.
    A command prints a JSON object of all values as its last line, or leaves ``out/*.json``."""

    commands: tuple[tuple[str, ...], ...]
    files: Callable[[Names], dict[str, str]] = lambda names: {}
    once: tuple[str, ...] = ()
    package: str = ""
    module: str = "step.py"
    head: str = ""
    step: str = ""
    tail: str = ""


SAVE = """

if __name__ == "__main__":
    import json
    from pathlib import Path
    Path("out/answer_NN.json").write_text(json.dumps(answer_NN()))
"""

TASK = """

import json
from pathlib import Path
from typing import Annotated
from pytask import Product

def task_NN(out: Annotated[Path, Product] = Path("../../out/answer_NN.json")) -> None:
    out.write_text(json.dumps(answer_NN()))
"""


def dvc(names: Names, deps: str) -> dict[str, str]:
    stages = "".join(
        f"  s{n}:\n    cmd: python -m experiments.e{n}.step\n"
        f"    deps: [{deps.format(n)}]\n    outs: [out/answer_{n}.json]\n"
        for n in names
    )
    return {"dvc.yaml": f"stages:\n{stages}"}


def snakemake(names: Names) -> dict[str, str]:
    targets = ", ".join(f'"out/answer_{n}.json"' for n in names)
    rules = (
        f'rule s{n}:\n    output: "out/answer_{n}.json"\n    script: "experiments/e{n}/step.py"\n'
        for n in names
    )
    return {"Snakefile": f"rule all:\n    input: {targets}\n\n" + "\n".join(rules)}


def doit(names: Names) -> dict[str, str]:
    return {
        "dodo.py": f"""
def task_step():
    for n in {list(names)}:
        yield {{"name": n, "actions": [f"python -m experiments.e{{n}}.step"],
               "file_dep": [f"experiments/e{{n}}/step.py"],
               "targets": [f"out/answer_{{n}}.json"]}}
"""
    }


def joblib(names: Names) -> dict[str, str]:
    return {"collect.py": collect(names, "", "module.__dict__[name]()")}


def hamilton(names: Names) -> dict[str, str]:
    value = "Builder().with_modules(module).with_cache().build().execute([name])[name]"
    return {"collect.py": collect(names, "from hamilton.driver import Builder\n", value)}


def collect(names: Names, head: str, value: str) -> str:
    """A script that asks for the value of each step and prints them all."""
    return f"""import json
from importlib import import_module
{head}
if __name__ == "__main__":  # a process that a step spawns imports this file
    values = {{}}
    for n in {list(names)}:
        name, module = f"answer_{{n}}", import_module(f"experiments.e{{n}}.step")
        values[name] = {value}
    print(json.dumps(values))
"""


def redun(names: Names) -> dict[str, str]:
    imports = "".join(f"from experiments.e{n}.step import answer_{n}\n" for n in names)
    values = ", ".join(f'"answer_{n}": answer_{n}()' for n in names)
    main = f"@task()\ndef main():\n    return show({{{values}}})\n"
    show = "@task(cache=False)\ndef show(values):\n    print(json.dumps(values))\n"
    head = 'import json\nfrom redun import task\n\nredun_namespace = "bench"\n'
    return {"workflow.py": f"{head}{imports}\n{show}\n{main}"}


def reportgen(names: Names) -> dict[str, str]:
    values = f'{{f"answer_{{n}}": reportgen.load(f"answer_{{n}}") for n in {list(names)}}}'
    plain = "lambda value: list(value) if isinstance(value, Sequence) else dict(value)"
    imports = "import json\nfrom collections.abc import Sequence\nimport reportgen\n"
    return {
        "pyproject.toml": '[tool.reportgen]\ntitle = "Bench"\n',
        "show.py": f"{imports}print(json.dumps({values}, default={plain}))\n",
    }


MINE = (sys.executable, "-m", "reportgen")
OURS = Tool(
    commands=((*MINE, "build"), (sys.executable, "show.py")),
    files=reportgen,
    head="from reportgen import artifact\n",
    step="@artifact",
)

PEERS: dict[str, Tool] = {
    "DVC": Tool(
        (("dvc", "repro"),),
        partial(dvc, deps="experiments/e{0}/step.py"),
        once=("dvc", "init", "--no-scm", "-q"),
        package="dvc",
        tail=SAVE,
    ),
    "DVC, folder": Tool(
        (("dvc", "repro"),),
        partial(dvc, deps="experiments/e{0}"),
        once=("dvc", "init", "--no-scm", "-q"),
        package="dvc",
        tail=SAVE,
    ),
    "Snakemake": Tool((("snakemake", "-c1"),), snakemake, package="snakemake", tail=SAVE),
    "doit": Tool((("doit", "-v2"),), doit, package="doit", tail=SAVE),
    "pytask": Tool((("pytask", "-s"),), package="pytask", module="task_step.py", tail=TASK),
    "joblib": Tool(
        (("python", "collect.py"),),
        joblib,
        package="joblib",
        head='from joblib import Memory\n\nmemory = Memory("cache", verbose=0)\n',
        step="@memory.cache",
    ),
    "redun": Tool(
        (("redun", "run", "workflow.py", "main"),),
        redun,
        package="redun",
        head='from redun import task\n\nredun_namespace = "eNN"\n',
        step="@task()",
    ),
    "Hamilton": Tool((("python", "collect.py"),), hamilton, package="apache-hamilton"),
}


def values(root: Path, output: str) -> dict[str, object]:
    """What a tool serves after a run, by step."""
    files = sorted((root / "out").glob("*.json"))
    if files:
        return {path.stem: json.loads(path.read_text()) for path in files}
    printed = [line for line in output.splitlines() if line.startswith('{"answer')]
    return dict(json.loads(printed[-1])) if printed else {}
