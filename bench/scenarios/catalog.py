"""The catalogue of fifty products, from memory."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from portal.domain.catalog import AccountEligibility

from bench.scenarios.scenario import Scenario, same
from bench.scenarios.shelf import TODAY, products, sku
from functions.catalog import get_product, list_products, personalized
from functions.catalog.deps import (
    CatalogDeps,
    PersonalizedDeps,
    build_catalog,
    build_personalized,
)
from tests.events import claims, rest_event
from tests.fakes.catalog import FakeCatalog
from tests.fakes.directory import FakeDirectory, customer

PRODUCTS = 50
HOME = AccountEligibility(dwelling="Home", tier="1G", region="East")


def scenarios() -> dict[str, Scenario]:
    """By endpoint id."""
    shelf = FakeCatalog(*products(PRODUCTS))
    public = CatalogDeps(catalog=shelf, today=lambda: TODAY, tax_included=True)
    personal = PersonalizedDeps(
        tax_included=True,
        catalog=shelf,
        today=lambda: TODAY,
        directory=FakeDirectory(customer()),
        eligibility=lambda _: HOME,
    )
    ready: list[tuple[Any, Callable[[], Any], Any]] = [
        (list_products, build_catalog, public),
        (get_product, build_catalog, public),
        (personalized, build_personalized, personal),
    ]
    for module, builder, deps in ready:
        module.app.override(builder, lambda deps=deps: deps)
    return {
        "catalog-list-products": Scenario(
            list_products.handler, same(rest_event("GET", "/catalog"))
        ),
        "catalog-get-product": Scenario(
            get_product.handler, same(rest_event("GET", f"/catalog/{sku(PRODUCTS - 1)}"))
        ),
        "catalog-personalized": Scenario(
            personalized.handler, same(rest_event("GET", "/catalog/personalized", user=claims()))
        ),
    }
