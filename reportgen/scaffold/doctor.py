"""Is everything here that a report needs? One finding a line, each with one line of advice."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from reportgen.blog import config
from reportgen.blog.blog import Blog
from reportgen.errors import ReportgenError
from reportgen.media.base import plural
from reportgen.media.fonts import search
from reportgen.project import Project, find_project
from reportgen.scaffold import blog

if TYPE_CHECKING:
    from reportgen.engine.session import Session

GOOD, NOTE, BAD = "ok", "note", "bad"
OLDEST_GIT = (2, 31)
"""Settings for one command come in the environment since then, which ``publish`` needs."""
LITTLE = 5 * 2**30
"""Bytes of free disk below which a training may not find room for its checkpoints."""

KERNEL = """
import json, torch
found = {"version": torch.__version__, "built": torch.version.cuda or ""}
try:
    if torch.cuda.is_available():
        x = torch.ones(64, 64, device="cuda")
        found |= {"name": torch.cuda.get_device_name(), "sum": (x @ x).sum().item()}
    elif torch.backends.mps.is_available():
        x = torch.ones(64, 64, device="mps")
        found |= {"name": "Apple GPU", "sum": (x @ x).sum().item()}
except Exception as error:
    found["error"] = str(error).splitlines()[0]
print(json.dumps(found))
"""
"""Multiplies two matrices on the device: a driver that is too old shows only then."""


@dataclass(frozen=True)
class Finding:
    """``state`` is ok, note (works, but look) or bad; ``advice`` says what to do, or is ""."""

    state: str
    what: str
    found: str
    advice: str = ""


def examine(start: Path | None = None) -> Iterator[Finding]:
    """Look at the machine, then at the project of ``start`` (here by default), if it is in one."""
    yield python()
    yield torch()
    yield fonts()
    yield jekyll()
    try:
        project = find_project(start)
    except ReportgenError as error:
        yield git(start or Path.cwd())
        if error.place:
            yield unreadable(error)
        else:
            yield Finding(NOTE, "project", error.message, error.hint or "")
        return
    yield git(project.root)
    yield disk(project)
    yield from of_project(project)


def python() -> Finding:
    """The interpreter; other versions than those tested work, or do not."""
    version = ".".join(map(str, sys.version_info[:3]))
    inside = sys.prefix != sys.base_prefix
    place = f"{version}, {sys.prefix}" if inside else f"{version}, no virtual environment"
    return Finding(GOOD, "Python", place)


def torch() -> Finding:
    """torch, and a real small kernel on the device."""
    done = subprocess.run([sys.executable, "-c", KERNEL], capture_output=True, text=True)
    if "No module named 'torch'" in done.stderr:
        return Finding(GOOD, "torch", "not installed; only experiments that import it need it")
    if done.returncode:
        last = (done.stderr.strip().splitlines() or ["it ended without a word"])[-1]
        return Finding(BAD, "torch", f"cannot be imported: {last}", "Install it anew.")
    return judged(json.loads(done.stdout), shutil.which("nvidia-smi") is not None)


def judged(found: dict[str, object], nvidia: bool) -> Finding:
    """What the kernel says. ``nvidia``: whether the machine has a driver for a GPU."""
    version = str(found["version"])
    if "error" in found:
        advice = "Update the driver, or install a torch for the CUDA that the driver has."
        return Finding(BAD, "torch", f"{version}: {found['error']}", advice)
    if "sum" in found and found["sum"] != 64**3:
        return Finding(BAD, "torch", f"{version}: {found['name']} multiplies wrongly", "Mend it.")
    if "name" in found:
        return Finding(GOOD, "torch", f"{version} on {found['name']}")
    if nvidia:
        why = f"is built for CUDA {found['built']}" if found["built"] else "is built for the CPU"
        advice = "See https://pytorch.org/get-started/locally for the one that fits the driver."
        return Finding(BAD, "torch", f"{version} {why} and sees no GPU, but there is one", advice)
    return Finding(GOOD, "torch", f"{version} on the CPU")


def fonts() -> Finding:
    """The font of charts and cards, which comes with matplotlib."""
    import matplotlib

    folder = Path(matplotlib.get_data_path()) / "fonts" / "ttf"
    lacking = [n for n in ("DejaVuSans.ttf", "DejaVuSans-Bold.ttf") if not (folder / n).is_file()]
    if lacking:
        advice = "Install matplotlib with pip, which brings them."
        return Finding(BAD, "fonts", f"{' and '.join(lacking)} not in '{folder}'", advice)
    cache = matplotlib.get_cachedir()
    if not os.access(cache, os.W_OK):
        advice = "Set MPLCONFIGDIR to a folder that can be written, or each run looks for fonts."
        return Finding(NOTE, "fonts", f"matplotlib's cache '{cache}' cannot be written", advice)
    found = f"DejaVu Sans of matplotlib {matplotlib.__version__}"
    if search(frozenset("中の한"))[1]:
        found += "; none has Chinese, Japanese and Korean for pictures"
    return Finding(GOOD, "fonts", found)


def version_of(program: str) -> str:
    """What ``PROGRAM --version`` says, "" where it does not work."""
    try:
        done = subprocess.run([program, "--version"], capture_output=True, text=True, timeout=60)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return done.stdout.strip() if done.returncode == 0 else ""


def jekyll() -> Finding:
    """Jekyll, which only finished sites need."""
    if version := version_of("jekyll"):
        return Finding(GOOD, "Jekyll", version.removeprefix("jekyll "))
    from reportgen.blog.jekyll import INSTALL

    lacks = "does not run" if shutil.which("jekyll") else "not there"
    lacks += "; 'build --jekyll' needs it, the preview and GitHub Pages do not"
    return Finding(NOTE, "Jekyll", lacks, INSTALL)


def git(folder: Path) -> Finding:
    """git, who commits, and whether the project is in a repository."""
    version = version_of("git").removeprefix("git version ")
    if not version:
        return Finding(BAD, "git", "not there; 'publish' needs it", "Install git.")
    if tuple(map(int, re.findall(r"\d+", version)[:2])) < OLDEST_GIT:
        needed = ".".join(map(str, OLDEST_GIT))
        return Finding(BAD, "git", f"{version}; 'publish' needs {needed}", "Install a newer git.")
    if not asked_git(folder, "rev-parse", "--git-dir"):
        advice = "Run 'git init', so that a figure can name its commit."
        return Finding(NOTE, "git", f"{version}; this is no repository", advice)
    if not asked_git(folder, "config", "user.email"):
        advice = "Run 'git config --global user.name NAME', and user.email likewise."
        return Finding(BAD, "git", f"{version}; it does not know who commits", advice)
    return Finding(GOOD, "git", version)


def asked_git(folder: Path, *arguments: str) -> str:
    """What git answers, or ""."""
    done = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, text=True)
    return done.stdout.strip()


def disk(project: Project) -> Finding:
    """Room for results."""
    free = shutil.disk_usage(project.root).free
    told = f"{free / 2**30:.0f} GiB free"
    if free < LITTLE:
        return Finding(BAD, "disk", told, "Make room: reportgen gc removes old results.")
    return Finding(GOOD, "disk", told)


def of_project(project: Project) -> Iterator[Finding]:
    """The project's nodes, its store, and the blog it writes into."""
    from reportgen.engine.session import Session

    try:
        session = Session(project)
    except ReportgenError as error:
        yield unreadable(error)
        return
    figures = len(session.graph.figures)
    counted = f"{plural(figures, 'figure')}, {plural(len(session.graph) - figures, 'artifact')}"
    yield Finding(GOOD, "project", f"{counted} in '{project.root}'")
    yield store(session)
    yield site(project)


def unreadable(error: ReportgenError) -> Finding:
    """A project that cannot be read: what is wrong on one line, and where to mend it."""
    advice = " ".join((error.hint or "").split()) or (f"Mend {error.place}." if error.place else "")
    return Finding(BAD, "project", " ".join(error.message.split()), advice)


def store(session: "Session") -> Finding:
    """Whether it can be written, and each recorded result is there and whole."""
    folder = session.project.store_dir
    there = folder if os.path.lexists(folder) else folder.parent
    if not there.is_dir() or not os.access(there, os.W_OK):
        return Finding(BAD, "store", f"'{folder}' is no folder that can be written", "Mend it.")
    digests = {d for n in session.graph for r in session.records_of(n) for d in r.objects}
    lost = [digest for digest in sorted(digests) if not session.is_sound(digest)]
    session.remember()
    if faults := session.store.bad_records():
        advice = f"Remove it, then build: reportgen build. There are {len(faults)} such files."
        return Finding(BAD, "store", faults[0].rstrip("."), advice)
    if lost:
        many = f"{len(lost)} of {len(digests)} results are lost or damaged"
        return Finding(BAD, "store", many, "The next build makes them again: reportgen build")
    return Finding(GOOD, "store", f"{len(digests)} results, all whole")


def site(project: Project) -> Finding:
    """The blog, its theme, and whether the settings suit it."""
    if not blog.is_blog(project.site_dir):
        lacks = f"'{project.site}' has no _config.yml; only the preview is made"
        return Finding(NOTE, "blog", lacks, "Begin one there, or set 'site' to yours.")
    if wrong := config.fault(project.site_dir):
        name, why = wrong
        return Finding(BAD, "blog", f"'{project.site}/{name}' is broken: {why}", "Mend it.")
    fitted = blog.fit(project.site_dir)
    named = Blog(project.site_dir).theme.name
    name = fitted.theme.name or (
        f"theme '{named}', unknown here" if named else "a theme of its own"
    )
    if fitted.theme.name and fitted.theme.asset_url == "root" and project.asset_url != "root":
        return Finding(BAD, "blog", f"{name} adds baseurl to images", 'Set asset-url = "root".')
    if fitted.theme.name and project.dark and not fitted.theme.dark:
        return Finding(NOTE, "blog", f"{name} is light or dark for good", "Set dark = false.")
    return Finding(GOOD, "blog", f"'{project.site}', {name}")
