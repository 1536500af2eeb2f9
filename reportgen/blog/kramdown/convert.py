"""What kramdown's HTML converter makes of the tree, in parts."""

from __future__ import annotations

import re
from dataclasses import replace

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.code import Highlight, code_block, code_span
from reportgen.blog.kramdown.contents import contents_tree
from reportgen.blog.kramdown.document import SHOWN, Document, counted, plain_text
from reportgen.blog.kramdown.element import Element
from reportgen.blog.kramdown.entities import code_point, name_of
from reportgen.blog.kramdown.notes import NBSP, footnotes
from reportgen.blog.kramdown.parts import Part

SPANS = {"link": "a", "emphasis": "em", "strong": "strong"}
CONTAINERS = {"quote": "blockquote", "table": "table", "section": "", "row": "tr"}
"""The tags of elements that are nothing but a tag; an empty one is the element's ``info``."""
QUOTES = "lsquo,rsquo,ldquo,rdquo"


class Converter:
    """Gathers the parts of one document."""

    def __init__(self, document: Document, highlight: Highlight | None) -> None:
        self.document, self.state, self.highlight = document, document.state, highlight
        self.parts: list[Part] = []
        self.stack: list[Element] = []
        self.notes: dict[str, list[int]] = {}
        self.used: dict[str, int] = {}
        self.contents: list[Element] = []
        self.toc: Element | None = None
        self.has_place = False
        self.first_note = self.number("footnote_nr", 1)

    def number(self, option: str, usual: int) -> int:
        """An option of the document as a number."""
        try:
            return int(self.state.options.get(option, usual))
        except ValueError:
            return usual

    def option(self, name: str, usual: str) -> str:
        """An option of the document."""
        return self.state.options.get(name, usual)

    # Parts

    def open(self, name: str, attr: dict[str, str], element: Element | None = None) -> None:
        """Begin an element."""
        self.parts.append(("open", name, attr, element))

    def void(self, name: str, attr: dict[str, str], element: Element | None = None) -> None:
        """Add an element that has no end."""
        self.parts.append(("void", name, attr, element))

    def close(self, name: str) -> None:
        """End an element."""
        self.parts.append(("close", name))

    def say(self, kind: str, text: str) -> None:
        """Add text of a kind, where there is any."""
        if text:
            self.parts.append((kind, text))

    def space(self, indent: int, text: str = "") -> None:
        """Add white space that kramdown writes between blocks."""
        self.say("space", " " * indent + text)

    def ends_line(self, mark: int) -> bool:
        """Whether what was added since ``mark`` ends with a line's end."""
        last = self.parts[-1] if len(self.parts) > mark else ("", "")
        return last[0] in ("space", "text", "plain", "raw") and last[1].endswith("\n")

    # Elements

    def inner(self, element: Element, indent: int) -> None:
        """Convert what stands inside."""
        self.stack.append(element)
        for child in element.children:
            self.convert(child, indent + 2)
        self.stack.pop()

    def convert(self, element: Element, indent: int) -> None:
        """Convert an element: as a mere tag, or by the method that is named after its kind."""
        if name := SPANS.get(element.kind):
            self.open(name, element.attr, element)
            self.inner(element, indent)
            self.close(name)
        elif element.kind in CONTAINERS:
            name = CONTAINERS[element.kind] or element.info
            self.block(name, element.attr, element, indent, apart=True)
        else:
            getattr(self, f"convert_{element.kind.replace(' ', '_')}")(element, indent)

    def block(
        self, name: str, attr: dict[str, str], element: Element, indent: int, *,
        apart: bool = False, empty: str = "",
    ) -> None:  # fmt: skip
        """An element on a line of its own; ``apart``: its children are on theirs, too; ``empty``:
        what it holds where they give nothing."""
        self.space(indent)
        self.open(name, attr, element)
        self.space(0, "\n" * apart)
        mark = len(self.parts)
        self.inner(element, indent)
        self.say("plain", empty * (len(self.parts) == mark))
        self.space(indent * apart)
        self.close(name)
        self.space(0, "\n")

    def convert_blank(self, element: Element, indent: int) -> None:
        self.space(0, "\n")

    def convert_text(self, element: Element, indent: int) -> None:
        text = element.value
        if self.state.is_on("remove_line_breaks_for_cjk", False):
            text = re.sub(rf"(?<={CJK})\n(?={CJK})", "", text)
        self.say("text", text)

    def convert_paragraph(self, element: Element, indent: int) -> None:
        only = element.children[0] if len(element.children) == 1 else None
        if element.transparent:
            self.inner(element, indent)
        elif only and only.kind == "image" and only.ial and "standalone" in only.ial.refs:
            self.figure(element, only, indent)
        else:
            self.block("p", element.attr, element, indent)

    def figure(self, element: Element, image: Element, indent: int) -> None:
        """An image marked as ``standalone``."""
        attr, inner = dict(element.attr), dict(image.attr)
        for name in ("class", "id"):
            if name in inner and name not in attr:
                attr[name] = inner.pop(name)
        line = "\n" + " " * indent
        self.space(indent)
        self.open("figure", attr, element)
        self.space(0, line + "  ")
        self.void("img", inner, image)
        self.space(0, line + "  ")
        self.open("figcaption", {})
        self.say("raw", image.attr["alt"])
        self.close("figcaption")
        self.space(0, line)
        self.close("figure")
        self.space(0, "\n")

    convert_code = convert_fence = code_block
    convert_code_span = code_span

    def convert_heading(self, element: Element, indent: int) -> None:
        attr = dict(element.attr)
        if self.state.is_on("auto_ids", True) and "id" not in attr:
            attr["id"] = self.option("auto_id_prefix", "") + self.unique_id(plain_text(element))
        if "id" in attr and self.in_contents(element):
            self.contents.append(replace(element, attr=attr))
        level = min(max(element.level + self.number("header_offset", 0), 1), 6)
        self.block(f"h{level}", attr, element, indent)

    def in_contents(self, element: Element) -> bool:
        """Whether a heading belongs into the table of contents."""
        levels = self.option("toc_levels", "1..6")
        match = re.fullmatch(r"(\d)\.\.(\d)", levels)
        wanted = (
            range(int(match[1]), int(match[2]) + 1)
            if match
            else map(int, re.findall(r"\d", levels))
        )
        return element.level in wanted and not re.search(
            r"\bno_toc\b", element.attr.get("class", "")
        )

    def unique_id(self, text: str) -> str:
        """An id as kramdown itself makes it, for headings that the GFM parser does not reach."""
        return counted(basic_id(text) or "section", self.used)

    def convert_rule(self, element: Element, indent: int) -> None:
        self.space(indent)
        self.void("hr", element.attr, element)
        self.space(0, "\n")

    def convert_list(self, element: Element, indent: int) -> None:
        refs = element.ial.refs if element.ial else []
        if element.info != "dl" and self.toc is None and "toc" in refs:
            self.toc = element
            self.parts.append(("place", "contents"))
        elif element.info != "dl" and not self.has_place and "footnotes" in refs:
            self.has_place = True
            self.parts.append(("place", "notes"))
        else:
            self.block(element.info, element.attr, element, indent, apart=True)

    def convert_item(self, element: Element, indent: int) -> None:
        name = "li" if element.kind == "item" else "dd"
        first = element.children[0] if element.children else None
        tight = first is None or (first.kind == "paragraph" and first.transparent)
        self.space(indent)
        self.open(name, element.attr, element)
        mark = len(self.parts)
        if not tight:
            self.space(0, "\n")
        self.inner(element, indent)
        if not tight or self.ends_line(mark):
            self.space(indent)
        self.close(name)
        self.space(0, "\n")

    convert_definition = convert_item

    def convert_term(self, element: Element, indent: int) -> None:
        attr, around = dict(element.attr), self.stack[-1]
        for ref in around.ial.refs if around.ial and not attr.get("id") else []:
            if match := re.match(r"auto_ids(?:-([\w-]+))?", ref):
                attr["id"] = (match[1] or "") + basic_id(plain_text(element))
                break
        self.block("dt", attr, element, indent)

    def convert_html(self, element: Element, indent: int) -> None:
        name, outside = element.value, self.is_apart(element)
        if outside:
            self.space(indent)
        mark = len(self.parts)
        self.open(name, element.attr, element)
        self.inner(element, indent)
        empty = len(self.parts) == mark + 1
        is_void = element.closed and element.model == "raw" and not element.is_span
        if is_void or (empty and name in p.VOID_ELEMENTS):
            del self.parts[mark:]
            self.void(name, element.attr, element)
        elif not empty and element.model == "block":
            self.parts.insert(mark + 1, ("space", "\n"))
            if self.ends_line(mark + 1):
                kind, text = self.parts.pop()
                self.say(kind, text[:-1])
            self.space(0, "\n" + " " * indent)
            self.close(name)
        else:
            self.close(name)
        if outside:
            self.space(0, "\n")

    def is_apart(self, element: Element) -> bool:
        """Whether HTML stands on lines of its own: as a block, and not within raw HTML."""
        around = self.stack[-1]
        return not element.is_span and (around.kind != "html" or around.model != "raw")

    def convert_comment(self, element: Element, indent: int) -> None:
        apart = self.is_apart(element)
        self.space(indent * apart)
        self.say("comment", element.value)
        self.space(0, "\n" * apart)

    def convert_extension(self, element: Element, indent: int) -> None:
        if element.info == "comment":
            self.space(0 if element.is_span else indent)
            self.say("comment", f"<!-- {element.value} -->")
            self.space(0, "" if element.is_span else "\n")
        elif element.info == "raw":
            self.say("raw", element.value + ("" if element.is_span else "\n"))

    def convert_raw(self, element: Element, indent: int) -> None:
        self.say("raw", element.value)

    convert_instruction = convert_raw

    def convert_cell(self, element: Element, indent: int) -> None:
        name, attr = "th" if element.level else "td", dict(element.attr)
        if element.info:
            before = f"{attr['style']}; " if "style" in attr else ""
            attr["style"] = f"{before}text-align: {element.info}"
        self.block(name, attr, element, indent, empty=NBSP)

    def convert_break(self, element: Element, indent: int) -> None:
        self.void("br", {}, element)

    def convert_image(self, element: Element, indent: int) -> None:
        self.void("img", element.attr, element)

    def convert_entity(self, element: Element, indent: int) -> None:
        self.say("raw", self.reference(element.level, element.info))

    def reference(self, point: int, written: str) -> str:
        """A character as the option ``entity_output`` wants it."""
        output = self.option("entity_output", "as_char").strip().removeprefix(":")
        if output == "as_written":  # not kramdown's: as the input has it, else as a character
            output = "as_char"
            if written:
                return written
        known = 0 <= point < 0x110000 and not 0xD800 <= point < 0xE000
        shown = chr(point) if known else ""
        if output == "as_char" and known and shown not in "<>&":
            return shown
        if output in ("as_input", "as_char") and written:
            return written
        name = name_of(point)
        if name and (output == "symbolic" or (shown and shown in '<>&"')):
            return f"&{name};"
        return f"&#{point};"

    def convert_symbol(self, element: Element, indent: int) -> None:
        for name in {"laquo_space": ("laquo", "nbsp"), "raquo_space": ("nbsp", "raquo")}.get(
            element.value, (element.value,)
        ):
            self.say("raw", self.reference(code_point(name) or 0, ""))

    def convert_smart_quote(self, element: Element, indent: int) -> None:
        names = self.option("smart_quotes", QUOTES).split(",")
        usual = dict(zip(QUOTES.split(","), names, strict=True)) if len(names) == 4 else {}
        wanted = usual.get(element.value, element.value)
        point = code_point(int(wanted) if wanted.isdecimal() else wanted)
        self.say("raw", self.reference(point or ord(SHOWN[element.value]), ""))

    def convert_formula(self, element: Element, indent: int) -> None:
        if element.attr:
            self.open("span", element.attr, element)
            self.say("raw", f"${element.value}$")
            self.close("span")
        else:
            self.say("plain", f"\\({element.value}\\)")

    def convert_maths(self, element: Element, indent: int) -> None:
        if element.attr:
            self.space(indent)
            self.open("div", element.attr, element)
        self.say("plain", f"\\[{element.value}\\]\n")
        if element.attr:
            self.close("div")
            self.space(0, "\n")

    def convert_abbreviation(self, element: Element, indent: int) -> None:
        title, definition = self.state.abbreviations[element.value]
        attr = dict(definition.attr)
        if title:
            attr["title"] = title
        self.open("abbr", attr, element)
        self.say("raw", element.value)
        self.close("abbr")

    def convert_footnote_mark(self, element: Element, indent: int) -> None:
        name = self.option("footnote_prefix", "") + element.value
        repeat = ""
        if name in self.notes:
            self.notes[name][1] += 1
            repeat = f":{self.notes[name][1]}"
        else:
            self.notes[name] = [self.first_note + len(self.notes), 0]
        self.open("sup", {"id": f"fnref:{name}{repeat}", "role": "doc-noteref"}, element)
        self.open("a", {"href": f"#fn:{name}", "class": "footnote", "rel": "footnote"})
        self.say("plain", str(self.notes[name][0]))
        self.close("a")
        self.close("sup")

    # The whole

    def document_parts(self) -> list[Part]:
        """All parts, with the notes and the table of contents in their places."""
        self.inner(self.document.root, -2)
        body, self.parts = self.parts, []
        footnotes(self)
        notes, self.parts = self.parts, []
        if self.toc is not None:
            tree = contents_tree(self.contents, self.toc)
            if tree.children:
                self.stack = [self.document.root]
                self.convert(tree, 0)
        placed = {"notes": notes, "contents": self.parts}
        body += [] if self.has_place else notes
        return [
            inner for part in body for inner in (placed[part[1]] if part[0] == "place" else (part,))
        ]


CJK = "[\u3040-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]"


def basic_id(text: str) -> str:
    """An id of ASCII letters, digits and hyphens that begins with a letter."""
    text = re.sub(r"(?m)^[^a-zA-Z]+", "", text)
    return re.sub(r"[^a-zA-Z0-9 -]", "", text).replace(" ", "-").lower()


def parts_of(document: Document, highlight: Highlight | None = None) -> list[Part]:
    """The HTML of a document in parts."""
    return Converter(document, highlight).document_parts()
