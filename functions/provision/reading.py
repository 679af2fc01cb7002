"""What earlier steps recorded, as models again."""

from __future__ import annotations

from typing import Any

from portal.domain.provisioning import LoadedOrder
from portal.engine.steps import Run
from portal.provisioning.view import order_id_of

from functions.provision.plan import Unit


def order_id(run: Run) -> str:
    """The Salesforce id (18 characters); also our reference in other systems."""
    return order_id_of(run.job.id)


def order(run: Run) -> LoadedOrder:
    """The order as `load` found it."""
    return LoadedOrder.model_validate(run.data("load")["order"])


def client_id(run: Run) -> int:
    """The customer's WHMCS client."""
    return int(run.data("load")["clientId"])


def user_id(run: Run) -> str:
    """The customer's portal user."""
    return str(run.data("load")["userId"])


def attempt_count(run: Run) -> int:
    """What `Attempt_Count__c` is in this attempt."""
    return int(run.data("load")["attemptCount"])


def units(run: Run) -> list[Unit]:
    """What is to be ordered."""
    return [Unit.model_validate(unit) for unit in run.data("check")["units"]]


def plan(run: Run) -> str:
    """Fingerprint of what is to be ordered."""
    return str(run.data("check")["plan"])


def esims(run: Run) -> dict[str, dict[str, Any]]:
    """The activated lines by unit key: `{lineId, state, iccid}`."""
    return dict(run.data("activate_esim").get("lines", {}))


def whmcs_order_id(run: Run) -> int:
    """The WHMCS order."""
    return int(run.data("add_order")["orderId"])


def services(run: Run) -> dict[str, list[int]]:
    """WHMCS service ids by unit key."""
    return {
        key: [int(number) for number in ids] for key, ids in run.data("verify")["services"].items()
    }
