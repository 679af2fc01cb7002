"""Services: GetClientsProducts, UpdateClientProduct, GetClientsAddons, AddCancelRequest.

Source: WHMCS API reference (Products, Service). Ids in GetClientsProducts are texts, as a live
client's tests expect; refusals of AddCancelRequest are approximate.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from local.emulators.whmcs import money, options, ordering
from local.emulators.whmcs.actions.encodings import custom_fields, decode
from local.emulators.whmcs.catalogue import CYCLE_NAMES, Product
from local.emulators.whmcs.context import Context, Handler, nested, page
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.parameters import Parameters
from local.emulators.whmcs.records import NO_DATE, CancelRequest, Service

STATUSES = ("Pending", "Active", "Completed", "Suspended", "Terminated", "Cancelled", "Fraud")


def get_clients_products(context: Context, parameters: Parameters) -> dict[str, Any]:
    """GetClientsProducts: by client, service, product, `domain`, `username2`; not by order."""
    client_id, service_id = parameters.number("clientid"), parameters.number("serviceid")
    pid, domain = parameters.number("pid"), parameters.text("domain")
    username = parameters.text("username2")
    found = context.store.services.where(
        lambda service: (
            (client_id is None or service.client_id == client_id)
            and (service_id is None or service.id == service_id)
            and (pid is None or service.pid == pid)
            and (domain is None or service.domain == domain)
            and (username is None or service.username == username)
        )
    )
    counters, services = page(parameters, found)
    items = [as_listed(context, service) for service in services]
    echoed = {name: parameters.text(name) for name in ("clientid", "serviceid", "pid", "domain")}
    return {**echoed, **counters, "products": nested(items, "product")}


def as_listed(context: Context, service: Service) -> dict[str, Any]:
    """One service with the documented fields."""
    store = context.store
    product = store.products[service.pid]
    group = store.groups.get(product.gid)
    order = store.orders.get(service.order_id)
    fields = [
        {
            "id": str(field.id),
            "name": field.name,
            "translated_name": field.name,
            "value": service.customfields.get(field.id, ""),
        }
        for field in product.customfields
    ]
    return {
        "id": str(service.id),
        "qty": service.qty,
        "clientid": str(service.client_id),
        "orderid": str(service.order_id),
        "ordernumber": str(order.ordernum) if order else "",
        "pid": str(service.pid),
        "regdate": service.regdate,
        "name": product.name,
        "translated_name": product.name,
        "groupname": group.name if group else "",
        "translated_groupname": group.name if group else "",
        "domain": service.domain,
        "dedicatedip": service.dedicatedip,
        "serverid": "0",
        "servername": "",
        "serverip": "",
        "serverhostname": "",
        "suspensionreason": "",
        "firstpaymentamount": money.text(service.first_payment),
        "recurringamount": money.text(service.recurring),
        "paymentmethod": service.paymentmethod,
        "paymentmethodname": store.gateway_name(service.paymentmethod),
        "billingcycle": CYCLE_NAMES[service.billingcycle],
        "nextduedate": service.nextduedate,
        "status": service.status,
        "username": service.username,
        "password": service.password,
        "subscriptionid": service.subscriptionid,
        "promoid": str(service.promoid),
        "overideautosuspend": "0",
        "overidesuspenduntil": NO_DATE,
        **dict.fromkeys(("ns1", "ns2", "assignedips"), ""),
        "notes": service.notes,
        **dict.fromkeys(("diskusage", "disklimit", "bwusage", "bwlimit"), "0"),
        "lastupdate": service.lastupdate,
        "customfields": nested(fields, "customfield"),
        "configoptions": nested(options.describe(product, service.configoptions), "configoption"),
    }


def update_client_product(context: Context, parameters: Parameters) -> dict[str, Any]:
    """UpdateClientProduct: only what is sent changes; `notes` is kept here."""
    service = context.store.services.get(parameters.number("serviceid"))
    if service is None:
        raise ApiError("Service ID Not Found")
    changes = _changes(context, parameters, service)
    for name, value in changes.items():
        setattr(service, name, value)
    _clear(parameters, service)
    product = context.store.products[service.pid]
    service.customfields.update(
        custom_fields(context, parameters.text("customfields"), where="customfields")
    )
    sent = decode(context, parameters.text("configoptions"), where="configoptions")
    if sent:
        kept = options.as_sent(service.configoptions)
        service.configoptions = options.choose(context, product, {**kept, **sent})
    if parameters.flag("autorecalc"):
        _recalculate(context, service, product)
    return {"serviceid": parameters.raw("serviceid")}


def _changes(context: Context, parameters: Parameters, service: Service) -> dict[str, Any]:
    changes: dict[str, Any] = {}
    texts = {
        "domain": "domain",
        "notes": "notes",
        "subscriptionid": "subscriptionid",
        "dedicatedip": "dedicatedip",
        "serviceusername": "username",
        "servicepassword": "password",
        "nextduedate": "nextduedate",
    }
    for name, attribute in texts.items():
        if parameters.text(name) is not None:
            changes[attribute] = parameters.raw(name)
    for name, attribute in (
        ("recurringamount", "recurring"),
        ("firstpaymentamount", "first_payment"),
    ):
        if (amount := parameters.amount(name)) is not None:
            changes[attribute] = amount
    readers: dict[str, Callable[[], Any]] = {
        "pid": lambda: _product(context, parameters).pid,
        "paymentmethod": lambda: context.gateway(parameters.text("paymentmethod")),
        "billingcycle": lambda: _cycle(parameters.raw("billingcycle")),
        "status": lambda: _status(parameters.raw("status"), service),
    }
    for name, read in readers.items():
        if parameters.text(name) is not None:
            changes[name] = read()
    return changes


def _product(context: Context, parameters: Parameters) -> Product:
    product = context.store.products.get(parameters.number("pid") or 0)
    if product is None:
        raise ApiError("Product ID Not Found")
    return product


def _cycle(wanted: str) -> str:
    for key, name in CYCLE_NAMES.items():
        if wanted.lower() in {key, name.lower()}:
            return key
    raise ApiError("Invalid Billing Cycle Requested")


def _status(wanted: str, service: Service) -> str:
    return wanted if wanted in STATUSES else service.status


def _clear(parameters: Parameters, service: Service) -> None:
    clearable = {"domain", "notes", "subscriptionid", "dedicatedip"}
    for name in (parameters.array("unset") or {}).values():
        if name in clearable:
            setattr(service, str(name), "")


def _recalculate(context: Context, service: Service, product: Product) -> None:
    client = context.client(service.client_id)
    currency = context.store.currency_of(client).code
    recurring, _ = ordering.price(
        product, service.configoptions, currency=currency, cycle=service.billingcycle
    )
    service.recurring = recurring * service.qty


def get_clients_addons(_: Context, parameters: Parameters) -> dict[str, Any]:
    """GetClientsAddons: always none, addons are not emulated."""
    echoed = {name: parameters.text(name) for name in ("serviceid", "clientid")}
    return {**echoed, **page(parameters, [])[0], "addons": nested([], "addon")}


def add_cancel_request(context: Context, parameters: Parameters) -> dict[str, Any]:
    """AddCancelRequest: store the request, which staff act on."""
    service = context.store.services.get(parameters.number("serviceid"))
    if service is None:
        raise ApiError("Service ID Not Found")
    kind = parameters.text("type") or "End of Billing Period"
    if kind not in {"Immediate", "End of Billing Period"}:
        raise ApiError("Invalid cancellation type. Must be 'Immediate' or 'End of Billing Period'")
    requests = context.store.cancel_requests
    if requests.where(lambda request: request.service_id == service.id):
        raise ApiError("There is already a cancellation request for this service")
    requests.add(
        CancelRequest(
            id=requests.next_id(),
            service_id=service.id,
            type=kind,
            reason=parameters.raw("reason"),
            date=context.timestamp,
        )
    )
    return {"serviceid": parameters.raw("serviceid"), "userid": service.client_id}


ACTIONS: dict[str, Handler] = {
    "GetClientsProducts": get_clients_products,
    "UpdateClientProduct": update_client_product,
    "GetClientsAddons": get_clients_addons,
    "AddCancelRequest": add_cancel_request,
}
