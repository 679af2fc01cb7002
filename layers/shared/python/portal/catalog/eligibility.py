"""Decides which products an Account may order, and on which days a product is sold."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from enum import StrEnum

from portal.domain.catalog import ANY, AccountEligibility, Product


class Ineligibility(StrEnum):
    """Why a product is not offered to a customer. Front ends rely on these: never rename one."""

    DWELLING = "dwelling"
    TIER = "tier"
    REGION = "region"
    DWELLING_UNKNOWN = "dwelling-unknown"
    TIER_UNKNOWN = "tier-unknown"
    REGION_UNKNOWN = "region-unknown"


def valid_on(product: Product, day: date) -> bool:
    """Whether a product is sold on a day in the reseller's time zone (both ends included)."""
    if product.valid_from is not None and day < product.valid_from:
        return False
    return product.valid_until is None or day <= product.valid_until


def eligible(product: Product, account: AccountEligibility) -> bool:
    """Whether the Account meets every condition. An unknown value meets only `Any`."""
    return all(
        known is not None and _same(known, wanted)
        for wanted, known in _conditions(product, account)
    )


def undecided(product: Product, account: AccountEligibility) -> bool:
    """Whether an Account is not eligible only because some of its values are unknown."""
    return all(
        known is None or _same(known, wanted) for wanted, known in _conditions(product, account)
    ) and not eligible(product, account)


def ineligibilities(product: Product, account: AccountEligibility) -> Iterator[Ineligibility]:
    """Every condition that the Account does not meet; `-unknown` where it may turn out to."""
    conditions: tuple[tuple[str, str, str | None], ...] = (
        ("dwelling", product.dwelling, account.dwelling),
        ("tier", product.tier, account.tier),
        ("region", product.region, account.region),
    )
    for name, wanted, known in conditions:
        if not _same(wanted, ANY) and (known is None or not _same(known, wanted)):
            yield Ineligibility(f"{name}-unknown" if known is None else name)


def fully_known(account: AccountEligibility) -> bool:
    """Whether Salesforce has the Account's dwelling and tier."""
    return account.dwelling is not None and account.tier is not None


def _conditions(product: Product, account: AccountEligibility) -> Iterator[tuple[str, str | None]]:
    pairs = (
        (product.dwelling, account.dwelling),
        (product.tier, account.tier),
        (product.region, account.region),
    )
    return ((wanted, known) for wanted, known in pairs if not _same(wanted, ANY))


def _same(one: str, other: str) -> bool:
    return one.casefold() == other.casefold()
