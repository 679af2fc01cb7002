"""Checks that the services in WHMCS match the cart, option by option.

WHMCS stores the default of an option without an error when an id or shape is wrong, so the demo
compares every option.
"""

from __future__ import annotations

from typing import Any

from local.demo.checks import expect
from local.demo.options import ChoiceOption
from local.demo.products import OFFERED, Product

# The WHMCS choice id (None for an option without choices) and the quantity of an ordered option.
Ordered = tuple[int | None, int]


def check_services(
    cart: list[dict[str, Any]], services: list[dict[str, Any]], order_id: str
) -> None:
    """Raise DemoError unless each line has one Active service with its options and reference."""
    products = {product.sku: product for product in OFFERED}
    expect(
        len(services) == len(cart),
        f"There should be {len(cart)} services in WHMCS and there are {len(services)}.",
    )
    by_pid = {service["pid"]: service for service in services}
    for item in cart:
        product = products[item["sku"]]
        service = by_pid.get(product.whmcs_id)
        expect(service is not None, f"WHMCS has no service for {product.sku}.")
        if service is not None:
            _check_service(product, item["configOptions"], service, order_id)


def _check_service(
    product: Product, chosen: dict[str, Any], service: dict[str, Any], order_id: str
) -> None:
    expect(service["status"] == "Active", f"The service of {product.sku} is {service['status']}.")
    expect(
        order_id in service["customfields"].values(),
        f"The service of {product.sku} does not carry the Salesforce order id.",
    )
    stored = {int(key): value for key, value in service["configoptions"].items()}
    for option_id, (choice, quantity) in ordered_options(product, chosen).items():
        value = stored.get(option_id, {})
        found = (value.get("option_id") if choice else None, value.get("qty", 0))
        expect(
            found == (choice, quantity),
            f"WHMCS has not what was ordered for {product.sku}: option {option_id} is {found} "
            f"instead of {(choice, quantity)}.",
        )


def ordered_options(product: Product, chosen: dict[str, Any]) -> dict[int, Ordered]:
    """Return WHMCS option id → the choice and quantity that WHMCS must store."""
    ordered: dict[int, Ordered] = {}
    for option in product.options:
        if option.id not in chosen:
            continue
        value = chosen[option.id]
        if isinstance(option, ChoiceOption):
            choice = next(c for c in option.choices if c.id == value)
            ordered[option.whmcs_id] = (choice.whmcs_id, 0)
        else:
            ordered[option.whmcs_id] = (None, int(value))
    return ordered
