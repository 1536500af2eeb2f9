"""The command line as a person meets it, rightly and wrongly used."""

import json
import re
import shutil
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

import reportgen
from reportgen.cli import COMMANDS
from tests.conftest import SIMPLE, ProjectFolder


def test_help_shows_commands_and_examples(project: ProjectFolder) -> None:
    done = project.run("--help")
    assert done.code == 0
    for word in ("build", "figure", "status", "reportgen figure B.1a --open"):
        assert word in done.out


def test_version(project: ProjectFolder) -> None:
    assert project.run("--version").out == f"reportgen, version {reportgen.__version__}\n"


def test_list_and_status_print_tables_and_json(project: ProjectFolder) -> None:
    listing = project.run("list")
    assert listing.code == 0
    head, *rows = listing.out.splitlines()
    assert head.split() == ["id", "state", "depends", "on", "last", "cost", "caption"]
    assert [row.split()[0] for row in rows] == ["walk", "A.1", "B.2"] or len(rows) == 3
    status = project.run("status", "--json", "A")
    assert status.code == 1
    (row,) = json.loads(status.out)
    assert row["id"] == "A.1"
    assert row["kind"] == "figure"
    assert (row["state"], row["reason"]) == ("missing", "input walk is missing")
    assert row["inputs"] == ["walk"]
    assert row["seconds"] is None


WRONG = {
    "unknown figure": (("figure", "A.11"), 2, "Nothing is named 'A.11'. Did you mean 'A.1'?"),
    "empty selection": (("list", ""), 2, "Nothing is named ''."),
    "unknown command": (("bild",), 2, "No such command 'bild'. Did you mean 'build'?"),
    "unknown option": (("build", "--fast"), 2, "No such option"),
    "unknown profile": (("status", "--profile", "quik"), 2, "There is no profile 'quik'."),
    "unknown node": (("status", "--set", "wlak.steps=1"), 2, "no artifact or figure 'wlak'"),
    "unknown parameter": (("status", "--set", "walk.step=1"), 2, "Did you mean 'steps'"),
    "wrong type": (("status", "--set", "walk.steps=many"), 2, "its default 50 is of type int"),
    "set without value": (
        ("status", "--set", "walk.steps"),
        2,
        "Write --set NODE.parameter=value.",
    ),
    "unknown value": (("value", "walk.stepz"), 1, "has not run yet"),
    "bad duration": (("build", "--budget", "soon"), 2, "write 90s, 20m or 1.5h"),
}


@pytest.mark.parametrize(("arguments", "code", "message"), WRONG.values(), ids=WRONG)
def test_wrong_use_gets_one_clear_message(
    project: ProjectFolder, arguments: tuple[str, ...], code: int, message: str
) -> None:
    done = project.run(*arguments)
    assert done.code == code, done
    assert message in " ".join(done.err.split())
    assert "Traceback" not in done.err
    assert done.out == ""


def test_no_project(tmp_path: Path) -> None:
    done = ProjectFolder(tmp_path).run("status")
    assert done.code == 2
    assert "No pyproject.toml with a [tool.reportgen] table" in done.err


def test_all_faults_of_the_settings_are_shown_together(
    make_project: Callable[..., ProjectFolder],
) -> None:
    settings = '[tool.reportgen]\nsede = 1\nmath = "latex"\nseed = "x"\nexperiments = "e"\n'
    done = make_project(pyproject=settings).run("list")
    assert done.code == 1
    assert "has 4 faults" in done.err
    for fault in ("Did you mean 'seed'?", "'math' is 'latex'", "type int", "list of strings"):
        assert fault in done.err


def test_value_reads_records_then_parameters(project: ProjectFolder) -> None:
    assert project.run("value", "walk.steps").out == "50\n"
    project.run("build", "walk")
    assert isinstance(json.loads(project.run("value", "walk.last").out), float)
    unknown = project.run("value", "walk.lost")
    assert unknown.code == 2
    assert "Did you mean 'last'?" in unknown.err


def test_why_names_the_definition_its_diff_and_the_path(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project(
        {
            "experiments/helpers.py": "SCALE = 2\n\n\ndef scaled(x):\n    return x * SCALE\n",
            "experiments/report.py": """
                from experiments.helpers import scaled
                from reportgen import Curve, figure

                @figure("A.1", caption="C.")
                def curve(*, n=3):
                    return Curve({"y": [scaled(i) for i in range(n)]}, x="x", y="y")
                """,
        }
    )
    project.run("build")
    project.edit("experiments/helpers.py", "SCALE = 2", "SCALE = 5")
    done = project.run("why", "A.1")
    assert done.code == 0, done
    assert "A.1 is stale: code: experiments/helpers.py:SCALE" in done.out
    assert "-SCALE = 2" in done.out
    assert "+SCALE = 5" in done.out
    assert "experiments/report.py:curve → experiments/helpers.py:scaled" in done.out
    (answer,) = json.loads(project.run("why", "A.1", "--json").out)
    assert answer["changes"][0]["what"] == "experiments/helpers.py:SCALE"


def test_accept_stamps_code_changes_and_refuses_others(project: ProjectFolder) -> None:
    project.run("build")
    project.edit("experiments/report.py", "x.sum()", "np.sum(x)")
    refused = project.run("accept", "walk", "--reason", "same", "--set", "walk.steps=4")
    assert refused.code == 1
    assert "Only a change of code can be accepted" in refused.err
    done = project.run("accept", "walk", "--reason", "np.sum is the same")
    assert done.code == 0, done
    (row,) = json.loads(project.run("status", "walk", "--json").out)
    assert (row["state"], row["reason"]) == ("fresh", "accepted: np.sum is the same")
    assert project.run("build", "--require-fresh").code == 0


def test_verify_finds_what_is_not_deterministic(make_project: Callable[..., ProjectFolder]) -> None:
    project = make_project(
        {
            "experiments/report.py": """
                import os
                from reportgen import artifact

                @artifact
                def steady():
                    return {"x": [1, 2]}

                @artifact
                def moody():
                    return {"x": {"y": int.from_bytes(os.urandom(4), "big")}}
                """
        }
    )
    project.run("build")
    done = project.run("verify")
    assert done.code == 1
    assert "steady: the same again" in done.out
    assert "moody: differs\n  moody.x.y: differs by up to" in done.out
    assert project.run("verify", "steady").code == 0


def test_verify_compares_everything_but_wall_times(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project(
        {
            "experiments/report.py": """
                import os
                from reportgen import artifact

                def random():
                    return int.from_bytes(os.urandom(4), "big")

                @artifact
                def timed():
                    return {"seconds": random(), "runs": [{"training_seconds": random(), "n": 1}]}

                @artifact
                def named_alike():
                    return {"secondsight": random(), "seconds_left": random()}
                """
        }
    )
    project.run("build")
    assert project.run("verify", "timed").code == 0
    done = project.run("verify", "named_alike")
    assert done.code == 1
    assert "named_alike.secondsight: differs" in done.out
    assert "named_alike.seconds_left: differs" in done.out


def test_a_bundle_serves_a_fresh_clone_and_is_checked(project: ProjectFolder) -> None:
    project.run("build")
    assert project.run("bundle", "walk").code == 0
    last = project.run("value", "walk.last").out
    import shutil

    shutil.rmtree(project.root / ".reportgen")
    assert project.run("value", "walk.last").out == last
    assert project.run("bundle", "--check").code == 0
    built = project.run("build", "A.1")
    assert "walk" not in built.err.replace("walk_", "")
    project.edit("experiments/report.py", "* sigma", "* sigma * 2")
    stale = project.run("bundle", "--check")
    assert stale.code == 1
    assert "'walk' is stale: code: experiments/report.py:walk" in stale.err


def test_a_bundle_needs_only_the_records_of_what_lies_behind(
    make_project: Callable[..., ProjectFolder],
) -> None:
    project = make_project(
        {
            "experiments/report.py": """
                from reportgen import artifact

                @artifact
                def big():
                    return {"x": list(range(3))}

                @artifact
                def small(big):
                    return {"sum": sum(big["x"])}

                @artifact
                def next(big, small):
                    return {"n": big["x"][2] + small["sum"]}
                """
        }
    )
    project.run("build")
    project.run("bundle", "small")
    import shutil

    shutil.rmtree(project.root / ".reportgen")
    assert project.run("status", "small").code == 0
    assert project.run("value", "big.x").code == 1
    assert "2 nodes to run" in project.run("build", "--dry-run").out
    done = project.run("build", "next")
    assert done.code == 0, done
    assert "✓ big" in done.err
    assert "✓ small" not in done.err
    known = {file: file.read_bytes() for file in project.root.rglob("bundle/records/big/*")}
    assert project.run("bundle", "next").code == 0
    assert {file: file.read_bytes() for file in known} == known  # though it ran again
    assert len(list(project.root.rglob("bundle/records/*/*.json"))) == 3


def test_gc_removes_old_results_and_keeps_the_fresh(project: ProjectFolder) -> None:
    for steps in (3, 4, 5, 50):
        project.run("build", "walk", "--set", f"walk.steps={steps}")
    done = project.run("gc", "--keep", "1")
    assert done.code == 0
    assert done.out.startswith("3 records and")
    assert project.run("status", "walk").code == 0
    assert project.run("value", "walk.x").code == 0


def test_a_figure_that_no_post_shows_is_a_warning(project: ProjectFolder) -> None:
    (project.root / "site").mkdir()
    project.write(
        {
            "templates/posts/2024-01-02-notes.md": """
                ---
                title: Notes
                date: 2024-01-02 10:00:00 +0000
                ---
                See <%= ref("A.1") %>.

                <%= figure("A.1") %>
                """
        }
    )
    done = project.run("build")
    assert done.code == 0, done
    assert "Warning: figure B.2 is in no post." in done.err
    assert "A.1 is in no post" not in done.err
    assert Path(done.out.strip()).is_file()


def test_a_figure_prints_its_file_and_tells_its_caption(project: ProjectFolder) -> None:
    done = project.run("figure", "A.1", "B.2", "--set", "walk.steps=7")
    assert [Path(line).suffix for line in done.out.splitlines()] == [".png", ".png"]
    assert "A.1: A walk of 7 steps that ends at " in done.err
    assert "B.2: A line.\n" in done.err


POST = '---\ntitle: "Notes"\n---\nSee <%= ref("A.1") %>.\n\n<%= figure("A.1") %>\n'
NOTHING = {
    "empty project": ({}, "", ("build",), "is empty: there is no @artifact or @figure in 'experi"),
    "list of an empty project": ({}, "", ("list",), "reportgen new figure A.1"),
    "experiments that are not there": (
        {"experiments/report.py": SIMPLE},
        'experiments = ["experimnts"]',
        ("build",),
        "'experiments' names 'experimnts', but there is no such folder or file.",
    ),
    "site of the settings that is not there": (
        {"experiments/report.py": SIMPLE, "templates/posts/2026-11-20-notes.md": POST},
        'site = "../blgo"',
        ("build",),
        "'site' is '../blgo', but there is no such folder.",
    ),
    "site that is not there": (
        {"experiments/report.py": SIMPLE},
        "",
        ("build", "--site", "../blgo"),
        "Directory '../blgo' does not exist",
    ),
    "site that is something else": (
        {"experiments/report.py": SIMPLE},
        "",
        ("build", "--site", "experiments"),
        "'experiments' is no Jekyll site: it has no _config.yml.",
    ),
    "device that nobody knows": (
        {"experiments/report.py": SIMPLE},
        "",
        ("build", "--device", "gpu"),
        "'gpu' is no device; write cpu, cuda, cuda:1 or mps.",
    ),
}


@pytest.mark.parametrize(
    ("files", "settings", "arguments", "message"), NOTHING.values(), ids=NOTHING
)
def test_nothing_is_silent(
    make_project: Callable[..., ProjectFolder],
    files: dict[str, str],
    settings: str,
    arguments: tuple[str, ...],
    message: str,
) -> None:
    done = make_project({"README": "", **files}, f"[tool.reportgen]\n{settings}\n").run(*arguments)
    assert done.code == 2, done
    assert message in " ".join(done.err.split())
    assert "Traceback" not in done.err


def test_a_site_that_is_missing_is_made(make_project: Callable[..., ProjectFolder]) -> None:
    post = "templates/posts/2026-11-20-notes.md"
    project = make_project({"experiments/report.py": SIMPLE, post: POST})
    first = project.run("build")
    assert first.code == 0, first
    assert "Made 'site'" in first.err
    assert (project.root / "site/_posts/2026-11-20-notes.md").is_file()
    assert Path(first.out.strip()).is_file()
    shutil.rmtree(project.root / "site")
    (project.root / "site").mkdir()
    assert "Everything is up to date" not in project.run("build").err
    assert (project.root / "site/_posts/2026-11-20-notes.md").is_file()


def test_warnings_are_about_what_was_asked_for(
    make_project: Callable[..., ProjectFolder],
) -> None:
    post = "templates/posts/2026-11-20-notes.md"
    bare = POST.replace('See <%= ref("A.1") %>.', "")
    project = make_project({"experiments/report.py": SIMPLE, post: bare})
    project.run("build", "A.1")
    one = project.run("build", "B.2")
    assert "figure B.2 is in no post" in one.err
    assert "No text points to Figure 1" not in one.err
    assert "No text points to Figure 1" in project.run("build", "notes").err


def test_hints_name_commands_that_exist() -> None:
    """Whatever the sources call a command: in quotes, after a colon or a word such as 'with'."""
    package = Path(reportgen.__file__).parent
    named = re.compile(r"(?:['`:=] ?|\b(?:or|with|then) )reportgen ([a-z]+)(?=[ '\"`.:\n])")
    texts = [path.read_text(encoding="utf-8") for path in package.rglob("*.py")]
    found = {word for text in texts for word in named.findall(text)}
    assert {"build", "new"} <= found <= set(COMMANDS)


def test_hints_name_options_that_exist() -> None:
    package = Path(reportgen.__file__).parent
    named = re.compile(r"\breportgen ([a-z]+)(?: [a-z]+)?((?: (?:[A-Z]|--)[^\s'\"`;&]*)+)")
    for path in package.rglob("*.py"):
        for name, rest in named.findall(path.read_text(encoding="utf-8")):
            if name not in COMMANDS:
                continue
            command = import_module(f"reportgen.cli.{COMMANDS[name]}").command
            below = getattr(command, "commands", {}).values()
            params = [param for one in (command, *below) for param in one.params]
            known = {option for param in params for option in param.opts}
            assert {word for word in rest.split() if word.startswith("--")} <= known, path


def test_a_crafted_record_of_a_figure_is_named(project: ProjectFolder) -> None:
    assert project.run("build").code == 0
    records = project.root / ".reportgen/records"
    [figure], [walk] = (sorted((records / name).glob("*.json")) for name in ("walk_curve", "walk"))
    other = json.loads(walk.read_text())
    crafted = json.loads(figure.read_text()) | {k: other[k] for k in ("output", "objects")}
    figure.write_text(json.dumps(crafted))
    done = project.run("build")
    assert done.code == 1
    assert "The record of 'A.1' holds no figure." in done.err
    assert "reportgen figure --force A.1" in done.err
    assert project.run("figure", "--force", "A.1").code == 0
    assert project.run("build").code == 0


def test_every_command_names_the_records_that_it_leaves_aside(project: ProjectFolder) -> None:
    assert project.run("build", "walk").code == 0
    store = project.root / ".reportgen"
    [record] = (store / "records/walk").glob("*.json")
    bad = record.with_name("0.json")
    bad.write_text(record.read_text().replace('"format": 1', '"format": 7'))
    objects = sorted((store / "objects").rglob("*"))

    for command in (["status"], ["list"], ["why", "walk"], ["build", "walk"], ["gc"]):
        said = project.run(*command).err
        assert said.count(f"'{bad}' is no record, and is left aside: it has another format.") == 1

    record.unlink()
    assert project.run("gc").code == 0
    assert sorted((store / "objects").rglob("*")) == objects, "some may be the bad record's"
    bad.unlink()
    assert project.run("gc").code == 0
    assert sorted(p for p in (store / "objects").rglob("*") if p.is_file()) == []
