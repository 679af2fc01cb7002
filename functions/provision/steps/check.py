"""The step that checks whether everything can be ordered, before anything is ordered."""

from __future__ import annotations

from typing import ClassVar

from portal.engine.failures import StopWorkflow
from portal.engine.steps import Run, Step
from portal.ports.billing_orders import BillingClients, ClientState, ProductCatalogue
from portal.ports.provisioning import ProvisioningOrders

from functions.provision.loaded_order import loaded
from functions.provision.made_so_far import made_so_far
from functions.provision.order_notes import order_notes
from functions.provision.order_size import require_size
from functions.provision.order_units import fingerprint, planned_lines, product_ids
from functions.provision.records import ACTIVATE_ESIM, ADD_ORDER, CHECK, LOAD, CheckRecord
from functions.provision.timeouts import FRESH_SECONDS


class Check(Step[CheckRecord]):
    """Checks the order. It reads the products in one call, and the client in one or two calls."""

    key = CHECK
    seconds = 90
    good_for = FRESH_SECONDS
    each_attempt: ClassVar[bool] = True

    def __init__(
        self,
        orders: ProvisioningOrders,
        products: ProductCatalogue,
        clients: BillingClients,
        provider: str,
    ) -> None:
        self._orders = orders
        self._products = products
        self._clients = clients
        self._provider = provider

    def run(self, run: Run) -> CheckRecord:
        """Return the plan of the order and its fingerprint. Raises StopWorkflow."""
        try:
            return self._checked(run)
        except StopWorkflow as stop:
            raise StopWorkflow(stop.code, f"{stop.message}{made_so_far(run)}") from stop

    def _checked(self, run: Run) -> CheckRecord:
        order = loaded(run, self._orders)
        _same_account(run, order.account_id)
        products = self._products.products(product_ids(order))
        made = CheckRecord(
            number=order.number,
            lines=planned_lines(order, products, self._provider),
            notes=order_notes(order),
        )
        client_id = run.result(LOAD).client_id
        record = require_size(made.model_copy(update={"plan": fingerprint(made.units, client_id)}))
        _same_as_begun(run, record.plan)
        add_order = run.record(ADD_ORDER)
        if add_order is None or add_order.order_id is None:
            needs_payment = any(line.requires_payment_method for line in order.lines)
            self._check_client(run, client_id, needs_payment=needs_payment)
        return record

    def _check_client(self, run: Run, client_id: int, *, needs_payment: bool) -> None:
        """Check that the client can order. Raises StopWorkflow.

        The pay methods also prove that the client exists, and AddOrder refuses a closed client.
        When the order has waited, the client's state is read as well, so that no eSIM is activated
        for a client that was closed meanwhile.
        """
        asked_at = max(run.job.requested_at, run.job.due_at or 0.0)
        if not needs_payment or run.now() - asked_at > FRESH_SECONDS:
            self._check_state(client_id)
        if not needs_payment:
            return
        usable = self._clients.has_valid_pay_method(client_id)
        if usable is None:
            raise _missing(client_id)
        if not usable:
            raise StopWorkflow(
                "payment-method-missing", f"WHMCS client {client_id} cannot be charged."
            )

    def _check_state(self, client_id: int) -> None:
        state = self._clients.state(client_id)
        if state is ClientState.MISSING:
            raise _missing(client_id)
        if state is ClientState.CLOSED:
            raise StopWorkflow("whmcs-client-closed", f"WHMCS client {client_id} is closed.")


def _missing(client_id: int) -> StopWorkflow:
    return StopWorkflow("whmcs-client-missing", f"WHMCS has no client {client_id}.")


def _same_account(run: Run, account_id: str | None) -> None:
    """Raise StopWorkflow when the Account is not the one that `load` read.

    This step may read the order again, in another invocation.
    """
    if (account_id or "") != run.result(LOAD).account_id:
        raise StopWorkflow(
            "order-changed", "The Order's Account was changed while it was being provisioned."
        )


def _same_as_begun(run: Run, plan: str) -> None:
    """Raise StopWorkflow when something else was ordered already, which must be finished first."""
    add_order, esims = run.record(ADD_ORDER), run.record(ACTIVATE_ESIM)
    begun = (add_order and add_order.plan) or (esims and esims.plan)
    if begun and begun != plan:
        raise StopWorkflow(
            "order-changed", "The lines or the customer are not what was begun with."
        )
