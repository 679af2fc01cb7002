"""The references between the files of the Salesforce project, and the faults that this finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.salesforce_project.paths import PROJECT
from ops.salesforce_project.references import check_references
from tests.unit.ops.salesforce_project.planting import Planted

ORDER = "classes/PortalOrder.cls"
SERVICE = "classes/PortalProvisioning.cls"
CONTROLLER = "classes/PortalProvisioningController.cls"
OPERATOR = "permissionsets/Portal_Operator.permissionset-meta.xml"
CALLOUT = "permissionsets/Portal_Callout.permissionset-meta.xml"
INTEGRATION = "permissionsets/Portal_Integration.permissionset-meta.xml"
GROUP = "permissionsetgroups/Portal_Operators.permissionsetgroup-meta.xml"
FLOW = "flows/Portal_Provision_Order.flow-meta.xml"
BULK_FLOW = "flows/Portal_Provision_Orders.flow-meta.xml"
ACTION = "quickActions/Order.Provision_in_WHMCS.quickAction-meta.xml"
MOBILE = "quickActions/Order.Provision_on_Mobile.quickAction-meta.xml"
LINK = "objects/Order/webLinks/Provision_Orders_in_WHMCS.webLink-meta.xml"
NAMED = "namedCredentials/Portal_API.namedCredential-meta.xml"
SCREEN = "lwc/provisionInWhmcs/provisionInWhmcs.js"
SCREEN_META = "lwc/provisionInWhmcs/provisionInWhmcs.js-meta.xml"
CLASS_ACCESS = "<classAccesses><apexClass>PortalOrder</apexClass></classAccesses>"
BULK_META = "lwc/provisionOrders/provisionOrders.js-meta.xml"

FAULTS = [
    # Apex
    (ORDER, "Attempt_Count__c,", "Atempt_Count__c,", "no field Atempt_Count__c"),
    (ORDER, "WHMCS_Order_ID__c,", "Billing_Cycle__c,", "no field Order.Billing_Cycle__c"),
    (ORDER, "Product2.WHMCS_Product_Id__c", "Product2.Order_Type__c", "Product2.Order_Type__c"),
    (ORDER, "public with sharing class PortalOrder", "public class PortalOrder", "sharing"),
    (ORDER, "with sharing class PortalOrder", "without sharing class PortalOrder", "sharing"),
    (SERVICE, "callout:Portal_API", "callout:Portal", "no named credential Portal"),
    ("classes/PortalSignature.cls", "$Credential.Portal_API", "$Credential.Portal", "credential"),
    (SERVICE, "Label.Portal_Answer_Hidden", "Label.Portal_Hidden", "no label Portal_Hidden"),
    ("./scripts/apex/signature-check.apex", "Portal_API", "Portal__c", "no field Portal__c"),
    # Permissions
    (OPERATOR, "Order.Attempt_Count__c", "Order.Attempts__c", "no field Order.Attempts__c"),
    (OPERATOR, "<field>OrderItem.Billing_Cycle__c<", "<field>Order.Order_Type__c<", "cannot read"),
    (OPERATOR, "PortalProvisioningAction", "PortalAction", "no class PortalAction"),
    (OPERATOR, "<object>Product2</object>", "<object>Case</object>", "without access"),
    (CALLOUT, "Portal_API-Portal", "Portal_API-Portall", "no principal Portal_API-Portall"),
    (CALLOUT, "UserExternalCredential", "Account", "UserExternalCredential"),
    (
        CALLOUT,
        "<description>",
        f"{CLASS_ACCESS}<description>",
        "separate permission sets",
    ),
    (INTEGRATION, "Order.Order_Type__c", "Order.OrderType__c", "which its user cannot read"),
    (GROUP, "Portal_Callout", "Portal_Callouts", "no permission set Portal_Callouts"),
    # Lightning
    ("lwc/portalApex/portalApex.js", "Controller.provision", "Controller.start", "@AuraEnabled"),
    (CONTROLLER, "    @AuraEnabled\n    public static PortalOutcome", "    public static", "@Aura"),
    (SCREEN, "c/portalRemedies", "c/portalRemedy", "no module c/portalRemedy"),
    (SCREEN, "labels = labels;", "labels = 'No_Field__c';", "no field No_Field__c"),
    ("lwc/portalLabels/portalLabels.js", "Portal_Bulk_None", "Portal_Bulk", "no label Portal_Bulk"),
    # Flows and actions
    (FLOW, "<targetReference>Result<", "<targetReference>Results<", "no element Results"),
    (FLOW, "$Label.Portal_Flow_Confirm", "$Label.Portal_Confirm", "no label Portal_Confirm"),
    (FLOW, "<name>orderId</name>", "<name>order</name>", "no variable order"),
    (FLOW, "faultConnector", "otherConnector", "without a fault path"),
    (FLOW, "<actionName>PortalProvisioningAction<", "<actionName>PortalOrder<", "@Invocable"),
    (BULK_FLOW, "c:provisionOrders", "c:provisionOrder", "no component provisionOrder"),
    (BULK_FLOW, "<name>orderIds</name>", "<name>orders</name>", "no property orders"),
    (BULK_META, "lightning__FlowScreen", "lightning__RecordPage", "not made for flow screens"),
    (ACTION, "provisionInWhmcs", "provisionWhmcs", "no component provisionWhmcs"),
    (ACTION, "ScreenAction", "Action", "the subtype is not ScreenAction"),
    (SCREEN_META, "<target>lightning__RecordAction", "<target>lightning__RecordPage", "action"),
    (MOBILE, "Portal_Provision_Order", "Portal_Provision", "no flow Portal_Provision"),
    (LINK, "/flow/Portal_Provision_Orders", "/flow/Portal_Orders", "no flow behind"),
    (LINK, "/flow/Portal_Provision_Orders", "/flow/Portal_Provision_Order", "the ids"),
    # Credentials, lists, reports, project file
    (NAMED, "<externalCredential>Portal_API<", "<externalCredential>Portal<", "no external"),
    (NAMED, "Header>true<", "Header>false<", "allowMergeFieldsInHeader"),
    (
        "objects/Order/listViews/Portal_Failed.listView-meta.xml",
        "<columns>Attempt_Count__c",
        "<columns>Billing_Cycle__c",
        "no field Billing_Cycle__c",
    ),
    (
        "reportTypes/Portal_Provisioning.reportType-meta.xml",
        "Billing_Cycle__c",
        "Attempt_Count__c",
        "no field Attempt_Count__c in Order.OrderItems",
    ),
    (
        "objects/Order/fields/Order_Type__c.field-meta.xml",
        "inlineHelpText",
        "description",
        "no help text",
    ),
    ("./sfdx-project.json", '"japanese"', '"japan"', "no folder japan"),
    (NAMED, "portal.example.invalid", "portal.example", "lacks https://portal.example.invalid"),
]


def test_the_project_has_no_findings() -> None:
    assert check_references(PROJECT) == []


@pytest.mark.parametrize(("name", "old", "new", "said"), FAULTS)
def test_planted_faults_are_found(
    planted: Planted, name: str, old: str, new: str, said: str
) -> None:
    planted.replace(name, old, new)
    findings = check_references(planted.root)
    assert any(said in finding for finding in findings), findings


def test_a_field_that_only_the_portal_may_edit(planted: Planted) -> None:
    entry = "<editable>{}</editable>\n        <field>Order.Attempt_Count__c</field>"
    planted.replace(OPERATOR, entry.format("false"), entry.format("true"))
    (finding,) = check_references(planted.root)
    assert "only the portal's own user may edit Order.Attempt_Count__c" in finding


def test_a_field_that_is_editable_but_not_readable(planted: Planted) -> None:
    entry = "<field>Order.Activation_Type__c</field>\n        <readable>{}</readable>"
    planted.replace(OPERATOR, entry.format("true"), entry.format("false"))
    (finding,) = check_references(planted.root)
    assert "Order.Activation_Type__c is editable but not readable" in finding


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("classes/PortalOrder.cls-meta.xml", "has no -meta.xml"),
        ("lwc/portalApex/portalApex.js-meta.xml", "has no js-meta.xml"),
        ("objects/Order/fields/Order_Type__c.field-meta.xml", "no field Order_Type__c"),
        (OPERATOR, "no permission set grants the class"),
    ],
)
def test_missing_files_are_found(planted: Planted, name: str, said: str) -> None:
    planted.remove(name)
    assert any(said in finding for finding in check_references(planted.root))


def test_a_label_that_nothing_uses(planted: Planted) -> None:
    labels = "labels/CustomLabels.labels-meta.xml"
    new = "<labels><fullName>Portal_Old</fullName></labels></CustomLabels>"
    planted.replace(labels, "</CustomLabels>", new)
    assert check_references(planted.root) == ["Portal_Old: nothing uses this label"]


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ('FIELD = "Provisoning_Status__c"', "adapter.py: there is no field Provisoning_Status__c"),
        ("", "the portal does not use Order.Order_Type__c"),
    ],
)
def test_the_portals_python_is_compared(tmp_path: Path, source: str, said: str) -> None:
    folder = tmp_path / "functions"
    folder.mkdir()
    (folder / "adapter.py").write_text(source)
    assert any(said in finding for finding in check_references(PROJECT, tmp_path))
