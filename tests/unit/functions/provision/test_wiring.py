"""The handlers as Lambda runs them: real composition roots, tables and queues by moto."""

from __future__ import annotations

import time

from portal.adapters.circuit import FAILURES
from portal.engine.start import cancel
from portal.provisioning.job import KIND

from functions.provision import dead_letter, sweeper
from functions.provision.deps import build_start, build_sweeper
from local.emulators.kit.faults import Fault
from tests.events import FakeContext, sqs_event
from tests.fakes.provisioning import ORDER_ID
from tests.unit.functions.provision.office import Wired, emulated, servers, wired
from tests.unit.functions.provision.seeds import ESIM, FIBRE

__all__ = ["emulated", "servers", "wired"]

TRIES = 8


def test_from_the_button_to_the_mails(wired: Wired) -> None:
    wired.servers.seed((FIBRE, 1), (ESIM, 1))
    pressed = wired.press()
    assert (pressed.status, pressed.json()["status"]) == (202, "queued")
    assert wired.messages() == [{"jobId": f"provision#{ORDER_ID}", "attempt": 1, "wakes": False}]
    assert wired.work() == {"batchItemFailures": []}
    assert wired.view().status == "provisioned"
    assert sorted(mail["dedupKey"] for mail in wired.messages("email")) == [
        f"esim-activation:{ORDER_ID}:key-002:1",
        f"order-provisioned:{ORDER_ID}",
    ]
    journal = wired.servers.whmcs.emulator.journal.calls()
    assert len({entry.headers.get("x-correlation-id") for entry in journal}) == 1
    again = wired.press(f"{ORDER_ID}-2")
    assert (again.status, again.json()["status"]) == (200, "provisioned")
    assert again.json()["result"]["whmcsOrderId"] == wired.order()["WHMCS_Order_ID__c"]
    assert again.headers["location"] == f"/api/orders/{ORDER_ID}"


def test_whmcs_is_down_and_the_job_waits_out_of_the_way(wired: Wired) -> None:
    wired.servers.seed((FIBRE, 1))
    wired.servers.whmcs.emulator.set_switches({"maintenance": True})
    wired.press()
    wired.messages()
    for _ in range(FAILURES - 1):
        assert len(wired.work()["batchItemFailures"]) == 1
    # The next one opens the circuit. From here on nobody knocks, and no try is spent.
    for queue in ("provision", "provision-waiting", "provision-waiting"):
        assert wired.work(queue=queue) == {"batchItemFailures": []}
    assert len(wired.servers.whmcs.emulator.journal.calls()) == FAILURES
    assert wired.job().runs == FAILURES - 1
    assert (wired.backlog("provision"), wired.backlog("provision-waiting")) == (0, 3)


def test_a_try_that_fails_again_and_again_ends_in_the_dead_letters(wired: Wired) -> None:
    wired.servers.seed((FIBRE, 1))
    wired.press()
    # One action fails; the others answer, so that the circuit stays closed.
    fault = Fault(kind="html", operation="GetPayMethods", times=None)
    wired.servers.whmcs.emulator.faults.add(fault)
    for _ in range(TRIES):
        assert len(wired.work()["batchItemFailures"]) == 1
    assert wired.job().runs == TRIES
    assert wired.work(dead_letter.handler) == {"batchItemFailures": []}
    assert (wired.view().status, wired.view().error_code) == ("failed", "whmcs-unavailable")
    order = wired.order()
    assert order["Provisioning_Status__c"] == "Failed"
    assert order["Provisioning_Error_Code__c"] == "whmcs-unavailable"
    assert order["Attempt_Count__c"] == 1


def test_a_dead_letter_stays_until_salesforce_knows(wired: Wired) -> None:
    wired.servers.seed((FIBRE, 1))
    wired.servers.salesforce.emulator.set_switches({"api_disabled": False})
    wired.press()
    for _ in range(3):
        wired.servers.salesforce.emulator.set_switches({"request_limit_reached": True})
        assert len(wired.work(dead_letter.handler)["batchItemFailures"]) == 1
    wired.servers.salesforce.emulator.set_switches({"request_limit_reached": False})
    assert wired.work(dead_letter.handler) == {"batchItemFailures": []}
    assert wired.view().error_code == "retries-exhausted"
    assert wired.order()["Provisioning_Status__c"] == "Failed"


def test_the_sweeper_brings_back_what_was_lost(wired: Wired) -> None:
    wired.servers.seed((FIBRE, 1))
    wired.press()
    wired.messages()
    assert sweeper.handler({}, FakeContext())[KIND]["lost"] == 0
    build_sweeper()._clock = lambda: time.time() + 3_600
    assert sweeper.handler({}, FakeContext())[KIND]["lost"] == 1
    assert wired.messages() == [{"jobId": f"provision#{ORDER_ID}", "attempt": 1, "wakes": False}]


def test_an_operator_cancels(wired: Wired) -> None:
    wired.servers.seed((FIBRE, 1))
    wired.press()
    queue = build_start().queue
    asked = cancel(wired.store, queue, f"provision#{ORDER_ID}", text="called off", now=time.time())
    assert asked == "cancelled"
    wired.work()
    assert wired.view().status == "cancelled"
    assert wired.order()["Provisioning_Status__c"] == "Not Started"


def test_messages_that_are_no_tasks_are_dropped_loudly(wired: Wired) -> None:
    event = sqs_event(
        "not json", {"jobId": "", "attempt": 1}, {"jobId": "provision#x", "attempt": 0}
    )
    for handler in (wired.worker, dead_letter.handler):
        assert handler(event, FakeContext()) == {"batchItemFailures": []}
