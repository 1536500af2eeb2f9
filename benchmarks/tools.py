"""Other tools, installed into an environment of their own: ``.venv-bench``."""

import os
import subprocess
import venv
from pathlib import Path

BENCH = Path(__file__).parents[1] / ".venv-bench"


def install(packages: str) -> bool:
    """Install packages, given with blanks between; False where that cannot be done."""
    if not BENCH.exists():
        venv.create(BENCH, with_pip=True)
    pip = [BENCH / "bin" / "python", "-m", "pip", "install", "-q", *packages.split()]
    return subprocess.run(pip, capture_output=True, check=False).returncode == 0


def environment(**more: str) -> dict[str, str]:
    """The variables under which the tools' commands are found first."""
    return {**os.environ, "PATH": f"{BENCH / 'bin'}{os.pathsep}{os.environ['PATH']}", **more}
