"""Reads products for ordering. Source: WHMCS API reference, GetProducts."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.decoding import as_amount, as_int, as_list
from portal.domain.billing_cycles import CYCLES
from portal.ports.billing_orders import BillingOption, BillingProduct, OptionKind

ORDER_REF_FIELD = "Portal Order Ref"
# 1 drop-down, 2 radio, 3 yes/no, 4 quantity. An unknown type is treated as a drop-down.
_KINDS = {"3": OptionKind.YES_NO, "4": OptionKind.QUANTITY}


class WhmcsProducts:
    """`ProductCatalogue` over the WHMCS API."""

    def __init__(self, client: WhmcsClient) -> None:
        self._client = client

    def products(self, pids: Sequence[int]) -> Mapping[int, BillingProduct]:
        """Return the products that exist, by id. GetProducts takes a list and has no paging."""
        wanted = sorted(set(pids))
        answer = self._client.call("GetProducts", {"pid": ",".join(str(pid) for pid in wanted)})
        found = (_product(item) for item in as_list(answer.get("products"), "product"))
        return {product.pid: product for product in found if product.pid in wanted}


def _product(item: dict[str, Any]) -> BillingProduct:
    options = [_option(option) for option in as_list(item.get("configoptions"), "configoption")]
    return BillingProduct(
        pid=as_int(item.get("pid")) or 0,
        ref_field_id=_ref_field(item),
        allows_quantity=bool(as_int(item.get("allowqty"))),
        cycles=_cycles(item),
        options={option.id: option for option in options},
    )


def _ref_field(item: dict[str, Any]) -> int | None:
    # A name may carry a label for the client area after a bar: "Portal Order Ref|Reference".
    for field in as_list(item.get("customfields"), "customfield"):
        name = str(field.get("name", "")).partition("|")[0].strip()
        if name.casefold() == ORDER_REF_FIELD.casefold():
            return as_int(field.get("id"))
    return None


def _cycles(item: dict[str, Any]) -> frozenset[str]:
    paytype = str(item.get("paytype", "")).lower()
    if paytype in ("onetime", "free"):
        return frozenset({paytype})
    pricing = item.get("pricing")
    currencies = pricing.values() if isinstance(pricing, dict) else ()
    offered = set()
    for prices in currencies:
        for cycle in CYCLES:
            amount = as_amount(prices.get(cycle)) if isinstance(prices, dict) else None
            if amount is not None and amount >= 0:  # -1.00 means that the cycle is not offered
                offered.add(cycle)
    return frozenset(offered)


def _option(item: dict[str, Any]) -> BillingOption:
    choices = {
        as_int(choice.get("id")) or 0: str(choice.get("rawName") or choice.get("name") or "")
        for choice in as_list(item.get("options"), "option")
    }
    return BillingOption(
        id=as_int(item.get("id")) or 0,
        name=str(item.get("name", "")),
        kind=_KINDS.get(str(item.get("type")), OptionKind.CHOICE),
        choices=choices,
        minimum=as_int(item.get("minqty")) or 0,
        maximum=as_int(item.get("maxqty")) or 0,
    )
