"""State and country picklists: codes beside the texts, and only what is listed."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulators.salesforce.org_client import OrgClient, error, order_fields


@pytest.fixture
def listed(org: OrgClient) -> OrgClient:
    """An org with the feature."""
    org.switch(state_country_picklists=True)
    return org


def made(org: OrgClient, **fields: Any) -> dict[str, Any]:
    return org.read("Order", org.order(**fields))


def refused(org: OrgClient, **fields: Any) -> tuple[Any, ...]:
    return error(org.call("POST", "sobjects/Order", {**order_fields(), **fields}))[:2]


def test_without_the_feature_there_are_no_codes(org: OrgClient) -> None:
    assert refused(org, BillingCountryCode="JP") == (400, "INVALID_FIELD")
    assert made(org, BillingCountry="South Korea")["BillingCountry"] == "South Korea"


def test_codes_bring_their_texts(listed: OrgClient) -> None:
    order = made(listed, BillingCountryCode="US", BillingStateCode="WA")
    assert (order["BillingCountry"], order["BillingState"]) == ("United States", "Washington")
    order = made(listed, BillingCountryCode="AU", BillingStateCode="WA")
    assert order["BillingState"] == "Western Australia"


def test_integration_values_bring_their_codes(listed: OrgClient) -> None:
    order = made(listed, BillingCountry="Japan", BillingState="Tokyo")
    assert (order["BillingCountryCode"], order["BillingStateCode"]) == ("JP", "13")


@pytest.mark.parametrize(
    "fields",
    [
        {"BillingCountry": "South Korea"},
        {"BillingCountryCode": "FR"},
        {"BillingCountryCode": "JP", "BillingStateCode": "CA"},
        {"BillingCountry": "Japan", "BillingState": "Tokio"},
        {"BillingState": "Tokyo"},
        {"BillingStateCode": "13"},
    ],
)
def test_anything_else_is_refused(listed: OrgClient, fields: dict[str, str]) -> None:
    assert refused(listed, **fields) == (400, "FIELD_INTEGRITY_EXCEPTION")


def test_the_describe_says_which_states_belong_to_which_country(listed: OrgClient) -> None:
    described = listed.call("GET", "sobjects/Order/describe").json()
    fields = {field["name"]: field for field in described["fields"]}
    state = fields["BillingStateCode"]
    assert (state["controllerName"], state["dependentPicklist"]) == ("BillingCountryCode", True)
    tokyo = next(value for value in state["picklistValues"] if value["label"] == "Tokyo")
    # Japan is the fourth country: bit 3 from the left.
    assert tokyo["validFor"] == "EA=="
