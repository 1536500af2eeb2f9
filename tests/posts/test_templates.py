"""What templates can say, and the text that comes of it."""

import re
from dataclasses import replace
from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from reportgen.media import Curve, Panels
from reportgen.posts import figures_of, render_posts
from reportgen.posts.marks import without_marks
from tests.posts.world import make_project, make_world, markdown_body, render_body, render_text


def body_of(tmp_path: Path, body: str) -> str:
    """The generated Markdown without the marks of its values, and what makes them beautiful."""
    text = markdown_body(render_text(tmp_path, body)).partition("\n\n<link ")[0]
    return without_marks(text).replace("&nbsp;", "\u00a0")


@pytest.mark.parametrize(
    ("source", "expected"),
    [
        ("<%= denoiser.test_psnr | db %>", "20.8\u00a0dB"),
        ("<%= denoiser.sigma %> and <%= denoiser.epochs %>", "0.5 and 5"),
        ("<%= denoiser.count | integer %>", "60,000"),
        ("<%= denoiser.loss.0 %> <%= denoiser.loss | length %>", "0.31 3"),
        ('<%= denoiser.by_sigma["1.0"] | round(1) %>', "13.1"),
        ('<%= param("denoiser", "sigma") %>', "0.5"),
        ("<%= denoiser.loss %>", "0.31, 0.12, 0.08"),
        ("$\\sigma = <%= denoiser.sigma %>$ ".strip(), None),
        ("a <%# gone %>b", "a b"),
        ("<% if denoiser.epochs > 3 %>many<% else %>few<% endif %>", "many"),
        ("<%= post.title %>", "A"),
        ("<% raw %><%= x %><% endraw %>", "<%= x %>"),
        ("100 % <b>x</b>", "100 % <b>x</b>"),
        ("<% claim denoiser.test_psnr > 19 %>yes<% endclaim %>", "yes"),
        ("<% claim denoiser.test_psnr | round(1) == 20.8 %>yes<% endclaim %>", "yes"),
    ],
)
def test_expressions(source: str, expected: str | None, tmp_path: Path) -> None:
    found = body_of(tmp_path, source)
    if expected is None:
        assert "><mi>σ</mi>" in found
    else:
        assert found == expected


def test_whole_line_tags_leave_no_blank_lines(tmp_path: Path) -> None:
    source = "| a | b |\n|---|---|\n<% for i in [1, 2] %>\n| <%= i %> | x |\n<% endfor %>\n\nend"
    assert body_of(tmp_path, source) == "| a | b |\n|---|---|\n| 1 | x |\n| 2 | x |\n\nend"


def test_a_tag_at_the_end_of_a_line_keeps_the_paragraphs_apart(tmp_path: Path) -> None:
    source = (
        "<% claim denoiser.epochs == 5 %>One.<% endclaim %>\n\nTwo <% if true %>x<% endif %>\nthree"
    )
    assert body_of(tmp_path, source) == "One.\n\nTwo x\nthree"


def test_numbers_run_in_order_of_appearance_whatever_is_asked_first(tmp_path: Path) -> None:
    post = render_body(
        tmp_path,
        """
        <% set later = figure("B.1a") %>
        <%= ref("B.1a") %>, <%= ref("B.1b") %>, <%= ref("B.1e") %>

        <%= figure("B.1b") %>

        <%= figure("B.1e") %>

        <%= later %>
        """,
    )
    text = post.markdown
    assert post.figures == ("B.1b", "B.1e", "B.1a")
    assert 'href="#fig-b-1a">Figure&nbsp;2</a>, ' in text
    assert 'href="#fig-b-1b">Figure&nbsp;1</a>, ' in text
    assert 'href="#table-b-1e">Table&nbsp;1</a>' in text
    assert "<b>Figure\u00a02</b>" in text
    assert 'id="table-b-1e"' in text


def test_what_was_told_of_a_far_artifact_is_told_once(tmp_path: Path) -> None:
    world = make_world(tmp_path / "drawn")
    world.artifact("samples", {}, gamma=5, prompts=[])
    world.change("samples", node=replace(world["samples"].node, inputs=("denoiser",)))
    for id in ("B.1a", "B.1c"):
        world.change(id, node=replace(world[id].node, inputs=("samples",)))
    body = '<%= figure("B.1a") %>\n\n<%= figure("B.1c") %>\n\n<%= figure("B.1b") %>\n'
    project = make_project(tmp_path, {"2024-11-19-a-post.md": f"---\ntitle: A\n---\n{body}"})
    html = render_posts(project, world)[0].html
    assert re.findall(r"<dt>Parameters</dt><dd>(.*?)</dd>", html) == [
        "samples: gamma = 5; denoiser: sigma = 0.5, epochs = 5, batch_size = 32, lr = 0.0001",
        "samples: gamma = 5; denoiser: as in Figure 1",
        "smooth = 0.9; denoiser: sigma = 0.5, epochs = 5, batch_size = 32, lr = 0.0001",
    ]


def test_a_figure_is_one_raw_block_at_column_zero(tmp_path: Path) -> None:
    text = render_body(tmp_path, 'a\n<%= figure("B.1b") %>\nb <%= ref("B.1b") %>').markdown
    lines = text.split("\n")
    (start,) = [i for i, line in enumerate(lines) if line.startswith("<figure")]
    end = next(i for i in range(start, len(lines)) if lines[i].endswith("</figure>"))
    assert lines[start - 1] == ""
    assert lines[end + 1] == ""
    assert all(lines[start : end + 1])
    assert "{{ site.baseurl }}/assets/figures/a-post/b-1b.png" in text


def test_provenance_names_command_parameters_and_all_that_made_it(tmp_path: Path) -> None:
    html = render_body(tmp_path, '<%= figure("B.1b") %> <%= ref("B.1b") %>').html
    for part in (
        "<code>reportgen figure B.1b</code>",
        "smooth = 0.9; denoiser: sigma = 0.5, epochs = 5, batch_size = 32, lr = 0.0001",
        "<dt>Seed</dt><dd>180 of the project, 180 of this node</dd>",
        "<dt>Device</dt><dd>cpu, 2 threads</dd>",
        "<code>4f2c1e9</code>",
        "6\u00a0min 12\u00a0s, after denoiser 6\u00a0min 12\u00a0s",
        "<time>2026-11-21</time>",
        "Fresh: code, data and parameters match",
        'b-1b.csv" download="">CSV<span class="vh"> of Figure 1</span>',
    ):
        assert part in html


def test_a_quoted_value_links_to_its_figure_where_that_is_shown(tmp_path: Path) -> None:
    source = '<%= denoiser.test_psnr | db | of("B.1b") %>'
    shown = render_body(tmp_path, f'{source}\n\n<%= figure("B.1b") %>').markdown
    link = 'href="#fig-b-1b"><data value="20.7643">20.8&nbsp;dB</data></a>'
    assert f'<a class="val rg-val rg-num" data-v="a-post/1" {link}' in shown
    alone = render_body(tmp_path, source).markdown
    assert (
        '<span class="rg-num" data-v="a-post/1"><data value="20.7643">20.8&nbsp;dB</data></span>'
        in alone
    )


def test_a_relation_in_a_caption_stays_on_one_line(tmp_path: Path) -> None:
    body = '<%= figure("B.1c", caption="Noise of t = 690, and a == b.") %>'
    html = render_body(tmp_path, body).html
    assert "Noise of t\u00a0=\u00a0690, and a == b." in html


def test_a_caption_of_the_post_replaces_that_of_the_run(tmp_path: Path) -> None:
    body = '<%= figure("B.1c", caption="Mine, *of* $x_1$ and " ~ ref("B.1c")) %>'
    html = render_body(tmp_path, body).html
    assert "Mine, <em>of</em> <math" in html
    assert "A strip." not in html


def test_a_missing_figure_leaves_a_note_and_a_warning(tmp_path: Path) -> None:
    world = make_world(tmp_path / "drawn")
    world.figure("B.9", None, tmp_path, state="failed")
    world.change("B.9", reason="ValueError: no")
    text = '---\ntitle: A\n---\n<%= figure("B.9") %> <%= ref("B.9") %>'
    (post,) = render_posts(make_project(tmp_path, {"2024-11-19-a.md": text}), world)
    assert "This figure is not there yet: ValueError: no." in post.html
    assert post.warnings == (
        "templates/posts/2024-11-19-a.md:4: 'B.9' is failed; a note stands in.",
    )


@pytest.mark.parametrize(
    ("body", "warning"),
    [
        ('x\n\n<%= figure("B.1c") %>', ":6: No text points to Figure 1 ('B.1c')."),
        ("## One\n\n## Two\n\ntext", ":4: The heading 'One' has nothing under it."),
        ("text\n\n## End", ":6: The heading 'End' has nothing under it."),
        ("text\n\n## `End`s of $x$", ":6: The heading 'Ends of x' has nothing under it."),
        ("# Title\n\ntext", ":4: 'Title' is a second title; begin with '##'."),
        ("## A\n\nb\n\n#### C\n\nd", ":8: 'C' skips a level of heading."),
    ],
)
def test_warnings_have_their_place(body: str, warning: str, tmp_path: Path) -> None:
    assert any(w.endswith(warning) for w in render_body(tmp_path, body).warnings)


def test_a_template_in_the_front_matter_is_warned_of(tmp_path: Path) -> None:
    head = '---\ntitle: "<%= denoiser.epochs %> epochs"\n---\n'
    world = make_world(tmp_path / "drawn")
    [post] = render_posts(make_project(tmp_path, {"2024-11-19-a.md": head + "text"}), world)
    assert [w.partition(" ")[0] for w in post.warnings] == ["templates/posts/2024-11-19-a.md:2:"]


def test_a_heading_above_a_deeper_one_is_not_empty(tmp_path: Path) -> None:
    assert render_text(tmp_path, "## A\n\n### B\n\ntext").warnings == ()


def test_references_reach_other_posts(tmp_path: Path) -> None:
    one = '---\ntitle: One\n---\nAs <%= ref("B.1c") %> of the other shows.'
    two = '---\ntitle: "Two: more"\n---\n<%= figure("B.1c") %> <%= ref("B.1c") %>'
    project = make_project(tmp_path, {"2024-11-19-one.md": one, "2024-11-20-two.md": two})
    (post,) = render_posts(project, make_world(tmp_path / "drawn"), selection=["one"])
    assert 'href="../two/#fig-b-1c">Figure&nbsp;1 of “Two: more”</a>' in post.html
    assert 'rg_post.path == "_posts/2024-11-20-two.md"' in post.markdown


def test_references_reach_panels(tmp_path: Path) -> None:
    one = '<%= figure("P.1") %> See <%= ref("P.1", panel="b") %>.'
    world = make_world(tmp_path / "drawn")
    curve = Curve({"y": [1.0, 2.0, 4.0]}, x="step", y="value")
    world.figure("P.1", Panels({"left": curve, "right": curve}), tmp_path / "drawn", caption="Two.")
    project = make_project(tmp_path, {"2024-11-19-one.md": f"---\ntitle: One\n---\n{one}"})
    (post,) = render_posts(project, world)
    assert 'href="#fig-p-1-b">Figure&nbsp;1(b)</a>' in post.html
    assert 'id="fig-p-1-b"' in post.html
    source = project.templates_dir / "posts/2024-11-19-one.md"
    source.write_text(source.read_text().replace('panel="b"', 'panel="c"'))
    with pytest.raises(ReportgenError, match=r"'P\.1' has the panels a, b; there is no 'c'"):
        render_posts(project, world)


def test_headings_say_their_ids_and_are_listed(tmp_path: Path) -> None:
    post = render_text(tmp_path, "## A & *b*\n\nx\n\n### The $x_1$ of it\n\ny\n\n## A & *b*\n\nz")
    assert [(h.level, h.id) for h in post.headings] == [
        (2, "a--b"),
        (3, "the--of-it"),
        (2, "a--b-1"),
    ]
    assert "## A & *b* {#a--b}\n" in post.markdown


def test_front_matter_passes_and_gains_what_layouts_need(tmp_path: Path) -> None:
    body = '<%= figure("B.1a") %> <%= ref("B.1a") %>'
    data = render_body(tmp_path, body).front_matter
    assert data["layout"] == "post"
    assert "date" not in data  # Jekyll takes that of the file's name
    assert data["image"]["path"] == "/assets/figures/a-post/card.png"
    assert data["reportgen"]["figures"][0]["anchor"] == "fig-b-1a"
    assert data["reportgen"]["commit"] == "4f2c1e9"


@pytest.mark.parametrize(
    ("setting", "address"),
    [
        ("root", "=/assets/figures/"),
        ("relative", "={{ rg_root }}/assets/figures/"),
        ("absolute", "={{ site.url }}{{ site.baseurl }}/assets/figures/"),
    ],
)
def test_addresses_of_assets(setting: str, address: str, tmp_path: Path) -> None:
    text = render_body(tmp_path, '<%= figure("B.1c") %>', asset_url=setting).markdown
    images = re.findall(r'<img [^>]*src=("[^"]*")', text)
    assert images
    assert all(address in "=" + image.replace('"', "") for image in images)


def test_a_theme_that_completes_images_gets_the_rest_complete(tmp_path: Path) -> None:
    body = '<%= figure("B.1b") %>\n\n<%= figure("B.1c") %>'
    text = render_body(tmp_path, body, asset_url="root").markdown
    addresses = re.findall(r'(href|srcset|src)="([^"#]+)', text)
    for name, found in addresses:
        image = name == "src" and not found.endswith(".js")
        assert found.startswith("/assets/" if image else "{{ site.baseurl }}/assets/"), found


def test_liquid_that_nobody_meant_is_literal(tmp_path: Path) -> None:
    found = body_of(tmp_path, "{{ x }} {{ site.baseurl }} `{{ y }}` {% foo %}")
    assert found == "&#123;{ x }} {{ site.baseurl }} `{% raw %}{{ y }}{% endraw %}` &#123;% foo %}"


def test_what_a_template_uses_is_found_without_running_it(tmp_path: Path) -> None:
    body = '<%= figure("A.1") %><%= table(id="T.1") %><%= ref("A.2") %><%= walk.last %>'
    project = make_project(tmp_path, {"2024-11-19-a.md": f"---\ntitle: A\n---\n{body}"})
    uses = figures_of(project.posts_dir / "2024-11-19-a.md")
    assert uses.figures == ("A.1", "T.1")
    assert uses.refs == ("A.2",)
    assert "walk" in uses.names
    assert not uses.dynamic


def test_two_runs_give_the_same_bytes(tmp_path: Path) -> None:
    body = '<%= figure("B.1b") %> $x$ <%= ref("B.1b") %>'
    assert render_body(tmp_path, body) == render_body(tmp_path, body)


def test_a_figure_shown_twice_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(ReportgenError, match="is shown twice; first in line 4") as caught:
        render_body(tmp_path, '<%= figure("B.1c") %>\n\n<%= figure("B.1c") %>')
    assert caught.value.place is not None
    assert caught.value.place.line == 6


def test_a_picture_is_no_table(tmp_path: Path) -> None:
    with pytest.raises(ReportgenError, match="not a table") as caught:
        render_body(tmp_path, '<%= table("B.1c") %>')
    assert caught.value.hint == 'Show it with: figure("B.1c").'
