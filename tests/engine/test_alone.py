"""A node finds in a warm worker what it finds alone: nothing that another node has left."""

import json
from collections.abc import Callable

from tests.conftest import ProjectFolder

LEAVES = """
    import os
    import sys

    from reportgen import Run, artifact
    from experiments import lib

    @artifact
    def alpha():
        lib.STATE[0] = 5
        os.environ["LATER"] = "5"
        sys.path.append("/nowhere")
        os.chdir("/")
        return {"set": 5}

    @artifact
    def beta():
        return {
            "state": lib.STATE[0],
            "variable": os.environ.get("LATER", "none"),
            "path": "/nowhere" in sys.path,
            "folder": os.getcwd(),
        }
    """
REGISTERS = """
    import matplotlib
    from matplotlib.colors import ListedColormap

    matplotlib.colormaps.register(ListedColormap(["red", "blue"]), name="ours")
    """
COLOURS = """
    from reportgen import artifact
    from experiments import colours

    @artifact
    def {name}():
        return {{"name": colours.matplotlib.colormaps["ours"].name}}
    """


def value(project: ProjectFolder, name: str) -> object:
    done = project.run("value", name)
    assert done.code == 0, done
    return json.loads(done.out)


def test_what_a_node_leaves_behind_is_not_there_for_the_next(
    make_project: Callable[..., ProjectFolder],
) -> None:
    files = {"experiments/report.py": LEAVES, "experiments/lib.py": "STATE = [1]\n"}
    project = make_project(files)
    done = project.run("build")
    assert done.code == 0, done
    together = value(project, "beta")
    (project.root / ".reportgen").rename(project.root / ".before")
    assert project.run("build", "beta").code == 0

    assert together == value(project, "beta")
    assert together == {
        "state": 1,
        "variable": "none",
        "path": False,
        "folder": str(project.root),
    }


def test_a_module_that_a_package_lets_register_only_once_serves_many_nodes(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project(
        {
            "experiments/colours.py": REGISTERS,
            "experiments/one.py": COLOURS.format(name="one"),
            "experiments/two.py": COLOURS.format(name="two"),
        }
    )
    done = project.run("build")

    assert done.code == 0, done
    assert value(project, "one") == value(project, "two") == {"name": "ours"}
