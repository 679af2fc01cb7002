"""Write the new ICCID to the Order in Salesforce, among those of its other lines."""

from __future__ import annotations

from collections.abc import Callable

from portal.engine.failures import StopWorkflow
from portal.engine.model import Job
from portal.engine.steps import Run, Step
from portal.ports.reissues import OrderIccids
from portal.ports.service_lines import ServiceLines
from portal.provisioning.iccids import iccids_now

from functions.operations.reissue.asked import asked
from functions.operations.reissue.records import LOAD, ORDER, REISSUE, SWITCH, OrderRecord


class Order(Step[OrderRecord]):
    """One call; writing the same again is harmless. None when the ICCID is the same,
    or another operation has replaced it since."""

    key = ORDER
    seconds = 60

    def __init__(
        self,
        order_iccids: OrderIccids,
        lines: ServiceLines,
        provisioning_of: Callable[[str], Job | None],
    ) -> None:
        self._order_iccids = order_iccids
        self._lines = lines
        self._provisioning_of = provisioning_of

    def run(self, run: Run) -> OrderRecord:
        """The whole list: Salesforce keeps all of an Order's ICCIDs in one field."""
        wanted, new, order_id = asked(run.job), run.result(REISSUE), run.result(LOAD).sf_order_id
        if new.iccid == wanted.iccid or run.result(SWITCH).superseded:
            return OrderRecord()
        job = self._provisioning_of(order_id)
        listed = iccids_now(job, self._lines.of_service) if job is not None else ""
        if not self._order_iccids.write(order_id, listed or new.iccid):
            raise StopWorkflow("order-missing", f"Salesforce has no Order {order_id}.")
        return OrderRecord()
