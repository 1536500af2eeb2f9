"""Front matter, dates, Liquid, headings and links."""

from collections.abc import Callable

import pytest

from tests.checks.conftest import HEAD, BlogFolder

RulesOf = Callable[..., list[str]]


@pytest.mark.parametrize(
    ("head", "expected"),
    [
        ('title: "A: b"', []),
        ("title: A: b", [("front-matter-yaml", 2)]),
        ("title: a\ntags: [x, y\nlayout: post", [("front-matter-yaml", 4)]),
        ("title: a\n\tlayout: post", [("front-matter-yaml", 3)]),
        ("title: @me", [("front-matter-yaml", 2)]),
        ("- a\n- b", [("front-matter-yaml", 2)]),
        ("title: a\ndate: 2024-13-45", [("date-invalid", 3)]),
        ("title: a\ndate: yesterday", [("date-invalid", 3)]),
        ("title: a\ndate: 2024-11-19", []),
        ("title: a\ndate: 2024-12-01", []),
        ("title: a\ndate: 2024-12-03", [("date-future", 3)]),
        ("title: a\ndate: 2024-12-01 11:59:00", []),
        ("title: a\ndate: 2024-12-01 12:01:00", [("date-future", 3)]),
        ("title: a\ndate: 2024-12-01 12:01:00 +0800", []),
        ("title: a\ndate: 2024-12-01 08:00:00 -0800", [("date-future", 3)]),
        ("title: a\ndate: 2024-12-01T03:59:00-08:00", []),
        ("title: a\ndate: 2024-12-01T12:00:01Z", [("date-future", 3)]),
        ("title: a\npublished: false\ndate: 2090-01-01", []),
        ("", [("title-missing", 1)]),
        ("layout: post", [("title-missing", 1)]),
    ],
)
def test_front_matter(blog: BlogFolder, head: str, expected: list[tuple[str, int]]) -> None:
    blog.post("Text.\n", head=f"---\n{head}\n---\n")

    assert blog.found() == expected


def test_a_blog_may_ask_for_posts_of_the_future(blog: BlogFolder) -> None:
    blog.write({"_config.yml": "future: true\n"})
    blog.post("Text.\n", head="---\ntitle: a\ndate: 2090-01-01\n---\n")

    assert blog.found() == []


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("_posts/2024-11-19-a.md", []),
        ("_posts/en/2024-11-19-a.markdown", []),
        ("_posts/a.md", ["file-name"]),
        ("_posts/2024-11-a.md", ["file-name"]),
        ("_posts/24-11-19-a.md", []),
        ("_posts/2024-02-30-a.md", []),
        ("_posts/2024-02-32-a.md", ["date-invalid"]),
        ("_posts/2091-01-01-a.md", ["date-future"]),
        ("_drafts/a.md", []),
        ("pages/a.md", []),
    ],
)
def test_file_names(blog: BlogFolder, name: str, expected: list[str]) -> None:
    blog.post("Text.\n", head="---\ntitle: a\n---\n", name=name)

    assert [rule for rule, _ in blog.found()] == expected


def test_defaults_of_the_blog_give_titles_and_layouts(blog: BlogFolder) -> None:
    blog.write({"_config.yml": "defaults:\n- scope: {path: ''}\n  values: {title: Note}\n"})
    blog.post("Text.\n", head="---\nlayout: post\n---\n")

    assert blog.found() == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (r"$$\frac{{a}}{b}$$", ["liquid-swallowed"]),
        (r"$$x^{{t-1}}$$", ["liquid-swallowed"]),
        (r"{% raw %}$$x^{{t-1}}$$ and {% nothing %}{% endraw %}", []),
        ("{% comment %}{{ a }} {% nothing %}{% endcomment %}", []),
        ("`{{ name }}`", ["liquid-swallowed"]),
        ("```yaml\nkey: ${{ secrets.TOKEN }}\n```", ["liquid-swallowed"]),
        ("{{ page.title }} {{ site.baseurl }} {{ 'x' | upcase }} {{ 5 | plus: 2 }}", []),
        ("{% assign x = 1 %}{{ x }}{% for y in site.posts %}{{ y.title }}{% endfor %}", []),
        ("{{ content }} {{ forloop.index }} {{- page.x -}} {{page.y}}", []),
        ("text {{ open", ["liquid-unclosed"]),
        ("text {% open", ["liquid-unclosed"]),
        ("{% for x in y %}", ["liquid-block"]),
        ("{% endif %}", ["liquid-block"]),
        ("{% if a %}{% for x in y %}{% endif %}{% endfor %}", ["liquid-block"]),
        ("{% if a %}b{% elsif c %}d{% else %}e{% endif %}", []),
        ("{% youtube abc %}", ["liquid-tag"]),
        ("{% highlight python %}\nx | y\n{% endhighlight %}", []),
        ("{{ page.title | upcase | nonsense }}", ["liquid-filter"]),
        ("{{ page.title | replace: '|', 'a | b' }}", []),
        ("{% include gone.html %}", ["include-missing"]),
        ("{% include here.html x='y' %}", []),
        ("{% include {{ page.name }} %}", []),
    ],
)
def test_liquid(blog: BlogFolder, rules_of: RulesOf, body: str, expected: list[str]) -> None:
    blog.write({"_includes/here.html": "<p>Here.</p>"})

    assert rules_of(body + "\n") == expected


@pytest.mark.parametrize(
    "files",
    [
        {"_plugins/tube.rb": "x"},
        {"_config.yml": "plugins: [jekyll-youtube]\n"},
        {"Gemfile": 'gem "jekyll"\ngem "jekyll-youtube"\n'},
    ],
)
def test_plugins_may_bring_tags_and_filters(
    blog: BlogFolder, rules_of: RulesOf, files: dict[str, str]
) -> None:
    blog.write(files)

    assert rules_of("{% youtube abc %} {{ page.title | shout }} {% include x.html %}\n") == []


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("## One\n\n## Two\n\nText.", [6]),
        ("## One\n\n### Two\n\nText.", []),
        ("## One\n\nText.\n\n### Two\n\n## Three\n\nText.", [10]),
        ("## One", [6]),
        ("## One\n\n---\n", [6]),
        ("## One\n\n<!-- nothing -->\n", [6]),
        ("## One\n{: .wide}\n\n## Two\n\nText.", [6]),
        ("## One\n\n{% comment %}x{% endcomment %}\n", [6]),
        ("One\n---\n\nTwo\n---\n\nText.", [6]),
        ("## One\n\n{% include x.html %}\n", []),
        ("## One\n\n![A net](https://e.org/a.png)\n", []),
        ("## One\n\n$$x$$\n", []),
        ("## One\n\n```\nx\n```\n", []),
        ('<div markdown="1">\n## One\n\n## Two\n\nText.\n</div>', [7]),
    ],
)
def test_a_heading_with_nothing_under_it(blog: BlogFolder, body: str, expected: list[int]) -> None:
    blog.post(body + "\n")

    assert [f.line for f in blog.check(rules=["section-empty"])] == expected


@pytest.mark.parametrize(
    "body", ["# One\n\nText.", "One\n===\n\nText.", "<h1>One</h1>\n\nText.", "text\n# One\nmore"]
)
def test_a_second_first_level_heading_however_written(rules_of: RulesOf, body: str) -> None:
    assert rules_of(body + "\n") == ["heading-first-level"]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("TODO: write this.", ["text-left-over"]),
        ("The net (TODO) works.", ["text-left-over"]),
        ("[TODO cite] The net works.", ["text-left-over"]),
        ("Lorem ipsum dolor sit amet.", []),
        ("We use lorem ipsum dolor sit amet.", ["text-left-over"]),
        ('<%= figure("A.1") %>', ["text-left-over"]),
        ("This TODO app is a list.", []),
        ("Write `TODO:` in code.", []),
        ("```\n# TODO: x\n```", []),
    ],
)
def test_words_left_over(rules_of: RulesOf, body: str, expected: list[str]) -> None:
    assert rules_of(body + "\n") == expected


@pytest.mark.parametrize(
    ("link", "expected"),
    [
        ("[a](#the-loss-of-d)", []),
        ("[a](#own)", []),
        ("[a](#para)", []),
        ("[a](#span)", []),
        ("[a](#tag)", []),
        ("[a](#named)", []),
        ("[a](#top) [b](#)", []),
        ("[a](#the-loss-of-d-1)", []),
        ("[a](#gone)", ["anchor-missing"]),
        ("[a](#The-loss-of-d)", ["anchor-missing"]),
        ("<a href='#gone'>a</a>", ["anchor-missing"]),
        ("[a](/assets/gone.pdf)", ["link-missing"]),
        ("[a]()", ["link-missing"]),
        ("[a](/about/) [b](/2024/11/19/example.html) [c](/other.html)", []),
        ("[a][b]\n\n[b]: /assets/gone.zip", ["link-missing"]),
        ("[a]({% post_url 2024-11-19-example %})", []),
        ("[a]({% post_url 2024-11-19-gone %})", ["link-tag-missing"]),
        ("[a]({% link _posts/2024-11-19-example.md %})", []),
        ("[a]({% link gone.md %})", ["link-tag-missing"]),
        ("See https://kramdown.gettalong.org.", ["url-bare"]),
        ("See [https://kramdown.gettalong.org](https://kramdown.gettalong.org).", []),
        ("See `https://kramdown.gettalong.org` or http://localhost:4000.", []),
        ("[1][2] and x[0][1] and [a] [b].", []),
    ],
)
def test_links(rules_of: RulesOf, link: str, expected: list[str]) -> None:
    body = (
        "## The *loss* of `D` {% raw %}{% endraw %}\n\nText.\n\n## The loss of D\n\nText.\n\n"
        "## Own {#own}\n\nText.\n{: #para}\n\n"
        "*span*{: #span} <b id='tag'>x</b> <a name='named'></a>\n\n"
    )

    assert rules_of(body + link + "\n") == expected


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("It costs $5 and $10.", False),
        ("Between $10-$20, or US$5 = A$7.", False),
        ("Set $HOME/$USER and $PATH=$HOME.", False),
        ("The price is $5/month; $6/year is less.", False),
        ("We have $x$ and $n$-grams, the $k$th one.", True),
        ("We have $5$ epochs.", True),
        ("A rate of $10^{-4}$.", True),
        (r"With $\alpha$ fixed.", True),
        ("The map $f(x)$ is known.", True),
        ("Code `$x$` and \\$x\\$ are safe.", False),
        ("<p>The sum $a + b$ in HTML.</p>", True),
        ("<script>var a = '$x$';</script>", False),
    ],
)
def test_single_dollars_are_told_from_prices(rules_of: RulesOf, text: str, found: bool) -> None:
    assert rules_of(text + "\n") == ["maths-dollar"] * found


@pytest.mark.parametrize(
    "files",
    [
        {"_config.yml": "theme: jekyll-theme-chirpy\n"},
        {"_includes/head.html": "<script>MathJax = {tex: {inlineMath: [['$', '$']]}}</script>"},
        {"assets/js/katex.js": "render({delimiters: [{left: '$', right: '$', display: false}]})"},
    ],
)
def test_a_site_that_renders_single_dollars_is_let_alone(
    blog: BlogFolder, rules_of: RulesOf, files: dict[str, str]
) -> None:
    blog.write(files)

    assert rules_of("We have $x$.\n") == []
    assert rules_of(r"Both $\hat{x}_{t}$ and $\bar{a}_{t}$." + "\n") == ["maths-mangled"]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("The entry $ [row][column] $ is one.", False),
        ("The entry $[row][column]$ is one.", False),
        ("The entries $A[i][j]$ and $ [row]\n[column] $ are two.", False),
        ("It costs \\$5, see [the paper][ho], or \\$6.", True),
        ("With `$` see [the paper][ho] and `$`.", True),
        ("After $x$ see [the paper][ho], then $y$.", True),
        ("One $ sign, see [the paper][ho].", True),
    ],
)
def test_brackets_in_a_formula_that_the_site_renders_are_no_reference(
    blog: BlogFolder, rules_of: RulesOf, text: str, found: bool
) -> None:
    blog.write({"_includes/head.html": "<script>MathJax = {tex: {inlineMath: [['$', '$']]}}"})
    assert rules_of(text + "\n") == ["reference-undefined"] * found


def test_posts_of_one_date_and_slug_collide_unless_a_permalink_parts_them(blog: BlogFolder) -> None:
    blog.post("One.\n", name="_posts/a/2024-11-19-x.md")
    blog.post("Two.\n", name="_posts/b/2024-11-19-x.markdown")
    assert blog.found() == [("slug-repeated", 1)]

    blog.post(
        "Two.\n",
        HEAD.replace("layout", "permalink: /two/\nlayout"),
        "_posts/b/2024-11-19-x.markdown",
    )
    assert blog.found() == []


@pytest.mark.parametrize(
    ("files", "head", "loaded"),
    [
        ({"_config.yml": "theme: minima\n"}, "", False),
        ({"_config.yml": "remote_theme: pages-themes/primer\n"}, "", False),
        ({"_config.yml": "theme: minima\nkramdown: {math_engine: katex}\n"}, "", True),
        (
            {"_config.yml": "theme: minima\n", "_includes/head.html": "<script src=katex.js>"},
            "",
            True,
        ),
        ({"_layouts/post.html": "{{ content }}"}, "", False),
        ({"_layouts/post.html": "<script src='MathJax.js'>{{ content }}"}, "", True),
        ({"_config.yml": "theme: jekyll-theme-chirpy\n"}, "", False),
        ({"_config.yml": "theme: jekyll-theme-chirpy\n"}, "math: true\n", True),
        ({"_config.yml": "remote_theme: someone/unknown\n"}, "", True),
        ({}, "", True),
    ],
)
def test_whether_the_site_loads_a_program_for_formulas(
    blog: BlogFolder, files: dict[str, str], head: str, loaded: bool
) -> None:
    blog.write(files)
    blog.post("The sum $$a + b$$ is known.\n", HEAD.replace("layout", f"{head}layout"))

    assert [rule for rule, _ in blog.found()] == ["maths-not-loaded"] * (not loaded)
