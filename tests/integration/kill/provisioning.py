"""One order, its job, and the worker's process: deliver, kill, let time pass, look."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Mapping
from typing import Any

from portal.domain.identity import CustomerMapping
from portal.engine.model import Job
from portal.engine.start import Started, StartRequest
from portal.provisioning.job import KIND, order_job_id
from portal.repositories.identity import account_key, mapping_item
from portal.repositories.workflow import DynamoJobStore

from local.demo.people import SATO
from local.demo.salesforce_ids import record_id
from tests.integration.kill.installation import Installation
from tests.integration.kill.lanes import Lane
from tests.integration.kill.process import Outcome
from tests.integration.kill.shapes import ORDER_ID, Shape

JOB_ID = order_job_id(ORDER_ID)
ACCOUNT_ID = record_id("Account", 1)
CLIENT_ID = 42
USER_ID = "0f1e2d3c-0000-4000-8000-000000000001"
MOST_DELIVERIES = 12
WAITING = "provision-waiting"
EMPTY_BODY = hashlib.sha256(b"").hexdigest()
Message = dict[str, Any]


class Provisioning:
    """A fresh world with the button pressed; `offset` is how far the clock has been moved."""

    fresh_queue = "provision"
    waiting_queue = WAITING

    def __init__(
        self,
        lane: Lane,
        shape: Shape,
        whmcs_switches: Mapping[str, Any] | None = None,
        *,
        pressed: bool = True,
    ) -> None:
        self.installation = installation = lane.installation
        self.lane = lane
        self.worker = lane.worker
        self.shape = shape
        self.offset = 0.0
        self.kept = True
        self._mails: list[dict[str, Any]] = []
        installation.reset()
        installation.seed(shape.salesforce_records(ACCOUNT_ID), self._prepare)
        installation.whmcs.set_switches(dict(whmcs_switches or {}))
        map_customer(installation)
        self.message: Message = {}
        if pressed:
            self.press()
            self.message = self.receive()

    @property
    def job(self) -> Job:
        """The record as it is stored."""
        job = DynamoJobStore(self.installation.table("workflow")).get(JOB_ID)
        assert job is not None
        return job

    @property
    def mails(self) -> list[dict[str, Any]]:
        """All jobs that were put on the e-mail queue."""
        self._mails += self.installation.messages("email")
        return self._mails

    def press(self, key: str = "key-1") -> Started:
        """The button."""
        wanted = StartRequest(
            kind=KIND,
            subject=ORDER_ID,
            scope="salesforce",
            key=key,
            payload_hash=EMPTY_BODY,
            input={},
            correlation_id="kill-0000-0001",
        )
        return self.installation.press(wanted, now=time.time() + self.offset)

    def receive(self) -> Message:
        """The one message that is there."""
        (record,) = self.installation.records(self.fresh_queue)
        return record

    def deliver(self, **options: Any) -> Outcome:
        """Hand the message to the worker and wait for the end."""
        self.begin(**options)
        return self.finish()

    def begin(self, **options: Any) -> None:
        """Hand the message to the worker."""
        self.worker.begin({"Records": [self.message]}, offset=self.offset, **options)

    def finish(self) -> Outcome:
        """Wait for the worker's end; a job that is not over must have a message left."""
        outcome = self.worker.finish()
        if not outcome.killed:
            self._settle_message(outcome)
        return outcome

    def settle(self, **options: Any) -> list[Outcome]:
        """Redeliver, each time when the job is next due, until it is over."""
        outcomes: list[Outcome] = []
        for _ in range(MOST_DELIVERIES):
            job = self.job
            if job.status.over:
                return outcomes
            self.wait_until_due(job)
            outcomes.append(self.deliver(**options))
        job = self.job
        assert job.status.over, f"{job.status} in {job.current_step}: {job.last_error}"
        return outcomes

    @property
    def waits(self) -> bool:
        """Whether its message has gone over to the queue of those that wait."""
        return str(self.message["eventSourceARN"]).endswith(f":{self.waiting_queue}")

    def wait_until_due(self, job: Job | None = None) -> None:
        """Move all clocks past the lease and the next try of the job (as stored, if not given)."""
        job = job or self.job
        due = max(job.lease.until, job.next_at)
        self.advance(max(0.0, due - time.time() - self.offset) + 1.0)

    def advance(self, seconds: float) -> None:
        """Move all clocks."""
        self.offset += seconds
        for emulator in self.installation.emulators.values():
            emulator.clock.advance(seconds)

    def _settle_message(self, outcome: Outcome) -> None:
        self.kept = kept = bool(outcome.answer["batchItemFailures"])
        waiting = self.installation.records(self.waiting_queue)
        follow_ups = self.installation.backlog(self.fresh_queue) + len(waiting)
        assert kept or follow_ups or self.job.status.over, "nothing will bring the job back"
        assert follow_ups <= 1, "the worker multiplies messages"
        self.installation.purge(self.fresh_queue, self.waiting_queue)
        if waiting:
            (self.message,) = waiting

    def _prepare(self, whmcs: dict[str, Any]) -> None:
        self.shape.allow_quantities(whmcs["products"])
        add_customer(whmcs)


def add_customer(whmcs: dict[str, Any]) -> None:
    """A client who can pay, in the WHMCS seed."""
    card = {
        "type": "RemoteCreditCard",
        "cardType": "Visa",
        "cardLastFour": "4242",
        "expiryDate": "12/39",
        "gatewayName": "stripe",
    }
    whmcs["clients"].append(
        {
            "id": CLIENT_ID,
            "firstname": SATO.first_name,
            "lastname": SATO.last_name,
            "email": SATO.email,
            "address1": SATO.street,
            "city": SATO.city,
            "state": SATO.state,
            "postcode": SATO.postcode,
            "country": "JP",
            "paymethods": [card],
        }
    )


def map_customer(installation: Installation) -> None:
    """The customer has a portal account."""
    table = installation.table("identity")
    mapping = CustomerMapping(
        user_id=USER_ID,
        email=SATO.email,
        whmcs_client_id=CLIENT_ID,
        sf_account_id=ACCOUNT_ID,
        customer_number=SATO.number,
        first_name=SATO.first_name,
        language="en",
    )
    reserved = {**account_key(ACCOUNT_ID), "userId": USER_ID, "state": "mapped"}
    table.transact([{"Put": {"item": item}} for item in (mapping_item(mapping), reserved)])
