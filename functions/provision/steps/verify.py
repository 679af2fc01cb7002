"""The step that checks that WHMCS has every unit as a service, as ordered and set up."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from portal.domain.service_line import ServiceLine
from portal.engine.failures import SETTLING_SECONDS, Postpone, StopWorkflow
from portal.engine.steps import Run, Step
from portal.observability import count
from portal.ports.billing_orders import (
    BillingOrders,
    BillingService,
    BillingServices,
    ModuleFailed,
    NotPending,
)
from portal.ports.service_lines import ServiceLines

from functions.provision.price_check import price_differences
from functions.provision.records import (
    ACCEPT_ORDER,
    ACTIVATE_ESIM,
    CHECK,
    LOAD,
    VERIFY,
    SettingUp,
    VerifyRecord,
)
from functions.provision.service_matching import match
from functions.provision.timeouts import WHMCS_CALL_SECONDS
from functions.provision.whmcs_order import whmcs_order_id

PENDING = "pending"


class Verify(Step[VerifyRecord]):
    """Checks the services by one call, and stores which line each belongs to.

    It makes more calls when a service is not set up.
    """

    key = VERIFY
    seconds = 30

    def __init__(
        self,
        billing: BillingOrders,
        services: BillingServices,
        service_lines: ServiceLines,
        provider: str,
    ) -> None:
        self._billing = billing
        self._services = services
        self._service_lines = service_lines
        self._provider = provider

    def run(self, run: Run) -> VerifyRecord:
        """Return the service ids by unit key. Raises StopWorkflow and Postpone."""
        found = self._of_order(run)
        check = run.result(CHECK)
        matched = match(check.units, found)
        if any(not service.active for service in found):
            self._set_up(run, found)
            found = self._of_order(run)
            _all_active(found)
        if not run.result(ACCEPT_ORDER).accepted:
            self._close(run)
        self._service_lines.remember(list(self._lines(run, matched)))
        warnings = price_differences(check.lines, matched, found)
        if warnings:
            count("ProvisioningPriceDiffers", len(warnings))
            run.note("price-differs", "; ".join(warnings))
        services = {key: tuple(ids) for key, ids in matched.items()}
        return VerifyRecord(services=services, warnings=warnings)

    def _lines(self, run: Run, matched: Mapping[str, Sequence[int]]) -> Iterator[ServiceLine]:
        loaded, esims = run.result(LOAD), run.record(ACTIVATE_ESIM)
        lines = esims.lines if esims else {}
        for unit in run.result(CHECK).units:
            line = lines.get(unit.key)
            for service_id in matched[unit.key]:
                yield ServiceLine(
                    service_id=service_id,
                    sf_order_id=run.job.subject,
                    order_item_id=unit.line_id,
                    user_id=loaded.user_id,
                    client_id=loaded.client_id,
                    provider=self._provider if line else "",
                    line_id=line.line_id if line else "",
                    plan=unit.esim_plan or "",
                    pid=unit.pid,
                )

    def _of_order(self, run: Run) -> list[BillingService]:
        run.require(WHMCS_CALL_SECONDS)
        order_id = whmcs_order_id(run)
        services = self._services.of_client(run.result(LOAD).client_id)
        return [service for service in services if service.order_id == order_id]

    def _set_up(self, run: Run, services: Sequence[BillingService]) -> None:
        """Run the modules that failed. Repeating AcceptOrder would run all modules."""
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
                run.save(VerifyRecord())
                raise StopWorkflow(
                    "module-failed", f"WHMCS service {service.id}: {failure.message}."
                ) from failure
            run.save(VerifyRecord())

    def _close(self, run: Run) -> None:
        """Accept an order that stayed pending because a module failed, without running modules."""
        run.require(WHMCS_CALL_SECONDS)
        try:
            self._billing.accept(whmcs_order_id(run), set_up=False)
        except (NotPending, ModuleFailed) as error:
            run.note("order-left-as-it-is", str(error))


def _begin(run: Run, service_id: int) -> None:
    """Record that a module is run. Raises Postpone while an earlier run may still be at work."""
    record = run.record(VERIFY)
    earlier = record.setting_up if record else None
    since = max(run.now() - earlier.at, 0.0) if earlier else 0.0  # a clock set back
    if earlier and earlier.id == service_id and since < SETTLING_SECONDS:
        text = f"WHMCS may still be setting up service {service_id}."
        raise Postpone("whmcs-outcome-unknown", text, seconds=SETTLING_SECONDS - since)
    run.save(VerifyRecord(setting_up=SettingUp(id=service_id, at=int(run.now()))))


def _all_active(services: Sequence[BillingService]) -> None:
    idle = [str(service.id) for service in services if not service.active]
    if idle:
        raise StopWorkflow("module-failed", f"WHMCS services {', '.join(idle)} stay pending.")
