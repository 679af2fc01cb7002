"""Running modules: ModuleCreate, ModuleCustom, GetModuleQueue.

Source: WHMCS API reference (Service, System).
"""

from __future__ import annotations

from typing import Any

from local.emulators.whmcs import modules
from local.emulators.whmcs.context import Context, Handler
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.parameters import Parameters
from local.emulators.whmcs.records import QueueEntry, Service
from local.emulators.whmcs.response import Listing


def _service(context: Context, parameters: Parameters) -> Service:
    """By `serviceid`, or `accountid` as it was called before 7.7."""
    service_id = parameters.number("serviceid") or parameters.number("accountid")
    if service_id is None:
        raise ApiError("Service ID is required")
    service = context.store.services.get(service_id)
    if service is None:
        raise ApiError("Service ID not found")
    if not context.store.products[service.pid].module:
        raise ApiError("Service not assigned to a module")
    return service


def module_create(context: Context, parameters: Parameters) -> dict[str, Any]:
    """ModuleCreate: the service becomes Active, or the module's message."""
    modules.create(context, _service(context, parameters))
    return {}


def module_custom(context: Context, parameters: Parameters) -> dict[str, Any]:
    """ModuleCustom: `func_name` of the module; the stub only records it."""
    service = _service(context, parameters)
    modules.run(context, service, parameters.raw("func_name"))
    return {}


def get_module_queue(context: Context, parameters: Parameters) -> dict[str, Any]:
    """GetModuleQueue: failed module runs that still wait."""
    kind, module = parameters.text("serviceType"), parameters.text("moduleName")
    action, related = parameters.text("moduleAction"), parameters.number("relatedId")
    entries = context.store.module_queue.where(
        lambda entry: (
            not entry.completed
            and (kind is None or entry.service_type == kind)
            and (module is None or entry.module_name == module)
            and (action is None or entry.module_action == action)
            and (related is None or entry.service_id == related)
        )
    )
    items = [_as_listed(entry) for entry in entries]
    return {"count": len(items), "queue": Listing(items, when_empty="list")}


def _as_listed(entry: QueueEntry) -> dict[str, Any]:
    return {
        "id": entry.id,
        "serviceType": entry.service_type,
        "serviceId": entry.service_id,
        "relatedId": entry.service_id,
        "moduleName": entry.module_name,
        "moduleAction": entry.module_action,
        "lastAttempt": entry.last_attempt,
        "lastAttemptError": entry.last_attempt_error,
        "numRetries": entry.num_retries,
        "completed": int(entry.completed),
    }


ACTIONS: dict[str, Handler] = {
    "ModuleCreate": module_create,
    "ModuleCustom": module_custom,
    "GetModuleQueue": get_module_queue,
}
