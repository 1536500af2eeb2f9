"""The four formats, and the command with its exit codes."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from reportgen.checks import Finding
from reportgen.checks.formats import FORMATS
from reportgen.cli.check import command
from tests.checks.conftest import HEAD, POST, BlogFolder, png

FINDINGS = [
    Finding("pipe-table", "error", Path("_posts/a.md"), 3, 7, "The '|' turns: 100%.", "Write it."),
    Finding("alt-missing", "warning", Path("b, c.md"), 1, 1, "No alt.", ""),
]


def test_text_is_one_line_a_finding_and_its_hint() -> None:
    assert FORMATS["text"](FINDINGS).splitlines() == [
        "_posts/a.md:3:7: error pipe-table: The '|' turns: 100%.",
        "    Write it.",
        "b, c.md:1:1: warning alt-missing: No alt.",
    ]


def test_json_has_the_fields_of_a_finding() -> None:
    first, _ = json.loads(FORMATS["json"](FINDINGS))

    assert first == {
        "rule": "pipe-table",
        "severity": "error",
        "path": "_posts/a.md",
        "line": 3,
        "column": 7,
        "message": "The '|' turns: 100%.",
        "hint": "Write it.",
    }


def test_github_gets_commands_with_escapes() -> None:
    assert FORMATS["github"](FINDINGS).splitlines() == [
        "::error file=_posts/a.md,line=3,col=7,title=pipe-table::The '|' turns: 100%25. Write it.",
        "::warning file=b%2C c.md,line=1,col=1,title=alt-missing::No alt.",
    ]


def test_sarif_names_rules_places_and_levels() -> None:
    document = json.loads(FORMATS["sarif"](FINDINGS))
    (run,) = document["runs"]
    rules = run["tool"]["driver"]["rules"]
    first, second = run["results"]

    assert document["version"] == "2.1.0"
    assert [rule["id"] for rule in rules] == ["alt-missing", "pipe-table"]
    assert rules[first["ruleIndex"]]["id"] == first["ruleId"] == "pipe-table"
    assert (first["level"], second["level"]) == ("error", "warning")
    place = first["locations"][0]["physicalLocation"]
    assert place["artifactLocation"] == {"uri": "_posts/a.md"}
    assert place["region"] == {"startLine": 3, "startColumn": 7}


@pytest.mark.parametrize(
    ("style", "empty"), [("text", ""), ("json", "[]"), ("github", ""), ("sarif", None)]
)
def test_nothing_found_is_still_valid(style: str, empty: str | None) -> None:
    printed = FORMATS[style]([])

    assert json.loads(printed)["runs"][0]["results"] == [] if empty is None else printed == empty


def run(*arguments: object) -> Result:
    return CliRunner().invoke(command, [str(argument) for argument in arguments])


def test_errors_exit_with_1_and_warnings_with_0(blog: BlogFolder) -> None:
    blog.post("## Empty\n")
    warned = run(blog.root)
    assert warned.exit_code == 0
    assert "warning section-empty" in warned.stdout
    assert warned.stderr == "0 errors, 1 warning in 1 file.\n"

    blog.post("See [it]().\n")
    failed = run(blog.root)
    assert failed.exit_code == 1
    assert failed.stdout.splitlines()[0].endswith(
        f"{POST}:6:5: error link-missing: The link 'it' leads nowhere."
    )
    assert failed.stderr == "1 error, 0 warnings in 1 file.\n"


def test_nothing_found_prints_nothing_on_stdout(blog: BlogFolder) -> None:
    blog.post("Text.\n")
    result = run(blog.root)

    assert (result.exit_code, result.stdout, result.stderr) == (
        0,
        "",
        "0 errors, 0 warnings in 1 file.\n",
    )


@pytest.mark.parametrize("style", ["json", "sarif"])
def test_formats_for_machines_print_a_document_and_no_more(blog: BlogFolder, style: str) -> None:
    blog.post("See [it]().\n")
    result = run(blog.root, "--format", style)

    assert result.exit_code == 1
    json.loads(result.stdout)


def test_rules_are_chosen_and_left_out(blog: BlogFolder) -> None:
    blog.post("[it]()\n")

    assert run(blog.root, "--ignore", "link-missing").exit_code == 0
    assert run(blog.root, "--rule", "section-empty").exit_code == 0
    assert run(blog.root, "--rule", "section-empty", "--rule", "link-missing").exit_code == 1


def test_a_blog_without_a_published_post_has_no_faults(blog: BlogFolder) -> None:
    blog.post("text", head="---\ntitle: x\npublished: false\n---\n")
    assert run(blog.root).exit_code == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["--rule", "pipe-tabel"], "There is no rule 'pipe-tabel'.\nDid you mean 'pipe-table'?"),
        (["--ignore", "alt"], "There is no rule 'alt'."),
        (["--format", "xml"], "'xml' is not one of"),
        (["."], "There is no post or page in '.', so nothing was checked."),
        (["gone.md"], "There is no file or folder 'gone.md'."),
        (["gone", "--baseurl", ""], "There is no folder 'gone'"),
    ],
)
def test_wrong_usage_exits_with_2(
    arguments: list[str], words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    result = run(*arguments)

    assert result.exit_code == 2
    assert words in result.stderr


def test_strict_adds_rules(blog: BlogFolder) -> None:
    blog.write({"assets/a.png": png()})
    blog.post("![A net](/assets/a.png)\n")

    assert "image-size" in run(blog.root, "--strict").stdout
    assert run(blog.root).stdout == ""


def test_without_a_path_the_site_of_the_project_is_checked(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    site = BlogFolder(tmp_path / "site")
    site.post("# Head\n\nText.\n")
    (tmp_path / "pyproject.toml").write_text("[tool.reportgen]\n")
    (tmp_path / "notes.md").write_text(HEAD + "# Not looked at\n")
    monkeypatch.chdir(tmp_path)

    assert run().stdout.startswith(f"site/{POST}:6:3: warning heading-first-level")


def test_without_a_project_the_current_folder_is_checked(
    blog: BlogFolder, monkeypatch: pytest.MonkeyPatch
) -> None:
    blog.post("# Head\n\nText.\n")
    monkeypatch.chdir(blog.root)

    assert run().stdout.startswith(f"{POST}:6:3: warning heading-first-level")


def test_a_built_site_is_checked_under_the_base_url_of_its_blog(blog: BlogFolder) -> None:
    blog.write({"_config.yml": "baseurl: /notes\n", "_site/index.html": "<a href='/x'>x</a>"})

    assert "error site-baseurl" in run(blog.root / "_site").stdout
    assert "error site-link" in run(blog.root / "_site", "--baseurl", "").stdout
    assert run(blog.root / "_site", "--ignore", "site-baseurl").exit_code == 0
