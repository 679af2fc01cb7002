"""Serves `POST /includes/api.php`: reads the request, runs the action and renders the answer."""

from __future__ import annotations

from typing import Any
from urllib.parse import parse_qsl

from starlette.requests import Request
from starlette.responses import Response

from local.emulators.whmcs.actions.registry import ACTIONS, canonical
from local.emulators.whmcs.auth import Bans, Gate
from local.emulators.whmcs.context import Context
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.parameters import Parameters
from local.emulators.whmcs.php_forms import PhpArray, build_array, parse_pairs
from local.emulators.whmcs.response import escaped, shape, to_json, to_xml
from local.emulators.whmcs.switches import Switches

URLENCODED = "application/x-www-form-urlencoded"
MULTIPART = "multipart/form-data"
MAINTENANCE = (
    "<!DOCTYPE html><html><head><title>Down for Maintenance</title></head><body>"
    "<h1>Down for Maintenance (Err 3)</h1>"
    "<p>We are currently performing maintenance and will be back shortly.</p></body></html>"
)
ANSWERED_WITH_STATUS = frozenset({"AddBillableItem"})
WARNING = "Invalid or Missing Payment Information - Please Reload and Try Again"


def action_name(query: str, body: str) -> str:
    """The canonical name of the action in a query or an urlencoded body, "" when there is none."""
    for text in (body, query):
        for name, value in parse_qsl(text, errors="replace"):
            if name == "action":
                return canonical(value) or value
    return ""


async def read_parameters(request: Request, *, limit: int) -> Parameters:
    """`$_REQUEST`: the query, overridden by the body."""
    content_type = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    fields: PhpArray = build_array(parse_pairs(request.url.query))
    if content_type == URLENCODED:
        body = (await request.body()).decode("utf-8", "replace")
        fields |= build_array(parse_pairs(body), limit=limit)
    elif content_type == MULTIPART:
        form = await request.form()
        pairs = [(name, value) for name, value in form.multi_items() if isinstance(value, str)]
        fields |= build_array(pairs, limit=limit)
    return Parameters(fields)


def answer(context: Context, parameters: Parameters, bans: Bans) -> Response:
    """Return the answer to one API call."""
    switches = context.switches
    if switches.maintenance:
        return Response(MAINTENANCE, status_code=503, media_type="text/html")
    requested = parameters.raw("action")
    name = canonical(requested) or requested
    status = 200
    try:
        payload = _run(context, parameters, bans, name)
    except ApiError as error:
        status = error.status
        payload = {"result": "error", "message": escaped(error.message, switches)}
    if switches.status_key and "status" not in payload:
        payload = {"status": payload.pop("result"), **payload}
    if parameters.raw("responsetype").lower() == "xml":
        return Response(to_xml(name, payload), status_code=status, media_type="application/xml")
    content = to_json(payload, escape_slashes=switches.escape_slashes)
    return Response(content, status_code=status, media_type="application/json")


def _run(context: Context, parameters: Parameters, bans: Bans, name: str) -> dict[str, Any]:
    switches = context.switches
    gate = Gate(context.store.credentials, switches, bans)
    gate.admit(parameters, ip=context.ip, now=context.now)
    if not name:
        raise ApiError("Empty action request", status=400)
    _check_permission(switches, name)
    handler = ACTIONS.get(name)
    if handler is None:
        raise ApiError("Command Not Found")
    if name.lower() in {action.lower() for action in switches.warn_actions}:
        return {"result": "success", "warning": WARNING}
    if switches.paging == "ignored":
        parameters = parameters.without("limitstart")
    key = "status" if name in ANSWERED_WITH_STATUS else "result"
    shaped: dict[str, Any] = shape({key: "success", **handler(context, parameters)}, switches)
    return shaped


def _check_permission(switches: Switches, name: str) -> None:
    lowered = name.lower()
    denied = lowered in {action.lower() for action in switches.denied_actions}
    unlisted = name not in ACTIONS and switches.unknown_action == "invalid_permissions"
    if denied or unlisted:
        message = f'Invalid Permissions: API action "{lowered}" is not allowed'
        raise ApiError(message, status=403)
