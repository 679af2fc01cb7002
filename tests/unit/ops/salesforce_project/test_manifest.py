"""The manifest names everything that is deployed."""

from __future__ import annotations

import pytest

from ops.salesforce_project.manifest import ManifestError, package_xml
from ops.salesforce_project.paths import PROJECT
from tests.unit.ops.salesforce_project.planting import Planted


def test_members_of_objects_bear_the_objects_name() -> None:
    manifest = package_xml()
    for member in (
        "Order.Attempt_Count__c",
        "Order.Portal_Failed",
        "Order.Provision_Orders_in_WHMCS",
        "Order.Provision_in_WHMCS",
        "provisionInWhmcs",
        "Portal_Operators",
    ):
        assert f"<members>{member}</members>" in manifest


def test_every_metadata_file_is_named() -> None:
    files = list((PROJECT / "force-app").rglob("*-meta.xml"))
    assert package_xml().count("<members>") == len(files)


def test_a_file_in_a_wrong_folder_is_found(planted: Planted) -> None:
    planted.write("classes/Wrong.field-meta.xml", "<CustomField/>")
    with pytest.raises(ManifestError, match=r"classes/Wrong\.field-meta\.xml"):
        package_xml(planted.root)
