"""Makes the notes of the WHMCS order from the products' templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from portal.domain.provisioning_order import LoadedOrder
from portal.engine.failures import StopWorkflow

LONGEST_NOTES = 32_000
"""Bytes. WHMCS stores up to 65,535 (a MySQL TEXT column), but the job must also fit its item."""

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def order_notes(order: LoadedOrder) -> str:
    """Return `sfOrderId=…` and each product's template (WHMCS_Notes_Template__c), each text once.

    The placeholders are `{sfOrderId}`, `{orderNumber}`, `{sku}`, `{product}` and `{quantity}`.
    Unknown ones are kept. Raises StopWorkflow when the notes are longer than LONGEST_NOTES.
    """
    rendered = [f"sfOrderId={order.id}"]
    for line in order.lines:
        if line.notes_template:
            values = {
                "sfOrderId": order.id,
                "orderNumber": order.number,
                "sku": line.sku,
                "product": line.name,
                "quantity": f"{line.quantity.normalize():f}",
            }
            rendered.append(PLACEHOLDER.sub(_filler(values), line.notes_template))
    notes = "\n".join(dict.fromkeys(rendered))
    if len(notes.encode()) > LONGEST_NOTES:
        raise StopWorkflow(
            "order-too-large",
            f"The notes for WHMCS have {len(notes.encode())} bytes; {LONGEST_NOTES} are possible.",
        )
    return notes


def _filler(values: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    return lambda found: values.get(found.group(1), found.group(0))
