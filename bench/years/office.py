"""What operators do: approve, press the button, cancel with `ops`, and make mistakes."""

from __future__ import annotations

import hashlib
import hmac
import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from portal.adapters.sqs import SqsQueue
from portal.adapters.task_queue import SqsTaskQueue
from portal.domain.upstream import UpstreamError
from portal.engine.states import Status
from portal.repositories.dynamodb import Table, from_item
from portal.repositories.workflow import DynamoJobStore
from portal.workflow_kinds import REISSUE

from bench.years.business import SIGNING_KEY, SIGNING_KEY_ID, Business, Refusal
from bench.years.cloud import items
from bench.years.lambdas import Lambdas
from bench.years.people import HOUR, Customers
from bench.years.world import World
from ops import jobs, operations
from ops.errors import OpsError
from ops.ports import JobPorts

STATUSES = {
    "Draft": "Draft",
    "Pending Review": "Draft",
    "Cancelled": "Draft",
    "Activated": "Activated",
}
SOBJECTS = "/services/data/v63.0/sobjects"
PROVISIONED, CANCELLED = "Provisioned", "Cancelled"
ENDS = frozenset({PROVISIONED, "Failed"})


@dataclass
class Office:
    """The operators. `mistakes` is the probability of each kind of mistake with an Order."""

    world: World
    lambdas: Lambdas
    business: Business
    customers: Customers
    mistakes: float = 0.06
    seen: set[str] = field(default_factory=set)
    cancelled: set[str] = field(default_factory=set)
    edited: set[str] = field(default_factory=set)

    def open(self) -> None:
        """Prepare the org, and answer the phone."""
        self.customers.support = self.phoned
        self.business.salesforce.set_switches({"order_statuses": STATUSES})

    def orders(self) -> list[dict[str, Any]]:
        """Return all Orders of the org."""
        found: list[dict[str, Any]] = self.business.salesforce.dump()["Order"]
        return found

    def work(self, until: float) -> None:
        """Look for new Orders every now and then, as a task."""
        while self.world.now < until:
            for order in self._records("Order"):
                if order["Id"] not in self.seen:
                    self.seen.add(order["Id"])
                    self.world.spawn(f"review {order['Id']}", partial(self.review, order["Id"]))
            if self.world.random.random() < self.mistakes / 4:
                self._merge()
            self.world.sleep(self.world.random.uniform(0.5, 2) * HOUR)

    def review(self, order_id: str, *, careful: bool = False) -> None:
        """Bring one Order to its end, as a task."""
        chance = self.world.random
        if not careful:
            self.world.sleep(chance.uniform(0.05, 3) * HOUR)
            if chance.random() < self.mistakes:
                self._edit_line(order_id)
            if chance.random() < self.mistakes:
                self.press(order_id)  # too early
        if self._order(order_id)["Status"] == CANCELLED:
            return
        self._set(order_id, Status="Activated")
        for _ in range(8):
            order = self._order(order_id)
            if order["Provisioning_Status__c"] == PROVISIONED or order["Status"] == CANCELLED:
                return
            presses = 2 if not careful and chance.random() < 2 * self.mistakes else 1
            for _ in range(presses):
                self.press(order_id)
            if not careful:
                self._mistake(order_id)
            self.world.wait(
                lambda: self._order(order_id)["Provisioning_Status__c"] in ENDS,
                every=900.0,
                at_most=30 * HOUR,
            )
            self.world.sleep(chance.uniform(0.1, 4) * HOUR)

    def _mistake(self, order_id: str) -> None:
        """Perhaps cancel or change an Order whose button was pressed, and perhaps all of it."""
        chance = self.world.random
        if chance.random() < self.mistakes:
            self.world.sleep(chance.uniform(1, 300))
            self._cancel(order_id)
        if chance.random() < self.mistakes:
            self._edit_line(order_id)
        if chance.random() < self.mistakes:
            self.world.sleep(chance.uniform(0, 60))
            self._ops(
                f"order cancel {order_id}", lambda: jobs.call_off(_ports("PROVISION"), order_id)
            )

    def press(self, order_id: str) -> int:
        """Press "Provision in WHMCS". Returns the status of the portal's answer."""
        order = self._order(order_id)
        key = f"{order_id}-{int(order['Attempt_Count__c'] or 0) + 1}"
        stamp, path = str(int(self.world.now)), f"/orders/{order_id}/provision"
        text = f"v1|POST|{path}|{stamp}|{key}|{hashlib.sha256(b'').hexdigest()}"
        digest = hmac.new(SIGNING_KEY.encode(), text.encode(), hashlib.sha256).hexdigest()
        headers = {
            "X-Portal-Timestamp": stamp,
            "X-Portal-Key-Id": SIGNING_KEY_ID,
            "Idempotency-Key": key,
            "X-Portal-Signature": f"v1={digest}",
        }
        answer = self.lambdas.request("provision.start", "POST", path, headers=headers)
        self.world.note(f"press {order_id} {key[-2:]} {answer.status} {answer.problem}")
        if answer.status == 500:  # noqa: PLR2004  # what must never be
            self.customers.failures.append(f"press {key}: status 500")
        return answer.status

    def phoned(self, operation: str) -> None:
        """Cancel an operation for a customer who phones, some seconds later."""
        after = self.world.random.uniform(0, 30)
        self.world.spawn(
            "phone",
            lambda: self._ops(
                f"operation cancel {operation}",
                lambda: operations.call_off(_ports("OPERATION"), operation),
            ),
            after=after,
        )

    def finish_reissues(self) -> None:
        """Begin the next attempt of reissues that stopped half-way, as a task.

        What was reissued has to be written everywhere (docs/runbooks).
        """
        for job in (from_item(item) for item in items("workflow")):
            stopped = job.get("kind") == REISSUE.name and job["status"] == Status.FAILED
            if stopped and job["steps"].get("reissue", {}).get("irreversible"):
                operation = str(job["subject"])
                self._ops(
                    f"operation redrive {operation}",
                    lambda operation=operation: operations.start_again(  # type: ignore[misc]  # bound now
                        _ports("OPERATION"), operation
                    ),
                )

    def _ops(self, command: str, run: Callable[[], object]) -> None:
        """Run a command of `ops` until it answers."""
        for _ in range(5):
            try:
                told = run()
            except OpsError as refused:
                told = refused
            except UpstreamError as error:
                self.world.note(f"ops {command}: {error!r}")
                self.world.sleep(60.0)
                continue
            self.world.note(f"ops {command}: {told}")
            return

    def _cancel(self, order_id: str) -> None:
        self.cancelled.add(order_id)
        self._set(order_id, Status="Cancelled")

    def _edit_line(self, order_id: str) -> None:
        lines = [one for one in self._records("OrderItem") if one["OrderId"] == order_id]
        if lines:
            line = self.world.random.choice(lines)
            self.edited.add(order_id)
            quantity = self.world.random.choice((1, 2))
            self._change(f"{SOBJECTS}/OrderItem/{line['Id']}", {"Quantity": quantity})

    def _merge(self) -> None:
        """Merge somebody's Account and a duplicate of it, in either direction."""
        if not self.customers.everybody:
            return
        chance = self.world.random
        customer = chance.choice(self.customers.everybody)
        made = self.business.backdoor(
            self.business.salesforce,
            "POST",
            f"{SOBJECTS}/Account",
            {"FirstName": customer.first_name, "LastName": customer.last_name},
        )
        mine, other = customer.account_id, made["id"]
        master, gone = (mine, other) if chance.random() < 0.5 else (other, mine)  # noqa: PLR2004  # either
        try:
            self.business.backdoor(
                self.business.salesforce,
                "POST",
                "/_admin/merge",
                {"master": master, "duplicates": [gone]},
            )
        except Refusal as refusal:
            self.world.note(f"merge refused {refusal}")
            return
        if master == other:
            # Whoever merges takes the number over, as the dialog offers it.
            self._change(f"{SOBJECTS}/Account/{other}", {"Customer_Number__c": customer.number})
            customer.account_id = other
        self.world.note(f"merged {gone} into {master}")

    def _set(self, order_id: str, **fields: Any) -> None:
        self._change(f"{SOBJECTS}/Order/{order_id}", fields)

    def _change(self, path: str, fields: dict[str, Any]) -> None:
        try:
            self.business.backdoor(self.business.salesforce, "PATCH", path, fields)
        except Refusal as refusal:
            self.world.note(f"operator refused {path} {refusal}")
            return
        self.world.note(f"operator {path.rpartition('/')[2]} {sorted(fields.items())}")

    def _order(self, order_id: str) -> dict[str, Any]:
        return next(one for one in self._records("Order") if one["Id"] == order_id)

    def _records(self, name: str) -> list[dict[str, Any]]:
        org = self.business.salesforce._org
        return list(org.store.records(org.schema.get(name)))


def _ports(queue: str) -> JobPorts:
    """Return what the commands of `ops` work with."""
    url = os.environ[f"{queue}_QUEUE_URL"]
    return JobPorts(
        jobs=DynamoJobStore(Table("workflow")), queue=SqsTaskQueue(SqsQueue(url)), clock=time.time
    )
