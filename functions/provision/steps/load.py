"""Read the order, see whether it may and should be provisioned now, say so in Salesforce."""

from __future__ import annotations

from datetime import UTC, datetime

from portal.domain.provisioning import (
    ActivationType,
    LoadedOrder,
    Progress,
    ProvisioningStatus,
    as_json,
)
from portal.engine.failures import Defer, StopWorkflow
from portal.engine.model import Data
from portal.engine.steps import Run, Step
from portal.ports.identity import CustomerDirectory
from portal.ports.provisioning import OrderDeleted, ProvisioningOrders

from functions.provision import reading

# Draft is not submitted yet; anything else that an org adds (Rejected, Cancelled, …) is a no.
PROVISIONABLE = frozenset({"Pending Review", "Approved", "Activated"})


class Load(Step):
    """One query and one update."""

    name = "load"
    seconds = 60
    each_attempt = True

    def __init__(self, orders: ProvisioningOrders, directory: CustomerDirectory) -> None:
        self._orders = orders
        self._directory = directory

    def run(self, run: Run) -> Data:
        """The order, who it is for, and which attempt Salesforce counts."""
        found = self._orders.load(reading.order_id(run))
        if found is None:
            raise StopWorkflow("order-not-found", "Salesforce does not show the Order.")
        order = found.order
        # One more than Salesforce had, and the same however often this step runs: the button
        # makes its next Idempotency-Key from it.
        count = int(run.data(self.name).get("attemptCount") or order.attempt_count + 1)
        run.save(attemptCount=count)
        mapping = self._directory.by_account(order.account_id) if order.account_id else None
        if mapping is None:
            raise StopWorkflow("account-not-mapped", "The Account has no portal user.")
        self._check(run, order)
        self._report(run, order, count)
        run.scratch["account_name"] = found.account_name
        return {
            "order": as_json(order),
            "userId": mapping.user_id,
            "clientId": mapping.whmcs_client_id,
            "attemptCount": count,
        }

    def _check(self, run: Run, order: LoadedOrder) -> None:
        if order.status not in PROVISIONABLE:
            raise StopWorkflow("order-status", f"The Order's status is {order.status}.")
        ours = run.data("add_order").get("orderId")
        if order.whmcs_order_id and order.whmcs_order_id != str(ours):
            raise StopWorkflow(
                "salesforce-conflict", f"WHMCS_Order_ID__c is {order.whmcs_order_id} already."
            )

    def _report(self, run: Run, order: LoadedOrder, count: int) -> None:
        due = _due(order)
        later = due is not None and due.timestamp() > run.now() and not run.job.committed
        status = ProvisioningStatus.SCHEDULED if later else ProvisioningStatus.IN_PROGRESS
        at = datetime.fromtimestamp(run.now(), UTC)
        try:
            self._orders.report(
                Progress(order_id=order.id, status=status, attempt_count=count, at=at)
            )
        except OrderDeleted:
            raise StopWorkflow("order-not-found", "The Order was deleted just now.") from None
        if due is not None and later:
            raise Defer(due.timestamp())


def _due(order: LoadedOrder) -> datetime | None:
    if order.activation_type != ActivationType.SCHEDULED:
        return None
    if order.activation_at is None:
        raise StopWorkflow("activation-date-missing", "Activation_Scheduled_At__c is empty.")
    return order.activation_at
