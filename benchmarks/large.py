"""A blog of 2,000 posts and 20,000 images: time and memory of check, and of publishing into it.

``python benchmarks/large.py`` prints each command's seconds, those of its CPU, and its memory;
for a publish also what git itself takes to push the same commit.
"""

import argparse
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import blog

POSTS, IMAGES, SIZE = 2000, 10, 2000
"""How many posts, images of each, and bytes of each post at least."""

SOURCE = """
from reportgen import Curve, figure

@figure("A.1", caption="A line.")
def line(*, slope=1):
    return Curve({"y": [float(slope * i) for i in range(9)]}, x="x", y="y")
"""
POST = "---\ntitle: A line\ndate: 2021-01-01 10:00:00 +0000\n---\n\n<%= figure('A.1') %>\n"


def git(*arguments: str, cwd: Path) -> str:
    done = subprocess.run(
        ["git", "-c", "user.name=Ada", "-c", "user.email=ada@example.org", *arguments],
        cwd=cwd, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return done.stdout.strip()


def write_images(root: Path, each: int) -> None:
    """``each`` pictures of some 4 kB beside every post, no two alike, all of them shown there."""
    picture = (Path(__file__).parents[1] / "docs/figure.png").read_bytes()[:4000]
    for post in sorted((root / "_posts").iterdir()):
        folder = root / "assets" / post.stem
        folder.mkdir(parents=True)
        names = [f"{folder.name}/{post.stem}-{number}.png" for number in range(each)]
        for name in names:
            (root / "assets" / name).write_bytes(picture + name.encode())
        shown = "".join(f"\n![A picture](/assets/{name})\n" for name in names)
        post.write_text(post.read_text() + shown)


def write_report(root: Path) -> None:
    files = {"pyproject.toml": "[tool.reportgen]\n", "experiments/a.py": SOURCE,
             "templates/posts/2021-01-01-line.md": POST}  # fmt: skip
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)


def run(name: str, goal: str, *command: str, cwd: Path, codes: tuple[int, ...] = (0,)) -> float:
    """Run a command, print what it took, and return its seconds."""
    began, before = time.perf_counter(), os.times()
    peak, done = peak_of(list(command), cwd)
    taken, after = time.perf_counter() - began, os.times()
    assert done.returncode in codes, done.stderr
    cpu = sum(after[2:4]) - sum(before[2:4])
    print(
        f"| {name:<42} | {taken:6.1f} s | {cpu:6.1f} s | {peak:5.0f} MB | {goal:<22} |", flush=True
    )
    return taken


def peak_of(command: list[str], cwd: Path) -> tuple[float, "subprocess.CompletedProcess[str]"]:
    """The largest memory that one process of a command had, in MB, and how it ended."""
    script = (
        "import resource, subprocess, sys; done = subprocess.run(sys.argv[1:]); "
        "print('peak', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, file=sys.stderr); "
        "sys.exit(done.returncode)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, *command],
        cwd=cwd, capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL,
    )  # fmt: skip
    return int(done.stderr.rpartition("peak ")[2]) / 1000, done


def push_of_git(remote: Path, folder: Path) -> float:
    """Seconds that git takes to push a commit like the last one, on top of it."""
    git("clone", "--quiet", "--depth=1", remote.as_uri(), str(folder), cwd=remote)
    post = next((folder / "_posts").glob("2021-01-01-line*"))
    post.write_text(post.read_text() + "\nMore.\n")
    git("commit", "--quiet", "--all", "-m", "More", cwd=folder)
    began = time.perf_counter()
    git("push", "--quiet", "origin", "HEAD", cwd=folder)
    taken = time.perf_counter() - began
    git("update-ref", "refs/heads/main", "main^", cwd=remote)
    return taken


@contextmanager
def workplace(kept: str) -> Iterator[Path]:
    """A folder for the measurement: one that stays, or a temporary one."""
    if kept:
        Path(kept).mkdir(parents=True, exist_ok=True)
        yield Path(kept)
        return
    with tempfile.TemporaryDirectory(prefix="reportgen-large-") as folder:
        yield Path(folder)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--folder", default="", help="Work here, and leave all there.")
    arguments = parser.parse_args()
    with workplace(arguments.folder) as root:
        measure(root)


def measure(root: Path) -> None:
    site, remote, project = root / "blog", root / "blog.git", root / "report"
    tool = (sys.executable, "-m", "reportgen")
    mean = blog.write_blog(site, POSTS, SIZE)
    write_images(site, IMAGES)
    print(f"{POSTS} posts of {mean / 1000:.1f} kB, {POSTS * IMAGES} images")
    git("init", "--quiet", "--initial-branch=main", cwd=site)
    git("add", ".", cwd=site)
    git("commit", "--quiet", "-m", "All", cwd=site)
    git("clone", "--quiet", "--bare", str(site), str(remote), cwd=root)
    write_report(project)
    git("init", "--quiet", "--initial-branch=main", cwd=project)
    for key, value in (("user.name", "Ada"), ("user.email", "ada@example.org")):
        git("config", key, value, cwd=project)
    run("check", "10 s, 300 MB", *tool, "check", str(site), cwd=root, codes=(0, 1))
    run("build", "", *tool, "build", cwd=project)
    publish = (*tool, "publish", "--remote", remote.as_uri(), "--yes")
    run("publish, the first: fetches the blog", "300 MB", *publish, cwd=project)
    run("publish, nothing to do", "", *publish, cwd=project)
    run("publish --status", "", *publish, "--status", cwd=project)
    source = project / "experiments/a.py"
    source.write_text(SOURCE.replace("slope=1", "slope=2"))
    run("build", "", *tool, "build", cwd=project)
    taken = run("publish one changed figure", "3 s beside git, 300 MB", *publish, cwd=project)
    pushing = push_of_git(remote, root / "clone")
    print(f"git's own push {pushing:.1f} s, the rest of the publish {taken - pushing:.1f} s")
    shutil.rmtree(root / "clone")


if __name__ == "__main__":
    main()
