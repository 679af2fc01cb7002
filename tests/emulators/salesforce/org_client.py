"""A small HTTP client and a small org for the emulator's tests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import requests

from local.emulators.kit.server import Running

VERSION = "63.0"
PATH = f"/services/data/v{VERSION}"
KEY, SECRET, USERNAME = "local-consumer-key", "local-consumer-secret", "integration@portal.example"

PORTAL_BOOK = "01s000000000002AAA"
OTHER_BOOK = "01s000000000003AAA"
FIBRE, TRAVEL, HIDDEN = (f"01t00000000000{n}AAA" for n in (1, 2, 3))
FIBRE_PRICE, TRAVEL_PRICE, OTHER_PRICE, OLD_PRICE = (f"01u00000000000{n}AAA" for n in (1, 2, 3, 4))
MEI, KEN = "001000000000001AAA", "001000000000002AAA"

SEED: dict[str, Any] = {
    "connectedApps": [{"consumerKey": KEY, "consumerSecret": SECRET, "usernames": [USERNAME]}],
    "records": {
        # Entries before what they point to: the order of a seed does not matter.
        "PricebookEntry": [
            {"Id": FIBRE_PRICE, "Pricebook2Id": PORTAL_BOOK, "Product2Id": FIBRE, "UnitPrice": 4980,
             "IsActive": True},
            {"Id": TRAVEL_PRICE, "Pricebook2Id": PORTAL_BOOK, "Product2Id": TRAVEL,
             "UnitPrice": 1500.5, "IsActive": True},
            {"Id": OTHER_PRICE, "Pricebook2Id": OTHER_BOOK, "Product2Id": FIBRE, "UnitPrice": 1,
             "IsActive": True},
            {"Id": OLD_PRICE, "Pricebook2Id": PORTAL_BOOK, "Product2Id": HIDDEN, "UnitPrice": 9,
             "IsActive": False},
        ],
        "Pricebook2": [
            {"Id": PORTAL_BOOK, "Name": "Portal", "IsActive": True},
            {"Id": OTHER_BOOK, "Name": "Wholesale", "IsActive": True},
        ],
        "Product2": [
            {"Id": FIBRE, "Name": "Fibre 1G", "ProductCode": "FIB-1G", "IsActive": True,
             "Portal_Visible__c": True, "Portal_Category__c": "Internet", "Portal_Sort_Order__c": 2,
             "Portal_Valid_From__c": "2020-01-01", "Portal_Tags__c": "50%_off, O'Neill"},
            {"Id": TRAVEL, "Name": "travel eSIM", "ProductCode": "ESIM-EU", "IsActive": True,
             "Portal_Visible__c": True, "Portal_Category__c": "eSIM", "Portal_Sort_Order__c": 1},
            {"Id": HIDDEN, "Name": "Old VPN", "ProductCode": "VPN-0", "IsActive": False,
             "Portal_Category__c": "VPN"},
        ],
        "Account": [
            {"Id": MEI, "FirstName": "Mei", "LastName": "Sato", "PersonEmail": "mei@example.jp",
             "Customer_Number__c": "C-0001", "Portal_Dwelling__c": "Home", "Portal_Tier__c": "1G"},
            {"Id": KEN, "Name": "Ken KK", "Customer_Number__c": "C-0002"},
        ],
    },
}  # fmt: skip


@dataclass(frozen=True)
class OrgClient:
    """Calls the emulator as an API user does, and its admin API."""

    server: Running
    token: str

    def call(
        self,
        method: str,
        path: str,
        json: Any = None,
        *,
        headers: dict[str, str] | None = None,
        params: dict[str, str] | None = None,
    ) -> requests.Response:
        """One call below the API version, or to an absolute path."""
        base = self.server.url + ("" if path.startswith("/") else f"{PATH}/")
        return requests.request(
            method,
            base + path,
            json=json,
            headers={"Authorization": f"Bearer {self.token}", **(headers or {})},
            params=params,
            timeout=10,
        )

    def query(self, soql: str, **headers: str) -> requests.Response:
        """Run a query; `headers` with underscores for dashes."""
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return self.call("GET", "query", params={"q": soql}, headers=named)

    def rows(self, soql: str) -> list[dict[str, Any]]:
        """The records of a query that must succeed."""
        answer = self.query(soql)
        assert answer.status_code == 200, answer.text
        records: list[dict[str, Any]] = answer.json()["records"]
        return records

    def create(self, name: str, **fields: Any) -> str:
        """Create a record that must be accepted; its id."""
        answer = self.call("POST", f"sobjects/{name}", fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["id"])

    def order(self, **fields: Any) -> str:
        """A draft order of Mei's."""
        return self.create("Order", **{**order_fields(), **fields})

    def item(self, order_id: str, **fields: Any) -> str:
        """A line of an order."""
        return self.create("OrderItem", **{**item_fields(order_id), **fields})

    def read(self, name: str, record_id: str) -> dict[str, Any]:
        """A record that must exist."""
        answer = self.call("GET", f"sobjects/{name}/{record_id}")
        assert answer.status_code == 200, answer.text
        record: dict[str, Any] = answer.json()
        return record

    def switch(self, **changes: Any) -> None:
        """Change switches."""
        answer = requests.patch(f"{self.server.admin}/switches", json=changes, timeout=5)
        assert answer.status_code == 200, answer.text

    def advance(self, seconds: float) -> None:
        """Move the org's clock."""
        requests.post(f"{self.server.admin}/clock", json={"advance": seconds}, timeout=5)

    def state(self) -> dict[str, list[dict[str, Any]]]:
        """Every record, by object."""
        records: dict[str, list[dict[str, Any]]] = requests.get(
            f"{self.server.admin}/state", timeout=5
        ).json()
        return records


def order_fields() -> dict[str, Any]:
    """What an order needs."""
    return {
        "AccountId": MEI,
        "EffectiveDate": "2026-11-22",
        "Status": "Pending Review",
        "Pricebook2Id": PORTAL_BOOK,
    }


def item_fields(order_id: str) -> dict[str, Any]:
    """What an order line needs."""
    return {
        "OrderId": order_id,
        "PricebookEntryId": FIBRE_PRICE,
        "Quantity": 2,
        "UnitPrice": 4980,
    }


def error(answer: requests.Response) -> tuple[int, str, str]:
    """Status, code and message of a refusal with exactly one error."""
    body = answer.json()
    assert isinstance(body, list), answer.text
    assert len(body) == 1, answer.text
    return answer.status_code, body[0]["errorCode"], body[0]["message"]
