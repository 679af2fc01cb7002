"""The WHMCS client: exact requests, and what each of its many ways of saying no means."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import parse_qsl

import pytest
import requests
import responses
from portal import correlation
from portal.adapters.http import Transport
from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.encoding import serialize
from portal.config import ConfigurationError
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
from local.emulators.whmcs.emulator import API_PATH, Whmcs
from tests.emulators.whmcs.support import CREDENTIALS, HANAKO, SHOP
from tests.fakes.rotating_secret import RotatingSecret

URL = "https://billing.example/includes/api.php"
READ = ("GetClientsDetails", {"clientid": HANAKO})
WRITE = ("UpdateClient", {"clientid": HANAKO, "city": "Osaka"})


def client_of(
    url: str = URL, *versions: dict[str, Any], read_seconds: float = 5
) -> tuple[WhmcsClient, RotatingSecret]:
    secret = RotatingSecret(*(versions or (CREDENTIALS,)))
    transport = Transport("whmcs", read_seconds=read_seconds)
    return WhmcsClient(url=url, secret=secret, transport=transport), secret


@pytest.fixture(scope="module")
def server() -> Iterator[Running]:
    with running(Whmcs()) as started:
        yield started


@pytest.fixture
def whmcs(server: Running) -> Running:
    """A seeded installation, its journal empty."""
    server.emulator.reset()
    server.emulator.seed(SHOP)
    return server


@pytest.fixture
def client(whmcs: Running) -> WhmcsClient:
    return client_of(whmcs.url + API_PATH)[0]


def failure(client: WhmcsClient, *, writes: bool) -> UpstreamError:
    action, parameters = WRITE if writes else READ
    with pytest.raises(UpstreamError) as caught:
        client.call(action, parameters, writes=writes)
    assert (caught.value.upstream, caught.value.operation) == ("whmcs", action)
    return caught.value


def city(whmcs: Running) -> str:
    (client,) = [c for c in whmcs.emulator.dump()["clients"] if c["id"] == HANAKO]
    return str(client["city"])


# What is sent


@responses.activate
def test_a_call_is_one_exact_form() -> None:
    responses.post(URL, json={"result": "success", "clientid": 1})
    with correlation.bound("front-end.0001"):
        answer = client_of(URL, {**CREDENTIALS, "accessKey": "door"})[0].call(
            "AddOrder", {"clientid": 42, "pid": [185, 242], "noinvoice": True, "promocode": None}
        )
    assert answer["clientid"] == 1
    sent = responses.calls[0].request
    assert sent.headers["X-Correlation-Id"] == "front-end.0001"
    assert sent.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert sent.url == URL
    assert parse_qsl(str(sent.body)) == [
        ("action", "AddOrder"),
        ("responsetype", "json"),
        ("identifier", "local-identifier"),
        ("secret", "local-secret"),
        ("accesskey", "door"),
        ("clientid", "42"),
        ("pid[0]", "185"),
        ("pid[1]", "242"),
        ("noinvoice", "1"),
    ]


def test_the_emulator_understands_it(whmcs: Running, client: WhmcsClient) -> None:
    assert client.call(*READ)["client"]["firstname"] == "Hanako"
    client.call(*WRITE, writes=True)
    assert city(whmcs) == "Osaka"


@pytest.mark.parametrize("key", ["identifier", "secret"])
def test_an_incomplete_secret_is_named(key: str) -> None:
    client, _ = client_of(URL, {**CREDENTIALS, key: ""})
    with pytest.raises(ConfigurationError, match=f"has no text {key}"):
        client.call(*READ)


# Success or not


@pytest.mark.parametrize(
    "body",
    [
        {"result": "success"},
        {"result": "Success"},
        {"status": "success", "billableid": 1},
        {"result": "success", "warning": ""},
    ],
)
@responses.activate
def test_success(body: dict[str, Any]) -> None:
    responses.post(URL, json=body)
    assert client_of()[0].call(*READ) == body


@responses.activate
def test_a_byte_order_mark_does_not_hide_success() -> None:
    responses.post(URL, body=b'\xef\xbb\xbf{"result":"success"}', content_type="application/json")
    assert client_of()[0].call(*WRITE, writes=True) == {"result": "success"}


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (200, {"result": "error", "message": "Client Not Found"}, Refused),
        (200, {"result": "error"}, Refused),
        (200, {}, OutcomeUnknown),
        (200, {"orderid": 76}, OutcomeUnknown),
        (200, {"result": "success", "orderid": 76, "warning": "Payment failed"}, OutcomeUnknown),
        (400, {"result": "error", "message": "Empty action request"}, Refused),
        (302, {"result": "success"}, Refused),
        (403, {"result": "error", "message": "Authentication Failed"}, Unauthorized),
        (400, {"result": "error", "message": "Invalid IP 203.0.113.9"}, Unauthorized),
        (403, {"result": "error", "message": "Forbidden IP 203.0.113.9"}, Unauthorized),
        (
            403,
            {"result": "error", "message": 'Invalid Permissions: API action "x" is not allowed'},
            Unauthorized,
        ),
        (200, {"result": "error", "message": "Administrator Account Disabled"}, Unauthorized),
        (403, {"result": "error", "message": "something new"}, Unauthorized),
        (429, {"result": "error", "message": "slow down"}, Throttled),
        (500, {"result": "error", "message": "Out of memory"}, OutcomeUnknown),
        (503, {"result": "success"}, OutcomeUnknown),
    ],
)
@responses.activate
def test_answers_of_whmcs(status: int, body: dict[str, Any], kind: type[UpstreamError]) -> None:
    responses.post(URL, status=status, json=body)
    error = failure(client_of()[0], writes=True)
    assert (type(error), error.status) == (kind, status)
    expected = body.get("message") or body.get("warning") or "no message"
    assert error.message in (expected, "too many requests")
    assert len(responses.calls) == 1


@pytest.mark.parametrize(
    ("answer", "write", "read"),
    [
        ({"status": 200, "body": "<html>Fatal error</html>"}, OutcomeUnknown, Unavailable),
        ({"status": 200, "body": ""}, OutcomeUnknown, Unavailable),
        ({"status": 200, "body": '{"result":"succ'}, OutcomeUnknown, Unavailable),
        ({"status": 200, "json": ["success"]}, OutcomeUnknown, Unavailable),
        ({"status": 200, "json": {"orderid": 76}}, OutcomeUnknown, Unavailable),
        ({"status": 200, "json": {"result": "error"}}, Refused, Unavailable),
        ({"status": 404, "body": "<html>"}, OutcomeUnknown, Unavailable),
        ({"status": 503, "body": "<html>Down for Maintenance</html>"}, Unavailable, Unavailable),
        (
            {"status": 200, "body": "<p>Could not connect to the database.</p>"},
            Unavailable,
            Unavailable,
        ),
        (
            {"status": 503, "body": "<html>", "headers": {"Retry-After": "60"}},
            OutcomeUnknown,
            Throttled,
        ),
        ({"status": 403, "body": "<html>Firewall</html>"}, Unauthorized, Unauthorized),
        ({"status": 429, "body": "", "headers": {"Retry-After": "60"}}, Throttled, Throttled),
        (
            {"status": 301, "body": "", "headers": {"Location": "https://evil.example/"}},
            Refused,
            Refused,
        ),
        ({"body": requests.ReadTimeout("slow")}, OutcomeUnknown, Unavailable),
        ({"body": requests.ConnectTimeout("gone")}, Unavailable, Unavailable),
    ],
)
@responses.activate
def test_answers_of_somebody_else(
    answer: dict[str, Any], write: type[UpstreamError], read: type[UpstreamError]
) -> None:
    responses.post(URL, **answer)
    client, _ = client_of()
    errors = [failure(client, writes=True), failure(client, writes=False)]
    assert [type(error) for error in errors] == [write, read]
    for error in errors:
        if isinstance(error, Throttled):
            assert error.retry_after == 60.0


SWITCHES = pytest.mark.parametrize(
    ("switches", "kind"),
    [
        ({"maintenance": True}, Unavailable),
        ({"invalid_ip": True}, Unauthorized),
        ({"invalid_ip": True, "ip_error_status": 400}, Unauthorized),
        ({"banned_ip": True}, Unauthorized),
        ({"denied_actions": ["UpdateClient"]}, Unauthorized),
        ({"warn_actions": ["UpdateClient"]}, OutcomeUnknown),
    ],
)


@SWITCHES
def test_moods_of_an_installation(
    whmcs: Running, client: WhmcsClient, switches: dict[str, Any], kind: type[UpstreamError]
) -> None:
    whmcs.emulator.set_switches(switches)
    assert type(failure(client, writes=True)) is kind
    assert city(whmcs) == "Tokyo"
    # Nobody hammers on a closed door: that can ban our address.
    assert len(whmcs.emulator.journal.calls()) == 1


FAULTS: list[dict[str, Any]] = [
    {"kind": "html", "status": 503},
    {"kind": "html", "status": 200},
    {"kind": "empty"},
    {"kind": "reset"},
    {"kind": "reset_after"},
    {"kind": "drop_answer"},
    {"kind": "garble"},
    {"kind": "replace", "status": 504, "body": "<html>"},
]


@pytest.mark.parametrize("fault", FAULTS, ids=lambda f: "-".join(map(str, f.values())))
@pytest.mark.parametrize(("writes", "kind"), [(True, OutcomeUnknown), (False, Unavailable)])
def test_faults_on_the_way(
    whmcs: Running,
    client: WhmcsClient,
    fault: dict[str, Any],
    writes: bool,
    kind: type[UpstreamError],
) -> None:
    whmcs.emulator.faults.add(Fault(times=2, **fault))
    assert type(failure(client, writes=writes)) is kind


@pytest.mark.parametrize("phase", ["before", "after"])
@pytest.mark.parametrize(("writes", "kind"), [(True, OutcomeUnknown), (False, Unavailable)])
def test_an_answer_that_comes_too_late(
    whmcs: Running, phase: str, writes: bool, kind: type[UpstreamError]
) -> None:
    late = {"kind": "delay", "phase": phase, "seconds": 10}
    whmcs.emulator.faults.add(Fault.model_validate(late))
    client, _ = client_of(whmcs.url + API_PATH, read_seconds=0.3)
    assert type(failure(client, writes=writes)) is kind


# Credentials


@responses.activate
def test_a_rotated_secret_is_read_again_once() -> None:
    responses.post(URL, status=403, json={"result": "error", "message": "Authentication Failed"})
    responses.post(URL, json={"result": "success"})
    client, secret = client_of(URL, CREDENTIALS, {**CREDENTIALS, "secret": "rotated"})
    client.call(*WRITE, writes=True)
    assert secret.refreshes == 1
    assert dict(parse_qsl(str(responses.calls[1].request.body)))["secret"] == "rotated"


@pytest.mark.parametrize("message", ["Authentication Failed", "Invalid or missing credentials"])
@responses.activate
def test_the_same_credentials_are_not_sent_twice(message: str) -> None:
    responses.post(URL, status=403, json={"result": "error", "message": message})
    client, secret = client_of()
    assert type(failure(client, writes=True)) is Unauthorized
    assert (secret.refreshes, len(responses.calls)) == (1, 1)


@responses.activate
def test_a_rotated_secret_that_is_refused_too_ends_it() -> None:
    responses.post(URL, status=403, json={"result": "error", "message": "Authentication Failed"})
    client, secret = client_of(URL, CREDENTIALS, {**CREDENTIALS, "secret": "also wrong"})
    assert type(failure(client, writes=True)) is Unauthorized
    assert (secret.refreshes, len(responses.calls)) == (1, 2)


@responses.activate
def test_other_refusals_do_not_ask_for_another_secret() -> None:
    responses.post(URL, status=403, json={"result": "error", "message": "Invalid IP 192.0.2.1"})
    client, secret = client_of(URL, CREDENTIALS, {**CREDENTIALS, "secret": "rotated"})
    assert type(failure(client, writes=True)) is Unauthorized
    assert (secret.refreshes, len(responses.calls)) == (0, 1)


@responses.activate
def test_logs_do_not_repeat_what_was_sent() -> None:
    said = "Duplicate value Ōtsuka O&#039;Neill for client 42: taro@example.com"
    responses.post(URL, json={"result": "error", "message": said})
    with pytest.raises(Refused) as caught:
        client_of()[0].call(
            "UpdateClient",
            {"lastname": "Ōtsuka O'Neill", "email": "taro@example.com"},
            writes=True,
        )
    assert caught.value.message == said.replace("&#039;", "'")
    assert str(caught.value) == "whmcs UpdateClient: Duplicate value *** for client 42: ***"


@responses.activate
def test_logs_do_not_repeat_what_was_sent_serialized() -> None:
    said = "Custom field 2: 1990-02-03 is no date (Ōtsuka, 42)"
    responses.post(URL, json={"result": "error", "message": said})
    fields = serialize({2: "1990-02-03", "name": {"kanji": "Ōtsuka"}})
    with pytest.raises(OutcomeUnknown) as caught:
        client_of()[0].call("AddOrder", {"clientid": 42, "customfields": [fields, ""]}, writes=True)
    assert str(caught.value) == "whmcs AddOrder: Custom field 2: *** is no date (***, 42)"


# Lists


def invoices(start: int, count: int, **more: Any) -> dict[str, Any]:
    found = [{"id": n} for n in range(start, start + count)]
    return {"result": "success", "invoices": {"invoice": found}, **more}


def starts() -> list[int]:
    return [int(dict(parse_qsl(str(c.request.body)))["limitstart"]) for c in responses.calls]


@pytest.mark.parametrize("total", [250, "250"])
@responses.activate
def test_pages_follow_each_other(total: int | str) -> None:
    for start, count in ((0, 100), (100, 100), (200, 50)):
        responses.post(URL, json=invoices(start, count, totalresults=total))
    found = client_of()[0].pages("GetInvoices", {}, container="invoices", child="invoice")
    assert [invoice["id"] for invoice in found] == list(range(250))
    assert starts() == [0, 100, 200]


@pytest.mark.parametrize(
    ("answers", "expected"),
    [
        ([invoices(0, 3), invoices(3, 0)], [0, 3]),
        ([invoices(0, 100), invoices(100, 0)], [0, 100]),
        ([invoices(0, 25, totalresults=60), invoices(25, 0, totalresults=60)], [0, 25]),
        ([{"result": "success", "totalresults": 0, "invoices": ""}], [0]),
        ([{"result": "success"}], [0]),
    ],
)
@responses.activate
def test_pages_end(answers: list[dict[str, Any]], expected: list[int]) -> None:
    for answer in answers:
        responses.post(URL, json=answer)
    list(client_of()[0].pages("GetInvoices", {}, container="invoices", child="invoice"))
    assert starts() == expected


@responses.activate
def test_a_list_ends_although_limitstart_is_ignored_and_no_total_is_given(
    caplog: pytest.LogCaptureFixture,
) -> None:
    responses.post(URL, json=invoices(0, 7))
    found = list(client_of()[0].pages("GetInvoices", {}, container="invoices", child="invoice"))
    assert [invoice["id"] for invoice in found] == list(range(7))
    assert starts() == [0, 7]
    assert "ignores limitstart" in caplog.text


@pytest.mark.parametrize(
    "answer", [invoices(0, 100), invoices(0, 25), invoices(0, 100, totalresults=250)]
)
@responses.activate
def test_a_list_that_may_lack_records_is_not_taken_for_whole(answer: dict[str, Any]) -> None:
    responses.post(URL, json=answer)
    with pytest.raises(Unavailable, match="not complete"):
        list(client_of()[0].pages("GetInvoices", {}, container="invoices", child="invoice"))
    assert len(responses.calls) == 2


@responses.activate
def test_records_that_move_between_pages_come_once() -> None:
    responses.post(URL, json=invoices(0, 3, totalresults=5))
    responses.post(URL, json=invoices(2, 3, totalresults=5))
    found = client_of()[0].pages("GetInvoices", {}, container="invoices", child="invoice")
    assert [invoice["id"] for invoice in found] == [0, 1, 2, 3, 4]


def test_every_list_of_an_installation_that_cannot_page_ends(
    whmcs: Running, client: WhmcsClient
) -> None:
    order = {"clientid": HANAKO, "paymentmethod": "stripe", "pid": [242, 242]}
    client.call("AddOrder", {**order, "billingcycle": ["onetime", "onetime"]}, writes=True)
    whmcs.emulator.set_switches({"paging": "ignored", "totals": "absent"})
    for action, container, child in (
        ("GetOrders", "orders", "order"),
        ("GetClientsProducts", "products", "product"),
        ("GetInvoices", "invoices", "invoice"),
        ("GetUsers", "users", "user"),
    ):
        records = list(client.pages(action, {}, container=container, child=child))
        assert len({record["id"] for record in records}) == len(records) > 0


@pytest.mark.parametrize("empty", ["documented", "nested", "list", "object", "string", "absent"])
@pytest.mark.parametrize("single", ["list", "object", "indexed"])
def test_lists_in_every_shape(whmcs: Running, client: WhmcsClient, empty: str, single: str) -> None:
    whmcs.emulator.set_switches({"empty_lists": empty, "single_items": single})

    def services() -> list[dict[str, Any]]:
        return list(
            client.pages(
                "GetClientsProducts", {"clientid": HANAKO}, container="products", child="product"
            )
        )

    assert services() == []
    order = {
        "clientid": HANAKO,
        "paymentmethod": "stripe",
        "pid": [242],
        "billingcycle": ["onetime"],
    }
    client.call("AddOrder", order, writes=True)
    (service,) = services()
    assert str(service["pid"]) == "242"
