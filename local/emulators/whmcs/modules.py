"""The stub of provisioning modules: it succeeds, or fails as the switch says, and is recorded."""

from __future__ import annotations

import secrets

from local.emulators.whmcs.catalogue import CYCLE_MONTHS
from local.emulators.whmcs.context import Context
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.invoicing import add_months
from local.emulators.whmcs.records import ModuleCall, QueueEntry, Service


def activate(context: Context, service: Service) -> None:
    """A service goes live; a recurring one is next due after its first period."""
    months = CYCLE_MONTHS.get(service.billingcycle)
    if months is not None and service.status != "Active":
        service.nextduedate = add_months(service.regdate, months)
    service.status = "Active"
    service.lastupdate = context.timestamp


def create(context: Context, service: Service) -> None:
    """Run the module's create function; raises ApiError with the module's own message."""
    run(context, service, "create")
    if not service.username:
        service.username = f"svc{service.id}"
        service.password = secrets.token_urlsafe(9)
    activate(context, service)


def run(context: Context, service: Service, action: str) -> None:
    """Run any function of the module; a failure is queued for retry and raised."""
    module = context.store.products[service.pid].module
    message = context.switches.module_failures.get(service.pid)
    calls = context.store.module_calls
    calls.add(
        ModuleCall(
            id=calls.next_id(),
            service_id=service.id,
            module=module,
            action=action,
            succeeded=message is None,
            message=message or "",
        )
    )
    waiting = _waiting(context, service, action)
    if message is None:
        if waiting is not None:
            waiting.completed = True
        return
    _queue(context, service, module, action, message, waiting)
    raise ApiError(message)


def _waiting(context: Context, service: Service, action: str) -> QueueEntry | None:
    entries = context.store.module_queue.where(
        lambda entry: (
            entry.service_id == service.id and entry.module_action == action and not entry.completed
        )
    )
    return entries[0] if entries else None


def _queue(
    context: Context,
    service: Service,
    module: str,
    action: str,
    message: str,
    waiting: QueueEntry | None,
) -> None:
    if waiting is not None:
        waiting.num_retries += 1
        waiting.last_attempt = context.timestamp
        waiting.last_attempt_error = message
        return
    queue = context.store.module_queue
    queue.add(
        QueueEntry(
            id=queue.next_id(),
            service_id=service.id,
            module_name=module,
            module_action=action,
            last_attempt=context.timestamp,
            last_attempt_error=message,
        )
    )
