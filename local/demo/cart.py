"""The cart of the demo's customer, and the products that suit a customer."""

from __future__ import annotations

from typing import Any

from local.demo.people import Person
from local.demo.products import OFFERED, Product

CART: dict[str, list[dict[str, Any]]] = {
    "items": [
        {
            "sku": "ESIM-VOICE-10GB",
            "quantity": 1,
            "billingCycle": "monthly",
            "configOptions": {
                "speed-after-allowance": "1mbps",
                "voicemail": True,
                "international-credit": 2,
            },
        },
        {
            "sku": "INTERNET-HOME-1G-GOLD",
            "quantity": 1,
            "billingCycle": "monthly",
            "configOptions": {"router": "wifi6"},
        },
        {
            "sku": "INSTALLATION-SINGLE",
            "quantity": 1,
            "billingCycle": "onetime",
            "configOptions": {},
        },
    ]
}


def suits(product: Product, person: Person) -> bool:
    """Return whether a product fits the person's building, line and region."""
    return (
        product.dwelling in {"Any", person.dwelling}
        and product.tier in {"Any", person.tier}
        and product.region in {None, person.region}
    )


def cart_suits(person: Person) -> bool:
    """Return whether the person can order everything in the demo's cart."""
    skus = {item["sku"] for item in CART["items"]}
    return all(suits(product, person) for product in OFFERED if product.sku in skus)
