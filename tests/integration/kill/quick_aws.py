"""Calls of ministack without botocore, which takes five times as much processor time for a call.

What the kill tests themselves do in AWS before, between and after the deliveries was a third of
their own processor time.
"""

from __future__ import annotations

import json
import socket
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, Literal
from urllib.parse import urlsplit

from botocore.exceptions import ClientError
from httptools import HttpResponseParser

from local.stack.settings import REGION

Service = Literal["dynamodb", "sqs", "cognito-idp"]
# Service → the prefix of X-Amz-Target and the version of the JSON protocol. Source: the services'
# API references.
TARGETS: Mapping[Service, tuple[str, str]] = {
    "dynamodb": ("DynamoDB_20120810", "1.0"),
    "sqs": ("AmazonSQS", "1.0"),
    "cognito-idp": ("AWSCognitoIdentityProviderService", "1.1"),
}
TIMEOUT = 30.0
OK = 200


class QuickAws:
    """One connection on behalf of an account. ministack checks no signature."""

    def __init__(self, endpoint: str, account: str) -> None:
        address = urlsplit(endpoint)
        assert address.hostname is not None
        assert address.port is not None
        self._address = (address.hostname, address.port)
        self._account = account
        self._socket: socket.socket | None = None

    def close(self) -> None:
        """Close the connection."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def client(self, service: Service) -> QuickClient:
        """As much of a boto3 client as the portal's repositories and queues use."""
        return QuickClient(self, service)

    def call(self, service: Service, operation: str, **request: Any) -> dict[str, Any]:
        """Return the answer. Raises botocore's ClientError with any status but 200."""
        prefix, version = TARGETS[service]
        credential = f"{self._account}/20260101/{REGION}/{service}/aws4_request"
        headers = (
            f"Content-Type: application/x-amz-json-{version}\r\n"
            f"X-Amz-Target: {prefix}.{operation}\r\n"
            f"Authorization: AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host,"
            " Signature=0\r\n"
        )
        status, answer = self._exchange("POST", "/", headers, json.dumps(request).encode())
        if status != OK:
            raise ClientError(_error(status, answer), operation)  # type: ignore[arg-type]  # as botocore fills it
        return answer

    def messages(self) -> dict[str, list[dict[str, Any]]]:
        """All messages by the names of the account's queues, received and delayed ones too."""
        path = f"/_ministack/sqs/messages?account={self._account}"
        status, answer = self._exchange("GET", path, "", b"")
        assert status == OK, (status, answer)
        queues = answer["messages"].get(self._account, {}).get(REGION, {})
        return {url.rpartition("/")[2]: messages for url, messages in queues.items()}

    def _exchange(
        self, method: str, path: str, headers: str, body: bytes
    ) -> tuple[int, dict[str, Any]]:
        host, port = self._address
        head = (
            f"{method} {path} HTTP/1.1\r\nHost: {host}:{port}\r\n{headers}"
            f"Content-Length: {len(body)}\r\n\r\n"
        )
        request = head.encode() + body
        answer = self._answer(request)
        if answer is None:  # ministack closes a connection that was idle for 75 seconds
            self.close()
            answer = self._answer(request)
        assert answer is not None, "ministack does not answer"
        return answer.status, json.loads(answer.body) if answer.body else {}

    def _answer(self, request: bytes) -> _Answer | None:
        """Return the answer; None when the connection is closed instead."""
        if self._socket is None:
            self._socket = socket.create_connection(self._address, TIMEOUT)
        answer = _Answer()
        try:
            self._socket.sendall(request)
            while not answer.complete:
                received = self._socket.recv(65_536)
                if not received:
                    return None
                answer.feed(received)
        except (BrokenPipeError, ConnectionResetError):
            return None
        return answer


class QuickClient:
    """One service; operations are methods with boto3's names and keyword arguments."""

    def __init__(self, aws: QuickAws, service: Service) -> None:
        self._aws = aws
        self._service = service

    def __getattr__(self, name: str) -> Callable[..., dict[str, Any]]:
        operation = "".join(part.capitalize() for part in name.split("_"))
        return partial(self._aws.call, self._service, operation)


class _Answer:
    """One HTTP response, as it comes in; httptools calls its methods."""

    def __init__(self) -> None:
        self.complete = False
        self.body = b""
        self._parser = HttpResponseParser(self)

    @property
    def status(self) -> int:
        return int(self._parser.get_status_code())

    def feed(self, received: bytes) -> None:
        self._parser.feed_data(received)

    def on_body(self, body: bytes) -> None:
        self.body += body

    def on_message_complete(self) -> None:
        self.complete = True


def _error(status: int, answer: dict[str, Any]) -> dict[str, Any]:
    """What botocore makes of an error: code and message apart, the error's own fields beside."""
    code = str(answer.get("__type", "Unknown")).rpartition("#")[2]
    message = answer.get("message") or answer.get("Message") or ""
    return {
        **answer,
        "Error": {"Code": code, "Message": message},
        "ResponseMetadata": {"HTTPStatusCode": status},
    }
