"""The Lightning components of `salesforce/`, as Salesforce shows them to an operator.

`/salesforce/orders/{id}/action` is the action "Provision in WHMCS" of an Order, which the record
page opens in a frame; `/salesforce/flow/Portal_Provision_Orders` is what the button of the list
opens. The components are compiled (`make salesforce-screen`); the Apex that they call is run by the
emulated org.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.templating import Jinja2Templates

from local.front.apex import Apex
from local.front.guard import PAGE_POLICY
from local.front.salesforce_api import SalesforceError
from local.operators import OPERATORS, Operator

COMPILED = Path(__file__).parent / "lightning"
ACTION = "c-provision-in-whmcs"
FLOW_FRAME = "screen-flow-screen"
# LWC puts the style sheets of components into the page as elements.
POLICY = PAGE_POLICY.replace("style-src 'self'", "style-src 'self' 'unsafe-inline'")
FLOW_LABEL = "Portal: Provision Orders"
"""The flow's label in its metadata; it has no translation."""


class LightningScreen:
    """Pages that show one component each, and the way from them to Apex."""

    def __init__(self, apex: Apex, templates: Jinja2Templates) -> None:
        self._apex = apex
        self._templates = templates

    def routes(self) -> list[BaseRoute]:
        """Return the pages, the compiled files and the way to Apex."""
        return [
            Route("/salesforce/orders/{order_id}/action", self.show_action),
            Route("/salesforce/flow/Portal_Provision_Orders", self.show_flow),
            Route("/salesforce/apex/{cls}/{method}", self.call_apex, methods=["POST"]),
            Mount("/salesforce/lightning", StaticFiles(directory=COMPILED)),
        ]

    async def show_action(self, request: Request) -> Response:
        """Show the dialog for one Order."""
        order_id = request.path_params["order_id"]
        return self._page(
            request,
            component=ACTION,
            properties={"recordId": order_id},
            after=f"/salesforce/orders/{order_id}",
        )

    async def show_flow(self, request: Request) -> Response:
        """Show the flow's screen for the Orders `ids`, which the list's button passes."""
        return self._page(
            request,
            component=FLOW_FRAME,
            properties={"label": FLOW_LABEL, "orderIds": request.query_params.getlist("ids")},
            after="/salesforce",
        )

    async def call_apex(self, request: Request) -> Response:
        """Run an `@AuraEnabled` method as the operator who has the browser's language."""
        path = request.path_params
        try:
            arguments = await request.json()
        except ValueError:
            arguments = None
        if not isinstance(arguments, dict):
            return JSONResponse({"message": "The body is no JSON object of arguments."}, 400)
        try:
            answer = await self._apex.call(
                f"{path['cls']}/{path['method']}", arguments, operator_of(request)
            )
        except SalesforceError as error:
            return JSONResponse({"message": str(error)}, 502)
        return Response(answer.content, answer.status_code, media_type="application/json")

    def _page(
        self, request: Request, *, component: str, properties: dict[str, Any], after: str
    ) -> Response:
        data = {
            "language": language_of(request),
            "component": component,
            "properties": json.dumps(properties),
            "after": after,
        }
        return self._templates.TemplateResponse(
            request, "lightning.html", data, headers={"Content-Security-Policy": POLICY}
        )


def language_of(request: Request) -> str:
    """Return the first language of the browser that an operator has; else English."""
    wanted = request.headers.get("accept-language", "").split(",")
    spoken = (part.split(";")[0].split("-")[0].strip().lower() for part in wanted)
    return next((language for language in spoken if language in OPERATORS), "en")


def operator_of(request: Request) -> Operator:
    """Return the operator who has the browser's language."""
    return OPERATORS[language_of(request)]
