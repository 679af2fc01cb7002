"""The exact requests to Gigs, and what its answers mean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import responses
from portal.adapters.gigs import GigsProvider, reading
from portal.adapters.gigs import errors as table
from portal.config import ConfigurationError
from portal.domain.esim import (
    ChangeState,
    Line,
    LineState,
    Offer,
    ProfileState,
    Reissue,
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

from local.emulators.gigs.errors import STATUS
from tests.fakes.rotating_secret import RotatingSecret
from tests.vendors import FixedSecret

BASE = "https://api.gigs.example/projects/portal"
REF = "801000000000001AAA:line-1:1"
TARO = Subscriber(user_id="user-1", email="taro@example.com", full_name="Taro Yamada")
PENDING = {"id": "sub_1", "status": "pending", "sim": None, "metadata": {"portalRef": REF}}
ACTIVE = {
    **PENDING,
    "status": "active",
    "phoneNumber": "+819012345678",
    "sim": {"id": "sim_1", "iccid": "89883070000007537119"},
}


@pytest.fixture
def gigs() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


def provider() -> GigsProvider:
    secret = FixedSecret(project="portal", token="token-1")
    return GigsProvider(url="https://api.gigs.example/", secret=secret)


def line_of(subscription: dict[str, Any]) -> Line:
    """The line as it was just read."""
    return reading.line(subscription)


def request(mock: responses.RequestsMock, number: int = 0) -> tuple[str, str, Any]:
    sent = mock.calls[number].request
    body = json.loads(sent.body) if sent.body else None
    return str(sent.method), str(sent.url), body


def test_activate(gigs: responses.RequestsMock) -> None:
    gigs.post(f"{BASE}/subscriptions", json=PENDING, status=201)
    line = provider().activate(ref=REF, plan="pln_1", subscriber_id="usr_1")
    assert line == Line(line_id="sub_1", state=LineState.PENDING, ref=REF)
    assert request(gigs)[2] == {
        "plan": "pln_1",
        "user": "usr_1",
        "sim": "auto",
        "metadata": {"portalRef": REF},
    }
    headers = gigs.calls[0].request.headers
    assert (headers["Idempotency-Key"], headers["Authorization"]) == (REF, "Bearer token-1")


def test_a_new_customer(gigs: responses.RequestsMock) -> None:
    gigs.post(f"{BASE}/users", json={"id": "usr_1"}, status=201)
    assert provider().subscribe(TARO) == "usr_1"
    assert request(gigs)[2] == {
        "email": "taro@example.com",
        "fullName": "Taro Yamada",
        "metadata": {"portalUser": "user-1"},
    }
    assert gigs.calls[0].request.headers["Idempotency-Key"] == "user:user-1"


def test_a_customer_that_exists(gigs: responses.RequestsMock) -> None:
    exists = {"object": "error", "type": "invalid", "code": "userAlreadyExists", "message": "x"}
    gigs.post(f"{BASE}/users", json=exists, status=422)
    others = [
        {"id": "usr_9", "email": "taro@example.com.au"},
        {"id": "usr_2", "email": "Taro@Example.com"},
    ]
    gigs.post(f"{BASE}/users/search", json={"items": others})
    assert provider().subscribe(TARO) == "usr_2"
    assert "Idempotency-Key" not in gigs.calls[1].request.headers


def test_a_customer_that_exists_and_is_not_shown(gigs: responses.RequestsMock) -> None:
    exists = {"type": "invalid", "code": "userAlreadyExists", "message": "x"}
    gigs.post(f"{BASE}/users", json=exists, status=422)
    gigs.post(f"{BASE}/users/search", json={"items": []})
    with pytest.raises(Refused):
        provider().subscribe(TARO)


def test_find_in_one_listing_the_newest_wins(gigs: responses.RequestsMock) -> None:
    older = {**ACTIVE, "id": "sub_0", "status": "ended"}
    foreign = {**ACTIVE, "id": "sub_7", "metadata": {"portalRef": "another"}}
    unmarked = {**ACTIVE, "id": "sub_8", "metadata": {}}
    gigs.get(
        f"{BASE}/subscriptions",
        json={"items": [unmarked, foreign, ACTIVE, older], "moreItemsAfter": None},
    )
    found = provider().find(subscriber_id="usr_1", refs=[REF, "missing"])
    assert {ref: line.line_id for ref, line in found.items()} == {REF: "sub_1"}
    assert found[REF].iccid == "89883070000007537119"
    url = request(gigs)[1]
    assert "user=usr_1" in url
    assert "ended" in url
    assert "limit=200" in url


def test_find_reads_on_until_everything_is_found(gigs: responses.RequestsMock) -> None:
    gigs.get(f"{BASE}/subscriptions", json={"items": [], "moreItemsAfter": "sub_5"})
    gigs.get(f"{BASE}/subscriptions", json={"items": [ACTIVE], "moreItemsAfter": "sub_1"})
    assert set(provider().find(subscriber_id="usr_1", refs=[REF])) == {REF}
    assert "after=sub_5" in request(gigs, 1)[1]


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", LineState.PENDING),
        ("initiated", LineState.PENDING),
        ("something new", LineState.PENDING),
        ("active", LineState.ACTIVE),
        ("restricted", LineState.ACTIVE),
        ("ended", LineState.ENDED),
    ],
)
def test_states(gigs: responses.RequestsMock, status: str, state: LineState) -> None:
    body = {**ACTIVE, "status": status, "cancellationDetails": {"cause": "simUnusable"}}
    gigs.get(f"{BASE}/subscriptions/sub_1", json=body)
    line = provider().get_line("sub_1")
    assert (line.state, line.reason) == (state, "simUnusable")
    assert "+8190" not in repr(line)


def test_the_code_comes_fresh_from_the_sim(gigs: responses.RequestsMock) -> None:
    gigs.get(f"{BASE}/subscriptions/sub_1", json=ACTIVE)
    gigs.get(
        f"{BASE}/sims/sim_1/credentials",
        json={"activationCode": "LPA:1$smdp.gigs.com$2M-3L0MX-F8HE2"},
    )
    code = provider().activation_code("sub_1")
    assert code.lpa == "LPA:1$smdp.gigs.com$2M-3L0MX-F8HE2"
    assert "2M-3L0MX" not in repr(code)
    # A line that was just read is not read again.
    assert provider().activation_code("sub_1", line=line_of(ACTIVE)) == code
    assert len(gigs.calls) == 3


@pytest.mark.parametrize(
    ("subscription", "credentials", "status"),
    [
        (PENDING, None, 200),
        (ACTIVE, {"activationCode": None}, 200),
        (ACTIVE, {"type": "notFound", "message": "x"}, 404),
    ],
)
def test_codes_that_are_not_there_yet(
    gigs: responses.RequestsMock, subscription: Any, credentials: Any, status: int
) -> None:
    gigs.get(f"{BASE}/subscriptions/sub_1", json=subscription)
    if credentials is not None:
        gigs.get(f"{BASE}/sims/sim_1/credentials", json=credentials, status=status)
    with pytest.raises(Unavailable):
        provider().activation_code("sub_1")


def test_a_code_that_is_none_is_not_quoted(gigs: responses.RequestsMock) -> None:
    gigs.get(f"{BASE}/subscriptions/sub_1", json=ACTIVE)
    gigs.get(f"{BASE}/sims/sim_1/credentials", json={"activationCode": "LPA:2$SECRET$CODE"})
    with pytest.raises(Refused) as refused:
        provider().activation_code("sub_1")
    assert "SECRET" not in str(refused.value)


def problem(kind: str, code: str | None = None) -> dict[str, Any]:
    return {"object": "error", "type": kind, "code": code, "message": "because"}


CLASSES: dict[str, tuple[type[UpstreamError], type[UpstreamError]]] = {
    "refused": (Refused, Refused),
    "unauthorized": (Unauthorized, Unauthorized),
    "unavailable": (Throttled, Throttled),
    "in-doubt": (OutcomeUnknown, Unavailable),
}
DOCUMENTED = [
    *((422, "invalid", code, verdict) for code, verdict in table.CODES.items()),
    *((STATUS[kind], kind, None, verdict) for kind, verdict in table.TYPES.items()),
]


def test_every_documented_type_is_in_the_table() -> None:
    assert set(table.TYPES) == set(STATUS)


@pytest.mark.parametrize(("status", "kind", "code", "verdict"), DOCUMENTED)
def test_every_documented_error(
    gigs: responses.RequestsMock, status: int, kind: str, code: str | None, verdict: str
) -> None:
    write, read = CLASSES[verdict]
    failing(gigs, status, {"json": problem(kind, code)}, write, read)


@pytest.mark.parametrize(
    ("status", "body", "write", "read"),
    [
        (422, problem("invalid", "a new code"), Refused, Refused),
        (400, problem("a new type"), OutcomeUnknown, Unavailable),
        (403, problem("a new type"), Unauthorized, Unauthorized),
        (500, problem("invalid"), OutcomeUnknown, Unavailable),
        (200, None, OutcomeUnknown, Unavailable),
        (502, None, OutcomeUnknown, Unavailable),
        (404, None, OutcomeUnknown, Unavailable),
        (403, None, Unauthorized, Unauthorized),
        (429, None, Throttled, Throttled),
    ],
)
def test_other_failures(
    gigs: responses.RequestsMock,
    status: int,
    body: Any,
    write: type[UpstreamError],
    read: type[UpstreamError],
) -> None:
    failing(gigs, status, {"body": "<html>"} if body is None else {"json": body}, write, read)


def failing(
    gigs: responses.RequestsMock,
    status: int,
    answer: dict[str, Any],
    write: type[UpstreamError],
    read: type[UpstreamError],
) -> None:
    """A write and a read that get the same answer."""
    gigs.post(f"{BASE}/subscriptions", status=status, **answer)
    gigs.get(f"{BASE}/subscriptions/sub_1", status=status, **answer)
    with pytest.raises(UpstreamError) as failed:
        provider().activate(ref=REF, plan="pln_1", subscriber_id="usr_1")
    assert type(failed.value) is write
    with pytest.raises(UpstreamError) as failed:
        provider().get_line("sub_1")
    assert type(failed.value) is read
    assert failed.value.upstream == "esim"


def test_an_unknown_code_is_logged(
    gigs: responses.RequestsMock, capsys: pytest.CaptureFixture[str]
) -> None:
    gigs.get(f"{BASE}/subscriptions/sub_1", status=422, json=problem("invalid", "aNewCode"))
    with pytest.raises(Refused):
        provider().get_line("sub_1")
    logged = capsys.readouterr().out
    assert "unknown error code" in logged
    assert "aNewCode" in logged


def test_a_success_without_an_id_is_looked_up(gigs: responses.RequestsMock) -> None:
    for path in ("subscriptions", "users"):
        gigs.post(f"{BASE}/{path}", json={"object": "surprise"}, status=201)
    gigs.get(f"{BASE}/subscriptions/sub_1", json={"object": "surprise"})
    with pytest.raises(OutcomeUnknown):
        provider().activate(ref=REF, plan="pln_1", subscriber_id="usr_1")
    with pytest.raises(OutcomeUnknown):
        provider().subscribe(TARO)
    with pytest.raises(Unavailable):
        provider().get_line("sub_1")


def rotating(*tokens: str) -> tuple[GigsProvider, RotatingSecret]:
    secret = RotatingSecret(*({"project": "portal", "token": token} for token in tokens))
    return GigsProvider(url="https://api.gigs.example", secret=secret), secret


def test_a_rotated_token_is_read_again_once(gigs: responses.RequestsMock) -> None:
    gigs.post(f"{BASE}/subscriptions", json=problem("unauthenticated"), status=401)
    gigs.post(f"{BASE}/subscriptions", json=PENDING, status=201)
    made, secret = rotating("old", "new")
    assert made.activate(ref=REF, plan="pln_1", subscriber_id="usr_1").line_id == "sub_1"
    assert secret.refreshes == 1
    again = gigs.calls[1].request.headers
    assert (again["Authorization"], again["Idempotency-Key"]) == ("Bearer new", REF)


@pytest.mark.parametrize(("tokens", "calls"), [(["same"], 1), (["old", "also wrong"], 2)])
def test_refused_tokens_never_loop(
    gigs: responses.RequestsMock, tokens: list[str], calls: int
) -> None:
    gigs.get(f"{BASE}/subscriptions/sub_1", json=problem("unauthenticated"), status=401)
    made, secret = rotating(*tokens)
    with pytest.raises(Unauthorized):
        made.get_line("sub_1")
    assert (secret.refreshes, len(gigs.calls)) == (1, calls)


def test_a_missing_permission_does_not_ask_for_another_token(
    gigs: responses.RequestsMock,
) -> None:
    gigs.get(f"{BASE}/subscriptions/sub_1", json=problem("permissionDenied"), status=403)
    made, secret = rotating("token-1", "token-2")
    with pytest.raises(Unauthorized):
        made.get_line("sub_1")
    assert (secret.refreshes, len(gigs.calls)) == (0, 1)


@pytest.mark.parametrize("missing", ["project", "token"])
def test_a_secret_that_is_incomplete_is_named(missing: str) -> None:
    document = {"project": "portal", "token": "token-1"}
    del document[missing]
    with pytest.raises(ConfigurationError, match=f"has no text {missing}"):
        GigsProvider(url=BASE, secret=FixedSecret(**document)).get_line("sub_1")


def test_nobody_is_told_the_token_and_logs_not_what_was_sent(
    gigs: responses.RequestsMock,
) -> None:
    said = "Taro Yamada (Taro@example.com) is unknown to the key token-1 of project portal"
    gigs.post(f"{BASE}/users", json={**problem("invalid"), "message": said}, status=422)
    with pytest.raises(Refused) as caught:
        provider().subscribe(TARO)
    assert caught.value.message == said.replace("token-1", "***")
    assert (
        str(caught.value)
        == "esim POST users: *** (***) is unknown to the key *** of project portal"
    )


@pytest.mark.parametrize("line_id", ["../users", "sub_1/x", "", "a" * 65, "https://evil.example"])
def test_ids_stay_path_segments(line_id: str) -> None:
    with pytest.raises(Refused):
        provider().get_line(line_id)


def test_every_call_passes_the_guard(gigs: responses.RequestsMock) -> None:
    passed: list[object] = []

    def guard(call: Any) -> Any:
        passed.append(call)
        return call()

    gigs.get(f"{BASE}/subscriptions/sub_1", json=ACTIVE)
    secret = FixedSecret(project="portal", token="t")
    GigsProvider(url="https://api.gigs.example", secret=secret, guard=guard).get_line("sub_1")
    assert len(passed) == 1


SINCE = datetime(2026, 11, 27, 5, 0, tzinfo=UTC)
TRACE = Trace(ref="r-1", line_id="sub_1", since=SINCE)


def change(number: int, created: str, **more: Any) -> dict[str, Any]:
    return {
        "id": f"sch_{number}",
        "status": "applied",
        "subscription": "sub_1",
        "sim": {"id": "sim_2", "iccid": "89883070000007537127"},
        "requestedChange": {"sim": "auto", "plan": None},
        "failureCode": None,
        "createdAt": created,
        **more,
    }


def test_reissue_keeps_the_line(gigs: responses.RequestsMock) -> None:
    pending = change(1, "2026-11-27T05:01:00Z", status="pending", sim=None)
    gigs.post(f"{BASE}/subscriptionChanges", json=pending, status=201)
    asked = provider().reissue(ref="r-1", line_id="sub_1", plan="pln_1", subscriber_id="usr_1")
    assert asked == Reissue(reissue_id="sch_1", state=ChangeState.PENDING, line_id="sub_1")
    assert request(gigs)[2] == {"subscription": "sub_1", "sim": "auto", "when": "now"}
    assert gigs.calls[0].request.headers["Idempotency-Key"] == "reissue:r-1"


@pytest.mark.parametrize(
    ("status", "state"),
    [
        ("pending", ChangeState.PENDING),
        ("initiated", ChangeState.PENDING),
        ("something new", ChangeState.PENDING),
        ("applied", ChangeState.DONE),
        ("failed", ChangeState.FAILED),
        ("deleted", ChangeState.FAILED),
    ],
)
def test_a_known_reissue_is_asked_for_by_its_id(
    gigs: responses.RequestsMock, status: str, state: ChangeState
) -> None:
    gigs.get(
        f"{BASE}/subscriptionChanges/sch_1",
        json=change(1, "x", status=status, failureCode="consentNotGiven"),
    )
    looked = provider().find_reissue(Trace(**{**vars(TRACE), "change_id": "sch_1"}))
    assert looked is not None
    assert (looked.state, looked.reason) == (state, "consentNotGiven")


def test_a_lost_reissue_is_the_newest_change_of_sim_since_then(
    gigs: responses.RequestsMock,
) -> None:
    of_plan = change(4, "2026-11-27T05:04:00Z", requestedChange={"sim": None, "plan": "pln_2"})
    other = change(3, "2026-11-27T05:03:00Z")
    ours = change(2, "2026-11-27T04:59:00Z")
    old = change(1, "2026-11-27T04:50:00Z")
    gigs.get(f"{BASE}/subscriptionChanges", json={"items": [of_plan, other, ours, old]})
    looked = provider().find_reissue(Trace(**{**vars(TRACE), "earlier": frozenset({"sch_3"})}))
    assert looked is not None
    assert (looked.reissue_id, looked.iccid) == ("sch_2", "89883070000007537127")
    assert "subscription=sub_1" in request(gigs)[1]


def test_no_reissue_since_then(gigs: responses.RequestsMock) -> None:
    old = change(1, "2026-11-27T04:50:00Z")
    gigs.get(f"{BASE}/subscriptionChanges", json={"items": [old], "moreItemsAfter": "sch_1"})
    assert provider().find_reissue(TRACE) is None
    assert len(gigs.calls) == 1


def test_a_line_is_ended(gigs: responses.RequestsMock) -> None:
    gigs.post(f"{BASE}/subscriptions/sub_1/end", json={**ACTIVE, "status": "ended"})
    provider().end_line("sub_1")
    assert request(gigs)[2] == {}


@pytest.mark.parametrize(
    ("status", "error"), [("ended", None), ("pending", Unavailable), ("active", Refused)]
)
def test_a_refusal_to_end_is_looked_into(
    gigs: responses.RequestsMock, status: str, error: type[UpstreamError] | None
) -> None:
    gigs.post(f"{BASE}/subscriptions/sub_1/end", json=problem("invalid"), status=422)
    gigs.get(f"{BASE}/subscriptions/sub_1", json={**ACTIVE, "status": status})
    if error is None:
        provider().end_line("sub_1")
        return
    with pytest.raises(UpstreamError) as caught:
        provider().end_line("sub_1")
    assert type(caught.value) is error


def addon(**more: Any) -> dict[str, Any]:
    return {
        "id": "add_1",
        "name": "1 GB",
        "status": "available",
        "type": "topUp",
        "plans": ["pln_1"],
        "allowances": {"dataBytes": 10**9},
        "price": {"amount": 999, "currency": "USD"},
        "validity": {"unit": "month", "value": 1},
        **more,
    }


def test_offers(gigs: responses.RequestsMock) -> None:
    yen = addon(
        id="add_2",
        allowances={"dataBytes": None},
        price={"amount": 500, "currency": "JPY"},
        validity=None,
    )
    unreadable = [addon(price=None), addon(price={"amount": 1, "currency": "dollars"})]
    others = [addon(status="draft"), addon(plans=["pln_2"]), *unreadable]
    gigs.get(f"{BASE}/addons", json={"items": [addon(), yen, *others]})
    cents, whole = provider().offers("pln_1")
    assert cents == Offer(
        offer_id="add_1",
        name="1 GB",
        data_bytes=10**9,
        validity=Validity("month", 1),
        cost=Money(amount="9.99", currency="USD"),
    )
    assert (whole.data_bytes, whole.validity) == (None, None)
    assert whole.cost == Money(amount="500", currency="JPY")
    assert "plan=pln_1" in request(gigs)[1]


def test_top_up(gigs: responses.RequestsMock) -> None:
    made = {"id": "sad_1", "status": "pending", "activatedAt": None}
    gigs.post(f"{BASE}/subscriptionAddons", json=made, status=201)
    asked = provider().top_up(ref="t-1", line_id="sub_1", offer_id="add_1")
    assert asked == TopUp(state=ChangeState.PENDING, top_up_id="sad_1")
    assert request(gigs)[2] == {"subscription": "sub_1", "addon": "add_1"}
    assert gigs.calls[0].request.headers["Idempotency-Key"] == "topup:t-1"


@pytest.mark.parametrize(
    ("status", "activated", "state"),
    [
        ("pending", None, ChangeState.PENDING),
        ("initiated", None, ChangeState.PENDING),
        ("active", "2026-11-27T05:01:00Z", ChangeState.DONE),
        ("ended", "2026-11-27T05:01:00Z", ChangeState.DONE),
        ("ended", None, ChangeState.FAILED),
    ],
)
def test_how_a_top_up_stands(
    gigs: responses.RequestsMock, status: str, activated: str | None, state: ChangeState
) -> None:
    item = {"id": "sad_1", "status": status, "activatedAt": activated}
    gigs.get(f"{BASE}/subscriptionAddons/sad_1", json=item)
    traced = TopUpTrace(**{**vars(TRACE), "offer_id": "add_1", "change_id": "sad_1"})
    assert provider().find_top_up(traced) == TopUp(state=state, top_up_id="sad_1")


def test_a_lost_top_up_is_found_by_line_offer_and_time(gigs: responses.RequestsMock) -> None:
    items = [
        {"id": "sad_2", "status": "active", "createdAt": "2026-11-27T05:01:00Z"},
        {"id": "sad_1", "status": "active", "createdAt": "2026-11-27T04:01:00Z"},
    ]
    gigs.get(f"{BASE}/subscriptionAddons", json={"items": items})
    traced = TopUpTrace(**{**vars(TRACE), "offer_id": "add_1"})
    assert provider().find_top_up(traced) == TopUp(state=ChangeState.DONE, top_up_id="sad_2")
    assert {"subscription=sub_1", "addon=add_1"} <= set(request(gigs)[1].split("?")[1].split("&"))
    mine = TopUpTrace(**{**vars(traced), "earlier": frozenset({"sad_2"})})
    gigs.get(f"{BASE}/subscriptionAddons", json={"items": items})
    assert provider().find_top_up(mine) is None


def test_an_overview_is_one_page_of_the_users_lines(gigs: responses.RequestsMock) -> None:
    items = [
        {**ACTIVE, "id": "sub_9"},
        {**ACTIVE, "id": "sub_1", "currentPeriod": {"end": "2026-12-27T05:00:00Z"}},
    ]
    gigs.get(f"{BASE}/subscriptions", json={"items": items, "moreItemsAfter": "sub_1"})
    told = provider().overview(["sub_1", "sub_2"], subscriber_id="usr_1")
    assert {number: line.state for number, line in told.items()} == {"sub_1": LineState.ACTIVE}
    assert told["sub_1"].period_ends is not None
    assert len(gigs.calls) == 1
    assert "user=usr_1" in request(gigs)[1]


def test_usage_sums_what_can_be_used_now(gigs: responses.RequestsMock) -> None:
    def balance(used: int, limit: int | None, **more: Any) -> dict[str, Any]:
        return {"unit": "bytes", "used": used, "limit": limit, "usableUntil": None, **more}

    items = [
        balance(3, 10),
        balance(1, 5, usableUntil="2026-12-27T05:00:00Z"),
        balance(7, 7, usableUntil="2026-11-01T05:00:00Z"),
        balance(9, 9, usableFrom="2026-12-01T05:00:00Z"),
        balance(60, 600, unit="seconds"),
    ]
    secret = FixedSecret(project="portal", token="token-1")
    made = GigsProvider(url="https://api.gigs.example", secret=secret, now=lambda: SINCE)
    gigs.get(f"{BASE}/usageBalances", json={"items": items})
    assert made.usage(["sub_1"]) == {"sub_1": Usage(used=4, limit=15)}
    gigs.get(f"{BASE}/usageBalances", json={"items": [*items, balance(0, None)]})
    assert made.usage(["sub_1"])["sub_1"].remaining is None
    gigs.get(f"{BASE}/usageBalances", json={"items": []})
    assert made.usage(["sub_1"]) == {}


@pytest.mark.parametrize(
    ("status", "body", "state"),
    [
        (200, {"status": "enabled"}, ProfileState.ENABLED),
        (200, {"status": "unknown"}, ProfileState.UNKNOWN),
        (200, {"status": "something new"}, ProfileState.UNKNOWN),
        (404, problem("notFound"), ProfileState.UNKNOWN),
    ],
)
def test_profiles(
    gigs: responses.RequestsMock, status: int, body: Any, state: ProfileState
) -> None:
    gigs.get(f"{BASE}/sims/sim_1/eSimProfile", json=body, status=status)
    assert provider().profile_state(line_of(ACTIVE)) is state


def test_a_line_without_a_sim_has_no_profile(gigs: responses.RequestsMock) -> None:
    assert provider().profile_state(line_of(PENDING)) is ProfileState.UNKNOWN
    assert len(gigs.calls) == 0


def test_a_sim_id_that_would_be_another_path_is_not_sent(gigs: responses.RequestsMock) -> None:
    line = line_of({**ACTIVE, "sim": {"id": "../users/usr_1"}})
    with pytest.raises(Refused):
        provider().profile_state(line)
    with pytest.raises(Refused):
        provider().activation_code("sub_1", line=line)
    assert len(gigs.calls) == 0
