"""Building, through the command line, as a person does it."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path

import pytest

from tests.conftest import ProjectFolder

COUNTER = """
from pathlib import Path
from reportgen import Curve, artifact, figure

def count(name):
    import os
    with open(os.environ["COUNT"], "a") as file:
        file.write(name + " ")

@artifact
def first(*, n=2):
    count("first")
    return {"n": n}

@artifact
def second(first, *, parity=True):
    count("second")
    return {"n": first["n"] % 2}

@figure("A.1", caption="Parity of {first.n}.")
def third(second):
    count("third")
    return Curve({"y": [second["n"], 1, 2]}, x="x", y="y")

@figure("A.2", caption="Apart.")
def apart():
    count("apart")
    return Curve({"y": [1, 2, 4]}, x="x", y="y")
"""


def states(
    project: ProjectFolder, *arguments: str, env: Mapping[str, str] | None = None
) -> dict[str, str]:
    done = project.run("status", "--json", *arguments, env=env)
    return {row["id"]: row["state"] for row in json.loads(done.out)}


def test_figure_makes_what_it_needs_and_nothing_else(project: ProjectFolder) -> None:
    done = project.run("figure", "A.1")
    assert done.code == 0, done
    picture = Path(done.out.strip())
    assert picture.is_file()
    assert picture.read_bytes().startswith(b"\x89PNG")
    assert states(project) == {"walk": "fresh", "A.1": "fresh", "B.2": "missing"}


def test_figure_copies_its_files(project: ProjectFolder) -> None:
    done = project.run("figure", "A.1", "-o", "out")
    assert done.code == 0, done
    names = {path.name for path in (project.root / "out").iterdir()}
    assert "a-1.csv" in names
    assert Path(done.out.strip()).name in names


def test_a_second_build_runs_nothing(project: ProjectFolder) -> None:
    assert project.run("build").code == 0
    again = project.run("build")
    assert again.code == 0
    assert "up to date" in again.err


def test_early_cutoff_equal_outputs_stop_a_rerun(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project({"experiments/report.py": COUNTER})
    counter = project.root / "count.txt"
    env = {"COUNT": str(counter)}
    assert project.run("build", env=env).code == 0
    assert sorted(counter.read_text().split()) == ["apart", "first", "second", "third"]
    counter.unlink()
    assert project.run("build", "--set", "first.n=4", env=env).code == 0
    assert counter.read_text().split() == ["first", "second"]


def test_going_back_to_old_code_finds_the_old_result(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project({"experiments/report.py": COUNTER})
    counter = project.root / "count.txt"
    env = {"COUNT": str(counter)}
    project.run("build", env=env)
    project.edit("experiments/report.py", "% 2", "% 3")
    project.run("build", env=env)
    project.edit("experiments/report.py", "% 3", "% 2")
    counter.unlink()
    assert project.run("build", env=env).code == 0
    assert not counter.exists()


def test_captions_and_comments_never_rerun_a_producer(project: ProjectFolder) -> None:
    project.run("build")
    project.edit("experiments/report.py", 'caption="A line."', 'caption="One line."')
    project.edit(
        "experiments/report.py", '"A random walk."', '"A walk.")  # fresh'.replace('")', '"')
    )
    assert set(states(project).values()) == {"fresh"}


def test_set_profile_and_defaults_in_their_order(
    make_project: Callable[..., ProjectFolder],
) -> None:
    pyproject = (
        "[tool.reportgen.profiles.quick]\nwalk = { steps = 7, sigma = 2 }\n[tool.reportgen]\n"
    )
    project = make_project(pyproject=pyproject)

    def steps(*arguments: str) -> str:
        return project.run("value", "walk.steps", *arguments).out.strip()

    assert steps() == "50"
    assert steps("--profile", "quick") == "7"
    assert steps("--profile", "quick", "--set", "walk.steps=9") == "9"
    assert project.run("figure", "A.1", "--profile", "quick").code == 0
    assert states(project)["A.1"] == "stale"
    assert states(project, "--profile", "quick")["A.1"] == "fresh"


def test_dry_run_prices_and_require_fresh_runs_nothing(project: ProjectFolder) -> None:
    dry = project.run("build", "--dry-run")
    assert dry.code == 0
    assert "3 nodes to run, 3 never timed." in dry.out
    strict = project.run("build", "--require-fresh")
    assert strict.code == 1
    assert "walk is missing: never run." in strict.err
    assert "3 of 3 nodes are not fresh" in strict.err
    project.run("build")
    project.edit("experiments/report.py", "* sigma", "* sigma * 2")
    assert "walk" in project.run("build", "--dry-run").out
    assert states(project)["B.2"] == "fresh"
    assert project.run("build", "--require-fresh", "B.2").code == 0


def test_a_dear_build_asks_first(make_project: Callable[..., ProjectFolder]) -> None:
    project = make_project(pyproject='[tool.reportgen]\nconfirm-above = "0s"\n')
    assert project.run("build").code == 0
    project.edit("experiments/report.py", "* sigma", "* sigma * 2")
    for record in (project.root / ".reportgen/records/walk").glob("*.json"):
        data = json.loads(record.read_text())
        record.write_text(json.dumps({**data, "seconds": 4000.0}))
    asked = project.run("build")
    assert asked.code == 1
    assert "priced at 1 h 7 min" in asked.err
    assert "--yes" in asked.err
    assert project.run("build", "--yes").code == 0


def test_two_builds_at_once_run_each_node_once(make_project: Callable[..., ProjectFolder]) -> None:
    project = make_project({"experiments/report.py": COUNTER})
    env = {**os.environ, "COUNT": str(project.root / "count.txt")}
    command = [sys.executable, "-m", "reportgen", "build"]
    builds = [
        subprocess.Popen(command, cwd=project.root, env=env, stderr=subprocess.DEVNULL)
        for _ in range(2)
    ]
    assert [build.wait(timeout=120) for build in builds] == [0, 0]
    ran = (project.root / "count.txt").read_text().split()
    assert sorted(ran) == ["apart", "first", "second", "third"]


def test_a_figure_must_return_media(make_project: Callable[..., ProjectFolder]) -> None:
    project = make_project(
        {
            "experiments/report.py": """
                from reportgen import figure

                @figure("A.1", caption="Nothing.")
                def nothing():
                    return [1, 2]
                """
        }
    )
    done = project.run("build")
    assert done.code == 1
    assert "'nothing' returned a list, not media" in done.err
    assert "Traceback" not in done.err


def test_volatile_nodes_run_in_every_build(make_project: Callable[..., ProjectFolder]) -> None:
    source = COUNTER.replace("@artifact\ndef first", "@artifact(volatile=True)\ndef first")
    project = make_project({"experiments/report.py": source})
    env = {"COUNT": str(project.root / "count.txt")}
    for _ in range(2):
        assert project.run("build", "first", env=env).code == 0
    assert (project.root / "count.txt").read_text().split() == ["first", "first"]


def test_version_makes_stale_and_ignore_does_not(
    make_project: Callable[..., ProjectFolder],
) -> None:
    source = COUNTER.replace("@artifact\ndef second", '@artifact(ignore=("parity",))\ndef second')
    project = make_project({"experiments/report.py": source})
    env = {"COUNT": str(project.root / "count.txt")}
    project.run("build", env=env)
    assert states(project, "--set", "second.parity=false", env=env)["second"] == "fresh"
    project.edit("experiments/report.py", '@figure("A.2", caption="Apart.")',
                 '@figure("A.2", caption="Apart.", version="2")')  # fmt: skip
    assert states(project, env=env)["A.2"] == "stale"


def test_a_package_that_is_not_installed_is_named(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project(
        {
            "experiments/report.py": """
                import torch
                from reportgen import artifact

                @artifact
                def weights():
                    return {"w": torch.zeros(3)}
                """,
            "without/torch.py": "raise ModuleNotFoundError('torch', name='torch')",
        }
    )
    done = project.run("build", env={"PYTHONPATH": str(project.root / "without")})
    assert done.code == 1
    assert "'weights' needs 'torch', which is not installed." in done.err
    assert "pip install 'reportgen-jekyll[torch]'" in done.err
    assert "Traceback" not in done.err


@pytest.mark.parametrize(
    "saved",
    [
        "from reportgen import artifact\n\n@artifact\ndef second(first):\n    return 2\n",
        "from reportgen import artifact\n\n@artifact\ndef other(first):\n    return 1\n",
        "from reportgen import artefact\n",
        "from reportgen import (\n",
        "",
    ],
    ids=["changed", "gone", "unimportable", "no Python", "empty"],
)
def test_code_that_is_edited_during_a_build_is_not_filed_under_its_old_key(
    make_project: Callable[..., ProjectFolder], saved: str
) -> None:
    """Nor is a failure that is only that of a half-saved file."""
    second = """
        from reportgen import artifact

        @artifact
        def second(first):
            return 1
        """
    first = f"""
        from pathlib import Path
        from reportgen import artifact

        @artifact
        def first():
            Path(__file__).with_name("second.py").write_text({saved!r})
            return {{"done": True}}
        """
    project = make_project({"experiments/first.py": first, "experiments/second.py": second})
    done = project.run("build")
    assert done.code == 1
    assert "'experiments/second.py' was saved after this build began" in done.err
    project.write({"experiments/second.py": second.replace("1", "2")})
    assert project.run("build").code == 0
    assert project.run("value", "second").out == "2\n"


def test_what_a_package_asks_about_itself_is_no_read_of_the_run(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project(
        {
            "experiments/report.py": """
                from importlib.metadata import entry_points
                from reportgen import artifact

                @artifact
                def plugins():
                    return {"count": len(entry_points())}
                """,
            "notes.egg-info/entry_points.txt": "[a]\\nb = c\\n",
        }
    )
    assert project.run("build").code == 0
    project.write({"notes.egg-info/entry_points.txt": "[a]\\nb = d\\n", "new.txt": ""})
    assert states(project) == {"plugins": "fresh"}
