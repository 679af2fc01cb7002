"""What must be true when an order has been provisioned, whatever happened on the way."""

from __future__ import annotations

from collections import Counter
from typing import Any

from portal.domain.lease import NOT_LEASED
from portal.engine.states import Status

from functions.provision.steps.activate_esim import reference
from tests.integration.kill.provisioning import CLIENT_ID, USER_ID, Provisioning
from tests.integration.kill.shapes import ORDER_ID, Unit


def assert_exactly_once(world: Provisioning, *, attempts: int = 1) -> None:
    """One of everything, everywhere, and nothing left over."""
    job = world.job
    assert job.status is Status.SUCCEEDED, f"{job.status}: {job.last_error}"
    assert job.lease == NOT_LEASED
    assert job.last_error is None
    placed, services = _check_whmcs(world)
    iccids = _check_gigs(world)
    _check_salesforce(world, placed, services, iccids, attempts)
    _check_mails(world)


def _check_whmcs(world: Provisioning) -> tuple[int, dict[str, list[int]]]:
    """One Active order with one invoice, set up once; its id, and service ids by OrderItem."""
    state = world.installation.whmcs.store.books()
    (order,) = state["orders"]
    assert (order["status"], order["clientId"]) == ("Active", CLIENT_ID)
    assert len(state["invoices"]) == 1
    assert sorted(order["serviceIds"]) == sorted(s["id"] for s in state["services"])
    assert all(s["status"] == "Active" for s in state["services"]), state["services"]
    assert all(s["customfields"] == {str(1000 + s["pid"]): ORDER_ID} for s in state["services"])
    setups = Counter(c["serviceId"] for c in state["moduleCalls"] if c["action"] == "Create")
    assert all(count == 1 for count in setups.values()), setups
    by_item: dict[str, list[int]] = {}
    free = sorted(state["services"], key=lambda service: service["id"])
    for unit in world.shape.units:
        taken = _take(unit, free)
        free = [service for service in free if service not in taken]
        by_item.setdefault(unit.item_id, []).extend(service["id"] for service in taken)
    assert not free
    return order["id"], by_item


def _take(unit: Unit, free: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The unit's service; or several, where WHMCS makes one of each piece."""
    fitting = [service for service in free if _fits(service, unit)]
    taken = fitting[:1] if fitting and fitting[0]["qty"] == unit.quantity else fitting
    taken = taken[: unit.quantity]
    assert sum(service["qty"] for service in taken) == unit.quantity, (unit, free)
    return taken


def _fits(service: dict[str, Any], unit: Unit) -> bool:
    stored = {int(key): value for key, value in service["configoptions"].items()}
    return service["pid"] == unit.pid and all(
        (stored[option]["option_id"], stored[option]["qty"]) == wanted
        for option, wanted in unit.options.items()
    )


def _check_gigs(world: Provisioning) -> list[str]:
    """One active subscription per eSIM, one user; ICCIDs in the order of the unit keys."""
    project = world.installation.gigs.dump()["projects"]["portal-local"]
    subscriptions = project["subscriptions"]
    by_ref = {item["metadata"]["portalRef"]: item for item in subscriptions}
    refs = [reference(ORDER_ID, key) for key in world.shape.esims]
    assert sorted(by_ref) == sorted(refs)
    assert len(subscriptions) == len(refs)
    assert all(item["status"] == "active" for item in subscriptions), subscriptions
    assert len(project["users"]) == (1 if refs else 0)
    return [str(by_ref[ref]["sim"]["iccid"]) for ref in refs]


def _check_salesforce(
    world: Provisioning,
    placed: int,
    services: dict[str, list[int]],
    iccids: list[str],
    attempts: int,
) -> None:
    salesforce = world.installation.salesforce
    (order,) = salesforce.records("Order")
    assert order["Provisioning_Status__c"] == "Provisioned"
    assert order["WHMCS_Order_ID__c"] == str(placed)
    assert (order["ESIM_ICCID__c"] or "") == ",".join(iccids)
    assert order["Attempt_Count__c"] == attempts
    assert order["Provisioning_Error_Code__c"] is None
    written = {item["Id"]: item["WHMCS_Service_ID__c"] for item in salesforce.records("OrderItem")}
    assert written == {item: ",".join(map(str, ids)) for item, ids in services.items()}


def _check_mails(world: Provisioning) -> None:
    """Every key at least once; what is there twice is the same mail, which the sender drops."""
    jobs = world.mails
    expected = [f"esim-activation:{ORDER_ID}:{key}" for key in world.shape.esims]
    expected.append(f"order-provisioned:{ORDER_ID}")
    by_key: dict[str, dict[str, Any]] = {}
    for job in jobs:
        assert job["userId"] == USER_ID
        assert by_key.setdefault(job["dedupKey"], job) == job
    assert sorted(by_key) == sorted(expected)
