"""Templates that differ in their texts share code, and each still says its own."""

from pathlib import Path

import pytest

from reportgen.errors import ReportgenError
from reportgen.posts.environment import make_environment, render
from reportgen.posts.shapes import code_of
from reportgen.posts.source import Source, read_source
from reportgen.posts.tokens import unmark

BODY = """\
One %(word)s.

<%% set kept %%>Kept %(word)s<%% endset %%>
<%% macro twice(text) %%><%%= text %%> %(word)s <%%= caller() %%><%% endmacro %%>
<%%= kept %%> <%% filter upper %%>loud %(word)s<%% endfilter %%>
<%% for i in [1, 2] %%>
- %(word)s <%%= i %%>
<%% endfor %%>
<%% call twice("a") %%>Inner %(word)s.<%% endcall %%>
<%% raw %%><%% if %(word)s %%><%% endraw %%> "quoted" \\n {%% raw %%}
<%%= "in a tag" %%>%(more)s
"""
DUE = """\
One {word}.

Kept {word} LOUD {upper}
- {word} 1
- {word} 2
a {word} Inner {word}.
<% if {word} %> "quoted" \\n {{% raw %}}
in a tag"""


def source(folder: Path, word: str, more: str = "") -> Source:
    file = folder / "2026-01-02-shape.md"
    file.write_text("---\ntitle: S\n---\n" + BODY % {"word": word, "more": more})
    return read_source(file, folder)


@pytest.mark.parametrize("word", ["first", "other words", "'''\\\"", "0", "<b>&amp;</b>", "«ü»"])
def test_each_says_its_own(word: str, tmp_path: Path) -> None:
    render(make_environment(), source(tmp_path, "before"), {})
    hits = code_of.cache_info().hits
    marked = render(make_environment(), source(tmp_path, word), {})
    text = unmark(marked).text
    due = DUE.format(word=word, upper=word.upper())
    assert [line for line in text.split("\n") if line] == due.replace("\n\n", "\n").split("\n")
    assert code_of.cache_info().hits == hits + 1
    code_of.cache_clear()
    assert render(make_environment(), source(tmp_path, word), {}) == marked  # lines and all


def test_errors_are_told_at_their_lines(tmp_path: Path) -> None:
    for word in ("a", "b\n\nmore\n"):
        for text in ("", " <%= nothing %>"):
            post = source(tmp_path, word, text)
            if text:
                with pytest.raises(ReportgenError, match="Nothing here is called") as caught:
                    render(make_environment(), post, {})
                place = caught.value.place
                assert place is not None
                assert place.line == next(i for i, x in enumerate(post.lines, 1) if "nothing" in x)
            else:
                render(make_environment(), post, {})
