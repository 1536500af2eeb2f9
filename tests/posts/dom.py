"""Two pieces of HTML compared as what a browser makes of them."""

import re
from html.parser import HTMLParser

VOID = {"br", "col", "hr", "img", "input", "link", "meta", "mspace", "source", "track", "wbr"}


class Reader(HTMLParser):
    """Tags with sorted attributes and texts with single spaces, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found: list[str] = []
        self.text = ""

    def settle(self) -> None:
        text = re.sub(r"\s+", " ", self.text).strip()
        if text:
            self.found.append(text)
        self.text = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.settle()
        written = " ".join(f'{name}="{value or ""}"' for name, value in sorted(attrs))
        self.found.append(f"<{tag} {written}>".replace(" >", ">"))

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.settle()
            self.found.append(f"</{tag}>")

    def handle_data(self, data: str) -> None:
        self.text += data


def dom(html: str) -> list[str]:
    """The normal form of a piece of HTML; the colours of code are left out."""
    reader = Reader()
    reader.feed(re.sub(r"(?s)<pre class=\"highlight\">.*?</pre>", uncoloured, html))
    reader.close()
    reader.settle()
    return reader.found


def uncoloured(match: re.Match[str]) -> str:
    return re.sub(r"</?span[^>]*>", "", match[0])


def text_of(html: str) -> str:
    """What a reader sees of a piece of HTML, in one line."""
    return " ".join(part for part in dom(html) if not part.startswith("<"))
