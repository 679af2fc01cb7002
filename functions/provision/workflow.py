"""The workflow of provisioning: its steps, its reports to Salesforce and its result."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from portal.domain.provisioning_errors import operator_message, waiting_message
from portal.domain.provisioning_order import Progress, ProvisioningStatus
from portal.engine.model import Data, LastError
from portal.engine.states import Status
from portal.engine.steps import Run, Step, Texts, Workflow
from portal.ports.provisioning import OrderDeleted, ProvisioningOrders
from portal.provisioning.job import CANCELLED_TEXT, KIND

from functions.provision.records import ACTIVATE_ESIM, LOAD, VERIFY, WRITE_BACK
from functions.provision.steps.accept_order import AcceptOrder
from functions.provision.steps.activate_esim import ActivateEsim
from functions.provision.steps.add_order import AddOrder
from functions.provision.steps.check import Check
from functions.provision.steps.load import Load
from functions.provision.steps.notify import Notify
from functions.provision.steps.verify import Verify
from functions.provision.steps.write_back import WriteBackStep
from functions.provision.whmcs_order import whmcs_order_id
from functions.provision.workflow_ports import ProvisioningPorts

UPSTREAMS = {"salesforce": "salesforce", "whmcs": "whmcs", "esim": "esim"}
TEXTS = Texts(
    cancelled=CANCELLED_TEXT,
    interrupted="The worker was interrupted again and again.",
    out_of_time="A step needs more time than one invocation of the worker has.",
)


def provisioning(ports: ProvisioningPorts) -> Workflow:
    """Return the whole workflow."""
    provider = ports.esim.capabilities.provider
    steps: list[Step[Any]] = [
        Load(
            ports.orders,
            ports.owner_of,
            needs_approval=ports.needs_approval,
            synthetic=ports.synthetic,
            restored_at=ports.restored_at,
        ),
        Check(ports.orders, ports.products, ports.clients, provider),
        ActivateEsim(
            ports.esim, ports.subscribers, ports.directory, ports.orders, ports.esim_waits
        ),
        AddOrder(ports.billing, ports.services, ports.claims, ports.payment_method),
        AcceptOrder(ports.billing, ports.services),
        Verify(ports.billing, ports.services, ports.service_lines, provider),
        WriteBackStep(ports.orders),
        Notify(ports.mail_queue),
    ]
    return _workflow(steps, ports.orders)


def ending_only(orders: ProvisioningOrders) -> Workflow:
    """Return a workflow without steps, which only reports the end of dead-letter jobs."""
    return _workflow([], orders)


def _workflow(steps: list[Step[Any]], orders: ProvisioningOrders) -> Workflow:
    return Workflow(
        kind=KIND,
        steps=steps,
        texts=TEXTS,
        upstreams=UPSTREAMS,
        on_stopped=lambda run: report_stop(orders, run),
        on_waiting=lambda run, error: report_wait(orders, run, error),
        result=summary,
    )


SALESFORCE_PREFIX = "salesforce-"


def summary(run: Run) -> Data:
    """Return the result of a provisioned order.

    It is `{whmcsOrderId, services, esims}`, with services and eSIMs by unit key.
    """
    return {
        "whmcsOrderId": str(whmcs_order_id(run)),
        "services": {key: list(ids) for key, ids in run.result(VERIFY).services.items()},
        "esims": {
            key: {"lineId": line.line_id, "iccid": line.iccid}
            for key, line in run.result(ACTIVATE_ESIM).lines.items()
        },
    }


def report_wait(orders: ProvisioningOrders, run: Run, error: LastError) -> None:
    """Report to Salesforce what the order waits for, after `load` has reported In Progress.

    It reports nothing once `write_back` has begun, which may have set Provisioned already.
    """
    if error.code.startswith(SALESFORCE_PREFIX):
        return  # the one system that cannot be told
    loaded = run.record(LOAD)
    written = run.job.steps.get(WRITE_BACK.name)
    if written is not None and written.attempt == run.job.attempt:
        return
    if loaded is None or not loaded.reported:
        return
    at = datetime.fromtimestamp(run.now(), UTC)
    _report(
        orders,
        run,
        Progress(
            order_id=run.job.subject,
            status=ProvisioningStatus.IN_PROGRESS,
            attempt_count=loaded.attempt_count,
            at=at,
            error_code=error.code,
            error_message=waiting_message(error.code, at),
        ),
    )


def report_stop(orders: ProvisioningOrders, run: Run) -> None:
    """Report to Salesforce that the order failed or was cancelled, with code and remedy."""
    job, error = run.job, run.job.last_error
    count = _attempt_count(orders, run)
    if count is None or error is None:
        run.note("order-gone")
        return
    cancelled = job.ending is Status.CANCELLED
    _report(
        orders,
        run,
        Progress(
            order_id=job.subject,
            status=ProvisioningStatus.NOT_STARTED if cancelled else ProvisioningStatus.FAILED,
            attempt_count=count,
            at=datetime.fromtimestamp(run.now(), UTC),
            error_code=error.code,
            error_message=operator_message(error.code, error.message),
        ),
    )


def _report(orders: ProvisioningOrders, run: Run, progress: Progress) -> None:
    try:
        orders.report(progress)
    except OrderDeleted:
        run.note("order-gone")


def _attempt_count(orders: ProvisioningOrders, run: Run) -> int | None:
    """Return Salesforce's number of this attempt; None when the order is gone.

    It is read from Salesforce when `load` did not record it.
    """
    stored = run.job.steps.get(LOAD.name)
    if stored is not None and stored.attempt == run.job.attempt:
        known = run.record(LOAD)
        if known is not None and known.attempt_count:
            return known.attempt_count
    counted = orders.attempt_count(run.job.subject)
    return None if counted is None else counted + 1
