"""The projects that are measured: the same work, written for each tool."""

from pathlib import Path

FIGURES, HELPERS = 60, 200
COMPUTE = "return [i / 7 for i in range(50)]"


def write(root: Path, files: dict[str, str]) -> None:
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def helpers(folder: str) -> dict[str, str]:
    """Sources that the figures share out among them: 200 files, each of a few functions."""
    return {
        f"{folder}/helper_{i}.py": f"def value():\n    {COMPUTE}\n\ndef unused():\n    return {i}\n"
        for i in range(HELPERS)
    }


def ours(root: Path, figures: int = FIGURES) -> None:
    files = {"pyproject.toml": '[tool.reportgen]\ntitle = "Bench"\n', **helpers("experiments")}
    for i in range(figures):
        files[f"experiments/figure_{i}.py"] = (
            f"from experiments.helper_{i % HELPERS} import value\n"
            "from reportgen import Curve, figure\n\n"
            f'@figure("F.{i}", caption="Figure {i}.")\ndef figure_{i}():\n'
            '    return Curve({"y": value()}, x="x", y="y")\n'
        )
    write(root, files)


def ten_thousand(root: Path) -> None:
    """100 modules of 100 figures, each with a helper function of its own."""
    files = {"pyproject.toml": '[tool.reportgen]\ntitle = "Bench"\n'}
    for m in range(100):
        functions = (f"def value_{i}():\n    return [1.0, {i}.0, 2.0]\n" for i in range(100))
        files[f"experiments/helper_{m}.py"] = "\n".join(functions)
        figures = (
            f'@figure("F{m}.{i}", caption="Figure {i}.")\ndef figure_{m}_{i}():\n'
            f'    return Curve({{"y": helper_{m}.value_{i}()}}, x="x", y="y")\n'
            for i in range(100)
        )
        head = f"from experiments import helper_{m}\nfrom reportgen import Curve, figure\n\n"
        files[f"experiments/figures_{m}.py"] = head + "\n".join(figures)
    write(root, files)


SCRIPT = """import json, sys
sys.path.insert(0, ".")
from src.helper_{i} import value
json.dump(value(), open("out/{i}.json", "w"))
"""


def scripts() -> dict[str, str]:
    files = {**helpers("src"), "out/.keep": "", "src/__init__.py": ""}
    return {**files, **{f"src/figure_{i}.py": SCRIPT.format(i=i) for i in range(FIGURES)}}


def dvc(root: Path) -> None:
    stages = "".join(
        f"  s{i}:\n    cmd: python src/figure_{i}.py\n    deps: [src]\n    outs: [out/{i}.json]\n"
        for i in range(FIGURES)
    )
    write(root, {**scripts(), "dvc.yaml": f"stages:\n{stages}"})


def snakemake(root: Path) -> None:
    rules = "".join(
        f'rule f{i}:\n    input: "src/figure_{i}.py", "src/helper_{i}.py"\n'
        f'    output: "out/{i}.json"\n    shell: "python src/figure_{i}.py"\n'
        for i in range(FIGURES)
    )
    targets = ", ".join(f'"out/{i}.json"' for i in range(FIGURES))
    write(root, {**scripts(), "Snakefile": f"rule all:\n    input: {targets}\n{rules}"})


def doit(root: Path) -> None:
    dodo = f"""
def task_figure():
    for i in range({FIGURES}):
        yield {{"name": str(i), "actions": [f"python src/figure_{{i}}.py"],
               "file_dep": [f"src/figure_{{i}}.py", f"src/helper_{{i}}.py"],
               "targets": [f"out/{{i}}.json"]}}
"""
    write(root, {**scripts(), "dodo.py": dodo})


def pytask(root: Path) -> None:
    files = {**helpers("src"), "src/__init__.py": "", "out/.keep": ""}
    for i in range(FIGURES):
        files[f"task_{i}.py"] = (
            "import json\nimport sys\nfrom pathlib import Path\nfrom typing import Annotated\n"
            "sys.path.insert(0, str(Path(__file__).parent))\n"
            f"from pytask import Product\nfrom src.helper_{i} import value\n\n"
            f"def task_{i}(helper: Path = Path('src/helper_{i}.py'),\n"
            f"           out: Annotated[Path, Product] = Path('out/{i}.json')):\n"
            "    out.write_text(json.dumps(value()))\n"
        )
    write(root, files)


def sphinx_gallery(root: Path) -> None:
    files = {
        **helpers("src"),
        "conf.py": (
            'extensions = ["sphinx_gallery.gen_gallery"]\nproject = "bench"\n'
            'sphinx_gallery_conf = {"examples_dirs": "examples", "gallery_dirs": "gallery"}\n'
        ),
        "index.rst": "Bench\n=====\n\n.. toctree::\n\n   gallery/index\n",
        "examples/GALLERY_HEADER.rst": "Gallery\n=======\n",
    }
    for i in range(FIGURES):
        files[f"examples/plot_{i}.py"] = (
            f'"""\nFigure {i}\n=========\n"""\nimport matplotlib.pyplot as plt\n'
            f"plt.plot([i / 7 for i in range(50)])\n"
        )
    write(root, files)
