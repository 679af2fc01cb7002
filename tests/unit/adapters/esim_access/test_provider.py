"""The exact requests to eSIM Access, and what its answers mean."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import responses
from portal.adapters.esim_access import EsimAccessProvider
from portal.adapters.esim_access import errors as table
from portal.adapters.esim_access.signing import Signer
from portal.config import ConfigurationError
from portal.domain.esim import (
    ChangeState,
    Line,
    LineState,
    Overview,
    ProfileState,
    Subscriber,
    TopUp,
    TopUpTrace,
    Trace,
    Usage,
    Validity,
)
from portal.domain.money import Money
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)

from local.emulators.esim_access.errors import MESSAGES
from tests.fakes.rotating_secret import RotatingSecret
from tests.vendors import FixedSecret

BASE = "https://api.esim.example/api/v1/open"
REF = "801000000000001AAA-line-1-1"
NOW = datetime(2026, 11, 27, 5, 44, 30, tzinfo=UTC)
PROFILE = {
    "esimTranNo": "23120118156818",
    "orderNo": "B23120118131854",
    "transactionId": REF,
    "iccid": "8943108170000775671",
    "msisdn": "436789040077567",
    "ac": "LPA:1$rsp-eu.redteamobile.com$43DE23C67EE747BCAD6B63E8B67B261F",
    "smdpStatus": "RELEASED",
    "esimStatus": "GOT_RESOURCE",
    "expiredTime": "2024-05-29T18:34:17+0000",
    "totalVolume": 5_368_709_120,
    "orderUsage": 0,
    "packageList": [
        {"packageCode": "TOPUP_X", "slug": "ES_1_7"},
        {"packageCode": "CKH003", "slug": "ES_5_30"},
    ],
}


@pytest.fixture
def vendor() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def provider(**options: Any) -> EsimAccessProvider:
    secret = FixedSecret(accessCode="11111", secretKey="1111")
    return EsimAccessProvider(
        url="https://api.esim.example/", secret=secret, now=lambda: NOW, **options
    )


def good(obj: Any) -> dict[str, Any]:
    return {"success": True, "errorCode": "0", "errorMsg": None, "obj": obj}


def bad(code: str, message: str = "because") -> dict[str, Any]:
    return {"success": False, "errorCode": code, "errorMsg": message, "obj": None}


def profiles(*items: dict[str, Any]) -> dict[str, Any]:
    return good({"esimList": list(items), "pager": {"total": len(items)}})


def sent(mock: responses.RequestsMock, number: int = -1) -> Any:
    body = mock.calls[number].request.body
    assert isinstance(body, bytes)
    return json.loads(body)


def test_the_documented_signature() -> None:
    signer = Signer(lambda: 1_628_670.421, lambda: "4ce9d9cdac9e4e17b3a2c66c358c1ce2")
    headers = signer.headers(b'{"imsi":"326543826"}', access_code="11111", secret_key="1111")
    assert headers == {
        "RT-AccessCode": "11111",
        "RT-RequestID": "4ce9d9cdac9e4e17b3a2c66c358c1ce2",
        "RT-Timestamp": "1628670421",
        "RT-Signature": "7eb765e27df5373dea2dbc8c41a7d9557743e46c8054750f3d851b3fd01d0835",
    }


def test_activate_signs_the_bytes_that_it_sends(vendor: responses.RequestsMock) -> None:
    vendor.post(f"{BASE}/esim/order", json=good({"orderNo": "B1", "transactionId": REF}))
    signer = Signer(lambda: 1_800_000_000.0, lambda: "id-1")
    line = provider(signer=signer).activate(ref=REF, plan="JP_5_30", subscriber_id="user-1")
    assert line == Line(line_id="order:B1", state=LineState.PENDING, ref=REF, plan="JP_5_30")
    request = vendor.calls[0].request
    assert request.body == (
        b'{"transactionId":"801000000000001AAA-line-1-1",'
        b'"packageInfoList":[{"packageCode":"JP_5_30","count":1}]}'
    )
    assert request.headers["Content-Type"] == "application/json"
    again = signer.headers(request.body, access_code="11111", secret_key="1111")
    assert again.items() <= dict(request.headers).items()


def test_no_customer_is_made(vendor: responses.RequestsMock) -> None:
    taro = Subscriber(user_id="user-1", email="taro@example.com", full_name="Taro Yamada")
    assert provider().subscribe(taro) == "user-1"
    assert len(vendor.calls) == 0


def test_a_line_in_the_words_of_the_port(vendor: responses.RequestsMock) -> None:
    vendor.post(f"{BASE}/esim/query", json=profiles(PROFILE))
    line = provider().get_line("23120118156818")
    assert sent(vendor) == {"esimTranNo": "23120118156818", "pager": {"pageNum": 1, "pageSize": 5}}
    assert line == Line(
        line_id="23120118156818",
        state=LineState.ACTIVE,
        ref=REF,
        iccid="8943108170000775671",
        msisdn="+436789040077567",
        plan="ES_5_30",
        profile=ProfileState.RELEASED,
        expires_at=datetime(2024, 5, 29, 18, 34, 17, tzinfo=UTC),
        data_total=5_368_709_120,
    )
    assert "4367" not in repr(line)


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("CREATE", LineState.PENDING),
        ("GETTING_RESOURCE", LineState.PENDING),
        ("something new", LineState.PENDING),
        ("IN_USE", LineState.ACTIVE),
        ("USED_UP", LineState.ACTIVE),
        ("SUSPENDED", LineState.SUSPENDED),
        ("USED_EXPIRED", LineState.ENDED),
        ("UNUSED_EXPIRED", LineState.ENDED),
        ("CANCEL", LineState.ENDED),
        ("REVOKE", LineState.ENDED),
        ("REVOKED", LineState.ENDED),
    ],
)
def test_states(vendor: responses.RequestsMock, status: str, state: LineState) -> None:
    vendor.post(f"{BASE}/esim/query", json=profiles({**PROFILE, "esimStatus": status}))
    line = provider().get_line("23120118156818")
    assert line.state is state
    assert line.reason == (None if status == "IN_USE" else status)


@pytest.mark.parametrize(
    ("code", "state"), [("200010", LineState.PENDING), ("200009", LineState.ENDED)]
)
def test_an_order_in_the_making_and_one_that_failed(
    vendor: responses.RequestsMock, code: str, state: LineState
) -> None:
    vendor.post(f"{BASE}/esim/query", json=bad(code))
    assert provider().get_line("order:B1").state is state
    assert sent(vendor)["orderNo"] == "B1"


def test_find_lists_a_period_and_compares_transaction_ids(vendor: responses.RequestsMock) -> None:
    foreign = {**PROFILE, "esimTranNo": "1", "transactionId": "another"}
    vendor.post(f"{BASE}/esim/query", json=profiles(*[foreign] * 500))
    vendor.post(f"{BASE}/esim/query", json=profiles(PROFILE))
    since = datetime(2026, 11, 27, 4, 0, 59, tzinfo=UTC)
    found = provider().find(subscriber_id="user-1", refs=[REF, "missing"], since=since)
    assert {ref: line.line_id for ref, line in found.items()} == {REF: "23120118156818"}
    assert [sent(vendor, number) for number in (0, 1)] == [
        {
            "startTime": "2026-11-27T03:50+00:00",
            "endTime": "2026-11-27T05:54+00:00",
            "pager": {"pageNum": page, "pageSize": 500},
        }
        for page in (1, 2)
    ]


def test_find_without_a_moment_looks_back_far(vendor: responses.RequestsMock) -> None:
    vendor.post(f"{BASE}/esim/query", json=profiles())
    assert provider().find(subscriber_id="user-1", refs=[REF]) == {}
    assert sent(vendor)["startTime"] == "2026-08-29T05:34+00:00"


def test_find_asks_by_number_for_one_that_is_known(vendor: responses.RequestsMock) -> None:
    vendor.post(f"{BASE}/esim/query", json=bad("200010"))
    found = provider().find(subscriber_id="user-1", refs=[REF], known={REF: "order:B1"})
    assert found[REF].state is LineState.PENDING
    assert len(vendor.calls) == 1


def test_find_of_several_asks_by_number_for_what_the_listing_lacks(
    vendor: responses.RequestsMock,
) -> None:
    vendor.post(f"{BASE}/esim/query", json=profiles(PROFILE))
    vendor.post(f"{BASE}/esim/query", json=bad("200009"))
    known = {REF: "order:B1", "other": "order:B2", "foreign": "order:B3"}
    found = provider().find(subscriber_id="user-1", refs=[REF, "other"], known=known)
    assert {ref: line.state for ref, line in found.items()} == {
        REF: LineState.ACTIVE,
        "other": LineState.ENDED,
    }
    assert len(vendor.calls) == 2
    assert sent(vendor)["orderNo"] == "B2"


def test_the_code_comes_fresh(vendor: responses.RequestsMock) -> None:
    vendor.post(f"{BASE}/esim/query", json=profiles({**PROFILE, "ac": f" {PROFILE['ac']}\n"}))
    assert provider().activation_code("23120118156818").lpa == PROFILE["ac"]


def test_codes_that_are_not_there_or_cannot_be_read(vendor: responses.RequestsMock) -> None:
    vendor.post(f"{BASE}/esim/query", json=profiles({**PROFILE, "ac": ""}))
    vendor.post(f"{BASE}/esim/query", json=bad("200010"))
    vendor.post(
        f"{BASE}/esim/query", json=profiles({**PROFILE, "ac": "LPA:1$a.example.com$SE CRET"})
    )
    for expected in (Unavailable, Unavailable, Refused):
        with pytest.raises(expected) as caught:
            provider().activation_code("order:B1")
    assert "has white space within its MatchingID" in str(caught.value)
    assert "CRET" not in str(caught.value)


def test_a_line_that_is_not_listed(vendor: responses.RequestsMock) -> None:
    vendor.post(f"{BASE}/esim/query", json=profiles())
    with pytest.raises(Refused) as caught:
        provider().get_line("1")
    assert caught.value.code == "no-such-line"


def test_reissue_orders_another_line(vendor: responses.RequestsMock) -> None:
    vendor.post(f"{BASE}/esim/order", json=good({"orderNo": "B2"}))
    asked = provider().reissue(ref="r-1", line_id="1", plan="JP_5_30", subscriber_id="user-1")
    assert (asked.reissue_id, asked.state, asked.line_id) == ("order:B2", ChangeState.PENDING, None)
    trace = Trace(ref="r-1", line_id="1", since=NOW, change_id="order:B2")
    vendor.post(f"{BASE}/esim/query", json=bad("200010"))
    vendor.post(f"{BASE}/esim/query", json=bad("200009"))
    vendor.post(f"{BASE}/esim/query", json=profiles(PROFILE))
    looks = [provider().find_reissue(trace) for _ in range(3)]
    assert [look.state for look in looks if look] == [
        ChangeState.PENDING,
        ChangeState.FAILED,
        ChangeState.DONE,
    ]
    assert looks[2] is not None
    assert (looks[2].line_id, looks[2].iccid) == (PROFILE["esimTranNo"], PROFILE["iccid"])


@pytest.mark.parametrize(
    ("change", "answers", "paths"),
    [
        ({}, [good({})], ["esim/cancel"]),
        ({"smdpStatus": "ENABLED"}, [good({})], ["esim/revoke"]),
        ({"orderUsage": 1}, [good({})], ["esim/revoke"]),
        ({}, [bad("200002"), good({})], ["esim/cancel", "esim/revoke"]),
        ({"esimStatus": "REVOKE"}, [], []),
    ],
)
def test_a_line_is_cancelled_or_revoked(
    vendor: responses.RequestsMock,
    change: dict[str, Any],
    answers: list[dict[str, Any]],
    paths: list[str],
) -> None:
    vendor.post(f"{BASE}/esim/query", json=profiles({**PROFILE, **change}))
    for path, answer in zip(paths, answers, strict=True):
        vendor.post(f"{BASE}/{path}", json=answer)
    provider().end_line("23120118156818")
    assert [str(c.request.url).removeprefix(f"{BASE}/") for c in vendor.calls][1:] == paths


LOOKED = ["esim/revoke", "esim/query"]


@pytest.mark.parametrize(
    ("answers", "paths", "error"),
    [
        ([good({})], ["esim/revoke"], None),
        (
            [bad("200002"), profiles({**PROFILE, "esimStatus": "REVOKE"})],
            ["esim/revoke", "esim/query"],
            None,
        ),
        ([bad("200009"), bad("200009")], LOOKED, None),
        ([bad("200002"), profiles(PROFILE)], LOOKED, Refused),
        ([bad("310403")], ["esim/revoke"], Refused),
    ],
)
def test_an_installed_line_is_revoked_without_a_look(
    vendor: responses.RequestsMock,
    answers: list[dict[str, Any]],
    paths: list[str],
    error: type[UpstreamError] | None,
) -> None:
    for path, answer in zip(paths, answers, strict=True):
        vendor.post(f"{BASE}/{path}", json=answer)
    expected = pytest.raises(error) if error else contextlib.nullcontext()
    with expected:
        provider().end_line("23120118156818", installed=True)
    assert [str(c.request.url).removeprefix(f"{BASE}/") for c in vendor.calls] == paths


def test_a_line_that_is_known_by_its_order_is_looked_up_before_its_end(
    vendor: responses.RequestsMock,
) -> None:
    vendor.post(f"{BASE}/esim/query", json=profiles({**PROFILE, "smdpStatus": "ENABLED"}))
    vendor.post(f"{BASE}/esim/revoke", json=good({}))
    provider().end_line("order:B1", installed=True)
    body = json.loads(vendor.calls[1].request.body or b"")
    assert body == {"esimTranNo": PROFILE["esimTranNo"]}


def test_a_pending_line_cannot_be_ended_yet(vendor: responses.RequestsMock) -> None:
    vendor.post(f"{BASE}/esim/query", json=bad("200010"))
    with pytest.raises(Unavailable):
        provider().end_line("order:B1")


PACKAGE = {
    "packageCode": "TOPUP_JC172",
    "slug": "JP_1_7",
    "name": "Japan 1GB 7Days",
    "price": 12_300,
    "currencyCode": "USD",
    "volume": 1_073_741_824,
    "duration": 7,
    "durationUnit": "DAY",
    "dataType": 1,
}


@pytest.mark.parametrize(("plan", "by"), [("JP_5_30", "slug"), ("JC016", "packageCode")])
def test_offers(vendor: responses.RequestsMock, plan: str, by: str) -> None:
    day_pass, odd = {**PACKAGE, "dataType": 2}, {**PACKAGE, "currencyCode": "dollars"}
    nothing: dict[str, Any] = {"dataType": 1}
    listed = good({"packageList": [day_pass, odd, nothing, PACKAGE]})
    vendor.post(f"{BASE}/package/list", json=listed)
    (offer,) = provider().offers(plan)
    assert sent(vendor) == {"type": "TOPUP", by: plan}
    assert (offer.offer_id, offer.data_bytes) == ("TOPUP_JC172", 1_073_741_824)
    assert offer.cost == Money(amount="1.23", currency="USD")
    assert offer.validity == Validity("day", 7)


def test_top_up(vendor: responses.RequestsMock) -> None:
    vendor.post(f"{BASE}/esim/topup", json=good({"topUpEsimTranNo": "26"}))
    done = provider().top_up(ref="t-1", line_id="23", offer_id="TOPUP_JC172")
    assert done == TopUp(state=ChangeState.DONE, top_up_id="26")
    assert sent(vendor) == {
        "esimTranNo": "23",
        "packageCode": "TOPUP_JC172",
        "transactionId": "t-1",
    }


def trace(**changes: Any) -> TopUpTrace:
    fields = {
        "ref": "t-1",
        "line_id": "23",
        "since": NOW,
        "offer_id": "TOPUP_JC172",
        "data_before": 100,
        "data_added": 50,
    }
    return TopUpTrace(**{**fields, **changes})


@pytest.mark.parametrize(("total", "happened"), [(100, False), (150, True)])
def test_the_total_volume_tells_whether_a_top_up_happened(
    vendor: responses.RequestsMock, total: int, happened: bool
) -> None:
    vendor.post(f"{BASE}/esim/query", json=profiles({**PROFILE, "totalVolume": total}))
    looked = provider().find_top_up(trace())
    assert looked == (TopUp(state=ChangeState.DONE) if happened else None)


@pytest.mark.parametrize("total", [99, 149, 200, None])
def test_another_total_is_for_a_person_to_decide(
    vendor: responses.RequestsMock, total: int | None
) -> None:
    vendor.post(f"{BASE}/esim/query", json=profiles({**PROFILE, "totalVolume": total}))
    with pytest.raises(OutcomeUnknown) as caught:
        provider().find_top_up(trace())
    assert caught.value.code == "total-differs"


def test_without_totals_nothing_can_be_told() -> None:
    with pytest.raises(OutcomeUnknown):
        provider().find_top_up(trace(data_before=None))
    done = TopUp(state=ChangeState.DONE, top_up_id="26")
    assert provider().find_top_up(trace(data_before=None, change_id="26")) == done


def test_usage(vendor: responses.RequestsMock) -> None:
    listed = [
        {"esimTranNo": "1", "dataUsage": 3, "totalData": 10, "lastUpdateTime": "x"},
        {"esimTranNo": "2"},
    ]
    vendor.post(f"{BASE}/esim/usage/query", json=good({"esimUsageList": listed}))
    usage = provider().usage(["1", "2", "order:B3"])
    assert {line: (u.used, u.limit, u.as_of) for line, u in usage.items()} == {"1": (3, 10, None)}
    assert sent(vendor) == {"esimTranNoList": ["1", "2"]}
    assert provider().usage(["order:B3"]) == {}


def test_an_overview_is_the_usage_of_ten_lines(vendor: responses.RequestsMock) -> None:
    listed = [{"esimTranNo": "1", "dataUsage": 3, "totalData": 10}]
    vendor.post(f"{BASE}/esim/usage/query", json=good({"esimUsageList": listed}))
    lines = [str(number) for number in range(1, 12)]
    told = provider().overview(lines, subscriber_id="user-1")
    assert told == {"1": Overview(usage=Usage(used=3, limit=10))}
    assert sent(vendor) == {"esimTranNoList": lines[:10]}


CLASSES: dict[str, tuple[type[UpstreamError], type[UpstreamError]]] = {
    "refused": (Refused, Refused),
    "unauthorized": (Unauthorized, Unauthorized),
    "not-yet": (Unavailable, Unavailable),
    "unavailable": (Unavailable, Unavailable),
    "in-doubt": (OutcomeUnknown, Unavailable),
}


def test_every_documented_code_is_in_the_table() -> None:
    assert set(table.CODES) == set(MESSAGES)


@pytest.mark.parametrize("code", sorted(MESSAGES))
@pytest.mark.parametrize("status", [200, 400])
def test_every_documented_code(vendor: responses.RequestsMock, code: str, status: int) -> None:
    for path in ("esim/topup", "esim/usage/query"):
        vendor.post(f"{BASE}/{path}", json=bad(code), status=status)
    write, read = CLASSES[table.CODES[code]]
    with pytest.raises(UpstreamError) as caught:
        provider().top_up(ref="t-1", line_id="23", offer_id="o")
    assert (type(caught.value), caught.value.code) == (write, code)
    with pytest.raises(UpstreamError) as caught:
        provider().usage(["1"])
    assert (type(caught.value), caught.value.upstream) == (read, "esim")


@pytest.mark.parametrize(
    ("status", "answer", "write", "read"),
    [
        (429, {"json": bad("900001")}, Throttled, Throttled),
        (429, {"body": "slow down"}, Throttled, Throttled),
        (200, {"body": "<html>"}, OutcomeUnknown, Unavailable),
        (502, {"body": "<html>"}, OutcomeUnknown, Unavailable),
        (404, {"body": "<html>"}, OutcomeUnknown, Unavailable),
        (403, {"body": "<html>"}, Unauthorized, Unauthorized),
        (200, {"json": bad("777777")}, OutcomeUnknown, Unavailable),
        (200, {"json": {"success": False}}, OutcomeUnknown, Unavailable),
        (200, {"json": good(None)}, OutcomeUnknown, Unavailable),
        (500, {"json": good({})}, OutcomeUnknown, Unavailable),
        (200, {"json": []}, OutcomeUnknown, Unavailable),
    ],
)
def test_other_failures(
    vendor: responses.RequestsMock,
    status: int,
    answer: dict[str, Any],
    write: type[UpstreamError],
    read: type[UpstreamError],
) -> None:
    for path in ("esim/order", "esim/usage/query"):
        vendor.post(f"{BASE}/{path}", status=status, **answer)
    with pytest.raises(UpstreamError) as caught:
        provider().activate(ref=REF, plan="JP_5_30", subscriber_id="user-1")
    assert type(caught.value) is write
    with pytest.raises(UpstreamError) as caught:
        provider().usage(["1"])
    assert type(caught.value) is read


def test_an_unknown_code_is_logged(
    vendor: responses.RequestsMock, capsys: pytest.CaptureFixture[str]
) -> None:
    vendor.post(f"{BASE}/esim/order", json=bad("777777"))
    with pytest.raises(OutcomeUnknown):
        provider().activate(ref=REF, plan="JP_5_30", subscriber_id="user-1")
    logged = capsys.readouterr().out
    assert "unknown error code" in logged
    assert "777777" in logged


def test_a_success_without_an_order_number_is_looked_up(vendor: responses.RequestsMock) -> None:
    vendor.post(f"{BASE}/esim/order", json=good({}))
    with pytest.raises(OutcomeUnknown):
        provider().activate(ref=REF, plan="JP_5_30", subscriber_id="user-1")


def test_the_other_spelling_of_the_envelope(vendor: responses.RequestsMock) -> None:
    vendor.post(
        f"{BASE}/esim/order",
        json={"success": "true", "errorCode": None, "errorMessage": None, "obj": {"orderNo": "B1"}},
    )
    vendor.post(
        f"{BASE}/esim/order",
        json={"success": "false", "errorCode": "200008", "errorMessage": "wrong", "obj": None},
    )
    made = provider()
    assert made.activate(ref=REF, plan="p", subscriber_id="u").line_id == "order:B1"
    with pytest.raises(Refused, match="wrong"):
        made.activate(ref=REF, plan="p", subscriber_id="u")


def test_used_up_funds_are_counted_for_an_alarm(
    vendor: responses.RequestsMock, capsys: pytest.CaptureFixture[str]
) -> None:
    vendor.post(f"{BASE}/esim/order", json=bad("200007"))
    with pytest.raises(Unavailable):
        provider().activate(ref=REF, plan="JP_5_30", subscriber_id="user-1")
    assert "EsimProviderFundsExhausted" in capsys.readouterr().out


def test_what_the_vendor_decided_does_not_trip_the_circuit(vendor: responses.RequestsMock) -> None:
    failures: list[UpstreamError] = []

    def guard(call: Any) -> Any:
        try:
            return call()
        except UpstreamError as error:
            failures.append(error)
            raise

    made = provider(guard=guard)
    for code in ("200010", "200007", "200008", "900001"):
        vendor.post(f"{BASE}/esim/usage/query", json=bad(code))
        with pytest.raises(UpstreamError):
            made.usage(["1"])
    assert [error.code for error in failures] == ["900001"]


def rotating(*keys: str) -> tuple[EsimAccessProvider, RotatingSecret]:
    secret = RotatingSecret(*({"accessCode": "11111", "secretKey": key} for key in keys))
    return EsimAccessProvider(url="https://api.esim.example", secret=secret), secret


def test_a_rotated_key_is_read_again_once(vendor: responses.RequestsMock) -> None:
    vendor.post(f"{BASE}/esim/order", json=bad("101003"))
    vendor.post(f"{BASE}/esim/order", json=good({"orderNo": "B1"}))
    made, secret = rotating("old", "new")
    assert made.activate(ref=REF, plan="p", subscriber_id="u").line_id == "order:B1"
    assert secret.refreshes == 1
    first, second = (call.request for call in vendor.calls)
    assert first.body == second.body
    assert first.headers["RT-Signature"] != second.headers["RT-Signature"]


@pytest.mark.parametrize(
    ("code", "keys", "calls", "refreshes"),
    [("101003", ["same"], 1, 1), ("101003", ["old", "wrong"], 2, 1), ("101002", ["a", "b"], 1, 0)],
)
def test_refused_credentials_never_loop(
    vendor: responses.RequestsMock, code: str, keys: list[str], calls: int, refreshes: int
) -> None:
    vendor.post(f"{BASE}/esim/query", json=bad(code))
    made, secret = rotating(*keys)
    with pytest.raises(Unauthorized):
        made.get_line("1")
    assert (len(vendor.calls), secret.refreshes) == (calls, refreshes)


@pytest.mark.parametrize("missing", ["accessCode", "secretKey"])
def test_a_secret_that_is_incomplete_is_named(missing: str) -> None:
    document = {"accessCode": "1", "secretKey": "2"}
    del document[missing]
    made = EsimAccessProvider(url=BASE, secret=FixedSecret(**document))
    with pytest.raises(ConfigurationError, match=f"has no text {missing}"):
        made.get_line("1")


def test_nobody_is_told_the_credentials_and_logs_not_what_was_sent(
    vendor: responses.RequestsMock,
) -> None:
    said = f"{REF} of access code 11111 is unknown"
    vendor.post(f"{BASE}/esim/order", json=bad("200008", said))
    with pytest.raises(Refused) as caught:
        provider().activate(ref=REF, plan="p", subscriber_id="u")
    assert caught.value.message == f"{REF} of access code *** is unknown"
    assert str(caught.value) == "esim esim/order: *** of access code *** is unknown"
