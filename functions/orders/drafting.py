"""Makes the order for Salesforce from priced lines."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from portal.domain.billing import BillingAddress
from portal.domain.identity import CustomerMapping
from portal.domain.order_form import OrderForm
from portal.ports.orders import NewLine, NewOrder

from functions.orders.cart import PricedLine

MIXED = "Other"


def draft(
    customer: CustomerMapping,
    key: str,
    lines: Sequence[PricedLine],
    address: BillingAddress,
    *,
    today: date,
    scheduled_at: datetime | None,
    form: OrderForm | None = None,
) -> NewOrder:
    """Return the order. Prices, options and billing address are copies of the current values."""
    categories = {line.product.category for line in lines}
    return NewOrder(
        key=key,
        account_id=customer.sf_account_id,
        pricebook_id=lines[0].product.pricebook_id,
        currency=lines[0].product.currency,
        order_type=categories.pop() if len(categories) == 1 else MIXED,
        effective=today,
        address=address,
        scheduled_at=scheduled_at,
        form=form or OrderForm(),
        billing_client=customer.whmcs_client_id,
        lines=tuple(
            NewLine(
                key=f"{key}-{number:03d}",
                pricebook_entry_id=line.product.pricebook_entry_id,
                quantity=line.quantity,
                unit_price=line.unit_price,
                billing_cycle=line.product.billing_cycle,
                options=line.options,
            )
            for number, line in enumerate(lines, start=1)
        ),
    )
