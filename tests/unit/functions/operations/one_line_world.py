"""One eSIM line at one provider, with top-ups and reissues of it, and workers that may overlap."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import replace

from portal.domain.client_service import ServiceStatus
from portal.domain.esim import ChangeState, LineState, ProfileState
from portal.domain.line_actions import LineAction, LineFacts, obstacle_to
from portal.domain.service_line import ServiceLine
from portal.domain.upstream import OutcomeUnknown, Unavailable
from portal.engine.model import Job, Task
from portal.engine.start import StartRequest, cancel, request_start
from portal.engine.states import Status
from portal.operations.job import CANCELLED_TEXT, operation_job_id
from portal.operations.start import Begun, Wanted
from portal.workflow_kinds import REISSUE, TOPUP, WorkflowKind

from functions.operations.reissue.asked import settled as settled_reissue
from functions.operations.reissue.records import REISSUE as REISSUE_STEP
from functions.operations.reissue.records import SWITCH, ReissueRecord, SwitchRecord
from functions.operations.reissue.steps.reissue import reference
from functions.operations.topup.asked import settled as settled_topup
from tests.fakes.faults import Fault
from tests.fakes.one_line import OneLineProvider
from tests.fakes.reissues import OLD_ICCID
from tests.fakes.topups import LINE_ID, Shape
from tests.unit.functions.operations.reissue_world import ORDER_ID, PRODUCT, SISTER, ReissueWorld
from tests.unit.functions.operations.world import LINE, OFFER, assert_settled

ACTIONS = {TOPUP.name: LineAction.TOPUP, REISSUE.name: LineAction.REISSUE}


class OneLineWorld(ReissueWorld):
    """Both operations know one provider, one service, and each other's changes."""

    provider: OneLineProvider

    def __init__(self, shape: Shape = "listing") -> None:
        super().__init__()
        self.provider = OneLineProvider(self.faults, clock=self.clock, shape=shape)
        line = self.provider.lines[LINE_ID]
        self.provider.lines[LINE_ID] = replace(line, iccid=OLD_ICCID, plan="pln_10gb")
        self.ports = replace(self.ports, esim=self.provider, changes=self.changes, waits=self.waits)
        self.reissue_ports = replace(self.reissue_ports, esim=self.provider)
        self.intruders: set[int] = set()
        self.faults.always = self._intrude

    def start(self, kind: WorkflowKind, key: str) -> Begun | None:
        """The customer asks, once or again. None when the line cannot have it now."""
        wanted, operations = self._wanted(kind, key), self.operations()
        earlier = operations.earlier(wanted)
        if earlier is not None:
            return earlier
        if not self.possible(kind):
            return None
        return operations.begin(wanted, self._looked_up(kind, self.line, self.facts()))

    def possible(self, kind: WorkflowKind) -> bool:
        """Whether service and line can have it now."""
        return obstacle_to(ACTIONS[kind.name], self.facts()) is None

    def facts(self) -> LineFacts:
        """What the endpoints have looked up."""
        active = self.books.service_status == "Active"
        return LineFacts(
            service=ServiceStatus.ACTIVE if active else ServiceStatus.SUSPENDED,
            capabilities=self.provider.capabilities,
            line=self.provider.lines[self.line.line_id],
            profile=self.profile,
            reissues_left=lambda: 1,
        )

    def operation(self, kind: WorkflowKind, key: str) -> Job | None:
        """The record as it is stored."""
        return self.store.jobs.get(operation_job_id(self._wanted(kind, key).operation_id))

    def the_phone_has(self, profile: ProfileState) -> None:
        """A phone installs the profile, or none has it yet."""
        self.profile = self.provider.profiles[self.line.line_id] = profile

    def deliver_once_more(self, job: Job) -> None:
        """The message of an operation is on the queue a second time."""
        self.queue.put(Task(job.id, job.attempt))

    def call_off(self, job: Job) -> None:
        """An operator cancels the operation."""
        cancel(self.store, self.queue, job.id, text=CANCELLED_TEXT, now=self.clock.now)

    def start_the_next_attempt(self, job: Job) -> bool:
        """An operator starts it; False while another operation works on the line."""
        started = request_start(
            self.store,
            self.queue,
            StartRequest(
                kind=job.kind,
                subject=job.subject,
                key=f"redrive-{job.subject}-{job.attempt}",
                scope="ops",
                payload_hash=str(job.input["asked"]),
                input={name: str(value) for name, value in job.input.items()},
                correlation_id="redrive-0001",
                exclusive=job.exclusive,
            ),
            now=self.clock.now,
        )
        return started.outcome == "accepted"

    def everybody_behaves(self) -> None:
        """Nothing goes wrong any more, and what is pending is decided."""
        self.faults.plan.clear()
        self.intruders.clear()
        self.provider.slow = self.provider.slow_reissues = self.provider.refuses = False
        self.provider.decide(ChangeState.DONE)
        self.provider.decide_reissues(ChangeState.DONE)
        self.notes.missing = False
        self.books.gateway_answers()
        if self.books.gateway == "is slow":
            self.books.gateway = "takes"

    def unfinished(self) -> list[Job]:
        """Operations that stopped in the middle, so that staff starts the next attempt."""
        return [job for job in self.store.jobs.values() if job.status.over and _half_done(job)]

    def _wanted(self, kind: WorkflowKind, key: str) -> Wanted:
        values = {"offerId": OFFER.offer_id} if kind is TOPUP else {"reason": "lost"}
        return self.wanted(key, kind=kind, asked=values)

    def _looked_up(
        self, kind: WorkflowKind, line: ServiceLine, facts: LineFacts
    ) -> Mapping[str, str]:
        return settled_topup(OFFER) if kind is TOPUP else settled_reissue(line, facts, PRODUCT)

    def _sweep(self) -> None:
        # A sweep that fails is an invocation that fails; the schedule starts the next one.
        with contextlib.suppress(Unavailable, OutcomeUnknown):
            super()._sweep()

    def _intrude(self, _: str) -> Fault | None:
        """While one worker is in a call, every unfinished message reaches another one too."""
        number = len(self.faults.names) - 1
        if number in self.intruders:
            self.intruders.remove(number)
            for job in [job for job in self.store.jobs.values() if not job.status.over]:
                self.queue._add(Task(job.id, job.attempt), 0)  # SQS repeats it: nobody calls
                self.work()
        return None


def reissue_record(job: Job) -> ReissueRecord:
    """What is recorded of an operation's reissue."""
    stored = job.steps.get(REISSUE_STEP.name)
    return ReissueRecord.model_validate(stored.data if stored else {})


def _superseded(job: Job) -> bool:
    stored = job.steps.get(SWITCH.name)
    return SwitchRecord.model_validate(stored.data if stored else {}).superseded


def _half_done(job: Job) -> bool:
    if job.status is Status.SUCCEEDED:
        return False
    kept = any(record.state == "kept" for record in job.steps.values())
    record = reissue_record(job)
    return kept or record.done or record.asked_at is not None


def assert_nothing_twice(world: OneLineWorld) -> None:
    """At any time: one operation works on the line, and none has charged or changed it twice."""
    jobs = world.store.jobs.values()
    assert sum(not job.status.over for job in jobs) <= 1
    assert all(invoice.charges <= 1 for invoice in world.books.invoices.values()), "charged twice"
    living = [one.ref for one in world.provider.ordered_reissues if one.state != "failed"]
    for job in jobs:
        refs = {reference(job.subject, n + 1) for n in range(job.attempt)}
        if job.kind == REISSUE.name:
            assert sum(ref in refs for ref in living) <= 1, "reissued twice"


def assert_one_line(world: OneLineWorld) -> None:
    """In the end the money, the data and all records of the line agree."""
    assert_settled(world, staff_may_decide=True)
    assert_nothing_twice(world)
    provider, jobs = world.provider, list(world.store.jobs.values())
    for job in jobs:
        assert job.status.over, job
        assert job.last_error is None or job.last_error.code != "internal-error"
    assert [line.line_id for line in provider.living] == [world.line.line_id]
    living = provider.lines[world.line.line_id]
    assert living.state is LineState.ACTIVE
    reissues = [job for job in jobs if job.kind == REISSUE.name]
    replaced = [job for job in reissues if reissue_record(job).done and not job.input["again"]]
    assert sorted(reissue_record(job).iccid for job in replaced) == sorted(
        one.iccid for one in provider.reissued
    )
    if replaced:
        assert world.line.iccid == living.iccid
        assert world.notes.iccids == {LINE.service_id: living.iccid}
        assert world.orders.orders == {ORDER_ID: f"{living.iccid},{SISTER}"}
    told = {mail.dedup_key for mail in world.mail_queue.jobs}
    told_of = {key.partition(":")[2] for key in told if key.startswith("esim-reissued:")}
    in_use = {job.subject for job in replaced if not _superseded(job)}
    assert in_use <= told_of <= {job.subject for job in replaced}
