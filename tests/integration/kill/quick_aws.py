"""Calls of ministack without botocore, which takes five times as much processor time for a call.

Emptying tables and queues before each case was a fifth of the whole kill matrix.
"""

from __future__ import annotations

import http.client
import json
from collections.abc import Mapping
from typing import Any, Literal
from urllib.parse import urlsplit

from local.stack.settings import REGION

Service = Literal["dynamodb", "sqs", "cognito-idp"]
# Service → the prefix of X-Amz-Target and the version of the JSON protocol. Source: the services'
# API references.
TARGETS: Mapping[Service, tuple[str, str]] = {
    "dynamodb": ("DynamoDB_20120810", "1.0"),
    "sqs": ("AmazonSQS", "1.0"),
    "cognito-idp": ("AWSCognitoIdentityProviderService", "1.1"),
}


class QuickAws:
    """One connection on behalf of an account. ministack checks no signature."""

    def __init__(self, endpoint: str, account: str) -> None:
        self._connection = http.client.HTTPConnection(urlsplit(endpoint).netloc, timeout=30)
        self._account = account

    def close(self) -> None:
        """Close the connection."""
        self._connection.close()

    def call(self, service: Service, operation: str, **request: Any) -> dict[str, Any]:
        """Return the answer; fails the test with any status but 200."""
        prefix, version = TARGETS[service]
        credential = f"{self._account}/20260101/{REGION}/{service}/aws4_request"
        headers = {
            "Content-Type": f"application/x-amz-json-{version}",
            "X-Amz-Target": f"{prefix}.{operation}",
            "Authorization": f"AWS4-HMAC-SHA256 Credential={credential}, SignedHeaders=host,"
            " Signature=0",
        }
        return self._answer("POST", "/", json.dumps(request), headers)

    def waiting(self) -> set[str]:
        """The names of the account's queues that hold messages, received and delayed ones too."""
        found = self._answer("GET", "/_ministack/sqs/messages", None, {})["messages"]
        queues = found.get(self._account, {}).get(REGION, {})
        return {url.rpartition("/")[2] for url, messages in queues.items() if messages}

    def _answer(
        self, method: str, path: str, body: str | None, headers: Mapping[str, str]
    ) -> dict[str, Any]:
        try:
            self._connection.request(method, path, body, dict(headers))
            answer = self._connection.getresponse()
        except (http.client.RemoteDisconnected, BrokenPipeError):
            # ministack closes a connection that was idle for 75 seconds.
            self._connection.close()
            self._connection.request(method, path, body, dict(headers))
            answer = self._connection.getresponse()
        content = answer.read()
        assert answer.status == 200, (method, path, headers, content)
        found: dict[str, Any] = json.loads(content) if content else {}
        return found
