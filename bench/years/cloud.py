"""AWS in memory: DynamoDB, Cognito and Secrets Manager by moto, and queues of our own.

Requests of boto3 are answered before they reach a socket. They take time, and any of them may be
throttled, lose its answer, or be the last thing that its Lambda does.
"""

from __future__ import annotations

import contextlib
import io
import itertools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

import boto3
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSResponse
from botocore.exceptions import ConnectTimeoutError, ReadTimeoutError
from moto import mock_aws
from moto.backends import get_backend
from moto.core.botocore_stubber import BotocoreStubber
from moto.core.models import DEFAULT_ACCOUNT_ID
from moto.core.request import normalize_request

from bench import quick_botocore, quick_moto
from bench.years import sessions
from bench.years.world import World

REGION = "ap-northeast-1"
VISIBILITY_FACTOR = 6  # infra/components/queues.py
LATENCY = (0.003, 0.02)
_TARGETS = {
    "DynamoDB": "dynamodb",
    "AmazonSQS": "sqs",
    "AWSCognitoIdentityProviderService": "cognito-idp",
    "secretsmanager": "secretsmanager",
}


@dataclass
class Accident:
    """What happens to a call: `throttled`, `lost` (it was carried out) or `unreachable`."""

    kind: str


@dataclass
class Message:
    """A message. `visible_at` is in epoch seconds."""

    id: str
    body: str
    sent_at: float
    visible_at: float
    attributes: dict[str, Any]
    receives: int = 0
    gone: bool = False


@dataclass
class Queue:
    """A queue, and what is to be done with the messages that can be received."""

    name: str
    visibility: float
    max_receives: int
    concurrency: int
    dead_letters: Queue | None = None
    deliver: Callable[[Queue, Message], None] | None = None
    messages: list[Message] = field(default_factory=list)
    busy: int = 0

    @property
    def url(self) -> str:
        """Its address at SQS."""
        return f"https://sqs.{REGION}.amazonaws.com/{DEFAULT_ACCOUNT_ID}/{self.name}"


class Queues:
    """Standard queues with event source mappings: at least once, in no order."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._ids = itertools.count(1)
        self.by_name: dict[str, Queue] = {}
        self.lost: Callable[[Queue], bool] = lambda _: False
        self.late: Callable[[Queue], float] = lambda _: 0.0

    def add(self, queue: Queue) -> Queue:
        """Make a queue known."""
        self.by_name[queue.name] = queue
        return queue

    def send(self, queue: Queue, body: str, delay: float, attributes: dict[str, Any]) -> str:
        """Put a message on a queue, unless it gets lost. Returns its id."""
        message = Message(
            id=f"{queue.name}-{next(self._ids)}",
            body=body,
            sent_at=self._world.now,
            visible_at=self._world.now + delay + self.late(queue),
            attributes=attributes,
        )
        if self.lost(queue):
            self._world.note(f"lost {message.id}")
            return message.id
        queue.messages.append(message)
        self._wake(queue, message)
        return message.id

    def settled(self, queue: Queue, message: Message) -> None:
        """Delete a message."""
        message.gone = True
        if message in queue.messages:
            queue.messages.remove(message)

    def freed(self, queue: Queue) -> None:
        """Tell that a consumer has ended, so that another message can be received."""
        queue.busy -= 1
        self._pump(queue)

    def postpone(self, queue: Queue, message_id: str, seconds: float) -> None:
        """Change when a received message comes back."""
        for message in queue.messages:
            if message.id == message_id:
                message.visible_at = self._world.now + seconds
                self._wake(queue, message)

    def redrive(self, queue: Queue) -> int:
        """Send dead letters again, as an operator does. Returns how many there were."""
        letters = queue.dead_letters
        found = list(letters.messages) if letters is not None else []
        for message in found:
            if letters is not None:
                self.settled(letters, message)
            self.send(queue, message.body, 0.0, message.attributes)
        return len(found)

    def _wake(self, queue: Queue, message: Message) -> None:
        wait = max(message.visible_at - self._world.now, 0.0)
        self._world.later(wait, lambda: self._pump(queue))

    def _pump(self, queue: Queue) -> None:
        for message in list(queue.messages):
            if queue.deliver is None or queue.busy >= queue.concurrency:
                return
            if message.gone or message.visible_at > self._world.now:
                continue
            if message.receives >= queue.max_receives and queue.dead_letters is not None:
                self.settled(queue, message)
                self._world.note(f"dead letter {message.id}")
                self.send(queue.dead_letters, message.body, 0.0, message.attributes)
                continue
            message.receives += 1
            message.visible_at = self._world.now + queue.visibility
            self._wake(queue, message)
            queue.busy += 1
            queue.deliver(queue, message)


class Cloud:
    """The account. `before` is asked about every call of a Lambda; it may raise Killed."""

    def __init__(self, world: World, before: Callable[[str], Accident | None]) -> None:
        self._world = world
        self._before = before
        self.queues = Queues(world)
        self.calls = 0
        self._handlers: dict[str, Any] = {}
        self._sessions = sessions.Sessions(world, REGION)

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Answer boto3 within the block."""
        cloud = self

        def answer(_: BotocoreStubber, event_name: str, request: Any, **__: Any) -> Any:
            return cloud._answer(event_name, request)

        quick_botocore.quicken()
        quick_moto.quicken()
        quick_moto.quicken_user_pools()
        # Nobody looks at the signatures, and each takes processor time.
        unsigned = mock.patch.object(SigV4Auth, "add_auth", return_value=None)
        with mock_aws(), mock.patch.object(BotocoreStubber, "__call__", answer), unsigned:
            yield

    def _answer(self, event_name: str, request: Any) -> AWSResponse:
        target = _header(request, "X-Amz-Target")
        service = _TARGETS[target.partition(".")[0].partition("_")[0]]
        operation = event_name.rpartition(".")[2]
        self.calls += 1
        accident = self._accident(f"{service} {operation}")
        if accident is not None and accident.kind == "unreachable":
            raise ConnectTimeoutError(endpoint_url=request.url)
        if accident is not None and accident.kind == "throttled":
            return _json(request, 400, _throttled(service))
        if service == "sqs":
            answer = self._queue(request, operation)
        elif operation in sessions.OPERATIONS:
            found = self._world.true_time(
                lambda: self._sessions.answer(operation, json.loads(request.body))
            )
            answer = _json(request, *found)
        else:
            answer = self._world.true_time(lambda: self._moto(service, request))
        if accident is not None:
            raise ReadTimeoutError(endpoint_url=request.url)
        if self._world.current is not None:
            self._before(f"{service} {operation} after")
        return answer

    def _accident(self, call: str) -> Accident | None:
        if self._world.current is None:
            return None
        accident = self._before(f"{call} before")
        self._world.sleep(self._world.random.uniform(*LATENCY))
        return accident

    def _moto(self, service: str, request: Any) -> AWSResponse:
        handler = self._handlers.get(service)
        if handler is None:
            backend: Any = get_backend(service)  # type: ignore[call-overload]  # service by name
            urls = backend[DEFAULT_ACCOUNT_ID][REGION].urls
            handler = self._handlers[service] = next(iter(urls.values()))
        plain = normalize_request(request)
        status, headers, body = handler(plain, plain.raw_url, plain.headers)
        return _response(request, status, headers, body)

    def _queue(self, request: Any, operation: str) -> AWSResponse:
        body = json.loads(request.body)
        queue = self.queues.by_name[body["QueueUrl"].rpartition("/")[2]]
        if operation == "SendMessageBatch":
            sent = [
                {
                    "Id": entry["Id"],
                    "MessageId": self.queues.send(
                        queue,
                        entry["MessageBody"],
                        float(entry.get("DelaySeconds") or 0),
                        entry.get("MessageAttributes") or {},
                    ),
                    "MD5OfMessageBody": "",
                }
                for entry in body["Entries"]
            ]
            return _json(request, 200, {"Successful": sent, "Failed": []})
        if operation == "ChangeMessageVisibility":
            self.queues.postpone(queue, body["ReceiptHandle"], float(body["VisibilityTimeout"]))
            return _json(request, 200, {})
        visible = [m for m in queue.messages if m.visible_at <= self._world.now]
        attributes = {"ApproximateNumberOfMessages": str(len(visible))}
        return _json(request, 200, {"Attributes": attributes})


def create_tables(names: dict[str, tuple[str, ...]]) -> None:
    """Create the tables with their keys, and the index of jobs by status."""
    client: Any = boto3.client("dynamodb", region_name=REGION)
    for name, keys in names.items():
        index = name == "workflow"
        attributes = [*keys, *(("status", "updatedAt") if index else ())]
        client.create_table(
            TableName=name,
            KeySchema=[
                {"AttributeName": key, "KeyType": kind}
                for key, kind in zip(keys, ("HASH", "RANGE"), strict=False)
            ],
            AttributeDefinitions=[{"AttributeName": a, "AttributeType": "S"} for a in attributes],
            BillingMode="PAY_PER_REQUEST",
            **({"GlobalSecondaryIndexes": [_STATUS_INDEX]} if index else {}),
        )


def items(table: str) -> list[dict[str, Any]]:
    """Return everything in a table as DynamoDB writes it, without a call."""
    backend: Any = get_backend("dynamodb")
    found = backend[DEFAULT_ACCOUNT_ID][REGION].tables[table].all_items()
    return [item.to_json()["Attributes"] for item in found]


def values_of(table: str, attribute: str) -> set[str]:
    """Return the texts that an attribute has in a table, without a call."""
    backend: Any = get_backend("dynamodb")
    stored = backend[DEFAULT_ACCOUNT_ID][REGION].tables[table].items
    found = (item for partition in stored.values() for item in partition.values())
    return {item.attrs[attribute].value for item in found if attribute in item.attrs}


_STATUS_INDEX = {
    "IndexName": "status-index",
    "KeySchema": [
        {"AttributeName": "status", "KeyType": "HASH"},
        {"AttributeName": "updatedAt", "KeyType": "RANGE"},
    ],
    "Projection": {"ProjectionType": "KEYS_ONLY"},
}


def _throttled(service: str) -> dict[str, str]:
    name = {
        "dynamodb": "com.amazonaws.dynamodb.v20120810#ThrottlingException",
        "sqs": "com.amazonaws.sqs#RequestThrottled",
        "cognito-idp": "TooManyRequestsException",
    }.get(service, "ThrottlingException")
    return {"__type": name, "message": "Rate exceeded"}


def _header(request: Any, name: str) -> str:
    value = request.headers.get(name, b"")
    return value.decode() if isinstance(value, bytes) else str(value)


def _json(request: Any, status: int, body: Any) -> AWSResponse:
    headers = {"content-type": "application/x-amz-json-1.0", "x-amzn-requestid": "simulated"}
    return _response(request, status, headers, json.dumps(body))


class _Raw(io.BytesIO):
    """A body as urllib3 gives it."""

    def stream(self, **_: Any) -> Iterator[bytes]:
        contents = self.read()
        while contents:
            yield contents
            contents = self.read()


def _response(request: Any, status: int, headers: Any, body: Any) -> AWSResponse:
    raw = body.encode() if isinstance(body, str) else bytes(body)
    return AWSResponse(request.url, status, dict(headers), _Raw(raw))  # type: ignore[arg-type]  # a stand-in
