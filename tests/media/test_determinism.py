"""The same media give the same bytes in another process, with another hash seed and settings."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from tests.media.conftest import Once
from tests.media.gallery import gallery

DRAW = """
import sys
from pathlib import Path
from reportgen.media import draw
from tests.media.gallery import gallery
for name in sys.argv[2:]:
    media = gallery()[name]
    drawn = draw(media, Path(sys.argv[1]), stem=name)
    Path(sys.argv[1], f"{name}.html").write_text(drawn.html + drawn.alt)
"""
LAZY = """
import sys, json
import reportgen.media
print(json.dumps(sorted({name.partition(".")[0] for name in sys.modules})))
"""
ROOT = Path(__file__).parents[2]


def digests(folder: Path) -> dict[str, str]:
    return {p.name: hashlib.sha256(p.read_bytes()).hexdigest() for p in sorted(folder.iterdir())}


def run(code: str, *arguments: str, **env: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code, *arguments],
        cwd=ROOT,
        env={**os.environ, **env},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def drawn_elsewhere(folder: Path, *names: str, **env: str) -> dict[str, str]:
    folder.mkdir()
    run(DRAW, str(folder), *names, **env)
    return digests(folder)


def drawn_here(once: Once, *names: str) -> dict[str, str]:
    found = {}
    for name in names:
        drawn, folder = once(name)
        found |= digests(folder)
        found[f"{name}.html"] = hashlib.sha256((drawn.html + drawn.alt).encode()).hexdigest()
    return found


def test_bytes_do_not_depend_on_the_process(once: Once, tmp_path: Path) -> None:
    names = sorted(gallery())
    there = drawn_elsewhere(tmp_path / "there", *names, PYTHONHASHSEED="271", TZ="Asia/Tokyo")
    assert there == drawn_here(once, *names)


def test_bytes_do_not_depend_on_the_users_settings(once: Once, tmp_path: Path) -> None:
    settings = tmp_path / "matplotlibrc"
    settings.write_text("font.size: 20\nsavefig.bbox: tight\nfigure.dpi: 50\n")
    there = drawn_elsewhere(tmp_path / "there", "curve", "grid", MATPLOTLIBRC=str(settings))
    assert there == drawn_here(once, "curve", "grid")


def test_importing_media_loads_neither_matplotlib_nor_pillow() -> None:
    loaded = json.loads(run(LAZY))
    assert not {"matplotlib", "PIL", "torch", "jinja2", "click"} & set(loaded)
