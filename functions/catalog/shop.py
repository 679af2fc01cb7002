"""Selects the products that a caller sees on a day."""

from __future__ import annotations

from datetime import date

from portal.catalog.eligibility import valid_on
from portal.domain.catalog import Catalog, Product
from portal.domain.problems import NOT_FOUND, Problem
from portal.ports.catalog import CatalogReader


def on_sale(catalog: Catalog, day: date, *, category: str | None = None) -> list[Product]:
    """Return the products that are sold on a day, of one category or of all."""
    return [
        product
        for product in catalog.products
        if valid_on(product, day) and category in (None, product.category)
    ]


def one_on_sale(reader: CatalogReader, day: date, sku: str) -> Product:
    """Return the product of a SKU.

    Raises Problem `not-found` when there is none, or it is not sold on that day.
    """
    product = reader.current().find(sku)
    if product is None or not valid_on(product, day):
        raise Problem(NOT_FOUND, "There is no such product, or it is not sold any more.")
    return product
