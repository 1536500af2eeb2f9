"""How often our kramdown writes what the real one does: over a folder of cases, or made-up texts.

``python benchmarks/kramdown.py FOLDER`` compares ``NAME.text`` with ``NAME.html`` beside it;
``python benchmarks/kramdown.py --fuzz 10000 [SEED]`` needs Ruby and its kramdown;
``python benchmarks/kramdown.py --hostile`` prints the seconds that texts made to be slow take.
"""

import contextlib
import random
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from reportgen.blog.kramdown import Document, Tangled
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


def hostile() -> Iterator[tuple[str, str]]:
    """Texts made to be slow, by name."""
    for sign in dict.fromkeys(f"{SIGNS}\r,/?@;%é"):
        yield f"1 MB of {sign!r}", sign * 1_000_000
    yield "2,000 nested quotes", "> " * 2_000 + "a"
    yield "2,000 quotes, a line each", "\n".join("> " * depth + "a" for depth in range(2_000))
    yield "400 open emphases", "*a " * 400
    yield "400 open strong emphases", "**a *b " * 200


def slowest() -> int:
    """Prints the seconds of each hostile text, and whether it was read or refused."""
    worst = 0.0
    for name, text in hostile():
        start = time.process_time()
        try:
            Document(text).html()
            outcome = "read"
        except Tangled:
            outcome = "refused"
        seconds = time.process_time() - start
        worst = max(worst, seconds)
        print(f"{name:28} {outcome:8} {seconds:6.2f} s", flush=True)
    print(f"the slowest: {worst:.2f} s")
    return 0 if worst <= 2 else 1


def main(arguments: list[str]) -> int:
    """Prints what differs and the share that does not."""
    if arguments[0] == "--hostile":
        return slowest()
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
