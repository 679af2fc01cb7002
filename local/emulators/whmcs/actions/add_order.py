"""AddOrder. Source: WHMCS API reference, AddOrder.

Emulated: product lines. Addons, domains and renewals are not; a request with only those has "no
items". `notes` is no documented parameter. It is dropped unless `add_order_notes` is switched on.
"""

from __future__ import annotations

from typing import Any

from local.emulators.whmcs.actions.encodings import custom_fields, decode
from local.emulators.whmcs.context import Context, Handler
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.invoicing import log_email
from local.emulators.whmcs.ordering import Line, Placed, place_order
from local.emulators.whmcs.parameters import UNKNOWN_ID, Parameters
from local.emulators.whmcs.records import Client

ARRAYS = [
    "pid",
    "qty",
    "domain",
    "billingcycle",
    "domaintype",
    "regperiod",
    "configoptions",
    "customfields",
    "priceoverride",
    "addons",
    "addonsqty",
    "hostname",
    "addonids",
    "serviceids",
    "servicerenewals",
    "addonrenewals",
]


def add_order(context: Context, parameters: Parameters) -> dict[str, Any]:
    """Place a Pending order. Nothing is set up before AcceptOrder, whatever the product says."""
    client = context.client(parameters.number("clientid"))
    if client.status == "Closed":
        raise ApiError("Unable to add order when client status is Closed")
    paymentmethod = context.gateway(parameters.text("paymentmethod"))
    for name in ARRAYS:
        parameters.array(name)
    _refuse_unsupported(context, parameters, client)
    lines = _lines(context, parameters)
    if not lines:
        raise ApiError("No items added to cart so order cannot proceed")
    keep_notes = context.switches.add_order_notes == "kept"
    placed = place_order(
        context,
        client,
        lines,
        paymentmethod=paymentmethod,
        invoice=not parameters.flag("noinvoice"),
        notes=parameters.raw("notes") if keep_notes else "",
        promocode=parameters.raw("promocode"),
        ip=parameters.text("clientip") or context.ip,
    )
    _log_emails(context, parameters, placed)
    return _answer(context, parameters, placed)


def _refuse_unsupported(context: Context, parameters: Parameters, client: Client) -> None:
    service_id = parameters.number("serviceid")
    if parameters.text("addonid") is not None:
        service = context.store.services.get(service_id)
        if service is None or service.client_id != client.id:
            raise ApiError("Service ID not owned by Client ID provided")
        raise ApiError("Addon ID invalid")
    for renewed in (parameters.array("servicerenewals") or {}).values():
        raise ApiError(f"Service ID {renewed} can not be renewed at this time.")


def _lines(context: Context, parameters: Parameters) -> list[Line]:
    """The lines whose product exists and is not retired: WHMCS drops the others silently."""
    lines = []
    for index in parameters.array("pid") or {}:
        pid = parameters.element("pid", index) or ""
        product = context.store.products.get(int(pid) if pid.isdigit() else UNKNOWN_ID)
        if product is None or product.retired:
            continue
        override = Parameters({"price": parameters.element("priceoverride", index) or ""})
        qty = parameters.element("qty", index) or "1"
        lines.append(
            Line(
                product,
                billingcycle=parameters.element("billingcycle", index),
                qty=max(int(qty), 1) if qty.isdigit() else 1,
                domain=parameters.element("domain", index) or "",
                configoptions=decode(
                    context,
                    parameters.element("configoptions", index),
                    where=f"configoptions[{index}]",
                ),
                customfields=custom_fields(
                    context,
                    parameters.element("customfields", index),
                    where=f"customfields[{index}]",
                ),
                price_override=override.amount("price"),
            )
        )
    return lines


def _log_emails(context: Context, parameters: Parameters, placed: Placed) -> None:
    order = placed.order
    if not parameters.flag("noemail"):
        log_email(
            context,
            client_id=order.client_id,
            template="Order Confirmation",
            related_id=order.id,
        )
    if order.invoiceid and not parameters.flag("noinvoiceemail"):
        log_email(
            context,
            client_id=order.client_id,
            template="Invoice Created",
            related_id=order.invoiceid,
        )


def _answer(context: Context, parameters: Parameters, placed: Placed) -> dict[str, Any]:
    ids = ",".join(str(service.id) for service in placed.services)
    result: dict[str, Any] = {
        "orderid": placed.order.id,
        "productids": ids,
        "serviceids": ids,
        "addonids": "",
        "domainids": "",
    }
    if not parameters.flag("noinvoice"):
        return {**result, "invoiceid": placed.order.invoiceid}
    variant = context.switches.noinvoice_invoiceid
    if variant != "absent":
        result["invoiceid"] = {"zero": 0, "empty": "", "null": None}[variant]
    return result


ACTIONS: dict[str, Handler] = {"AddOrder": add_order}
