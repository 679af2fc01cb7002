"""Headers, signatures, envelopes, the rate limit and mistakes in requests."""

from __future__ import annotations

import json
from typing import Any

import pytest
import requests

from local.emulators.esim_access.emulator import EsimAccess
from local.emulators.esim_access.errors import MESSAGES
from local.emulators.esim_access.gateway import sign
from local.emulators.kit.server import running
from tests.emulators.esim_access.conftest import Api, signed

ORDER = {"transactionId": "t-1", "packageInfoList": [{"packageCode": "JC016", "count": 1}]}
PAGER = {"pageNum": 1, "pageSize": 5}


def test_the_documented_signature() -> None:
    body = b'{"imsi":"326543826"}'
    made = sign("1111", "1628670421", "4ce9d9cdac9e4e17b3a2c66c358c1ce2", "11111", body)
    assert made == "7eb765e27df5373dea2dbc8c41a7d9557743e46c8054750f3d851b3fd01d0835"


def code(api: Api, headers: dict[str, str], body: bytes = b"{}") -> Any:
    return api.raw("balance/query", body, headers).json()["errorCode"]


def test_the_access_code_alone_is_accepted_unless_switched(api: Api) -> None:
    simple = {"RT-AccessCode": "local-access-code"}
    assert code(api, simple, b"") == "0"
    assert code(api, {"RT-AccessCode": "wrong"}) == "101003"
    assert code(api, {}) == "000101"
    api.switch(simple_authentication="refused")
    assert code(api, simple) == "000101"
    assert code(api, signed(b"{}")) == "0"


def test_the_signature_covers_the_body_as_it_was_sent(api: Api) -> None:
    compact = json.dumps(ORDER, separators=(",", ":")).encode()
    spaced = json.dumps(ORDER).encode()
    assert json.loads(compact) == json.loads(spaced)
    assert api.raw("esim/order", spaced, signed(compact)).json()["errorCode"] == "101003"
    assert api.server.emulator.dump()["orders"] == []
    assert api.raw("esim/order", spaced, signed(spaced)).json()["success"] is True


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({"RT-Signature": "0" * 64}, "101003"),
        ({"RT-AccessCode": "another"}, "101003"),
        ({"RT-RequestID": "another"}, "101003"),
        ({"RT-Timestamp": "yesterday"}, "000102"),
        ({"RT-Timestamp": "1628670421000"}, "101001"),
        ({"RT-RequestID": ""}, "000101"),
    ],
)
def test_wrong_headers(api: Api, changes: dict[str, str], expected: str) -> None:
    assert code(api, signed(b"{}") | changes) == expected


def test_a_timestamp_expires(api: Api) -> None:
    headers = signed(b"{}")
    api.advance(299)
    assert code(api, headers) == "0"
    api.advance(10)
    assert code(api, headers) == "101001"


@pytest.mark.parametrize("method", ["GET", "PUT", "DELETE"])
def test_everything_is_post(api: Api, method: str) -> None:
    answer = api.raw("balance/query", b"", signed(b""), method)
    assert answer.json()["errorCode"] == "000103"


def test_paths_that_do_not_exist(api: Api) -> None:
    assert api.raw("esim/list", b"{}", signed(b"{}")).status_code == 404
    assert requests.get(f"{api.server.url}/", timeout=5).json()["errorCode"] == "000101"


@pytest.mark.parametrize(
    ("path", "body", "expected"),
    [
        ("esim/order", b"{", "000104"),
        ("esim/order", b"[]", "000104"),
        ("esim/order", {}, "000105"),
        ("esim/order", {**ORDER, "transactionId": None}, "000106"),
        ("esim/order", {**ORDER, "transactionId": ""}, "000107"),
        ("esim/order", {**ORDER, "transactionId": "x" * 51}, "000107"),
        ("esim/order", {**ORDER, "transactionId": 7}, "000104"),
        ("esim/order", {**ORDER, "packageInfoList": []}, "000107"),
        ("esim/order", {**ORDER, "quantity": 1}, "000104"),
        ("esim/query", {"orderNo": "B1"}, "000105"),
        ("esim/query", {"pager": PAGER}, "000105"),
        ("esim/query", {"transactionId": "t-1", "pager": PAGER}, "000104"),
        ("esim/query", {"orderNo": "B1", "pager": {"pageNum": 1, "pageSize": 4}}, "000107"),
        ("esim/query", {"orderNo": "B1", "pager": {"pageNum": 1, "pageSize": 501}}, "000107"),
        ("esim/query", {"orderNo": "B1", "pager": PAGER}, "310272"),
        ("esim/query", {"esimTranNo": "1", "pager": PAGER}, "310403"),
        ("esim/query", {"startTime": "2026-01-01T00:00", "endTime": "x", "pager": PAGER}, "000104"),
        ("esim/cancel", {"iccid": "", "esimTranNo": ""}, "000105"),
        ("esim/topup", {"esimTranNo": "1", "packageCode": "TOPUP_JC172"}, "000105"),
        ("esim/usage/query", {"esimTranNoList": []}, "000107"),
        ("esim/usage/query", {"esimTranNoList": ["1"] * 11}, "000107"),
        ("package/list", {"type": "GIFT"}, "000104"),
        ("webhook/save", {"webhook": "ftp://example.com"}, "000104"),
        ("balance/query", {"currency": "USD"}, "000104"),
    ],
)
def test_mistakes(api: Api, path: str, body: Any, expected: str) -> None:
    sent = body if isinstance(body, bytes) else json.dumps(body).encode()
    envelope = api.raw(path, sent, signed(sent)).json()
    assert (envelope["success"], envelope["errorCode"]) == (False, expected)
    assert envelope["errorMsg"].startswith(MESSAGES[expected])


def test_variants_of_the_envelope(api: Api) -> None:
    api.switch(
        success_as="string",
        success_code=None,
        message_member="errorMessage",
        failure_status=400,
    )
    good = api.raw("balance/query", b"", signed(b"")).json()
    assert good == {
        "success": "true",
        "errorCode": None,
        "errorMessage": None,
        "obj": {"balance": 1_000_000},
    }
    bad = api.raw("esim/order", b"{", signed(b"{"))
    assert (bad.status_code, bad.json()["success"]) == (400, "false")
    assert bad.json()["errorMessage"]


@pytest.mark.parametrize(
    ("variant", "status", "body_code"), [("http_429", 429, "900001"), ("busy", 200, "900001")]
)
def test_eight_requests_a_second(variant: str, status: int, body_code: str) -> None:
    moment = 1000.0
    emulator = EsimAccess(rate_clock=lambda: moment)
    emulator.set_switches({"throttling": variant})
    with running(emulator) as server:
        api = Api(server)
        answers = [api.raw("balance/query", b"", signed(b"")) for _ in range(9)]
        assert [answer.json()["success"] for answer in answers] == [True] * 8 + [False]
        assert answers[8].status_code == status
        assert answers[8].json()["errorCode"] == body_code
        moment += 1.0
        assert api.balance == 0


@pytest.mark.parametrize(
    ("kind", "committed"),
    [("status", False), ("html", False), ("empty", False), ("garble", True), ("replace", True)],
)
def test_faults_of_the_kit(api: Api, kind: str, committed: bool) -> None:
    fault = {"kind": kind, "operation": "esim/order", "status": 502, "body": {"odd": True}}
    assert api.admin("POST", "faults", fault).status_code == 201
    sent = json.dumps(ORDER).encode()
    api.raw("esim/order", sent, signed(sent))
    assert len(api.server.emulator.dump()["orders"]) == committed
    (call,) = api.server.emulator.journal.calls(operation="esim/order")
    assert call.committed is committed


@pytest.mark.parametrize(("kind", "committed"), [("reset", False), ("drop_answer", True)])
def test_cut_connections(api: Api, kind: str, committed: bool) -> None:
    api.admin("POST", "faults", {"kind": kind, "operation": "esim/order"})
    sent = json.dumps(ORDER).encode()
    with pytest.raises(requests.ConnectionError):
        api.raw("esim/order", sent, signed(sent))
    assert len(api.server.emulator.dump()["orders"]) == committed
