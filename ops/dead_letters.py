"""Lists dead letters, and sends mail and Case jobs again.

It receives, sends and deletes messages instead of calling StartMessageMoveTask, so that a message
can be checked before it is moved, and so that it works with emulators. A crash between send and
delete leaves a message twice. Consumers recognise it by its key, because standard queues may also
deliver twice.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from portal.domain.mail import MailTemplate

from ops.ports import DeadLetter, Moved

BATCH = 10  # SQS API reference, ReceiveMessage
HIDDEN_SECONDS = 60
ASKED_FOR_BY_ANYBODY = (MailTemplate.PASSWORD_RESET, MailTemplate.SIGNUP_PROOF)
WAITED_FOR = timedelta(minutes=30)


class SqsDeadLetters:
    """`DeadLetters` of one queue. Raises botocore's errors."""

    def __init__(self, client: Callable[[], Any], *, url: str, queue_url: str) -> None:
        self._client = client
        self._url = url
        self._queue_url = queue_url

    def look(self, limit: int) -> Sequence[DeadLetter]:
        """Return at most `limit` messages. They can be received again at once."""
        received = list(self._received(limit))
        self._release(received)
        return [_letter(message) for message in received]

    def move_back(self, limit: int, keep: Callable[[DeadLetter], bool]) -> Moved:
        """Send at most `limit` messages to their queue again. Those to `keep` stay."""
        received = list(self._received(limit))
        moved: list[DeadLetter] = []
        left: list[DeadLetter] = []
        pending = list(received)
        try:
            for message in received:
                letter = _letter(message)
                if keep(letter):
                    left.append(letter)
                    continue
                self._move(message)
                pending.remove(message)
                moved.append(letter)
        finally:
            self._release(pending)
        return Moved(moved, left)

    def _move(self, message: dict[str, Any]) -> None:
        self._client().send_message(
            QueueUrl=self._queue_url,
            MessageBody=message["Body"],
            MessageAttributes=message.get("MessageAttributes", {}),
        )
        self._client().delete_message(QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"])

    def _received(self, limit: int) -> Iterator[dict[str, Any]]:
        """Yield distinct messages, which are hidden from other receivers meanwhile."""
        seen: set[str] = set()
        while len(seen) < limit:
            answer = self._client().receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=min(BATCH, limit - len(seen)),
                VisibilityTimeout=HIDDEN_SECONDS,
                WaitTimeSeconds=1,
                MessageSystemAttributeNames=["SentTimestamp"],
                MessageAttributeNames=["All"],
            )
            fresh = [m for m in answer.get("Messages", []) if m["MessageId"] not in seen]
            if not fresh:
                return
            seen.update(message["MessageId"] for message in fresh)
            yield from fresh

    def _release(self, messages: Sequence[dict[str, Any]]) -> None:
        for message in messages:
            self._client().change_message_visibility(
                QueueUrl=self._url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )


class JoinedDeadLetters:
    """`DeadLetters` of a consumer's queues, one after the other."""

    def __init__(self, *queues: SqsDeadLetters) -> None:
        self._queues = queues

    def look(self, limit: int) -> Sequence[DeadLetter]:
        """Return at most `limit` messages of all queues. They can be received again at once."""
        found: list[DeadLetter] = []
        for queue in self._queues:
            if len(found) < limit:
                found += queue.look(limit - len(found))
        return found

    def move_back(self, limit: int, keep: Callable[[DeadLetter], bool]) -> Moved:
        """Send at most `limit` messages to the fresh queue again. Those to `keep` stay."""
        moved: list[DeadLetter] = []
        left: list[DeadLetter] = []
        for queue in self._queues:
            if (rest := limit - len(moved) - len(left)) > 0:
                outcome = queue.move_back(rest, keep)
                moved += outcome.moved
                left += outcome.left
        return Moved(moved, left)


def is_too_late(letter: DeadLetter, *, now: datetime) -> bool:
    """Whether it is a mail with a link that its reader has given up on and will ask for again."""
    template = parts(letter).get("template")
    return template in ASKED_FOR_BY_ANYBODY and now - letter.sent_at > WAITED_FOR


def parts(letter: DeadLetter) -> dict[str, Any]:
    """Return the message's members; none when it is no JSON object."""
    try:
        body = json.loads(letter.body)
    except ValueError:
        return {}
    return body if isinstance(body, dict) else {}


def _letter(message: dict[str, Any]) -> DeadLetter:
    sent = int(message.get("Attributes", {}).get("SentTimestamp", 0)) / 1000
    return DeadLetter(
        id=message["MessageId"], body=message["Body"], sent_at=datetime.fromtimestamp(sent, UTC)
    )
