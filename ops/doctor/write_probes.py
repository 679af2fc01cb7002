"""Checks that need a write. Each probe removes its records, and reports if it cannot.

- Salesforce: one composite graph whose last part must fail. So all rules of the org check the order
  and its line, and then both are rolled back (REST API Developer Guide, "Composite Graph": a graph
  is one transaction).
- WHMCS: an order of one product without invoice and mail for the given client. It is read,
  cancelled and deleted.
- Mail: a mail that is checked and not sent.
"""

from __future__ import annotations

import uuid
from datetime import UTC, datetime
from typing import Any

from portal.adapters.salesforce.failures import PartRefused
from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.decoding import as_int, as_list
from portal.adapters.whmcs.encoding import serialize
from portal.domain.catalog import ChoiceOption, Product
from portal.domain.upstream import Refused, UpstreamError
from portal.ports.billing_orders import BillingProduct
from portal.ports.orders import DRAFT_STATUS

from ops.doctor.installation import Installation
from ops.doctor.model import Check, Finding, ok, unknown, warning, wrong
from ops.doctor.whmcs_actions import NOBODY, Action

PAGE = "doctor.md#write-probes"
STOP = "stop"
CLEAN_UP = (
    Action(name="CancelOrder", purpose="cleaning up", harmless={"orderid": NOBODY}),
    Action(name="DeleteOrder", purpose="cleaning up", harmless={"orderid": NOBODY}),
)


def probes(*, client_id: int | None) -> tuple[Check, ...]:
    """Return the probes. That of WHMCS places an order for `client_id`, or none without it."""
    return (
        Check(
            id="salesforce.probe-order",
            title="an order of the portal would be accepted",
            look=salesforce_order,
            remedy=ORDER,
            page=PAGE,
            needs=("salesforce.prices", "salesforce.order-status"),
        ),
        Check(
            id="whmcs.probe-order",
            title="a WHMCS order keeps our reference",
            look=lambda world: whmcs_order(world, client_id),
            remedy=REFERENCE,
            page=PAGE,
            needs=("whmcs.reference", "whmcs.gateway", "whmcs.action-AddOrder"),
        ),
        Check(
            id="mail.probe-sandbox",
            title="a mail would be accepted",
            look=mail,
            remedy=MAIL,
            page=PAGE,
            needs=("mail.login",),
        ),
    )


def salesforce_order(world: Installation) -> Finding:
    """Check whether the org's rules, flows and triggers accept an order of the portal."""
    account = world.salesforce.an_account()
    if account is None:
        return unknown("there is no Account that an order could be for", ORDER)
    product = world.salesforce.catalogue()[0][0]
    try:
        world.salesforce.client.graph(_graph(account, product), operation="doctor probe")
    except PartRefused as refused:
        if refused.part == STOP:
            return ok("an order with one line would be accepted; it was rolled back")
        return wrong(f"{refused.part} is refused: {refused.message}", ORDER)
    return wrong("the probe was not rolled back: look for orders of today", ORDER)


def whmcs_order(world: Installation, client_id: int | None) -> Finding:
    """Check whether WHMCS returns the reference and the notes of an order."""
    if client_id is None:
        return warning("no order was placed: name a client of yours with --probe-client", CLIENT)
    lacking = [action.name for action in CLEAN_UP if not world.whmcs.grants(action)]
    if lacking:
        return wrong(f"no order was placed: {', '.join(lacking)} not granted", CLEAN_UP_REMEDY)
    found = _orderable(world)
    if found is None:
        return unknown("no product can be ordered", REFERENCE)
    product, billed = found
    return _WhmcsProbe(world, client_id).run(product, billed)


def mail(world: Installation) -> Finding:
    """Check whether the mail service would accept a mail from the portal's sender."""
    world.mail.accepts(world.setting("EMAIL_FROM"))
    return ok(f"a mail from {world.setting('EMAIL_FROM')} would be taken")


class _WhmcsProbe:
    """One order, from AddOrder to DeleteOrder."""

    def __init__(self, world: Installation, client_id: int) -> None:
        self._world = world
        self._client: WhmcsClient = world.whmcs.client
        self._client_id = client_id
        self._ref = f"doctor-{uuid.uuid4().hex[:12]}"

    def run(self, product: Product, billed: BillingProduct) -> Finding:
        try:
            answer = self._client.call("AddOrder", self._order(product, billed), writes=True)
        except Refused as refused:
            return wrong(f"AddOrder of {product.sku}: {refused.message}", REFERENCE)
        order_id = as_int(answer.get("orderid")) or 0
        try:
            finding = self._look(order_id)
        finally:
            left = self._remove(order_id)
        return wrong(f"order {order_id} could not be removed: {left}", REMOVE) if left else finding

    def _order(self, product: Product, billed: BillingProduct) -> dict[str, Any]:
        options: dict[int | str, Any] = {
            option.whmcs_option_id: option.choices[0].whmcs_choice_id
            for option in product.config_options.options
            if isinstance(option, ChoiceOption)
        }
        return {
            "clientid": self._client_id,
            "paymentmethod": self._world.setting("WHMCS_PAYMENT_METHOD"),
            "pid": [billed.pid],
            "billingcycle": [product.billing_cycle],
            "configoptions": [serialize(options) if options else ""],
            "customfields": [serialize({billed.ref_field_id or 0: self._ref})],
            "notes": self._ref,
            "noemail": True,
            "noinvoice": True,
            "noinvoiceemail": True,
        }

    def _look(self, order_id: int) -> Finding:
        services = self._client.call("GetClientsProducts", {"clientid": self._client_id})
        ours = [
            service
            for service in as_list(services.get("products"), "product")
            if as_int(service.get("orderid")) == order_id
        ]
        values = [
            str(field.get("value"))
            for service in ours
            for field in as_list(service.get("customfields"), "customfield")
        ]
        if self._ref not in values:
            return wrong("the reference does not come back with the service", REFERENCE)
        orders = self._client.call("GetOrders", {"id": order_id})
        notes = [str(o.get("notes") or "") for o in as_list(orders.get("orders"), "order")]
        kept = any(self._ref in note for note in notes)
        said = "AddOrder keeps notes" if kept else "AddOrder drops notes, which does no harm"
        return ok(f"the reference comes back; {said}; the order was deleted")

    def _remove(self, order_id: int) -> str:
        for action in CLEAN_UP:
            try:
                self._client.call(action.name, {"orderid": order_id, "noemail": True}, writes=True)
            except UpstreamError as error:
                return str(error)
        return ""


def _orderable(world: Installation) -> tuple[Product, BillingProduct] | None:
    products = world.salesforce.catalogue()[0]
    billed = world.whmcs.products([product.whmcs_product_id for product in products])
    for product in products:
        there = billed.get(product.whmcs_product_id)
        if there is not None and there.ref_field_id is not None and not product.is_esim:
            return product, there
    return None


def _graph(account_id: str, product: Product) -> list[dict[str, Any]]:
    key = f"doctor-{uuid.uuid4().hex}"
    order = {
        "AccountId": account_id,
        "EffectiveDate": datetime.now(UTC).date().isoformat(),
        "Status": DRAFT_STATUS,
        "Pricebook2Id": product.pricebook_id,
        "Order_Type__c": "Portal",
        "Provisioning_Status__c": "Not Started",
        "Activation_Type__c": "Immediate",
        "Portal_Order_Key__c": key,
    }
    line = {
        "OrderId": "@{order.id}",
        "PricebookEntryId": product.pricebook_entry_id,
        "Quantity": 1,
        "UnitPrice": float(product.unit_price),
        "Billing_Cycle__c": product.billing_cycle,
        "Portal_Line_Key__c": f"{key}-01",
    }
    # Only this second order with the same key must be refused.
    return [
        {"method": "POST", "url": "sobjects/Order", "referenceId": "order", "body": order},
        {"method": "POST", "url": "sobjects/OrderItem", "referenceId": "line", "body": line},
        {"method": "POST", "url": "sobjects/Order", "referenceId": STOP, "body": dict(order)},
    ]


ORDER = (
    "Change the validation rule, flow, trigger or duplicate rule of the org that refuses it: the "
    "portal's orders meet it too."
)
REFERENCE = (
    "Check that the custom field Portal Order Ref of the product is shown on the order form, and "
    "that no hook of WHMCS changes orders."
)
CLIENT = "Create a client of your own in WHMCS, and run the doctor with --probe-client <its id>."
CLEAN_UP_REMEDY = (
    "Grant CancelOrder and DeleteOrder to the API role for the time of the probe; the portal "
    "itself needs neither."
)
REMOVE = "Cancel and delete the order in WHMCS: Orders, List All Orders."
MAIL = "Look at the line mail.sender; the provider's own words are above."
