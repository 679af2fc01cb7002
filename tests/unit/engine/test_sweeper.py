"""When the sweeper takes a job that does not move for stuck."""

from __future__ import annotations

import pytest
from portal.engine.model import Job, Status, Ticket
from portal.engine.sweeper import AFTER_WITH_BACKLOG, STUCK_AFTER, Sweeper

from tests.fakes.workflow import FakeClock, FakeQueue, MemoryJobStore


@pytest.mark.parametrize(("waiting", "after"), [(0, STUCK_AFTER), (1, AFTER_WITH_BACKLOG)])
@pytest.mark.parametrize("status", [Status.RUNNING, Status.STOPPING])
def test_a_backlog_is_given_time(status: Status, waiting: int, after: float) -> None:
    clock, store = FakeClock(), MemoryJobStore()
    queue = FakeQueue(clock)
    job = Job(id="job", status=status, attempt=1, requested_at=clock.now, updated_at=clock.now)
    store.replace(job)
    for number in range(waiting):
        queue.put(Ticket(f"other-{number}", 1))
    clock.now += after - 1
    assert Sweeper(store, queue, clock=clock).sweep().stuck == 0
    assert queue.sent == waiting
    clock.now += 1
    swept = Sweeper(store, queue, clock=clock).sweep()
    assert swept.stuck + swept.unreported == 1
    assert queue.sent == waiting + 1
