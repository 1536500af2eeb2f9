"""Kinds of passages from real blogs: what is right there is left alone, what is wrong is found."""

import pytest

from tests.checks.conftest import HEAD, BlogFolder, png

MATHJAX = '<script src="https://cdn.jsdelivr.net/npm/mathjax@3/es5/tex-chtml.js"></script>\n'
RIGHT = {
    "a remark in brackets": r"The plot in Fig\(c\), see \[the note\] and \[1, 2\].",
    "a formula in a comment": "Text,\n<!-- $$q(z) = 1,$$ and {{ gone }} -->\nmore.",
    "code by Liquid in HTML": "<div>\n{% highlight diff %}\n- a <b>\n{% endhighlight %}\n</div>",
    "Markdown in HTML by an option": '{::options parse_block_html="true" /}\n\n<p>**b** c</p>',
    "another paper's figure": "<figure><img src='https://e.org/a.png' alt='Two runs'>"
    "<figcaption>Figure 5 from Smith et al.</figcaption></figure>",
    "another paper's figure, named": "![Two runs](https://e.org/a.png)\n\nFigure 1: A.\n\n"
    "<figure><img src='https://e.org/b.png' alt='Two more'><figcaption><b>Figure 8(a) from Smith"
    " et al.</b></figcaption></figure>\n\nFigure 1 and Figure 8 (a) show it.",
    "a caption by its class": "<img src='https://e.org/a.png' alt='Two runs'>\n"
    "<div class='caption'>\n  Table 1 & how it is read\n</div>\n\nSee Table 1.",
    "a caption that is Markdown, one in a comment": "<figure><img src='https://e.org/a.png' "
    "alt='Two runs'>\n<figcaption markdown='1'>\nTwo *runs*.\n</figcaption>\n"
    "<!-- <figcaption> <b> </b></figcaption> --></figure>",
    "a table in HTML with comments": "## One\n\n<table>\n<!-- a -->\n<tr><td>b</td></tr>\n</table>",
    "figures of later sections": "## One\n\nThe following plots tell.\n\n## Two\n\n"
    "![Two runs](https://e.org/a.png)",
    "a link to a figure": "See the <a href='#two'>figure below</a>.\n\n## Two\n\nText.",
    "two titled parts": "![Two runs](https://e.org/a.png)\n\n"
    "Figure 1 (left): A. Figure 2 (right): B.\n\nFigure 1 and Figure 2 show them.",
    "an escaped bar in a table": "| a | b |\n|---|---|\n| $P(D$\\|$H)$ | 2 |",
    "macros on a line of their own": "Here:\n$$\\newcommand{\\E}{\\mathbb E}$$\nare macros.",
    "a list that says where it begins": "3. three\n4. four\n{: start='3'}",
    "notes at the end": "A note.[^1]\n\n## Notes\n\n[^1]: Here.",
    "links to a note and back": "A note.[^1] See [it](#fn:1), from [there](#fnref:1).\n\n[^1]: It.",
    "a link in HTML": "See <a href='https://e.org'>https://e.org/b</a>.",
    "a badge in each row": "![CI](https://img.shields.io/a) ![CI](https://img.shields.io/b)",
    "Liquid in a srcset": "<img src='https://e.org/a.png' alt='Two runs' srcset='"
    '{{"https://e.org/b.png" | relative_url}} 2x, data:image/png;base64,AA== 3x\'>',
    "a page below": "See [it](/topics/noise.html) and [it](/topics/noise/).",
    "a fence that is shown": "<div>\n<pre><code>```terminal\n\n```</code></pre>\n</div>",
    "rows without a row of dashes": "**Data** | **Task** | **n**\nWeb | Swag | 1\nEdu | Swag | 2",
    "rows one of which is short": "| K | $$x$$ | $$y$$ |\n| $$x$$ | 1 | 2 |\n| ... |",
    "a list in the place of the contents": "0. it becomes the contents\n{:toc}\n\n## One\n\nText.",
    "where figures are from": "![A](https://e.org/a.png)\n*Image taken from Applied Calculus.*\n\n"
    "![B](https://e.org/b.png)\n*Image taken from Applied Calculus.*",
    "what stands below": "The author is shown below the title.",
    "a term of the sentence": "We pass the vector\n$$\nX_0\n$$\ninto the cell.",
    "an image by a cited work": "<figure><img src='https://e.org/a.png' alt='Two runs'><figcaption>"
    "Figure 4, <d-cite key='smith'></d-cite></figcaption></figure>",
    "a sentence that begins with a figure": "![Runs](https://e.org/a.png)\n\nFig. 1. Two runs.\n\n"
    "Fig. 1. shows two runs.",
    "a heading that numbers a figure": "## Figure 1\n\n![A](https://e.org/a.png)\n\n## Figure 2\n\n"
    "![B](https://e.org/b.png)\n\n> *Figure 2.* Two runs.\n\nFigure 1 and Figure 2 show it.",
    "dollars that are spoken of": "Formulas stand between double dollars ($$), "
    "and signs of two dollars, $$ signs, are seldom alone.",
    "a key and a note": "Press [D][^1].\n\n[^1]: Twice.",
    "powers": "Of the signs +, * and ** only 2**3, x ** 2 and $a**b$ are left.",
    "an index of an index": "Let f[i][j] be $dp[i][j][k]$.",
    "a name left out": "I call concerning XXX (or whom you wish).",
    "what later sections show": "It is shown below.\n\n## Two\n\n```python\nx = 1\n```",
    "the post's own address": "See [it](/2024/11/19/example.html).",
}
WRONG = {
    "a picture by another name": ("alt-missing", '<image src="https://e.org/a.png"/>'),
    "a caption by its class": (
        "figure-unreferenced",
        "<img src='https://e.org/a.png' alt='Two runs'>\n<div class='caption'>Figure 1. A.</div>",
    ),
    "a list that goes on": ("list-start", "1. one\n\nBetween.\n\n2. two"),
    "GitHub's alert": ("quote-alert", "> [!WARNING]\n> Text."),
    "brackets the wrong way round": ("link-broken", "See (the paper)[https://e.org/a]."),
    "stars without a partner": ("emphasis-broken", "It is a **long note.\n\n## Two\n\nIt ends.**"),
    "a note in HTML": ("markdown-in-html", "A.[^1]\n\n<div>\nSee it.[^1]\n</div>\n\n[^1]: It."),
    "a heading that is indented": ("heading-space", "One.\n\n ## Two\n\nThree."),
    "a bracket too few": ("link-broken", "See (a note](https://e.org/c)."),
    "a space before the address": ("link-broken", "See [a note] (https://e.org/c)."),
    "words for the address": ("link-missing", "[https://e.org/b](The title of b)"),
    "a bracket too many": ("link-missing", "[net]((https://e.org/a))"),
    "no hash": ("link-missing", "## Noise levels\n\nSee [Section 1](noise-levels)."),
    "no scheme": ("link-missing", "See [code](github.com/a/b)."),
    "a bare DOI": ("link-missing", '<a href="10.1000/xyz">a paper</a>'),
    "a post that moved": ("link-missing", "See [it](/2023/01/01/example.html)."),
    "a post that is nowhere": ("link-missing", "See [it](/2023/01/01/gone.html)."),
    "a bare environment": ("maths-mangled", "\\begin{align} a &= b \\\\ c &= d \\end{align}"),
    "one over two paragraphs": ("maths-mangled", "\\begin{align}\na\n\nb\n\\end{align}"),
    "MathJax again": ("mathjax-twice", MATHJAX + "\nText.\n"),
    "a host with malware": ("script-unsafe", "<script src='//cdn.polyfill.io/v2/a.js'></script>"),
    "a host that is gone": ("script-retired", "<script src='//cdn.rawgit.com/a.js'></script>"),
}


@pytest.fixture
def real(blog: BlogFolder) -> BlogFolder:
    """A blog with a layout of its own that loads MathJax where a post asks for it."""
    layout = "<h1>{{ page.title }}</h1> {% if page.math %}" + MATHJAX + "{% endif %}{{ content }}"
    blog.write({"_layouts/post.html": layout, "topics/noise.md": "---\ntitle: Noise\n---\nText.\n"})
    return blog


HEAD_WITH_MATHS = HEAD.replace("title:", "math: true\ntitle:")


@pytest.mark.parametrize("kind", RIGHT)
def test_what_is_right_is_left_alone(real: BlogFolder, kind: str) -> None:
    real.post(RIGHT[kind] + "\n", HEAD_WITH_MATHS)
    assert real.found() == []


@pytest.mark.parametrize("kind", WRONG)
def test_what_is_wrong_is_found(real: BlogFolder, kind: str) -> None:
    rule, text = WRONG[kind]
    real.post(text + "\n", HEAD_WITH_MATHS)
    assert {name for name, _ in real.found()} == {rule}


def test_katex_takes_no_typographic_prime(blog: BlogFolder) -> None:
    blog.write(
        {"_includes/head.html": "<script src='/katex.js'>delimiters: [{left: '$'}]</script>"}
    )
    blog.post("The slope $f'(x)$.\n")
    assert blog.found() == [("maths-mangled", 6)]


def test_what_is_in_a_file_that_jekyll_passes_over_does_no_harm(blog: BlogFolder) -> None:
    """Drafts without a date, and notes of a collection that no page shows."""
    blog.write({"_config.yml": "collections: [notes, talks]\n"})
    broken = "---\ntitle: [\n---\n![](no.png) $\\{a\\}$\n"
    blog.write({"_posts/sample.md": broken, "_notes/a.md": "---\ntitle: a\n---\n![A](no.png)\n"})
    assert blog.found() == [("file-name", 1)]

    blog.write({"talks.html": "{% for note in site.notes %}{{ note.content }}{% endfor %}"})
    assert blog.found("_notes") == [("image-missing", 4)]


def test_a_date_may_run_over_its_month_as_in_ruby(blog: BlogFolder) -> None:
    blog.post("Text.\n", HEAD.replace("2024-11-19 10", "2018-02-29 10"))
    assert blog.found() == []


def test_sources_may_lie_in_a_folder_of_their_own(blog: BlogFolder) -> None:
    blog.write({"_config.yml": "source: src\nbaseurl: /b\n", "src/assets/noise.png": png()})
    text = "![Noise]({{ site.baseurl }}/assets/noise.png) ![None]({{ site.baseurl }}/no.png)\n"
    blog.post(text, name="src/_posts/2024-11-19-example.md")
    assert blog.found() == [("image-missing", 6)]

    blog.write({"_config.yml": "source: .tmp/made\n"})  # by another program
    assert blog.found() == []


def test_what_plugins_of_github_pages_do_is_known(blog: BlogFolder) -> None:
    """Addresses from the source on, and a title that is the first heading."""
    blog.write(
        {
            "_layouts/page.html": "<h1>{{ page.title }}</h1>{{ content }}",
            "_config.yml": "permalink: pretty\ntitles_from_headings: {strip_title: true}\n",
            "assets/a.png": png(),
            "docs/one.md": "---\nlayout: page\n---\n# One\n\n![Noise in grey](../assets/a.png)\n",
        }
    )
    assert blog.found() == []

    blog.write({"_plugins/own.rb": ""})  # so that no plugin is loaded by itself
    assert blog.found() == [("heading-first-level", 4), ("image-missing", 6)]


def test_formulas_that_a_plugin_sets_are_no_markdown(blog: BlogFolder) -> None:
    blog.write({"_config.yml": "plugins: [jekyll-katex]\n"})
    inside = "Let $p(x|y)$, $\\{a_1\\}$, $a^*$ and $b^*$:\n\n$$\n|x|\n$$\n\n- then $$|x|$$ here."
    blog.post(
        f"{{% katexmm %}}\n{inside}\n{{% endkatexmm %}}\n\nSee {{% katex %}}|x|{{% endkatex %}}.\n"
    )
    blog.write({"_posts/2024-11-18-b.md": f"{HEAD}{{% math %}}\nP(x|y) = 1\n{{% endmath %}}\n"})
    assert blog.found() == []

    blog.post(f"{inside}\n")
    assert ("pipe-table", 6) in blog.found()


def test_works_of_a_bibliography_have_places(blog: BlogFolder) -> None:
    blog.write({"_bibliography/papers.bib": "@article{musco2022,\n title = {A}\n}\n"})
    blog.post("See [Musco](#musco2022) and [there](#below).\n")
    assert blog.found() == [("anchor-missing", 6)]


def test_addresses_tell_upper_from_lower_case(blog: BlogFolder) -> None:
    blog.write({"_config.yml": "permalink: /:title/\n"})
    for name in ("_posts/2024-11-18-wine.md", "_posts/2024-11-19-Wine.md"):
        blog.post("Text.\n", name=name)
    assert blog.found() == []


def test_a_name_in_other_letters_is_a_title(blog: BlogFolder) -> None:
    blog.post("Text.\n", "---\nlayout: post\n---\n", "_posts/2024-11-19-整理.md")
    assert blog.found() == []


def test_a_layout_around_others_shows_no_title(blog: BlogFolder) -> None:
    blog.write(
        {"_config.yml": "theme: minima\n", "games.md": "---\nlayout: default\n---\n# A\n\nB.\n"}
    )
    assert blog.found() == []


def test_translations_of_a_post_share_its_address(blog: BlogFolder) -> None:
    blog.write({"_config.yml": "plugins: [jekyll-polyglot]\npermalink: /:title/\n"})
    for lang in ("en", "fr"):
        blog.post(
            "Text.\n", f"---\ntitle: a\nlang: {lang}\n---\n", f"_posts/{lang}/2024-11-19-a.md"
        )
    assert blog.found() == []


def test_parts_of_a_theme_are_elsewhere(blog: BlogFolder) -> None:
    blog.write({"_config.yml": "theme: jekyll-theme-hydejack\n"})
    blog.post("[Search](#_search) it, or [see](#below).\n", HEAD.replace("post", "grid", 1))
    assert blog.found() == [("anchor-missing", 6)]


def test_what_a_layout_has_in_comments_is_not_loaded(blog: BlogFolder) -> None:
    old = '<script src="https://cdn.mathjax.org/mathjax/latest/MathJax.js"></script>'
    blog.write({"_layouts/post.html": f"<!-- {old} -->{MATHJAX}{{{{ content }}}}"})
    blog.post("A formula $$x$$.\n")
    assert blog.found() == []


def test_posts_may_share_a_folder_of_images(blog: BlogFolder) -> None:
    """That of a series, which is named for its first post."""
    folder = "assets/semantic-router"
    blog.write({f"{folder}/halu-1.png": png(), f"{folder}/router.png": png()})
    first = f"{HEAD}![A router](/{folder}/router.png)\n"
    blog.write({"_posts/2024-11-18-semantic-router.md": first})
    blog.post(f"A semantic gate: ![A gate](/{folder}/halu-1.png)\n")
    assert blog.found() == []

    blog.post(f"A semantic gate: ![A gate](/{folder}/halu-1.png) ![Again](/{folder}/router.png)\n")
    assert blog.found() == [("image-foreign", 6)]


def test_images_on_a_cdn_are_not_looked_for(blog: BlogFolder) -> None:
    blog.write({"_config.yml": "cdn: https://cdn.e.org\n"})
    blog.post("![Two runs](/img/a.png)\n")
    assert blog.found() == []


def test_what_real_blogs_have_is_no_fault(blog: BlogFolder) -> None:
    """Pages of other repositories at the same host, breaks in an address, names in an archive."""
    blog.write(
        {
            "_config.yml": "title: Notes\nurl: https://ada.example.org\n",
            "assets/noise.png": png(),
            "assets/tile.png": png(),
            "assets/game.jar": b"PK\x03\x04assets/tile.pngPK\x01\x02",
            "_posts/2024-11-18-slides.md": f"{HEAD}Text.\n",
            "_posts/2024-11-17-hidden.md": "---\ntitle: b\npublished: false\n---\n![](no.png)\n",
        }
    )
    blog.post(
        "The [slides](https://ada.example.org/slides/#/12) and "
        "[paper](https://ada.example.org/thesis/paper.pdf) begin with http://www. as all did.\n\n"
        '<img src="/assets/\nnoise.png" alt="Noise in grey.">\n'
    )
    assert blog.found() == []

    blog.post("The [slides](https://ada.example.org/2024/11/17/slides.html).\n")
    (blog.root / "assets/noise.png").unlink()
    assert [finding.rule for finding in blog.check()] == ["link-missing"]
    hidden = "_posts/2024-11-17-hidden.md"
    assert "image-missing" in [finding.rule for finding in blog.check(hidden)]
