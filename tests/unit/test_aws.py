"""The AWS clients of the Lambdas."""

from __future__ import annotations

import socket

import pytest
from portal import aws

from tests.fakes.sockets import ScriptedServer, answer, read_request


def test_a_request_says_which_sdk_sends_it(monkeypatch: pytest.MonkeyPatch) -> None:
    sent: list[bytes] = []

    def script(connection: socket.socket) -> None:
        sent.append(read_request(connection))
        connection.sendall(answer())

    with ScriptedServer(script) as server:
        monkeypatch.setenv("AWS_ENDPOINT_URL", server.url)
        aws.forget_clients()
        aws.dynamodb().get_item(TableName="t", Key={"pk": {"S": "1"}})
    aws.forget_clients()
    (agent,) = [line for line in sent[0].split(b"\r\n") if line.lower().startswith(b"user-agent")]
    assert b"Boto3/" in agent
    assert b" portal" in agent
