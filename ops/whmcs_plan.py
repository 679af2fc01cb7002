"""The command `ops whmcs plan`: the settings that WHMCS needs, and whether they exist.

It only reads, because WHMCS' API cannot create roles, custom fields or products.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from portal.adapters.whmcs.products import ORDER_REF_FIELD
from portal.domain.upstream import UpstreamError
from rich.console import Console

from ops.doctor.installation import Installation
from ops.doctor.whmcs import CLIENT_FIELDS
from ops.doctor.whmcs_actions import ACTIONS, DOCTOR_ACTIONS

SETTINGS = "Configuration, System Settings"
ROLES = f"{SETTINGS}, Manage API Credentials, API Roles"
FIELDS = f"{SETTINGS}, Custom Client Fields"
PRODUCTS = f"{SETTINGS}, Products/Services"
GATEWAYS = f"{SETTINGS}, Payment Gateways"


class State(StrEnum):
    """Whether an item exists."""

    THERE = "there"
    MISSING = "missing"
    UNKNOWN = "unknown"


MARKS = {State.THERE: "✓", State.MISSING: "✗", State.UNKNOWN: "?"}


@dataclass(frozen=True)
class Item:
    """An item that WHMCS needs, with its screen and the values to fill in."""

    screen: str
    what: str
    state: State
    how: str = ""


def plan(world: Installation) -> Iterator[Item]:
    """Yield all items in the order of their creation. Raises UpstreamErrors."""
    yield from _role(world)
    yield from _client_fields(world)
    yield from _gateway(world)
    yield from _products(world)


def show(items: Sequence[Item], console: Console) -> None:
    """Print the items by screen."""
    for screen in dict.fromkeys(item.screen for item in items):
        console.print(screen, style="bold")
        for item in items:
            if item.screen == screen:
                how = f": {item.how}" if item.how and item.state is not State.THERE else ""
                console.print(f"  {MARKS[item.state]} {item.what}{how}", soft_wrap=True)
    missing = sum(item.state is State.MISSING for item in items)
    unknown = sum(item.state is State.UNKNOWN for item in items)
    said = f"{len(items)} things are needed, {missing} are missing"
    console.print(f"{said}, {unknown} cannot be seen yet." if unknown else f"{said}.")


def _role(world: Installation) -> Iterator[Item]:
    for action in (*ACTIONS, *DOCTOR_ACTIONS):
        state = State.THERE if world.whmcs.grants(action) else State.MISSING
        what = f"role of the portal: {action.name} ({action.purpose})"
        yield Item(ROLES, what, state, "check it in the role")


def _client_fields(world: Installation) -> Iterator[Item]:
    try:
        client = world.whmcs.a_client()
    except UpstreamError:
        client = None
    for setting, name in CLIENT_FIELDS.items():
        id_ = int(world.setting(setting) or 0)
        if client is None:
            state = State.UNKNOWN
        else:
            state = State.THERE if id_ in client.custom_fields else State.MISSING
        how = f"a text box, admin only; then set {setting} to its id and deploy the stage"
        yield Item(FIELDS, f"field {name}, id {id_} in this stage's settings", state, how)


def _gateway(world: Installation) -> Iterator[Item]:
    wanted = world.setting("WHMCS_PAYMENT_METHOD")
    try:
        active = world.whmcs.gateways()
        state = State.THERE if wanted in active else State.MISSING
    except UpstreamError:
        state = State.UNKNOWN
    yield Item(GATEWAYS, f"gateway {wanted}", state, "activate it, or change WHMCS_PAYMENT_METHOD")


def _products(world: Installation) -> Iterator[Item]:
    sold = world.salesforce.catalogue()[0]
    billed = world.whmcs.products([product.whmcs_product_id for product in sold]) if sold else {}
    for product in sold:
        there = billed.get(product.whmcs_product_id)
        name = f"{product.sku}, product id {product.whmcs_product_id}"
        if there is None:
            yield Item(PRODUCTS, name, State.MISSING, "create it, or correct WHMCS_Product_Id__c")
            continue
        state = State.THERE if there.ref_field_id is not None else State.MISSING
        how = "tab Custom Fields: a text box of this name, Show on Order Form"
        yield Item(PRODUCTS, f"{name}: field {ORDER_REF_FIELD}", state, how)
