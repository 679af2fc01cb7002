"""The engine's tasks on SQS."""

from __future__ import annotations

from collections.abc import Mapping

from portal.adapters.sqs import SqsQueue
from portal.engine.model import Task, kind_of
from portal.queues.backoff import LONGEST_DELAY
from portal.queues.task_message import TaskMessage


class SqsTaskQueue:
    """The engine's `Queue` over SQS. It sends one message per task."""

    def __init__(self, queue: SqsQueue) -> None:
        self._queue = queue

    def put(self, task: Task, *, delay_seconds: float = 0) -> None:
        """Send a task with a delay of at most 900 seconds."""
        self._queue.send(TaskMessage.of(task), delay_seconds=int(min(delay_seconds, LONGEST_DELAY)))

    def backlog(self) -> int:
        """Return the approximate number of visible messages."""
        return self._queue.waiting()


class SqsWaker:
    """`Waker` over the queues of the kinds of jobs, by the kind's name."""

    def __init__(self, queues: Mapping[str, SqsQueue]) -> None:
        self._queues = queues

    def wake(self, task: Task) -> None:
        """One message beside the job's own. A kind without a queue here polls on."""
        queue = self._queues.get(kind_of(task.job_id))
        if queue is not None:
            queue.send(TaskMessage.of(task, wakes=True))
