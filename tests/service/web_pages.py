"""A page as a reader meets it: words, links, assets, tables."""

from dataclasses import dataclass, field
from html.parser import HTMLParser

VOID = {"meta", "link", "input", "br", "img", "hr", "source", "wbr", "col", "base"}
Attributes = dict[str, str]


@dataclass
class Cell:
    """One cell of a table: its words and its value for sorting."""

    words: str = ""
    value: str | None = None


@dataclass
class Table:
    """One table: its attributes and its rows of cells."""

    attributes: Attributes
    rows: list[list[Cell]] = field(default_factory=list)


class Page(HTMLParser):
    """A parsed page."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, Attributes]] = []
        self.title, self.words = "", ""
        self.tables: list[Table] = []
        self._open: list[str] = []
        self.feed(text)
        self.words = " ".join(self.words.split())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = {name: value or "" for name, value in attrs}
        self.tags.append((tag, found))
        if tag not in VOID:
            self._open.append(tag)
        if tag == "table":
            self.tables.append(Table(found))
        elif tag == "tr":
            self.tables[-1].rows.append([])
        elif tag in ("td", "th"):
            self.tables[-1].rows[-1].append(Cell(value=found.get("data-value")))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, {name: value or "" for name, value in attrs}))

    def handle_endtag(self, tag: str) -> None:
        assert self._open, f"</{tag}> closes nothing"
        assert self._open.pop() == tag, f"</{tag}> closes another tag"

    def handle_data(self, data: str) -> None:
        if "script" in self._open or "style" in self._open:
            return
        if "title" in self._open:
            self.title += data
            return
        self.words += data
        if "td" in self._open or "th" in self._open:
            self.tables[-1].rows[-1][-1].words += data

    def values(self, name: str) -> list[str]:
        """Every value of an attribute, of whatever tag."""
        return [found[name] for _, found in self.tags if name in found]

    @property
    def links(self) -> list[str]:
        """Where a reader can go from here."""
        return [found["href"] for tag, found in self.tags if tag == "a"]

    @property
    def assets(self) -> list[str]:
        """What a browser fetches with the page."""
        linked = [found["href"] for tag, found in self.tags if tag == "link"]
        return linked + self.values("src")
