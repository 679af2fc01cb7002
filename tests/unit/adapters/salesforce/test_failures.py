"""Errors of Salesforce by class, wherever they appear: at the top, in graphs, in composites."""

from __future__ import annotations

import json
from typing import Any

import pytest
import responses
from portal.adapters.salesforce.client import SalesforceClient
from portal.adapters.salesforce.failures import PartRefused
from portal.adapters.salesforce.login import Login
from portal.adapters.salesforce.provisioning import SalesforceProvisioningOrders
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.vendor_errors.model import Kind, Row, error_type
from portal.vendor_errors.salesforce import CODES, TEXTS, TOKEN_CODES, TOKEN_TEXTS, WRAPPERS

from tests.unit.adapters.salesforce.test_provisioning import RESULT
from tests.vendors import FixedSecret, Vendors

URL = "https://org.example"
DATA = f"{URL}/services/data/v63.0"
TRIGGER = (
    "OrderTrigger: execution of AfterUpdate\n\ncaused by: System.DmlException: Update failed. "
    "First exception on row 0 with id 801000000000001AAA; first error: UNABLE_TO_LOCK_ROW, unable "
    "to obtain exclusive access to this record: []\n\nTrigger.OrderTrigger: line 7, column 1"
)
# The session is renewed before the code is judged; tests of the client hold that.
JUDGED = [row for row in CODES.values() if row.code != "INVALID_SESSION_ID"]
CONSEQUENCES = {"PROCESSING_HALTED", "ALL_OR_NONE_OPERATION_ROLLED_BACK"}


def client() -> SalesforceClient:
    login = Login(url=URL, secret=FixedSecret(consumerKey="k", consumerSecret="s"))
    return SalesforceClient(url=URL, api_version="63.0", login=login)


def error(code: str, message: str = "text") -> dict[str, Any]:
    return {"errorCode": code, "message": message, "fields": []}


def top_level(*errors: dict[str, Any], status: int = 400, **options: Any) -> UpstreamError:
    """What an error body does to a write."""
    with responses.RequestsMock() as mock:
        mock.post(f"{URL}/services/oauth2/token", json={"access_token": "t"})
        mock.patch(f"{DATA}/sobjects/Order/801", status=status, json=list(errors))
        with pytest.raises(UpstreamError) as caught:
            client().request(
                "PATCH", "sobjects/Order/801", operation="x", json={}, writes=True, **options
            )
    return caught.value


def in_graph(*errors: dict[str, Any], status: int = 400) -> UpstreamError:
    """What an error inside a graph does."""
    halted = error("PROCESSING_HALTED", "The transaction was rolled back since another one failed.")
    parts = [
        {"referenceId": "order", "httpStatusCode": 400, "body": [halted]},
        {"referenceId": "line0", "httpStatusCode": status, "body": list(errors)},
    ]
    answer = {
        "graphs": [
            {"isSuccessful": False, "graphResponse": {"compositeResponse": parts}, "graphId": "1"}
        ]
    }
    node = {"method": "POST", "url": "sobjects/Order", "referenceId": "order", "body": {}}
    with responses.RequestsMock() as mock:
        mock.post(f"{URL}/services/oauth2/token", json={"access_token": "t"})
        mock.post(f"{DATA}/composite/graph", json=answer)
        with pytest.raises(UpstreamError) as caught:
            client().graph([node], operation="place")
    return caught.value


def in_write_back(body: Any, *, status: int = 400, reference: str = "order") -> Exception:
    """What an error inside the write-back's composite does."""
    parts = [{"referenceId": reference, "httpStatusCode": status, "body": body}]
    with responses.RequestsMock() as mock:
        mock.post(f"{URL}/services/oauth2/token", json={"access_token": "t"})
        mock.post(f"{DATA}/composite", json={"compositeResponse": parts})
        orders = SalesforceProvisioningOrders(client(), api_version="63.0")
        with pytest.raises(Exception) as caught:  # noqa: PT011  # each test asserts the class
            orders.write_back(RESULT)
    return caught.value


@pytest.mark.parametrize("row", JUDGED, ids=lambda row: row.code)
def test_a_write_that_is_answered_with_a_code(row: Row) -> None:
    caught = top_level(error(row.code))
    assert type(caught) is error_type(row.kind, writes=True)
    assert caught.code == row.code


@pytest.mark.parametrize(
    "row", [row for row in JUDGED if row.code not in CONSEQUENCES], ids=lambda row: row.code
)
def test_a_code_inside_a_graph_leaves_nothing_in_doubt(row: Row) -> None:
    caught = in_graph(error(row.code))
    assert isinstance(caught, error_type(row.kind, writes=False))
    if row.kind is Kind.REFUSED:
        assert isinstance(caught, PartRefused)
        assert caught.part == "line0"


@pytest.mark.parametrize("row", [r for r in JUDGED if r.transient], ids=lambda row: row.code)
def test_a_transient_code_at_write_back_is_tried_again(row: Row) -> None:
    assert isinstance(in_write_back([error(row.code)]), Unavailable)
    result = {"success": False, "errors": [{"statusCode": row.code, "message": "x", "fields": []}]}
    assert isinstance(in_write_back([result], status=200, reference="lines0"), Unavailable)


@pytest.mark.parametrize("code", sorted(WRAPPERS))
@pytest.mark.parametrize("message", [TRIGGER, *TEXTS])
def test_a_lock_met_inside_a_trigger_or_flow_is_transient(code: str, message: str) -> None:
    assert isinstance(top_level(error(code, message)), Unavailable)
    assert isinstance(in_graph(error(code, message)), Unavailable)
    assert isinstance(in_write_back([error(code, message)]), Unavailable)


@pytest.mark.parametrize("code", sorted(WRAPPERS - {"UNKNOWN_EXCEPTION"}))
def test_what_a_trigger_refuses_for_another_reason_is_a_refusal(code: str) -> None:
    message = "OrderTrigger: execution of BeforeUpdate caused by: System.NullPointerException"
    assert isinstance(top_level(error(code, message)), Refused)


def test_a_quoted_value_is_no_reason() -> None:
    quoting = error("STRING_TOO_LONG", "City: data value too large: UNABLE_TO_LOCK_ROW")
    assert type(top_level(quoting)) is Refused


def test_of_several_errors_the_one_that_waiting_does_not_mend_decides() -> None:
    lock, rule = error("UNABLE_TO_LOCK_ROW"), error("FIELD_CUSTOM_VALIDATION_EXCEPTION")
    assert type(top_level(lock, rule)) is Refused
    assert isinstance(in_graph(lock, rule), Refused)


def test_an_internal_error_in_a_composite_that_was_rolled_back_is_tried_again() -> None:
    assert type(in_write_back([error("UNKNOWN_EXCEPTION")], status=500)) is Unavailable
    assert type(in_write_back("<html>", status=503)) is Unavailable


def test_an_unknown_code_is_logged(capsys: pytest.CaptureFixture[str]) -> None:
    assert type(top_level(error("BRAND_NEW"))) is Refused
    assert type(top_level(error("BRAND_NEW"), status=500)) is OutcomeUnknown
    logged = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    notes = [line for line in logged if "in no table" in line.get("message", "")]
    assert [(note["code"], note["taken_for"]) for note in notes] == [
        ("BRAND_NEW", "refused"),
        ("BRAND_NEW", "in doubt"),
    ]


def test_an_unknown_code_at_write_back_does_not_lose_a_charged_order() -> None:
    assert type(top_level(error("BRAND_NEW"), repeatable=True)) is Unavailable
    assert type(in_write_back([error("BRAND_NEW")])) is Unavailable


@pytest.mark.parametrize(
    ("row", "text"),
    [
        *((row, "") for row in TOKEN_CODES.values()),
        *((row, row.code) for row in TOKEN_TEXTS.values()),
    ],
    ids=lambda value: value.code if isinstance(value, Row) else None,
)
@responses.activate
def test_a_refusal_of_the_token_endpoint(row: Row, text: str) -> None:
    body = {"error": "invalid_grant" if text else row.code, "error_description": text}
    responses.post(f"{URL}/services/oauth2/token", status=400, json=body)
    login = Login(url=URL, secret=FixedSecret(consumerKey="k", consumerSecret="s"))
    with pytest.raises(UpstreamError) as caught:
        login.token()
    assert type(caught.value) is error_type(row.kind, writes=False)


@pytest.mark.parametrize("where", ["record", "trigger", "flow", "validation"])
def test_locks_of_the_emulated_org(vendors: Vendors, where: str) -> None:
    vendors.salesforce.set_switches({"lock_row_writes": {"Case": 1}, "lock_met_in": where})
    org = vendors.salesforce_client()

    def write() -> Any:
        return org.request(
            "POST", "sobjects/Case", operation="Case create", json={"Subject": "x"}, writes=True
        )

    with pytest.raises(Unavailable):
        write()
    assert write()["success"] is True


def test_the_emulated_org_is_read_only(vendors: Vendors) -> None:
    org = vendors.salesforce_client()
    vendors.salesforce.set_switches({"read_only": True})
    assert org.query("SELECT Id FROM Account LIMIT 1")
    with pytest.raises(Unavailable) as caught:
        org.request(
            "POST", "sobjects/Case", operation="Case create", json={"Subject": "x"}, writes=True
        )
    assert caught.value.code == "INSERT_UPDATE_DELETE_NOT_ALLOWED_DURING_MAINTENANCE"


def test_too_many_logins_are_no_wrong_key(vendors: Vendors) -> None:
    vendors.salesforce.set_switches({"login_rate_exceeded": True})
    with pytest.raises(Throttled) as caught:
        vendors.salesforce_client().query("SELECT Id FROM Account LIMIT 1")
    assert not isinstance(caught.value, Unauthorized)


@pytest.mark.parametrize(
    "page", ["<h1>Down for Maintenance</h1>", "<p>This org is under scheduled maintenance.</p>"]
)
@responses.activate
def test_a_maintenance_page_means_that_nothing_happened(page: str) -> None:
    responses.post(f"{URL}/services/oauth2/token", json={"access_token": "t"})
    responses.patch(f"{DATA}/sobjects/Order/801", status=503, body=page)
    responses.patch(f"{DATA}/sobjects/Order/802", status=503, body="<h1>Bad Gateway</h1>")
    for record, kind in (("801", Unavailable), ("802", OutcomeUnknown)):
        with pytest.raises(UpstreamError) as caught:
            client().request(
                "PATCH", f"sobjects/Order/{record}", operation="x", json={}, writes=True
            )
        assert type(caught.value) is kind
