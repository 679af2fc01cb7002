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
    products, rejections = parse_all(
        [entry(), entry(), entry(ProductCode="BAD", Portal_Category__c="?")], currency="JPY"
    )
    assert [p.sku for p in products] == ["ESIM-10GB"]
    assert [(r.sku, r.reason.split()[0]) for r in rejections] == [
        ("ESIM-10GB", "ProductCode"),
        ("BAD", "Portal_Category__c"),
    ]
