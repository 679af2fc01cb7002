"""The exact requests to Gigs, and what its answers mean."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
import responses
from portal.adapters.gigs import GigsProvider
from portal.config import ConfigurationError
from portal.domain.esim import Line, LineState, Subscriber
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)

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


@pytest.mark.parametrize(
    ("status", "body", "write", "read"),
    [
        (422, problem("invalid", "deviceNotSupported"), Refused, Refused),
        (400, problem("malformed"), Refused, Refused),
        (403, problem("permissionDenied"), Unauthorized, Unauthorized),
        (429, problem("tooManyRequests"), Throttled, Throttled),
        (500, problem("internal", "unknown"), OutcomeUnknown, Unavailable),
        (503, problem("serviceUnavailable", "serviceUnavailable"), OutcomeUnknown, Unavailable),
        (200, None, OutcomeUnknown, Unavailable),
        (502, None, OutcomeUnknown, Unavailable),
    ],
)
def test_failures(
    gigs: responses.RequestsMock,
    status: int,
    body: Any,
    write: type[UpstreamError],
    read: type[UpstreamError],
) -> None:
    answer: dict[str, Any] = {"body": "<html>"} if body is None else {"json": body}
    gigs.post(f"{BASE}/subscriptions", status=status, **answer)
    gigs.get(f"{BASE}/subscriptions/sub_1", status=status, **answer)
    with pytest.raises(UpstreamError) as failed:
        provider().activate(ref=REF, plan="pln_1", subscriber_id="usr_1")
    assert type(failed.value) is write
    with pytest.raises(UpstreamError) as failed:
        provider().get_line("sub_1")
    assert type(failed.value) is read
    assert failed.value.upstream == "esim"


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
