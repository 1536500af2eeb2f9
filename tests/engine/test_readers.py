"""Files that are read in C, through the command line: they count, declared or not."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.conftest import ProjectFolder

SAFETENSORS = """
    import numpy as np
    from pathlib import Path
    from safetensors import safe_open
    from reportgen import Run, artifact

    @artifact
    def answer(run: Run):
        with safe_open({path}, "np") as file:
            return {{"n": len(file.keys())}}
    """


def write(project: ProjectFolder, *names: str) -> None:
    import numpy as np
    from safetensors.numpy import save_file

    save_file({name: np.zeros(2) for name in names}, project.root / "w.safetensors")


def test_a_declared_file_counts(make_project: Callable[..., ProjectFolder]) -> None:
    report = SAFETENSORS.format(path='run.input("w.safetensors")')
    project = make_project({"experiments/report.py": report})
    write(project, "a")
    assert project.run("build").code == 0
    write(project, "a", "b")
    [row] = json.loads(project.run("status", "--json").out)

    assert (row["state"], row["reason"]) == ("stale", "w.safetensors changed")


@pytest.mark.parametrize("path", ['"w.safetensors"', 'Path("w.safetensors")'])
def test_a_file_that_nobody_declares_counts_too(
    make_project: Callable[..., ProjectFolder], path: str
) -> None:
    project = make_project({"experiments/report.py": SAFETENSORS.format(path=path)})
    write(project, "a")
    assert project.run("build").code == 0
    write(project, "a", "b")
    [row] = json.loads(project.run("status", "--json").out)

    assert (row["state"], row["reason"]) == ("stale", "w.safetensors changed")


READERS = {
    "w.pt": 'int(torch.UntypedStorage.from_file("w.pt", False, 4)[0])',
    "cat.png": 'int(read_image("cat.png").sum())',
    "double.pt": 'int(torch.jit.load("double.pt")(torch.tensor(2)))',
    "words.json": 'Tokenizer.from_file("words.json").get_vocab_size()',
    "f.ttf": 'ImageFont.truetype("f.ttf", 20).getlength("iii")',
}


@pytest.mark.filterwarnings("ignore:.torch.jit:FutureWarning")
def test_what_readers_of_packages_are_given_counts(
    make_project: Callable[..., ProjectFolder],
) -> None:
    import matplotlib
    import torch
    from PIL import Image
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel

    nodes = "".join(
        f"@artifact\ndef n{i}():\n    return {{'n': {call}}}\n\n"
        for i, call in enumerate(READERS.values())
    )
    head = (
        "import torch\nfrom PIL import ImageFont\nfrom tokenizers import Tokenizer\n"
        "from torchvision.io import read_image\nfrom reportgen import artifact\n\n"
    )
    project = make_project({"experiments/report.py": head + nodes})
    fonts = Path(matplotlib.get_data_path(), "fonts/ttf")

    def write_all(number: int, font: str) -> None:
        (project.root / "w.pt").write_bytes(bytes([number] * 4))
        Image.new("L", (2, 2), number).save(project.root / "cat.png")
        trace = torch.jit.trace(lambda x: number * x, torch.tensor(1))
        trace.save(str(project.root / "double.pt"))
        words = {str(i): i for i in range(number)}
        Tokenizer(WordLevel(words, unk_token="0")).save(str(project.root / "words.json"))
        shutil.copy(fonts / font, project.root / "f.ttf")

    write_all(2, "DejaVuSans.ttf")
    assert project.run("build").code == 0
    write_all(3, "DejaVuSansMono.ttf")
    rows = json.loads(project.run("status", "--json").out)

    assert [row["reason"] for row in rows] == [f"{name} changed" for name in READERS]
