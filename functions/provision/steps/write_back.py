"""The step that writes the ids to Salesforce, by one call that is all or nothing."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import ClassVar

from portal.domain.provisioning_order import WriteBack
from portal.engine.failures import StopWorkflow
from portal.engine.steps import Run, Step
from portal.ports.provisioning import OrderConflict, OrderDeleted, ProvisioningOrders

from functions.provision.records import (
    ACTIVATE_ESIM,
    CHECK,
    LOAD,
    VERIFY,
    WRITE_BACK,
    WriteBackRecord,
)
from functions.provision.whmcs_order import whmcs_order_id


class WriteBackStep(Step[WriteBackRecord]):
    """Writes the ids. Writing the same ids again is harmless, so it does not look first."""

    key = WRITE_BACK
    seconds = 45
    # After this step, a stop may report Failed and a new `load` In Progress. Provisioned must then
    # be written again.
    each_attempt: ClassVar[bool] = True

    def __init__(self, orders: ProvisioningOrders) -> None:
        self._orders = orders

    def run(self, run: Run) -> WriteBackRecord:
        """Write the ids. Raises StopWorkflow when the Order is gone or names other ids."""
        number, esims = whmcs_order_id(run), run.result(ACTIVATE_ESIM).lines
        result = WriteBack(
            order_id=run.job.subject,
            whmcs_order_id=str(number),
            iccids=",".join(str(line.iccid) for _, line in sorted(esims.items())),
            services=_by_line(run),
            attempt_count=run.result(LOAD).attempt_count,
            at=datetime.fromtimestamp(run.now(), UTC),
        )
        try:
            self._orders.write_back(result)
        except OrderDeleted:
            raise StopWorkflow(
                "salesforce-order-deleted", f"WHMCS order {number} exists; the Order is gone."
            ) from None
        except OrderConflict as conflict:
            raise StopWorkflow(
                "salesforce-conflict", f"WHMCS order {number} exists, but {conflict.found}."
            ) from None
        return WriteBackRecord(written=True)


def _by_line(run: Run) -> dict[str, str]:
    services, lines = run.result(VERIFY).services, dict[str, list[int]]()
    for unit in run.result(CHECK).units:
        lines.setdefault(unit.line_id, []).extend(services[unit.key])
    return {
        line_id: ",".join(str(number) for number in sorted(ids)) for line_id, ids in lines.items()
    }
