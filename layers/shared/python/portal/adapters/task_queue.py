"""The engine's tasks on SQS."""

from __future__ import annotations

from portal.adapters.sqs import SqsQueue
from portal.engine.model import Task
from portal.engine.task_message import TaskMessage
from portal.queues.backoff import LONGEST_DELAY


class SqsTaskQueue:
    """The engine's `Queue`: one message per task."""

    def __init__(self, queue: SqsQueue) -> None:
        self._queue = queue

    def put(self, task: Task, *, delay_seconds: float = 0) -> None:
        """Enqueue; at most 900 s of delay."""
        message = TaskMessage(job_id=task.job_id, attempt=task.attempt)
        self._queue.send(message, delay_seconds=int(min(delay_seconds, LONGEST_DELAY)))

    def backlog(self) -> int:
        """About how many messages are waiting."""
        return self._queue.waiting()
