"""Let our own record of the service name the new line: pages show its code from now on."""

from __future__ import annotations

from dataclasses import replace

from portal.engine.failures import StopWorkflow
from portal.engine.steps import Run, Step
from portal.ports.service_lines import ServiceLines

from functions.operations.reissue.asked import asked
from functions.operations.reissue.records import REISSUE, SWITCH, SwitchRecord


class Switch(Step[SwitchRecord]):
    """Writing the same again is harmless."""

    key = SWITCH
    seconds = 10

    def __init__(self, lines: ServiceLines) -> None:
        self._lines = lines

    def run(self, run: Run) -> SwitchRecord:
        """A read and a write of DynamoDB; no other operation works on the line."""
        wanted, new = asked(run.job), run.result(REISSUE)
        line = self._lines.of_service(wanted.service_id)
        if line is None:
            raise StopWorkflow("service-missing", f"Service {wanted.service_id} is not recorded.")
        changed = replace(line, line_id=new.line_id, iccid=new.iccid)
        if changed != line:
            self._lines.remember([changed])
        return SwitchRecord()
