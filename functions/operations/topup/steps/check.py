"""The step that checks that the line can be topped up and paid for."""

from __future__ import annotations

from typing import ClassVar

from portal.domain.esim import Line, LineState
from portal.engine.failures import StopWorkflow
from portal.engine.steps import Run, Step
from portal.ports.billing_orders import BillingClients, ServiceReader
from portal.ports.esim import EsimProvider

from functions.operations.timeouts import FRESH_SECONDS
from functions.operations.topup.asked import asked
from functions.operations.topup.records import CHECK, INVOICE, LOAD, CheckRecord

ACTIVE = "active"


class Check(Step[CheckRecord]):
    """Reads service and pay methods in WHMCS, and the line at the provider, by at most three calls.

    Line and offer were read when the operation was accepted. They are read again if that was
    minutes ago, and the line also if only its total shows a top-up.
    """

    key = CHECK
    seconds = 60
    good_for = FRESH_SECONDS
    each_attempt: ClassVar[bool] = True

    def __init__(
        self, services: ServiceReader, clients: BillingClients, provider: EsimProvider
    ) -> None:
        self._services = services
        self._clients = clients
        self._provider = provider

    def run(self, run: Run) -> CheckRecord:
        """Return the line's data before the top-up. Raises StopWorkflow."""
        wanted, loaded = asked(run.job), run.result(LOAD)
        service = self._services.find(wanted.service_id, client_id=wanted.client_id)
        if service is None:
            raise StopWorkflow("service-missing", f"WHMCS has no service {wanted.service_id}.")
        if service.status.lower() != ACTIVE:
            raise StopWorkflow(
                "service-not-active", f"WHMCS service {service.id} is {service.status}."
            )
        waited = run.now() - run.job.requested_at > FRESH_SECONDS
        data_total = None
        if waited or self._provider.capabilities.top_up_idempotency == "none":
            data_total = self._checked_line(loaded.line_id).data_total
        if waited:
            self._check_offer(loaded.plan, wanted.offer)
        if not _billed(run):
            self._check_pay_methods(wanted.client_id)
        return CheckRecord(data_total=data_total, product_name=service.name)

    def _checked_line(self, line_id: str) -> Line:
        line = self._provider.get_line(line_id)
        if line.state is not LineState.ACTIVE:
            raise StopWorkflow("line-not-active", f"The line is {line.state} at the provider.")
        return line

    def _check_offer(self, plan: str, offer: str) -> None:
        if all(found.offer_id != offer for found in self._provider.offers(plan)):
            raise StopWorkflow("offer-gone", f"The provider has no top-up {offer} for {plan}.")

    def _check_pay_methods(self, client_id: int) -> None:
        usable = self._clients.has_valid_pay_method(client_id)
        if not usable:
            what = "does not exist" if usable is None else "has no valid payment method"
            raise StopWorkflow("payment-method-missing", f"WHMCS client {client_id} {what}.")


def _billed(run: Run) -> bool:
    """Return whether there may be an invoice, which may have been paid in another way."""
    record = run.record(INVOICE)
    return record is not None and (record.invoice_id or record.request) is not None
