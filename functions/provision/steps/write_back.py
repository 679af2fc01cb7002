"""Write what was made into Salesforce: one call, all or nothing."""

from __future__ import annotations

from datetime import UTC, datetime

from portal.domain.provisioning import WriteBack
from portal.engine.failures import StopWorkflow
from portal.engine.model import Data
from portal.engine.steps import Run, Step
from portal.ports.provisioning import OrderConflict, OrderDeleted, ProvisioningOrders

from functions.provision import reading


class WriteBackStep(Step):
    """Writing the same again is harmless, so there is nothing to look for first."""

    name = "write_back"
    seconds = 45
    # A stop after it says Failed in Salesforce, and `load` In Progress: neither may be the end.
    each_attempt = True

    def __init__(self, orders: ProvisioningOrders) -> None:
        self._orders = orders

    def run(self, run: Run) -> Data:
        """Ids by field."""
        number = reading.whmcs_order_id(run)
        result = WriteBack(
            order_id=reading.order_id(run),
            whmcs_order_id=str(number),
            iccids=",".join(str(line["iccid"]) for _, line in sorted(reading.esims(run).items())),
            services=_by_line(run),
            attempt_count=reading.attempt_count(run),
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
        return {"written": True}


def _by_line(run: Run) -> dict[str, str]:
    services, lines = reading.services(run), dict[str, list[int]]()
    for unit in reading.units(run):
        lines.setdefault(unit.line_id, []).extend(services[unit.key])
    return {
        line_id: ",".join(str(number) for number in sorted(ids)) for line_id, ids in lines.items()
    }
