"""Who may have what, and from when to when."""

from __future__ import annotations

from datetime import date

from portal.domain.catalog import ANY, AccountEligibility, Product


def valid_on(product: Product, day: date) -> bool:
    """Whether a product is sold on a day of the reseller's calendar (both ends included)."""
    if product.valid_from is not None and day < product.valid_from:
        return False
    return product.valid_until is None or day <= product.valid_until


def eligible(product: Product, account: AccountEligibility) -> bool:
    """Whether the Account meets every condition; what is unknown meets only `Any`."""
    conditions = (
        (product.dwelling, account.dwelling),
        (product.tier, account.tier),
        (product.region, account.region),
    )
    return all(
        wanted == ANY or (known is not None and known.casefold() == wanted.casefold())
        for wanted, known in conditions
    )


def fully_known(account: AccountEligibility) -> bool:
    """Whether Salesforce says where the customer lives and what reaches it."""
    return account.dwelling is not None and account.tier is not None
