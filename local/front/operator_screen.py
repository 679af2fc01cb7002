"""`/salesforce`: a stand-in for the operator's pages in Salesforce.

It changes Orders through the REST API, as the record page does. The action "Provision in WHMCS" is
the Lightning component of the package (`lightning_screen`).
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from local.front.apex import Apex
from local.front.lightning_screen import operator_of
from local.front.operations import Operations, newest
from local.front.problems import page_problem, problem
from local.front.salesforce_api import OrderNotFoundError, SalesforceApi, SalesforceError
from local.front.view_filters import JAPAN

# The category "Activated" of the standard OrderStatus picklist.
APPROVED = "Activated"


class OperatorScreen:
    """The list and the record of Orders, with what an operator changes on them."""

    def __init__(
        self,
        salesforce: SalesforceApi | None,
        apex: Apex,
        operations: Operations,
        templates: Jinja2Templates,
    ) -> None:
        self._salesforce = salesforce
        self._apex = apex
        self._operations = operations
        self._templates = templates

    def routes(self) -> list[Route]:
        """Return the routes below `/salesforce`."""
        order = "/salesforce/orders/{order_id}"
        return [
            Route("/salesforce", self.list_orders),
            Route(order, self.show_order),
            Route(order + "/approve", self.approve, methods=["POST"]),
            Route(order + "/activation", self.set_activation, methods=["POST"]),
            Route(order + "/provision", self.provision, methods=["POST"]),
        ]

    async def list_orders(self, request: Request) -> Response:
        """List the Orders, newest first, the Cases, and the operations of customers."""
        try:
            api = self._api()
            data: dict[str, Any] = {"orders": await api.orders(), "cases": await api.cases()}
        except SalesforceError as error:
            return self._unavailable(request, error)
        data["operations"] = await newest(self._operations)
        if _wants_json(request):
            return JSONResponse(data)
        return self._templates.TemplateResponse(request, "orders.html", data)

    async def show_order(self, request: Request) -> Response:
        """Show one Order with its products and the state of its provisioning."""
        try:
            order = await self._api().order(_order_id(request))
        except SalesforceError as error:
            return self._unavailable(request, error)
        if _wants_json(request):
            return JSONResponse(order)
        data = {
            "order": order,
            "lines": [_line(line) for line in order["lines"]],
            "approved": order["Status"] == APPROVED,
        }
        return self._templates.TemplateResponse(request, "order.html", data)

    async def approve(self, request: Request) -> Response:
        """Set Status to Activated alone: Salesforce refuses other changes in that call."""
        return await self._change(request, {"Status": APPROVED})

    async def set_activation(self, request: Request) -> Response:
        """Set Immediate, or Scheduled at the form's time (`YYYY-MM-DDTHH:MM`, Japan's time)."""
        form = await request.form()
        fields: dict[str, Any] = {
            "Activation_Type__c": "Immediate",
            "Activation_Scheduled_At__c": None,
        }
        if form.get("type") == "Scheduled":
            try:
                local = datetime.fromisoformat(str(form.get("at", "")))
            except ValueError:
                return page_problem(
                    self._templates,
                    request,
                    422,
                    "Activation not saved",
                    "A scheduled activation needs a date and a time.",
                )
            at = local.replace(tzinfo=JAPAN).astimezone(UTC)
            fields = {
                "Activation_Type__c": "Scheduled",
                "Activation_Scheduled_At__c": at.strftime("%Y-%m-%dT%H:%M:%S.000+0000"),
            }
        return await self._change(request, fields)

    async def provision(self, request: Request) -> Response:
        """Press the button "Provision in WHMCS" without its dialog, for the demo and for tests.

        The answer says what the portal answered (`status`; null without an answer), what an
        operator reads (`says`), the outcome's `code` and the `correlationId`.
        """
        try:
            outcome = await self._apex.press(_order_id(request), operator_of(request))
        except SalesforceError as error:
            return self._unavailable(request, error)
        return JSONResponse(
            {
                "status": outcome["statusCode"] or None,
                "says": outcome["message"],
                "code": outcome["code"],
                "correlationId": outcome["correlationId"],
            }
        )

    async def _change(self, request: Request, fields: dict[str, Any]) -> Response:
        try:
            order_id = _order_id(request)
            await self._api().update_order(order_id, fields)
        except SalesforceError as error:
            return self._unavailable(request, error)
        if _wants_json(request):
            return Response(status_code=204)
        return _back_to(order_id)

    def _api(self) -> SalesforceApi:
        if self._salesforce is None:
            raise SalesforceError("This stack was started without the Salesforce emulator.")
        return self._salesforce

    def _unavailable(self, request: Request, error: SalesforceError) -> Response:
        status = 404 if isinstance(error, OrderNotFoundError) else 502
        if _wants_json(request):
            return problem(status, "Salesforce", str(error))
        return self._templates.TemplateResponse(
            request, "salesforce_error.html", {"says": str(error)}, status_code=status
        )


def _order_id(request: Request) -> str:
    order_id: str = request.path_params["order_id"]
    return order_id


def _wants_json(request: Request) -> bool:
    return "application/json" in request.headers.get("accept", "")


def _back_to(order_id: str) -> Response:
    return RedirectResponse(f"/salesforce/orders/{order_id}", status_code=303)


def _line(line: dict[str, Any]) -> dict[str, Any]:
    """Return an OrderItem with its options as text."""
    return {**line, "options": _options(line.get("ConfigOptions_JSON__c"))}


def _options(snapshot: str | None) -> list[str]:
    """Return the selections of an order line's snapshot; another shape is returned as it is."""
    if not snapshot:
        return []
    try:
        selections = json.loads(snapshot)["selections"]
        return [f"{one['label']}: {_selected(one)}" for one in selections if one["value"]]
    except (ValueError, KeyError, TypeError):
        return [snapshot]


def _selected(selection: dict[str, Any]) -> str:
    value = selection.get("valueLabel", selection["value"])
    return "yes" if value is True else str(value)
