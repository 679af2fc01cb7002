"""The portal's Lambdas: the real handlers, each with execution environments of its own.

An environment keeps what its composition root has built, as in AWS, and is lost when it is killed.
Functions, queues and timeouts are those of `infra/endpoints.py`.
"""

from __future__ import annotations

import contextlib
import functools
import importlib
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any
from unittest import mock

from aws_lambda_powertools.event_handler.api_gateway import BaseRouter
from aws_lambda_powertools.utilities.typing import LambdaContext
from portal import factories

from bench.years.cloud import VISIBILITY_FACTOR, Cloud, Message, Queue
from bench.years.world import Killed, World
from infra.endpoint_model import Endpoint
from infra.endpoints import AREAS, ENDPOINTS
from infra.queues import QUEUES

DEAD_LETTERS_OF = "dead-letters"
SHORTEST_BATCH = 1


class Context(LambdaContext):
    """A Lambda context whose time runs out in simulated time."""

    def __init__(self, world: World, name: str, seconds: float) -> None:
        self._world = world
        self._until = world.now + seconds
        self._function_name = name
        self._function_version = "1"
        self._memory_limit_in_mb = 512
        self._invoked_function_arn = f"arn:aws:lambda:ap-northeast-1:123456789012:function:{name}"
        self._aws_request_id = "11111111-2222-4333-8444-555555555555"

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]  # static there
        """Return what is left, in milliseconds."""
        return max(int((self._until - self._world.now) * 1000), 0)


@dataclass
class Function:
    """One Lambda: its row, its handler, and the environments that are free."""

    endpoint: Endpoint
    handler: Callable[..., Any]
    app: Any = None
    free: list[dict[Any, Any]] = field(default_factory=list)

    @property
    def name(self) -> str:
        """Area and name."""
        return f"{self.endpoint.area}.{self.endpoint.name}"


@dataclass(frozen=True)
class Answer:
    """What an HTTP caller gets. Status 502 and 504 without a type come from the gateway."""

    status: int
    headers: dict[str, str]
    body: str

    def json(self) -> Any:
        """The parsed body."""
        return json.loads(self.body)

    @property
    def problem(self) -> str:
        """The last part of a problem's type; empty without one."""
        if self.status < 400 or not self.body.startswith("{"):  # noqa: PLR2004  # an error
            return ""
        return str(self.json().get("type", "")).rpartition("/")[2]


class Lambdas:
    """Calls handlers as the gateway, the queues and the schedule do."""

    def __init__(self, world: World, cloud: Cloud) -> None:
        self._world = world
        self._cloud = cloud
        self._skew: Callable[[], float] = lambda: 0.0
        self.functions = {f"{e.area}.{e.name}": _function(e) for e in ENDPOINTS}
        self.killed = 0
        self.invocations = 0
        self.duplicated: Callable[[Queue], float | None] = lambda _: None

    @contextlib.contextmanager
    def running(self) -> Iterator[None]:
        """Give every environment its own copy of what the composition roots keep."""
        with contextlib.ExitStack() as stack:
            kept: dict[Any, Any] = {}
            for area in AREAS:
                with contextlib.suppress(ModuleNotFoundError):
                    kept |= self._kept(importlib.import_module(f"functions.{area}.deps"))
            kept |= self._kept(factories)
            for function in self.functions.values():
                module = importlib.import_module(f"functions.{function.name}")
                for name, value in list(vars(module).items()):
                    if isinstance(value, functools._lru_cache_wrapper) and value in kept:
                        stack.enter_context(mock.patch.object(module, name, kept[value]))
                if function.app is not None:
                    overrides = function.app.resolver.dependency_overrides
                    stack.enter_context(mock.patch.dict(overrides, kept))
            for name, value in list(vars(factories).items()):
                if isinstance(value, functools._lru_cache_wrapper) and value in kept:
                    stack.enter_context(mock.patch.object(factories, name, kept[value]))
            yield

    def skew(self, draw: Callable[[], float]) -> None:
        """Let new environments have clocks that are off by what is drawn."""
        self._skew = draw

    def make_queues(self, settings: dict[str, str]) -> None:
        """Create the queues and their consumers."""
        for row in QUEUES:
            consumer = self._consumer(lambda e, row=row: row.queue in e.consumes)  # type: ignore[misc]  # bound now
            dead = self._consumer(
                lambda e, row=row: row.queue in e.consumes_dead_letters_of  # type: ignore[misc]  # bound now
            )
            name = row.queue.value
            letters = self._cloud.queues.add(
                Queue(
                    name=f"{name}-{DEAD_LETTERS_OF}",
                    visibility=VISIBILITY_FACTOR * (dead.endpoint.timeout if dead else 60.0),
                    max_receives=10**9,
                    concurrency=2,
                    deliver=self._delivery(dead) if dead else None,
                )
            )
            if consumer is None:
                continue
            self._cloud.queues.add(
                Queue(
                    name=name,
                    visibility=VISIBILITY_FACTOR * consumer.endpoint.timeout,
                    max_receives=int(settings[row.retries]) + 1,
                    concurrency=2,
                    dead_letters=letters,
                    deliver=self._delivery(consumer),
                )
            )

    def request(
        self,
        name: str,
        method: str,
        path: str,
        *,
        body: Any = None,
        headers: dict[str, str] | None = None,
        claims: dict[str, str] | None = None,
        address: str = "203.0.113.7",
    ) -> Answer:
        """Send a request to an endpoint and return the answer, in the current task."""
        event = _rest_event(method, path, body, headers or {}, claims, address)
        try:
            raw = self.invoke(name, event)
        except Killed:
            return Answer(502, {}, "")
        found = {k.lower(): v for k, v in (raw.get("headers") or {}).items()}
        found |= {k.lower(): v[-1] for k, v in (raw.get("multiValueHeaders") or {}).items()}
        return Answer(raw["statusCode"], found, raw.get("body") or "")

    def invoke(self, name: str, event: dict[str, Any]) -> Any:
        """Run a function in the current task. Raises Killed."""
        function, task = self.functions[name], self._world.current
        if task is None:
            msg = "functions run in tasks"
            raise RuntimeError(msg)
        self.invocations += 1
        machine = function.free.pop() if function.free else {"skew": self._skew()}
        before = task.machine, task.skew, task.deadline
        task.machine, task.skew = machine, machine["skew"]
        task.deadline = self._world.now + function.endpoint.timeout
        suspend = functools.partial(_suspended, function.app)
        task.suspended.append(suspend)
        context = Context(self._world, function.name, function.endpoint.timeout)
        if function.app is not None:
            # Another environment may be in the middle of a request, whose context it keeps itself.
            function.app.resolver.context.clear()
        try:
            # A clock that is off is noticed at the next call, as all time is.
            answer = function.handler(event, context)
        except Killed:
            self.killed += 1
            raise
        finally:
            task.suspended.remove(suspend)
            task.machine, task.skew, task.deadline = before
        function.free.append(machine)
        return answer

    def _kept(self, module: Any) -> dict[Any, Callable[..., Any]]:
        return {
            value: self._per_environment(value)
            for value in vars(module).values()
            if isinstance(value, functools._lru_cache_wrapper)
        }

    def _per_environment(self, cached: Any) -> Callable[..., Any]:
        build = cached.__wrapped__

        @functools.wraps(build)
        def of_this_environment(*args: Any) -> Any:
            task = self._world.current
            machine = task.machine if task is not None else {}
            key = (build.__module__, build.__qualname__, args)
            if key not in machine:
                machine[key] = build(*args)
            return machine[key]

        return of_this_environment

    def _consumer(self, wanted: Callable[[Endpoint], bool]) -> Function | None:
        return next((f for f in self.functions.values() if wanted(f.endpoint)), None)

    def _delivery(self, function: Function) -> Callable[[Queue, Message], None]:
        def deliver(queue: Queue, message: Message) -> None:
            self._world.spawn(f"{queue.name}", lambda: self._consume(function, queue, message))

        return deliver

    def _consume(self, function: Function, queue: Queue, message: Message) -> None:
        event = {"Records": [_record(message, queue.name)]}
        again = self.duplicated(queue)
        try:
            if again is not None:
                self._world.note(f"delivered twice {message.id}")
                body, attributes = message.body, message.attributes
                self._cloud.queues.send(queue, body, again, attributes)
            answer = self.invoke(function.name, event)
            if not answer["batchItemFailures"]:
                self._cloud.queues.settled(queue, message)
            self._world.note(
                f"{function.name} {message.id} receive {message.receives}"
                f" {'kept' if answer['batchItemFailures'] else 'done'}"
            )
        except Killed:
            self._world.note(f"{function.name} {message.id} killed")
        finally:
            self._cloud.queues.freed(queue)


def _function(endpoint: Endpoint) -> Function:
    module = importlib.import_module(f"functions.{endpoint.area}.{endpoint.name}")
    return Function(endpoint, module.handler, getattr(module, "app", None))


def _suspended(app: Any) -> Callable[[], None]:
    """Keep what Powertools has in class attributes while other environments run."""
    event = getattr(BaseRouter, "current_event", None)
    context = getattr(BaseRouter, "lambda_context", None)
    own = dict(app.resolver.context) if app is not None else {}

    def restore() -> None:
        BaseRouter.current_event = event  # type: ignore[assignment]  # None before the first
        BaseRouter.lambda_context = context  # type: ignore[assignment]  # the same
        if app is not None:
            app.resolver.context.clear()
            app.resolver.context.update(own)

    return restore


def _record(message: Message, queue: str) -> dict[str, Any]:
    attributes = {
        name: {"stringValue": value["StringValue"], "dataType": "String"}
        for name, value in message.attributes.items()
    }
    return {
        "messageId": message.id,
        "receiptHandle": message.id,
        "body": message.body,
        "attributes": {
            "ApproximateReceiveCount": str(message.receives),
            "SentTimestamp": str(int(message.sent_at * 1000)),
        },
        "messageAttributes": attributes,
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:ap-northeast-1:123456789012:{queue}",
        "awsRegion": "ap-northeast-1",
    }


def _rest_event(
    method: str,
    path: str,
    body: Any,
    headers: dict[str, str],
    claims: dict[str, str] | None,
    address: str,
) -> dict[str, Any]:
    text = body if body is None or isinstance(body, str) else json.dumps(body)
    sent = {"Content-Type": "application/json", **headers}
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": path,
            "httpMethod": method,
            "path": f"/api{path}",
            "stage": "api",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"sourceIp": address, "userAgent": "simulation"},
            "authorizer": {"claims": claims} if claims else {},
        },
        "body": text,
        "isBase64Encoded": False,
    }
