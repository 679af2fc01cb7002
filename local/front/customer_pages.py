"""Where links in mails lead while the customer's pages are not built.

Each address names the API call that its page makes, so that a link of a captured mail can be
followed by hand in the API viewer.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, kw_only=True)
class CustomerPage:
    """An address in mails and the API call of its page; `path` is a regular expression."""

    path: str
    title: str
    does: str
    method: str
    call: str


@dataclass(frozen=True, kw_only=True)
class FoundPage:
    """A page with the address of its API call in the viewer and the order that it is about."""

    page: CustomerPage
    viewer: str | None
    order_id: str | None


PAGES = (
    CustomerPage(
        path="/reset-password",
        title="Choose a new password",
        does="The page sends the token of its address (after the #) with a new password.",
        method="post",
        call="/auth/reset-password",
    ),
    CustomerPage(
        path="/request-password-reset",
        title="Ask for a password reset",
        does="The page sends an e-mail address. A mail with a single-use link follows.",
        method="post",
        call="/auth/request-password-reset",
    ),
    CustomerPage(
        path="/orders/(?P<order_id>801[A-Za-z0-9]{15})",
        title="Your order",
        does="The page shows the products of the order and the progress of its provisioning.",
        method="get",
        call="/orders/{sfOrderId}",
    ),
    CustomerPage(
        path="/subscriptions",
        title="Your services",
        does="The page lists the customer's services with eSIM state and usage.",
        method="get",
        call="/subscriptions",
    ),
    CustomerPage(
        path="/subscriptions/[0-9]+",
        title="Your service",
        does="The page shows one service and what can be done with its eSIM.",
        method="get",
        call="/subscriptions/{id}",
    ),
)


class CustomerPages:
    """Finds the page of an address and, in the OpenAPI document, its API call."""

    def __init__(self, openapi: Path) -> None:
        self._openapi = openapi

    def find(self, path: str) -> FoundPage | None:
        """Return the page of a path; None when no mail links to it."""
        for page in PAGES:
            if (match := re.fullmatch(page.path, path)) is not None:
                return FoundPage(
                    page=page,
                    viewer=self._viewer(page),
                    order_id=match.groupdict().get("order_id"),
                )
        return None

    def _viewer(self, page: CustomerPage) -> str | None:
        """Return the operation's address in the viewer; None when the API has no such operation."""
        if not self._openapi.is_file():
            return None
        document: dict[str, Any] = json.loads(self._openapi.read_text(encoding="utf-8"))
        operation = document["paths"].get(page.call, {}).get(page.method)
        if operation is None:
            return None
        tag = (operation.get("tags") or ["default"])[0]
        return f"/docs#/{tag}/{operation['operationId']}"
