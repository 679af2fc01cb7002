"""Carts that cannot be ordered: what each is told, and that none of them reaches Salesforce."""

from __future__ import annotations

from typing import Any

import pytest
from portal.adapters.salesforce.catalog import SalesforceCatalogSource
from portal.adapters.salesforce.orders import SalesforceOrders
from portal.catalog.parsing import parse_config_options
from portal.domain.catalog import AccountEligibility, Product

from functions.orders.errors import CartError
from tests.fakes.catalog import product
from tests.tables import IDEMPOTENCY, Tables
from tests.unit.catalog.test_parsing import options
from tests.unit.functions.orders.world import Shop, shop_of
from tests.vendors import Vendors

MUST_CHOOSE = product(
    "MUST-CHOOSE", config_options=parse_config_options(options(required=True)), max_quantity=9
)
MUST_COUNT = product(
    "MUST-COUNT",
    config_options=parse_config_options(
        '{"version": 1, "options": ['
        '{"kind": "quantity", "id": "seats", "label": "Seats", "required": true, "max": 5,'
        ' "whmcsOptionId": 4},'
        '{"kind": "yesno", "id": "terms", "label": "Terms", "required": true,'
        ' "whmcsOptionId": 5}]}'
    ),
)
# The customer lives in an apartment with 1 Gbps in the west.
ACCOUNT = AccountEligibility(dwelling="Apartment", tier="1G", region="West Japan")

VOICE, NET, VPN = "ESIM-VOICE-10GB", "INTERNET-APARTMENT-1G-GOLD", "VPN-LONDON"
SHAPE = "invalid-request"
CART = "cart-invalid"


def item(sku: Any = VOICE, **fields: Any) -> dict[str, Any]:
    return {"sku": sku, **fields}


def options_of(sku: str = VOICE, **chosen: Any) -> dict[str, Any]:
    return item(sku, configOptions={name.replace("_", "-"): v for name, v in chosen.items()})


def cart(*items: Any, **more: Any) -> dict[str, Any]:
    return {"items": list(items), **more}


def scheduled(at: Any, *items: Any) -> dict[str, Any]:
    return cart(*(items or (item(),)), activation={"type": "scheduled", "at": at})


SHAPES: list[tuple[str, Any, list[tuple[str, str]]]] = [
    ("no items", {}, [("/items", "missing")]),
    ("items are null", {"items": None}, [("/items", "list_type")]),
    ("an empty cart", cart(), [("/items", "too_short")]),
    ("101 lines", cart(*[item()] * 101), [("/items", "too_long")]),
    ("a line that is text", cart(VOICE), [("/items/0", "model_attributes_type")]),
    ("a line that is null", cart(None), [("/items/0", "model_attributes_type")]),
    ("no sku", cart({"quantity": 1}), [("/items/0/sku", "missing")]),
    ("sku is a number", cart(item(7)), [("/items/0/sku", "string_type")]),
    ("sku is empty", cart(item("")), [("/items/0/sku", "string_pattern_mismatch")]),
    ("sku is SOQL", cart(item("' OR Id != '")), [("/items/0/sku", "string_pattern_mismatch")]),
    ("sku is a path", cart(item("../Account")), [("/items/0/sku", "string_pattern_mismatch")]),
    ("sku of 65", cart(item("A" * 65)), [("/items/0/sku", "string_pattern_mismatch")]),
    ("quantity 0", cart(item(quantity=0)), [("/items/0/quantity", "greater_than_equal")]),
    ("quantity -1", cart(item(quantity=-1)), [("/items/0/quantity", "greater_than_equal")]),
    ("quantity 1000", cart(item(quantity=1000)), [("/items/0/quantity", "less_than_equal")]),
    ("quantity 1.5", cart(item(quantity=1.5)), [("/items/0/quantity", "int_type")]),
    ("quantity 1.0", cart(item(quantity=1.0)), [("/items/0/quantity", "int_type")]),
    ("quantity is text", cart(item(quantity="1")), [("/items/0/quantity", "int_type")]),
    ("quantity is true", cart(item(quantity=True)), [("/items/0/quantity", "int_type")]),
    ("quantity is null", cart(item(quantity=None)), [("/items/0/quantity", "int_type")]),
    ("a price", cart(item(unitPrice="1")), [("/items/0/unitPrice", "extra_forbidden")]),
    ("a price, too", cart(item(price=0)), [("/items/0/price", "extra_forbidden")]),
    ("an account", cart(item(), accountId="001"), [("/accountId", "extra_forbidden")]),
    ("a total", cart(item(), total=0), [("/total", "extra_forbidden")]),
    ("snake case is ours", cart(item(unit_price=1)), [("/items/0/unit_price", "extra_forbidden")]),
    (
        "a long billing cycle",
        cart(item(billingCycle="m" * 21)),
        [("/items/0/billingCycle", "string_too_long")],
    ),
    (
        "options are a list",
        cart(item(configOptions=[])),
        [("/items/0/configOptions", "dict_type")],
    ),
    (
        "51 options",
        cart(item(configOptions={f"o{n}": 1 for n in range(51)})),
        [("/items/0/configOptions", "too_long")],
    ),
    (
        "an option is null",
        cart(options_of(voicemail=None)),
        [("/items/0/configOptions/voicemail", "value_error")],
    ),
    (
        "an option is a list",
        cart(options_of(voicemail=[True])),
        [("/items/0/configOptions/voicemail", "value_error")],
    ),
    (
        "an option is a fraction",
        cart(options_of(international_credit=1.5)),
        [("/items/0/configOptions/international-credit", "value_error")],
    ),
    (
        "an option is an essay",
        cart(options_of(speed_after_allowance="x" * 81)),
        [("/items/0/configOptions/speed-after-allowance", "value_error")],
    ),
    (
        "an unknown activation",
        cart(item(), activation={"type": "later"}),
        [("/activation/type", "literal_error")],
    ),
    (
        "a time without zone",
        scheduled("2026-12-01T09:00:00"),
        [("/activation/at", "timezone_aware")],
    ),
    (
        "a time that is none",
        scheduled("tomorrow"),
        [("/activation/at", "datetime_parsing")],
    ),
    (
        "two mistakes in two lines",
        cart(item(quantity=0), {"quantity": 1}),
        [("/items/0/quantity", "greater_than_equal"), ("/items/1/sku", "missing")],
    ),
]

CARTS: list[tuple[str, Any, list[tuple[str, str]]]] = [
    ("no such product", cart(item("NOPE")), [("/items/0/sku", "sku-unknown")]),
    ("case matters", cart(item(VOICE.lower())), [("/items/0/sku", "sku-unknown")]),
    ("hidden", cart(item("INTERNET-STAFF")), [("/items/0/sku", "sku-unknown")]),
    ("options broken", cart(item("VPN-PARIS")), [("/items/0/sku", "sku-unknown")]),
    ("no Portal price", cart(item("VPN-SYDNEY")), [("/items/0/sku", "sku-unknown")]),
    ("not yet sold", cart(item("INTERNET-HOME-10G")), [("/items/0/sku", "not-on-sale")]),
    ("no longer sold", cart(item("ESIM-TOKYO-2020")), [("/items/0/sku", "not-on-sale")]),
    ("other dwelling", cart(item("INTERNET-HOME-1G-GOLD")), [("/items/0/sku", "not-eligible")]),
    ("other tier", cart(item("INTERNET-APARTMENT-100MB-GOLD")), [("/items/0/sku", "not-eligible")]),
    ("other region", cart(item("ONSITE-SETUP-EAST")), [("/items/0/sku", "not-eligible")]),
    (
        "other cycle",
        cart(item(billingCycle="annually")),
        [("/items/0/billingCycle", "billing-cycle-mismatch")],
    ),
    (
        "cycle in capitals",
        cart(item(billingCycle="Monthly")),
        [("/items/0/billingCycle", "billing-cycle-mismatch")],
    ),
    (
        "empty cycle",
        cart(item(billingCycle="")),
        [("/items/0/billingCycle", "billing-cycle-mismatch")],
    ),
    (
        "recurring fee once",
        cart(item("INSTALLATION-SINGLE", billingCycle="monthly")),
        [("/items/0/billingCycle", "billing-cycle-mismatch")],
    ),
    ("one too many", cart(item(quantity=5)), [("/items/0/quantity", "quantity-exceeded")]),
    ("two lines of one", cart(item(NET), item(NET)), [("/items/1/quantity", "quantity-exceeded")]),
    (
        "limits count all lines",
        cart(item(quantity=2), options_of(voicemail=True), item(quantity=2), item(quantity=1)),
        [("/items/2/quantity", "quantity-exceeded"), ("/items/3/quantity", "quantity-exceeded")],
    ),
    (
        "an option of another product",
        cart(options_of(router="wifi6")),
        [("/items/0/configOptions/router", "option-unknown")],
    ),
    (
        "an option by its label",
        cart(item(configOptions={"Voice mail": True})),
        [("/items/0/configOptions/Voice mail", "option-unknown")],
    ),
    (
        "an option with signs",
        cart(item(configOptions={"a/b~c": 1})),
        [("/items/0/configOptions/a~1b~0c", "option-unknown")],
    ),
    (
        "an option of a product without options",
        cart(item("INSTALLATION-SINGLE", configOptions={"voicemail": True})),
        [("/items/0/configOptions/voicemail", "option-unknown")],
    ),
    (
        "a WHMCS id for an option",
        cart(item(configOptions={"6": 9})),
        [("/items/0/configOptions/6", "option-unknown")],
    ),
    (
        "no such choice",
        cart(options_of(speed_after_allowance="10gbps")),
        [("/items/0/configOptions/speed-after-allowance", "choice-unknown")],
    ),
    (
        "a choice by its label",
        cart(options_of(speed_after_allowance="1 Mbps")),
        [("/items/0/configOptions/speed-after-allowance", "choice-unknown")],
    ),
    (
        "an empty choice",
        cart(options_of(speed_after_allowance="")),
        [("/items/0/configOptions/speed-after-allowance", "choice-unknown")],
    ),
    (
        "a choice by its WHMCS id",
        cart(options_of(speed_after_allowance=7)),
        [("/items/0/configOptions/speed-after-allowance", "option-wrong-type")],
    ),
    (
        "a choice that is true",
        cart(options_of(speed_after_allowance=True)),
        [("/items/0/configOptions/speed-after-allowance", "option-wrong-type")],
    ),
    (
        "yes as text",
        cart(options_of(voicemail="true")),
        [("/items/0/configOptions/voicemail", "option-wrong-type")],
    ),
    (
        "yes as 1",
        cart(options_of(voicemail=1)),
        [("/items/0/configOptions/voicemail", "option-wrong-type")],
    ),
    (
        "a number as text",
        cart(options_of(international_credit="2")),
        [("/items/0/configOptions/international-credit", "option-wrong-type")],
    ),
    (
        "a number that is true",
        cart(options_of(international_credit=True)),
        [("/items/0/configOptions/international-credit", "option-wrong-type")],
    ),
    (
        "too much credit",
        cart(options_of(international_credit=6)),
        [("/items/0/configOptions/international-credit", "option-out-of-range")],
    ),
    (
        "far too much credit",
        cart(options_of(international_credit=10**100)),
        [("/items/0/configOptions/international-credit", "option-out-of-range")],
    ),
    (
        "negative credit",
        cart(options_of(international_credit=-1)),
        [("/items/0/configOptions/international-credit", "option-out-of-range")],
    ),
    (
        "a choice that must be made",
        cart(item("MUST-CHOOSE")),
        [("/items/0/configOptions/data", "option-required")],
    ),
    (
        "answers that must be given",
        cart(item("MUST-COUNT")),
        [
            ("/items/0/configOptions/seats", "option-required"),
            ("/items/0/configOptions/terms", "option-required"),
        ],
    ),
    (
        "the past",
        scheduled("2026-11-22T09:00:00+09:00"),
        [("/activation/at", "activation-invalid")],
    ),
    ("this moment", scheduled("2026-11-23T03:00:00Z"), [("/activation/at", "activation-invalid")]),
    ("no time", scheduled(None), [("/activation/at", "activation-invalid")]),
    ("next decade", scheduled("2036-12-01T09:00:00Z"), [("/activation/at", "activation-invalid")]),
    (
        "the end of time",
        scheduled("9999-12-31T23:59:59-12:00"),
        [("/activation/at", "activation-invalid")],
    ),
    (
        "a line that cannot wait",
        scheduled("2026-12-01T09:00:00Z", item(NET)),
        [("/activation/type", "activation-invalid")],
    ),
    (
        "at once, but then",
        cart(item(), activation={"type": "immediate", "at": "2026-12-01T09:00:00Z"}),
        [("/activation/at", "activation-invalid")],
    ),
    (
        "everything at once",
        scheduled(
            "2026-11-22T09:00:00Z",
            item("NOPE"),
            options_of(voicemail="yes", router="wifi6", international_credit=9),
            item(NET, quantity=2),
            item("ESIM-TOKYO-2020"),
        ),
        [
            ("/items/0/sku", "sku-unknown"),
            ("/items/1/configOptions/router", "option-unknown"),
            ("/items/1/configOptions/voicemail", "option-wrong-type"),
            ("/items/1/configOptions/international-credit", "option-out-of-range"),
            ("/items/3/sku", "not-on-sale"),
            ("/items/2/quantity", "quantity-exceeded"),
            ("/activation/at", "activation-invalid"),
        ],
    ),
]
TABLE = [
    *(pytest.param(SHAPE, body, errors, id=name) for name, body, errors in SHAPES),
    *(pytest.param(CART, body, errors, id=name) for name, body, errors in CARTS),
]


@pytest.fixture(scope="module")
def shelf(vendor_servers: Vendors) -> list[Product]:
    vendor_servers.reset()
    client = vendor_servers.salesforce_client()
    products, _ = SalesforceCatalogSource(client, pricebook="Portal", currency="JPY").read()
    return [*products, MUST_CHOOSE, MUST_COUNT]


@pytest.fixture
def shop(vendors: Vendors, tables: Tables, shelf: list[Product]) -> Shop:
    vendors.forget_calls()
    orders = SalesforceOrders(vendors.salesforce_client())
    return shop_of(tables, *shelf, account=ACCOUNT, orders=orders)


@pytest.mark.parametrize(("slug", "body", "errors"), TABLE)
def test_bad_cart(
    shop: Shop, vendors: Vendors, slug: str, body: Any, errors: list[tuple[str, str]]
) -> None:
    answer = shop.send(body)
    document = answer.json()
    assert (answer.status, document["type"].rsplit("/")[-1]) == (422, slug), document
    assert [(e["pointer"], e["code"]) for e in document["errors"]] == errors
    assert all(error["detail"] for error in document["errors"])
    assert not vendors.calls()
    assert shop.tables.items(IDEMPOTENCY) == []
    assert not shop.mail_queue.jobs


@pytest.mark.parametrize(
    "body",
    [
        "",
        "{",
        "[]",
        "null",
        '"cart"',
        '{"items": [',
        '{"items": NaN}',
        f'{{"items": {"9" * 5000}}}',
        "[" * 60_000,
    ],
    ids=lambda body: str(body)[:12] or "empty",
)
def test_bodies_that_are_no_cart_at_all(shop: Shop, vendors: Vendors, body: str) -> None:
    answer = shop.send(body)
    assert answer.status in (400, 422), answer.body
    assert answer.headers["content-type"] == "application/problem+json"
    assert not vendors.calls()


def test_a_body_of_another_type_is_not_read(shop: Shop, vendors: Vendors) -> None:
    answer = shop.send(cart(item()), headers={"Content-Type": "text/plain"})
    assert answer.status in (415, 422)
    assert not vendors.calls()


def test_the_table_has_every_code() -> None:
    seen = {code for _, _, errors in CARTS for _, code in errors}
    # Of an Account that was never checked; see test_create_order.
    assert seen == set(CartError) - {CartError.ELIGIBILITY_UNKNOWN}
    assert len(SHAPES) + len(CARTS) >= 60
