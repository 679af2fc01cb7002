"""Every metadata file against the types of the Metadata API, and the faults that this finds."""

from __future__ import annotations

from pathlib import Path

import pytest

from ops.salesforce_project.paths import NAMESPACE, PROJECT
from ops.salesforce_project.schema import MetadataSchema
from ops.salesforce_project.sources import metadata_files
from tests.unit.ops.salesforce_project.planting import MAIN

FILES = metadata_files(PROJECT)
FIELD = f"{MAIN}objects/Order/fields/Attempt_Count__c.field-meta.xml"


@pytest.fixture(scope="module")
def schema() -> MetadataSchema:
    return MetadataSchema()


def test_files_of_every_kind_are_looked_at() -> None:
    kinds = {path.name.split(".", 1)[1] for path in FILES}
    assert {
        "cls-meta.xml", "externalCredential-meta.xml", "field-meta.xml", "flow-meta.xml",
        "js-meta.xml", "labels-meta.xml", "listView-meta.xml", "namedCredential-meta.xml",
        "object", "permissionset-meta.xml", "permissionsetgroup-meta.xml",
        "reportType-meta.xml", "settings-meta.xml", "standardValueSet-meta.xml",
        "translation-meta.xml", "webLink-meta.xml", "xml",
    } <= kinds  # fmt: skip


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.name)
def test_metadata_is_valid(schema: MetadataSchema, path: Path) -> None:
    assert schema.problems(path.read_bytes()) == []


@pytest.mark.parametrize(
    ("path", "old", "new", "said"),
    [
        (FIELD, "<type>Number</type>", "<type>Nummer</type>", "Nummer"),
        (FIELD, "<precision>4</precision>", "<precision>four</precision>", "four"),
        (FIELD, "<label>", "<lable>Attempts</lable><label>", "lable"),
        (FIELD, "</CustomField>", "</CustomFeld>", "CustomFeld"),
        (FIELD, "CustomField", "CustomFeld", "no type of metadata"),
        (
            f"{MAIN}namedCredentials/Portal_API.namedCredential-meta.xml",
            "<parameterType>Url</parameterType>",
            "<parameterType>Uri</parameterType>",
            "Uri",
        ),
        (
            f"{MAIN}permissionsets/Portal_Operator.permissionset-meta.xml",
            "<label>Portal Operator</label>",
            "",
            "label",
        ),
        (
            f"{MAIN}flows/Portal_Provision_Order.flow-meta.xml",
            "<fieldType>DisplayText</fieldType>",
            "<fieldType>DisplayTxt</fieldType>",
            "DisplayTxt",
        ),
        (
            f"{MAIN}quickActions/Order.Provision_in_WHMCS.quickAction-meta.xml",
            "<type>LightningWebComponent</type>",
            "<type>WebComponent</type>",
            "WebComponent",
        ),
    ],
)
def test_planted_faults_are_found(
    schema: MetadataSchema, path: str, old: str, new: str, said: str
) -> None:
    text = (PROJECT / path).read_text(encoding="utf-8")
    assert old in text
    problems = schema.problems(text.replace(old, new).encode())
    assert any(said in problem for problem in problems), problems


def test_order_of_elements_is_free(schema: MetadataSchema) -> None:
    head = f'<ExternalCredential xmlns="{NAMESPACE}">'
    label, protocol = "<label>X</label>", "<authenticationProtocol>Custom</authenticationProtocol>"
    for first, second in ((label, protocol), (protocol, label)):
        document = f"{head}{first}{second}</ExternalCredential>"
        assert schema.problems(document.encode()) == []
