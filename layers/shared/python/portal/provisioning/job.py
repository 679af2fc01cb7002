"""The provisioning job of an Order: its kind, its id, and the names of its steps."""

from __future__ import annotations

from portal.engine.model import job_id

KIND = "provision"

# The steps in order. Records, metrics and GET /orders use these names.
STEP_NAMES = (
    "load",
    "check",
    "activate_esim",
    "add_order",
    "accept_order",
    "verify",
    "write_back",
    "notify",
)

CLOSED_CODE = "cancelled"
CLOSED_TEXT = "The customer cancelled the order before anything was ordered."
CANCELLED_TEXT = "Cancelled by an operator before anything was ordered."


def order_job_id(sf_order_id: str) -> str:
    """Return the id of the provisioning job of an Order (18 characters)."""
    return job_id(KIND, sf_order_id)
