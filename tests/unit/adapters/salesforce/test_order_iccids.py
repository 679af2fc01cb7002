"""The ICCIDs on an Order, against the emulator."""

from __future__ import annotations

from portal.adapters.salesforce.order_iccids import SalesforceOrderIccids

from local.demo.people import EVERYBODY
from tests.vendors import Vendors, account_id

GONE = "801000000000999AAA"


def order(vendors: Vendors) -> str:
    made = vendors.salesforce_client().request(
        "POST",
        "sobjects/Order",
        operation="create",
        json={
            "AccountId": account_id(EVERYBODY[0]),
            "EffectiveDate": "2026-11-27",
            "Status": "Draft",
            "ESIM_ICCID__c": "8981",
        },
        writes=True,
    )
    return str(made["id"])


def test_the_list_is_replaced_in_one_call(vendors: Vendors) -> None:
    number = order(vendors)
    iccids = SalesforceOrderIccids(vendors.salesforce_client())
    vendors.forget_calls()
    assert iccids.write(number, "8981000000000000002,8981000000000000099")
    assert sum(vendors.calls().values()) == 1
    (record,) = (r for r in vendors.records("Order") if r["Id"] == number)
    assert record["ESIM_ICCID__c"] == "8981000000000000002,8981000000000000099"
    many = ",".join(f"89810000000000{n:05}" for n in range(40))
    assert iccids.write(number, many)
    (record,) = (r for r in vendors.records("Order") if r["Id"] == number)
    assert record["ESIM_ICCID__c"].endswith(",…")


def test_an_order_that_is_gone_is_said_so(vendors: Vendors) -> None:
    assert not SalesforceOrderIccids(vendors.salesforce_client()).write(GONE, "8981")
