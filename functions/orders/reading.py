"""Reads orders for customers. One status combines those of Salesforce and the workflow."""

from __future__ import annotations

from dataclasses import dataclass

from portal.api.models import Page
from portal.domain.identity import CustomerMapping
from portal.domain.money import Money
from portal.domain.order_options import ChoiceSelection, Selection, YesNoSelection
from portal.ports.identity import CurrentMapping
from portal.ports.orders import OrderLine, OrderRecord, Orders
from portal.ports.workflow import JobReader, JobView, StepStatus

from functions.orders.models import (
    CustomerStatus,
    LineView,
    OptionShown,
    OrderSummary,
    OrderView,
    TimelineEntry,
)
from functions.orders.own_order import OwnOrder
from functions.orders.statuses import ended, waits_for_review

PROVISIONING: dict[str, CustomerStatus] = {
    "Queued": "queued",
    "Scheduled": "scheduled",
    "In Progress": "provisioning",
    "Provisioned": "provisioned",
    "Failed": "failed",
}
JOB: dict[str, CustomerStatus] = {
    "queued": "queued",
    "scheduled": "scheduled",
    "in_progress": "provisioning",
    "provisioned": "provisioned",
    "failed": "failed",
    "cancelled": "cancelled",
}
NEXT: dict[CustomerStatus, str] = {
    "pending_review": "We check your order. You will hear from us by e-mail.",
    "queued": "Your order is approved and will be set up in a moment.",
    "scheduled": "Everything is ready to be set up at the time you chose.",
    "provisioning": "Your order is being set up right now.",
    "provisioned": "Nothing: everything is set up. Details are in your mail.",
    "failed": "We could not finish setting up your order and are looking into it. "
    "You need not do anything.",
    "cancelled": "Nothing: the order was cancelled. Ask us if you did not expect that.",
}
# Seconds until the next request. Each request costs a query of Salesforce's daily allowance.
POLL_AFTER: dict[CustomerStatus, int] = {
    "pending_review": 60,
    "queued": 5,
    "scheduled": 300,
    "provisioning": 5,
}
DELAYED = (
    "Setting up takes longer: a system that we depend on does not answer right now. We go on by "
    "ourselves as soon as it does; you need not do anything."
)
# The status of the set-up step of orders without a job. Salesforce alone has their status.
BY_HAND: dict[str, StepStatus] = {
    "Queued": "waiting",
    "Scheduled": "waiting",
    "In Progress": "running",
    "Provisioned": "done",
    "Failed": "failed",
}
ESIM_STEP = "activate_esim"
STEPS = {
    "load": "Order read",
    "check": "Order and payment method checked",
    "activate_esim": "eSIM prepared",
    "add_order": "Order entered in billing",
    "accept_order": "Services activated",
    "verify": "Services checked",
    "write_back": "Order updated",
    "notify": "Mails sent",
}


@dataclass(frozen=True)
class Reading:
    """Reads orders.

    `currency` is that of orders of an org with one currency, which name none. `cancelled_status` is
    the `Order.Status` of orders that customers cancel.
    """

    orders: Orders
    jobs: JobReader
    currency: str
    current: CurrentMapping
    cancelled_status: str = "Cancelled"

    def page(
        self, customer: CustomerMapping, *, cursor: str | None, limit: int
    ) -> Page[OrderSummary]:
        """Return a page of the customer's orders, newest first.

        It makes one Salesforce call and does not read the workflow table. When no order is found,
        it makes more calls, because a merge of Accounts moves their Orders. Raises Problem
        `account-conflict` and UpstreamErrors.
        """
        found = self._found(customer, cursor, limit + 1)
        if not found and cursor is None:
            current = self.current(customer)
            if current.sf_account_id != customer.sf_account_id:
                found = self._found(current, cursor, limit + 1)
        shown = found[:limit]
        return Page[OrderSummary](
            items=[
                OrderSummary(
                    sf_order_id=order.id,
                    order_number=order.number,
                    status=status_of(order, None, self.cancelled_status),
                    created_at=order.created_at,
                    lines=self._lines(order),
                )
                for order in shown
            ],
            next_cursor=shown[-1].number if len(found) > limit else None,
        )

    def one(self, order_id: str, customer: CustomerMapping) -> OrderView:
        """Return an order with its timeline.

        Raises Problem `not-found` for unknown orders and those of others, Problem
        `account-conflict`, and UpstreamErrors.
        """
        return self.shown(OwnOrder(self.orders, self.current).find(order_id, customer))

    def shown(self, order: OrderRecord) -> OrderView:
        """Return the API's view of an order, with the status of its job. Raises UpstreamErrors."""
        job, cancelled = self.jobs.get(order.id), self.cancelled_status
        status = status_of(order, job, cancelled)
        return OrderView(
            sf_order_id=order.id,
            order_number=order.number,
            status=status,
            created_at=order.created_at,
            lines=self._lines(order),
            timeline=timeline(order, job, cancelled),
            cancellable=cancellable(order, job),
            delayed=delayed(job, status),
            poll_after=POLL_AFTER.get(status),
            next_step=DELAYED if delayed(job, status) else NEXT[status],
            message=job.message if job and (status == "failed" or delayed(job, status)) else None,
            scheduled_at=order.scheduled_at,
        )

    def _found(
        self, customer: CustomerMapping, cursor: str | None, limit: int
    ) -> list[OrderRecord]:
        account_id = customer.sf_account_id
        return list(self.orders.of_account(account_id, before=cursor, limit=limit))

    def _lines(self, order: OrderRecord) -> list[LineView]:
        return [line_view(line, order.currency or self.currency) for line in order.lines]


def status_of(order: OrderRecord, job: JobView | None, cancelled_status: str) -> CustomerStatus:
    """Combine the status of the review, of the workflow, and of provisioning in Salesforce.

    The workflow's status is the newest. An exception is a failed order that staff finished by hand,
    because staff then set the status in Salesforce.
    """
    if ended(order, cancelled_status):
        return "cancelled"
    told = PROVISIONING.get(order.provisioning_status or "")
    if job is not None and not (job.status == "failed" and told == "provisioned"):
        return JOB[job.status]
    return told or ("queued" if order.activated else "pending_review")


def cancellable(order: OrderRecord, job: JobView | None) -> bool:
    """Whether the customer can cancel the order, as far as order and job say."""
    return waits_for_review(order) and (job is None or job.closable)


def delayed(job: JobView | None, status: CustomerStatus) -> bool:
    """Whether the set-up continues although its last try failed."""
    return job is not None and job.error_code is not None and status in ("queued", "provisioning")


def timeline(order: OrderRecord, job: JobView | None, cancelled_status: str) -> list[TimelineEntry]:
    """Return the steps of an order, from its arrival on."""
    over = ended(order, cancelled_status) or (job is not None and job.closed)
    entries = [
        TimelineEntry(step="received", label="Order received", status="done", at=order.created_at),
        _review(order, job, over=over),
    ]
    if job is not None:
        entries.extend(
            TimelineEntry(
                step=step.step,
                label=STEPS.get(step.step, step.step.replace("_", " ")),
                status=step.status,
                at=step.at,
            )
            for step in job.timeline
            if _applies(step.step, order)
        )
    elif by_hand := BY_HAND.get(order.provisioning_status or ""):
        entries.append(TimelineEntry(step="set_up", label="Set-up", status=by_hand))
    if over:
        entries.append(TimelineEntry(step="cancelled", label="Order cancelled", status="done"))
    return entries


def _applies(step: str, order: OrderRecord) -> bool:
    """Whether a step applies to the order. The eSIM step applies to orders with an eSIM."""
    return step != ESIM_STEP or any(line.is_esim for line in order.lines)


def _review(order: OrderRecord, job: JobView | None, *, over: bool) -> TimelineEntry:
    begun = job is not None or order.provisioning_status in PROVISIONING
    done = begun or order.activated or over
    return TimelineEntry(step="review", label="Order review", status="done" if done else "waiting")


def line_view(line: OrderLine, currency: str) -> LineView:
    """Return a line for the API."""
    return LineView(
        sku=line.sku,
        name=line.name,
        quantity=line.quantity,
        unit_price=Money.known(line.unit_price, currency),
        billing_cycle=line.billing_cycle,
        options=[
            OptionShown(id=s.option_id, label=s.label, value=_words(s))
            for s in line.options.selections
        ],
        service_id=line.service_id,
    )


def _words(selection: Selection) -> str:
    if isinstance(selection, ChoiceSelection):
        return selection.value_label
    if isinstance(selection, YesNoSelection):
        return "yes" if selection.value else "no"
    return str(selection.value)
