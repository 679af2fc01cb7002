"""Orders that have to wait, on the deployed stack: queues, grants and event sources as in AWS."""

from __future__ import annotations

import dataclasses
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from portal.engine.model import Task
from portal.provisioning.job import order_job_id
from portal.queues.task_message import TaskMessage

from local.context import StackContext
from local.demo.backstage import Backstage
from local.demo.card_page import Card, add_card
from local.demo.cart import CART
from local.demo.checks import expect_status
from local.demo.people import NEWCOMERS, PASSWORD
from local.demo.portal_client import FrontDoor, PortalClient, find_stack
from local.stack.ministack import Ministack
from tests.stack import eventually

CIRCUIT = {"id": {"S": "circuit#whmcs"}}
EXTRAS = ("voicemail", "call-waiting", "content-filter")
ESIM = next(item for item in CART["items"] if item["sku"].startswith("ESIM"))


@dataclass
class Shop:
    """A customer with a card, and the operator."""

    portal: PortalClient
    front: FrontDoor

    def order(self, number: int) -> str:
        """An order that an operator has approved and pressed the button for; no two alike."""
        extras = {name: bool(number // 6 & 1 << bit) for bit, name in enumerate(EXTRAS)}
        chosen = {"international-credit": number % 6, **extras}
        options = {**ESIM["configOptions"], **chosen}
        cart = {"items": [{**ESIM, "configOptions": options}]}
        answer = self.portal.post("/orders", cart)
        order_id: str = expect_status(answer, 201, "Ordering")["sfOrderId"]
        self.front.approve(order_id)
        assert self.front.press_provision(order_id)["status"] == 202
        return order_id

    def provisioned(self, order_id: str) -> bool:
        record = self.front.order(order_id)
        assert record["Provisioning_Status__c"] != "Failed", record["Provisioning_Error_Message__c"]
        return bool(record["Provisioning_Status__c"] == "Provisioned")


@pytest.fixture(scope="module")
def shop(stack: StackContext) -> Iterator[Shop]:
    with ExitStack() as open_clients:
        found = find_stack(stack.front_url)
        portal = open_clients.enter_context(closing(PortalClient(found["api"])))
        front = open_clients.enter_context(closing(FrontDoor(stack.front_url)))
        backstage = open_clients.enter_context(closing(Backstage(found["emulators"])))
        person = dataclasses.replace(
            NEWCOMERS[0], number="CN-700001", email="patient.customer@mail.example"
        )
        backstage.add_account(person)
        expect_status(portal.post("/auth/signup", person.signup()), 201, "Signing up")
        portal.log_in(person.email, PASSWORD)
        answer = portal.post("/auth/sso-link", {"destination": "payment-methods"})
        add_card(expect_status(answer, 200, "Asking for a link")["url"], Card())
        yield Shop(portal, front)


@pytest.fixture
def slow_provider(stack: StackContext) -> Iterator[None]:
    """An eSIM is active some seconds after it was ordered."""
    switches = f"{stack.gigs_url}/_admin/switches"

    def switch(**values: Any) -> None:
        httpx.patch(switches, json=values, timeout=10, trust_env=False).raise_for_status()

    switch(activation="after_seconds", pace_seconds=4.0)
    yield
    switch(activation="immediate")


@pytest.mark.usefixtures("slow_provider")
def test_an_esim_that_is_pending_at_first_takes_seconds(shop: Shop) -> None:
    order_id = shop.order(1)
    eventually(lambda: shop.provisioned(order_id), within=60)


def test_a_job_whose_upstream_is_down_waits_in_the_other_queue_and_is_provisioned_from_there(
    shop: Shop, stack: StackContext, aws: Ministack
) -> None:
    dynamodb, sqs = aws.client("dynamodb"), aws.client("sqs")
    outputs = stack.stack_outputs
    opened = {"state": {"S": "OPEN"}, "opened_at": {"N": str(int(time.time()))}}
    dynamodb.put_item(
        TableName=outputs["IdempotencyTableName"],
        Item={**CIRCUIT, **opened, "failure_count": {"N": "5"}},
    )
    waiting = outputs["ProvisionWaitingQueueUrl"]

    def delayed() -> bool:
        name = "ApproximateNumberOfMessagesDelayed"
        answer = sqs.get_queue_attributes(QueueUrl=waiting, AttributeNames=[name])
        return int(answer["Attributes"][name]) > 0

    # A worker that was busy just now believes for five seconds that the circuit is closed.
    orders: list[str] = []
    while not delayed():
        orders.append(shop.order(len(orders) + 2))
        eventually(lambda: delayed() or shop.provisioned(orders[-1]))
    dynamodb.delete_item(TableName=outputs["IdempotencyTableName"], Key=CIRCUIT)
    # Its own message comes after minutes. Messages that wake the job come at once, as after an
    # event of a provider: the worker that still believes in the open circuit waits once more.
    task = Task(order_job_id(orders[-1]), attempt=1)
    message = TaskMessage.of(task, wakes=True).model_dump_json(by_alias=True)

    def provisioned_when_woken() -> bool:
        sqs.send_message(QueueUrl=waiting, MessageBody=message)
        return shop.provisioned(orders[-1])

    eventually(provisioned_when_woken, within=60)
