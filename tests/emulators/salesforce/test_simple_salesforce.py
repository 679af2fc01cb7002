"""A client that knows nothing of the emulator: simple-salesforce."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
import requests
from requests.adapters import HTTPAdapter
from simple_salesforce.api import Salesforce
from simple_salesforce.exceptions import (
    SalesforceError,
    SalesforceExpiredSession,
    SalesforceMalformedRequest,
    SalesforceResourceNotFound,
)
from simple_salesforce.format import format_soql

from tests.emulators.salesforce.org_client import MEI, PATH, OrgClient, order_fields


class PlainHttp(HTTPAdapter):
    """simple-salesforce always says https; the emulator speaks plain HTTP on loopback."""

    def send(  # type: ignore[override]  # the options are passed on as they come
        self, request: requests.PreparedRequest, **options: Any
    ) -> requests.Response:
        """Send to the same address without TLS."""
        request.url = str(request.url).replace("https://", "http://", 1)
        return super().send(request, **options)


@pytest.fixture
def sf(org: OrgClient) -> Iterator[Any]:
    with requests.Session() as session:
        session.mount("https://", PlainHttp())
        yield Salesforce(
            session_id=org.token, instance_url=org.server.url, version="63.0", session=session
        )


def error_code(error: SalesforceError) -> str:
    # Annotated as a number in simple-salesforce, it is the parsed body.
    content: Any = error.content
    return str(content[0]["errorCode"])


def test_query_all_follows_pages(org: OrgClient, sf: Any) -> None:
    org.switch(batch_size=1)
    query = format_soql("SELECT Id, Name FROM Account WHERE Name LIKE '%{:like}%'", "k")
    assert [row["Name"] for row in sf.query(query)["records"]] == ["Ken KK"]
    everything = sf.query_all("SELECT Id, Name FROM Product2 ORDER BY Name")
    assert everything["totalSize"] == len(everything["records"]) == 3


def test_formatted_values_survive(sf: Any) -> None:
    subject = 'it\'s "50%"\\ off'
    created = sf.restful("sobjects/Case", method="POST", json={"Subject": subject})
    found = sf.query(format_soql("SELECT Id FROM Case WHERE Subject = {}", subject))
    assert [row["Id"] for row in found["records"]] == [created["id"]]


def test_graph_and_usage(sf: Any) -> None:
    node = {
        "method": "POST",
        "url": f"{PATH}/sobjects/Order",
        "referenceId": "order",
        "body": order_fields(),
    }
    body = {"graphs": [{"graphId": "1", "compositeRequest": [node]}]}
    answer = sf.restful("composite/graph", method="POST", json=body)
    assert answer["graphs"][0]["isSuccessful"] is True
    assert sf.api_usage["api-usage"].used == 1


def test_errors_carry_salesforces_codes(org: OrgClient, sf: Any) -> None:
    with pytest.raises(SalesforceMalformedRequest) as malformed:
        sf.query("SELECT Nope__c FROM Order")
    assert error_code(malformed.value) == "INVALID_FIELD"
    with pytest.raises(SalesforceResourceNotFound):
        sf.restful("sobjects/Order/801000000000009AAA")
    org.switch(kill_sessions=True)
    with pytest.raises(SalesforceExpiredSession) as expired:
        sf.restful(f"sobjects/Account/{MEI}")
    assert error_code(expired.value) == "INVALID_SESSION_ID"
