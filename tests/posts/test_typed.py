"""Numbers typed by hand where a cited node has them."""

import pytest

from tests.conftest import ProjectFolder

CODE = """
    from reportgen import Curve, artifact, figure


    @artifact
    def trained(*, epochs=25, rate=0.0015):
        "A training."
        return {"accuracy": 0.9934, "losses": [3.0, 2.0, 1.0], "best": {"loss": 12.75}}


    @artifact
    def other(*, width=640):
        "Cited by no paragraph."
        return {"height": 480}


    @figure("A.1", caption="A line.")
    def line(trained):
        return Curve({"loss": trained["losses"]}, x="epoch", y="loss")
    """
HEAD = "---\ntitle: T\n---\n"
SHOWN = '<%= figure("A.1") %>'
ROWS = [
    ('After 25 epochs (<%= ref("A.1") %>) it is done.', "trained.epochs"),
    ("It has <%= trained.accuracy %>, or 99.3 % of all.", "trained.accuracy"),
    ("It has <%= trained.accuracy %>, or 0.99 as a share.", "trained.accuracy"),
    ("The best of <%= trained.epochs %> is 12.75.", "trained.best.loss"),
    ("The best of <%= trained.epochs %> is\n12.8 by rounding.", "trained.best.loss"),
    ("A rate of 0.0015, for <%= trained.epochs %> epochs.", "trained.rate"),
    # another paragraph's node, another number, and what is no number of prose
    ("It is 640 wide, after <%= trained.epochs %> epochs.", None),
    ("It took <%= trained.epochs %> epochs and 26 hours.", None),
    ("It took <%= trained.epochs %> epochs, that is <%= 25 %> of them.", None),
    ("In `epochs=25` of <%= trained.epochs %> and $n = 25$ and [25 cats](https://a.b/25).", None),
    ("For <%= trained.epochs %> epochs of 2025-11-25, B.25, v25 and 12.751.", None),
    ("The 3 losses fall, <%= trained.epochs %> times.", None),
    ("Without a citation 25 is only a number.", None),
]


@pytest.fixture(scope="module")
def warned(tmp_path_factory: pytest.TempPathFactory) -> list[list[str]]:
    """The warnings of one build, by row."""
    folder = ProjectFolder(tmp_path_factory.mktemp("typed"))
    folder.write({"pyproject.toml": '[tool.reportgen]\ntitle = "N"\n', "experiments/r.py": CODE})
    for i, (text, _) in enumerate(ROWS):
        post = f'{HEAD}See <%= ref("A.1") %>.\n\n{text}\n\n{SHOWN}\n'
        (folder.root / "templates/posts").mkdir(parents=True, exist_ok=True)
        (folder.root / f"templates/posts/2024-01-01-row-{i}.md").write_text(post)
    done = folder.run("build", env={"COLUMNS": "2000"})
    assert done.code == 0, done
    lines = [line for line in (done.out + done.err).splitlines() if "is typed" in line]
    return [[line for line in lines if f"row-{i}.md" in line] for i in range(len(ROWS))]


@pytest.mark.parametrize("row", range(len(ROWS)), ids=[text for text, _ in ROWS])
def test_a_typed_number_is_told_where_a_cited_node_has_it(
    row: int, warned: list[list[str]]
) -> None:
    text, name = ROWS[row]
    if name is None:
        assert warned[row] == []
        return
    [line] = warned[row]
    assert f"'{name}'" in line
    assert f":{6 + text.count(chr(10))}:" in line
