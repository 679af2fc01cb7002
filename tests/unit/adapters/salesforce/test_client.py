"""The Salesforce client: exact requests, sessions, failures of every class, all-or-nothing."""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import requests
import responses
from portal import correlation
from portal.adapters.http import Transport
from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.failures import PartRefused
from portal.adapters.salesforce.library import format_soql
from portal.adapters.salesforce.login import Login
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)

from local.emulators.kit.faults import Fault
from local.emulators.kit.server import Running, running
from local.emulators.salesforce.app import SalesforceEmulator
from tests.emulators.salesforce.org_client import (
    FIBRE_PRICE,
    KEY,
    MEI,
    SECRET,
    SEED,
    order_fields,
)
from tests.fakes.rotating_secret import RotatingSecret

ORG = "https://acme.my.salesforce.example"
DATA = f"{ORG}/services/data/v63.0"
ANY_QUERY = "SELECT Id FROM Account"
EXPIRED = [{"message": "Session expired or invalid", "errorCode": "INVALID_SESSION_ID"}]


def client_of(url: str, *, read_seconds: float = 5) -> SalesforceClient:
    secret = RotatingSecret({"consumerKey": KEY, "consumerSecret": SECRET})
    return SalesforceClient(
        url=url,
        api_version="63.0",
        login=Login(url=url, secret=secret),
        transport=Transport("salesforce", read_seconds=read_seconds),
    )


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running(SalesforceEmulator()) as started:
        yield started


@pytest.fixture
def org(server: Running) -> Running:
    """A seeded org, its journal empty."""
    server.emulator.reset()
    server.emulator.seed(SEED)
    return server


@pytest.fixture
def client(org: Running) -> SalesforceClient:
    made = client_of(org.url)
    made.query(ANY_QUERY)
    org.emulator.journal.clear()
    return made


@pytest.fixture
def stub() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.post(f"{ORG}/services/oauth2/token", json={"access_token": "00Dtoken"})
        yield mock


def operations(org: Running) -> list[str]:
    return [call.operation for call in org.emulator.journal.calls()]


def act(client: SalesforceClient, *, writes: bool) -> Any:
    if not writes:
        return client.query(ANY_QUERY)
    case = {"Subject": "x"}
    return client.request("POST", "sobjects/Case", operation="open", json=case, writes=True)


def failure(client: SalesforceClient, *, writes: bool) -> UpstreamError:
    with pytest.raises(UpstreamError) as caught:
        act(client, writes=writes)
    assert caught.value.upstream == "salesforce"
    return caught.value


# What is sent


def test_a_query_is_one_exact_get(stub: responses.RequestsMock) -> None:
    stub.get(
        f"{DATA}/query",
        body='{"totalSize":1,"done":true,"records":[{"UnitPrice":19.10}]}',
        match=[responses.matchers.query_param_matcher({"q": ANY_QUERY})],
    )
    with correlation.bound("front-end.0001"):
        (record,) = client_of(ORG).query(ANY_QUERY)
    assert record["UnitPrice"] == Decimal("19.10")
    token, query = (call.request for call in stub.calls)
    assert {r.headers["X-Correlation-Id"] for r in (token, query)} == {"front-end.0001"}
    assert query.headers["Authorization"] == "Bearer 00Dtoken"
    assert "X-PrettyPrint" not in query.headers
    assert query.req_kwargs["timeout"] == (3.05, 5)  # type: ignore[attr-defined]  # added by responses


def test_pages_follow_each_other_and_the_session_is_kept(
    org: Running, client: SalesforceClient
) -> None:
    org.emulator.set_switches({"batch_size": 1})
    names = {record["ProductCode"] for record in client.query("SELECT ProductCode FROM Product2")}
    assert names == {"FIB-1G", "ESIM-EU", "VPN-0"}
    assert operations(org) == ["query", "query more", "query more"]


@pytest.mark.parametrize(
    "page",
    [
        {"totalSize": 1, "done": False, "records": []},
        {"done": False, "records": [], "nextRecordsUrl": "https://evil.example/x"},
        {"done": False, "records": [], "nextRecordsUrl": "/services/data/v58.0/query/01g-2000"},
        {"ok": True},
        {"records": None, "done": True},
        [],
    ],
)
def test_strange_pages_are_unavailable(stub: responses.RequestsMock, page: Any) -> None:
    stub.get(f"{DATA}/query", json=page)
    with pytest.raises(Unavailable):
        client_of(ORG).query(ANY_QUERY)
    assert len(stub.calls) == 2


@pytest.mark.parametrize(
    "path",
    [
        "https://evil.example/x",
        "//evil.example/x",
        "../../../services/apexrest/x",
        "sobjects/Order/../User",
        "sobjects/Order/801?x=1",
        "sobjects/Order/801#",
        "sobjects/Order/\r\nX: y",
        "sobjects\\Order",
        "@evil.example/@@",
        "",
    ],
)
def test_no_path_leaves_the_api(stub: responses.RequestsMock, path: str) -> None:
    client = client_of(ORG)
    with pytest.raises(ValueError, match="not a path"):
        client.request("GET", path, operation="x")
    with pytest.raises(ValueError, match="not a path"):
        client.graph([{"method": "GET", "url": path, "referenceId": "a"}], operation="x")
    assert len(stub.calls) == 0


# Sessions


def test_an_expired_session_is_renewed_once(org: Running, client: SalesforceClient) -> None:
    org.emulator.set_switches({"kill_sessions": True})
    client.query(ANY_QUERY)
    client.query(ANY_QUERY)
    assert operations(org) == ["query", "token", "query", "query"]


def test_a_write_with_an_expired_session_happens_once(
    org: Running, client: SalesforceClient
) -> None:
    org.emulator.set_switches({"kill_sessions": True})
    act(client, writes=True)
    assert len(org.emulator.dump()["Case"]) == 1


def test_refused_sessions_never_loop(org: Running, client: SalesforceClient) -> None:
    org.emulator.set_switches({"reject_sessions": True})
    error = failure(client, writes=False)
    assert (type(error), error.code) == (Unauthorized, "INVALID_SESSION_ID")
    assert operations(org) == ["query", "token", "query"]


def test_a_login_that_fails_is_reported_as_such(org: Running) -> None:
    org.emulator.faults.add(Fault(kind="html", operation="token"))
    client = client_of(org.url)
    error = failure(client, writes=True)
    # A login has no effect: whatever the call was, it was not made.
    assert (type(error), error.operation) == (Unavailable, "token")
    assert client.query(ANY_QUERY)


# Failures

BROKEN_ANSWERS: list[dict[str, Any]] = [
    {"kind": "html", "status": 503},
    {"kind": "html", "status": 200},
    {"kind": "empty", "status": 200},
    {"kind": "empty", "status": 500},
    {"kind": "reset"},
    {"kind": "reset_after"},
    {"kind": "drop_answer"},
    {"kind": "garble"},
    {"kind": "replace", "status": 502, "body": "<html>"},
    {"kind": "status", "status": 500, "body": [{"errorCode": "UNKNOWN_EXCEPTION", "message": "x"}]},
    {"kind": "status", "status": 500, "body": {"error": "x"}},
]


@pytest.mark.parametrize("fault", BROKEN_ANSWERS, ids=lambda f: "-".join(map(str, f.values()))[:40])
@pytest.mark.parametrize(("writes", "kind"), [(True, OutcomeUnknown), (False, Unavailable)])
def test_without_a_trustworthy_answer(
    org: Running,
    client: SalesforceClient,
    fault: dict[str, Any],
    writes: bool,
    kind: type[UpstreamError],
) -> None:
    org.emulator.faults.add(Fault(times=2, **fault))
    assert type(failure(client, writes=writes)) is kind


@pytest.mark.parametrize("phase", ["before", "after"])
@pytest.mark.parametrize(("writes", "kind"), [(True, OutcomeUnknown), (False, Unavailable)])
def test_an_answer_that_comes_too_late(
    org: Running, phase: str, writes: bool, kind: type[UpstreamError]
) -> None:
    client = client_of(org.url, read_seconds=0.3)
    late = {"kind": "delay", "path": "/services/data/", "phase": phase, "seconds": 10}
    org.emulator.faults.add(Fault.model_validate(late))
    assert type(failure(client, writes=writes)) is kind


def test_a_read_on_a_connection_that_died_is_repeated(
    org: Running, client: SalesforceClient
) -> None:
    org.emulator.faults.add(Fault(kind="reset"))
    assert client.query(ANY_QUERY)


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (403, "REQUEST_LIMIT_EXCEEDED", Throttled),
        (400, "UNABLE_TO_LOCK_ROW", Unavailable),
        (503, "SERVER_UNAVAILABLE", Unavailable),
        (401, "INVALID_AUTH_HEADER", Unauthorized),
        (403, "API_DISABLED_FOR_ORG", Unauthorized),
        (403, "INSUFFICIENT_ACCESS", Unauthorized),
        (400, "DUPLICATE_VALUE", Refused),
        (400, "FIELD_CUSTOM_VALIDATION_EXCEPTION", Refused),
        (404, "NOT_FOUND", Refused),
        (404, "ENTITY_IS_DELETED", Refused),
    ],
)
@pytest.mark.parametrize("writes", [True, False])
def test_error_codes_decide(
    org: Running,
    client: SalesforceClient,
    status: int,
    code: str,
    kind: type[UpstreamError],
    writes: bool,
) -> None:
    body = [{"errorCode": code, "message": "as Salesforce says", "fields": []}]
    org.emulator.faults.add(Fault(kind="status", status=status, body=body))
    error = failure(client, writes=writes)
    assert (type(error), error.code, error.status) == (kind, code, status)
    assert error.message == "as Salesforce says"
    assert len(operations(org)) == 1


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (401, Unauthorized),
        (403, Unauthorized),
        (429, Throttled),
        (302, Refused),
        (300, Refused),
        (404, OutcomeUnknown),
    ],
)
def test_statuses_of_somebody_in_between(
    org: Running, client: SalesforceClient, status: int, kind: type[UpstreamError]
) -> None:
    headers = {"Location": "https://evil.example/"} if status == 302 else {}
    org.emulator.faults.add(Fault(kind="html", status=status, headers=headers))
    assert type(failure(client, writes=True)) is kind
    assert len(operations(org)) == 1


@pytest.mark.parametrize(
    ("error", "writes", "kind"),
    [
        (requests.ConnectTimeout("x"), True, Unavailable),
        (requests.ReadTimeout("x"), True, OutcomeUnknown),
        (requests.ReadTimeout("x"), False, Unavailable),
        (requests.exceptions.ChunkedEncodingError("x"), True, OutcomeUnknown),
    ],
)
def test_network_failures(
    stub: responses.RequestsMock, error: Exception, writes: bool, kind: type[UpstreamError]
) -> None:
    stub.get(f"{DATA}/query", body=error)
    stub.post(f"{DATA}/sobjects/Case", body=error)
    assert type(failure(client_of(ORG), writes=writes)) is kind


def test_logs_do_not_repeat_what_was_sent(stub: responses.RequestsMock) -> None:
    said = "Last Name: data value too large: Yamada-Ōtsuka (max length=80)"
    stub.post(
        f"{DATA}/sobjects/Case",
        status=400,
        json=[{"errorCode": "STRING_TOO_LONG", "message": said}],
    )
    with pytest.raises(Refused) as caught:
        client_of(ORG).request(
            "POST", "sobjects/Case", operation="open", json={"x": "Yamada-Ōtsuka"}, writes=True
        )
    assert caught.value.message == said
    assert "Yamada" not in str(caught.value) + caught.value.loggable
    assert "data value too large" in str(caught.value)


def test_logs_do_not_repeat_values_of_a_query(stub: responses.RequestsMock) -> None:
    stub.get(
        f"{DATA}/query",
        status=400,
        json=[{"errorCode": "MALFORMED_QUERY", "message": "WHERE LastName = 'Yamada' ^ ERROR"}],
    )
    with pytest.raises(Refused) as caught:
        client_of(ORG).query(format_soql("SELECT Id FROM Account WHERE LastName = {}", "Yamada"))
    assert "Yamada" not in str(caught.value)
    assert "ERROR" in str(caught.value)


# Graphs


def nodes(**order: Any) -> list[dict[str, Any]]:
    item = {
        "OrderId": "@{order.id}",
        "PricebookEntryId": FIBRE_PRICE,
        "Quantity": 1,
        "UnitPrice": 4980,
    }
    return [
        {
            "method": "POST",
            "url": "sobjects/Order",
            "referenceId": "order",
            "body": {**order_fields(), "Portal_Order_Key__c": "key-1", **order},
        },
        {"method": "POST", "url": "sobjects/OrderItem", "referenceId": "line1", "body": item},
    ]


def place(client: SalesforceClient, **order: Any) -> dict[str, dict[str, Any]]:
    return client.graph(nodes(**order), operation="place order")


def test_a_graph_commits_all_and_answers_by_reference(
    org: Running, client: SalesforceClient
) -> None:
    answers = place(client)
    assert set(answers) == {"order", "line1"}
    (order,) = org.emulator.dump()["Order"]
    assert answers["order"]["id"] == order["Id"]
    assert order["AccountId"] == MEI
    sent = json.loads(org.emulator.journal.calls()[0].body)
    (graph,) = sent["graphs"]
    assert [node["url"] for node in graph["compositeRequest"]] == [
        "/services/data/v63.0/sobjects/Order",
        "/services/data/v63.0/sobjects/OrderItem",
    ]


def test_a_graph_rolled_back_inside_a_200_is_a_refusal(
    org: Running, client: SalesforceClient
) -> None:
    place(client)
    with pytest.raises(Refused) as caught:
        place(client)
    assert isinstance(caught.value, PartRefused)
    assert (caught.value.code, caught.value.part) == ("DUPLICATE_VALUE", "order")
    assert len(org.emulator.dump()["Order"]) == 1


def test_a_row_lock_inside_a_200_may_be_tried_again(org: Running, client: SalesforceClient) -> None:
    org.emulator.set_switches({"lock_row_writes": {"OrderItem": 1}})
    with pytest.raises(Unavailable) as caught:
        place(client)
    assert caught.value.code == "UNABLE_TO_LOCK_ROW"
    assert org.emulator.dump()["Order"] == []
    assert place(client)


def rolled_back(*parts: Any) -> dict[str, Any]:
    response = {"graphResponse": {"compositeResponse": list(parts)}, "isSuccessful": False}
    return {"graphs": [{"graphId": "1", **response}]}


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ({}, OutcomeUnknown),
        ({"graphs": []}, OutcomeUnknown),
        ({"graphs": [{}]}, OutcomeUnknown),
        ({"graphs": [{"graphResponse": None, "isSuccessful": True}]}, OutcomeUnknown),
        ([1], OutcomeUnknown),
        (rolled_back(), OutcomeUnknown),
        (rolled_back({"body": [{"errorCode": "PROCESSING_HALTED"}]}), OutcomeUnknown),
        (
            rolled_back({"body": [{"errorCode": "UNKNOWN_EXCEPTION"}], "httpStatusCode": 500}),
            Unavailable,
        ),
        (
            rolled_back(
                {"body": [{"errorCode": "PROCESSING_HALTED"}], "httpStatusCode": 400},
                {"body": [{"errorCode": "INVALID_FIELD"}], "httpStatusCode": 400},
            ),
            Refused,
        ),
    ],
)
def test_answers_of_a_graph(
    stub: responses.RequestsMock, body: Any, kind: type[UpstreamError]
) -> None:
    stub.post(f"{DATA}/composite/graph", json=body)
    with pytest.raises(UpstreamError) as caught:
        place(client_of(ORG))
    assert type(caught.value) is kind


# Quota


def test_the_quota_is_reported(
    org: Running, client: SalesforceClient, capsys: pytest.CaptureFixture[str]
) -> None:
    org.emulator.set_switches({"daily_request_limit": 4})
    client.query(ANY_QUERY)
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (used,) = [e for e in lines if "SalesforceApiQuotaUsedPercent" in e]
    assert used["SalesforceApiQuotaUsedPercent"] == [50.0]
