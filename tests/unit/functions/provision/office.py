"""Real handlers and composition roots; emulated vendors; tables and queues by moto."""

from __future__ import annotations

import hashlib
import hmac
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from moto import mock_aws
from portal.engine.model import Job
from portal.ports.workflow import JobView
from portal.provisioning.view import StoredJobReader
from portal.repositories.dynamodb import Table
from portal.repositories.identity import account_key, mapping_item
from portal.repositories.workflow import DynamoJobStore

from bench.quick_moto import quicken
from functions.provision import start, worker
from functions.provision.deps import build_dead_letter, build_start, build_sweeper, build_worker
from local.emulators.whmcs.emulator import API_PATH
from tests.events import FakeContext, call, rest_event, sqs_event
from tests.fakes.directory import ACCOUNT_ID, customer
from tests.fakes.provisioning import ORDER_ID
from tests.unit.functions.provision.emulated import Servers, servers
from tests.unit.repositories.workflow_table import create_workflow_table

__all__ = ["Wired", "emulated", "servers", "wired"]

SIGNING_KEY = "signing-key-for-tests"
QUEUES = ("provision", "provision-waiting", "operation", "operation-waiting", "email")
Handler = Callable[..., dict[str, Any]]


@dataclass
class Wired:
    """Everything that the handlers reach."""

    servers: Servers
    urls: dict[str, str]
    worker: Handler = worker.handler

    def press(self, key: str = f"{ORDER_ID}-1") -> Any:
        """The button, signed as Salesforce does it."""
        stamp, path, body = str(int(time.time())), f"/orders/{ORDER_ID}/provision", b""
        text = f"v1|POST|{path}|{stamp}|{key}|{hashlib.sha256(body).hexdigest()}"
        digest = hmac.new(SIGNING_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
        headers = {
            "X-Portal-Timestamp": stamp,
            "X-Portal-Key-Id": "k1",
            "Idempotency-Key": key,
            "X-Portal-Signature": f"v1={digest}",
            "X-Correlation-Id": "press-0001",
        }
        return call(start.handler, rest_event("POST", path, headers=headers))

    def messages(self, queue: str = "provision") -> list[dict[str, Any]]:
        """Take what can be received from a queue."""
        client, url = boto3.client("sqs"), self.urls[queue]
        found = client.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages", [])
        for message in found:
            client.delete_message(QueueUrl=url, ReceiptHandle=message["ReceiptHandle"])
        return [json.loads(message["Body"]) for message in found]

    def backlog(self, queue: str) -> int:
        """How many messages are on a queue, delayed ones too."""
        found = boto3.client("sqs").get_queue_attributes(
            QueueUrl=self.urls[queue], AttributeNames=["All"]
        )["Attributes"]
        return int(found["ApproximateNumberOfMessages"]) + int(
            found["ApproximateNumberOfMessagesDelayed"]
        )

    def work(self, handler: Handler | None = None, *, queue: str = "provision") -> dict[str, Any]:
        """One invocation for the order's job, by a message of a queue, when its time has come."""
        job = self.job()
        if job.next_at > time.time():
            job = self.store.replace(job.changed(next_at=time.time()))
        event = sqs_event({"jobId": job.id, "attempt": job.attempt}, queue=queue)
        return (handler or self.worker)(event, FakeContext(remaining_ms=150_000))

    def job(self) -> Job:
        """The order's job as it is stored."""
        job = self.store.get(f"provision#{ORDER_ID}")
        assert job is not None
        return job

    @property
    def store(self) -> DynamoJobStore:
        """The workflow table."""
        return DynamoJobStore(Table("workflow"))

    def view(self) -> JobView:
        """What GET /orders reads."""
        view = StoredJobReader(self.store).get(ORDER_ID)
        assert view is not None
        return view

    def order(self) -> dict[str, Any]:
        """The Order in Salesforce."""
        (order,) = self.servers.salesforce.emulator.dump()["Order"]
        found: dict[str, Any] = order
        return found


@pytest.fixture
def emulated(servers: Servers) -> dict[str, str]:
    """Where the vendors are, by environment name."""
    return {
        "SALESFORCE_URL": servers.salesforce.url,
        "WHMCS_API_URL": f"{servers.whmcs.url}{API_PATH}",
        "ESIM_API_URL": servers.gigs.url,
    }


@pytest.fixture
def wired(
    servers: Servers, emulated: dict[str, str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Wired]:
    quicken()
    with mock_aws():
        urls = _resources()
        for name, value in {
            **emulated,
            "SALESFORCE_SECRET_ID": "salesforce",
            "SALESFORCE_API_VERSION": "63.0",
            "SALESFORCE_CUSTOMER_NUMBER_FIELD": "Customer_Number__c",
            "SALESFORCE_ACCOUNT_EMAIL_FIELD": "PersonEmail",
            "WHMCS_SECRET_ID": "whmcs",
            "WHMCS_PAYMENT_METHOD": "stripe",
            "ESIM_PROVIDER": "gigs",
            "ESIM_SECRET_ID": "esim",
            "SIGNING_SECRET_ID": "signing",
            "IDENTITY_TABLE": "identity",
            "IDEMPOTENCY_TABLE": "idempotency",
            "EPHEMERAL_TABLE": "ephemeral",
            "WORKFLOW_TABLE": "workflow",
            "EMAIL_QUEUE_URL": urls["email"],
            "PROVISION_QUEUE_URL": urls["provision"],
            "PROVISION_WAITING_QUEUE_URL": urls["provision-waiting"],
            "OPERATION_QUEUE_URL": urls["operation"],
            "OPERATION_WAITING_QUEUE_URL": urls["operation-waiting"],
            "PORTAL_TIME_ZONE": "Asia/Tokyo",
            "PROVISION_MAX_RETRIES": "7",
            "PROVISION_NEEDS_APPROVAL": "true",
            "PROVISION_PATIENCE_HOURS": "24",
        }.items():
            monkeypatch.setenv(name, value)
        for builder in (build_start, build_worker, build_dead_letter, build_sweeper):
            builder.cache_clear()
        yield Wired(servers, urls)


def _resources() -> dict[str, str]:
    dynamodb, sqs, secrets = (
        boto3.client("dynamodb"),
        boto3.client("sqs"),
        boto3.client("secretsmanager"),
    )
    for name, key in {"identity": "pk", "idempotency": "id", "ephemeral": "pk"}.items():
        dynamodb.create_table(
            TableName=name,
            KeySchema=[{"AttributeName": key, "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": key, "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
    create_workflow_table(dynamodb)
    identity = Table("identity")
    identity.put(mapping_item(customer()))
    identity.put({**account_key(ACCOUNT_ID), "userId": customer().user_id, "state": "mapped"})
    for name, document in {
        "salesforce": {"consumerKey": "key", "consumerSecret": "secret"},
        "whmcs": {"identifier": "local-identifier", "secret": "local-secret"},
        "esim": {"project": "portal-local", "token": "token"},
        "signing": {"keys": {"k1": SIGNING_KEY}},
    }.items():
        secrets.create_secret(Name=name, SecretString=json.dumps(document))
    return {name: sqs.create_queue(QueueName=name)["QueueUrl"] for name in QUEUES}
