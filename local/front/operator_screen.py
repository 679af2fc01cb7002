"""`/salesforce`: a stand-in for the operator's pages in Salesforce.

It changes Orders through the REST API, as the record page does, and calls the portal as the
action "Provision in WHMCS" does.
"""

from __future__ import annotations

import itertools
import json
import time
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any

import httpx
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response
from starlette.routing import Route
from starlette.templating import Jinja2Templates

from local.context import StackContext
from local.front.problems import page_problem, problem
from local.front.salesforce_api import OrderNotFoundError, SalesforceApi, SalesforceError
from local.front.signing import idempotency_key, provision_headers
from local.front.view_filters import JAPAN

# The category "Activated" of the standard OrderStatus picklist.
APPROVED = "Activated"
OPERATOR = "local-operator"
# The timeout that the Apex code sets for its callout.
CALLOUT_TIMEOUT_SECONDS = 25.0


RUNNING = frozenset({"Queued", "Scheduled", "In Progress"})


@dataclass(frozen=True, kw_only=True)
class PressResult:
    """The portal's answer to one press; `status` is None when there was no answer."""

    status: int | None
    says: str
    good: bool
    idempotency_key: str
    correlation_id: str | None
    body: Any
    at: str

    def as_json(self) -> dict[str, Any]:
        """Return the answer for callers that accept JSON."""
        data = asdict(self)
        data["idempotencyKey"] = data.pop("idempotency_key")
        data["correlationId"] = data.pop("correlation_id")
        return data


@dataclass(frozen=True, kw_only=True)
class Press:
    """A press and the order's state before it; `number` counts the presses of all orders."""

    number: int
    result: PressResult
    before: tuple[Any, ...]

    def is_current(self, order: dict[str, Any]) -> bool:
        """Return whether the answer still describes the order.

        An accepted press is current until its attempt has ended, any other until the order changes.
        """
        if _state(order) == self.before:
            return True
        accepted = self.result.status == httpx.codes.ACCEPTED
        return accepted and order["Provisioning_Status__c"] in RUNNING


class OperatorScreen:
    """Pages and buttons; keeps the last press of each order, so that its answer can be shown."""

    def __init__(
        self,
        context: StackContext,
        salesforce: SalesforceApi | None,
        client: httpx.AsyncClient,
        templates: Jinja2Templates,
    ) -> None:
        self._context = context
        self._salesforce = salesforce
        self._client = client
        self._templates = templates
        self._presses: dict[str, Press] = {}
        self._numbers = itertools.count(1)

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
        """List the Orders, newest first, and the Cases that sign-ups opened."""
        try:
            api = self._api()
            data = {"orders": await api.orders(), "cases": await api.cases()}
        except SalesforceError as error:
            return self._unavailable(request, error)
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
            "press": self._answer_to_show(request, order),
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
        """Sign and send the call of the button "Provision in WHMCS" and show the answer."""
        try:
            order = await self._api().order(_order_id(request))
        except SalesforceError as error:
            return self._unavailable(request, error)
        result = await self._press(order)
        press = Press(number=next(self._numbers), result=result, before=_state(order))
        self._presses[order["Id"]] = press
        if _wants_json(request):
            return JSONResponse(result.as_json())
        return _back_to(order["Id"], query=f"?press={press.number}")

    def _answer_to_show(self, request: Request, order: dict[str, Any]) -> PressResult | None:
        """Return the answer to the press that led to this page; None when it is outdated."""
        press = self._presses.get(order["Id"])
        if press is None or request.query_params.get("press") != str(press.number):
            return None
        return press.result if press.is_current(order) else None

    async def _change(self, request: Request, fields: dict[str, Any]) -> Response:
        try:
            order_id = _order_id(request)
            await self._api().update_order(order_id, fields)
        except SalesforceError as error:
            return self._unavailable(request, error)
        if _wants_json(request):
            return Response(status_code=204)
        return _back_to(order_id)

    async def _press(self, order: dict[str, Any]) -> PressResult:
        order_id = order["Id"]
        key = idempotency_key(order_id, int(order["Attempt_Count__c"] or 0))
        body = json.dumps({"requestedBy": OPERATOR}).encode()
        headers = provision_headers(
            order_id=order_id,
            idempotency_key=key,
            timestamp=int(time.time()),
            body=body,
            key_id=self._context.signing_key_id,
            key=self._context.signing_key,
        )
        headers["Content-Type"] = "application/json"
        url = f"{self._context.api_url}/orders/{order_id}/provision"
        try:
            answer = await self._client.post(
                url, content=body, headers=headers, timeout=CALLOUT_TIMEOUT_SECONDS
            )
        except httpx.TransportError as error:
            return _no_answer(key, error)
        return _read_answer(key, answer)

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


def _back_to(order_id: str, *, query: str = "") -> Response:
    return RedirectResponse(f"/salesforce/orders/{order_id}{query}", status_code=303)


def _state(order: dict[str, Any]) -> tuple[Any, ...]:
    """Return the fields that change when an attempt progresses or an operator edits the Order."""
    return (
        order["Status"],
        order["Provisioning_Status__c"],
        order["Attempt_Count__c"],
        order["Last_Provisioning_At__c"],
    )


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


def _no_answer(key: str, error: httpx.TransportError) -> PressResult:
    return PressResult(
        status=None,
        says=f"The portal did not answer ({type(error).__name__}). It is not known whether the "
        "request arrived. Press again: the same key is sent, so nothing happens twice.",
        good=False,
        idempotency_key=key,
        correlation_id=None,
        body=None,
        at=_now(),
    )


def _read_answer(key: str, answer: httpx.Response) -> PressResult:
    try:
        body = answer.json()
    except ValueError:
        body = answer.text
    return PressResult(
        status=answer.status_code,
        says=_say(answer.status_code, body if isinstance(body, dict) else {}),
        good=answer.is_success,
        idempotency_key=key,
        correlation_id=answer.headers.get("x-correlation-id"),
        body=body,
        at=_now(),
    )


def _say(status: int, body: dict[str, Any]) -> str:
    attempt = body.get("attempt")
    state = body.get("status")
    if status == httpx.codes.ACCEPTED:
        return f"Accepted: attempt {attempt} is {state}. This page follows it."
    if status == httpx.codes.OK:
        return f"Nothing was done: the order is {state} already (attempt {attempt})."
    detail = body.get("detail") or body.get("message") or "The portal gave no reason."
    openings = {
        401: "The portal refused the signature.",
        409: "Another attempt is under way.",
        429: "Too many requests; wait a little.",
    }
    opening = openings.get(status, f"The portal refused ({status}).")
    return f"{opening} {detail}"


def _now() -> str:
    return datetime.now(UTC).isoformat()
