"""How an order is provisioned: the list of steps."""

from __future__ import annotations

from datetime import UTC, datetime

from portal.domain.provisioning import (
    Progress,
    ProvisioningStatus,
    operator_message,
    waiting_message,
)
from portal.engine.model import Data, LastError, Status
from portal.engine.steps import Run, Workflow
from portal.ports.provisioning import OrderDeleted, ProvisioningOrders

from functions.provision import reading
from functions.provision.ports import Ports
from functions.provision.steps.accept_order import AcceptOrder
from functions.provision.steps.activate_esim import ActivateEsim
from functions.provision.steps.add_order import AddOrder
from functions.provision.steps.check import Check
from functions.provision.steps.load import Load
from functions.provision.steps.notify import Notify
from functions.provision.steps.verify import Verify
from functions.provision.steps.write_back import WriteBackStep


def provisioning(ports: Ports) -> Workflow:
    """The whole workflow."""
    provider = ports.esim.capabilities.provider
    return Workflow(
        steps=[
            Load(ports.orders, ports.directory),
            Check(ports.products, ports.clients, provider),
            ActivateEsim(ports.esim, ports.subscribers, ports.directory, ports.orders),
            AddOrder(ports.billing, ports.services, ports.claims, ports.payment_method),
            AcceptOrder(ports.billing, ports.services),
            Verify(ports.billing, ports.services),
            WriteBackStep(ports.orders),
            Notify(ports.mail_queue),
        ],
        on_stopped=lambda run: report_stop(ports.orders, run),
        on_waiting=lambda run, last_error: report_wait(ports.orders, run, last_error),
        result=summary,
    )


def ending_only(orders: ProvisioningOrders) -> Workflow:
    """For jobs that the queue gave up on: no steps, only the report."""
    return Workflow(steps=[], on_stopped=lambda run: report_stop(orders, run), result=summary)


def summary(run: Run) -> Data:
    """What is kept of a provisioned order: `{whmcsOrderId, services, esims}` by unit key."""
    return {
        "whmcsOrderId": str(reading.whmcs_order_id(run)),
        "services": reading.services(run),
        "esims": {
            key: {"lineId": line["lineId"], "iccid": line["iccid"]}
            for key, line in reading.esims(run).items()
        },
    }


def report_wait(orders: ProvisioningOrders, run: Run, last_error: LastError) -> None:
    """Tell Salesforce what the order waits for, once `load` knows it.

    Not any more when writing back has begun: it may have taken effect, and Provisioned stays.
    """
    if not run.done("load") or WriteBackStep.name in run.job.steps:
        return
    at = datetime.fromtimestamp(run.now(), UTC)
    progress = Progress(
        order_id=reading.order_id(run),
        status=ProvisioningStatus.IN_PROGRESS,
        attempt_count=reading.attempt_count(run),
        at=at,
        error_code=last_error.code,
        error_message=waiting_message(last_error.code, at),
    )
    try:
        orders.report(progress)
    except OrderDeleted:
        run.note("order-gone")


def report_stop(orders: ProvisioningOrders, run: Run) -> None:
    """Tell Salesforce that the order failed or was called off, with code and what to do."""
    job, last_error = run.job, run.job.last_error
    count = _attempt_count(orders, run)
    if count is None or last_error is None:
        run.note("order-gone")
        return
    cancelled = job.ending is Status.CANCELLED
    progress = Progress(
        order_id=reading.order_id(run),
        status=ProvisioningStatus.NOT_STARTED if cancelled else ProvisioningStatus.FAILED,
        attempt_count=count,
        at=datetime.fromtimestamp(run.now(), UTC),
        error_code=last_error.code,
        error_message=operator_message(last_error.code, last_error.message),
    )
    try:
        orders.report(progress)
    except OrderDeleted:
        run.note("order-gone")


def _attempt_count(orders: ProvisioningOrders, run: Run) -> int | None:
    """This attempt's number in Salesforce; read there when `load` never got that far."""
    record = run.job.steps.get("load")
    if record is not None and record.attempt == run.job.attempt:
        known = record.data.get("attemptCount")
        if known is not None:
            return int(known)
    stored = orders.attempt_count(reading.order_id(run))
    return None if stored is None else stored + 1
