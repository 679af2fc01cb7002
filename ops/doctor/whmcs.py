"""Checks of the WHMCS installation."""

from __future__ import annotations

import functools
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from portal.adapters.whmcs.products import ORDER_REF_FIELD
from portal.domain.catalog import ChoiceOption, Product
from portal.domain.upstream import Refused, Unauthorized, Unavailable
from portal.ports.billing_orders import BillingProduct, OptionKind

from ops.doctor.installation import Installation
from ops.doctor.model import Check, Finding, ok, unknown, warning, wrong
from ops.doctor.whmcs_actions import ACTIONS, DOCTOR_ACTIONS, Action

PAGE = "doctor.md#whmcs"
SETUP = "docs/whmcs.md"
OLDEST = (8, 1)
"""The oldest version. GetUsers was added in 8.1 (WHMCS API reference, GetUsers)."""
FORM_FIELDS = 900
"""More than the largest request has: an order of 160 units has five per unit and a dozen."""
ADDRESS_CODES = frozenset({"invalid ip …", "forbidden ip …"})
CLIENT_FIELDS = {
    "WHMCS_CUSTOMER_NUMBER_FIELD_ID": "Customer Number",
    "WHMCS_DATE_OF_BIRTH_FIELD_ID": "Date of Birth",
    "WHMCS_GENDER_FIELD_ID": "Gender",
    "WHMCS_NATIONALITY_FIELD_ID": "Nationality",
}
KINDS = {
    "choice": OptionKind.CHOICE,
    "quantity": OptionKind.QUANTITY,
    "yesno": OptionKind.YES_NO,
}
NEAR = timedelta(minutes=10)


def reachable(world: Installation) -> Finding:
    """Check whether WHMCS_API_URL is the API of a WHMCS."""
    url = world.setting("WHMCS_API_URL")
    try:
        world.whmcs.knock()
    except Unauthorized as refused:
        # WHMCS itself has refused the call, so it is reachable.
        return ok(f"{url} answers") if refused.code else wrong(str(refused), REACHABLE)
    except Unavailable as error:
        return wrong(f"{url}: {error.loggable}", REACHABLE)
    return ok(f"{url} answers")


def address(world: Installation) -> Finding:
    """Check whether WHMCS admits the address that this call comes from."""
    try:
        world.whmcs.knock()
    except Unauthorized as refused:
        if refused.code in ADDRESS_CODES:
            return wrong(f"WHMCS says: {refused.message}", ALLOW_LIST)
    return ok("the caller's address is admitted")


def login(world: Installation) -> Finding:
    """Check whether the API credentials are accepted."""
    world.whmcs.knock()
    return ok("the API credentials are accepted")


def granted(world: Installation, action: Action) -> Finding:
    """Check whether the role of the API credentials grants an action."""
    if world.whmcs.grants(action):
        return ok(f"granted ({action.purpose})")
    return wrong(f"not granted; needed for: {action.purpose}", GRANT.format(action=action.name))


def readable(world: Installation, action: Action) -> Finding:
    """Check whether the role grants an action that only the doctor uses."""
    if world.whmcs.grants(action):
        return ok(f"granted ({action.purpose})")
    return warning(
        f"not granted: {action.purpose} cannot be seen", GRANT.format(action=action.name)
    )


def version(world: Installation) -> Finding:
    """Check whether the installation has the actions that the portal uses."""
    text = world.whmcs.version()
    numbers = tuple(int(part) for part in text.split(".")[:2] if part.isdecimal())
    if len(numbers) < len(OLDEST):
        return unknown(f"the version reads {text!r}", VERSION)
    return ok(f"version {text}") if numbers >= OLDEST else wrong(f"version {text}", VERSION)


def gateway(world: Installation) -> Finding:
    """Check whether orders can be placed with the configured payment gateway."""
    wanted, found = world.setting("WHMCS_PAYMENT_METHOD"), world.whmcs.gateways()
    if wanted in found:
        return ok(f"{wanted} is active")
    return wrong(f"{wanted} is not active; active are: {_list(found) or 'none'}", GATEWAY)


def currency(world: Installation) -> Finding:
    """Check whether WHMCS has the portal's currency."""
    wanted, found = world.setting("PORTAL_CURRENCY"), world.whmcs.currencies()
    if wanted in found:
        return ok(f"{wanted} is there")
    return wrong(f"{wanted} is not among {_list(found) or 'no currencies'}", CURRENCY)


def client_fields(world: Installation) -> Finding:
    """Check whether the configured ids are those of client custom fields.

    The API tells the ids of a client's fields but not their names. So the values of a customer
    whose number is known from Salesforce are compared.
    """
    client = world.whmcs.a_client()
    if client is None:
        return warning("there is no client yet, so no field can be seen", CLIENT_FIELDS_LATER)
    ids = {name: int(world.setting(name) or 0) for name in CLIENT_FIELDS}
    missing = [
        f"{CLIENT_FIELDS[name]} ({id_})"
        for name, id_ in ids.items()
        if id_ not in client.custom_fields
    ]
    if missing:
        there = _list(str(id_) for id_ in sorted(client.custom_fields)) or "none"
        return wrong(f"no such field: {_list(missing)}; there are: {there}", CLIENT_FIELDS_REMEDY)
    if len(set(ids.values())) < len(ids):
        return wrong("two of the four settings name the same field", CLIENT_FIELDS_REMEDY)
    return _customer_number(world, client.custom_fields[ids["WHMCS_CUSTOMER_NUMBER_FIELD_ID"]])


def _customer_number(world: Installation, value: str) -> Finding:
    known = world.whmcs.known_client()
    if known is None:
        return ok("the four fields are there; no customer yet to compare a number with")
    field = world.setting("SALESFORCE_CUSTOMER_NUMBER_FIELD")
    number = world.salesforce.account_number(known.sf_account_id, field)
    if number is not None and value != number:
        return wrong(
            f"client {known.whmcs_client_id} has another value in the field of the customer number "
            "than its Account in Salesforce",
            CLIENT_FIELDS_REMEDY,
        )
    return ok("the four fields are there; a customer's number is that of Salesforce")


def products(world: Installation) -> Finding:
    """Check whether every product of the catalogue exists in WHMCS."""
    missing = [
        f"{product.sku} → {product.whmcs_product_id}"
        for product in _sold(world)
        if product.whmcs_product_id not in _billed(world)
    ]
    if missing:
        return wrong(f"no such product in WHMCS: {_list(missing)}", PRODUCTS)
    return ok(f"{len(_billed(world))} products are there")


def cycles(world: Installation) -> Finding:
    """Check whether WHMCS offers each product in the billing cycle that is sold."""
    problems = [
        f"{product.sku} {product.billing_cycle} (offered: {_list(sorted(billed.cycles))})"
        for product, billed in _pairs(world)
        if billed.cycles and product.billing_cycle not in billed.cycles
    ]
    if problems:
        return wrong(f"not offered: {_list(problems)}", CYCLES)
    return ok("every billing cycle is offered")


def options(world: Installation) -> Finding:
    """Check whether the mapped options and choices exist, as WHMCS accepts any id."""
    problems = [
        f"{product.sku}: {problem}"
        for product, billed in _pairs(world)
        for problem in _option_problems(product, billed)
    ]
    if problems:
        return wrong(_list(problems), OPTIONS)
    return ok("every option and choice is there")


def references(world: Installation) -> Finding:
    """Check whether every product has the custom field for the order line's reference."""
    without = [product.sku for product, billed in _pairs(world) if billed.ref_field_id is None]
    if without:
        return wrong(f"without {ORDER_REF_FIELD} on the order form: {_list(without)}", REFERENCE)
    return ok(f"every product has {ORDER_REF_FIELD}")


def prices(world: Installation) -> Finding:
    """Check whether the prices that customers see are those that WHMCS charges."""
    wanted = world.setting("PORTAL_CURRENCY")
    charged = world.whmcs.prices([p.whmcs_product_id for p in _sold(world)], wanted)
    problems = []
    for product in _sold(world):
        column = "monthly" if product.billing_cycle == "onetime" else product.billing_cycle
        amount = charged.get(product.whmcs_product_id, {}).get(column)
        if isinstance(amount, Decimal) and amount >= 0 and amount != product.unit_price:
            problems.append(f"{product.sku} {product.unit_price} in Salesforce, {amount} in WHMCS")
    if problems:
        return warning(_list(problems), PRICES)
    return ok("catalogue and WHMCS have the same prices")


def single_sign_on(world: Installation) -> Finding:
    """Check whether links into the client area can be made."""
    client = world.whmcs.a_client()
    if client is None:
        return warning("there is no client yet, so no link can be made", SSO)
    if not client.single_sign_on:
        return warning(f"client {client.id} does not allow single sign-on", SSO)
    try:
        link = world.whmcs.sso_link(client.id, world.setting("WHMCS_PAYMENT_METHODS_PATH"))
    except Unauthorized:
        raise
    except Refused as refused:
        return wrong(f"WHMCS says: {refused.message}", SSO)
    return ok("a link can be made") if link else wrong("WHMCS gives no link", SSO)


def form_size(world: Installation) -> Finding:
    """Check whether PHP accepts a request as large as the largest order."""
    if world.whmcs.keeps_fields(FORM_FIELDS):
        return ok(f"a request of {FORM_FIELDS} fields arrives whole")
    return wrong(f"PHP drops fields of a request of {FORM_FIELDS}", FORM_SIZE)


def time_zone(world: Installation) -> Finding:
    """Check whether WHMCS has the portal's time zone, because its dates have none."""
    ordered = world.cloud.last_ordered()
    placed = world.whmcs.placed_at(ordered.whmcs_order_id) if ordered else None
    if ordered is None or placed is None:
        return ok("no order yet that would show the time of WHMCS' server")
    zone = world.setting("PORTAL_TIME_ZONE")
    ours = datetime.fromtimestamp(ordered.at, ZoneInfo(zone)).replace(tzinfo=None)
    off = placed - ours
    if abs(off) <= NEAR:
        return ok(f"WHMCS' server has the time of {zone}")
    minutes = round(off.total_seconds() / 60)
    return wrong(f"WHMCS' server is {minutes:+d} minutes away from the time of {zone}", TIME_ZONE)


def _sold(world: Installation) -> list[Product]:
    return list(world.salesforce.catalogue()[0])


def _billed(world: Installation) -> dict[int, BillingProduct]:
    wanted = [product.whmcs_product_id for product in _sold(world)]
    return dict(world.whmcs.products(wanted)) if wanted else {}


def _pairs(world: Installation) -> Iterator[tuple[Product, BillingProduct]]:
    billed = _billed(world)
    for product in _sold(world):
        if product.whmcs_product_id in billed:
            yield product, billed[product.whmcs_product_id]


def _option_problems(product: Product, billed: BillingProduct) -> Iterator[str]:
    for option in product.config_options.options:
        there = billed.options.get(option.whmcs_option_id)
        if there is None:
            yield f"no option {option.whmcs_option_id} ({option.id})"
            continue
        if there.kind is not KINDS[option.kind]:
            yield f"option {option.whmcs_option_id} ({option.id}) is {there.kind} in WHMCS"
        elif isinstance(option, ChoiceOption):
            for choice in option.choices:
                if choice.whmcs_choice_id not in there.choices:
                    yield f"no choice {choice.whmcs_choice_id} ({option.id}: {choice.id})"


def _list(items: Iterable[str]) -> str:
    return ", ".join(items)


REACHABLE = (
    "Set WHMCS_API_URL to the final https address of includes/api.php (no redirect), check that "
    "no firewall or maintenance mode stands before it, and deploy the stage."
)
ALLOW_LIST = (
    "List the address in WHMCS: Configuration, System Settings, General Settings, Security, API IP "
    f"Access Restriction; or use an API access key ({SETUP})."
)
LOGIN = (
    "Create API credentials in Configuration, System Settings, Manage API Credentials, for an "
    "administrator with API access, and run `make secrets`."
)
GRANT = (
    "Check {action} in Configuration, System Settings, Manage API Credentials, API Roles, in the "
    f"role of the portal ({SETUP})."
)
VERSION = f"Update WHMCS to {OLDEST[0]}.{OLDEST[1]} or newer."
GATEWAY = (
    "Activate the gateway in Configuration, System Settings, Payment Gateways, or set "
    "WHMCS_PAYMENT_METHOD to the system name of an active one and deploy the stage."
)
CURRENCY = (
    "Add the currency in Configuration, System Settings, Currencies, or set PORTAL_CURRENCY and "
    "deploy the stage."
)
CLIENT_FIELDS_REMEDY = (
    "Create the fields in Configuration, System Settings, Custom Client Fields, set "
    f"WHMCS_…_FIELD_ID to their ids, and deploy the stage ({SETUP} says where the ids stand)."
)
CLIENT_FIELDS_LATER = "Run the doctor again after the first sign-up."
PRODUCTS = (
    "Correct WHMCS_Product_Id__c of the product in Salesforce, or create the product in WHMCS: "
    "Configuration, System Settings, Products/Services."
)
CYCLES = (
    "Set a price for the cycle in WHMCS (the product's tab Pricing), or change "
    "Portal_Billing_Cycle__c in Salesforce."
)
OPTIONS = (
    "Correct whmcsOptionId and whmcsChoiceId in Portal_ConfigOptions_JSON__c "
    "(docs/config-options.md), or assign the option group to the product in WHMCS."
)
REFERENCE = (
    f"Add the custom field {ORDER_REF_FIELD} (text box, Show on Order Form) to the product in "
    f"WHMCS, tab Custom Fields ({SETUP}). Without it a lost answer to AddOrder cannot be settled."
)
PRICES = (
    "Make both prices the same: WHMCS charges its own, and customers see the one of Salesforce."
)
SSO = (
    "Allow single sign-on in the client's profile, and check WHMCS_PAYMENT_METHODS_PATH; the error "
    "invalid_client is a known fault of WHMCS 8.7 (update it)."
)
FORM_SIZE = "Set max_input_vars to 2000 or more in php.ini of WHMCS and restart PHP."
TIME_ZONE = (
    "Set date.timezone in php.ini of WHMCS (or $timezone in configuration.php) and "
    "PORTAL_TIME_ZONE to the same zone."
)

LOGGED_IN = ("whmcs.login",)
CATALOGUE = ("whmcs.action-GetProducts", "salesforce.pricebook", "salesforce.fields")
CHECKS = (
    Check(
        id="whmcs.address",
        title="WHMCS_API_URL is WHMCS' API",
        look=reachable,
        remedy=REACHABLE,
        page=PAGE,
        needs=("aws.secret-whmcs",),
    ),
    Check(
        id="whmcs.allow-list",
        title="the caller's address is admitted",
        look=address,
        remedy=ALLOW_LIST,
        page=PAGE,
        needs=("whmcs.address",),
    ),
    Check(
        id="whmcs.login",
        title="the API credentials are accepted",
        look=login,
        remedy=LOGIN,
        page=PAGE,
        needs=("whmcs.allow-list",),
    ),
    *(
        Check(
            id=f"whmcs.action-{action.name}",
            title=f"the role grants {action.name}",
            look=functools.partial(granted, action=action),
            remedy=GRANT.format(action=action.name),
            page=PAGE,
            needs=LOGGED_IN,
        )
        for action in ACTIONS
    ),
    *(
        Check(
            id=f"whmcs.action-{action.name}",
            title=f"the doctor may use {action.name}",
            look=functools.partial(readable, action=action),
            remedy=GRANT.format(action=action.name),
            page=PAGE,
            needs=LOGGED_IN,
        )
        for action in DOCTOR_ACTIONS
    ),
    *(
        Check(id=f"whmcs.{name}", title=title, look=look, remedy=remedy, page=PAGE, needs=needs)
        for name, title, look, remedy, needs in (
            ("version", "the version is new enough", version, VERSION, LOGGED_IN),
            ("gateway", "the payment gateway is active", gateway, GATEWAY, LOGGED_IN),
            ("currency", "WHMCS has the currency", currency, CURRENCY, LOGGED_IN),
            (
                "client-fields",
                "the client custom fields are there",
                client_fields,
                CLIENT_FIELDS_REMEDY,
                ("whmcs.action-GetClientsDetails", "salesforce.fields"),
            ),
            ("products", "every product exists", products, PRODUCTS, CATALOGUE),
            ("cycles", "every billing cycle is offered", cycles, CYCLES, CATALOGUE),
            ("options", "options and choices exist", options, OPTIONS, CATALOGUE),
            ("reference", f"products have {ORDER_REF_FIELD}", references, REFERENCE, CATALOGUE),
            ("prices", "prices agree", prices, PRICES, CATALOGUE),
            (
                "sso",
                "single sign-on works",
                single_sign_on,
                SSO,
                ("whmcs.action-CreateSsoToken", "whmcs.action-GetClientsDetails"),
            ),
            (
                "form-size",
                "PHP takes large requests",
                form_size,
                FORM_SIZE,
                ("whmcs.action-GetClientsProducts",),
            ),
            (
                "time-zone",
                "WHMCS has the portal's time zone",
                time_zone,
                TIME_ZONE,
                ("whmcs.action-GetOrders",),
            ),
        )
    ),
)
