"""A product with a mistake is left out with the field named; it never breaks the catalogue."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from portal.catalog.parsing import UnsellableError, parse, parse_all, parse_config_options

from tests.fakes.catalog import entry


def options(**change: Any) -> str:
    option = {
        "id": "data",
        "label": "Data",
        "kind": "choice",
        "whmcsOptionId": 4,
        "choices": [
            {"id": "10gb", "label": "10 GB", "priceDelta": "0", "whmcsChoiceId": 9},
            {"id": "25gb", "label": "25 GB", "priceDelta": "800", "whmcsChoiceId": 10},
        ],
        **change,
    }
    return json.dumps({"version": 1, "options": [option]})


def test_a_good_product() -> None:
    parsed = parse(
        entry(
            Decimal("5500.00"),
            Portal_Feature_Bullets__c="• Fast\n- Cheap\n\n",
            Portal_Tags__c="popular; new, ",
            Portal_ConfigOptions_JSON__c=options(default="10gb"),
            Portal_Valid_From__c="2026-04-01",
            Portal_Eligibility_Dwelling__c="Home",
            Portal_Max_Quantity__c=Decimal("2.0"),
        ),
        currency="JPY",
    )
    assert parsed.features == ("Fast", "Cheap")
    assert parsed.tags == ("popular", "new")
    assert (parsed.unit_price, parsed.currency) == (Decimal("5500.00"), "JPY")
    assert (parsed.max_quantity, parsed.whmcs_product_id) == (2, 185)
    assert (parsed.dwelling, parsed.tier, parsed.region) == ("Home", "Any", "Any")
    assert parsed.config_options.options[0].whmcs_option_id == 4


@pytest.mark.parametrize(
    ("fields", "names"),
    [
        ({"ProductCode": None}, "ProductCode"),
        ({"ProductCode": "a b"}, "ProductCode"),
        ({"ProductCode": "personalized"}, "ProductCode"),
        ({"Portal_Category__c": None}, "Portal_Category__c"),
        ({"Portal_Billing_Cycle__c": "weekly"}, "Portal_Billing_Cycle__c"),
        ({"WHMCS_Product_Id__c": None}, "WHMCS_Product_Id__c"),
        ({"WHMCS_Product_Id__c": "abc"}, "WHMCS_Product_Id__c"),
        ({"WHMCS_Product_Id__c": "0"}, "WHMCS_Product_Id__c"),
        ({"Portal_ConfigOptions_JSON__c": "{"}, "Portal_ConfigOptions_JSON__c"),
        ({"Portal_ConfigOptions_JSON__c": '{"version": 2, "options": []}'}, "version"),
        ({"Portal_ConfigOptions_JSON__c": options(kind="colour")}, "options.0"),
        ({"Portal_ConfigOptions_JSON__c": options(choices=[])}, "choices"),
        ({"Portal_ConfigOptions_JSON__c": options(default="99gb")}, "default 99gb"),
        ({"Portal_ConfigOptions_JSON__c": options(surprise=1)}, "surprise"),
    ],
)
def test_a_bad_field_is_named(fields: dict[str, Any], names: str) -> None:
    with pytest.raises(UnsellableError, match=names):
        parse(entry(**fields), currency="JPY")


@pytest.mark.parametrize("text", [None, "", "  \n"])
def test_no_options(text: str | None) -> None:
    assert parse_config_options(text).options == ()


def test_quantity_default_must_be_in_range() -> None:
    option = {"id": "ip", "label": "IP", "kind": "quantity", "max": 5, "whmcsOptionId": 5}
    with pytest.raises(UnsellableError, match="between min and max"):
        parse_config_options(json.dumps({"version": 1, "options": [{**option, "default": 6}]}))


def test_repeated_ids_are_refused() -> None:
    twice = json.loads(options())
    twice["options"] *= 2
    with pytest.raises(UnsellableError, match="same id"):
        parse_config_options(json.dumps(twice))


def test_bad_products_do_not_hide_good_ones() -> None:
    other, third = "01t000000000002AAA", "01t000000000003AAA"
    products, rejections = parse_all(
        [entry(), entry(Id=other), entry(Id=third, ProductCode="BAD", Portal_Category__c="?")],
        currency="JPY",
    )
    assert [p.sku for p in products] == ["ESIM-10GB"]
    assert [(r.sku, r.reason.split()[0]) for r in rejections] == [
        ("ESIM-10GB", "ProductCode"),
        ("BAD", "Portal_Category__c"),
    ]


def test_a_product_with_two_prices_has_none() -> None:
    """In an org of several currencies each has its own entry, and ours would be a guess."""
    products, rejections = parse_all([entry(1500), entry(10)], currency="JPY")
    assert products == []
    assert {rejection.reason.split(";")[0] for rejection in rejections} == {
        "it has several active prices in JPY in this price book"
    }


def choices(**change: Any) -> list[dict[str, Any]]:
    first = {"id": "10gb", "label": "10 GB", "whmcsChoiceId": 9}
    return [first, {"id": "25gb", "label": "25 GB", "whmcsChoiceId": 10, **change}]


def document(*more: dict[str, Any]) -> str:
    return json.dumps({"version": 1, "options": more})


QUANTITY = {"id": "ip", "label": "IP", "kind": "quantity", "max": 5, "whmcsOptionId": 5}
YES_NO = {"id": "help", "label": "Help", "kind": "yesno", "whmcsOptionId": 6}
BAD_OPTIONS = [
    (options(), "needs a default, or to be required"),
    (options(default="10gb", choices=choices(id="10gb")), "two choices have the same id"),
    (options(default="10gb", choices=choices(whmcsChoiceId=9)), "same whmcsChoiceId"),
    (document(QUANTITY, {**YES_NO, "whmcsOptionId": 5}), "two options have the same whmcsOptionId"),
    (document({**QUANTITY, "min": 2}), "option ip: default is not between min and max"),
    (document({**QUANTITY, "max": 0}), "max"),
    (document({**QUANTITY, "unitPrice": "1.005"}), "unitPrice"),
    (document({**QUANTITY, "unitPrice": "1e12"}), "unitPrice"),
    (document({**YES_NO, "price": "NaN"}), "price"),
    (document({**YES_NO, "price": None}), "price"),
    (document({**YES_NO, "id": "Help Me"}), "id"),
    (document({**YES_NO, "label": ""}), "label"),
    (document({**YES_NO, "whmcsOptionId": 0}), "whmcsOptionId"),
    ('{"version": 1, "options": null}', "options"),
    ("[]", "object"),
    ("null", "object"),
]


@pytest.mark.parametrize(("text", "names"), BAD_OPTIONS)
def test_options_with_a_mistake_are_refused(text: str, names: str) -> None:
    with pytest.raises(UnsellableError, match=names):
        parse_config_options(text)


@pytest.mark.parametrize(
    ("price", "sold"), [("-1499.99", True), ("-1500", True), ("-1500.01", False)]
)
def test_no_choice_makes_a_price_negative(price: str, sold: bool) -> None:
    records = [entry(1500, Portal_ConfigOptions_JSON__c=document({**YES_NO, "price": price}))]
    products, rejections = parse_all(records, currency="JPY")
    assert (len(products), len(rejections)) == ((1, 0) if sold else (0, 1))


@pytest.mark.parametrize("fields", [{"Portal_Max_Quantity__c": -1}, {"unit_price": -1}], ids=str)
def test_numbers_that_nobody_can_order(fields: dict[str, Any]) -> None:
    price = fields.pop("unit_price", 1500)
    assert parse_all([entry(price, **fields)], currency="JPY")[0] == []


def test_a_price_in_another_currency_is_never_sold_as_ours() -> None:
    dollars = {**entry(Decimal("33.5")), "CurrencyIsoCode": "USD"}
    yen = {**entry(1500), "CurrencyIsoCode": "JPY"}
    products, rejections = parse_all([dollars, yen], currency="JPY")
    assert [(p.unit_price, p.currency) for p in products] == [(Decimal(1500), "JPY")]
    assert rejections == []
    assert parse_all([dollars], currency="JPY")[0] == []
    (rejection,) = parse_all([dollars], currency="JPY")[1]
    assert rejection.reason == "it has no active price in JPY in this price book"
