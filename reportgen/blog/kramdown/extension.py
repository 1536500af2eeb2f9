"""kramdown as a dialect for Python-Markdown."""

from __future__ import annotations

import html
import re
from typing import Any
from xml.etree import ElementTree

from markdown import Extension, Markdown
from markdown.blockparser import BlockParser
from markdown.postprocessors import RawHtmlPostprocessor
from markdown.util import HtmlStash, Registry

from reportgen.blog.kramdown import patterns as p
from reportgen.blog.kramdown.convert import parts_of
from reportgen.blog.kramdown.document import Document
from reportgen.blog.kramdown.parts import Part


class Node(ElementTree.Element):
    """An element of the page. ``source`` is where it comes from: two offsets, or None."""

    source: tuple[int, int] | None = None


class Kramdown(Extension):
    """Replaces Python-Markdown's own reading of blocks and spans by kramdown's.

    The tree is the one that other extensions' treeprocessors get; its elements are ``Node``.
    """

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 (the name that it is called by)
        """Puts the reader in the place of the parsers of ``md``."""
        md.registerExtension(self)
        md.parser = Reader(md)
        md.preprocessors = Registry()
        md.inlinePatterns = Registry()
        for name in ("inline", "prettify", "unescape"):
            if name in md.treeprocessors:
                md.treeprocessors.deregister(name)
        md.postprocessors = Registry()
        md.postprocessors.register(RawHtmlPostprocessor(md), "raw_html", 30)
        self.md = md

    def reset(self) -> None:
        """Forgets the text before."""
        self.md.htmlStash.reset()


class Reader(BlockParser):
    """Reads a whole text at once; what Python-Markdown calls its block parser."""

    def parseDocument(self, lines: Any) -> ElementTree.ElementTree:  # noqa: N802
        """The tree of a text. Raises Tangled where it nests too deep."""
        document = Document("\n".join(lines))
        root = ElementTree.Element(self.md.doc_tag)
        build(root, parts_of(document), self.md.htmlStash)
        self.root = root
        return ElementTree.ElementTree(root)


def build(root: ElementTree.Element, parts: list[Part], stash: HtmlStash) -> None:
    """Builds the parts of a page into ``root``; raw HTML goes to the stash."""
    open_: list[ElementTree.Element] = [root]
    for part in parts:
        kind = part[0]
        if kind in ("open", "void"):
            node = Node(part[1], {k: unescape(v) for k, v in part[2].items() if k != "id" or v})
            node.source = (part[3].start, part[3].end) if part[3] is not None else None
            open_[-1].append(node)
            if kind == "open":
                open_.append(node)
        elif kind == "close":
            open_.pop()
        elif kind == "raw" and re.search("[<>&]", part[1]) and open_[-1].tag not in RAW:
            _say(open_[-1], stash.store(part[1]))
        elif kind == "comment":
            open_[-1].append(ElementTree.Comment(part[1][4:-3]))
        else:
            _say(open_[-1], unescape(part[1]) if kind == "text" else part[1])


RAW = ("script", "style")


def unescape(text: str) -> str:
    """Text with the characters that its references stand for."""
    return p.REFERENCE.sub(lambda match: html.unescape(match[0]), text) if "&" in text else text


def _say(parent: ElementTree.Element, text: str) -> None:
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text
