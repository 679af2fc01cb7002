"""An org with fields that our own project does not have: the schema is what the files say."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from local.emulators.kit.server import running
from local.emulators.salesforce.app import SalesforceEmulator
from tests.emulators.salesforce.org_client import KEY, SECRET, USERNAME, OrgClient, error

META = "http://soap.sforce.com/2006/04/metadata"
LEGACY = """<fullName>Legacy__c</fullName><label>Legacy</label><type>Text</type>
<length>10</length><externalId>true</externalId><unique>false</unique>"""
CHANNELS = """<fullName>Channels__c</fullName><label>Channels</label>
<type>MultiselectPicklist</type><valueSet><restricted>true</restricted><valueSetDefinition>
<value><fullName>Mail</fullName></value><value><fullName>Phone</fullName></value>
<value><fullName>Web</fullName></value></valueSetDefinition></valueSet>"""
STARS = """<fullName>Stars__c</fullName><label>Stars</label><type>Number</type>
<precision>1</precision><scale>0</scale><required>true</required>"""


@pytest.fixture
def org(tmp_path: Path) -> Iterator[OrgClient]:
    folder = tmp_path / "force-app/main/default/objects/Case/fields"
    folder.mkdir(parents=True)
    for name, text in (("Legacy__c", LEGACY), ("Channels__c", CHANNELS), ("Stars__c", STARS)):
        path = folder / f"{name}.field-meta.xml"
        path.write_text(f'<CustomField xmlns="{META}">{text}</CustomField>')
    app = {"consumerKey": KEY, "consumerSecret": SECRET, "usernames": [USERNAME]}
    with running(SalesforceEmulator(tmp_path)) as server:
        server.emulator.seed({"connectedApps": [app]})
        form = {"grant_type": "client_credentials", "client_id": KEY, "client_secret": SECRET}
        answer = requests.post(f"{server.url}/services/oauth2/token", data=form, timeout=5)
        yield OrgClient(server, answer.json()["access_token"])


def test_key_of_several_records_is_a_choice(org: OrgClient) -> None:
    ids = [org.create("Case", Legacy__c="same", Stars__c=n) for n in (1, 2)]
    url = "sobjects/Case/Legacy__c/SAME"
    locations = [f"/services/data/v63.0/sobjects/Case/{record_id}" for record_id in ids]
    for method, body in (("GET", None), ("PATCH", {"Stars__c": 3})):
        answer = org.call(method, url, body)
        assert (answer.status_code, answer.json()) == (300, locations)
    records = [{"attributes": {"type": "Case"}, "Legacy__c": "same"}]
    many = org.call("PATCH", "composite/sobjects/Case/Legacy__c", {"records": records})
    assert many.json()[0]["errors"][0]["statusCode"] == "DUPLICATE_EXTERNAL_ID"


def test_multi_select_picklists(org: OrgClient) -> None:
    org.create("Case", Subject="both", Channels__c="Mail;Web", Stars__c=1)
    org.create("Case", Subject="phone", Channels__c="Phone", Stars__c=1)
    org.create("Case", Subject="none", Stars__c=1)
    start = "SELECT Subject FROM Case WHERE Channels__c"
    found = {
        condition: {row["Subject"] for row in org.rows(f"{start} {condition}")}
        for condition in ("INCLUDES ('Mail;Web', 'Phone')", "INCLUDES ('Mail;Phone')",
                          "EXCLUDES ('Web')")
    }  # fmt: skip
    assert found == {
        "INCLUDES ('Mail;Web', 'Phone')": {"both", "phone"},
        "INCLUDES ('Mail;Phone')": set(),
        "EXCLUDES ('Web')": {"phone", "none"},
    }
    wrong = org.call("POST", "sobjects/Case", {"Channels__c": "Mail;Fax", "Stars__c": 1})
    assert error(wrong)[1] == "INVALID_OR_NULL_FOR_RESTRICTED_PICKLIST"


def test_required_custom_field(org: OrgClient) -> None:
    answer = org.call("POST", "sobjects/Case", {"Subject": "x"})
    assert error(answer)[1] == "REQUIRED_FIELD_MISSING"


def test_project_for_an_unknown_object_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "force-app/main/default/objects/Lead/fields"
    folder.mkdir(parents=True)
    text = f'<CustomField xmlns="{META}">{LEGACY}</CustomField>'
    (folder / "Legacy__c.field-meta.xml").write_text(text)
    with pytest.raises(ValueError, match="no object Lead"):
        SalesforceEmulator(tmp_path)
