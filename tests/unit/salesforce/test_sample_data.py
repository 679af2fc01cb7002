"""The sample data: the plan loads as a tree, and the script prices it, as often as it is run."""

from __future__ import annotations

import json
from typing import Any

from local.emulators.salesforce.metadata import project_root
from local.emulators.salesforce.org import ADMIN_ID, STANDARD_PRICEBOOK_ID
from local.emulators.salesforce.rest.messages import NEWEST, ApiRequest
from local.emulators.salesforce.rest.tree import Trees
from tests.unit.salesforce.emulated_org import EmulatedOrg

DATA = project_root() / "sample-data"
SCRIPT = project_root() / "scripts/apex/sample-prices.apex"


def load_plan(org: EmulatedOrg) -> None:
    """What `sf data import tree --plan` sends, file by file."""
    for step in json.loads((DATA / "plan.json").read_text()):
        for name in step["files"]:
            request = ApiRequest(
                method="POST",
                version=f"{NEWEST}.0",
                segments=("composite", "tree", step["sobject"]),
                query={},
                body=json.loads((DATA / name).read_text()),
                headers={"content-type": "application/json"},
                user_id=ADMIN_ID,
            )
            Trees(org.org).create(request, org.org.full_schema.get(step["sobject"]))


def prices(org: EmulatedOrg) -> list[dict[str, Any]]:
    return list(org.org.store.records(org.org.full_schema.get("PricebookEntry")))


def test_every_product_has_a_price_in_both_books(org: EmulatedOrg) -> None:
    before = len(prices(org))
    load_plan(org)
    products = {
        row["Id"]: row["ProductCode"]
        for row in org.org.store.records(org.org.full_schema.get("Product2"))
        if row["ProductCode"] != "NET"
    }
    org.run_script(SCRIPT, user=ADMIN_ID)
    made = prices(org)[before:]
    assert len(made) == 2 * len(products)
    standard = {row["Product2Id"]: row["UnitPrice"] for row in made
                if row["Pricebook2Id"] == STANDARD_PRICEBOOK_ID}  # fmt: skip
    portal = {row["Product2Id"]: row["UnitPrice"] for row in made
              if row["Pricebook2Id"] != STANDARD_PRICEBOOK_ID}  # fmt: skip
    assert standard == portal
    assert standard.keys() == products.keys()
    assert all(row["IsActive"] for row in made)


def test_the_script_can_be_run_again(org: EmulatedOrg) -> None:
    load_plan(org)
    org.run_script(SCRIPT, user=ADMIN_ID)
    once = len(prices(org))
    org.run_script(SCRIPT, user=ADMIN_ID)
    assert len(prices(org)) == once
