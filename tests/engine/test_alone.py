"""A node finds in a warm worker what it finds alone: nothing that another node has left."""

import json
import re
from collections.abc import Callable
from typing import Any

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


def value(project: ProjectFolder, name: str) -> Any:
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


STATES = """
    import os
    import random
    import sys
    import warnings

    import numpy as np
    from reportgen import Plot, artifact, figure


    def state():
        import matplotlib
        import torch
        import torch.nn.functional as F

        return {
            "dtype": str(torch.zeros(1).dtype),
            "grad": (torch.ones(1, requires_grad=True) * 2).requires_grad,
            "deterministic": torch.are_deterministic_algorithms_enabled(),
            "relu": float(F.relu(torch.tensor(1.0))),
            "font": matplotlib.rcParams["font.size"],
            "errors": np.geterr()["divide"],
            "printed": repr(np.array([3.14159])),
            "depth": sys.getrecursionlimit(),
            "filters": len(warnings.filters),
            "patched": random.random() == 0.5,
            "draws": [random.random(), float(np.random.rand()), float(torch.rand(1))],
        }


    @artifact
    def alpha():
        import torch
        import torch.nn.functional as F
        import matplotlib

        torch.set_default_dtype(torch.float64)
        torch.set_grad_enabled(False)
        torch.use_deterministic_algorithms(True)
        F.relu = lambda x: x * 0 + 7
        matplotlib.rcParams["font.size"] = 33
        np.seterr(all="raise")
        np.set_printoptions(precision=2)
        sys.setrecursionlimit(300)
        warnings.simplefilter("error")
        random.random = lambda: 0.5
        if os.fork() == 0:
            return {"set": 2}
        sys.stdout.close()
        return {"set": 1}


    @artifact
    def beta():
        return state()


    @artifact
    def closes():
        os.closerange(3, 100)
        return {"set": 3}


    @figure("A.1", caption="Rises.")
    def rises():
        import matplotlib.pyplot as plt

        plt.plot([1, 2, 3])
        plt.title("first")
        return Plot(plt.gcf())


    @figure("A.2", caption="Falls.")
    def sinks():
        import matplotlib.pyplot as plt

        plt.plot([3, 2, 1])
        return Plot(plt.gcf())
    """


def test_no_state_of_a_package_goes_from_one_node_to_the_next(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project({"experiments/report.py": STATES})
    done = project.run("build")
    assert done.code == 0, done
    assert value(project, "alpha") == {"set": 1}
    assert value(project, "closes") == {"set": 3}
    together = value(project, "beta"), lines(project)
    (project.root / ".reportgen").rename(project.root / ".before")
    assert project.run("build", "beta", "A.2").code == 0

    assert together == (value(project, "beta"), lines(project))
    assert together[0]["patched"] is False
    assert together[0]["relu"] == 1.0


def lines(project: ProjectFolder) -> str:
    [table] = project.root.glob(".reportgen/drawn/**/a-2.csv")
    return table.read_text()


CHILDREN = """
    import multiprocessing
    import threading
    from concurrent.futures import ProcessPoolExecutor

    from reportgen import artifact


    def square(x):
        return x * x


    @artifact
    def pool():
        with multiprocessing.get_context("fork").Pool(2) as pool:
            return sum(pool.map(square, range(10)))


    @artifact
    def spawned():
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
            return sum(pool.map(square, range(10)))


    @artifact
    def served():
        with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("forkserver")) as pool:
            return sum(pool.map(square, range(10)))


    @artifact
    def loader():
        import torch
        from torch.utils.data import DataLoader, TensorDataset

        data = DataLoader(TensorDataset(torch.arange(100.0)), batch_size=10, num_workers=2)
        return float(sum(batch.sum() for (batch,) in data))


    @artifact
    def leaves():
        "A thread that exits, and a process that nobody waits for."
        threading.Thread(target=exit).start()
        multiprocessing.get_context("fork").Process(target=threading.Event().wait).start()
        return 1


    class Odd(Exception):
        def __str__(self):
            raise RuntimeError


    @artifact
    def odd():
        raise Odd


    @artifact
    def bare():
        raise ModuleNotFoundError


    @artifact
    def surrogate():
        raise ValueError(chr(0xDCFF))


    @artifact
    def exits():
        raise SystemExit(3)


    @artifact
    def last(pool):
        return pool
    """


def test_a_worker_outlives_what_producers_do_and_each_node_has_its_own_answer(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project({"experiments/report.py": CHILDREN})
    done = project.run("build")

    assert done.code == 1
    for name in ("pool", "spawned", "served", "last"):
        assert value(project, name) == 285
    assert value(project, "loader") == 4950.0
    assert value(project, "leaves") == 1
    for name, says in {
        "odd": "Odd: (its text cannot be had)",
        "bare": "ModuleNotFoundError",
        "surrogate": r"ValueError: \udcff",
        "exits": "SystemExit: 3",
    }.items():
        assert re.search(
            rf"'{name}' failed \(experiments/report.py:\d+\): {re.escape(says)}", done.err
        )
