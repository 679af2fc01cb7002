"""Sample products with prices, made from the demo's catalogue so that there is one source.

`sf data import tree` cannot refer to the standard price book, so a script adds the prices.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

DATA = Path("sample-data")
PRICES = Path("scripts/apex/sample-prices.apex")
PORTAL_BOOK = "Portal"
_SCRIPT = """// Generated from the demo's catalogue by `make salesforce-generate`.
// Gives the sample products a standard price and a price in the price book Portal. Prices that
// exist are left alone, so it can be run again.
// Run: sf apex run --file scripts/apex/sample-prices.apex --target-org <alias>
Map<String, Decimal> prices = new Map<String, Decimal>{
@PRICES@
};
Id standardBook = [SELECT Id FROM Pricebook2 WHERE IsStandard = TRUE LIMIT 1].Id;
Id portalBook = [SELECT Id FROM Pricebook2 WHERE Name = '@BOOK@' LIMIT 1].Id;
Set<String> known = new Set<String>();
for (PricebookEntry entry : [
    SELECT Pricebook2Id, Product2Id
    FROM PricebookEntry
    WHERE Product2.ProductCode IN :prices.keySet()
]) {
    known.add(entry.Pricebook2Id + '-' + entry.Product2Id);
}
// The standard price of a product comes before its other prices.
for (Id book : new List<Id>{ standardBook, portalBook }) {
    List<PricebookEntry> entries = new List<PricebookEntry>();
    for (Product2 product : [
        SELECT Id, ProductCode
        FROM Product2
        WHERE ProductCode IN :prices.keySet()
    ]) {
        if (!known.contains(book + '-' + product.Id)) {
            entries.add(
                new PricebookEntry(
                    Pricebook2Id = book,
                    Product2Id = product.Id,
                    UnitPrice = prices.get(product.ProductCode),
                    IsActive = true
                )
            );
        }
    }
    insert entries;
}
"""


def sample_files() -> dict[Path, str]:
    """The plan, the records and the script by path within the project."""
    # The demo belongs to the local stack; nothing of it is needed to check or deploy the project.
    from local.demo.data import salesforce_seed  # noqa: PLC0415  # as said

    records = salesforce_seed("")["records"]
    prices = _portal_prices(records)
    products = [_product(record) for record in records["Product2"] if record["Id"] in prices]
    book = {"Name": PORTAL_BOOK, "IsActive": True}
    by_code = {
        record["ProductCode"]: prices[record["Id"]]
        for record in records["Product2"]
        if record["Id"] in prices
    }
    return {
        DATA / "plan.json": _json(
            [
                {"sobject": "Pricebook2", "files": ["Pricebook2.json"]},
                {"sobject": "Product2", "files": ["Product2.json"]},
            ]
        ),
        DATA / "Pricebook2.json": _json(_tree("Pricebook2", [book])),
        DATA / "Product2.json": _json(_tree("Product2", products)),
        PRICES: _script(by_code),
    }


def _portal_prices(records: dict[str, Any]) -> dict[str, int]:
    """Price by product id, for what the portal offers."""
    portal = {book["Id"] for book in records["Pricebook2"]}
    offered = {
        record["Id"]
        for record in records["Product2"]
        if record["Portal_Visible__c"] and not record["Portal_Valid_Until__c"] and _readable(record)
    }
    return {
        entry["Product2Id"]: entry["UnitPrice"]
        for entry in records["PricebookEntry"]
        if entry["Pricebook2Id"] in portal and entry["Product2Id"] in offered
    }


def _readable(record: dict[str, Any]) -> bool:
    """The demo has a product with broken options, to show how the portal reports it."""
    try:
        json.loads(record["Portal_ConfigOptions_JSON__c"] or "{}")
    except ValueError:
        return False
    return True


def _product(record: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in record.items() if name != "Id" and value is not None}


def _tree(sobject: str, records: list[dict[str, Any]]) -> dict[str, Any]:
    return {
        "records": [
            {"attributes": {"type": sobject, "referenceId": f"{sobject}{number}"}, **record}
            for number, record in enumerate(records, start=1)
        ]
    }


def _json(document: Any) -> str:
    return json.dumps(document, ensure_ascii=False, indent=2) + "\n"


def _script(prices: dict[str, int]) -> str:
    entries = ",\n".join(f"    '{code}' => {price}" for code, price in prices.items())
    return _SCRIPT.replace("@PRICES@", entries).replace("@BOOK@", PORTAL_BOOK)
