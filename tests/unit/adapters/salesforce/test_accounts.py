"""Salesforce Accounts and Cases: exact requests and what each answer means."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import responses
from portal.adapters.salesforce.accounts import AccountFields, SalesforceAccounts
from portal.adapters.salesforce.cases import SalesforceCases
from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.login import Login
from portal.config import ConfigurationError
from portal.domain.upstream import OutcomeUnknown, Refused, Throttled
from portal.ports.accounts import Account, NewCase

from tests.fakes.secret import FakeSecret

ORG = "https://org.my.salesforce.example"
QUERY = f"{ORG}/services/data/v63.0/query"
CASE = f"{ORG}/services/data/v63.0/sobjects/Case"
FIELDS = AccountFields(customer_number="Customer_Number__c", email="PersonEmail")
NEW_CASE = NewCase(
    key="email-abc", account_id="001000000000101AAA", subject="Portal", description="Look"
)


@pytest.fixture
def http() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        mock.post(f"{ORG}/services/oauth2/token", json={"access_token": "session"})
        yield mock


@pytest.fixture
def client() -> SalesforceClient:
    secret = FakeSecret({"consumerKey": "k", "consumerSecret": "s"})
    return SalesforceClient(url=ORG, api_version="63.0", login=Login(url=ORG, secret=secret))


def page(*records: dict[str, Any]) -> dict[str, Any]:
    return {"totalSize": len(records), "done": True, "records": list(records)}


def record(**changes: Any) -> dict[str, Any]:
    return {
        "Id": "001000000000101",
        "Name": "Taro Yamada",
        "Customer_Number__c": "CN-000101",
        "PersonEmail": "taro@example.com",
        **changes,
    }


def error(code: str, status: int = 400) -> dict[str, Any]:
    return {"json": [{"errorCode": code, "message": "words", "fields": []}], "status": status}


def test_one_query_finds_the_account(
    http: responses.RequestsMock, client: SalesforceClient
) -> None:
    http.get(QUERY, json=page(record()))
    assert SalesforceAccounts(client, FIELDS).by_customer_number("cn-000101") == Account(
        id="001000000000101AAA",
        name="Taro Yamada",
        email="taro@example.com",
        customer_number="CN-000101",
    )
    request: Any = http.calls[1].request
    assert request.params["q"] == (
        "SELECT Id, Name, Customer_Number__c, PersonEmail FROM Account"
        " WHERE Customer_Number__c = 'cn-000101' LIMIT 2"
    )


def test_quotes_cannot_leave_the_value(
    http: responses.RequestsMock, client: SalesforceClient
) -> None:
    http.get(QUERY, json=page())
    assert SalesforceAccounts(client, FIELDS).by_customer_number("x' OR Name != '") is None
    request: Any = http.calls[1].request
    assert "'x\\' OR Name != \\''" in request.params["q"]


@pytest.mark.parametrize("name", ["", "Email, Phone", "Email FROM User--", "1x", "a.b.c"])
def test_field_names_are_names(name: str) -> None:
    with pytest.raises(ConfigurationError, match="API name"):
        AccountFields(customer_number="Customer_Number__c", email=name)


def test_an_account_without_an_address(
    http: responses.RequestsMock, client: SalesforceClient
) -> None:
    http.get(QUERY, json=page(record(PersonEmail=None)))
    found = SalesforceAccounts(client, FIELDS).by_customer_number("CN-000101")
    assert found is not None
    assert found.email is None


def test_two_accounts_with_one_number_are_an_error(
    http: responses.RequestsMock, client: SalesforceClient
) -> None:
    http.get(QUERY, json=page(record(), record(Id="001000000000102")))
    with pytest.raises(Refused, match="two Accounts"):
        SalesforceAccounts(client, FIELDS).by_customer_number("CN-000101")


def test_a_case_is_created_with_its_key(
    http: responses.RequestsMock, client: SalesforceClient
) -> None:
    http.post(CASE, json={"id": "500000000000001", "success": True, "errors": []}, status=201)
    SalesforceCases(client).open(NEW_CASE)
    assert json.loads(http.calls[1].request.body or "") == {
        "Portal_Case_Key__c": "email-abc",
        "AccountId": "001000000000101AAA",
        "Subject": "Portal",
        "Description": "Look",
        "Origin": "Web",
    }


def test_a_case_that_is_there_is_fine(
    http: responses.RequestsMock, client: SalesforceClient
) -> None:
    http.post(CASE, **error("DUPLICATE_VALUE"))
    SalesforceCases(client).open(NEW_CASE)
    assert len(http.calls) == 2


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (error("REQUIRED_FIELD_MISSING"), Refused),
        (error("REQUEST_LIMIT_EXCEEDED", 403), Throttled),
        ({"body": "<html>", "status": 503}, OutcomeUnknown),
    ],
)
def test_other_answers_to_a_case(
    http: responses.RequestsMock,
    client: SalesforceClient,
    answer: dict[str, Any],
    expected: type[Exception],
) -> None:
    http.post(CASE, **answer)
    with pytest.raises(expected):
        SalesforceCases(client).open(NEW_CASE)


QUERY_ALL = f"{ORG}/services/data/v63.0/queryAll"
KEPT = "001000000000909AAA"


def merged_into(account_id: str, duplicate: str = "001000000000101AAA") -> dict[str, Any]:
    return record(Id=duplicate, IsDeleted=True, MasterRecordId=account_id)


def test_an_account_survives_as_itself(
    http: responses.RequestsMock, client: SalesforceClient
) -> None:
    http.get(QUERY_ALL, json=page(record(IsDeleted=False, MasterRecordId=None)))
    found = SalesforceAccounts(client, FIELDS).surviving("001000000000101AAA")
    assert found is not None
    assert found.id == "001000000000101AAA"
    (_, call) = http.calls
    assert call.request.params["q"] == (  # type: ignore[attr-defined]  # of responses
        "SELECT Id, Name, Customer_Number__c, PersonEmail, IsDeleted, MasterRecordId "
        "FROM Account WHERE Id = '001000000000101AAA'"
    )


def test_merges_are_followed_to_the_account_that_was_kept(
    http: responses.RequestsMock, client: SalesforceClient
) -> None:
    http.get(QUERY_ALL, json=page(merged_into("001000000000102")))
    http.get(QUERY_ALL, json=page(merged_into(KEPT, duplicate="001000000000102AAA")))
    http.get(QUERY_ALL, json=page(record(Id=KEPT, IsDeleted=False, MasterRecordId=None)))
    found = SalesforceAccounts(client, FIELDS).surviving("001000000000101AAA")
    assert found is not None
    assert found.id == KEPT


@pytest.mark.parametrize(
    "records",
    [[], [record(IsDeleted=True, MasterRecordId=None)]],
    ids=["purged", "deleted by hand"],
)
def test_an_account_that_is_gone_has_no_survivor(
    http: responses.RequestsMock, client: SalesforceClient, records: list[dict[str, Any]]
) -> None:
    http.get(QUERY_ALL, json=page(*records))
    assert SalesforceAccounts(client, FIELDS).surviving("001000000000101AAA") is None


def test_merges_that_lead_in_a_circle_are_refused(
    http: responses.RequestsMock, client: SalesforceClient
) -> None:
    http.get(QUERY_ALL, json=page(merged_into("001000000000101AAA")))
    with pytest.raises(Refused, match="circle"):
        SalesforceAccounts(client, FIELDS).surviving("001000000000101AAA")


def test_duplicates_of_an_account(http: responses.RequestsMock, client: SalesforceClient) -> None:
    http.get(QUERY_ALL, json=page(merged_into(KEPT)))
    found = SalesforceAccounts(client, FIELDS).duplicates_of(KEPT)
    assert found == ["001000000000101AAA"]
