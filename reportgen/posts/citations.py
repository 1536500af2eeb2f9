"""Citations of a post: the labels of the works it cites, and the list of them at its end."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import groupby

from reportgen.blog.escape import escape
from reportgen.posts.bibliography import Library, Work
from reportgen.posts.items import CiteItem
from reportgen.posts.references import described

CITED = re.compile(r"\[(@[\w:./+-]*\w(?:\s*;\s*@[\w:./+-]*\w)*)\](?![(\[:])")
"""``[@ho2020; @song2021]``: how a caption that is written in Python cites."""


@dataclass
class Citations:
    """What a post cites, by key in order of appearance. ``numbered``: [1] in place of Ho 2020."""

    library: Library = field(default_factory=lambda: Library({}))
    numbered: bool = False
    works: dict[str, Work] = field(default_factory=dict)
    labels: dict[str, tuple[str, str]] = field(default_factory=dict)
    anchors: dict[str, str] = field(default_factory=dict)

    def add(self, item: CiteItem) -> None:
        """Take the cited works into the list of references, in order of first citation."""
        for key in item.keys:
            self.works.setdefault(key, self.library.works[key])

    def settle(self) -> None:
        """Give each cited work a label, authors and year, and an anchor that no other has."""
        self.labels = labels_of(self.listed())
        for key in self.works:
            name = f"ref-{re.sub(r'[^a-z0-9_.-]+', '-', key.lower())}"
            same = sum(re.sub(r"~\d+$", "", anchor) == name for anchor in self.anchors.values())
            self.anchors[key] = f"{name}~{same + 1}" if same else name

    def listed(self) -> list[Work]:
        """The works as the list has them: by number, else by authors, year and title."""
        return (
            list(self.works.values()) if self.numbered else sorted(self.works.values(), key=order)
        )

    def number(self, key: str) -> int:
        """The number of a work in the list of references, from 1."""
        return list(self.works).index(key) + 1

    def cite(self, item: CiteItem, ids: Mapping[str, str]) -> str:
        """A citation as HTML. ``ids`` are the anchors of places that the list points back to."""
        after = f", {escape(item.after)}" if item.after else ""
        if item.text:
            return self.link(item.keys[0], item.text, ids)
        if item.textual:
            named = [
                f"{escape(self.labels[key][0])} {self.enclosed(self.short(key, ids))}"
                for key in item.keys
            ]
            return joined(named) + after
        whole = [
            self.short(key, ids)
            if self.numbered
            else self.link(key, " ".join(self.labels[key]), ids)
            for key in item.keys
        ]
        before = f"{escape(item.before)} " if item.before else ""
        inner = f"{before}{(', ' if self.numbered else '; ').join(whole)}{after}"
        return inner if item.bare and not self.numbered else self.enclosed(inner)

    def short(self, key: str, ids: Mapping[str, str]) -> str:
        """A link that says no authors: the number, or the year."""
        return self.link(key, str(self.number(key)) if self.numbered else self.labels[key][1], ids)

    def enclosed(self, inner: str) -> str:
        """A citation in the brackets of its style."""
        return f"&#91;{inner}&#93;" if self.numbered else f"({inner})"

    def link(self, key: str, text: str, ids: Mapping[str, str]) -> str:
        """A link to the work in the list of references, as HTML."""
        id = f' id="{ids[key]}"' if key in ids else ""
        to = self.anchors[key]
        return f'<a class="rg-cite"{id} href="#{to}" role="doc-biblioref">{escape(text)}</a>'

    def list_html(self, ids: Mapping[str, str]) -> str:
        """The list of references, as HTML without blank lines."""
        tag = "ol" if self.numbered else "ul"
        items = "\n".join(self.item_html(work, ids.get(work.key, "")) for work in self.listed())
        return f'<{tag} class="rg-refs">\n{items}\n</{tag}>'

    def item_html(self, work: Work, place: str) -> str:
        """A work of the list of references, as HTML; ``place`` anchors its first citation."""
        authors, year = self.labels[work.key]
        year = work.year if self.numbered else year
        label = f"Back to where the text cites {escape(authors)} {escape(year)}"
        back = (
            f'&nbsp;<a class="rg-back" href="#{place}" aria-label="{label}">↩&#xFE0E;</a>'
            if place
            else ""
        )
        return f'<li id="{self.anchors[work.key]}">{described(work, year)}{back}</li>'


def order(work: Work) -> tuple[str, str, str]:
    """What references are sorted by: people, year, title."""
    people = " ".join(f"{name.family} {name.given}" for name in work.people)
    return people.casefold(), work.year, work.text("title").casefold()


def labels_of(works: Sequence[Work]) -> dict[str, tuple[str, str]]:
    """Authors and year of each work; years of equal labels end in a, b, …."""

    def label(work: Work) -> tuple[str, str]:
        return short_names(work), work.year

    found: dict[str, tuple[str, str]] = {}
    for (authors, year), same in groupby(sorted(works, key=lambda w: (label(w), order(w))), label):
        group = list(same)
        for i, work in enumerate(group):
            found[work.key] = authors, year + (letters(i) if len(group) > 1 else "")
    return found


def letters(number: int) -> str:
    """a, b, … z, aa, ab, …"""
    return (letters(number // 26 - 1) if number >= 26 else "") + chr(ord("a") + number % 26)


def short_names(work: Work) -> str:
    """Ho, Ho and Salimans, or Ho et al."""
    families = [name.family or name.given for name in work.people]
    if len(families) > 2 or work.others:
        return f"{families[0]} et al."
    return " and ".join(families)


def joined(parts: Sequence[str]) -> str:
    """a, b and c"""
    return ", ".join([*parts[:-2], " and ".join(parts[-2:])])


def keys_in(caption: str) -> list[tuple[str, ...]]:
    """The keys of each citation in a caption that is written in Python."""
    return [keys_of(match) for match in CITED.finditer(caption)]


def keys_of(match: re.Match[str]) -> tuple[str, ...]:
    """The keys in a citation of Pandoc's kind, such as ``[@ho2020; @song2021]``."""
    return tuple(key.strip()[1:] for key in match[1].split(";"))
