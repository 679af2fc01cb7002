"""GET /catalog, /catalog/{sku} and /catalog/personalized through their handlers."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from portal.catalog.parsing import parse_config_options
from portal.domain.catalog import AccountEligibility

from functions.catalog import get_product, list_products, personalized
from functions.catalog.deps import (
    CatalogDeps,
    PersonalizedDeps,
    build_catalog,
    build_personalized,
)
from tests.events import Answer, call, claims, rest_event
from tests.fakes.catalog import FakeCatalog, product
from tests.fakes.directory import FakeDirectory, customer
from tests.unit.catalog.test_parsing import options

TODAY = date(2026, 11, 23)
SHELF = FakeCatalog(
    product("ESIM-10GB", config_options=parse_config_options(options(default="10gb"))),
    product("NET-HOME-1G", category="Internet", dwelling="Home", tier="1G"),
    product("NET-APT-100M", category="Internet", dwelling="Apartment", tier="100Mb"),
    product("NET-FEE", category="Internet"),
    product("OLD", valid_until=date(2026, 11, 22)),
    product("LAST-DAY", valid_until=TODAY),
    product("FIRST-DAY", valid_from=TODAY),
    product("SOON", valid_from=date(2026, 11, 24)),
)
HOME_1G = AccountEligibility(dwelling="Home", tier="1g", region=None)


@pytest.fixture(autouse=True)
def shelf() -> Iterator[None]:
    deps = CatalogDeps(catalog=SHELF, today=lambda: TODAY, tax_included=True)
    for module in (list_products, get_product):
        module.app.override(build_catalog, lambda: deps)
    yield
    for module in (list_products, get_product, personalized):
        module.app.resolver.dependency_overrides.clear()


def listed(**event: Any) -> Answer:
    return call(list_products.handler, rest_event("GET", "/catalog", **event))


def skus(answer: Answer) -> list[str]:
    return [item["sku"] for item in answer.json()["items"]]


def test_only_what_is_sold_today_is_listed() -> None:
    answer = listed()
    assert answer.status == 200
    found = skus(answer)
    assert "LAST-DAY" in found
    assert "FIRST-DAY" in found
    assert not {"OLD", "SOON"} & set(found)


def test_one_category() -> None:
    assert skus(listed(query={"category": "Internet"})) == [
        "NET-HOME-1G",
        "NET-APT-100M",
        "NET-FEE",
    ]
    assert listed(query={"category": "Cars"}).status == 422


def test_unchanged_catalogue_is_not_sent_again() -> None:
    first = listed()
    again = listed(headers={"If-None-Match": f'W/"other", {first.headers["etag"]}'})
    assert (again.status, again.body) == (304, "")
    assert first.headers["cache-control"].startswith("public")
    assert listed(query={"category": "eSIM"}).headers["etag"] != first.headers["etag"]


def test_a_product_has_all_that_a_form_needs_and_no_inner_ids() -> None:
    answer = call(get_product.handler, rest_event("GET", "/catalog/ESIM-10GB"))
    assert answer.json() == {
        "sku": "ESIM-10GB",
        "name": "Product ESIM-10GB",
        "category": "eSIM",
        "description": "",
        "features": [],
        "tags": [],
        "heroImageUrl": None,
        "price": {"amount": "1500", "currency": "JPY"},
        "taxIncluded": True,
        "billingCycle": "monthly",
        "maxQuantity": 3,
        "requiresPaymentMethod": True,
        "configOptions": [
            {
                "id": "data",
                "label": "Data",
                "kind": "choice",
                "required": False,
                "default": "10gb",
                "choices": [
                    {
                        "id": "10gb",
                        "label": "10 GB",
                        "priceDelta": {"amount": "0", "currency": "JPY"},
                    },
                    {
                        "id": "25gb",
                        "label": "25 GB",
                        "priceDelta": {"amount": "800", "currency": "JPY"},
                    },
                ],
                "min": None,
                "max": None,
                "unitPrice": None,
            }
        ],
    }


@pytest.mark.parametrize(("sku", "status"), [("NOPE", 404), ("OLD", 404), ("a%20b", 404)])
def test_products_that_cannot_be_had(sku: str, status: int) -> None:
    answer = call(get_product.handler, rest_event("GET", f"/catalog/{sku}"))
    assert answer.status == status
    assert answer.headers["cache-control"] == "no-store"


def personal(account: AccountEligibility, user: dict[str, str] | None = None) -> Answer:
    deps = PersonalizedDeps(
        tax_included=True,
        catalog=SHELF,
        today=lambda: TODAY,
        directory=FakeDirectory(customer()),
        eligibility=lambda _: account,
    )
    personalized.app.override(build_personalized, lambda: deps)
    event = rest_event("GET", "/catalog/personalized", user=claims() if user is None else user)
    return call(personalized.handler, event)


def test_personal_catalogue_follows_the_account() -> None:
    answer = personal(HOME_1G)
    assert "NET-HOME-1G" in skus(answer)
    assert "NET-APT-100M" not in skus(answer)
    assert answer.json()["eligibility"]["status"] == "known"
    assert answer.headers["cache-control"] == "no-store"


def test_one_customers_answer_is_not_the_next_ones() -> None:
    apartment = AccountEligibility(dwelling="Apartment", tier="100Mb", region=None)
    for account, theirs, others in (
        (HOME_1G, "NET-HOME-1G", "NET-APT-100M"),
        (apartment, "NET-APT-100M", "NET-HOME-1G"),
        (HOME_1G, "NET-HOME-1G", "NET-APT-100M"),
    ):
        found = skus(personal(account))
        assert theirs in found
        assert others not in found


def test_unknown_eligibility_says_so_and_offers_the_rest() -> None:
    answer = personal(AccountEligibility())
    assert "NET-FEE" in skus(answer)
    assert not {"NET-HOME-1G", "NET-APT-100M"} & set(skus(answer))
    assert answer.json()["eligibility"]["reason"] == "eligibility-unknown"


def test_a_user_without_mapping_is_told_to_finish() -> None:
    answer = personal(HOME_1G, claims("0f1e2d3c-0000-4000-8000-00000000ffff"))
    assert (answer.status, answer.json()["type"].rsplit("/")[-1]) == (409, "account-not-mapped")


def test_what_is_not_offered_is_told_with_every_reason() -> None:
    answer = personal(AccountEligibility(dwelling="Apartment", tier=None, region=None)).json()
    assert answer["taxIncluded"] is True
    assert answer["notOffered"] == [
        {
            "sku": "NET-HOME-1G",
            "name": "Product NET-HOME-1G",
            "reasons": ["dwelling", "tier-unknown"],
        },
        {"sku": "NET-APT-100M", "name": "Product NET-APT-100M", "reasons": ["tier-unknown"]},
    ]
    offered = {item["sku"] for item in answer["items"]}
    assert not offered & {entry["sku"] for entry in answer["notOffered"]}
