"""Parses Salesforce records into products, or into the reasons why they cannot be sold.

A product with a mistake is left out, logged and counted. It never breaks the catalogue.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from pydantic import ValidationError

from portal.catalog.option_rules import lowest_extra, mistake_in
from portal.domain.catalog import ANY, ConfigOptions, Product, Rejection
from portal.domain.ids import SKU

CATEGORIES = ("Internet", "eSIM", "VPN", "Other")
# From the values of Portal_Billing_Cycle__c to the cycles of WHMCS' AddOrder.
BILLING_CYCLES = {
    "monthly": "monthly",
    "quarterly": "quarterly",
    "semiannually": "semiannually",
    "annually": "annually",
    "biennially": "biennially",
    "triennially": "triennially",
    "onetime": "onetime",
    "free": "free",
}
DEFAULT_MAX_QUANTITY = 1


class UnsellableError(Exception):
    """The reason why a product is left out, for those who maintain Product2."""


def parse_all(
    records: Iterable[dict[str, Any]], *, currency: str
) -> tuple[list[Product], list[Rejection]]:
    """Return the products and rejections of PricebookEntry records with their `Product2` parent.

    In an org with several currencies only prices in `currency` are sold, and a product without one
    is rejected. In an org with a single currency, whose records do not name it, it is `currency`.
    """
    products: dict[str, Product] = {}
    rejections: list[Rejection] = []
    every = list(records)
    entries = [entry for entry in every if _currency(entry, currency) == currency]
    prices = Counter(entry["Product2"]["Id"] for entry in entries)
    rejections.extend(_without_price(every, prices, currency))
    for record in entries:
        try:
            if prices[record["Product2"]["Id"]] > 1:
                _unsellable(f"it has several active prices in {currency} in this price book")
            product = parse(record, currency=currency)
            if product.sku in products:
                _unsellable(f"ProductCode {product.sku} is used by another product too")
        except UnsellableError as error:
            rejections.append(_rejection(record, str(error)))
        else:
            products[product.sku] = product
    return list(products.values()), rejections


def parse(entry: dict[str, Any], *, currency: str) -> Product:
    """Return one product. Raises UnsellableError with a sentence that names the field."""
    fields: dict[str, Any] = entry["Product2"]
    try:
        product = Product(
            sku=_sku(fields),
            sf_product_id=fields["Id"],
            pricebook_entry_id=entry["Id"],
            pricebook_id=entry["Pricebook2Id"],
            name=fields["Name"],
            category=_category(fields),
            description=fields.get("Portal_Description__c") or "",
            features=_lines(fields.get("Portal_Feature_Bullets__c")),
            tags=_tags(fields.get("Portal_Tags__c")),
            hero_image_url=fields.get("Portal_Hero_Image_URL__c"),
            sort_order=int(fields.get("Portal_Sort_Order__c") or 0),
            unit_price=Decimal(str(entry["UnitPrice"])),
            currency=_currency(entry, currency),
            billing_cycle=_billing_cycle(fields),
            max_quantity=int(fields.get("Portal_Max_Quantity__c") or DEFAULT_MAX_QUANTITY),
            requires_payment_method=bool(fields.get("Portal_Requires_Payment_Method__c")),
            valid_from=_date(fields.get("Portal_Valid_From__c")),
            valid_until=_date(fields.get("Portal_Valid_Until__c")),
            dwelling=fields.get("Portal_Eligibility_Dwelling__c") or ANY,
            tier=fields.get("Portal_Eligibility_Tier__c") or ANY,
            region=fields.get("Portal_Eligibility_Region__c") or ANY,
            config_options=parse_config_options(fields.get("Portal_ConfigOptions_JSON__c")),
            whmcs_product_id=_whmcs_product_id(fields),
            is_esim=bool(fields.get("eSIM_Settings_JSON__c")),
        )
    except ValidationError as error:
        raise UnsellableError(_explain(error)) from error
    if product.unit_price + lowest_extra(product.config_options.options) < 0:
        _unsellable("Portal_ConfigOptions_JSON__c: some choices would make the price negative")
    return product


def parse_config_options(text: str | None) -> ConfigOptions:
    """Parse `Portal_ConfigOptions_JSON__c`. An empty text means no options.

    Raises UnsellableError, which names the member that is wrong.
    """
    if not text or not text.strip():
        return ConfigOptions(version=1)
    try:
        options = ConfigOptions.model_validate_json(text)
    except ValidationError as error:
        msg = f"Portal_ConfigOptions_JSON__c: {_explain(error)}"
        raise UnsellableError(msg) from error
    if (mistake := mistake_in(options.options)) is not None:
        _unsellable(f"Portal_ConfigOptions_JSON__c: {mistake}")
    return options


def _currency(entry: dict[str, Any], only: str) -> str:
    """Return the currency of a price. In an org with a single one, records do not name it."""
    return str(entry.get("CurrencyIsoCode") or only)


def _without_price(
    entries: list[dict[str, Any]], prices: Counter[str], currency: str
) -> list[Rejection]:
    missing = {
        entry["Product2"]["Id"]: entry for entry in entries if not prices[entry["Product2"]["Id"]]
    }
    reason = f"it has no active price in {currency} in this price book"
    return [_rejection(entry, reason) for entry in missing.values()]


def _sku(fields: dict[str, Any]) -> str:
    sku = fields.get("ProductCode") or ""
    if not re.fullmatch(SKU, sku) or sku.lower() == "personalized":
        _unsellable("ProductCode is missing or has other characters than letters, digits and ._-")
    return str(sku)


def _category(fields: dict[str, Any]) -> str:
    category = fields.get("Portal_Category__c")
    if category not in CATEGORIES:
        _unsellable(f"Portal_Category__c is none of {', '.join(CATEGORIES)}")
    return str(category)


def _billing_cycle(fields: dict[str, Any]) -> str:
    written = re.sub(r"[^a-z]", "", str(fields.get("Portal_Billing_Cycle__c") or "").lower())
    if written not in BILLING_CYCLES:
        _unsellable("Portal_Billing_Cycle__c is missing or no billing cycle of WHMCS")
    return BILLING_CYCLES[written]


def _whmcs_product_id(fields: dict[str, Any]) -> int:
    text = str(fields.get("WHMCS_Product_Id__c") or "").removesuffix(".0")
    if not text.isdigit() or int(text) == 0:
        _unsellable("WHMCS_Product_Id__c is missing or not a number")
    return int(text)


def _date(value: str | None) -> date | None:
    return date.fromisoformat(value) if value else None


def _lines(text: str | None) -> tuple[str, ...]:
    stripped = (line.strip().lstrip("•*- ").strip() for line in (text or "").splitlines())
    return tuple(line for line in stripped if line)


def _tags(text: str | None) -> tuple[str, ...]:
    return tuple(tag.strip() for tag in re.split(r"[,;]", text or "") if tag.strip())


def _unsellable(reason: str) -> None:
    raise UnsellableError(reason)


def _explain(error: ValidationError) -> str:
    first = error.errors()[0]
    where = ".".join(str(part) for part in first["loc"])
    return f"{where}: {first['msg']}" if where else first["msg"]


def _rejection(record: dict[str, Any], reason: str) -> Rejection:
    product = record["Product2"]
    return Rejection(
        sku=str(product.get("ProductCode") or ""), sf_product_id=product["Id"], reason=reason
    )
