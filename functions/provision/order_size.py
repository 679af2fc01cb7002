"""Limits the size of an order, so that it fits into one job.

A job is one DynamoDB item of at most 400 KB. An order that exceeded it after AddOrder could never
be written back, so an order that is too large is refused before anything is ordered.
"""

from __future__ import annotations

from portal.engine.failures import StopWorkflow

from functions.provision.records import CheckRecord

MOST_OPTIONS = 2_000
"""The number of options in all lines together."""

MOST_BYTES = 250_000
"""The size of `check`'s record as JSON. Later steps add less than 100 KB, because their records
grow with the number of units, which is at most 160."""


def require_size(record: CheckRecord) -> CheckRecord:
    """Return the record. Raises StopWorkflow when it is too large."""
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
