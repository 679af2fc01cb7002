"""The seeds agree with each other and with the shapes of the fields they fill."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from portal.domain.esim import read_settings

from local.demo.cart import CART, suits
from local.demo.data import esim_access_seed, gigs_seed, salesforce_seed, whmcs_seed
from local.demo.people import EVERYBODY
from local.demo.products import OFFERED, PRODUCTS
from local.emulators.esim_access.emulator import EsimAccess


@pytest.fixture(scope="module")
def records() -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = salesforce_seed("PEM")["records"]
    return found


def configs(records: dict[str, list[dict[str, Any]]]) -> dict[int, list[dict[str, Any]]]:
    """WHMCS product id → options, of the products whose JSON is whole."""
    found = {}
    for product in records["Product2"]:
        raw = product["Portal_ConfigOptions_JSON__c"]
        if raw and product["ProductCode"] != "VPN-PARIS":
            found[product["WHMCS_Product_Id__c"]] = json.loads(raw)["options"]
    return found


def test_ids_are_unique_and_18_characters(records: dict[str, list[dict[str, Any]]]) -> None:
    ids = [record["Id"] for kind in records.values() for record in kind]
    assert len(set(ids)) == len(ids)
    assert all(re.fullmatch(r"[a-z0-9]{15}AAA", one) for one in ids)


def test_every_mapped_option_exists_in_whmcs_with_the_same_price(
    records: dict[str, list[dict[str, Any]]],
) -> None:
    whmcs = {product["pid"]: product for product in whmcs_seed()["products"]}
    checked = 0
    for pid, options in configs(records).items():
        there = {option["id"]: option for option in whmcs[pid]["configoptions"]}
        for option in options:
            choices = {
                choice["id"]: float(choice["pricing"]["JPY"]["monthly"])
                for choice in there[option["whmcsOptionId"]]["options"]
            }
            for choice in option.get("choices", []):
                assert choices[choice["whmcsChoiceId"]] == float(choice["priceDelta"])
                checked += 1
    assert checked > 50


def test_every_product_has_an_order_reference_field_of_its_own() -> None:
    fields = [p["customfields"][0] for p in whmcs_seed()["products"]]
    assert {field["name"] for field in fields} == {"Portal Order Ref"}
    assert len({field["id"] for field in fields}) == len(PRODUCTS)


def test_every_esim_product_names_a_seeded_plan(records: dict[str, list[dict[str, Any]]]) -> None:
    plans = {plan["id"] for plan in gigs_seed()["plans"]}
    named = {
        json.loads(product["eSIM_Settings_JSON__c"])["provider"]["gigs"]["plan"]
        for product in records["Product2"]
        if product["eSIM_Settings_JSON__c"]
    }
    assert named == plans
    assert len(plans) == 12
    assert all(set(addon["plans"]) == plans for addon in gigs_seed()["addons"])


def test_every_esim_product_has_a_plan_at_each_provider(
    records: dict[str, list[dict[str, Any]]],
) -> None:
    emulator = EsimAccess()
    emulator.seed(esim_access_seed())
    settings = [
        read_settings(product["eSIM_Settings_JSON__c"])
        for product in records["Product2"]
        if product["eSIM_Settings_JSON__c"]
    ]
    assert len(settings) == 12
    for setting in settings:
        assert setting is not None
        package = emulator.core.account.package(setting.plan("esim_access") or "")
        assert package is not None
        assert package.price < emulator.core.account.balance
        top_ups = [p for p in emulator.core.account.packages.values() if p.is_top_up]
        assert all(package.package_code in top_up.tops_up for top_up in top_ups)
        assert len(top_ups) == 2


def test_prices_hang_on_both_pricebooks_but_one(records: dict[str, list[dict[str, Any]]]) -> None:
    portal = next(b["Id"] for b in records["Pricebook2"] if b["Name"] == "Portal")
    entries = records["PricebookEntry"]
    assert len(entries) == 2 * len(PRODUCTS) - 1
    assert sum(entry["Pricebook2Id"] == portal for entry in entries) == len(PRODUCTS) - 1


def test_one_product_of_each_kind_that_must_never_be_offered(
    records: dict[str, list[dict[str, Any]]],
) -> None:
    by_sku = {product["ProductCode"]: product for product in records["Product2"]}
    assert by_sku["INTERNET-HOME-10G"]["Portal_Valid_From__c"] > "2090"
    assert by_sku["ESIM-TOKYO-2020"]["Portal_Valid_Until__c"] < "2026"
    assert not by_sku["INTERNET-STAFF"]["Portal_Visible__c"]
    with pytest.raises(ValueError, match="Unterminated"):
        json.loads(by_sku["VPN-PARIS"]["Portal_ConfigOptions_JSON__c"])


def test_exactly_one_account_has_another_email(records: dict[str, list[dict[str, Any]]]) -> None:
    accounts = {account["Customer_Number__c"]: account for account in records["Account"]}
    differing = [p for p in EVERYBODY if accounts[p.number]["PersonEmail"] != p.email]
    assert [person.number for person in differing] == ["CN-000105"]


def test_personalised_catalogues_differ() -> None:
    sizes = {p.number: sum(suits(product, p) for product in OFFERED) for p in EVERYBODY}
    assert sizes["CN-000101"] != sizes["CN-000103"]
    assert len(set(sizes.values())) > 2


def test_the_cart_of_the_demo_is_on_offer() -> None:
    offered = {product.sku: product for product in OFFERED}
    for item in CART["items"]:
        product = offered[item["sku"]]
        assert suits(product, EVERYBODY[0])
        assert set(item["configOptions"]) <= {option.id for option in product.options}
