"""One eSIM line, everything that a reissue of it touches, and queues that drive the real worker."""

from __future__ import annotations

from typing import Any, Literal

from portal.domain.client_service import ServiceStatus
from portal.domain.esim import Line, LineState, ProfileState
from portal.domain.lease import NOT_LEASED
from portal.domain.line_actions import LineFacts
from portal.domain.mail import MailTemplate
from portal.domain.service_line import ServiceLine
from portal.engine.model import Job
from portal.engine.runner import Runner
from portal.engine.states import Status
from portal.engine.sweeper import KindQueues, Sweeper
from portal.operations.start import Begun, Wanted
from portal.provisioning.job import order_job_id
from portal.queues.backoff import Policy
from portal.workflow_kinds import REISSUE, TOPUP

from functions.operations.reissue.asked import settled
from functions.operations.reissue.ports import ReissuePorts
from functions.operations.reissue.workflow import reissue
from functions.operations.topup.workflow import top_up
from tests.events import USER_ID
from tests.fakes.faults import Killed
from tests.fakes.invoicing import FakeServiceReader
from tests.fakes.provisioning import FakeEsimWaits, FakeSubscribers
from tests.fakes.reissues import (
    OLD_ICCID,
    AnotherLine,
    FakeLineReissues,
    FakeOrderIccids,
    FakeServiceNotes,
    SameLine,
)
from tests.fakes.topups import LINE_ID, FakeLineChanges
from tests.fakes.workflow import toy_job
from tests.unit.functions.operations.world import HOUR, LINE, World

Mode = Literal["same-line", "replacement-order"]
PRODUCT = "eSIM data 10 GB"
ORDER_ID, SISTER = LINE.sf_order_id, "8981000000000000099"


class ReissueWorld(World):
    """The world of top-ups, with another provider and another operation."""

    def __init__(self, mode: Mode = "same-line", *, installed: bool = True) -> None:
        super().__init__()
        kind = SameLine if mode == "same-line" else AnotherLine
        self.esim = kind(self.faults)
        self.esim.lines[LINE_ID] = Line(
            line_id=LINE_ID, state=LineState.ACTIVE, iccid=OLD_ICCID, plan="pln_10gb"
        )
        self.profile = ProfileState.ENABLED if installed else ProfileState.RELEASED
        self.esim.profiles[LINE_ID] = self.profile
        self.notes = FakeServiceNotes(self.faults)
        self.orders = FakeOrderIccids(self.faults, {ORDER_ID: f"{OLD_ICCID},{SISTER}"})
        self.reissues = FakeLineReissues(self.faults)
        self.waits = FakeEsimWaits(self.faults)
        self.changes = FakeLineChanges(self.faults)
        self.reissue_ports = ReissuePorts(
            lines=self.lines,
            services=FakeServiceReader(self.books),
            esim=self.esim,
            subscribers=FakeSubscribers(self.faults),
            waits=self.waits,
            changes=self.changes,
            reissues=self.reissues,
            notes=self.notes,
            order_iccids=self.orders,
            provisioning_of=_provisioned,
            mail_queue=self.mail_queue,
        )
        self.faults.names.clear()

    def wanted(self, key: str = "key-1", **changes: Any) -> Wanted:
        """A reissue of the line."""
        asked = {"reason": "lost", "confirmLoss": "True"}
        return super().wanted(key, **{"kind": REISSUE, "asked": asked, **changes})

    def ask(self, key: str = "key-1") -> Begun:
        """The customer asks, once or again."""
        wanted, operations = self.wanted(key), self.operations()
        earlier = operations.earlier(wanted)
        return earlier or operations.begin(wanted, settled(self.line, self.facts(), PRODUCT))

    def facts(self) -> LineFacts:
        """What the endpoint has looked up."""
        return LineFacts(
            service=ServiceStatus.ACTIVE,
            capabilities=self.esim.capabilities,
            line=self.esim.lines[self.line.line_id],
            profile=self.profile,
            reissues_left=lambda: 1,
        )

    @property
    def line(self) -> ServiceLine:
        """Our record of the service."""
        return self.lines.lines[LINE.service_id]

    def runner(self) -> Runner:
        """A fresh process behind the queue."""
        return Runner(
            store=self.store,
            workflows={
                TOPUP.name: top_up(self.ports),
                REISSUE.name: reissue(self.reissue_ports),
            },
            policy=Policy(jitter=lambda low, high: 1.0, patience=6 * HOUR),
            observer=self.observer,
            clock=self.clock,
        )

    def _sweep(self) -> None:
        queues = KindQueues(fresh=self.queue, waiting=self.waiting)
        try:
            Sweeper(
                self.store, {TOPUP.name: queues, REISSUE.name: queues}, clock=self.clock
            ).sweep()
        except Killed:
            return


def _provisioned(order_id: str) -> Job | None:
    """The order that the line came from, with a sister line."""
    return toy_job(
        id=order_job_id(order_id),
        result={
            "services": {"1": [LINE.service_id], "2": [78]},
            "esims": {
                "1": {"lineId": LINE_ID, "iccid": OLD_ICCID},
                "2": {"lineId": "sub_9", "iccid": SISTER},
            },
        },
    )


def assert_exactly_one(world: ReissueWorld, key: str = "key-1") -> None:
    """One new profile, known everywhere; no other line is left that costs money."""
    job = world.job(key)
    assert job.status is Status.SUCCEEDED, job.last_error
    assert "internal-error" not in {code for code, _ in world.observer.retries}
    assert world.esim.made() == 1
    (made,) = world.esim.reissues.values()
    iccid = world.esim.lines[world.line.line_id].iccid
    assert iccid == made.iccid != OLD_ICCID
    assert (world.line.iccid, world.notes.iccids) == (iccid, {LINE.service_id: iccid})
    assert world.orders.orders == {ORDER_ID: f"{iccid},{SISTER}"}
    mail, notice = {mail.dedup_key: mail for mail in world.mail_queue.jobs}.values()
    assert (mail.template, mail.user_id) == (MailTemplate.ESIM_REISSUED, USER_ID)
    assert mail.parameters == {
        "lineId": world.line.line_id,
        "subscriptionId": LINE.service_id,
        "productName": PRODUCT,
        "iccidEnding": "0001",
    }
    assert (notice.template, notice.user_id) == (MailTemplate.ESIM_REISSUE_NOTICE, USER_ID)
    assert set(notice.parameters) == {
        "subscriptionId",
        "productName",
        "iccidEnding",
        "reissuedAt",
    }
    assert [line.line_id for line in world.esim.active()] == [world.line.line_id]
    assert job.lease == NOT_LEASED
    assert world.reissues.since(LINE.service_id, 0) == 1
