"""Place the one WHMCS order.

WHMCS has no idempotency key, so: the intent is recorded before the request leaves; after an
answer that cannot be trusted, two looks at least a minute apart must both find nothing before it
is sent once more; and no order ever belongs to two jobs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping

from portal.domain.provisioning import LoadedOrder
from portal.domain.upstream import Refused, Unavailable
from portal.engine.failures import SETTLING_SECONDS, Postpone, StopWorkflow
from portal.engine.model import Data
from portal.engine.steps import Run, Step
from portal.ports.billing_orders import (
    BillingOrders,
    BillingServices,
    Claims,
    NewBillingOrder,
    NewService,
    OrderRefused,
)

from functions.provision import reading
from functions.provision.limits import WHMCS_CALL_SECONDS
from functions.provision.plan import Unit
from functions.provision.reconcile import find_order

BETWEEN_LOOKS = SETTLING_SECONDS
MOST_SENDS = 2  # in one attempt
PLACEHOLDER = re.compile(r"\{(\w+)\}")


class AddOrder(Step):
    """One call for all lines when nothing goes wrong."""

    name = "add_order"
    seconds = 60
    point_of_no_return = True

    def __init__(
        self,
        billing: BillingOrders,
        services: BillingServices,
        claims: Claims,
        payment_method: str,
    ) -> None:
        self._billing = billing
        self._services = services
        self._claims = claims
        self._payment_method = payment_method

    def already_done(self, run: Run) -> Data | None:
        """Look for an order that an earlier request may have made."""
        data = run.data(self.name)
        if not data.get("sent"):
            return None
        order_id = find_order(
            run,
            services=self._services,
            billing=self._billing,
            sent_at=float(data["sentAt"]),
            is_free=lambda found: self._owner(found, run) == run.job.id,
        )
        if order_id is not None:
            return self._found(run, order_id)
        looked_at = data.get("lookedAt")
        since = -1.0 if looked_at is None else run.now() - float(looked_at)
        if since < 0:  # the first look, or the clock was set back
            run.save(lookedAt=int(run.now()))
            raise _look_again(BETWEEN_LOOKS)
        if since < BETWEEN_LOOKS:
            raise _look_again(BETWEEN_LOOKS - since)
        if _sends(data, run) >= MOST_SENDS:
            raise StopWorkflow(
                "add-order-unconfirmed", "AddOrder was sent twice and WHMCS shows no order."
            )
        return None

    def run(self, run: Run) -> Data:
        """Record the intent, send, claim."""
        before = dict(run.data(self.name))
        order = self._order(run)
        run.require(WHMCS_CALL_SECONDS)
        run.save(
            sent=True,
            sentAt=int(run.now()),
            lookedAt=None,
            sends={"attempt": run.job.attempt, "count": _sends(before, run) + 1},
            plan=reading.plan(run),
        )
        try:
            placed = self._billing.add(order)
        except OrderRefused as error:
            self._forget(run, before)
            raise StopWorkflow(error.code, f"WHMCS says: {error.message}.") from error
        except (Refused, Unavailable):
            # Definitely nothing happened: the next try need not look for anything.
            self._forget(run, before)
            raise
        return self._found(run, placed.order_id)

    def _forget(self, run: Run, before: Mapping[str, object]) -> None:
        kept = {name: before.get(name) for name in ("sent", "sentAt", "sends", "plan")}
        run.save(**kept)

    def _found(self, run: Run, order_id: int) -> Data:
        if self._owner(order_id, run) != run.job.id:
            raise StopWorkflow(
                "add-order-ambiguous", f"WHMCS order {order_id} belongs to another Order."
            )
        return {**run.data(self.name), "orderId": order_id}

    def _owner(self, order_id: int, run: Run) -> str:
        return self._claims.claim(f"whmcs-order#{order_id}", run.job.id)

    def _order(self, run: Run) -> NewBillingOrder:
        units = reading.units(run)
        return NewBillingOrder(
            client_id=reading.client_id(run),
            payment_method=self._payment_method,
            ref=reading.order_id(run),
            notes=notes(reading.order(run), units),
            services=[
                NewService(
                    pid=unit.pid,
                    quantity=unit.quantity,
                    billing_cycle=unit.cycle,
                    options=unit.options,
                    ref_field_id=unit.ref_field_id,
                )
                for unit in units
            ],
        )


def notes(order: LoadedOrder, units: list[Unit]) -> str:
    """`sfOrderId=…`, then each product's template (WHMCS_Notes_Template__c).

    Placeholders: `{sfOrderId}`, `{orderNumber}`, `{sku}`, `{product}`, `{quantity}`; others stay.
    """
    rendered = [f"sfOrderId={order.id}"]
    present = {unit.line_id for unit in units}
    for line in order.lines:
        if line.notes_template and line.id in present:
            values = {
                "sfOrderId": order.id,
                "orderNumber": order.number,
                "sku": line.sku,
                "product": line.name,
                "quantity": f"{line.quantity.normalize():f}",
            }
            rendered.append(PLACEHOLDER.sub(_filler(values), line.notes_template))
    return "\n".join(dict.fromkeys(rendered))


def _filler(values: Mapping[str, str]) -> Callable[[re.Match[str]], str]:
    return lambda found: values.get(found.group(1), found.group(0))


def _sends(data: Mapping[str, object], run: Run) -> int:
    """How often AddOrder was sent in this attempt."""
    sends = data.get("sends")
    if not isinstance(sends, Mapping) or sends.get("attempt") != run.job.attempt:
        return 0
    return int(sends["count"])


def _look_again(seconds: float) -> Postpone:
    return Postpone(
        "whmcs-outcome-unknown", "It is not certain whether AddOrder took effect.", seconds=seconds
    )
