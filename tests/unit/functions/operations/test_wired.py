"""A top-up as deployed: real composition roots, WHMCS and both providers in their own books."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from functions.operations import dead_letter
from local.emulators.kit.faults import Fault
from tests.events import FakeContext, sqs_event
from tests.unit.functions.operations.office import CHEN_CLIENT, PRODUCT, Office, ProviderName

# At Gigs the profile is that of the line's SIM.
LOOKS_OF_ASKING: dict[ProviderName, int] = {"gigs": 2, "esim_access": 1}
REISSUE_CALLS: dict[ProviderName, int] = {"gigs": 2, "esim_access": 3}


def top_up_invoices(office: Office) -> list[dict[str, Any]]:
    """Those of the portal in WHMCS' books."""
    return [one for one in office.vendors.whmcs.dump()["invoices"] if "[topup-" in one["notes"]]


def test_a_top_up_in_everybodys_books(office: Office) -> None:
    cheapest = office.offers()[0]
    assert (cheapest["name"], cheapest["price"]) == ("1 GB", {"amount": "800", "currency": "JPY"})
    operation = office.bought()
    assert office.work(operation) == {"batchItemFailures": []}
    shown = office.shown(operation)
    assert (shown["status"], shown["subscriptionId"]) == ("succeeded", str(office.service_id))
    (invoice,) = top_up_invoices(office)
    assert (invoice["status"], invoice["userid"]) == ("Paid", CHEN_CLIENT)
    assert [Decimal(item["amount"]) for item in invoice["items"]] == [800]
    assert office.top_ups() == 1
    (mail,) = office.messages("email")
    assert (mail["template"], mail["dedupKey"]) == ("topup-receipt", f"topup-receipt:{operation}")
    assert mail["parameters"]["productName"] == PRODUCT.name
    assert mail["parameters"]["iccidEnding"] == office.iccid()[-4:]
    assert office.messages("case") == []
    # The next one on the line is another one.
    again = office.bought("key-2")
    office.work(again)
    assert (office.shown(again)["status"], office.top_ups()) == ("succeeded", 2)


def test_calls_of_the_worker(office: Office) -> None:
    operation = office.bought()
    office.become_another_lambda()
    office.forget_calls()
    office.work(operation)
    assert office.shown(operation)["status"] == "succeeded"
    assert office.calls() == {"salesforce": 0, "whmcs": 5, "esim": 2}


def test_calls_of_asking(office: Office) -> None:
    """What a page has asked for before costs nothing again; a whole top-up keeps its budget."""
    offer = office.offers()[0]["offerId"]
    assert office.calls() == {"salesforce": 1, "whmcs": 1, "esim": 1}
    office.become_another_lambda()
    office.offers()
    office.forget_calls()
    assert office.ask(offer).status == 202
    assert office.calls() == {"salesforce": 0, "whmcs": 1, "esim": 1}
    office.forget_calls()
    assert office.ask(offer).status == 202
    assert office.calls() == {"salesforce": 0, "whmcs": 0, "esim": 0}


def test_calls_of_a_reissue(office: Office) -> None:
    """A replacement costs one more: the old line is ended (docs/reissues.md)."""
    operation = office.reissued()
    assert office.calls() == {"salesforce": 0, "whmcs": 1, "esim": LOOKS_OF_ASKING[office.name]}
    office.become_another_lambda()
    office.forget_calls()
    for _ in range(2):  # the request, and what follows once the provider has done it
        assert office.shown(operation)["status"] != "succeeded"
        office.work(operation)
    assert office.shown(operation)["status"] == "succeeded"
    assert office.calls() == {"salesforce": 1, "whmcs": 2, "esim": REISSUE_CALLS[office.name]}
    assert len(office.messages("email")) == 2


def test_a_provider_that_refuses_is_credited(office: Office) -> None:
    operation = office.bought()
    office.refuse_top_ups()
    office.work(operation)
    shown = office.shown(operation)
    assert shown["status"] == "failed"
    assert "credited 800 JPY" in shown["message"]
    (entry,) = office.vendors.whmcs.dump()["credits"]
    assert Decimal(entry["amount"]) == 800
    assert entry["clientid"] == CHEN_CLIENT
    (case,) = office.messages("case")
    assert case["topup"]["operationId"] == operation
    (mail,) = office.messages("email")
    assert (mail["template"], office.top_ups()) == ("topup-refunded", 0)


def test_a_card_that_is_declined(office: Office) -> None:
    operation = office.bought()
    office.vendors.whmcs.set_switches({"capture_declined": True})
    office.work(operation)
    shown = office.shown(operation)
    assert (shown["status"], office.top_ups()) == ("failed", 0)
    assert shown["message"].endswith("You have not been charged.")
    (invoice,) = top_up_invoices(office)
    assert invoice["status"] == "Cancelled"
    assert office.messages("case") == []


@pytest.mark.parametrize("kind", ["drop_answer", "reset_after", "html"])
@pytest.mark.parametrize("operation", ["CreateInvoice", "CapturePayment"])
def test_an_answer_that_gets_lost_costs_a_retry(office: Office, kind: str, operation: str) -> None:
    started = office.bought()
    office.vendors.whmcs.faults.add(Fault.model_validate({"kind": kind, "operation": operation}))
    assert office.work(started)["batchItemFailures"] != []
    assert office.shown(started)["status"] == "running"


def test_what_the_queue_gave_up_on_is_undone_and_ended(office: Office) -> None:
    """The worker was interrupted each time, the last one after it had made the invoice."""
    operation = office.bought()
    office.vendors.whmcs.faults.add(
        Fault.model_validate({"kind": "drop_answer", "operation": "CapturePayment"})
    )
    office.work(operation)
    assert office.shown(operation)["status"] == "running"
    job = office.job(operation)
    event = sqs_event({"jobId": job.id, "attempt": job.attempt}, queue="operation-dead-letters")
    answer = dead_letter.handler(event, FakeContext(remaining_ms=150_000))
    assert answer == {"batchItemFailures": []}
    # The answer was lost, the charge was not.
    assert office.shown(operation)["status"] == "failed"
    (entry,) = office.vendors.whmcs.dump()["credits"]
    assert (Decimal(entry["amount"]), office.top_ups()) == (Decimal(800), 0)
