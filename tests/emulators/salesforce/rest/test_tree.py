"""The sample data of the Salesforce package, imported as `sf data import tree` does."""

from __future__ import annotations

import json

from local.emulators.salesforce.metadata import project_root
from tests.emulators.salesforce.org_client import OrgClient

DATA = project_root() / "sample-data"


def test_the_plan_is_imported_whole(org: OrgClient) -> None:
    plan = json.loads((DATA / "plan.json").read_text(encoding="utf-8"))
    assert [step["sobject"] for step in plan] == ["Pricebook2", "Product2"]
    for step in plan:
        for name in step["files"]:
            body = json.loads((DATA / name).read_text(encoding="utf-8"))
            answer = org.call("POST", f"composite/tree/{step['sobject']}", body)
            assert answer.status_code == 201, answer.text
            assert answer.json()["hasErrors"] is False
            assert len(answer.json()["results"]) == len(body["records"])


def test_samples_can_be_ordered_and_provisioned(org: OrgClient) -> None:
    body = json.loads((DATA / "Product2.json").read_text(encoding="utf-8"))
    org.call("POST", "composite/tree/Product2", body)
    rows = org.rows(
        "SELECT ProductCode FROM Product2"
        " WHERE IsActive = TRUE AND Portal_Visible__c = TRUE AND WHMCS_Product_Id__c > 0"
    )
    codes = {record["ProductCode"] for record in body["records"]}
    assert codes <= {row["ProductCode"] for row in rows}
