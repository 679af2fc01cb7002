"""The consumer of the case queues around a world of sign-ups."""

from __future__ import annotations

from portal.queues.backoff import Policy
from portal.queues.recorded_work import RecordedWork

from functions.auth.deps import CaseWorkerDeps
from functions.auth.email_cases import EmailCases
from tests.fakes.clock import FakeClock
from tests.fakes.message_log import FakeMessageLog
from tests.fakes.sqs import FakeSqs

PATIENCE = 24 * 3_600.0


def case_worker_deps(cases: EmailCases, clock: FakeClock, sqs: FakeSqs) -> CaseWorkerDeps:
    """Records and queues in memory."""
    policy = Policy(max_retries=5, patience=PATIENCE, jitter=lambda low, _: low)
    return CaseWorkerDeps(
        cases=cases,
        recorded=RecordedWork(FakeMessageLog(), policy, clock=clock),
        queues=sqs.queues,
        dead_letters=sqs.dead.consumed,
    )
