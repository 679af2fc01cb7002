"""Products in memory, a source that can fail, and PricebookEntry records to parse."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from portal.domain.catalog import Catalog, Product, Rejection
from portal.domain.order_form import OrderForm
from portal.domain.upstream import UpstreamError


def product(sku: str = "ESIM-10GB", **changes: Any) -> Product:
    """A sellable product."""
    values: dict[str, Any] = {
        "sku": sku,
        "sf_product_id": "01t000000000001AAA",
        "pricebook_entry_id": "01u000000000001AAA",
        "pricebook_id": "01s000000000001AAA",
        "name": f"Product {sku}",
        "category": "eSIM",
        "unit_price": Decimal(1500),
        "currency": "JPY",
        "billing_cycle": "monthly",
        "max_quantity": 3,
        "requires_payment_method": True,
        "whmcs_product_id": 185,
    }
    return Product(**{**values, **changes})


def catalog(*products: Product, read_at: int = 1_790_000_000) -> Catalog:
    """A catalogue of these products."""
    return Catalog(version="v1", read_at=read_at, products=products)


class FakeCatalog:
    """`CatalogReader` with a fixed content."""

    def __init__(self, *products: Product) -> None:
        self.content = catalog(*products)
        self.distrusted = 0

    def current(self) -> Catalog:
        return self.content

    def distrust(self) -> None:
        self.distrusted += 1


class FakeCatalogSource:
    """`CatalogSource` that counts its readings and fails when told."""

    def __init__(self, *products: Product) -> None:
        self.products: Sequence[Product] = products
        self.rejections: Sequence[Rejection] = ()
        self.reads = 0
        self.forms_read = 0
        self.order_form: OrderForm | None = OrderForm()
        self.failure: UpstreamError | None = None

    def read(self) -> tuple[Sequence[Product], Sequence[Rejection]]:
        self.reads += 1
        if self.failure is not None:
            raise self.failure
        return self.products, self.rejections

    def read_with_order_form(
        self,
    ) -> tuple[Sequence[Product], Sequence[Rejection], OrderForm | None]:
        self.forms_read += 1
        return *self.read(), self.order_form


def entry(unit_price: Any = 1500, **fields: Any) -> dict[str, Any]:
    """A PricebookEntry record as SOQL returns it."""
    return {
        "Id": "01u000000000001AAA",
        "UnitPrice": unit_price,
        "Pricebook2Id": "01s000000000001AAA",
        "Product2": {
            "Id": "01t000000000001AAA",
            "Name": "eSIM 10 GB",
            "ProductCode": "ESIM-10GB",
            "Portal_Category__c": "eSIM",
            "Portal_Billing_Cycle__c": "Monthly",
            "WHMCS_Product_Id__c": "185",
            **fields,
        },
    }
