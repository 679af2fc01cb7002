"""Whether an Order must be approved: the button, and what the portal makes of the same Order."""

from __future__ import annotations

import pytest

from functions.provision.steps.load import APPROVED, SUBMITTED
from ops.salesforce_project.paths import ERROR_CODES
from ops.salesforce_project.texts import remedies
from tests.unit.salesforce.emulated_org import ACTION, CONTROLLER, EmulatedOrg

RULES = "portal_rules__c"
UNAPPROVED = "Provision_Without_Approval__c"


def submitted(org: EmulatedOrg) -> str:
    """An Order that nobody has approved."""
    order_id = org.order(approved=False)
    assert org.status(order_id) == SUBMITTED
    return order_id


def stops(org: EmulatedOrg, order_id: str) -> list[dict[str, str | None]]:
    (order,) = org.gateway.aura(org.operator, CONTROLLER, "readOrders", {"orderIds": [order_id]})
    found: list[dict[str, str | None]] = order["stops"]
    return found


@pytest.mark.parametrize("setting", [None, {}, {UNAPPROVED: False}])
def test_by_default_the_button_refuses_and_says_what_to_do(
    org: EmulatedOrg, setting: dict[str, str | bool] | None
) -> None:
    if setting is not None:
        org.vault.settings[RULES] = setting
    order_id = submitted(org)
    assert stops(org, order_id) == [{"code": "order-not-approved", "detail": None}]
    remedy = remedies(ERROR_CODES.read_text(encoding="utf-8"))["order-not-approved"]
    outcome = org.press(order_id)
    assert (outcome["code"], remedy in outcome["message"]) == ("stopped", True)
    (result,) = org.gateway.invocable(org.operator, ACTION, [{"orderId": order_id}])
    assert (result["accepted"], result["code"]) == (False, "stopped")
    assert org.endpoint.events == []

    org.update("Order", order_id, Status="Activated")
    assert "Activated" in APPROVED
    assert org.press(order_id)["code"] == "accepted"


def test_where_the_setting_says_so_no_approval_is_needed(org: EmulatedOrg) -> None:
    org.vault.settings[RULES] = {UNAPPROVED: True}
    order_id = submitted(org)
    assert stops(org, order_id) == []
    assert org.press(order_id)["code"] == "accepted"
    org.update("Order", order_id, Status="Draft")
    assert [stop["code"] for stop in stops(org, order_id)] == ["order-status"]
