"""The SQS consumer that all queue functions share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from pydantic import BaseModel, ValidationError

from portal import correlation
from portal.domain.upstream import UpstreamError
from portal.observability import count, logger
from portal.queues.fresh_and_waiting import ConsumedQueue, FreshAndWaiting
from portal.queues.verdict import DEAD_LETTER, Action, Verdict

if TYPE_CHECKING:
    from aws_lambda_powertools.utilities.typing import LambdaContext

MessageT = TypeVar("MessageT", bound=BaseModel)
Record = Mapping[str, Any]


@dataclass(frozen=True)
class Received(Generic[MessageT]):
    """A parsed message.

    `sent_at` is when this copy was put on the queue (epoch seconds). `remaining` returns the
    seconds that are left of the invocation.
    """

    message: MessageT
    sent_at: float
    remaining: Callable[[], float]


@dataclass(frozen=True, kw_only=True)
class Consumer(Generic[MessageT]):
    """Works on the records of an SQS event one by one, and returns those that SQS is to keep.

    `work` decides about a message. An exception from it is a defect: the message is kept and comes
    back when its visibility timeout ends, until SQS has used up the queue's receives.

    Without `queues` (for a dead-letter queue) a message that is not acknowledged is kept. Without
    `dead_letters` an unreadable message is dropped, so leave it out only where all of the
    message's data is recorded elsewhere. A message is left for the next invocation when this one
    does not last for `seconds_needed`. `log_fields` are added to every log line of a message; they
    must be ids.
    """

    model: type[MessageT]
    work: Callable[[Received[MessageT]], Verdict]
    log_fields: Callable[[MessageT], dict[str, str]]
    queues: FreshAndWaiting | None = None
    dead_letters: ConsumedQueue | None = None
    seconds_needed: float = 0.0

    def consume(self, event: Mapping[str, Any], context: LambdaContext) -> dict[str, Any]:
        """Work on an SQS event. Returns a partial batch response with the messages to keep."""

        def remaining() -> float:
            return context.get_remaining_time_in_millis() / 1000

        kept = [record for record in event["Records"] if not self._settled(record, remaining)]
        return {"batchItemFailures": [{"itemIdentifier": r["messageId"]} for r in kept]}

    def _settled(self, record: Record, remaining: Callable[[], float]) -> bool:
        # The same Lambda environment may have worked on another message before.
        logger().clear_state()
        message = self._read(record)
        with correlation.bound(_correlation_id(record, message)) as current:
            logger().set_correlation_id(current)
            if message is None:
                return self._unreadable(record)
            logger().append_keys(**self.log_fields(message))
            if remaining() < self.seconds_needed:
                return self._apply(record, Verdict(Action.RETRY))
            try:
                verdict = self.work(Received(message, _sent_at(record), remaining))
            except Exception:  # noqa: BLE001  # the batch must answer for its other messages
                count("UnexpectedErrors")
                logger().exception("unexpected error")
                return False
            return self._apply(record, verdict)

    def _read(self, record: Record) -> MessageT | None:
        try:
            return self.model.model_validate_json(record["body"])
        except ValidationError as error:
            count("UnreadableMessages")
            # Only the places of the errors are logged, because the values may be personal data.
            found = [".".join(map(str, entry["loc"])) for entry in error.errors()]
            logger().error(
                "message is not readable",
                extra={"message_id": record["messageId"], "places": found},
            )
            return None

    def _unreadable(self, record: Record) -> bool:
        return self.dead_letters is None or self._apply(record, DEAD_LETTER)

    def _apply(self, record: Record, verdict: Verdict) -> bool:
        """Whether the message is settled and SQS may delete it."""
        if verdict.action is Action.ACK:
            return True
        if self.queues is None:
            return False
        queue = self.queues.of(record)
        try:
            if verdict.action is Action.RETRY:
                queue.postpone(record["receiptHandle"], verdict.delay)
                return False
            following = self._following(verdict.action, queue)
            if following is None:
                return False
            following.send(record["body"], verdict.delay)
        except UpstreamError as error:
            # The message comes back when its visibility timeout ends.
            if verdict.action is not Action.RETRY:
                count("EnqueueFailures")
            logger().warning("queue", extra={"reason": str(error)})
            return False
        return True

    def _following(self, action: Action, queue: ConsumedQueue) -> ConsumedQueue | None:
        if self.queues is not None and action is Action.PARK:
            return self.queues.waiting
        return self.dead_letters if action is Action.DEAD_LETTER else queue


def _correlation_id(record: Record, message: BaseModel | None) -> str:
    """Return the message's correlation id, else that of its attributes, else a new one."""
    own = getattr(message, "correlation_id", "")
    attribute = (record.get("messageAttributes") or {}).get("correlationId") or {}
    return correlation.accept(own or attribute.get("stringValue"))


def _sent_at(record: Record) -> float:
    return int((record.get("attributes") or {}).get("SentTimestamp", 0)) / 1000
