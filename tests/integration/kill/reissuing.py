"""A reissue of one line: what is asked for, and what there must be of it afterwards."""

from __future__ import annotations

import time
from typing import Any

from portal import correlation
from portal.domain.client_service import ServiceStatus
from portal.domain.esim import Line, LineState, ProfileState
from portal.domain.lease import NOT_LEASED
from portal.domain.line_actions import LineFacts
from portal.domain.service_line import ServiceLine
from portal.engine.states import Status
from portal.operations.start import Operations, Wanted
from portal.repositories.service_lines import DynamoServiceLines
from portal.repositories.workflow import DynamoJobStore
from portal.workflow_kinds import REISSUE

from functions.operations.reissue.asked import settled
from local.emulators.esim_access.lifecycle import Lifecycle
from tests.integration.kill.lanes import Lane
from tests.integration.kill.provisioning import ACCOUNT_ID, CLIENT_ID, USER_ID
from tests.integration.kill.shapes import ORDER_ID, Shape
from tests.integration.kill.shapes import Line as OrderLine
from tests.integration.kill.topping_up import DELIVERED, ProviderName, ToppingUp

SHAPE = Shape(name="one-esim", lines=(OrderLine(sku="ESIM-DATA-5GB"),))


class Reissuing(ToppingUp):
    """A fresh world with a reissue asked for, of a line whose profile is installed."""

    def __init__(self, lane: Lane, provider: ProviderName) -> None:
        super().__init__(lane, provider, DELIVERED)

    @property
    def line(self) -> ServiceLine:
        """Our own record of the service."""
        found = DynamoServiceLines(self.installation.table("workflow")).of_service(self.service_id)
        assert found is not None
        return found

    def changes(self) -> int:
        """How many reissues are in the provider's books."""
        if self.provider == "gigs":
            return len(self.emulator.dump()["projects"]["portal-local"]["subscriptionChanges"])
        return len(self.emulator.dump()["orders"]) - 1

    def _set_up(self) -> None:
        super()._set_up()
        self.installation.seed_salesforce(SHAPE.salesforce_records(ACCOUNT_ID))

    def _ask(self) -> str:
        before = self._installed()
        wanted = Wanted(
            kind=REISSUE,
            user_id=USER_ID,
            client_id=CLIENT_ID,
            service_id=self.service_id,
            key="key-1",
        )
        facts = LineFacts(
            service=ServiceStatus.ACTIVE,
            capabilities=self._adapter().capabilities,
            line=before,
            profile=ProfileState.ENABLED,
            reissues_left=lambda: 1,
        )
        self.before = before
        operations = Operations(
            store=DynamoJobStore(self.installation.table("workflow")),
            queue=self.installation.task_queue(self.fresh_queue),
            clock=lambda: time.time() + self.offset,
        )
        with correlation.bound("kill-0000-0001"):
            return operations.begin(wanted, settled(self.line, facts, "eSIM 5 GB")).job.subject

    def _installed(self) -> Line:
        line = self._adapter().get_line(self.line.line_id)
        if self.provider == "esim_access":
            core = self.installation.esim_access.core
            with core.lock:
                Lifecycle(core).device(core.account.profiles[line.line_id], "enable")
        self.emulator.journal.clear()
        return line


def assert_reissued_once(world: Reissuing) -> None:
    """One new profile, known everywhere, and no other line that costs money."""
    job = world.job
    assert job.status is Status.SUCCEEDED, f"{job.status}: {job.last_error}"
    assert job.lease == NOT_LEASED
    assert world.changes() == 1
    line = world.line
    now = world._adapter().get_line(line.line_id)  # the world's own client
    assert (now.state, now.iccid) == (LineState.ACTIVE, line.iccid)
    assert line.iccid != world.before.iccid
    old = world._adapter().get_line(world.before.line_id)  # as above
    same_line = world.provider == "gigs"
    assert (line.line_id == world.before.line_id) is same_line
    assert old.state is (LineState.ACTIVE if same_line else LineState.ENDED)
    (service,) = world.installation.whmcs.store.books()["services"]
    assert service["notes"] == f"eSIM ICCID: {line.iccid} (replaced {world.before.iccid})"
    (order,) = world.installation.salesforce.records("Order")
    assert (order["Id"], order["ESIM_ICCID__c"]) == (ORDER_ID, line.iccid)
    by_key: dict[str, dict[str, Any]] = {}
    for mail in world.mails:
        assert by_key.setdefault(mail["dedupKey"], mail) == mail
    prefixes = ("esim-reissued", "esim-reissue-notice")
    assert sorted(by_key) == sorted(f"{prefix}:{world.operation_id}" for prefix in prefixes)
    code = by_key[f"esim-reissued:{world.operation_id}"]
    assert code["parameters"]["lineId"] == line.line_id
