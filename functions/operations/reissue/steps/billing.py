"""Write the new ICCID to the service in WHMCS: its notes and custom field."""

from __future__ import annotations

from portal.engine.failures import StopWorkflow
from portal.engine.steps import Run, Step
from portal.ports.reissues import ServiceNotes

from functions.operations.reissue.asked import asked
from functions.operations.reissue.records import BILLING, REISSUE, SWITCH, BillingRecord
from functions.operations.timeouts import WHMCS_CALL_SECONDS


class Billing(Step[BillingRecord]):
    """Two calls; writing the same again is harmless. None when the ICCID is the same,
    or another operation has replaced it since."""

    key = BILLING
    seconds = 60

    def __init__(self, notes: ServiceNotes) -> None:
        self._notes = notes

    def run(self, run: Run) -> BillingRecord:
        """Both at once."""
        wanted, new = asked(run.job), run.result(REISSUE)
        if new.iccid == wanted.iccid or run.result(SWITCH).superseded:
            return BillingRecord()
        run.require(WHMCS_CALL_SECONDS)
        if not self._notes.write_iccid(
            wanted.service_id, client_id=wanted.client_id, iccid=new.iccid, before=wanted.iccid
        ):
            raise StopWorkflow("service-missing", f"WHMCS has no service {wanted.service_id}.")
        return BillingRecord()
