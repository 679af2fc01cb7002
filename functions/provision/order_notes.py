"""The notes of the WHMCS order, from the products' templates."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from portal.domain.provisioning_order import LoadedOrder
from portal.engine.failures import StopWorkflow

LONGEST_NOTES = 32_000
"""Bytes. WHMCS keeps 65,535 (a MySQL TEXT column); the rest of the job needs its room, too."""

PLACEHOLDER = re.compile(r"\{(\w+)\}")


def order_notes(order: LoadedOrder) -> str:
    """`sfOrderId=…`, then each product's template (WHMCS_Notes_Template__c), each text once.

    Placeholders: `{sfOrderId}`, `{orderNumber}`, `{sku}`, `{product}`, `{quantity}`; others stay.
    Raises StopWorkflow when the notes are longer than is kept.
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
