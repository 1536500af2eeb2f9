"""A drawn figure as a reader's browser and screen reader see it."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"img", "br", "source"}


@dataclass
class Element:
    """A tag with its attributes, in document order."""

    tag: str
    attributes: dict[str, str]

    def __getitem__(self, name: str) -> str:
        return self.attributes[name]

    def get(self, name: str) -> str:
        return self.attributes.get(name, "")


@dataclass
class Page(HTMLParser):
    """The elements and texts of a piece of HTML; its tags must be balanced."""

    html: str
    elements: list[Element] = field(default_factory=list)
    texts: list[str] = field(default_factory=list)
    open: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        HTMLParser.__init__(self)
        self.feed(self.html)
        self.close()
        assert self.open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        assert tag not in VOID, f"<{tag}> is not closed with ' />'"
        self.handle_startendtag(tag, attrs)
        self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append(Element(tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.texts.append(data)

    def all(self, tag: str) -> list[Element]:
        """Elements by tag."""
        return [element for element in self.elements if element.tag == tag]

    @property
    def text(self) -> str:
        """What can be read, with plain spaces."""
        return "".join(self.texts).replace("\u00a0", " ")
