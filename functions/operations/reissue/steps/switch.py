"""Let our own record of the service name the new line: pages show its code from now on.

An operation that stopped half-way may be finished by a later attempt, after another operation has
reissued the line once more. The provider tells whose profile is the line's then.
"""

from __future__ import annotations

from dataclasses import replace
from typing import ClassVar

from portal.engine.failures import StopWorkflow
from portal.engine.steps import Run, Step
from portal.ports.esim import EsimProvider
from portal.ports.service_lines import ServiceLines

from functions.operations.reissue.asked import asked
from functions.operations.reissue.records import REISSUE, SWITCH, SwitchRecord
from functions.operations.timeouts import ESIM_CALL_SECONDS


class Switch(Step[SwitchRecord]):
    """Writing the same again is harmless."""

    key = SWITCH
    seconds = 45
    each_attempt: ClassVar[bool] = True

    def __init__(self, lines: ServiceLines, provider: EsimProvider) -> None:
        self._lines = lines
        self._provider = provider

    def run(self, run: Run) -> SwitchRecord:
        """A read and a write of DynamoDB; no other operation works on the line."""
        wanted, new = asked(run.job), run.result(REISSUE)
        line = self._lines.of_service(wanted.service_id)
        if line is None:
            raise StopWorkflow("service-missing", f"Service {wanted.service_id} is not recorded.")
        before_or_after = {wanted.iccid, new.iccid, "", None}
        expected = line.line_id in {wanted.line_id, new.line_id} and line.iccid in before_or_after
        if not expected and not self._is_of(run, line.line_id, new.iccid):
            return SwitchRecord(line_id=line.line_id, superseded=True)
        changed = replace(line, line_id=new.line_id, iccid=new.iccid)
        if changed != line:
            self._lines.remember([changed])
        return SwitchRecord(line_id=new.line_id)

    def _is_of(self, run: Run, line_id: str, iccid: str) -> bool:
        run.require(ESIM_CALL_SECONDS)
        return self._provider.get_line(line_id).iccid == iccid
