"""The step that reads the order, decides whether to provision it now, and reports to Salesforce."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import ClassVar

from portal.domain.identity import CustomerMapping
from portal.domain.provisioning_order import (
    ActivationType,
    LoadedOrder,
    Progress,
    ProvisioningStatus,
)
from portal.engine.failures import Defer, StopWorkflow
from portal.engine.steps import Run, Step
from portal.identity.merged_accounts import AccountConflict
from portal.ports.provisioning import OrderDeleted, ProvisioningOrders

from functions.provision.loaded_order import loaded_now
from functions.provision.made_so_far import made_so_far
from functions.provision.records import ADD_ORDER, LOAD, LoadRecord
from functions.provision.timeouts import FRESH_SECONDS

# An order in Draft is not submitted yet. Other statuses, such as Rejected, are refused, too.
APPROVED = frozenset({"Approved", "Activated"})
SUBMITTED = "Pending Review"


class Load(Step[LoadRecord]):
    """Reads the order by one query, and reports by one update."""

    key = LOAD
    seconds = 60
    good_for = FRESH_SECONDS
    each_attempt: ClassVar[bool] = True

    def __init__(
        self,
        orders: ProvisioningOrders,
        owner_of: Callable[[str], CustomerMapping | None],
        *,
        needs_approval: bool,
        synthetic: str = "",
        restored_at: datetime | None = None,
    ) -> None:
        """`synthetic` is the address of the customer of the smoke test; empty for none.

        `restored_at` is when the workflow table was put back to an earlier state.
        """
        self._restored_at = restored_at.timestamp() if restored_at else 0.0
        self._synthetic = synthetic
        self._orders = orders
        self._owner_of = owner_of
        self._needs_approval = needs_approval

    def run(self, run: Run) -> LoadRecord:
        """Return the customer of the order and Salesforce's attempt count.

        Raises Defer for an order that is due later, and StopWorkflow.
        """
        order = loaded_now(run, self._orders)
        known = run.record(LOAD) or LoadRecord()
        # One more than Salesforce had. It is the same in every run of this step, because the button
        # makes its next Idempotency-Key from it.
        count = known.attempt_count or order.attempt_count + 1
        forgotten = known.forgotten or run.job.requested_at < self._restored_at
        if not known.attempt_count:
            forgotten = forgotten or order.attempt_count >= run.job.attempt
            run.save(LoadRecord(attempt_count=count, forgotten=forgotten))
        mapping = self._owner(order)
        if self._synthetic and mapping.email.casefold() == self._synthetic.casefold():
            raise StopWorkflow("order-synthetic", "The Order is one of the smoke test.")
        _check_status(run, order, needs_approval=self._needs_approval)
        _check_ours(run, order)
        told = LoadRecord(attempt_count=count, reported=known.reported, forgotten=forgotten)
        self._report(run, order, told)
        return LoadRecord(
            user_id=mapping.user_id,
            client_id=mapping.whmcs_client_id,
            account_id=order.account_id or "",
            attempt_count=count,
            reported=True,
            forgotten=forgotten,
        )

    def _owner(self, order: LoadedOrder) -> CustomerMapping:
        try:
            mapping = self._owner_of(order.account_id) if order.account_id else None
        except AccountConflict:
            raise StopWorkflow(
                "account-conflict", "Two portal users belong to the Account."
            ) from None
        if mapping is None:
            raise StopWorkflow("account-not-mapped", "The Account has no portal user.")
        return mapping

    def _report(self, run: Run, order: LoadedOrder, known: LoadRecord) -> None:
        due = _due(order)
        later = due is not None and due.timestamp() > run.now() and not run.job.irreversible
        if known.reported and not later:
            return
        status = ProvisioningStatus.SCHEDULED if later else ProvisioningStatus.IN_PROGRESS
        at = datetime.fromtimestamp(run.now(), UTC)
        try:
            self._orders.report(
                Progress(order_id=order.id, status=status, attempt_count=known.attempt_count, at=at)
            )
        except OrderDeleted:
            raise StopWorkflow("order-not-found", "The Order was deleted just now.") from None
        if due is not None and later:
            # In Progress is reported when the order is due.
            run.save(LoadRecord(attempt_count=known.attempt_count, forgotten=known.forgotten))
            raise Defer(due.timestamp())


def _check_status(run: Run, order: LoadedOrder, *, needs_approval: bool) -> None:
    """Draft is not submitted yet; what else an org adds (Rejected, Cancelled, …) is a no."""
    if order.status in APPROVED or (order.status == SUBMITTED and not needs_approval):
        return
    found = f"The Order's status is {order.status}.{made_so_far(run)}"
    if order.status == SUBMITTED:
        raise StopWorkflow("order-not-approved", found)
    raise StopWorkflow("order-status", found)


def _check_ours(run: Run, order: LoadedOrder) -> None:
    add_order = run.record(ADD_ORDER)
    ours = add_order.order_id if add_order else None
    if order.whmcs_order_id and order.whmcs_order_id != str(ours):
        raise StopWorkflow(
            "salesforce-conflict", f"WHMCS_Order_ID__c is {order.whmcs_order_id} already."
        )


def _due(order: LoadedOrder) -> datetime | None:
    if order.activation_type != ActivationType.SCHEDULED:
        return None
    if order.activation_at is None:
        raise StopWorkflow("activation-date-missing", "Activation_Scheduled_At__c is empty.")
    return order.activation_at
