"""Works are cited by their BibTeX keys, listed at the end, and never by a key that is not there."""

import re
from collections.abc import Callable
from html import unescape
from pathlib import Path

import pytest

from reportgen.engine.nodes import discover
from reportgen.engine.snapshot import digests
from reportgen.errors import ReportgenError
from reportgen.freshness import Sources
from reportgen.posts import Post, check_posts, render_posts
from reportgen.posts.bibliography import read_bib
from tests.posts.world import World, make_project, make_world, render_text

BIB = r"""
@string{neurips = "Advances in Neural Information Processing Systems"}
@inproceedings{ho2020, author={Ho, Jonathan and Jain, Ajay and Abbeel, Pieter},
  title={Denoising Diffusion}, booktitle=neurips # { 33}, year=2020, month=jun,
  pages={6840--6851}, eprint={2006.11239}, archivePrefix={arXiv}}
@misc{Ho:2022, author={Ho, Jonathan and Salimans, Tim}, title={Guidance}, year=2022,
  note={arXiv preprint arXiv:2207.12598}}
@article{geng-b, author={Geng, Daniel and Park, Inbum and Owens, Andrew}, title={Visual},
  journal={arXiv preprint arXiv:2311.17919}, year=2024}
@article{geng-a, author={Geng, Daniel and Park, Inbum and Owens, Andrew}, year=2024,
  title={A $\beta$ | x_1 {{ y }} \& \emph{50\%} of {\'e}t\"ude <i>}, journal={J. of {Things}},
  volume=3, number=2, pages={1-9}, doi={https://doi.org/10.1000/a_b<c>}}
@phdthesis{vdm, author={van der Meer, Anna and others}, title={A Thesis}, school={ETH}, date={1999-02}}
@online{page, title={A Page.}, url={https://www.example.org/a_b~c?x=1&y=%20}}
@incollection{chapter, crossref={book}, title={Chapter}, author={{The Foo Group}}}
@book{book, title={The Book}, editor={One, Some and Two, Any}, year={2001}, publisher={P \& Q}}
"""  # noqa: E501
BODY = """\
<%= citet("ho2020") %> began; see <%= cite("Ho:2022", "geng-a", before="also", after="p. 3") %>.

- in a list <%= cite("vdm") %>
  - deeper, <%= cite("page", text="a page") %>[^note]

> A quote (<%= cite("geng-b", bare=True) %>).

| a | b |
|---|---|
| <%= cite("chapter") %> | <%= cite("book") %> |

## Of <%= cite("ho2020") %>

Text.

[^note]: A note <%= cite("ho2020") %>.
"""


def cited(tmp_path: Path, body: str, bib: str = BIB, **settings: str) -> Post:
    folder = tmp_path / "templates" / "posts"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "refs.bib").write_text(bib, encoding="utf-8")
    return render_text(tmp_path, body, **settings)


def words(html: str) -> str:
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]+>", "", html)))


def test_authors_and_years_everywhere(tmp_path: Path, kramdown: Callable[[str], str]) -> None:
    post = cited(tmp_path, BODY)
    body = re.sub(r"{%.*?%}|{{.*?}}", "", post.markdown.split("---\n", 2)[2])
    for html in (post.html, kramdown(body)):
        text = words(html)
        for said in (
            "Ho et al. (2020) began",
            "(also Ho and Salimans 2022; Geng et al. 2024a, p. 3).",
            "in a list (van der Meer et al. 1999)",
            "deeper, a page",
            "A quote (Geng et al. 2024b).",
            "(The Foo Group 2001)",
            "(One and Two 2001)",
            "Of (Ho et al. 2020)",
            "A note (Ho et al. 2020).",
        ):
            assert said in text
        ids = re.findall(r'\bid="([^"]+)"', html)
        assert len(ids) == len(set(ids))
        assert set(re.findall(r'href="#([^"]+)"', html)) <= set(ids)
    assert post.headings[0].html == "Of (Ho et al. 2020)"


def test_the_list_says_what_the_entries_say(tmp_path: Path) -> None:
    html = cited(tmp_path, BODY).html
    items = [words(item) for item in re.findall(r'(?s)<li id="ref-.*?</li>', html)]
    assert [item.removesuffix("\xa0↩\ufe0e") for item in items] == [
        "“A Page” (n.d.). example.org/a_b~c?x=1&y=%20",
        "Daniel Geng, Inbum Park and Andrew Owens (2024a). “A β | x_1 y & 50% of étüde <i>”. "
        "J. of Things 3(2), 1–9. doi:10.1000/a_b<c>",
        "Daniel Geng, Inbum Park and Andrew Owens (2024b). “Visual”. arXiv:2311.17919",
        "Jonathan Ho, Ajay Jain and Pieter Abbeel (2020). “Denoising Diffusion”. "
        "In Advances in Neural Information Processing Systems 33, pp. 6840–6851. arXiv:2006.11239",
        "Jonathan Ho and Tim Salimans (2022). “Guidance”. arXiv:2207.12598",
        "Some One and Any Two (eds.) (2001). The Book. P & Q.",
        "The Foo Group (2001). “Chapter”. In The Book. P & Q.",
        "Anna van der Meer et al. (1999). A Thesis. PhD thesis, ETH.",
    ]
    for address in (
        "https://doi.org/10.1000/a&#95;b%3Cc%3E",
        "https://arxiv.org/abs/2006.11239",
        "https://www.example.org/a&#95;b&#126;c?x&#61;1&#38;y&#61;%20",
    ):
        assert f'href="{address}"' in html


def test_numbers_in_order_of_appearance(tmp_path: Path) -> None:
    post = cited(tmp_path, BODY, citations="number")
    text = words(post.html)
    assert "Ho et al. [1] began; see [also 2, 3, p. 3]." in text
    assert "A quote ([6])." in text
    listed = re.findall(r'<li id="ref-([^"]+)"', post.html)
    assert listed == ["ho2020", "ho-2022", "geng-a", "vdm", "page", "geng-b", "chapter", "book"]
    assert "(2024a)" not in text


def test_captions_cite_also_those_that_are_written_in_python(tmp_path: Path) -> None:
    caption = '<%= figure("B.1a", caption="After " ~ cite("ho2020") ~ ".") %> <%= ref("B.1a") %>'
    body = f'---\ntitle: A\n---\n{caption}\n\n<%= figure("B.1c") %>\n\n<%= cite("Ho:2022") %>\n'
    project = make_project(tmp_path, {"2024-11-19-a.md": body}, citations="number")
    (project.posts_dir / "a.bib").write_text(BIB)
    world = make_world(tmp_path / "drawn")
    world.change("B.1c", caption="A strip [@vdm; @geng-a], not [@x](y) or x@y.")
    [post] = render_posts(project, world)
    captions = [words(c) for c in re.findall(r"(?s)<figcaption>.*?</figcaption>", post.html)]
    assert "After [1]." in captions[0]
    assert "A strip [2, 3], not @x or x@y." in captions[1]
    assert words(post.html).count("[4]") == 1
    world.change("B.1c", caption="A strip [@vdn].")
    with pytest.raises(ReportgenError, match=r"(?s)caption cites '.@vdn.'.*'vdm'") as fault:
        render_posts(project, world)
    assert fault.value.place is not None
    assert fault.value.place.line == 6


# body, line and column, parts of the message
FAULTS = {
    "unknown key": ('a\nb <%= cite("ho2021") %>', "5:13", ["'ho2021'", "refs.bib", "'ho2020'"]),
    "another case": ('<%= cite("HO2020") %>', "4:11", ["'HO2020'", "'ho2020'"]),
    "no key": ("<%= cite() %>", "4:1", ["names no work"]),
    "in code": ('`<%= cite("ho2020") %>`', "4:12", ["cannot stand in code"]),
    "in a formula": ('$x <%= cite("ho2020") %>$', "4:14", ["cannot stand in a formula"]),
    "a list of nothing": ("<%= references() %>", "4:5", ["cites nothing"]),
    "a list twice": (
        '<%= cite("ho2020") %>\n\n<%= references() %>\n\n<%= references() %>',
        "8:5",
        ["references() can stand but once"],
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_faults_have_a_place(name: str, tmp_path: Path) -> None:
    body, place, parts = FAULTS[name]
    with pytest.raises(ReportgenError) as fault:
        cited(tmp_path, body)
    assert f"2024-11-19-a-post.md:{place}:" in str(fault.value)
    for part in [*parts, "^"]:
        assert part in str(fault.value)


# BibTeX, place and message; nothing where BibTeX, too, only warns
BROKEN = {
    "@article{a, title={x}": "refs.bib:1:21: Not valid BibTeX: premature end of file.",
    "\n@article{a, title={x} year=3}": "refs.bib:2:23: Not valid BibTeX: '}' expected.",
    "@book{a, title={x}}\n\n@book{A, title={y}}": "refs.bib:3:1: 'A' is there twice",
    "@article{,title={x}}": "refs.bib:1:10: Not valid BibTeX: entry key expected.",
    "@article{a, month = foo, title={x}, title={y}}": "",
    "@comment{ @article{x,} } @article{a, author={b, c, d, e, f}}": "",
    "": "",
}  # fmt: skip


def test_broken_files_are_told_with_their_line(tmp_path: Path) -> None:
    file = tmp_path / "refs.bib"
    for text, message in BROKEN.items():
        file.write_text(text)
        if message:
            with pytest.raises(ReportgenError) as fault:
                read_bib(file, "refs.bib")
            assert str(fault.value).startswith(message)
        else:
            assert set(read_bib(file, "refs.bib")) <= {"a"}


def test_works_that_nothing_cites_are_warned_of(tmp_path: Path) -> None:
    [warning] = cited(tmp_path, '<%= cite("ho2020", "Ho:2022", "geng-a", "geng-b") %>').warnings
    assert warning == (
        "templates/posts/refs.bib:13: No post cites 'vdm', 'page' (line 14), 'chapter' (line 15), "
        "'book' (line 16)."
    )


def test_each_post_has_its_own_file_and_all_share_the_rest(tmp_path: Path) -> None:
    head = "---\ntitle: T\n---\n"
    posts = {"2024-01-01-a.md": head + '<%= cite("x") %>\n', "2024-01-02-b.md": head + "B.\n"}
    project = make_project(tmp_path, posts, bibliography=("lib/all.bib",))
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "all.bib").write_text("@misc{x, title={Shared}, year=1}")
    (project.posts_dir / "b.bib").write_text("@misc{x, title={Own}, year=2}")
    a, b = render_posts(project, World())
    assert "“Shared” (1)" in a.html
    assert [*a.warnings] == []
    assert b.warnings == ("templates/posts/b.bib:1: This post does not cite 'x'.",)
    project.config_file.touch()
    assert {"lib/all.bib", "templates/posts/b.bib"} <= set(digests(project, Sources(tmp_path)))
    (project.posts_dir / "more.bib").write_text("\n@misc{x, title={Other}}")
    with pytest.raises(ReportgenError, match=r"all\.bib:1: 'x' is another work in .*more\.bib:2"):
        render_posts(project, World())


def test_unknown_works_are_found_before_anything_runs(tmp_path: Path) -> None:
    post = '---\ntitle: A\n---\n<%= cite("ho202", "vdm") %> <%= figure("A.1") %>\n'
    project = make_project(tmp_path, {"2024-01-01-a.md": post})
    (project.posts_dir / "refs.bib").write_text(BIB)
    (tmp_path / "experiments").mkdir()
    (tmp_path / "experiments" / "a.py").write_text(
        "from reportgen import Strip, figure\n\n"
        '@figure("A.1", caption="A [@vdn].")\ndef a():\n    raise SystemExit("nothing may run")\n'
    )
    with pytest.raises(ReportgenError) as fault:
        check_posts(project, discover(project))
    said = str(fault.value)
    assert "2024-01-01-a.md:4:11: No work has the key 'ho202'" in said
    assert "experiments/a.py:4: The caption of 'A.1' cites '@vdn'." in said
    assert said.startswith("2 faults:")


CFF = """\
cff-version: 1.2.0
title: The Code
version: 1.2
date-released: 2024-03-05
repository-code: https://example.org/code
authors:
  - {family-names: Meer, given-names: Anna, name-particle: van der}
  - {name: The Foo Group}
"""
PREFERRED = """\
preferred-citation:
  type: conference-paper
  title: The Paper
  year: 2023
  authors: [{family-names: Roe, given-names: R.}]
  conference: {name: NeurIPS}
  start: 3
  end: 9
"""


def bibtex_of(post: Post) -> list[str]:
    found = re.findall(r"(?s)<pre><code>(.*?)</code></pre>", post.html)
    return [words(text) for text in found]


def test_a_post_says_how_it_is_cited(tmp_path: Path) -> None:
    (tmp_path / "CITATION.cff").write_text(CFF)
    post = cited(tmp_path, '<%= cite("ho2020") %>')
    own, code = bibtex_of(post)
    assert 'author = "van der Meer, Anna and {The Foo Group}"' in own
    assert own.startswith("@misc{meer2024,")
    assert 'month = "November"' in own
    assert code.startswith("@software{meer2024code,")
    for part in ('version = "1.2"', 'year = "2024"', 'url = "https://example.org/code"'):
        assert part in code
    assert 'url = "{{ site.url }}{{ site.baseurl }}{{ page.url }}"' in post.markdown
    (tmp_path / "CITATION.cff").write_text(CFF + PREFERRED)
    paper = bibtex_of(cited(tmp_path, "<%= cite_this() %>"))[1]
    assert paper.startswith("@inproceedings{roe2023paper,")
    for part in ('booktitle = "NeurIPS"', 'pages = "3--9"', 'author = "Roe, R."'):
        assert part in paper
    (tmp_path / "CITATION.cff").write_text("title: [")
    with pytest.raises(ReportgenError, match=r"CITATION\.cff: .*not valid YAML"):
        cited(tmp_path, "<%= cite_this() %>")


def test_lists_stand_where_they_are_asked_for(tmp_path: Path) -> None:
    body = '<%= cite("ho2020") %>\n\n### Literature\n\n<%= references() %>\n\nThe end.\n'
    html = cited(tmp_path, body).html
    assert html.count('class="rg-refs"') == 1
    assert html.index("Literature") < html.index("rg-refs") < html.index("The end")
    assert "References</h2>" not in html
    assert "rg-bibtex" not in cited(tmp_path, "Nothing is cited.").html
