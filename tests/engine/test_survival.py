"""Kill it, fill its disk, spoil its store: the next build heals, and nothing recorded is lost.

Each test draws its moments from a seeded generator and triggers by what has happened, not by the
clock, so that it means the same on a slow machine. After every round the store is looked at as a
stranger would: each record's objects are there and have the bytes that their names say.
"""

import contextlib
import ctypes
import json
import os
import random
import resource
import secrets
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from reportgen.engine.session import Options, Session
from reportgen.project import find_project
from reportgen.store.values import plain
from tests.conftest import PYPROJECT, ProjectFolder

REPORT = """
import os
from pathlib import Path
import numpy as np
from reportgen import Image, Run, artifact, figure

OUTSIDE = Path(__file__).parents[2] / "outside"  # no part of the project, so no input of any node

def ran(name):
    with (OUTSIDE / "ran").open("a") as file:
        file.write(name + " ")
    (OUTSIDE / "worker").write_text(str(os.getpid()))

@artifact
def first(run: Run):
    ran("first")
    return {"x": run.rng("x").random(size=300)}

@artifact
def second(run: Run, first):
    ran("second")
    return {f"part {i}": first["x"] * i / 19 for i in range(20)}

@artifact
def third(second):
    ran("third")
    return {"last": second["part 19"]}

@figure("A.1", caption="The last one.")
def picture(third):
    ran("picture")
    return Image(third["last"][:288].reshape(16, 18))
"""

USUAL_ROUNDS = 3
ROUNDS = int(os.environ.get("REPORTGEN_ROUNDS", USUAL_ROUNDS))
NODES = ("first", "second", "third", "picture")

IMAGES = """
import os
from pathlib import Path
from PIL import Image
from reportgen import artifact

OUTSIDE = Path(__file__).parents[2] / "outside"

@artifact
def images():
    (OUTSIDE / "worker").write_text(str(os.getpid()))
    return [Image.new("L", (40, 40), i % 256).rotate(i) for i in range(150)]

@artifact
def copies(images):
    return {"width": images[7].width}
"""

TRAINING = """
import os
from pathlib import Path
import numpy as np
from reportgen import Run, artifact

OUTSIDE = Path(__file__).parents[2] / "outside"

@artifact
def weights(run: Run, *, steps=300):
    (OUTSIDE / "worker").write_text(str(os.getpid()))
    checkpoint = run.checkpoint("training")
    state = checkpoint.load() or {"step": 0, "w": np.zeros(50)}
    w = np.array(state["w"])
    for step in range(state["step"], steps):
        w = 0.9 * w + run.rng(f"step {step}").normal(size=50)
        if step % 3 == 0:
            checkpoint.save({"step": step + 1, "w": w})
            (OUTSIDE / "step").write_text(str(step))
    return {"w": w}
"""


@pytest.fixture
def outside(tmp_path: Path) -> Path:
    """A folder where producers leave traces that are no inputs."""
    (tmp_path / "outside").mkdir()
    return tmp_path / "outside"


@pytest.fixture
def survivor(make_project: Callable[..., ProjectFolder], outside: Path) -> ProjectFolder:
    return make_project({"experiments/report.py": REPORT})


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The project of ``survivor``, built once for all who start from there."""
    project = ProjectFolder(tmp_path_factory.mktemp("built") / "project")
    (project.root.parent / "outside").mkdir()
    project.write({"pyproject.toml": PYPROJECT, "experiments/report.py": REPORT})
    assert project.run("build").code == 0
    return project.root


@pytest.fixture
def copied(built: Path, survivor: ProjectFolder) -> ProjectFolder:
    """A copy of what was built, in the place of ``survivor``."""
    shutil.copytree(built, survivor.root, dirs_exist_ok=True)
    return survivor


def chance_of(label: str) -> random.Random:
    """The same moments in every usual run, others in each longer one; the seed is printed, and
    REPORTGEN_SEED brings them back."""
    usual = "180" if ROUNDS == USUAL_ROUNDS else secrets.token_hex(4)
    seed = os.environ.get("REPORTGEN_SEED", usual)
    print(f"REPORTGEN_SEED={seed} REPORTGEN_ROUNDS={ROUNDS}")
    return random.Random(f"{label} {seed}")


def store_of(project: ProjectFolder) -> Path:
    return project.root / ".reportgen"


def records_of(project: ProjectFolder) -> dict[str, str]:
    """Node by the path of its record."""
    paths = store_of(project).glob("records/*/*.json")
    return {str(path): path.parent.name for path in paths}


def check_store(project: ProjectFolder) -> None:
    """Every record points to whole objects, and every object is what its name says."""
    for path in store_of(project).glob("objects/??/*"):
        if not path.name.startswith("."):
            assert sha256(path.read_bytes()).hexdigest() == path.parent.name + path.name
    for record in records_of(project):
        for digest in json.loads(Path(record).read_text())["objects"]:
            assert store_of(project).joinpath("objects", digest[:2], digest[2:]).is_file()


def value_of(project: ProjectFolder, node: str, profile: str = "") -> str:
    """A fresh value as JSON, looked up as the ``value`` command does."""
    session = Session(find_project(project.root), Options(profile=profile))
    status = session.status(session.graph.nodes[node])
    assert status.state == "fresh", status
    assert status.record is not None
    return json.dumps(plain(session.store.load(status.record.output)), default=lambda a: a.tolist())


def words(file: Path) -> list[str]:
    return file.read_text().split() if file.exists() else []


def until(least: int, count: Callable[[], int], process: "subprocess.Popen[bytes]") -> None:
    """Wait until the build has got so far, or has ended."""
    while process.poll() is None and count() < least:
        time.sleep(0.001)


@contextlib.contextmanager
def building(project: ProjectFolder, *arguments: str) -> Iterator["subprocess.Popen[bytes]"]:
    process = subprocess.Popen(
        [sys.executable, "-m", "reportgen", "build", *arguments],
        cwd=project.root,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    yield process
    process.wait(timeout=200)


def worker_of(outside: Path, process: "subprocess.Popen[bytes]") -> int:
    """The worker that wrote its number last; 0 where a build ended before any did."""
    while not (found := words(outside / "worker")):  # empty while a node writes it anew
        if process.poll() is not None:
            return 0
        time.sleep(0.001)
    return int(found[0])


def kill(pid: int) -> None:
    if pid > 0:  # 0 would be the group of these tests
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def gone(pid: int) -> bool:
    if pid == 0:
        return True
    try:
        os.kill(pid, 0)
        stat = Path(f"/proc/{pid}/stat").read_bytes()
    except (ProcessLookupError, FileNotFoundError):
        return True
    return b"Z" in stat.split()[2:3]


def wait_until_gone(pid: int) -> None:
    for _ in range(20_000):
        if gone(pid):
            return
        time.sleep(0.001)
    raise AssertionError(f"The worker {pid} outlived its parent.")


@pytest.mark.parametrize("victim", ["parent", "worker"])
def test_kill_9_at_any_moment(survivor: ProjectFolder, outside: Path, victim: str) -> None:
    moments = chance_of(victim)
    for _ in range(ROUNDS):
        start = moments.randint(1, len(NODES))
        if len(records_of(survivor)) == len(NODES):
            shutil.rmtree(store_of(survivor))  # all has survived; begin anew
        before = records_of(survivor)
        runs_before = words(outside / "ran")
        (outside / "ran").unlink(missing_ok=True)
        with building(survivor) as process:
            until(start, lambda: len(words(outside / "ran")), process)
            time.sleep(moments.random() * 0.05)
            worker = worker_of(outside, process)
            kill(process.pid if victim == "parent" else worker)
        if worker:
            wait_until_gone(worker)
        check_store(survivor)
        assert before.items() <= records_of(survivor).items()
        again = set(words(outside / "ran")) & set(before.values())
        assert not again, f"{again} ran again after {runs_before}"
    healed = survivor.run("build")
    assert healed.code == 0, healed
    check_store(survivor)
    assert sorted(records_of(survivor).values()) == sorted(NODES)


@pytest.mark.parametrize("victim", ["parent", "worker"])
def test_kill_9_while_objects_are_written(
    make_project: Callable[..., ProjectFolder], outside: Path, victim: str
) -> None:
    project = make_project({"experiments/report.py": IMAGES})
    moments = chance_of(victim)
    for share in sorted(moments.sample(range(1, 150), min(ROUNDS, 149))):
        with building(project) as process:
            until(share, lambda: len(list(store_of(project).glob("objects/??/*"))), process)
            worker = worker_of(outside, process)
            kill(process.pid if victim == "parent" else worker)
        wait_until_gone(worker)
        check_store(project)
        assert records_of(project) == {}
    assert project.run("build").code == 0
    check_store(project)
    assert value_of(project, "copies") == '{"width": 40}'


def test_kill_9_during_a_training_with_checkpoints(
    make_project: Callable[..., ProjectFolder], outside: Path
) -> None:
    project = make_project({"experiments/report.py": TRAINING})
    moments = chance_of("training")
    for step in sorted(moments.sample(range(20, 280), min(ROUNDS, 260))):
        for trace in ("step", "worker"):  # of the round before
            (outside / trace).unlink(missing_ok=True)
        with building(project) as process:
            until(step, lambda: int((words(outside / "step") or ["0"])[0]), process)
            worker = worker_of(outside, process)
            kill(moments.choice([process.pid, worker]))
        kill(worker)
        wait_until_gone(worker)
        check_store(project)
    assert project.run("build").code == 0
    killed = value_of(project, "weights")
    assert not list(store_of(project).glob("checkpoints/weights/*"))
    for path in [*store_of(project).glob("records/*/*"), outside / "step"]:
        path.unlink()
    assert project.run("build").code == 0
    assert value_of(project, "weights") == killed


def test_two_builds_at_once_one_of_which_is_killed(survivor: ProjectFolder, outside: Path) -> None:
    moments = chance_of("two")
    for _ in range(ROUNDS):
        shutil.rmtree(store_of(survivor), ignore_errors=True)
        (outside / "ran").unlink(missing_ok=True)
        start = moments.randint(1, len(NODES))
        with building(survivor) as one, building(survivor) as other:
            victim, survives = moments.sample([one, other], 2)
            until(start, lambda: len(words(outside / "ran")), victim)
            kill(victim.pid)
            assert survives.wait(timeout=200) == 0
        check_store(survivor)
        assert sorted(records_of(survivor).values()) == sorted(NODES)


def assert_refused(done: subprocess.CompletedProcess[str], words: str) -> None:
    assert done.returncode == 1, done.stderr
    assert words in done.stderr
    assert "reportgen/engine" not in done.stderr


def assert_heals(project: ProjectFolder) -> None:
    """What is recorded is whole, and the next build does the rest."""
    check_store(project)
    before = records_of(project)
    assert project.run("build").code == 0
    check_store(project)
    assert before.items() <= records_of(project).items()


@pytest.mark.parametrize("room", [200, 3_000, 9_000])
def test_a_full_disk(survivor: ProjectFolder, room: int) -> None:
    """``room`` is the size in bytes above which no file can grow."""
    done = subprocess.run(
        [sys.executable, "-m", "reportgen", "build"],
        cwd=survivor.root,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (room, room)),
        capture_output=True,
        text=True,
        check=False,
    )
    assert_refused(done, "File too large")
    assert_heals(survivor)


IN_A_SMALL_FOLDER = """
mkdir .reportgen && mount -t tmpfs -o size=$1k none .reportgen || exit 99
"$2" -m reportgen build
code=$?
cp -a .reportgen ../kept
exit $code
"""
ON_A_SMALL_DISK = ["unshare", "--map-root-user", "--mount", "sh", "-c", IN_A_SMALL_FOLDER, "sh"]
MOUNTS = (
    shutil.which("unshare")
    and not subprocess.run(
        [*ON_A_SMALL_DISK[:-2], "mount -t tmpfs none /mnt"], capture_output=True, check=False
    ).returncode
)


@pytest.mark.parametrize("room", [8, 40, 72, 100] if MOUNTS else [])
def test_a_full_file_system(survivor: ProjectFolder, room: int) -> None:
    """``room`` is its size in KiB. Where nobody may mount one, the limit above has to do."""
    done = subprocess.run(
        [*ON_A_SMALL_DISK, str(room), sys.executable],
        cwd=survivor.root,
        capture_output=True,
        text=True,
        check=False,
    )
    assert_refused(done, "No space left on device")
    shutil.rmtree(store_of(survivor))
    shutil.move(survivor.root.parent / "kept", store_of(survivor))
    assert_heals(survivor)


def without_override() -> None:
    """Take from root the power to write where permissions forbid it; others have none."""
    if os.geteuid() == 0:
        drop_from_bounding_set, dac_override = 24, 1
        assert ctypes.CDLL(None).prctl(drop_from_bounding_set, dac_override, 0, 0, 0) == 0


def run_without_override(project: ProjectFolder, *arguments: str) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-m", "reportgen", *arguments],
        cwd=project.root,
        preexec_fn=without_override,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("folder", ["", "objects", "records", "locks"])
def test_a_store_that_cannot_be_written(copied: ProjectFolder, folder: str) -> None:
    copied.edit("experiments/report.py", "* i / 19", "* i / 20")
    before = records_of(copied)
    for lock in (store_of(copied) / "locks").glob("*.lock"):
        lock.unlink()  # a lock file that is there needs no new one
    places = [store_of(copied) / folder, *(store_of(copied) / folder).rglob("*")]
    folders = [place for place in places if place.is_dir()]
    for place in folders:
        place.chmod(0o555)
    code, text = run_without_override(copied, "build")
    status = run_without_override(copied, "status", "first")
    for place in folders:
        place.chmod(0o755)
    assert code == 1, text
    assert "cannot be written" in text
    assert "Traceback" not in text
    assert status[0] == 0, status
    assert records_of(copied).items() >= before.items()
    assert copied.run("build").code == 0
    check_store(copied)


def test_a_file_where_the_store_should_be(survivor: ProjectFolder) -> None:
    store_of(survivor).write_text("mine")
    done = survivor.run("build")
    assert done.code == 1
    assert "cannot be made" in done.err
    assert "Traceback" not in done.err
    assert store_of(survivor).read_text() == "mine"


def spoil(path: Path, chance: random.Random) -> str:
    """Damage a file in one of the ways in which disks, copies and people do."""
    content = path.read_bytes()
    way = chance.choice(["delete", "empty", "truncate", "zeros", "append", "flip"])
    at = chance.randrange(len(content))
    if way == "delete":
        path.unlink()
    elif way == "flip" and path.suffix != ".json":
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
    else:
        spoiled = {"truncate": content[:at], "append": content + b"\0", "empty": b""}
        path.write_bytes(spoiled.get(way, content[:at] + b"\0" * (len(content) - at)))
    return f"{way} {path}"


def test_spoiled_objects_and_records(copied: ProjectFolder) -> None:
    values = value_of(copied, "third")
    chance = chance_of("spoiled")
    for _ in range(2 * ROUNDS):
        files = sorted([*store_of(copied).glob("objects/??/*"), *map(Path, records_of(copied))])
        done = [spoil(path, chance) for path in chance.sample(files, 2)]
        healed = copied.run("build")
        assert healed.code == 0, (done, healed)
        check_store(copied)
        assert sorted(records_of(copied).values()) == sorted(NODES), done
        assert value_of(copied, "third") == values, done


def test_a_build_goes_on_where_one_that_was_killed_held_the_lock(
    make_project: Callable[..., ProjectFolder], outside: Path
) -> None:
    source = f"""
        import os, time
        from pathlib import Path
        from reportgen import artifact

        @artifact
        def slow():
            with Path(r"{outside}", "ran").open("a") as file:
                file.write(f"{{os.getpid()}} ")
            while not Path(r"{outside}", "go").exists():
                time.sleep(0.01)
            return 1
        """
    project = make_project({"experiments/report.py": source})
    with building(project) as holder:
        until(1, lambda: len(words(outside / "ran")), holder)
        with building(project) as waiter:
            kill(holder.pid)
            until(2, lambda: len(words(outside / "ran")), waiter)
            (outside / "go").touch()
        assert waiter.returncode == 0
    assert len(records_of(project)) == 1


def test_a_clock_that_was_set_back(copied: ProjectFolder) -> None:
    """All that exists is of tomorrow; what is edited now is older than what was made of it."""
    tomorrow = time.time() + 86_400
    for record in map(Path, records_of(copied)):
        data = json.loads(record.read_text())
        record.write_text(json.dumps({**data, "finished": "2999-01-01T00:00:00+00:00"}))
    for path in copied.root.rglob("*"):
        os.utime(path, (tomorrow, tomorrow))
    before = value_of(copied, "third")
    copied.edit("experiments/report.py", "random(size=300)", "random(size=299)")
    assert copied.run("build", "--require-fresh").code == 1
    assert copied.run("build").code == 0
    assert copied.run("build", "--require-fresh").code == 0
    after = value_of(copied, "third")
    assert len(json.loads(after)["last"]) == 299
    copied.edit("experiments/report.py", "random(size=299)", "random(size=300)")
    assert copied.run("build", "--require-fresh").code == 0
    assert value_of(copied, "third") == before
    check_store(copied)
