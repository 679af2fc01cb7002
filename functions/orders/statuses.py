"""What the review's status says of an order."""

from __future__ import annotations

from portal.ports.orders import DRAFT_STATUS, NOT_BEGUN, OrderRecord

# Order.Status values that end an order before anything was set up, beside the configured one.
ENDS = frozenset({"Cancelled", "Canceled", "Rejected"})


def ended(order: OrderRecord, cancelled_status: str) -> bool:
    """Whether staff or the customer ended the order before anything was set up.

    `cancelled_status` is the status of cancelled orders in this org.
    """
    return order.status in ENDS or order.status == cancelled_status


def waits_for_review(order: OrderRecord) -> bool:
    """Whether nobody has approved the order, and Salesforce shows no provisioning of it."""
    begun = order.provisioning_status is not None and order.provisioning_status not in NOT_BEGUN
    return order.status == DRAFT_STATUS and not order.activated and not begun
