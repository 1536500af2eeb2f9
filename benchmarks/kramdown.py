"""How often our kramdown writes what the real one does: over a folder of cases, or made-up texts.

``python benchmarks/kramdown.py FOLDER`` compares ``NAME.text`` with ``NAME.html`` beside it;
``python benchmarks/kramdown.py --fuzz 10000 [SEED]`` needs Ruby and its kramdown.
"""

import contextlib
import random
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from reportgen.blog.kramdown import Document
from tests.blog.texts import INLINE, LINES
from tests.kramdown import running

INDENTS = ("", "", "", "", "  ", "   ", "    ", "\t", "> ", "* ")
SIGNS = " \t\n*_`#>-+.|:[]{}()<>\"'\\$ab1=~^!&"


def cases(folder: Path) -> Iterator[tuple[str, str, str]]:
    for file in sorted(folder.rglob("*.text")):
        yield file.stem, file.read_text("utf-8"), file.with_suffix(".html").read_text("utf-8")


def made_up(count: int, seed: int, oracle: Callable[[str], str]) -> Iterator[tuple[str, str, str]]:
    random_ = random.Random(seed)
    for i in range(count):
        lines = [random_.choice(INDENTS) + random_.choice(LINES) for _ in range(9)]
        text = (
            "\n".join(lines[: random_.randint(1, 9)]),
            "".join(random_.choices(INLINE, k=random_.randint(1, 16))),
            "".join(random_.choices(SIGNS, k=random_.randint(1, 40))),
        )[i % 3]
        yield f"text {i}", text, oracle(text)


def main(arguments: list[str]) -> int:
    """Prints what differs and the share that does not."""
    with contextlib.ExitStack() as stack:
        if arguments[0] == "--fuzz":
            seed = int(arguments[2]) if len(arguments) > 2 else 0
            oracle = stack.enter_context(running())
            found = made_up(int(arguments[1]), seed, oracle.html)
        else:
            found = cases(Path(arguments[0]))
        total = same = 0
        for name, text, html in found:
            total += 1
            same += (ours := Document(text).html()) == html
            if ours != html:
                print(f"{name}: {text!r}\n  kramdown {html!r}\n  ours     {ours!r}")
    print(f"{same} of {total} to the letter ({100 * same / total:.1f} %)")
    return 0 if same == total else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
