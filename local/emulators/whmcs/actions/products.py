"""GetProducts. Source: WHMCS API reference, GetProducts.

Whether retired products are left out is not documented: they are listed here, and AddOrder drops
them, which is the harder case for a client.
"""

from __future__ import annotations

from typing import Any

from local.emulators.whmcs import money
from local.emulators.whmcs.catalogue import CYCLES, SETUP_FEES, ConfigOption, Prices, Product
from local.emulators.whmcs.context import Context, Handler, nested
from local.emulators.whmcs.parameters import Parameters


def get_products(context: Context, parameters: Parameters) -> dict[str, Any]:
    """GetProducts: by `pid` ("1,2"), `gid` and `module`, without paging."""
    pids, gid = parameters.numbers("pid"), parameters.number("gid")
    module = parameters.text("module")
    found = [
        product
        for product in context.store.products.values()
        if (pids is None or product.pid in pids)
        and (gid is None or product.gid == gid)
        and (module is None or product.module == module)
    ]
    items = [_as_listed(context, product) for product in found]
    return {"totalresults": len(items), "products": nested(items, "product")}


def _as_listed(context: Context, product: Product) -> dict[str, Any]:
    fields = [
        {
            "id": field.id,
            "name": field.name,
            "description": field.description,
            "required": "on" if field.required else "",
        }
        for field in product.customfields
        if field.showorder
    ]
    return {
        "pid": product.pid,
        "gid": product.gid,
        "type": product.type,
        "name": product.name,
        "slug": product.slug,
        "product-url": f"{context.base_url}/store/{product.slug or product.pid}",
        "description": product.description,
        "module": product.module,
        "paytype": product.paytype,
        "allowqty": product.allowqty,
        "quantity_available": product.quantity_available,
        "pricing": {
            currency.code: {
                "prefix": currency.prefix,
                "suffix": currency.suffix,
                **_columns(product.pricing.get(currency.code, Prices())),
            }
            for currency in context.store.currencies.values()
        },
        "customfields": nested(fields, "customfield"),
        "configoptions": nested(
            [_option(context, option) for option in product.configoptions], "configoption"
        ),
    }


def _columns(prices: Prices) -> dict[str, str]:
    return {name: money.text(getattr(prices, name)) for name in (*SETUP_FEES, *CYCLES)}


def _option(context: Context, option: ConfigOption) -> dict[str, Any]:
    choices = [
        {
            "id": choice.id,
            "name": choice.name,
            "rawName": choice.name,
            "recurring": None,
            "required": None,
            "pricing": {
                currency.code: _columns(choice.pricing.get(currency.code, Prices()))
                for currency in context.store.currencies.values()
            },
        }
        for choice in option.options
    ]
    return {
        "id": option.id,
        "name": option.name,
        "type": option.type,
        "minqty": option.minqty,
        "maxqty": option.maxqty,
        "options": nested(choices, "option"),
    }


ACTIONS: dict[str, Handler] = {"GetProducts": get_products}
