"""The composition roots as Lambda runs them: real configuration, tables, queue and vendors.

Import the fixtures `composed`, `tables`, `module_tables`, `vendors` and `vendor_servers` into a
conftest. Nothing is overridden: what a test reaches through a handler is what is deployed.
"""

from __future__ import annotations

import functools
import importlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
from portal import factories
from portal.domain.identity import CustomerMapping
from portal.repositories.identity import mapping_item

from local.demo.data import CONSUMER_KEY, CONSUMER_SECRET
from local.demo.people import CHEN, Person
from local.emulators.whmcs.emulator import API_PATH
from tests.conftest import REGION
from tests.events import USER_ID, Answer, call, claims, rest_event
from tests.tables import CATALOG, EPHEMERAL, IDEMPOTENCY, IDENTITY, WORKFLOW, Tables
from tests.vendors import API_VERSION, Vendors, account_id

SECRETS = {
    "salesforce": {"consumerKey": CONSUMER_KEY, "consumerSecret": CONSUMER_SECRET},
    "whmcs": {"identifier": "local-identifier", "secret": "local-secret"},
}
# CHEN of the demo: WHMCS client 1 with a valid card.
CHEN_CLIENT = 1


@dataclass
class Composed:
    """Handlers by module name, called as the gateway does."""

    tables: Tables
    vendors: Vendors
    sqs: Any
    queue_url: str

    def send(self, module: str, method: str, path: str, **event: Any) -> Answer:
        """Call `functions.<module>`'s handler as CHEN, unless `user` says otherwise."""
        event.setdefault("user", claims())
        handler = importlib.import_module(f"functions.{module}").handler
        return call(handler, rest_event(method, path, **event))

    def order(self, *items: Any, key: str | None = None) -> Answer:
        """POST /orders."""
        headers = {} if key is None else {"Idempotency-Key": key}
        body = {"items": list(items)}
        return self.send("orders.create_order", "POST", "/orders", body=body, headers=headers)

    def become_another_lambda(self) -> None:
        """Forget what an execution environment keeps: clients, sessions, copies."""
        forget_environment()

    def map_user(self, person: Person, client_id: int, user_id: str = USER_ID) -> None:
        """Somebody of the demo signs up."""
        mapping = CustomerMapping(
            user_id=user_id,
            email=person.email,
            whmcs_client_id=client_id,
            sf_account_id=account_id(person),
            customer_number=person.number,
            first_name=person.first_name,
        )
        self.tables[IDENTITY].put(mapping_item(mapping))

    def mails(self) -> list[dict[str, Any]]:
        """The mail jobs on the queue."""
        answer = self.sqs.receive_message(
            QueueUrl=self.queue_url, MaxNumberOfMessages=10, VisibilityTimeout=0
        )
        return [json.loads(message["Body"]) for message in answer.get("Messages", [])]


def environment(vendors: Vendors, queue_url: str) -> dict[str, str]:
    """What the templates set, pointed at the emulators."""
    return {
        "IDENTITY_TABLE": IDENTITY,
        "IDEMPOTENCY_TABLE": IDEMPOTENCY,
        "EPHEMERAL_TABLE": EPHEMERAL,
        "CATALOG_TABLE": CATALOG,
        "WORKFLOW_TABLE": WORKFLOW,
        "EMAIL_QUEUE_URL": queue_url,
        "SALESFORCE_URL": vendors.salesforce_url,
        "SALESFORCE_SECRET_ID": "salesforce",
        "SALESFORCE_API_VERSION": API_VERSION,
        "SALESFORCE_PRICEBOOK": "Portal",
        "SALESFORCE_CUSTOMER_NUMBER_FIELD": "Customer_Number__c",
        "SALESFORCE_ACCOUNT_EMAIL_FIELD": "PersonEmail",
        "SALESFORCE_DWELLING_FIELD": "Portal_Dwelling__c",
        "SALESFORCE_TIER_FIELD": "Portal_Tier__c",
        "SALESFORCE_REGION_FIELD": "Portal_Region__c",
        "WHMCS_API_URL": f"{vendors.whmcs_url}{API_PATH}",
        "WHMCS_SECRET_ID": "whmcs",
        "WHMCS_PAYMENT_METHODS_PATH": "index.php?rp=/account/paymentmethods",
        "PORTAL_CURRENCY": "JPY",
        "ORDER_CANCELLED_STATUS": "Cancelled",
        "PORTAL_TIME_ZONE": "Asia/Tokyo",
        "PORTAL_PRICES_INCLUDE_TAX": "true",
    }


def forget_environment() -> None:
    """Empty the caches of every composition root of these areas."""
    for area in ("audit", "billing", "catalog", "orders"):
        deps = importlib.import_module(f"functions.{area}.deps")
        for name, builder in vars(deps).items():
            if name.startswith("build_"):
                builder.cache_clear()
    for value in vars(factories).values():
        if isinstance(value, functools._lru_cache_wrapper):  # its public name
            value.cache_clear()


@pytest.fixture
def composed(
    tables: Tables, vendors: Vendors, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Composed]:
    """A portal with CHEN signed up, as just deployed."""
    manager = boto3.client("secretsmanager", region_name=REGION)
    known = {secret["Name"] for secret in manager.list_secrets()["SecretList"]}
    for name, document in SECRETS.items():
        if name not in known:
            manager.create_secret(Name=name, SecretString=json.dumps(document))
    sqs = boto3.client("sqs", region_name=REGION)
    queue_url = sqs.create_queue(QueueName="email")["QueueUrl"]
    for name, value in environment(vendors, queue_url).items():
        monkeypatch.setenv(name, value)
    forget_environment()
    portal = Composed(tables, vendors, sqs, queue_url)
    portal.map_user(CHEN, CHEN_CLIENT)
    yield portal
    sqs.delete_queue(QueueUrl=queue_url)
    forget_environment()
