"""A hand-written post becomes a source of ours; the prose stays as it is, byte for byte.

Images that stand alone, with a caption, become figures made from their files, until a producer
replaces each. Their numbers, and "Figure 3" in the text, become references; what our templates or
our maths would read otherwise is escaped. Nothing of the blog is changed.
"""

import os
import re
import shutil
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from reportgen.blog import config, front_matter
from reportgen.blog.blog import MARKDOWN, Blog
from reportgen.blog.kramdown import Element
from reportgen.checks.parts import blanked
from reportgen.checks.post import Post
from reportgen.errors import Place, WrongUse
from reportgen.project import Project
from reportgen.registry import Graph
from reportgen.scaffold.files import write_new
from reportgen.scaffold.pictures import Adopted, Adoption, Change, figures
from reportgen.scaffold.pieces import home, identifier

MENTION = re.compile(r"(?<![\w\[])(?:[Ff]igures?|[Ff]ig\.?)(?:\s|&nbsp;)+(\d+)(?![\w.]*\w)")
TEMPLATE = re.compile(r"<%")
SCRIPTED = re.compile(r"(?s)\\\\([(\[])(.+?)\\\\[)\]]")
ESCAPED = re.compile(r"\\([\\.*_+`<>()\[\]{}#!:|\"'$=-])")
"""What a backslash in Markdown makes a plain character."""


def adopt(project: Project, graph: Graph, path: Path) -> list[Adoption]:
    """Adopt a post, or all posts of a folder. Raises WrongUse where there is none."""
    taken = {*graph.figures, *graph.nodes}
    return [adopt_post(project, file, taken) for file in posts_in(path)]


def posts_in(path: Path) -> list[Path]:
    """The post, or all dated Markdown files in the folder or its ``_posts``."""
    if path.is_file():
        return [path]
    folder = path / "_posts" if (path / "_posts").is_dir() else path
    found = [
        file
        for file in sorted(folder.rglob("*"))
        if file.suffix.lower() in MARKDOWN and front_matter.NAME.match(file.name)
    ]
    if not found:
        raise WrongUse(f"There is no post in '{path}'.", hint="Posts are YYYY-MM-DD-title.md.")
    return found


def adopt_post(project: Project, file: Path, taken: set[str]) -> Adoption:
    """Write the source and the figures of one post; ``taken`` ids and names grow by its own."""
    root, is_blog = config.find_root(file)
    try:
        source = file.read_text(encoding="utf-8").replace("\r\n", "\n")
    except UnicodeDecodeError as error:
        raise WrongUse(f"Not valid UTF-8: {error}.", place=Place(file)) from None
    post = Post(file, source, Blog(root, is_blog), datetime.now(UTC))
    done = Adoption(file)
    target = target_name(file, post)
    place = f"{project.templates}/posts/{target}"
    if (project.root / place).exists():
        done.open.append(f"'{place}' is there already; the post was left alone.")
        return done
    changes = list(figures(post, slug_of(target), taken, done))
    numbers = {number: f.id for number, f in numbered(post, changes, done)}
    changes += mentions(post, numbers, changes)
    changes += protections(post, changes)
    text = changed(with_head(source, post, target, done), changes, len(source))
    files = {place: text}
    if done.figures:
        module = identifier(slug_of(target))
        files[f"{home(project)}/{module}.py"] = producers(project, post, done)
    done.written = write_new(project.root, files)
    if len(done.written) < len(files):
        done.open.append(f"'{home(project)}/{module}.py' is there already and was left alone.")
    if post.front.fault:
        done.open.append(f"The front matter is not valid YAML: {post.front.fault[1]}.")
    return done


def target_name(file: Path, post: Post) -> str:
    """``YYYY-MM-DD-slug.md``, the date with leading zeros, the slug in lower case."""
    match = front_matter.NAME.match(file.name)
    date = post.date
    if match is None or date is None:
        hint = "Name it YYYY-MM-DD-title.md, or give it a date."
        if date is None:
            raise WrongUse("The post has no date.", place=Place(file), hint=hint)
        return f"{date.moment:%Y-%m-%d}-{identifier(file.stem).replace('_', '-')}.md"
    year, month, day = match["date"].split("-")
    name = re.sub(r"[^a-z0-9]+", "-", match["slug"].lower()).strip("-")
    return f"{int(year):04}-{int(month):02}-{int(day):02}-{name}.md"


def slug_of(target: str) -> str:
    """The name of a post's file without date and ending."""
    return target[11:].removesuffix(".md")


def with_head(source: str, post: Post, target: str, done: Adoption) -> str:
    """The source with what Jekyll takes from the file's name and our name does not say."""
    added = {}
    if not post.front.values.get("title"):
        added["title"] = post.slug.replace("-", " ").replace("_", " ").title()
        done.open.append(f"The post had no title; it is '{added['title']}' now, as Jekyll has it.")
    if post.slug != slug_of(target) and not post.front.get("slug"):
        added["slug"] = post.slug  # so that its address stays
    if post.setting("layout") is None and post.blog.theme.has_layout("post"):
        added["layout"] = "none"  # Jekyll's default; ours is "post"
    if not added:
        return source
    line = front_matter.dump(added)
    head = source.find("\n") + 1
    return (
        source[:head] + line + source[head:] if post.front.present else f"---\n{line}---\n{source}"
    )


def changed(text: str, changes: Iterable[Change], length: int) -> str:
    """Make all changes; their offsets are those of the source before a title was put in."""
    shift = len(text) - length
    for change in sorted(changes, key=lambda c: c.start, reverse=True):
        text = text[: change.start + shift] + change.text + text[change.end + shift :]
    return text


def numbered(post: Post, changes: list[Change], done: Adoption) -> Iterator[tuple[str, Adopted]]:
    """The numbers that captions of adopted figures said."""
    for change, made in zip(changes, done.figures, strict=True):
        for caption in post.captions:
            if change.start <= caption.offset < change.end and caption.number:
                yield caption.number, made


# Text ------------------------------------------------------------------------------------------


def mentions(post: Post, numbers: dict[str, str], taken: list[Change]) -> list[Change]:
    """``Figure 3`` in the text becomes a reference, where such a figure was adopted."""
    found = []
    for prose in post.prose:
        for match in MENTION.finditer(prose.text):
            start, end = prose.origin(match.start()), prose.origin(match.end() - 1) + 1
            free = all(end <= c.start or c.end <= start for c in taken)
            if match[1] in numbers and free and prose.block.kind in ("paragraph", "cell"):
                found.append(Change(start, end, f'<%= ref("{numbers[match[1]]}") %>'))
    return found


def protections(post: Post, taken: list[Change]) -> list[Change]:
    """What our templates and our maths would read otherwise, outside what changes anyway."""
    body = post.front.body
    found = [
        Change(m.start(), m.end(), "<% raw %><%<% endraw %>")
        for m in TEMPLATE.finditer(post.source, body)
    ]
    for block in post.all_blocks:
        if block.kind in ("paragraph", "heading", "cell", "term"):
            found += [*inline_maths(block), *scripted_maths(block)]
    formulas = [(f.offset, f.offset + len(f.text) + 2) for f in post.formulas if f.style == "$"]
    hidden = [(c.start, c.end) for c in found] + formulas
    for block in post.all_blocks:
        if block.kind in ("paragraph", "heading", "cell", "term"):
            spans = [
                (s.start, s.end)
                for s in block.spans
                if s.kind in ("maths", "code", "raw", "escape")
            ]
            for match in re.finditer(r"\$", blanked(block.text.string, spans)):
                at = block.text.origin(match.start())
                if not any(a <= at < b for a, b in hidden):
                    found.append(Change(at, at + 1, "\\$"))
    return [c for c in found if all(c.end <= t.start or t.end <= c.start for t in taken)]


def inline_maths(block: Element) -> Iterator[Change]:
    """kramdown's ``$$…$$`` within a line is our ``$…$``, which has no blanks at its ends."""
    for span in block.spans:
        if span.kind == "maths":
            tex = block.text.string[span.start + 2 : span.end - 2]
            first = span.start + 2 + len(tex) - len(tex.lstrip())
            last = span.end - 2 - len(tex) + len(tex.rstrip())
            for a, b in ((span.start, first), (last, span.end)):
                yield Change(block.text.origin(a), block.text.origin(b - 1) + 1, "$")


def scripted_maths(block: Element) -> Iterator[Change]:
    r"""``\\(…\\)``, of which kramdown leaves ``\(…\)`` for MathJax, is our ``$…$``."""
    hidden = [(s.start, s.end) for s in block.spans if s.kind in ("maths", "code", "raw")]
    for match in SCRIPTED.finditer(blanked(block.text.string, hidden)):
        mark = "$" if match[1] == "(" else "$$"
        tex = ESCAPED.sub(r"\1", match[2].strip())
        start, end = block.text.origin(match.start()), block.text.origin(match.end() - 1) + 1
        yield Change(start, end, f"{mark}{tex}{mark}")


# Producers -------------------------------------------------------------------------------------


def producers(project: Project, post: Post, done: Adoption) -> str:
    """The module of the figures: each shows its file, until somebody computes it."""
    parts = [
        f'"""Figures of the post {post.path.name}, from their files. Let a run make them."""\n',
        "from reportgen import Picture, Run, figure\n",
    ]
    for made in done.figures:
        path = reachable(project, made, slug_of(target_name(post.path, post)))
        alt = f", alt={literal(made.alt)}" if made.alt else ""
        parts.append(
            f"\n@figure({literal(made.id)}, caption={literal(made.caption)}{alt})\n"
            f"def {made.name}(run: Run):\n"
            f"    return Picture.from_file(run.input({literal(path)}))\n"
        )
    return "\n".join(parts)


def reachable(project: Project, made: Adopted, slug: str) -> str:
    """The file from the project's root; one outside is copied, so that the project is whole."""
    file = made.file.resolve()
    root = project.root.resolve()
    if file.is_relative_to(root):
        return file.relative_to(root).as_posix()
    path = f"{home(project)}/pictures/{slug}/{file.name}"
    (root / path).parent.mkdir(parents=True, exist_ok=True)
    if not (root / path).exists():
        shutil.copyfile(file, root / path)
    return path


def literal(text: str) -> str:
    """Python's literal in double quotes; braces, which quote values outside maths, as entities."""
    safe = re.sub(
        r"\\\$|\$[^$]*\$|[{}]", lambda m: f"&#{ord(m[0])};" if m[0] in "{}" else m[0], text
    )
    return '"' + safe.replace("\\", "\\\\").replace('"', '\\"') + '"'


def shown(path: Path) -> str:
    """A path as one can type it here."""
    return os.path.relpath(path)
