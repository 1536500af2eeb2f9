"""The template language: Jinja with ERB's delimiters, so that TeX and Liquid pass untouched."""

import re
from collections.abc import Iterator
from functools import cache, partial
from itertools import count
from typing import Any

from jinja2 import Environment, StrictUndefined, nodes, pass_context
from jinja2.compiler import CodeGenerator, Frame
from jinja2.exceptions import TemplateAssertionError, TemplateSyntaxError, UndefinedError
from jinja2.ext import Extension
from jinja2.lexer import Token
from jinja2.runtime import Context, markup_join
from markupsafe import Markup

from reportgen.errors import ReportgenError, did_you_mean
from reportgen.posts.claims import ClaimError, ClaimExtension
from reportgen.posts.filters import FILTERS, Quantity, plain_text, scalar
from reportgen.posts.items import TextItem, ValueItem
from reportgen.posts.origins import TracedText, origin_of, together
from reportgen.posts.shapes import compiled, placeholder
from reportgen.posts.source import Source
from reportgen.posts.tokens import Tokens
from reportgen.posts.values import Quoted

RAW = re.compile(r"<%[-+]?\s*raw\s*[-+]?%>.*?<%[-+]?\s*endraw\s*[-+]?%>", re.DOTALL)
TAG = re.compile(r"<%(?!=).*?%>", re.DOTALL)
OPENED = re.compile(r"<%[-+]?\s*(end)?(if|for|claim|macro|call|filter|with|block)\b")
TEMPLATE = "<post>"
FORGET = [("block_begin", "<%"), ("name", "do"), ("name", "_forget"), ("lparen", "("),
          ("rparen", ")"), ("block_end", "%>")]  # fmt: skip
PLAIN = re.compile(r"-?[^\W_]+(?:(?:, |[ .,\u2212-])[^\W_]+)*|")


class LineMarks(Extension):
    """Keeps whole-line tags from leaving blank lines.

    Before each ``<%= … %>`` it forgets which values were read.
    """

    def preprocess(self, source: str, name: str | None, filename: str | None = None) -> str:
        """The source in which tags keep the line breaks around them as kramdown needs them."""
        raw = [match.span() for match in RAW.finditer(source)]
        alone = cache(partial(only_tags, source))

        def keep(match: re.Match[str]) -> str:
            """``+%>`` (keep the newline) for a tag that shares its lines with text."""
            literal = any(start <= match.start() < end for start, end in raw)
            if (
                (literal and "endraw" not in match[0])
                or match[0][-3] in "-+"
                or alone(*lines_of(source, *match.span()))
            ):
                return match[0]
            return match[0][:-2] + "+%>"

        return TAG.sub(keep, source)

    def filter_stream(self, stream: Any) -> Iterator[Token]:
        """Jinja's tokens, with a placeholder for each text between tags, see ``shapes``."""
        texts = count()
        for token in stream:
            if token.type == "data":
                yield Token(token.lineno, "data", placeholder(next(texts)))
                continue
            if token.type == "variable_begin":
                for kind, text in FORGET:
                    yield Token(token.lineno, kind, text)
            yield token


class Joining(CodeGenerator):
    """Writes ``a ~ b`` as a call of ``joined``."""

    def visit_Concat(self, node: nodes.Concat, frame: Frame) -> None:  # noqa: N802 (Jinja's name)
        """The call, with the parts as one tuple."""
        self.write("environment.globals['_joined']((")
        for part in node.nodes:
            self.visit(part, frame)
            self.write(", ")
        self.write("))")


class Joined(TracedText):
    """A text that quotes values; in its ``markdown`` they are tokens."""

    markdown: str


def joined(parts: tuple[Any, ...], tokens: Tokens) -> str:
    """``"Of " ~ walk.count``: values stay text where the whole is taken for Markdown."""
    marked = [as_text(part, tokens) if origin_of(part) else part for part in parts]
    if any(hasattr(part, "__html__") for part in parts):
        return markup_join(marked)
    text = Joined("".join(map(str, parts)))
    text.origin, text.markdown = together(parts), "".join(map(str, marked))
    return text


def as_markdown(text: str, tokens: Tokens) -> str:
    """A text that a post gives as Markdown, with tokens for the values that it quotes."""
    if isinstance(text, Joined):
        return text.markdown
    return as_text(text, tokens) if origin_of(text) else text


def lines_of(source: str, start: int, end: int) -> tuple[int, int]:
    """Where the lines begin and end on which a tag stands."""
    newline = source.find("\n", end)
    return source.rfind("\n", 0, start) + 1, newline if newline >= 0 else len(source)


def only_tags(source: str, start: int, end: int) -> bool:
    """Whether nothing but tags stands in these lines."""
    return not TAG.sub("", source[start:end]).strip()


def make_environment(tokens: Tokens | None = None) -> Environment:
    """An environment in which what is printed is text, kept in ``tokens``, unless it is Markup."""
    kept = Tokens() if tokens is None else tokens

    @pass_context  # so that Jinja does not print constants when it compiles
    def printed(_: Context, value: Any) -> Markup:
        if isinstance(value, StrictUndefined):
            str(value)  # raises, naming what there is not
        return as_text(value, kept)

    environment = Environment(
        block_start_string="<%",
        block_end_string="%>",
        variable_start_string="<%=",
        variable_end_string="%>",
        comment_start_string="<%#",
        comment_end_string="%>",
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        undefined=StrictUndefined,
        extensions=[LineMarks, ClaimExtension, "jinja2.ext.do"],
        finalize=printed,
        autoescape=True,
    )
    environment.code_generator_class = Joining
    environment.globals["_forget"] = kept.read.clear
    environment.globals["_joined"] = partial(joined, tokens=kept)
    environment.filters.update(FILTERS)
    environment.filters["markdown"] = lambda value: Markup(plain_text(value))
    environment.filters["html"] = lambda value: kept.mark(TextItem(plain_text(value), html=True))
    for name in ("e", "escape", "forceescape"):
        environment.filters[name] = plain_text  # all text is escaped, and once
    environment.filters["of"] = plain_text  # bound to the post's tokens when it is rendered
    return environment


def as_text(value: Any, tokens: Tokens) -> Markup:
    """What ``<%= value %>`` prints. Raises ReportgenError for what cannot be printed."""
    if hasattr(value, "__html__"):
        return Markup(value.__html__())
    item = value_item(value, tokens)
    if item.origin and item.text:
        return tokens.mark(item)
    return Markup(item.text) if PLAIN.fullmatch(item.text) else tokens.mark(TextItem(item.text))


def value_item(value: Any, tokens: Tokens, id: str = "") -> ValueItem:
    """A value as it is printed, with what is known of where it comes from."""
    text = str(value) if isinstance(value, Quoted) else plain_text(value)
    origin, how = origin_of(value) or tokens.origin(), ()
    if isinstance(value, Quantity):
        value, how = value.value, value.how
    value = scalar(value)
    behind = text if isinstance(value, bool) or not isinstance(value, int | float) else value
    return ValueItem(str(text), id, behind, origin, how)


def render(environment: Environment, source: Source, names: dict[str, Any]) -> str:
    """The body of a source with its template run. Every error says the line that it came from."""
    try:
        code = compiled(environment, source.body, TEMPLATE, make_environment)
        template = environment.template_class.from_code(
            environment, code, environment.make_globals(names)
        )
        return template.render({**names})
    except TemplateSyntaxError as error:
        raise syntax_error(error, environment, source) from None
    except ClaimError as error:
        raise source.error(error.message, error.line, error.needle, error.hint) from None
    except ReportgenError as error:
        if error.place is not None:
            raise
        raise located(error, source) from None
    except UndefinedError as error:
        raise undefined(error, source, names) from None
    except Exception as error:
        line = template_line(error)
        if line is None and isinstance(error, RecursionError):
            raise too_deep(source) from None
        if line is None:
            raise
        message = f"{type(error).__name__}: {error}".rstrip(".") + "."
        raise source.error(message, line, first_tag(source, line)) from error


def template_line(error: BaseException) -> int | None:
    """The template line at which an error arose: the innermost one in its traceback."""
    line, trace = None, error.__traceback__
    while trace:
        if trace.tb_frame.f_code.co_filename == TEMPLATE:
            line = trace.tb_lineno
        trace = trace.tb_next
    return line


def located(error: ReportgenError, source: Source) -> ReportgenError:
    """An error from one of our functions, given the place in the template that called it."""
    line = template_line(error)
    text = source.lines[line - 1] if line else ""
    quoted: list[str] = re.findall(r"'([^']+)'", error.message)
    pieces = [piece for q in reversed(quoted) for piece in (q, q.rsplit(".", 1)[-1])]
    needle = next((p for p in pieces if p in text), first_tag(source, line))
    return source.error(error.message, line, needle, error.hint)


def undefined(error: UndefinedError, source: Source, names: dict[str, Any]) -> ReportgenError:
    """The error of a name that a post uses and nobody defines, with the nearest known one."""
    line = template_line(error)
    message = str(error.message)
    match = re.match(r"'(\w+)' is undefined", message)
    if match:
        public = [name for name in names if not name.startswith("_")]
        hint = did_you_mean(match[1], public) or "It must be an artifact, a function or a variable."
        return source.error(f"Nothing here is called '{match[1]}'.", line, match[1], hint)
    attribute = re.search(r"no attribute '(\w+)'", message)
    needle = attribute[1] if attribute else first_tag(source, line)
    return source.error(message.rstrip(".") + ".", line, needle)


def syntax_error(
    error: TemplateSyntaxError, environment: Environment, source: Source
) -> ReportgenError:
    """The error of a tag that cannot be read, with its line in the post."""
    message = str(error.message).rstrip(".")
    if message.startswith("Unexpected end of template") and (opened := unclosed(source)):
        line, tag = opened
        message = f"The tag '{tag}' is never closed."
        return source.error(message, line, tag, f"Close it with: <% end{tag} %>.")
    quoted = re.findall(r"'([^']+)'", message)
    text = source.lines[error.lineno - 1] if error.lineno <= len(source.lines) else ""
    needle = next((q for q in quoted if q in text), first_tag(source, error.lineno))
    hint = None
    if isinstance(error, TemplateAssertionError) and quoted:
        known = environment.tests if "test" in message else environment.filters
        hint = did_you_mean(quoted[0], sorted(known))
    elif "unknown tag" in message and quoted:
        hint = did_you_mean(quoted[0], ["if", "for", "set", "claim", "endclaim", "raw", "macro"])
    return source.error(f"The template does not parse: {message}.", error.lineno, needle, hint)


def too_deep(source: Source) -> ReportgenError:
    """The error of a template that Python's stack is too small for."""
    longest = max(source.lines, key=len)
    line = source.lines.index(longest) + 1
    return source.error("The template is nested too deep.", line, "<%", "Write it in more steps.")


def unclosed(source: Source) -> tuple[int, str] | None:
    """The line and name of the innermost tag that misses its end."""
    waiting: list[tuple[int, str]] = []
    for match in OPENED.finditer(source.body):
        if not match[1]:
            waiting.append((source.body.count("\n", 0, match.start()) + 1, match[2]))
        elif waiting and waiting[-1][1] == match[2]:
            waiting.pop()
    return waiting[-1] if waiting else None


def first_tag(source: Source, line: int | None) -> str:
    """The first tag of a line of the source, or nothing."""
    if line is None or line > len(source.lines):
        return ""
    match = re.search(r"<%.*?(?:%>|$)", source.lines[line - 1])
    return match[0] if match else ""
