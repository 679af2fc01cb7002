"""Reads forms and links of HTML pages that have no API."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser


@dataclass
class Form:
    """A form of a page; `fields` are the values that it sends when nothing is typed."""

    action: str
    method: str
    fields: dict[str, str] = field(default_factory=dict)


def read_forms(html: str) -> list[Form]:
    """Return all forms of a page in order."""
    parser = _Parser()
    parser.feed(html)
    return parser.forms


def read_links(html: str) -> list[str]:
    """Return the targets of all links of a page in order."""
    parser = _Parser()
    parser.feed(html)
    return parser.links


class _Parser(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.links: list[str] = []
        self._open: Form | None = None
        self._select: str | None = None

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            method = (given.get("method") or "get").lower()
            self._open = Form(given.get("action") or "", method)
            self.forms.append(self._open)
        elif tag == "a":
            self.links.append(given.get("href") or "")
        elif self._open is not None:
            self._control(self._open, tag, given)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        elif tag == "select":
            self._select = None

    def _control(self, form: Form, tag: str, given: dict[str, str | None]) -> None:
        name, value = given.get("name"), given.get("value") or ""
        if tag == "select" and name:
            self._select = name
        elif tag == "option" and self._select:
            chosen = "selected" in given or self._select not in form.fields
            if chosen:
                form.fields[self._select] = value
        elif tag == "input" and name:
            unticked = given.get("type") in {"radio", "checkbox"} and "checked" not in given
            if not unticked:
                form.fields[name] = value
