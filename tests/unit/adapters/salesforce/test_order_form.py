"""An order is never lost over an address, and prices are in their own currency (emulated org)."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from portal.adapters.salesforce.catalog import SalesforceCatalogSource
from portal.adapters.salesforce.orders import SalesforceOrders
from portal.domain.billing import BillingAddress
from portal.domain.order_form import STANDARD_LENGTHS, OrderForm
from portal.domain.upstream import Refused, Unavailable
from portal.ports.orders import PriceWithdrawn

from local.demo.data import PORTAL_PRICEBOOK
from local.emulators.salesforce.org import STANDARD_PRICEBOOK_ID
from local.emulators.salesforce.territories import COUNTRIES
from tests.unit.adapters.salesforce.test_orders import ADDRESS, entry_of, new_order
from tests.vendors import Vendors

SEOUL = BillingAddress("1 Sejong-daero", "", "Seoul", "", "04524", "KR")


def source(vendors: Vendors) -> SalesforceCatalogSource:
    return SalesforceCatalogSource(vendors.salesforce_client(), pricebook="Portal", currency="JPY")


def form_of(vendors: Vendors) -> OrderForm:
    form = source(vendors).read_with_order_form()[2]
    assert form is not None
    return form


def place(vendors: Vendors, address: BillingAddress, form: OrderForm | None = None) -> Any:
    """The Order that Salesforce has then."""
    order = new_order(vendors, address=address, form=form or form_of(vendors), billing_client=42)
    SalesforceOrders(vendors.salesforce_client()).place(order)
    (record,) = vendors.records("Order")
    return record


# The form


def test_a_plain_org(vendors: Vendors) -> None:
    form = form_of(vendors)
    assert (form.multi_currency, form.countries, form.states) == (False, None, {})
    assert {name: form.lengths[name] for name in STANDARD_LENGTHS} == STANDARD_LENGTHS


def test_an_org_with_picklists_and_currencies(vendors: Vendors) -> None:
    vendors.salesforce.set_switches({"state_country_picklists": True, "multi_currency": True})
    form = form_of(vendors)
    assert form.multi_currency
    assert form.countries == frozenset(code for code, _ in COUNTRIES)
    assert [(s.code, s.label) for s in form.states["US"]] == [
        ("CA", "California"),
        ("NY", "New York"),
        ("WA", "Washington"),
    ]
    assert ("WA", "Western Australia") in [(s.code, s.label) for s in form.states["AU"]]
    assert OrderForm.model_validate_json(form.model_dump_json()) == form


def test_catalogue_and_form_are_one_call(vendors: Vendors) -> None:
    products, _, form = source(vendors).read_with_order_form()
    assert products == source(vendors).read()[0]
    assert form is not None
    assert vendors.calls() == {"salesforce composite": 1, "salesforce query": 1}


def test_a_catalogue_of_several_pages(vendors: Vendors) -> None:
    vendors.salesforce.set_switches({"batch_size": 5})
    assert source(vendors).read_with_order_form()[0] == source(vendors).read()[0]


def test_a_query_that_is_refused_inside_the_composite(vendors: Vendors) -> None:
    vendors.salesforce.set_switches({"hidden_fields": ["Product2.Portal_Category__c"]})
    with pytest.raises(Refused) as caught:
        source(vendors).read_with_order_form()
    assert caught.value.code == "INVALID_FIELD"


def test_a_lock_inside_the_composite_is_transient(vendors: Vendors) -> None:
    part = {
        "referenceId": "query",
        "httpStatusCode": 400,
        "body": [{"errorCode": "QUERY_TIMEOUT", "message": "x"}],
    }
    described = {"referenceId": "describe", "httpStatusCode": 200, "body": {}}
    vendors.fail(
        vendors.salesforce,
        kind="replace",
        operation="composite",
        status=200,
        body={"compositeResponse": [part, described]},
    )
    with pytest.raises(Unavailable):
        source(vendors).read_with_order_form()


# Addresses


def test_an_org_with_picklists_gets_codes(vendors: Vendors) -> None:
    vendors.salesforce.set_switches({"state_country_picklists": True})
    order = place(vendors, ADDRESS)
    assert (order["BillingCountryCode"], order["BillingCountry"]) == ("JP", "Japan")
    assert (order["BillingStateCode"], order["BillingState"]) == ("13", "Tokyo")
    assert order["Description"] is None


def test_a_country_whose_name_differs_is_no_obstacle(vendors: Vendors) -> None:
    vendors.salesforce.set_switches({"state_country_picklists": True})
    order = place(vendors, SEOUL)
    assert order["BillingCountry"] == "Korea, Republic of"
    assert vendors.calls()["salesforce composite/graph"] == 1


def test_a_country_that_the_org_lacks_is_left_out_and_told(vendors: Vendors) -> None:
    vendors.salesforce.set_switches({"state_country_picklists": True})
    order = place(vendors, replace(SEOUL, country="FR", state="Var"))
    assert (order["BillingCity"], order["BillingCountryCode"]) == ("Seoul", None)
    assert "see client 42 in WHMCS" in order["Description"]
    assert "Country FR is not in the org's list" in order["Description"]


def test_a_city_that_is_too_long_does_not_lose_the_order(vendors: Vendors) -> None:
    order = place(
        vendors, replace(ADDRESS, city="Very long name of a city that has many words in it")
    )
    assert order["BillingCity"] == "Very long name of a city that has many…"
    assert "City is longer than 40 characters" in order["Description"]


def test_an_org_that_changed_since_its_description_takes_the_order(vendors: Vendors) -> None:
    vendors.salesforce.set_switches({"state_country_picklists": True})
    order = place(vendors, SEOUL, OrderForm())
    assert (order["BillingCity"], order["BillingCountry"]) == ("Seoul", None)
    assert "Salesforce refused BillingCountry" in order["Description"]
    assert vendors.calls()["salesforce composite/graph"] == 2


def test_a_state_that_is_refused_leaves_the_country(vendors: Vendors) -> None:
    vendors.salesforce.set_switches({"state_country_picklists": True})
    order = place(vendors, replace(ADDRESS, state="Tokio"), OrderForm())
    assert (order["BillingCountry"], order["BillingState"]) == ("Japan", None)
    assert "Salesforce refused BillingState." in order["Description"]


def test_hidden_address_fields_do_not_lose_the_order(vendors: Vendors) -> None:
    vendors.salesforce.set_switches({"hidden_fields": ["Order.BillingCity"]})
    order = place(vendors, ADDRESS)
    assert order["BillingStreet"] == "1-2-3 Shibakoen\nRoom 5"
    assert "City may not be written" in order["Description"]


def test_without_a_writable_description_the_order_is_placed_all_the_same(vendors: Vendors) -> None:
    vendors.salesforce.set_switches(
        {"state_country_picklists": True, "read_only_fields": ["Order.Description"]}
    )
    order = place(vendors, replace(SEOUL, country="FR"))
    assert order["Description"] is None


def refusing(vendors: Vendors, message: str, fields: list[str], times: int) -> None:
    """A validation rule that refuses the next graphs."""
    culprit = {
        "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION",
        "message": message,
        "fields": fields,
    }
    parts = [{"referenceId": "order", "httpStatusCode": 400, "body": [culprit]}]
    graph = {"graphResponse": {"compositeResponse": parts}, "isSuccessful": False}
    vendors.fail(
        vendors.salesforce,
        kind="status",
        operation="composite/graph",
        status=200,
        times=times,
        body={"graphs": [graph]},
    )


@pytest.mark.parametrize(
    ("fields", "times"), [(["BillingCity"], 2), ([], 1), (["BillingCountryCode"], 2)]
)
def test_a_rule_of_the_org_against_the_address(
    vendors: Vendors, fields: list[str], times: int
) -> None:
    form = form_of(vendors)
    refusing(vendors, "The billing address is not in our area.", fields, times)
    order = place(vendors, ADDRESS, form)
    assert not any(order[f"Billing{part}"] for part in ("Street", "City", "State", "Country"))
    assert "Salesforce refused" in order["Description"]


@pytest.mark.parametrize("fields", [[], ["Order_Type__c"]])
def test_another_refusal_is_not_taken_for_the_address(vendors: Vendors, fields: list[str]) -> None:
    refusing(vendors, "The credit check has failed.", fields, 1)
    with pytest.raises(Refused):
        SalesforceOrders(vendors.salesforce_client()).place(new_order(vendors))
    assert vendors.calls()["salesforce composite/graph"] == 1
    assert vendors.records("Order") == []


# Prices


def set_entry(vendors: Vendors, sku: str, **fields: Any) -> None:
    vendors.salesforce_client().request(
        "PATCH",
        f"sobjects/PricebookEntry/{entry_of(vendors, sku)}",
        operation="x",
        json=fields,
        writes=True,
    )


def test_a_price_that_was_withdrawn_names_its_line(vendors: Vendors) -> None:
    order = new_order(vendors)
    set_entry(vendors, "INTERNET-HOME-1G-GOLD", IsActive=False)
    with pytest.raises(PriceWithdrawn) as caught:
        SalesforceOrders(vendors.salesforce_client()).place(order)
    assert caught.value.lines == (0,)
    assert vendors.records("Order") == []


def in_dollars(vendors: Vendors) -> None:
    """A second price of a product, and a product with a price in dollars only."""
    vendors.salesforce.set_switches({"multi_currency": True})
    products = {p["ProductCode"]: p["Id"] for p in vendors.records("Product2")}
    both = products["INTERNET-HOME-1G-GOLD"]
    only = "01t9z0000000001AAA"
    product = {
        "Id": only,
        "Name": "Dollars only",
        "ProductCode": "USD-ONLY",
        "IsActive": True,
        "Portal_Visible__c": True,
        "Portal_Category__c": "Other",
        "Portal_Billing_Cycle__c": "Monthly",
        "WHMCS_Product_Id__c": "1",
    }
    entries = [
        {
            "Id": f"01u9z{book}{number}0000000{number}AAA"[:18],
            "Pricebook2Id": pricebook,
            "Product2Id": product_id,
            "UnitPrice": 33.5,
            "IsActive": True,
            "CurrencyIsoCode": "USD",
        }
        for book, pricebook in (("a", STANDARD_PRICEBOOK_ID), ("b", PORTAL_PRICEBOOK))
        for number, product_id in ((1, both), (2, only))
    ]
    existing = [{**entry, "CurrencyIsoCode": "JPY"} for entry in vendors.records("PricebookEntry")]
    for entry in existing:
        vendors.salesforce_client().request(
            "PATCH",
            f"sobjects/PricebookEntry/{entry['Id']}",
            operation="x",
            json={"CurrencyIsoCode": "JPY"},
            writes=True,
        )
    vendors.salesforce.seed({"records": {"Product2": [product], "PricebookEntry": entries}})


def test_only_prices_in_the_portal_s_currency_are_sold(vendors: Vendors) -> None:
    before = source(vendors).read()[0]
    in_dollars(vendors)
    products, rejections = source(vendors).read()
    assert [(p.sku, p.unit_price, p.currency) for p in products] == [
        (p.sku, p.unit_price, "JPY") for p in before
    ]
    assert [(r.sku, r.reason) for r in rejections if r.sku == "USD-ONLY"] == [
        ("USD-ONLY", "it has no active price in JPY in this price book")
    ]


def test_the_order_is_in_the_currency_of_its_prices(vendors: Vendors) -> None:
    in_dollars(vendors)
    order = place(vendors, ADDRESS)
    assert order["CurrencyIsoCode"] == "JPY"
    read = SalesforceOrders(vendors.salesforce_client()).find(order["Id"], order["AccountId"])
    assert read is not None
    assert (read.currency, read.lines[0].unit_price) == ("JPY", Decimal(6500))
