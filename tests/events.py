"""Lambda events as API Gateway and SQS deliver them, and a context to call handlers with."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext
from portal.api.app import App

# What any endpoint may answer; ops/openapi.py adds those of its kind to each operation.
OF_THE_FRAME = {
    "malformed-request",
    "unauthenticated",
    "forbidden",
    "payload-too-large",
    "unsupported-media-type",
    "invalid-request",
    "rate-limited",
    "internal-error",
    "upstream-refused",
    "upstream-unavailable",
    "outcome-unknown",
}
USER_ID = "0f1e2d3c-0000-4000-8000-000000000001"


class FakeContext(LambdaContext):
    """A Lambda context with as much time as the test says."""

    def __init__(self, *, remaining_ms: int = 30_000) -> None:
        self._function_name = "test"
        self._function_version = "1"
        self._memory_limit_in_mb = 512
        self._invoked_function_arn = "arn:aws:lambda:ap-northeast-1:123456789012:function:test"
        self._aws_request_id = "11111111-2222-4333-8444-555555555555"
        self._remaining_ms = remaining_ms

    def get_remaining_time_in_millis(self) -> int:  # type: ignore[override]  # static there, per object at run time
        return self._remaining_ms


def claims(user_id: str = USER_ID, **more: str) -> dict[str, str]:
    """The claims of an ID token as the Cognito authorizer hands them over (all text)."""
    return {
        "sub": user_id,
        "token_use": "id",
        "email": "taro@example.com",
        "auth_time": "1790000000",
        **more,
    }


def rest_event(
    method: str,
    path: str,
    *,
    body: Any = None,
    headers: dict[str, str] | None = None,
    query: dict[str, str] | None = None,
    user: dict[str, str] | None = None,
    source_ip: str = "203.0.113.7",
) -> dict[str, Any]:
    """A REST API proxy event; `body` is JSON-encoded unless it is text; `user` are claims."""
    text = body if body is None or isinstance(body, str) else json.dumps(body)
    sent = {"Content-Type": "application/json", **(headers or {})}
    return {
        "resource": path,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": query,
        "multiValueQueryStringParameters": {k: [v] for k, v in query.items()} if query else None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": path,
            "httpMethod": method,
            "path": f"/api{path}",
            "stage": "api",
            "requestId": "c6af9ac6-7b61-11e6-9a41-93e8deadbeef",
            "identity": {"sourceIp": source_ip, "userAgent": "tests"},
            "authorizer": {"claims": user} if user else {},
        },
        "body": text,
        "isBase64Encoded": False,
    }


@dataclass(frozen=True)
class Answer:
    """A Lambda proxy response, readable: `headers` by lower-case name (last value)."""

    status: int
    headers: dict[str, str]
    body: str

    def json(self) -> Any:
        """The parsed body."""
        return json.loads(self.body)


def call(handler: Any, event: dict[str, Any], *, remaining_ms: int = 30_000) -> Answer:
    """Invoke an HTTP handler."""
    raw = handler(event, FakeContext(remaining_ms=remaining_ms))
    headers = {name.lower(): value for name, value in (raw.get("headers") or {}).items()}
    headers |= {k.lower(): v[-1] for k, v in (raw.get("multiValueHeaders") or {}).items()}
    answer = Answer(raw["statusCode"], headers, raw.get("body") or "")
    _assert_declared(handler, answer)
    return answer


def _assert_declared(handler: Any, answer: Answer) -> None:
    """Whatever an endpoint refuses with is in the API's document."""
    app = getattr(handler, "__self__", None)
    if not isinstance(app, App) or not answer.headers.get("content-type", "").endswith(
        "problem+json"
    ):
        return
    slug = answer.json()["type"].rsplit("/")[-1]
    for declared in app.declared.values():
        if declared.refuses is not None:
            own = {type_.slug for type_ in declared.refuses}
            assert slug in own | OF_THE_FRAME, f"declare {slug} in refuses=(…) of the route"


def sqs_event(
    *bodies: Any, receive_count: int = 1, queue: str = "test", sent_at: int = 1790000000000
) -> dict[str, Any]:
    """An SQS batch; bodies are JSON-encoded unless they are text."""
    return {
        "Records": [
            {
                "messageId": f"message-{number}",
                "receiptHandle": f"receipt-{number}",
                "body": body if isinstance(body, str) else json.dumps(body),
                "attributes": {
                    "ApproximateReceiveCount": str(receive_count),
                    "SentTimestamp": str(sent_at),
                    "SenderId": "AIDAEXAMPLE",
                    "ApproximateFirstReceiveTimestamp": str(sent_at),
                },
                "messageAttributes": {},
                "md5OfBody": "",
                "eventSource": "aws:sqs",
                "eventSourceARN": f"arn:aws:sqs:ap-northeast-1:123456789012:{queue}",
                "awsRegion": "ap-northeast-1",
            }
            for number, body in enumerate(bodies)
        ]
    }
