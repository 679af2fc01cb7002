"""Names what exists or may exist of an order that stops, for the operator."""

from __future__ import annotations

from collections.abc import Iterator

from portal.engine.steps import Run

from functions.provision.records import ACTIVATE_ESIM, ADD_ORDER


def made_so_far(run: Run) -> str:
    """Return a sentence with a leading space; empty when no request was sent."""
    found = [*_esims(run), *_order(run)]
    return f" Already made: {', '.join(found)}." if found else ""


def _esims(run: Run) -> Iterator[str]:
    record = run.record(ACTIVATE_ESIM)
    if record is None:
        return
    for key, ref in record.refs.items():
        line = record.lines.get(key)
        if line is not None:
            yield f"eSIM line {line.line_id}"
        else:
            yield f"perhaps an eSIM with the reference {ref}"


def _order(run: Run) -> Iterator[str]:
    record = run.record(ADD_ORDER)
    if record is None:
        return
    if record.order_id is not None:
        yield f"WHMCS order {record.order_id}"
    elif record.sent_at is not None:
        yield "perhaps a WHMCS order, because AddOrder got no answer"
