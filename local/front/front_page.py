"""`/`, `/demo.json` and `/health`: what runs here, and with what to try it."""

from __future__ import annotations

from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from local.context import StackContext
from local.demo.people import CUSTOMERS
from local.front.problems import problem


class FrontPage:
    """The start page and its machine-readable twin."""

    def __init__(self, context: StackContext, templates: Jinja2Templates) -> None:
        self._context = context
        self._templates = templates

    def routes(self) -> list[Route]:
        """`/`, `/demo.json`, `/health`, `/whmcs`."""
        return [
            Route("/", self.show),
            Route("/demo.json", self.demo),
            Route("/health", self.health),
            Route("/whmcs", self.whmcs),
        ]

    async def show(self, request: Request) -> Response:
        """The start page."""
        data = {
            "context": self._context,
            "demo": self._demo(),
            "customers": CUSTOMERS,
            "newcomer": CUSTOMERS[0],
            "account": self._context.accounts[0] if self._context.accounts else None,
        }
        return self._templates.TemplateResponse(request, "front.html", data)

    async def demo(self, _: Request) -> Response:
        """Everything that a program needs to play with this stack."""
        return JSONResponse(self._demo())

    async def health(self, _: Request) -> Response:
        """That the front door itself is up; it asks nobody else."""
        return JSONResponse({"status": "ok"})

    async def whmcs(self, _: Request) -> Response:
        """On to the WHMCS emulator's own administration page."""
        if self._context.whmcs_url is None:
            return problem(502, "Bad Gateway", "This stack was started without the WHMCS emulator.")
        return RedirectResponse(f"{self._context.whmcs_url}/admin/", status_code=302)

    def _demo(self) -> dict[str, Any]:
        context = self._context
        emulators = {
            "salesforce": context.salesforce_url,
            "whmcs": context.whmcs_url,
            "gigs": context.gigs_url,
            "esim_access": context.esim_access_url,
            "sendgrid": context.sendgrid_url,
        }
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
                for name, url in emulators.items()
                if url is not None
            },
        }
