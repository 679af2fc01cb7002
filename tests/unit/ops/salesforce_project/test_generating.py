"""What is generated is up to date, and a change by hand is found."""

from __future__ import annotations

import json

import pytest

from ops.salesforce_project.__main__ import main
from ops.salesforce_project.generating import generate, outdated
from ops.salesforce_project.samples import PRICES, sample_files
from ops.salesforce_project.texts import REMEDIES
from tests.unit.ops.salesforce_project.planting import Planted


def test_generated_files_are_up_to_date() -> None:
    assert outdated() == []


@pytest.mark.parametrize(
    ("name", "old"),
    [
        ("labels/CustomLabels.labels-meta.xml", "Wait until it is over."),
        ("lwc/portalRemedies/portalRemedies.js", "order-empty"),
        ("./japanese/main/default/translations/ja.translation-meta.xml", "Portal_Bulk_None"),
        ("./manifest/package.xml", "PortalOrder"),
        ("./sample-data/Product2.json", "INTERNET-HOME-1G-GOLD"),
        ("./scripts/apex/sample-prices.apex", "6500"),
    ],
)
def test_a_change_by_hand_is_found_and_undone(planted: Planted, name: str, old: str) -> None:
    planted.replace(name, old, "x")
    assert [planted.root / path for path in outdated(planted.root)] == [planted.path(name)]
    generate(planted.root)
    assert outdated(planted.root) == []


def test_a_missing_file_is_out_of_date(planted: Planted) -> None:
    planted.remove(f"./{REMEDIES}")
    assert outdated(planted.root) == [str(REMEDIES)]


def test_samples_are_what_the_portal_can_sell() -> None:
    files = sample_files()
    (products,) = [json.loads(text) for path, text in files.items() if path.name == "Product2.json"]
    assert len(products["records"]) <= 200  # the most that one tree import takes
    codes = [record["ProductCode"] for record in products["records"]]
    assert len(set(codes)) == len(codes)
    for record in products["records"]:
        assert record["WHMCS_Product_Id__c"]
        assert f"'{record['ProductCode']}' => " in files[PRICES]
        json.loads(record.get("Portal_ConfigOptions_JSON__c", "{}"))


def test_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["check"]) == 0
    assert "no findings" in capsys.readouterr().out
    assert main(["generat"]) == 2
