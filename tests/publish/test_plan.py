"""Whose file is whose, and what may be done with it: a table, and laws on random trees."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reportgen.publish.manifest import Manifest
from reportgen.publish.plan import make_plan
from reportgen.publish.trees import Entry

ONE, TWO, THREE = "1" * 40, "2" * 40, "3" * 40
CSS = "assets/reportgen.css"


def tree(files: dict[str, str], mode: str = "100644") -> dict[str, Entry]:
    return {path: Entry(mode, name) for path, name in files.items()}


def mine(files: dict[str, str]) -> Manifest:
    return Manifest("mine", "Mine", "source", files)


CASES = {
    "ours, changed": ({"a": ONE}, {"a": ONE}, {"a": TWO}, []),
    "ours, edited by hand": ({"a": THREE}, {"a": ONE}, {"a": TWO}, [("a", "edited")]),
    "ours, edited by hand to what is wanted": ({"a": TWO}, {"a": ONE}, {"a": TWO}, []),
    "ours, edited by hand, to be removed": ({"a": THREE}, {"a": ONE}, {}, [("a", "edited")]),
    "ours, deleted by hand": ({}, {"a": ONE}, {"a": TWO}, [("a", "deleted")]),
    "ours, deleted by hand, not wanted": ({}, {"a": ONE}, {}, []),
    "theirs, different": ({"a": THREE}, {}, {"a": TWO}, [("a", "foreign")]),
    "theirs, equal": ({"a": TWO}, {}, {"a": TWO}, []),
    "a file where a folder must be": ({"a": ONE}, {}, {"a/b": TWO}, [("a", "blocked")]),
    "a folder where a file must be": ({"a/b": ONE}, {}, {"a": TWO}, [("a", "blocked")]),
    "our file becomes our folder": ({"a": ONE}, {"a": ONE}, {"a/b": TWO}, []),
    "our folder becomes our file": ({"a/b": ONE}, {"a/b": ONE}, {"a": TWO}, []),
}


@pytest.mark.parametrize("name", CASES)
def test_conflicts(name: str) -> None:
    there, owned, wanted, expected = CASES[name]

    plan = make_plan(tree(there), wanted, mine({}), mine(owned))

    assert [(conflict.path, conflict.kind) for conflict in plan.conflicts] == expected


@pytest.mark.parametrize("mode", ["120000", "160000"])
@pytest.mark.parametrize("wanted", [{"a": TWO}, {"a/b": TWO}, {}])
def test_nothing_is_written_over_or_through_a_link(mode: str, wanted: dict[str, str]) -> None:
    plan = make_plan(tree({"a": ONE}, mode), wanted, mine({}), mine({"a": ONE}), overwrite=True)

    assert [(conflict.path, conflict.kind) for conflict in plan.conflicts] == [("a", "blocked")]


def test_overwrite_takes_what_was_edited_and_what_was_foreign() -> None:
    plan = make_plan(
        tree({"a": THREE, "b": THREE}), {"a": TWO, "b": TWO}, mine({}), mine({"a": ONE}),
        overwrite=True,
    )  # fmt: skip

    assert not plan.conflicts
    assert plan.changed == ("a", "b")
    assert plan.manifest.files == {"a": TWO, "b": TWO}


def test_an_equal_file_that_was_there_before_us_is_not_ours_to_remove() -> None:
    first = make_plan(tree({"a": TWO}), {"a": TWO, "b": TWO}, mine({}), None)
    assert first.manifest.files == {"b": TWO}

    second = make_plan(tree({"a": TWO, "b": TWO}), {}, mine({}), first.manifest)
    assert second.removed == ("b",)


def test_the_host_keeps_its_domain() -> None:
    plan = make_plan(tree({"CNAME": ONE}), {"CNAME": TWO, "a": TWO}, mine({}), None)

    assert not plan.conflicts
    assert plan.kept == ("CNAME",)
    assert plan.added == ("a",)
    assert "CNAME" not in plan.manifest.files


def test_a_domain_of_ours_changes_with_us() -> None:
    plan = make_plan(tree({"CNAME": ONE}), {"CNAME": TWO}, mine({}), mine({"CNAME": ONE}))

    assert plan.changed == ("CNAME",)


def test_two_reports_share_their_style_and_neither_removes_it() -> None:
    theirs = Manifest("theirs", "Theirs", "source", {CSS: ONE})

    joined = make_plan(tree({CSS: ONE}), {CSS: TWO}, mine({}), None, [theirs])
    assert not joined.conflicts
    assert joined.manifest.files == {CSS: TWO}

    left = make_plan(tree({CSS: TWO}), {}, mine({}), joined.manifest, [theirs])
    assert left.removed == ()
    assert left.manifest.files == {}


def test_two_reports_do_not_replace_each_others_posts() -> None:
    theirs = Manifest("theirs", "Theirs", "source", {"_posts/a.md": ONE})

    plan = make_plan(tree({"_posts/a.md": ONE}), {"_posts/a.md": TWO}, mine({}), None, [theirs])

    assert [conflict.kind for conflict in plan.conflicts] == ["foreign"]


PATHS = st.sampled_from(["a", "b", "a/b", "a/c", "a/b/c", "CNAME", "d/e", CSS])


def possible(files: dict[str, str]) -> bool:
    """Whether git can hold these files: no path is a file and a folder."""
    return not any(path.startswith(f"{other}/") for path in files for other in files)


FILES = st.dictionaries(PATHS, st.sampled_from([ONE, TWO, THREE]), max_size=6).filter(possible)


@given(there=FILES, owned=FILES, wanted=FILES, overwrite=st.booleans())
def test_a_plan_without_conflicts_loses_no_file_of_others(
    there: dict[str, str], owned: dict[str, str], wanted: dict[str, str], overwrite: bool
) -> None:
    plan = make_plan(tree(there), wanted, mine({}), mine(owned), overwrite=overwrite)
    if plan.conflicts:
        return
    after = {path: name for path, name in there.items() if path not in plan.removed}
    after |= plan.write
    foreign = {path: name for path, name in there.items() if path not in owned}
    kept = {path for path in foreign if path not in wanted or not overwrite}

    assert {path: after[path] for path in kept} == {path: foreign[path] for path in kept}
    assert {path: after[path] for path in wanted if path not in plan.kept} == {
        path: name for path, name in wanted.items() if path not in plan.kept
    }
    assert possible(after)


@given(there=FILES, owned=FILES, wanted=FILES)
def test_a_plan_carried_out_leaves_nothing_to_do(
    there: dict[str, str], owned: dict[str, str], wanted: dict[str, str]
) -> None:
    plan = make_plan(tree(there), wanted, mine({}), mine(owned))
    if plan.conflicts:
        return
    after = {path: name for path, name in there.items() if path not in plan.removed} | plan.write

    assert make_plan(tree(after), wanted, mine({}), plan.manifest).empty
