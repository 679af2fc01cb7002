"""How much of an order fits into one job.

A job is one DynamoDB item, and DynamoDB takes 400 KB. An order that outgrew it after AddOrder
could never be written back, so what cannot fit is refused before anything is ordered.
"""

from __future__ import annotations

from portal.engine.failures import StopWorkflow

from functions.provision.records import CheckRecord

MOST_OPTIONS = 2_000
"""In all lines together."""

MOST_BYTES = 250_000
"""For the record of `check` as JSON. What later steps add grows with the number of units, of which
there are at most 160: less than 100 KB."""


def require_size(record: CheckRecord) -> CheckRecord:
    """The record. Raises StopWorkflow when it is too large to be provisioned."""
    options = sum(len(line.options) for line in record.lines)
    if options > MOST_OPTIONS:
        raise StopWorkflow(
            "order-too-large", f"Its lines have {options} options; {MOST_OPTIONS} are possible."
        )
    size = len(record.model_dump_json(by_alias=True).encode())
    if size > MOST_BYTES:
        raise StopWorkflow(
            "order-too-large", f"Its lines take {size} bytes; {MOST_BYTES} are possible."
        )
    return record
