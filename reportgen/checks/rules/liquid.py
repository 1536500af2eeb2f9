"""Rules for Liquid, which Jekyll runs over everything, formulas and code included."""

import re
from collections.abc import Iterator

from reportgen.blog.liquid import BLOCKS, ROOTS, TAGS, Token, assigned, prints_something
from reportgen.blog.words import words
from reportgen.checks.finding import Hit
from reportgen.checks.post import Post
from reportgen.checks.rules.table import rule

FILTERS = words(
    "abs append at_least at_most capitalize ceil compact concat date default divided_by downcase "
    "escape escape_once first floor join last lstrip map minus modulo newline_to_br plus prepend "
    "remove remove_first remove_last replace replace_first replace_last reverse round rstrip size "
    "slice sort sort_natural split strip strip_html strip_newlines sum times truncate "
    "truncatewords uniq upcase url_decode url_encode base64_encode base64_decode relative_url "
    "absolute_url date_to_xmlschema date_to_rfc822 date_to_string date_to_long_string where "
    "where_exp find find_exp group_by group_by_exp xml_escape cgi_escape uri_escape "
    "number_of_words array_to_sentence_string markdownify smartify sassify scssify slugify "
    "jsonify normalize_whitespace push pop shift unshift sample to_integer inspect "
    "avatar_for_user toc"
)
RAW = "Put '{% raw %}' before and '{% endraw %}' after, or a space between the braces."


@rule("liquid-swallowed", "error")
def liquid_swallowed(post: Post) -> Iterator[Hit]:
    """Braces that Liquid reads, and prints as nothing."""
    known = ROOTS | assigned(post.tokens)
    for token in post.tokens:
        if token.kind != "output" or prints_something(token, known) or post.hides(token.start):
            continue
        shown = " ".join(post.source[token.start : token.end].split())
        shown = shown if len(shown) <= 40 else f"{shown[:36]}…}}}}"
        yield Hit(
            token.start,
            f"Liquid takes '{shown}' for a variable that does not exist, and prints nothing.",
            RAW,
        )


@rule("liquid-unclosed", "error")
def liquid_unclosed(post: Post) -> Iterator[Hit]:
    """An opening '{{' or '{%' stops the build."""
    for token in post.tokens:
        if token.kind == "unclosed":
            message = f"'{token.body}' is not closed, so Jekyll stops with an error."
            yield Hit(token.start, message, RAW)


@rule("liquid-tag", "error")
def liquid_tag(post: Post) -> Iterator[Hit]:
    """A Liquid tag that GitHub Pages does not know."""
    for token in post.tokens:
        if token.kind != "tag" or token.name.removeprefix("end") in TAGS:
            continue
        if token.name and post.blog.has_plugins:
            continue
        yield Hit(
            token.start,
            f"Liquid does not know the tag '{token.name or token.body[:20]}', "
            "so Jekyll stops with an error.",
            f"{RAW} A tag of a plugin needs a build of your own.",
        )


@rule("liquid-block", "error")
def liquid_block(post: Post) -> Iterator[Hit]:
    """A Liquid block without its end, or an end without its block."""
    open_blocks: list[Token] = []
    for token in post.tokens:
        name = token.name.removeprefix("end")
        if token.kind != "tag" or name not in BLOCKS:
            continue
        if token.name in BLOCKS:
            open_blocks.append(token)
        elif open_blocks and open_blocks[-1].name == name:
            open_blocks.pop()
        else:
            yield Hit(token.start, f"'{token.name}' ends no open '{name}'.", "Take it out.")
    for token in open_blocks:
        hint = f"Add '{{% end{token.name} %}}'."
        yield Hit(token.start, f"The Liquid block '{token.name}' is not closed.", hint)


@rule("liquid-filter", "warning")
def liquid_filter(post: Post) -> Iterator[Hit]:
    """An unknown Liquid filter does nothing."""
    if post.blog.has_plugins:
        return
    for token in post.tokens:
        if token.kind != "output":
            continue
        bare = re.sub(r"\"[^\"]*\"|'[^']*'", "''", token.body)
        for name in re.findall(r"(?<!\|)\|\s*(\w+)", bare):
            if name not in FILTERS:
                message = f"Liquid does not know the filter '{name}'; it does nothing."
                yield Hit(token.start, message, "Use one of the filters that Jekyll has.")


@rule("include-missing", "error")
def include_missing(post: Post) -> Iterator[Hit]:
    """An include that is not there stops the build."""
    blog = post.blog
    if not blog.is_blog or blog.theme.name or blog.has_plugins:
        return
    for token in post.includes():
        name = token.body.split()[0] if token.body else ""
        if "{" not in name and name and not blog.has(f"_includes/{name}"):
            yield Hit(
                token.start,
                f"There is no file '_includes/{name}', so Jekyll stops with an error.",
                "Add the file, or write the HTML in the post.",
            )
