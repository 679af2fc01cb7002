"""The consumer of tasks, for every kind of workflow."""

from __future__ import annotations

from collections.abc import Callable

from portal.engine.model import Task
from portal.queues.consumer import Consumer, Received
from portal.queues.fresh_and_waiting import FreshAndWaiting
from portal.queues.task_message import TaskMessage
from portal.queues.verdict import ACK, Verdict

Work = Callable[[Task, Callable[[], float]], Verdict]
"""Works on a task. The second argument returns the seconds that are left."""


def task_consumer(work: Work, queues: FreshAndWaiting | None = None) -> Consumer[TaskMessage]:
    """Return a consumer that gives every task to the engine.

    It needs no dead-letter queue for unreadable messages, because the sweeper sends a new message
    for a job that has none.
    """

    def handle(received: Received[TaskMessage]) -> Verdict:
        verdict = work(received.message.task, received.remaining)
        return ACK if received.message.wakes else verdict

    return Consumer(
        model=TaskMessage,
        work=handle,
        log_fields=lambda message: {"job_id": message.job_id},
        queues=queues,
    )
