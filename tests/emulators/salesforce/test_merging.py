"""Merged Accounts: what Salesforce documents that a merge leaves behind."""

from __future__ import annotations

import pytest
import requests

from tests.emulators.salesforce.org_client import KEN, MEI, OrgClient, error, order_fields


def merge(org: OrgClient, master: str, *duplicates: str) -> requests.Response:
    return requests.post(
        f"{org.server.admin}/merge",
        json={"master": master, "duplicates": list(duplicates)},
        timeout=5,
    )


def test_the_duplicate_is_in_the_recycle_bin_and_names_the_record_that_was_kept(
    org: OrgClient,
) -> None:
    assert merge(org, KEN, MEI).status_code == 204
    assert org.call("GET", f"sobjects/Account/{MEI}").status_code == 404
    query = f"SELECT Id, IsDeleted, MasterRecordId FROM Account WHERE Id = '{MEI}'"  # noqa: S608  # an id of the seed
    assert org.rows(query) == []
    (found,) = org.call("GET", "queryAll", params={"q": query}).json()["records"]
    assert (found["IsDeleted"], found["MasterRecordId"]) == (True, KEN)
    assert org.read("Account", KEN)["MasterRecordId"] is None


def test_what_referred_to_the_duplicate_refers_to_the_record_that_was_kept(org: OrgClient) -> None:
    order_id = org.order(AccountId=MEI)
    merge(org, KEN, MEI)
    assert org.read("Order", order_id)["AccountId"] == KEN


def test_a_new_record_for_the_duplicate_is_refused(org: OrgClient) -> None:
    merge(org, KEN, MEI)
    answer = org.call("POST", "sobjects/Order", {**order_fields(), "AccountId": MEI})
    assert error(answer)[1] == "ENTITY_IS_DELETED"


@pytest.mark.parametrize(
    ("master", "duplicates"),
    [(KEN, [KEN]), (KEN, []), ("001000000000999AAA", [MEI]), (KEN, ["001000000000999AAA"])],
    ids=["itself", "nothing", "no master", "no duplicate"],
)
def test_a_merge_that_salesforce_refuses_changes_nothing(
    org: OrgClient, master: str, duplicates: list[str]
) -> None:
    assert merge(org, master, *duplicates).status_code == 400
    assert org.read("Account", MEI)["Id"] == MEI
