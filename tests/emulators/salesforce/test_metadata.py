"""The SFDX project: every field of the data model, well-formed, and as the emulator reads it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from xml.etree import ElementTree as ET

import pytest

from local.emulators.salesforce.apex.metadata import Project
from local.emulators.salesforce.metadata import project_root, read_custom_fields
from local.emulators.salesforce.schema import Field

META = "http://soap.sforce.com/2006/04/metadata"

KEY = ("string", 64)
FIELDS: dict[str, dict[str, Any]] = {
    "Product2": {
        "Portal_Visible__c": "boolean",
        "Portal_Category__c": ("Internet", "eSIM", "VPN", "Other"),
        "Portal_Description__c": "textarea",
        "Portal_Feature_Bullets__c": "textarea",
        "Portal_Hero_Image_URL__c": "url",
        "Portal_Tags__c": "string",
        "Portal_Sort_Order__c": "double",
        "Portal_Valid_From__c": "date",
        "Portal_Valid_Until__c": "date",
        "Portal_Eligibility_Dwelling__c": ("Home", "Apartment", "Any"),
        "Portal_Eligibility_Tier__c": ("1G", "100Mb", "Any"),
        "Portal_Eligibility_Region__c": "string",
        "Portal_Billing_Cycle__c": "string",
        "Portal_Max_Quantity__c": "double",
        "Portal_Requires_Payment_Method__c": "boolean",
        "Portal_ConfigOptions_JSON__c": "textarea",
        "WHMCS_Product_Id__c": "double",
        "WHMCS_Notes_Template__c": "textarea",
        "eSIM_Settings_JSON__c": "textarea",
    },
    "Order": {
        "Order_Type__c": "string",
        "Provisioning_Status__c": (
            "Not Started", "Queued", "Scheduled", "In Progress", "Provisioned", "Failed",
        ),
        "Provisioning_Error_Code__c": "string",
        "Provisioning_Error_Message__c": "textarea",
        "WHMCS_Order_ID__c": "string",
        "ESIM_ICCID__c": "string",
        "Attempt_Count__c": "double",
        "Last_Provisioning_At__c": "datetime",
        "Activation_Type__c": ("Immediate", "Scheduled"),
        "Activation_Scheduled_At__c": "datetime",
        "Portal_Order_Key__c": "string",
    },
    "OrderItem": {
        "Billing_Cycle__c": "string",
        "ConfigOptions_JSON__c": "textarea",
        "WHMCS_Service_ID__c": "string",
        "Portal_Line_Key__c": "string",
    },
    "Account": {
        "Customer_Number__c": "string",
        "Portal_Dwelling__c": ("Home", "Apartment"),
        "Portal_Tier__c": ("1G", "100Mb"),
        "Portal_Region__c": "string",
    },
    "Case": {"Portal_Case_Key__c": "string"},
}  # fmt: skip


def shape(field: Field) -> Any:
    return field.values if field.type == "picklist" else field.type


@pytest.fixture(scope="module")
def custom() -> dict[str, dict[str, Field]]:
    found: dict[str, dict[str, Field]] = {}
    for name, field in read_custom_fields(project_root()):
        found.setdefault(name, {})[field.name] = field
    return found


def test_every_field_of_the_data_model_exists(custom: dict[str, dict[str, Field]]) -> None:
    assert {
        name: {field: shape(item) for field, item in fields.items()}
        for name, fields in custom.items()
    } == FIELDS


def test_custom_settings_are_no_objects_of_the_rest_api(
    custom: dict[str, dict[str, Field]],
) -> None:
    settings = Project(project_root()).custom_settings()
    assert list(settings) == ["portal_rules__c"]
    assert settings["portal_rules__c"].find("Provision_Without_Approval__c") is not None
    assert "Portal_Rules__c" not in custom


def test_keys_are_unique_external_ids(custom: dict[str, dict[str, Field]]) -> None:
    keys = [
        custom["Order"]["Portal_Order_Key__c"],
        custom["OrderItem"]["Portal_Line_Key__c"],
        custom["Case"]["Portal_Case_Key__c"],
    ]
    for key in keys:
        assert (key.length, key.unique, key.external_id, key.case_sensitive) == (64, 1, 1, 1)
    number = custom["Account"]["Customer_Number__c"]
    assert (number.unique, number.external_id, number.case_sensitive) == (True, True, False)


def test_picklists_are_restricted_and_nothing_is_required(
    custom: dict[str, dict[str, Field]],
) -> None:
    every = [field for fields in custom.values() for field in fields.values()]
    assert all(field.restricted for field in every if field.type == "picklist")
    # Required fields cannot be in a permission set.
    assert all(field.nillable for field in every if field.type != "boolean")
    assert all(field.label and len(field.label) <= 40 for field in every)


def test_permission_set_covers_every_field(custom: dict[str, dict[str, Field]]) -> None:
    (path,) = project_root().glob("force-app/**/Portal_Integration.permissionset-meta.xml")
    fields = [element.text or "" for element in ET.parse(path).iter(f"{{{META}}}field")]  # noqa: S314  # the repository's own file
    granted = {field for field in fields if field.endswith("__c")}
    assert granted == {f"{name}.{field}" for name, fields in custom.items() for field in fields}


def test_package_directories_exist() -> None:
    project = json.loads((project_root() / "sfdx-project.json").read_text())
    assert project["sourceApiVersion"] == "63.0"
    for directory in project["packageDirectories"]:
        assert (project_root() / directory["path"]).is_dir()


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<CustomField", "is not understood"),
        ("<CustomField><type>Picklst</type></CustomField>", "'Picklst' is not emulated"),
        ("<CustomField><type>Text</type><formula>1</formula></CustomField>", "formula"),
        (
            "<CustomField><fullName>Other__c</fullName><type>Date</type></CustomField>",
            "same name",
        ),
    ],
)
def test_reader_names_the_file_it_cannot_read(tmp_path: Path, text: str, said: str) -> None:
    folder = tmp_path / "force-app/main/default/objects/Order/fields"
    folder.mkdir(parents=True)
    namespaced = text.replace("<CustomField>", f'<CustomField xmlns="{META}">')
    (folder / "Wrong__c.field-meta.xml").write_text(namespaced)
    with pytest.raises(ValueError, match=said) as error:
        list(read_custom_fields(tmp_path))
    assert "Wrong__c" in str(error.value)


def test_reader_refuses_an_empty_project(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="SFDX project"):
        list(read_custom_fields(tmp_path))
