"""docs/rules.md names every rule as the table does, and its examples behave as it says."""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from reportgen.checks import RULES, Finding, check_site, check_templates
from reportgen.checks.templates import templates_below
from tests.checks.conftest import HEAD, POST, BlogFolder, png

PAGE = (Path(__file__).parents[2] / "docs" / "rules.md").read_text(encoding="utf-8")
SECTION = re.compile(
    r"^### (?P<rule>[\w-]+)\n(?P<why>.*?)\nBad:\n\n(?P<a>`{3,})\w+\n(?P<bad>.*?)\n(?P=a)\n"
    r"\nGood:\n\n(?P<b>`{3,})\w+\n(?P<good>.*?)\n(?P=b)$",
    re.DOTALL | re.MULTILINE,
)
EXAMPLES = {match["rule"]: match for match in SECTION.finditer(PAGE)}
FILE = re.compile(r"^==> (?P<name>.+?)(?: \((?P<mb>\d+) MB\))? <==$", re.MULTILINE)


def files(example: str) -> Iterator[tuple[str, str | bytes]]:
    """The files of an example; images are made up."""
    if not FILE.match(example):
        yield POST, HEAD + example + "\n"
        yield from ((f"assets/{name}.png", png()) for name in ("unet", "loss"))
        return
    _, *parts = FILE.split(example)
    for name, megabytes, content in zip(parts[::3], parts[1::3], parts[2::3], strict=True):
        is_image = name.endswith(".png")
        size = int(megabytes or 0) << 20
        yield name, png(size=size) if is_image else content.removeprefix("\n") + "\n"


def check(blog: BlogFolder, rule: str, example: str) -> list[Finding]:
    written = dict(files(example))
    blog.write(
        {
            name: content.encode().replace("\ufffd".encode(), b"\xff")
            if isinstance(content, str)
            else content
            for name, content in written.items()
        }
    )
    if rule == "template":
        return check_templates(templates_below([blog.root]))
    if rule.startswith("site-"):
        return check_site(blog.root, "/notes")
    found = blog.check(strict=RULES[rule].strict)
    if FILE.match(example) is None:
        found = [finding for finding in found if finding.rule != "image-orphaned"]
    return found


def test_the_page_has_every_rule_and_no_other() -> None:
    assert sorted(EXAMPLES) == sorted(RULES)


def test_the_list_at_the_top_is_the_table() -> None:
    rows = re.findall(
        r"^\| \[`([\w-]+)`\]\(#([\w-]+)\) \| (\w+)(, strict)? \| (.+) \|$", PAGE, re.M
    )
    table = [
        (rule.id, rule.id, rule.severity, ", strict" if rule.strict else "", rule.summary)
        for rule in sorted(RULES.values(), key=lambda rule: rule.id)
    ]

    assert [(*row[:4], row[4].replace(r"\|", "|")) for row in rows] == table


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_bad_example_is_found(blog: BlogFolder, rule: str) -> None:
    found = check(blog, rule, EXAMPLES[rule]["bad"])

    assert rule in {finding.rule for finding in found}
    assert {f.severity for f in found if f.rule == rule} == {RULES[rule].severity}


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_good_example_is_clean(blog: BlogFolder, rule: str) -> None:
    found = check(blog, rule, EXAMPLES[rule]["good"])

    wanted = [f for f in found if f.rule == rule or not RULES[rule].strict]
    assert wanted == []


@pytest.mark.parametrize("rule", sorted(RULES))
def test_the_page_says_why_and_the_messages_are_sentences(blog: BlogFolder, rule: str) -> None:
    assert len(EXAMPLES[rule]["why"].split()) >= 5
    assert ("*Strict.*" in EXAMPLES[rule]["why"]) == RULES[rule].strict
    for finding in check(blog, rule, EXAMPLES[rule]["bad"]):
        assert finding.message.endswith((".", "?"))
        assert finding.hint == "" or finding.hint.rstrip("'").endswith((".", "?")), finding.hint
