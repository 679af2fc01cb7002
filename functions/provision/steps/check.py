"""See whether everything can be ordered, before anything is."""

from __future__ import annotations

from portal.engine.failures import StopWorkflow
from portal.engine.model import Data
from portal.engine.steps import Run, Step
from portal.ports.billing_orders import BillingClients, ClientState, ProductCatalogue

from functions.provision import reading
from functions.provision.plan import fingerprint, make_plan, product_ids


class Check(Step):
    """GetProducts, and one look at the client: two calls, whatever the number of lines."""

    name = "check"
    seconds = 60
    each_attempt = True

    def __init__(self, products: ProductCatalogue, clients: BillingClients, provider: str) -> None:
        self._products = products
        self._clients = clients
        self._provider = provider

    def run(self, run: Run) -> Data:
        """The units and their fingerprint."""
        order = reading.order(run)
        products = self._products.products(product_ids(order))
        units = make_plan(order, products, self._provider)
        client_id = reading.client_id(run)
        plan = fingerprint(units, client_id)
        _same_as_begun(run, plan)
        if not run.data("add_order").get("orderId"):
            needs_payment = any(line.requires_payment_method for line in order.lines)
            self._check_client(client_id, needs_payment=needs_payment)
        return {
            "units": [unit.model_dump(mode="json", by_alias=True) for unit in units],
            "plan": plan,
        }

    def _check_client(self, client_id: int, *, needs_payment: bool) -> None:
        """One call: pay methods prove that the client exists; AddOrder refuses a closed one."""
        if not needs_payment:
            self._check_state(client_id)
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


def _same_as_begun(run: Run, plan: str) -> None:
    """Once something is ordered, a later attempt may only finish that."""
    begun = run.data("add_order").get("plan") or run.data("activate_esim").get("plan")
    if begun and begun != plan:
        raise StopWorkflow(
            "order-changed", "The lines or the customer are not what was begun with."
        )
