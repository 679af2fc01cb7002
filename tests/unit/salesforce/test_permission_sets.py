"""The permission sets, by running the Apex as users who have them and nothing else.

The users have the profile "Minimum Access - Salesforce", which grants nothing.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from local.emulators.salesforce.apex.access import Access
from local.emulators.salesforce.apex.gateway import ApexError, CallRefused
from local.emulators.salesforce.apex.metadata import PermissionSet, Project
from local.emulators.salesforce.metadata import project_root
from tests.unit.salesforce.emulated_org import ACTION, CONTROLLER, EmulatedOrg

SETS = Project(project_root()).permission_sets()
OPERATOR, CALLOUT = SETS["Portal_Operator"], SETS["Portal_Callout"]
# Shown on the record page and in list views, not read by the classes.
PAGE_ONLY = {"order.order_type__c"}
NEEDED_OBJECTS = {"account", "order", "product2"}


def read(org: EmulatedOrg, user: str) -> list[dict[str, object]]:
    orders: list[dict[str, object]] = org.gateway.aura(
        user, CONTROLLER, "readOrders", {"orderIds": [org.order_id]}
    )
    return orders


def user_with(org: EmulatedOrg, *sets: PermissionSet) -> str:
    user_id = org.org.add_user("someone@portal.example")
    org.users.give(user_id, Access(sets))
    return user_id


def test_the_group_is_enough_for_component_and_flow(org: EmulatedOrg) -> None:
    (order,) = read(org, org.operator)
    assert (order["orderId"], order["stops"]) == (org.order_id, [])
    assert order["lines"] == [
        {
            "lineId": order["lines"][0]["lineId"],  # type: ignore[index]  # JSON
            "productName": "Internet 1G",
            "productCode": "NET",
            "quantity": 1,
            "billingCycle": None,
            "serviceIds": None,
            "mapped": True,
        }
    ]
    (result,) = org.gateway.invocable(org.operator, ACTION, [{"orderId": org.order_id}])
    assert (result["accepted"], result["code"]) == (True, "accepted")
    assert org.press()["code"] == "accepted"


@pytest.mark.parametrize("field", sorted(OPERATOR.readable))
def test_every_field_of_the_operators_is_needed(org: EmulatedOrg, field: str) -> None:
    less = replace(OPERATOR, readable=OPERATOR.readable - {field})
    user = user_with(org, less, CALLOUT)
    if field in PAGE_ONLY:
        assert org.press(user=user)["code"] == "accepted"
        return
    outcome = org.press(user=user)
    assert (outcome["code"], outcome["accepted"]) == ("no-access", False)
    assert outcome["message"] == org.program.labels["portal_answer_no_access"]
    with pytest.raises(ApexError) as refused:
        read(org, user)
    body = refused.value.body
    assert body.message == org.program.labels["portal_answer_no_access"]
    assert (body.exception_type, body.stack_trace) == ("System.AuraHandledException", "")
    assert org.endpoint.events == []


@pytest.mark.parametrize("name", sorted(OPERATOR.objects))
def test_which_objects_the_classes_need(org: EmulatedOrg, name: str) -> None:
    objects = {key: grant for key, grant in OPERATOR.objects.items() if key != name}
    user = user_with(org, replace(OPERATOR, objects=objects), CALLOUT)
    expected = "no-access" if name in NEEDED_OBJECTS else "accepted"
    assert org.press(user=user)["code"] == expected


def test_operators_edit_only_when_an_order_is_activated() -> None:
    assert OPERATOR.editable == {"order.activation_type__c", "order.activation_scheduled_at__c"}
    written = {name for name, grant in OPERATOR.objects.items() if grant.create or grant.delete}
    assert written == set()


def test_without_class_access_nothing_runs(org: EmulatedOrg) -> None:
    user = user_with(org, replace(OPERATOR, classes=frozenset()), CALLOUT)
    with pytest.raises(CallRefused, match="access to the Apex class") as refused:
        org.press(user=user)
    assert refused.value.status == 403
    with pytest.raises(CallRefused, match="access to the Apex class"):
        org.gateway.invocable(user, ACTION, [{"orderId": org.order_id}])


def test_every_class_that_is_granted_is_an_entry(org: EmulatedOrg) -> None:
    for name in OPERATOR.classes:
        cls = org.program.classes.get(name)
        assert cls is not None
        declaration = cls.declaration
        assert declaration is not None
        assert any(
            method.annotation(entry) is not None
            for method in declaration.methods
            for entry in ("auraenabled", "invocablemethod")
        )


@pytest.mark.parametrize(
    "callout",
    [
        replace(CALLOUT, principals=frozenset()),
        replace(CALLOUT, principals=frozenset({"Portal_API - Portal"})),
        replace(CALLOUT, objects={}),
    ],
    ids=["no principal", "another name of the principal", "no UserExternalCredential"],
)
def test_without_the_credential_the_button_says_so(
    org: EmulatedOrg, callout: PermissionSet
) -> None:
    outcome = org.press(user=user_with(org, OPERATOR, callout))
    assert (outcome["code"], outcome["accepted"]) == ("callout-denied", False)
    assert "Portal_API" in outcome["message"]
    assert org.endpoint.events == []


def test_the_integration_user_cannot_press(org: EmulatedOrg) -> None:
    user = user_with(org, SETS["Portal_Integration"])
    with pytest.raises(CallRefused, match="access to the Apex class"):
        org.press(user=user)
