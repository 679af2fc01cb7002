"""What must be true of all books after any history, when it has been calm for long enough.

A finding is a sentence. It begins with the name of the invariant that does not hold.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from portal.repositories.dynamodb import from_item

from bench.years.business import Business
from bench.years.cloud import Queues, items
from bench.years.people import Customers
from bench.years.providers import Sold
from local.demo.products import PRODUCTS

REF_FIELD_BASE = 1000  # local/demo/data.py: the custom field of each product
OPEN_JOBS = frozenset({"queued", "scheduled", "running", "stopping"})
PROVISIONED, FAILED, CANCELLED = "Provisioned", "Failed", "Cancelled"
UNORDERED = frozenset({"Cancelled", "Fraud"})


@dataclass(frozen=True)
class Books:
    """The books of everybody at one moment."""

    business: Business
    customers: Customers
    queues: Queues

    @cached_property
    def orders(self) -> dict[str, dict[str, Any]]:
        """Salesforce's Orders by id."""
        return {one["Id"]: one for one in self._org["Order"]}

    @cached_property
    def lines(self) -> dict[str, list[dict[str, Any]]]:
        """Their products by Order."""
        found = defaultdict(list)
        for item in self._org["OrderItem"]:
            found[item["OrderId"]].append(item)
        return found

    @cached_property
    def products(self) -> dict[str, Any]:
        """The demo's products by Salesforce's id of the price."""
        by_code = {product.sku: product for product in PRODUCTS}
        codes = {one["Id"]: one["ProductCode"] for one in self._org["Product2"]}
        return {
            entry["Id"]: by_code[codes[entry["Product2Id"]]]
            for entry in self._org["PricebookEntry"]
        }

    @cached_property
    def jobs(self) -> dict[str, dict[str, Any]]:
        """The jobs by id."""
        found = (from_item(item) for item in items("workflow"))
        return {one["pk"]: one for one in found if "status" in one}

    @cached_property
    def services(self) -> dict[str, list[Any]]:
        """WHMCS' services that carry a reference, by the reference."""
        found = defaultdict(list)
        for service in self.business.whmcs.store.services.all():
            ref = service.customfields.get(REF_FIELD_BASE + service.pid)
            if ref:
                found[ref].append(service)
        return found

    @cached_property
    def esims(self) -> list[Sold]:
        """The lines of the eSIM provider."""
        return self.business.esim.sold()

    @cached_property
    def recorded_lines(self) -> list[dict[str, Any]]:
        """The lines of services as the portal has recorded them."""
        found = (from_item(item) for item in items("workflow"))
        return [one for one in found if one["sk"] == "META" and one.get("lineId")]

    @cached_property
    def cases(self) -> list[dict[str, Any]]:
        """Salesforce's Cases."""
        found: list[dict[str, Any]] = self._org["Case"]
        return found

    @cached_property
    def _org(self) -> dict[str, Any]:
        return self.business.salesforce.dump()

    def job_of(self, order_id: str) -> dict[str, Any] | None:
        """The job of an Order."""
        return next((j for j in self.jobs.values() if j.get("subject") == order_id), None)


def findings(books: Books) -> list[str]:
    """Return everything that is wrong."""
    checks = (
        _orders_once,
        _billing_once,
        _provisioned_is_active,
        _reports_agree,
        _nothing_unknown,
        _nothing_stuck,
        _one_of_each_customer,
        _mails_once,
        _paid_once,
        _paid_for_something,
        _topped_up_once,
        _operations_once,
        _credited_once,
        _cancelled_is_not_provisioned,
        _reissued_once,
        _lines_as_recorded,
        _replaced_lines_end,
        _answers,
    )
    return [finding for check in checks for finding in check(books)]


def _orders_once(books: Books) -> Iterator[str]:
    """A wish for an order that was answered is one Order; one that was refused is none."""
    by_key = Counter(str(one["Portal_Order_Key__c"]) for one in books.orders.values())
    for key, count in by_key.items():
        if count > 1:
            yield f"order-twice: {count} Orders have the key {key}"
    placed = Counter(
        str(wish.result["sfOrderId"])
        for customer in books.customers.everybody
        for wish in customer.wishes
        if wish.kind == "order" and wish.result
    )
    for order_id, count in placed.items():
        if order_id not in books.orders:
            yield f"order-missing: the customer was told of {order_id}, which does not exist"
        if count > 1:
            yield f"order-shared: {count} wishes were answered with {order_id}"
    for order_id in books.orders:
        if order_id not in placed and not _unanswered(books):
            yield f"order-unknown: nobody was told of Order {order_id}"


def _unanswered(books: Books, kind: str = "order") -> bool:
    return any(w.open for c in books.customers.everybody for w in c.wishes if w.kind == kind)


def _billing_once(books: Books) -> Iterator[str]:
    store = books.business.whmcs.store
    for ref, services in books.services.items():
        orders = {s.order_id for s in services}
        live = [
            o for o in orders if (found := store.orders.get(o)) and found.status not in UNORDERED
        ]
        if len(live) > 1:
            yield f"billing-twice: WHMCS orders {sorted(live)} have the reference {ref}"
    refs = Counter(line.ref for line in books.esims if not line.ended)
    for ref, count in refs.items():
        if ref and count > 1:
            yield f"line-twice: {count} lines have the reference {ref}"
    for order_id, order in books.orders.items():
        iccids = [i for i in str(order["ESIM_ICCID__c"] or "").split(",") if i]
        if len(set(iccids)) != len(iccids):
            yield f"line-shared: Order {order_id} names an ICCID twice"


def _provisioned_is_active(books: Books) -> Iterator[str]:
    store = books.business.whmcs.store
    active = {line.iccid for line in books.esims if line.active}
    for order_id, order in books.orders.items():
        if order["Provisioning_Status__c"] != PROVISIONED:
            continue
        services = [s for s in books.services[order_id] if s.status == "Active"]
        placed = store.orders.get(int(order["WHMCS_Order_ID__c"] or 0))
        if placed is None or placed.status != "Active":
            yield f"not-active: Order {order_id} is Provisioned and its WHMCS order is not Active"
        named = {
            number
            for line in books.lines[order_id]
            for number in str(line["WHMCS_Service_ID__c"] or "").split(",")
            if number
        }
        if named - {str(s.id) for s in services}:
            yield f"not-active: Order {order_id} names services that are not active"
        iccids = [i for i in str(order["ESIM_ICCID__c"] or "").split(",") if i]
        for iccid in iccids:
            if iccid not in active:
                yield f"not-active: the eSIM {iccid} of Order {order_id} does not work"
        wanted = sum(
            int(line["Quantity"])
            for line in books.lines[order_id]
            if books.products[line["PricebookEntryId"]].gigs_plan
        )
        if len(iccids) != wanted and not _edited(books, order_id):
            yield f"not-active: Order {order_id} has {len(iccids)} eSIMs instead of {wanted}"


def _edited(books: Books, order_id: str) -> bool:
    return order_id in books.customers.edited_orders


def _reports_agree(books: Books) -> Iterator[str]:
    for order_id, order in books.orders.items():
        job, told = books.job_of(order_id), order["Provisioning_Status__c"]
        if job is None:
            if told in {PROVISIONED, FAILED, "In Progress"}:
                yield f"reports: Order {order_id} is {told} and there is no job"
            continue
        status = str(job["status"])
        if status == "succeeded" and told != PROVISIONED:
            yield f"reports: the job of Order {order_id} succeeded and the Order is {told}"
        if status in {"failed", "cancelled"} and told == PROVISIONED:
            yield f"reports: the job of Order {order_id} {status} and the Order is {told}"
        if status == "failed" and told == "In Progress" and not job.get("unreported"):
            yield f"reports: the job of Order {order_id} failed and the Order is {told}"


def _nothing_unknown(books: Books) -> Iterator[str]:
    for ref, services in books.services.items():
        if ref not in books.orders:
            yield f"unknown-service: services {[s.id for s in services]} name {ref}"
    refs = {ref for job in books.jobs.values() for ref in _esim_refs(job) if ref}
    for line in books.esims:
        if line.ref and line.ref not in refs:
            yield f"unknown-line: no job knows the line {line.id} with reference {line.ref}"


def _esim_refs(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for inner in value.values():
            yield from _esim_refs(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _esim_refs(inner)
    elif isinstance(value, str) and "portal-" in value:
        yield value
        if value.startswith(("{", "[")):
            yield from _esim_refs(json.loads(value))


def _nothing_stuck(books: Books) -> Iterator[str]:
    for job_id, job in books.jobs.items():
        if str(job["status"]) in OPEN_JOBS:
            yield f"stuck: job {job_id} is {job['status']} at {job.get('currentStep')}"
    for queue in books.queues.by_name.values():
        if queue.messages:
            yield f"stuck: {len(queue.messages)} messages are on {queue.name}"
    for customer in books.customers.everybody:
        if customer.wishes and customer.wishes[0].result is None:
            wish = customer.wishes[0]
            yield f"stuck: {customer.number} cannot sign up: {wish.answers[-1]} {wish.problem}"


def _one_of_each_customer(books: Books) -> Iterator[str]:
    clients = books.business.whmcs.store.clients.all()
    for number, count in Counter(c.customfields.get(1) for c in clients).items():
        if number and count > 1:
            yield f"client-twice: {count} WHMCS clients have the customer number {number}"
    for email, count in Counter(c.email.casefold() for c in clients).items():
        if count > 1:
            yield f"client-twice: {count} WHMCS clients have the address {email}"
    mapped = [from_item(i) for i in items("identity")]
    users = [m for m in mapped if str(m["pk"]).startswith("USER#")]
    for name in ("whmcsClientId", "customerNumber", "sfAccountId"):
        counted = Counter(str(user.get(name)) for user in users)
        for value, count in counted.items():
            if count > 1:
                yield f"user-twice: {count} portal users have {name} {value}"


def _mails_once(books: Books) -> Iterator[str]:
    sent = Counter(
        (mail["custom_args"].get("reference"), mail["to"][0]["email"])
        for mail in books.business.sendgrid.mails
    )
    for (reference, address), count in sent.items():
        if count > 1:
            yield f"mail-twice: {count} mails {reference} to {address}"


def _topups(books: Books, *statuses: str) -> dict[str, dict[str, Any]]:
    """Return the top-up jobs by operation; those of all statuses when none is named."""
    return {
        str(job["subject"]): job
        for job in books.jobs.values()
        if job.get("kind") == "topup" and (not statuses or job["status"] in statuses)
    }


def _invoices(books: Books) -> dict[str, list[Any]]:
    """Return the invoices of top-ups by operation; the marker is `[<operation>.<attempt>]`."""
    found = defaultdict(list)
    for invoice in books.business.whmcs.store.invoices.all():
        if "[" in invoice.notes:
            found[_marker(invoice).partition(".")[0]].append(invoice)
    return found


def _marker(invoice: Any) -> str:
    return str(invoice.notes.partition("[")[2].partition("]")[0])


def _paid_once(books: Books) -> Iterator[str]:
    store = books.business.whmcs.store
    for operation, invoices in _invoices(books).items():
        paid = [invoice for invoice in invoices if invoice.status == "Paid"]
        credited = sum(operation in credit.description for credit in store.credits.all())
        if len(paid) - credited > 1:
            yield f"paid-twice: operation {operation} has {len(paid)} paid invoices"
        for invoice in paid:
            charges = [t for t in store.transactions.all() if t.invoiceid == invoice.id]
            if sum((t.amountin for t in charges), Decimal(0)) > invoice.total:
                yield f"paid-twice: invoice {invoice.id} was charged more than once"


def _paid_for_something(books: Books) -> Iterator[str]:
    cases = {str(case["Portal_Case_Key__c"]) for case in books.cases}
    invoices = _invoices(books)
    for operation, job in _topups(books, "failed", "cancelled").items():
        if _delivered(books, job):
            continue
        for invoice in invoices[operation]:
            if invoice.status == "Paid" and _marker(invoice) not in cases:
                yield f"paid-for-nothing: invoice {invoice.id} of the failed operation {operation}"


def _topped_up_once(books: Books) -> Iterator[str]:
    succeeded, failed = _topups(books, "succeeded"), _topups(books, "failed", "cancelled")
    done = books.business.esim.top_ups()
    if len(done) > len(succeeded) + len(failed):
        yield f"topped-up-twice: {len(done)} top-ups of {len(succeeded)} successful operations"
    if len(done) < len(succeeded):
        yield f"not-topped-up: {len(done)} top-ups of {len(succeeded)} successful operations"


def _operations_once(books: Books) -> Iterator[str]:
    for kind, asked in (("top-up", len(_topups(books))), ("reissue", len(_reissues(books)))):
        wished = sum(
            wish.kind == kind and wish.result is not None
            for customer in books.customers.everybody
            for wish in customer.wishes
        )
        if asked > wished and not _unanswered(books, kind):
            yield f"operation-twice: {asked} operations of {wished} wishes for a {kind}"


def _credited_once(books: Books) -> Iterator[str]:
    entries = books.business.whmcs.store.credits.all()
    for text, count in Counter(one.description for one in entries).items():
        if "[" in text and count > 1:
            yield f"credited-twice: {text}"


def _cancelled_is_not_provisioned(books: Books) -> Iterator[str]:
    """What a customer was told is cancelled is not set up, unless staff had set it up before."""
    for customer in books.customers.everybody:
        for wish in customer.wishes:
            if wish.kind != "cancel" or not wish.result:
                continue
            order = books.orders[wish.key]
            if order["Status"] != CANCELLED:
                yield f"cancelled: Order {wish.key} is {order['Status']}"
            alive = [s.id for s in books.services[wish.key] if s.status == "Active"]
            if alive and wish.key not in books.customers.orders_cancelled_by_staff:
                yield f"cancelled: Order {wish.key} has the active services {alive}"


def _reissues(books: Books) -> list[dict[str, Any]]:
    return [job for job in books.jobs.values() if job.get("kind") == "reissue"]


def _reissued_once(books: Books) -> Iterator[str]:
    """A successful reissue replaced one SIM, and no operation replaced two.

    Where a reissue orders another line, `_billing_once` counts the lines of each reference.
    """
    replaced = books.business.esim.replaced()
    if replaced is None:
        return
    asked, done = Counter[str](), Counter[str]()
    for job in _reissues(books):
        given = job["input"]
        if not given["again"]:
            asked[given["lineId"]] += 1
            done[given["lineId"]] += job["status"] == "succeeded"
    for line, count in replaced.items():
        if count > asked[line]:
            yield f"reissued-twice: {count} SIMs of {asked[line]} reissues of line {line}"
    for line, count in done.items():
        if count > replaced[line]:
            yield f"not-reissued: {replaced[line]} SIMs of {count} reissues of line {line}"


def _lines_as_recorded(books: Books) -> Iterator[str]:
    """The one working eSIM of a service is the one that all books name."""
    lines = {line.id: line for line in books.esims}
    services = {s.id: s for found in books.services.values() for s in found}
    reissued = {
        int(job["input"]["serviceId"])
        for job in _reissues(books)
        if job["status"] == "succeeded" and not job["input"]["again"]
    }
    for record in books.recorded_lines:
        line, order = lines.get(record["lineId"]), books.orders.get(record["sfOrderId"])
        service = services.get(int(record["pk"].partition("#")[2]))
        if line is None or order is None or service is None or service.id not in reissued:
            continue
        if not line.active:
            yield f"line-stale: the eSIM {line.iccid} of service {service.id} does not work"
        if (record.get("iccid") or line.iccid) != line.iccid:
            yield f"line-stale: service {service.id} is recorded with {record['iccid']}"
        if order["Provisioning_Status__c"] != PROVISIONED:
            continue
        if line.iccid not in str(order["ESIM_ICCID__c"] or ""):
            yield f"line-stale: Order {order['Id']} does not name the eSIM {line.iccid}"
        if line.iccid not in service.notes:
            yield f"line-stale: service {service.id} in WHMCS does not name the eSIM {line.iccid}"


def _replaced_lines_end(books: Books) -> Iterator[str]:
    """A line that was replaced by another one has ended."""
    working = {line.id for line in books.esims if line.active}
    recorded = {record["lineId"] for record in books.recorded_lines}
    for job in _reissues(books):
        old = job["input"]["lineId"]
        if job["status"] == "succeeded" and old in working - recorded:
            yield f"line-stale: the line {old} was replaced by {job['subject']}, and works still"


def _delivered(books: Books, job: dict[str, Any]) -> bool:
    """Whether the provider shows a top-up that the operation asked for."""
    text = str(job)
    return any(top_up in text for top_up in books.business.esim.top_ups())


def _answers(books: Books) -> Iterator[str]:
    for failure, count in Counter(books.customers.failures).items():
        yield f"answer: {failure}" + (f" ({count} times)" if count > 1 else "")
