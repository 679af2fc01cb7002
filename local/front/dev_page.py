"""`/dev`, `/demo.json`, `/health` and `/whmcs`: what runs here and how to try it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from local.context import StackContext
from local.demo.people import CUSTOMERS
from local.front.problems import page_problem


class DevPage:
    """The developers' start page, and the same facts as JSON."""

    def __init__(self, context: StackContext, templates: Jinja2Templates) -> None:
        self._context = context
        self._templates = templates

    def routes(self) -> list[Route]:
        """Return the routes `/dev`, `/demo.json`, `/health` and `/whmcs`."""
        return [
            Route("/dev", self.show),
            Route("/demo.json", self.demo),
            Route("/health", self.health),
            Route("/whmcs", self.whmcs),
        ]

    async def show(self, request: Request) -> Response:
        """Show the start page."""
        data = {
            "context": self._context,
            "demo": self._demo(),
            "customers": CUSTOMERS,
            "newcomer": CUSTOMERS[0],
            "account": self._context.accounts[0] if self._context.accounts else None,
        }
        return self._templates.TemplateResponse(request, "dev.html", data)

    async def demo(self, _: Request) -> Response:
        """Return addresses, accounts and keys of this stack for programs."""
        return JSONResponse(self._demo())

    async def health(self, _: Request) -> Response:
        """Answer 200 while the front door itself runs; no other system is asked."""
        return JSONResponse({"status": "ok"})

    async def whmcs(self, request: Request) -> Response:
        """Redirect to the WHMCS emulator's own administration page."""
        if self._context.whmcs_url is None:
            return page_problem(
                self._templates,
                request,
                502,
                "Bad Gateway",
                "This stack was started without the WHMCS emulator.",
            )
        return RedirectResponse(f"{self._context.whmcs_url}/admin/", status_code=302)

    def _demo(self) -> dict[str, Any]:
        context = self._context
        return {
            "api": f"{context.front_url}/api",
            "openapi": f"{context.front_url}/openapi.json",
            "aws": {"endpoint": context.aws_endpoint, "region": context.region},
            "customers": [
                {"customerNumber": p.number, "email": p.email, "note": p.note} for p in CUSTOMERS
            ],
            "accounts": [
                {"email": a.email, "password": a.password, "note": a.note} for a in context.accounts
            ],
            "signing": {"keyId": context.signing_key_id, "key": context.signing_key},
            "emulators": {
                name: {"url": url, "admin": f"{url}/_admin"}
                for name, url in context.emulators.items()
            },
        }
