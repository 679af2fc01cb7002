"""Read back what WHMCS made: every unit a service, as ordered, and set up."""

from __future__ import annotations

from collections.abc import Sequence

from portal.engine.failures import SETTLING_SECONDS, Postpone, StopWorkflow
from portal.engine.model import Data
from portal.engine.steps import Run, Step
from portal.observability import count
from portal.ports.billing_orders import (
    BillingOrders,
    BillingService,
    BillingServices,
    ModuleFailed,
    NotPending,
)

from functions.provision import reading
from functions.provision.limits import WHMCS_CALL_SECONDS
from functions.provision.matching import match
from functions.provision.prices import differences

PENDING = "pending"


class Verify(Step):
    """One call when nothing goes wrong."""

    name = "verify"
    seconds = 30

    def __init__(self, billing: BillingOrders, services: BillingServices) -> None:
        self._billing = billing
        self._services = services

    def run(self, run: Run) -> Data:
        """Service ids by unit key."""
        found = self._of_order(run)
        matched = match(reading.units(run), found)
        if any(not service.active for service in found):
            self._set_up(run, found)
            found = self._of_order(run)
            _all_active(found)
        if not run.data("accept_order").get("accepted"):
            self._close(run)
        warnings = differences(reading.order(run), reading.units(run), matched, found)
        if warnings:
            count("ProvisioningPriceDiffers", len(warnings))
            run.note("price-differs", "; ".join(warnings))
        return {"services": matched, "warnings": warnings}

    def _of_order(self, run: Run) -> list[BillingService]:
        run.require(WHMCS_CALL_SECONDS)
        order_id = reading.whmcs_order_id(run)
        services = self._services.of_client(reading.client_id(run))
        return [service for service in services if service.order_id == order_id]

    def _set_up(self, run: Run, services: Sequence[BillingService]) -> None:
        """Run the modules that failed; AcceptOrder is not repeated, it would run them all."""
        for service in services:
            if service.active:
                continue
            if service.status.lower() != PENDING:
                raise StopWorkflow(
                    "service-mismatch", f"WHMCS service {service.id} is {service.status}."
                )
            run.require(WHMCS_CALL_SECONDS)
            _begin(run, service.id)
            try:
                self._services.set_up(service.id)
            except ModuleFailed as failure:
                run.save(settingUp=None)
                raise StopWorkflow(
                    "module-failed", f"WHMCS service {service.id}: {failure.message}."
                ) from failure
            run.save(setUp=service.id, settingUp=None)

    def _close(self, run: Run) -> None:
        """The order stayed pending when a module failed; its services are set up now."""
        run.require(WHMCS_CALL_SECONDS)
        try:
            self._billing.accept(reading.whmcs_order_id(run), set_up=False)
        except (NotPending, ModuleFailed) as error:
            run.note("order-left-as-it-is", str(error))


def _begin(run: Run, service_id: int) -> None:
    """Record that a module is run; raise Postpone while an earlier run of it may be at work."""
    earlier = run.data(Verify.name).get("settingUp") or {}
    since = run.now() - float(earlier.get("at", 0))
    if earlier.get("id") == service_id and 0 <= since < SETTLING_SECONDS:
        text = f"WHMCS may still be setting up service {service_id}."
        raise Postpone("whmcs-outcome-unknown", text, seconds=SETTLING_SECONDS - since)
    run.save(settingUp={"id": service_id, "at": int(run.now())})


def _all_active(services: Sequence[BillingService]) -> None:
    idle = [str(service.id) for service in services if not service.active]
    if idle:
        raise StopWorkflow("module-failed", f"WHMCS services {', '.join(idle)} stay pending.")
