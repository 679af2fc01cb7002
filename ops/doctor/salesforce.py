"""Checks of the Salesforce org, made as the portal's own user."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from portal.domain.upstream import Refused, Unauthorized, Unavailable
from portal.ports.orders import DRAFT_STATUS

from ops.doctor.installation import Installation
from ops.doctor.model import Check, Finding, ok, unknown, warning, wrong
from ops.doctor.salesforce_needs import (
    ALSO_FITS,
    CHOSEN,
    PERMISSION_SET,
    NeededField,
    needed_fields,
    needed_objects,
)

PAGE = "doctor.md#salesforce"
LEAST_QUOTA_SHARE = 0.2
WRITTEN_OBJECTS = ("Order", "OrderItem", "Case")
# The fields that the adapters write when they create a record.
FILLED = {
    "Order": {
        *("AccountId", "EffectiveDate", "Status", "Pricebook2Id", "Order_Type__c"),
        *("Provisioning_Status__c", "Activation_Type__c", "Portal_Order_Key__c", "CurrencyIsoCode"),
    },
    "OrderItem": {
        *("OrderId", "PricebookEntryId", "Quantity", "UnitPrice", "Billing_Cycle__c"),
        *("ConfigOptions_JSON__c", "Portal_Line_Key__c", "CurrencyIsoCode"),
    },
    "Case": {"Portal_Case_Key__c", "AccountId", "Subject", "Description", "Origin"},
}
DEPLOY = (
    "Deploy the project in salesforce/ into the org (docs/salesforce-apex.md), then assign the "
    f"permission set {PERMISSION_SET} to the integration user."
)
GRANT = (
    f"Assign the permission set {PERMISSION_SET} of salesforce/ to the integration user, or grant "
    "the fields in Setup, Object Manager, Field-Level Security."
)


def address(world: Installation) -> Finding:
    """Check whether SALESFORCE_URL is a Salesforce org."""
    try:
        versions = world.salesforce.versions()
    except Unavailable as error:
        return wrong(f"{world.setting('SALESFORCE_URL')}: {error.loggable}", ADDRESS)
    return ok(f"{world.setting('SALESFORCE_URL')} offers {len(versions)} API versions")


def api_version(world: Installation) -> Finding:
    """Check whether the configured REST API version exists there."""
    wanted = world.setting("SALESFORCE_API_VERSION")
    versions = world.salesforce.versions()
    if wanted in versions:
        return ok(f"version {wanted} is offered, the newest is {versions[-1]}")
    return wrong(f"version {wanted} is not offered, the newest is {versions[-1]}", VERSION)


def login(world: Installation) -> Finding:
    """Check whether Salesforce accepts the credentials in the secret."""
    world.salesforce.log_in()
    return ok("the secret opens a session")


def api_access(world: Installation) -> Finding:
    """Check whether the session may use the REST API."""
    world.salesforce.limits()
    return ok("the integration user may use the REST API")


def quota(world: Installation) -> Finding:
    """Check how many of the day's API calls are left."""
    entry = world.salesforce.limits().get("DailyApiRequests") or {}
    most, left = int(entry.get("Max") or 0), int(entry.get("Remaining") or 0)
    if not most:
        return unknown("Salesforce does not say how many API calls are left", QUOTA)
    found = f"{left} of {most} API calls of the last 24 hours are left"
    return ok(found) if left >= LEAST_QUOTA_SHARE * most else wrong(found, QUOTA)


def objects(world: Installation) -> Finding:
    """Check whether the user sees every object, and may create and edit where the portal does."""
    problems = []
    for needed in needed_objects():
        described = world.salesforce.describe(needed.name)
        if described is None or not described.get("queryable", True):
            problems.append(f"{needed.name} is not visible")
            continue
        if needed.creates and not described["createable"]:
            problems.append(f"{needed.name} cannot be created")
        if needed.edits and not described["updateable"]:
            problems.append(f"{needed.name} cannot be edited")
    if problems:
        return wrong(_list(problems), GRANT)
    return ok(f"{len(needed_objects())} objects are accessible")


def fields(world: Installation) -> Finding:
    """Check whether every field exists and is visible to the user."""
    missing = [_name(f) for f in _wanted(world) if _described(world, f) is None]
    if missing:
        return wrong(f"not there, or not visible to the integration user: {_list(missing)}", FIELDS)
    return ok(f"{len(_wanted(world))} fields are visible")


def field_access(world: Installation) -> Finding:
    """Check whether the user may write the fields that the portal writes."""
    needed = [f for f in _wanted(world) if f.written]
    fixed = [
        _name(f)
        for f in needed
        if (found := _described(world, f)) is not None
        # The keys are written once. All other fields are written again later.
        and not found["createable"]
    ]
    if fixed:
        return wrong(f"may be read but not written: {_list(fixed)}", GRANT)
    return ok(f"{len(needed)} fields may be written")


def field_types(world: Installation) -> Finding:
    """Check whether the type and length of each field suit the portal's values."""
    problems = []
    for needed in _wanted(world):
        found = _described(world, needed)
        if found is None or not needed.type:
            continue
        kind = str(found["type"])
        if kind != needed.type and kind not in ALSO_FITS.get(needed.type, ()):
            problems.append(f"{_name(needed)} is {kind}, not {needed.type}")
        elif needed.length and int(found["length"]) < needed.length and kind != "picklist":
            problems.append(
                f"{_name(needed)} has {found['length']} characters, not {needed.length}"
            )
    if problems:
        return wrong(_list(problems), TYPES)
    return ok("types and lengths are as in salesforce/")


def keys(world: Installation) -> Finding:
    """Check whether the portal's keys, which prevent duplicates, are unique external ids."""
    problems = []
    for needed in _wanted(world):
        found = _described(world, needed)
        if found is None:
            continue
        if needed.unique and not found["unique"]:
            problems.append(f"{_name(needed)} is not unique")
        if needed.external_id and not found["externalId"]:
            problems.append(f"{_name(needed)} is no external id")
    if problems:
        return wrong(_list(problems), KEYS)
    return ok("the keys are unique, and external ids where they have to be")


def picklists(world: Installation) -> Finding:
    """Check whether the picklists have the values that the portal writes and compares with."""
    problems = []
    for needed in _wanted(world):
        found = _described(world, needed)
        if found is None or not needed.values or found["type"] not in ("picklist", "multipicklist"):
            continue
        if f"Account.{needed.name}" == _chosen_elsewhere(needed):
            continue
        active = {str(v["value"]) for v in found["picklistValues"] if v.get("active", True)}
        lacking = [value for value in needed.values if value not in active]
        if lacking:
            problems.append(f"{_name(needed)} lacks {', '.join(lacking)}")
    return wrong(_list(problems), PICKLISTS) if problems else ok("all values are there")


def required_fields(world: Installation) -> Finding:
    """Check whether the org requires a field that the portal does not fill."""
    problems = []
    for sobject in WRITTEN_OBJECTS:
        for field in world.salesforce.fields(sobject).values():
            # A field that is createable and not nillable is required when a record is created.
            required = field["createable"] and not field["nillable"]
            by_itself = field["defaultedOnCreate"] or field["type"] == "boolean"
            if required and not by_itself and field["name"] not in FILLED[sobject]:
                problems.append(f"{sobject}.{field['name']}")
    if problems:
        return wrong(f"required, but not filled by the portal: {_list(problems)}", REQUIRED)
    return ok("nothing is required that the portal does not fill")


def order_status(world: Installation) -> Finding:
    """Check whether new orders have their status, in the category Draft."""
    category = world.salesforce.order_statuses().get(DRAFT_STATUS)
    if category is None:
        return wrong(f"there is no order status {DRAFT_STATUS}", ORDER_STATUS)
    if category != "Draft":
        return wrong(f"{DRAFT_STATUS} is in the category {category}", ORDER_STATUS)
    if "Activated" not in world.salesforce.order_statuses().values():
        return wrong("no order status is in the category Activated", ORDER_STATUS)
    return ok(f"{DRAFT_STATUS} is in the category Draft")


def cancelled_status(world: Installation) -> Finding:
    """Check whether orders can get the status of cancelled ones, in the category Draft."""
    wanted = world.setting("ORDER_CANCELLED_STATUS")
    category = world.salesforce.order_statuses().get(wanted)
    if category is None:
        return wrong(f"there is no order status {wanted}", CANCELLED_STATUS)
    if category != "Draft":
        return wrong(f"{wanted} is in the category {category}", CANCELLED_STATUS)
    return ok(f"{wanted} is in the category Draft")


def permissions(world: Installation) -> Finding:
    """Check whether results can be written into an order that staff has activated."""
    if world.salesforce.permissions()["PermissionsEditActivatedOrders"]:
        return ok("the integration user may edit activated orders")
    return wrong("the integration user may not edit activated orders", PERMISSIONS_REMEDY)


def least_privilege(world: Installation) -> Finding:
    """Check whether the user is an administrator, who passes all field-level security."""
    if world.salesforce.permissions()["PermissionsModifyAllData"]:
        return warning("the integration user may modify all data", LEAST_PRIVILEGE)
    return ok("the integration user has no more than it needs")


def pricebook(world: Installation) -> Finding:
    """Check whether the price book exists and is active."""
    name = world.setting("SALESFORCE_PRICEBOOK")
    active = world.salesforce.pricebooks().get(name)
    if active is None:
        return wrong(f"there is no price book {name}", PRICEBOOK)
    return ok(f"{name} is active") if active else wrong(f"{name} is not active", PRICEBOOK)


def prices(world: Installation) -> Finding:
    """Check whether every product that is shown has a price in the price book."""
    products, rejections = world.salesforce.catalogue()
    priced = {product.sku for product in products} | {rejected.sku for rejected in rejections}
    if not priced:
        return wrong("no product of the price book is shown", PRICES)
    without = sorted(world.salesforce.visible_skus() - priced)
    if without:
        return warning(f"shown, but without an active price: {_list(without)}", PRICES)
    return ok(f"{len(priced)} products that are shown have prices")


def currency(world: Installation) -> Finding:
    """Check whether prices are in the currency that the portal charges."""
    wanted = world.setting("PORTAL_CURRENCY")
    found = world.salesforce.fields("PricebookEntry").get("currencyisocode")
    if found is None:
        return ok(f"the org has one currency; the portal takes it for {wanted}")
    active = {str(v["value"]) for v in found["picklistValues"] if v.get("active", True)}
    if wanted in active:
        return ok(f"{wanted} is active")
    return wrong(f"{wanted} is not active in the org", CURRENCY)


def duplicate_rules(world: Installation) -> Finding:
    """Check whether a duplicate rule could block what the portal creates."""
    try:
        rules = [
            f"{rule} ({sobject})"
            for sobject in WRITTEN_OBJECTS
            for rule in world.salesforce.duplicate_rules(sobject)
        ]
    except Unauthorized:
        raise
    except Refused as refused:
        # The User Interface API refuses objects that cannot have duplicate rules.
        if refused.status in (400, 404):
            return ok("orders and Cases can have no duplicate rules in this org")
        raise
    if rules:
        return wrong(f"active: {_list(rules)}", DUPLICATES)
    return ok("no duplicate rule is active for orders and Cases")


def _wanted(world: Installation) -> tuple[NeededField, ...]:
    return needed_fields(world.settings)


def _described(world: Installation, needed: NeededField) -> dict[str, Any] | None:
    found = world.salesforce.fields(needed.sobject).get(needed.name.lower())
    return dict(found) if found is not None else None


def _chosen_elsewhere(needed: NeededField) -> str:
    """Return the default name of an Account field that has another name in this stage."""
    path = f"{needed.sobject}.{needed.name}"
    return "" if path in CHOSEN or needed.sobject != "Account" else path


def _name(needed: NeededField) -> str:
    return f"{needed.sobject}.{needed.name}"


def _list(items: Iterable[str]) -> str:
    return ", ".join(items)


ADDRESS = "Set SALESFORCE_URL to the org's My Domain address and deploy the stage."
VERSION = "Set SALESFORCE_API_VERSION to a version that the org offers and deploy the stage."
LOGIN = (
    "Check the External Client App: its consumer key, its certificate or secret, and that the "
    "integration user is pre-authorised for it; then run `make secrets`."
)
API_ACCESS = (
    f"Give the integration user API access: a licence with the API, and the permission set "
    f"{PERMISSION_SET}; check the login hours and login IP ranges of its profile."
)
QUOTA = (
    "See which integration uses up the calls (Setup, Company Information, API Requests), or buy "
    "more; the portal needs about three calls for an order."
)
FIELDS = f"{DEPLOY} A field that an org names differently is named in SALESFORCE_…_FIELD."
TYPES = "Deploy the field files of salesforce/ again; a type is changed in Setup, Object Manager."
KEYS = (
    "In Setup, Object Manager, edit the field: check Unique and External ID. Without them a "
    "repeated request can create a second order."
)
PICKLISTS = "Add the values in Setup, Object Manager, or deploy the field files of salesforce/."
REQUIRED = (
    "Make the field optional in Setup, Object Manager, or give it a default value: every order "
    "of the portal is refused otherwise."
)
ORDER_STATUS = (
    f"In Setup, Object Manager, Order, Fields, Status, add {DRAFT_STATUS} with the category Draft "
    "(salesforce/ has it as a separate package)."
)
CANCELLED_STATUS = (
    "Add the status in Setup, Object Manager, Order, Fields, Status, with the category Draft "
    "(salesforce/ has Cancelled in a separate package), or set ORDER_CANCELLED_STATUS to one that "
    "is there and deploy the stage. Customers cannot cancel orders until then."
)
PERMISSIONS_REMEDY = (
    f"Grant Edit Activated Orders: it is in the permission set {PERMISSION_SET}. Without it the "
    "result of provisioning cannot be written back."
)
LEAST_PRIVILEGE = (
    "Give the integration user a profile of its own (Minimum Access - API Only Integrations) and "
    f"the permission set {PERMISSION_SET}."
)
PRICEBOOK = (
    "Create and activate the price book, or set SALESFORCE_PRICEBOOK to its name and deploy the "
    "stage."
)
PRICES = "Add the products to the price book, with active prices, or clear Portal_Visible__c."
CURRENCY = (
    "Activate the currency in Setup, Manage Currencies, or set PORTAL_CURRENCY and deploy the "
    "stage."
)
DUPLICATES = (
    "Deactivate the rule, or let it report instead of block, in Setup, Duplicate Rules: two equal "
    "orders of one customer are allowed."
)

SESSION = ("salesforce.api-access",)
CHECKS = (
    Check(
        id="salesforce.address",
        title="SALESFORCE_URL is an org",
        look=address,
        remedy=ADDRESS,
        page=PAGE,
    ),
    Check(
        id="salesforce.api-version",
        title="the API version is offered",
        look=api_version,
        remedy=VERSION,
        page=PAGE,
        needs=("salesforce.address",),
    ),
    Check(
        id="salesforce.login",
        title="the portal can log in",
        look=login,
        remedy=LOGIN,
        page=PAGE,
        needs=("salesforce.api-version", "aws.secret-salesforce"),
    ),
    Check(
        id="salesforce.api-access",
        title="the user may use the API",
        look=api_access,
        remedy=API_ACCESS,
        page=PAGE,
        needs=("salesforce.login",),
    ),
    *(
        Check(
            id=f"salesforce.{name}", title=title, look=look, remedy=remedy, page=PAGE, needs=needs
        )
        for name, title, look, remedy, needs in (
            ("quota", "API calls are left", quota, QUOTA, SESSION),
            ("objects", "objects are accessible", objects, GRANT, SESSION),
            ("fields", "fields are visible to the user", fields, FIELDS, SESSION),
            ("field-access", "fields may be written", field_access, GRANT, SESSION),
            ("field-types", "fields have the right types", field_types, TYPES, SESSION),
            ("keys", "keys are unique external ids", keys, KEYS, SESSION),
            ("picklists", "picklists have the portal's values", picklists, PICKLISTS, SESSION),
            ("required-fields", "no further field is required", required_fields, REQUIRED, SESSION),
            ("order-status", "new orders have a Draft status", order_status, ORDER_STATUS, SESSION),
            (
                "cancelled-status",
                "cancelled orders have a Draft status",
                cancelled_status,
                CANCELLED_STATUS,
                SESSION,
            ),
            (
                "permissions",
                "activated orders may be edited",
                permissions,
                PERMISSIONS_REMEDY,
                SESSION,
            ),
            (
                "least-privilege",
                "the user is no administrator",
                least_privilege,
                LEAST_PRIVILEGE,
                SESSION,
            ),
            ("pricebook", "the price book is active", pricebook, PRICEBOOK, SESSION),
            (
                "prices",
                "products have prices",
                prices,
                PRICES,
                ("salesforce.pricebook", "salesforce.fields"),
            ),
            ("currency", "prices have the portal's currency", currency, CURRENCY, SESSION),
            (
                "duplicate-rules",
                "no duplicate rule blocks orders",
                duplicate_rules,
                DUPLICATES,
                SESSION,
            ),
        )
    ),
)
