"""Where the links in mails lead: the customers' web pages, which are not part of this stack.

Each address says which API call its page would make, so that a link from a captured mail can
be followed to its end by hand.
"""

from __future__ import annotations

from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates


@dataclass(frozen=True, kw_only=True)
class CustomerPage:
    """One address of the web pages; `call` is the API call behind it."""

    path: str
    title: str
    explains: str
    call: str
    anchor: str


PAGES = (
    CustomerPage(
        path="/reset-password",
        title="Choose a new password",
        explains="The page takes the token from the address (after the #) and a new password.",
        call="POST /auth/reset-password",
        anchor="post-auth-reset-password",
    ),
    CustomerPage(
        path="/request-password-reset",
        title="Ask for a password reset",
        explains="The page takes an e-mail address; a mail with a single-use link follows.",
        call="POST /auth/request-password-reset",
        anchor="post-auth-request-password-reset",
    ),
    CustomerPage(
        path="/orders/{order_id}",
        title="Your order",
        explains="The page shows the order's products and how far its provisioning is.",
        call="GET /orders/{sfOrderId}",
        anchor="get-orders-sfOrderId",
    ),
    CustomerPage(
        path="/subscriptions",
        title="Your services",
        explains="The page lists what the customer has, with eSIM state and usage.",
        call="GET /subscriptions",
        anchor="get-subscriptions",
    ),
    CustomerPage(
        path="/subscriptions/{subscription_id}",
        title="Your service",
        explains="The page shows one service, and what can be done with its eSIM.",
        call="GET /subscriptions/{id}",
        anchor="get-subscriptions-id",
    ),
)


class CustomerPages:
    """The routes of `PAGES`."""

    def __init__(self, templates: Jinja2Templates) -> None:
        self._templates = templates

    def routes(self) -> list[Route]:
        """One route per address."""
        return [self._route(page) for page in PAGES]

    def _route(self, page: CustomerPage) -> Route:
        async def show(request: Request) -> Response:
            data = {"page": page, "order_id": request.path_params.get("order_id")}
            return self._templates.TemplateResponse(request, "customer_page.html", data)

        return Route(page.path, show)
