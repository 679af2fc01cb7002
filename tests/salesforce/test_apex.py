"""The Apex as apex-ls and PMD see it, and the faults that they find."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.salesforce_project.apex_checks import ToolError, apex_ls, pmd
from ops.salesforce_project.paths import PROJECT
from tests.unit.ops.salesforce_project.planting import copy_project

SERVICE = "classes/PortalProvisioning.cls"
ORDER = "classes/PortalOrder.cls"


def test_apex_ls_finds_nothing() -> None:
    assert apex_ls(PROJECT) == []


def test_pmd_finds_nothing() -> None:
    assert pmd(PROJECT) == []


def test_apex_ls_finds_planted_faults(tmp_path: Path) -> None:
    planted = copy_project(tmp_path / "salesforce")
    planted.replace(SERVICE, "Integer sent = 0;", "Integer sent = 'none';")
    planted.replace("classes/PortalSignature.cls", "at.getTime()", "at.getMilliseconds()")
    planted.replace("classes/PortalAnswer.cls", "Portal_Answer_None", "Portal_Answer_Nothing")
    planted.replace("classes/PortalOutcome.cls", "this.code = code;", "this.code = code")
    planted.replace("classes/PortalTestData.cls", "WHMCS_Product_Id__c =", "WHMCS_Id__c =")
    planted.remove("classes/PortalSigningKey.cls-meta.xml")
    findings = "\n".join(apex_ls(planted.root, PROJECT))
    for said in (
        "PortalProvisioning.cls",  # text in an Integer
        "getMilliseconds",  # no such method of the platform
        "Portal_Answer_Nothing",  # no such label
        "PortalOutcome.cls",  # a missing semicolon
        "WHMCS_Id__c",  # no such field
        "PortalSigningKey",  # a class without its metadata
    ):
        assert said in findings


def test_pmd_finds_planted_faults(tmp_path: Path) -> None:
    planted = copy_project(tmp_path / "salesforce")
    planted.replace(ORDER, "WITH USER_MODE", "")
    planted.replace(SERVICE, "'callout:Portal_API'", "'http://portal.example/api'")
    planted.replace(
        "classes/PortalProvisioningController.cls",
        "return PortalOrder.read(orderIds);",
        "Database.query('SELECT Id FROM Order WHERE Name = ' + UserInfo.getName());"
        "return PortalOrder.read(orderIds);",
    )
    planted.replace(
        "classes/PortalAnswer.cls",
        "return null;\n        }\n    }",
        "}\n        return null;\n    }",
    )
    findings = "\n".join(pmd(planted.root, PROJECT))
    for rule in ("ApexCRUDViolation", "ApexInsecureEndpoint", "EmptyCatchBlock"):
        assert rule in findings


def test_missing_tools_are_named(tmp_path: Path) -> None:
    with pytest.raises(ToolError, match="make salesforce-setup"):
        apex_ls(PROJECT, tmp_path)
