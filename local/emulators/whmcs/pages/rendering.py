"""Renders HTML pages from templates: escaped, self-contained, never cached or framed."""

from __future__ import annotations

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse

from local.emulators.whmcs import money
from local.emulators.whmcs.catalogue import CYCLE_NAMES

HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'unsafe-inline'; form-action 'self';"
        " base-uri 'none'; frame-ancestors 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
}


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("local.emulators.whmcs.pages"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["money"] = money.text
    environment.filters["cycle"] = CYCLE_NAMES.__getitem__
    return environment


def page(template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    """One page; every value is escaped."""
    content = _environment().get_template(f"{template}.html").render(**values)
    return HTMLResponse(content, status_code=status, headers=HEADERS)


def notice(title: str, text: str, *, status: int) -> HTMLResponse:
    """Return a page that only shows a text."""
    return page("notice", status=status, title=title, text=text, client=None)
