"""What the emulators hold before the button is pressed: one customer, three products, one order."""

from __future__ import annotations

import json
from typing import Any

from local.emulators.salesforce.org import STANDARD_PRICEBOOK_ID
from tests.fakes.directory import ACCOUNT_ID
from tests.fakes.provisioning import ORDER_ID, SNAPSHOT

CLIENT = 42
ESIM, FIBRE, FEE = 201, 101, 404
ENTRY = {ESIM: "01u000000000001AAA", FIBRE: "01u000000000002AAA", FEE: "01u000000000003AAA"}
PRODUCT = {ESIM: "01t000000000001AAA", FIBRE: "01t000000000002AAA", FEE: "01t000000000003AAA"}


def whmcs_seed() -> dict[str, Any]:
    options = [
        {
            "id": 4,
            "name": "Data",
            "type": "1",
            "options": [
                {"id": 8, "name": "5 GB", "pricing": {"JPY": {"monthly": "0"}}},
                {"id": 9, "name": "10 GB", "pricing": {"JPY": {"monthly": "500"}}},
            ],
        },
        {
            "id": 6,
            "name": "Voice mail",
            "type": "3",
            "options": [{"id": 30, "name": "Yes", "pricing": {"JPY": {"monthly": "300"}}}],
        },
    ]
    return {
        "gateways": [{"module": "stripe", "displayname": "Credit Card"}],
        "currencies": [
            {"id": 1, "code": "JPY", "prefix": "¥", "suffix": " JPY", "format": 4, "default": True}
        ],
        "productGroups": [{"id": 1, "name": "All"}],
        "products": [
            {
                "pid": pid,
                "gid": 1,
                "name": f"Product {pid}",
                "module": "portalstub",
                "autosetup": "on",
                "paytype": "onetime" if pid == FEE else "recurring",
                "pricing": {"JPY": {"monthly": "1000"}},
                "customfields": [{"id": 1000 + pid, "name": "Portal Order Ref"}],
                "configoptions": options if pid == ESIM else [],
            }
            for pid in (ESIM, FIBRE, FEE)
        ],
        "clients": [
            {
                "id": CLIENT,
                "firstname": "Taro",
                "lastname": "Yamada",
                "email": "taro@example.com",
                "address1": "1-1",
                "city": "Tokyo",
                "state": "Tokyo",
                "postcode": "100-0001",
                "country": "JP",
                "phonenumber": "+81 3-1234-5678",
                "paymethods": [
                    {"type": "RemoteCreditCard", "cardLastFour": "4242", "expiryDate": "12/49"}
                ],
            }
        ],
    }


def salesforce_seed(lines: list[tuple[int, int]], **order: Any) -> dict[str, Any]:
    plans = {"gigs": {"plan": "pln_10gb"}, "esim_access": {"plan": "JP_10_30"}}
    settings = json.dumps({"version": 1, "provider": plans})
    return {
        "connectedApps": [
            {"consumerKey": "key", "consumerSecret": "secret", "usernames": ["i@portal.example"]}
        ],
        "records": {
            "Account": [
                {
                    "Id": ACCOUNT_ID,
                    "FirstName": "Taro",
                    "LastName": "Yamada",
                    "PersonEmail": "taro@example.com",
                }
            ],
            "Product2": [
                {
                    "Id": PRODUCT[pid],
                    "Name": f"Product {pid}",
                    "ProductCode": f"SKU-{pid}",
                    "IsActive": True,
                    "Portal_Billing_Cycle__c": "Onetime" if pid == FEE else "Monthly",
                    "Portal_Requires_Payment_Method__c": True,
                    "WHMCS_Product_Id__c": pid,
                    "WHMCS_Notes_Template__c": "for {orderNumber}",
                    "eSIM_Settings_JSON__c": settings if pid == ESIM else None,
                }
                for pid in PRODUCT
            ],
            "PricebookEntry": [
                {
                    "Id": ENTRY[pid],
                    "Pricebook2Id": STANDARD_PRICEBOOK_ID,
                    "Product2Id": PRODUCT[pid],
                    "UnitPrice": 1000,
                    "IsActive": True,
                }
                for pid in PRODUCT
            ],
            "Order": [
                {
                    "Id": ORDER_ID,
                    "AccountId": ACCOUNT_ID,
                    "EffectiveDate": "2026-11-23",
                    "Status": "Activated",
                    "Pricebook2Id": STANDARD_PRICEBOOK_ID,
                    "Activation_Type__c": "Immediate",
                    **order,
                }
            ],
            "OrderItem": [
                {
                    "Id": f"802{number:012d}AAA",
                    "OrderId": ORDER_ID,
                    "PricebookEntryId": ENTRY[pid],
                    "Quantity": quantity,
                    "UnitPrice": 1000,
                    "ConfigOptions_JSON__c": SNAPSHOT if pid == ESIM else None,
                    "Portal_Line_Key__c": f"key-{number:03d}",
                }
                for number, (pid, quantity) in enumerate(lines, start=1)
            ],
        },
    }


def gigs_seed() -> dict[str, Any]:
    """The plan of the eSIM product."""
    return {"plans": [{"id": "pln_10gb", "name": "10 GB"}]}
