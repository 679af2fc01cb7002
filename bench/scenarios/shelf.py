"""Realistic products with a description and bullets, and with options on every second one."""

from __future__ import annotations

import json
from datetime import date
from decimal import Decimal
from typing import Any

from portal.catalog.parsing import parse_all
from portal.domain.catalog import Product

from tests.fakes.catalog import entry

TODAY = date(2026, 11, 23)
CATEGORIES = ("Internet", "eSIM", "VPN", "Other")
OPTIONS = json.dumps(
    {
        "version": 1,
        "options": [
            {
                "id": "router",
                "label": "Wi-Fi router",
                "kind": "choice",
                "whmcsOptionId": 1,
                "default": "none",
                "choices": [
                    {"id": "none", "label": "None", "priceDelta": "0", "whmcsChoiceId": 1},
                    {"id": "wifi6", "label": "Wi-Fi 6", "priceDelta": "500", "whmcsChoiceId": 2},
                    {"id": "wifi7", "label": "Wi-Fi 7", "priceDelta": "900", "whmcsChoiceId": 3},
                ],
            },
            {
                "id": "fixed-ip",
                "label": "Fixed IPv4 addresses",
                "kind": "quantity",
                "max": 8,
                "unitPrice": "1100",
                "whmcsOptionId": 2,
            },
        ],
    }
)


def sku(number: int) -> str:
    """Return the SKU of the n-th product, counted from 0."""
    return f"PRODUCT-{number:05d}"


def records(count: int) -> list[dict[str, Any]]:
    """Return PricebookEntry records as SOQL returns them."""
    return [
        entry(
            Decimal(1500 + number),
            Id=f"01t{number:012d}AAA",
            Name=f"Product {number}",
            ProductCode=sku(number),
            Portal_Category__c=CATEGORIES[number % len(CATEGORIES)],
            Portal_Description__c="Fast, for the whole family, and without a minimum term.",
            Portal_Feature_Bullets__c="Up to 1 Gbit/s\nNo data cap\nSupport in English",
            Portal_Tags__c="popular, new",
            Portal_Max_Quantity__c=Decimal(5),
            Portal_Requires_Payment_Method__c=True,
            Portal_ConfigOptions_JSON__c=OPTIONS if number % 2 else None,
        )
        for number in range(count)
    ]


def products(count: int) -> list[Product]:
    """Return the parsed products."""
    found, rejected = parse_all(records(count), currency="JPY")
    assert not rejected, rejected[0]  # noqa: S101  # ours are sellable
    return found
