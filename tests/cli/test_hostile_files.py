"""Files that would keep a reader waiting, fill the memory or exhaust the stack."""

import os
from collections.abc import Callable

import pytest

from tests.conftest import ProjectFolder

POST = "templates/posts/2024-01-01-a.md"
DEEP = {
    "pyproject.toml": "[tool.reportgen]\nx = " + "[" * 100_000,
    "experiments/b.py": "x = " + "(" * 50_000,
    POST: "---\ntitle: " + "[" * 20_000 + "\n---\n",
    "site/_posts/2024-01-01-a.md": "---\ntitle: " + "[" * 20_000 + "\n---\n",
    "site/_config.yml": "title: " + "[" * 20_000,
}


def pipe(path: str) -> None:
    os.mkfifo(path)


def device(path: str) -> None:
    os.symlink("/dev/zero", path)


@pytest.mark.parametrize(
    ("name", "make"),
    [
        ("experiments/b.py", pipe),
        ("experiments/b.py", device),
        ("site/_config.yml", pipe),
        ("site/_config.yml", device),
        (POST, pipe),
    ],
)
def test_a_pipe_or_a_device_is_named_and_not_read(
    project: ProjectFolder, name: str, make: Callable[[str], None]
) -> None:
    project.write({"site/index.md": "---\ntitle: A\n---\nWords.\n", POST: "---\ntitle: A\n---\n"})
    (project.root / name).unlink(missing_ok=True)
    make(str(project.root / name))

    done = project.run("status" if name.endswith(".py") else "check")

    assert done.code == 1
    assert "no regular file" in done.out + done.err
    assert name in done.out + done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize("make", [pipe, device])
def test_what_a_page_shows_may_be_no_file(
    project: ProjectFolder, make: Callable[[str], None]
) -> None:
    project.write({"site/_posts/2024-01-01-a.md": "---\ntitle: A\n---\n![a square](/a.png)\n"})
    for name in ("a.png", "_layouts", "_includes"):
        (project.root / "site" / name).mkdir() if name[0] == "_" else None
        make(str(project.root / "site" / (f"{name}/post.html" if name[0] == "_" else name)))

    for command in ("check", "build", "build"):
        done = project.run(command)
        assert "Traceback" not in done.err, done


@pytest.mark.parametrize("name", DEEP)
def test_what_is_nested_too_deep(project: ProjectFolder, name: str) -> None:
    project.write({"site/index.md": "---\ntitle: A\n---\nWords.\n"})
    project.write({name: DEEP[name]})

    done = project.run("status" if name == "pyproject.toml" else "check")

    assert done.code == (0 if name.endswith(".py") else 1), done
    assert "Traceback" not in done.err


TEMPLATES = {
    "brackets": "<%= " + "(" * 20_000 + " %>",
    "a sum": "<%= 1" + " + 1" * 20_000 + " %>",
    "conditions": "<% if 1 %>" * 5_000 + "<% endif %>" * 5_000,
}


@pytest.mark.parametrize("kind", TEMPLATES)
def test_a_template_that_is_nested_too_deep(project: ProjectFolder, kind: str) -> None:
    project.write({POST: f"---\ntitle: A\n---\n\nWords.\n\n{TEMPLATES[kind]}\n"})

    for command in ("build", "status", "check"):
        done = project.run(command)
        assert "Traceback" not in done.err, done
        if command == "build":
            assert done.code == 1
            assert f"{POST}:7" in done.err
            assert "too deep" in done.err
