"""Reads the status of the review of an order."""

from __future__ import annotations

from portal.ports.orders import DRAFT_STATUS, NOT_BEGUN, OrderRecord

# The values of Order.Status, beside the configured one, for orders that ended before anything was
# set up.
ENDS = frozenset({"Cancelled", "Canceled", "Rejected"})


def ended(order: OrderRecord, cancelled_status: str) -> bool:
    """Whether staff or the customer ended the order before anything was set up.

    `cancelled_status` is the status of cancelled orders in this org.
    """
    return order.status in ENDS or order.status == cancelled_status


def waits_for_review(order: OrderRecord) -> bool:
    """Whether the order is not approved, and Salesforce shows no provisioning of it."""
    begun = order.provisioning_status is not None and order.provisioning_status not in NOT_BEGUN
    return order.status == DRAFT_STATUS and not order.activated and not begun
