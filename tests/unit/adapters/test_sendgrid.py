"""SendGrid: what is sent, each refusal, and when a mail may be on its way."""

from __future__ import annotations

import base64
import dataclasses
import json
import socket
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from portal import correlation
from portal.adapters.sendgrid import SendGridTransport
from portal.config import ConfigurationError
from portal.domain.upstream import (
    AllowanceUsedUp,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.vendor_errors.model import Row, error_type
from portal.vendor_errors.sendgrid import STATUSES, TEXTS

from local.emulators.kit.faults import Fault
from local.emulators.kit.server import Running, running
from local.emulators.sendgrid.emulator import SendGrid
from tests.fakes.rotating_secret import RotatingSecret
from tests.fakes.sockets import (
    ScriptedServer,
    answer,
    closed_port,
    read_request,
    reset,
    unreachable_port,
)
from tests.unit.adapters.mails import MESSAGE, PNG

NOW = 1_790_000_000.0
KEY = {"apiKey": "SG.local"}


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    with running(SendGrid()) as server:
        yield server


@pytest.fixture
def sendgrid(served: Running) -> Running:
    """An account as new."""
    served.emulator.reset()
    return served


def transport(
    url: str, *versions: dict[str, Any], timeout: float = 5
) -> tuple[SendGridTransport, RotatingSecret]:
    secret = RotatingSecret(*(versions or (KEY,)))
    made = SendGridTransport(
        url=url,
        secret=secret,
        sender="no-reply@portal.example",
        sender_name="Portal",
        timeout=timeout,
        clock=lambda: NOW,
    )
    return made, secret


def failure(url: str, **options: Any) -> UpstreamError:
    with pytest.raises(UpstreamError) as caught:
        transport(url, **options)[0].send(MESSAGE)
    assert caught.value.upstream == "sendgrid"
    return caught.value


def mails(sendgrid: Running) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = sendgrid.emulator.dump()["mails"]
    return found


def test_a_mail_arrives_whole(sendgrid: Running) -> None:
    with correlation.bound("front-end.0001"):
        message_id = transport(f"{sendgrid.url}/")[0].send(MESSAGE)
    (mail,) = mails(sendgrid)
    (call,) = sendgrid.emulator.journal.calls()
    assert message_id
    assert call.headers["x-correlation-id"] == "front-end.0001"
    assert mail["to"] == [{"email": MESSAGE.to}]
    assert mail["from"] == {"email": "no-reply@portal.example", "name": "Portal"}
    assert (mail["subject"], mail["categories"]) == (MESSAGE.subject, [MESSAGE.category])
    assert (mail["text"], mail["html"]) == (MESSAGE.text, MESSAGE.html)
    assert mail["custom_args"] == {
        "reference": MESSAGE.reference,
        "correlationId": MESSAGE.correlation_id,
    }
    (image,) = mail["attachments"]
    assert base64.b64decode(image["content"]) == PNG


def test_calls_outside_a_request_carry_no_empty_header(sendgrid: Running) -> None:
    transport(sendgrid.url)[0].send(MESSAGE)
    (call,) = sendgrid.emulator.journal.calls()
    assert "x-correlation-id" not in call.headers


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, Refused),
        (403, Unauthorized),
        (413, Refused),
        (415, Refused),
        (429, Throttled),
        (500, Unavailable),
        (502, Unavailable),
        (503, Unavailable),
    ],
)
@pytest.mark.parametrize(
    ("body", "message"),
    [
        ({"errors": [{"message": "as SendGrid says"}]}, "as SendGrid says"),
        ("<html>", "no reason given"),
        ({"errors": []}, "no reason given"),
    ],
)
def test_refusals(
    sendgrid: Running, status: int, kind: type[UpstreamError], body: Any, message: str
) -> None:
    sendgrid.emulator.faults.add(Fault(kind="status", status=status, body=body))
    error = failure(sendgrid.url)
    assert (type(error), error.status, error.message) == (kind, status, message)
    assert mails(sendgrid) == []
    assert len(sendgrid.emulator.journal.calls()) == 1


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({"Retry-After": "12"}, 12.0),
        ({"X-RateLimit-Reset": "1790000030"}, 30.0),
        ({"X-RateLimit-Reset": "1780000000"}, 0.0),
        ({"X-RateLimit-Reset": "soon"}, None),
        ({}, None),
    ],
)
def test_a_rate_limit_says_when_to_come_back(
    sendgrid: Running, headers: dict[str, str], seconds: float | None
) -> None:
    sendgrid.emulator.faults.add(Fault(kind="status", status=429, headers=headers))
    error = failure(sendgrid.url)
    assert isinstance(error, Throttled)
    assert error.retry_after == seconds


def test_what_the_emulator_refuses(sendgrid: Running) -> None:
    sendgrid.emulator.seed({"verifiedSenders": ["somebody@else.example"]})
    assert type(failure(sendgrid.url)) is Unauthorized
    sendgrid.emulator.reset()
    with pytest.raises(Refused) as caught:
        transport(sendgrid.url)[0].send(dataclasses.replace(MESSAGE, subject=""))
    assert caught.value.status == 400


def test_what_is_no_address_is_refused_here(sendgrid: Running) -> None:
    with pytest.raises(Refused, match="no mail address"):
        transport(sendgrid.url)[0].send(dataclasses.replace(MESSAGE, to="nobody"))
    assert sendgrid.emulator.journal.calls() == []


@pytest.mark.parametrize("kind", ["reset", "reset_after", "drop_answer"])
def test_a_lost_answer_is_an_unknown_outcome(sendgrid: Running, kind: str) -> None:
    sendgrid.emulator.faults.add(Fault.model_validate({"kind": kind}))
    assert type(failure(sendgrid.url)) is OutcomeUnknown


def test_a_late_answer_is_an_unknown_outcome(sendgrid: Running) -> None:
    sendgrid.emulator.faults.add(Fault(kind="delay", phase="after", seconds=10))
    assert type(failure(sendgrid.url, timeout=0.3)) is OutcomeUnknown
    assert len(mails(sendgrid)) == 1


def no_http(connection: socket.socket) -> None:
    read_request(connection)
    connection.sendall(b"SSH-2.0-OpenSSH_9.6\r\n")


def half_a_head(connection: socket.socket) -> None:
    read_request(connection)
    reset(connection)


@pytest.mark.parametrize("script", [no_http, half_a_head])
def test_nonsense_is_an_unknown_outcome(script: Callable[[socket.socket], None]) -> None:
    with ScriptedServer(script) as server:
        assert type(failure(server.url)) is OutcomeUnknown


def test_nobody_there_means_that_nothing_was_sent() -> None:
    assert type(failure(f"http://127.0.0.1:{closed_port()}")) is Unavailable
    with unreachable_port() as port:
        assert type(failure(f"http://127.0.0.1:{port}", timeout=0.3)) is Unavailable


def test_an_unknown_name_means_that_nothing_was_sent(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    assert type(failure("http://nowhere.example")) is Unavailable


@pytest.mark.parametrize("status", ["301 Moved", "302 Found", "303 See Other", "307 T", "308 P"])
def test_the_key_is_never_taken_elsewhere(status: str) -> None:
    elsewhere: list[bytes] = []

    def thief(connection: socket.socket) -> None:
        elsewhere.append(read_request(connection))
        connection.sendall(answer())

    with ScriptedServer(thief) as other:
        location = f"Location: {other.url}/v3/mail/send\r\n"

        def redirecting(connection: socket.socket) -> None:
            read_request(connection)
            connection.sendall(answer(status=status, headers=location))

        with ScriptedServer(redirecting) as server:
            assert type(failure(server.url)) is Refused
    assert elsewhere == []


def test_a_rotated_key_is_read_again_once(sendgrid: Running) -> None:
    made, secret = transport(sendgrid.url, {"apiKey": "SG.old"}, KEY)
    made.send(MESSAGE)
    assert (secret.refreshes, len(mails(sendgrid))) == (1, 1)


@pytest.mark.parametrize(
    ("versions", "calls"),
    [([{"apiKey": "SG.old"}], 1), ([{"apiKey": "SG.old"}, {"apiKey": "SG.wrong"}], 2)],
)
def test_refused_keys_never_loop(
    sendgrid: Running, versions: list[dict[str, Any]], calls: int
) -> None:
    made, secret = transport(sendgrid.url, *versions)
    with pytest.raises(Unauthorized):
        made.send(MESSAGE)
    assert (secret.refreshes, len(sendgrid.emulator.journal.calls())) == (1, calls)


def test_a_missing_grant_does_not_ask_for_another_key(sendgrid: Running) -> None:
    sendgrid.emulator.faults.add(Fault(kind="status", status=403))
    made, secret = transport(sendgrid.url, KEY, {"apiKey": "SG.next"})
    with pytest.raises(Unauthorized):
        made.send(MESSAGE)
    assert secret.refreshes == 0


def test_a_secret_without_a_key_is_named(sendgrid: Running) -> None:
    with pytest.raises(ConfigurationError, match="has no text apiKey"):
        transport(sendgrid.url, {"key": "SG.local"})[0].send(MESSAGE)


def test_logs_do_not_repeat_the_recipient(sendgrid: Running) -> None:
    body = {"errors": [{"message": "taro@example.com is on a suppression list"}]}
    sendgrid.emulator.faults.add(Fault(kind="status", status=400, body=body))
    error = failure(sendgrid.url)
    assert str(error) == "sendgrid mail/send: *** is on a suppression list"


# Codes by their table


def refusing(sendgrid: Running, status: int, *messages: str) -> UpstreamError:
    body = {"errors": [{"message": message, "field": None, "help": None} for message in messages]}
    sendgrid.emulator.faults.add(Fault(kind="status", status=status, body=body))
    return failure(sendgrid.url)


@pytest.mark.parametrize("row", STATUSES.values(), ids=lambda row: row.code)
def test_each_status(sendgrid: Running, row: Row) -> None:
    assert type(refusing(sendgrid, int(row.code), "text")) is error_type(row.kind, writes=True)


@pytest.mark.parametrize("row", TEXTS.values(), ids=lambda row: row.code)
@pytest.mark.parametrize("status", [400, 401, 403])
def test_each_text_whatever_the_status(sendgrid: Running, row: Row, status: int) -> None:
    error = refusing(sendgrid, status, f"Sorry: {row.code.capitalize()}.")
    assert type(error) is error_type(row.kind, writes=True)


def test_an_allowance_that_is_used_up_is_no_wrong_key(sendgrid: Running) -> None:
    sendgrid.emulator.set_switches({"credits_used_up": True})
    made, secret = transport(sendgrid.url, KEY, {"apiKey": "SG.other"})
    with pytest.raises(AllowanceUsedUp) as caught:
        made.send(MESSAGE)
    assert (caught.value.status, caught.value.message) == (401, "Maximum credits exceeded")
    assert caught.value.retry_after == 3600.0
    assert secret.refreshes == 0
    sendgrid.emulator.set_switches({"credits_used_up": False})
    assert made.send(MESSAGE)


def test_the_reason_is_found_among_several_and_in_the_old_form(sendgrid: Running) -> None:
    assert type(refusing(sendgrid, 401, "first", "Maximum credits exceeded")) is AllowanceUsedUp
    body = {"errors": ["Maximum credits exceeded"], "message": "error"}
    sendgrid.emulator.faults.add(Fault(kind="status", status=401, body=body))
    assert type(failure(sendgrid.url)) is AllowanceUsedUp


def test_an_unknown_status_is_logged(sendgrid: Running, capsys: pytest.CaptureFixture[str]) -> None:
    assert type(refusing(sendgrid, 418, "teapot")) is Refused
    assert type(refusing(sendgrid, 599, "teapot")) is Unavailable
    assert capsys.readouterr().out.count("in no table") == 2


# Tracking


@pytest.mark.parametrize("account", [True, False])
def test_no_mail_is_tracked_whatever_the_account_says(sendgrid: Running, account: bool) -> None:
    sendgrid.emulator.set_switches({"account_tracking": account})
    link = '<a href="https://portal.example/reset-password#token=abc">Reset</a>'
    mail = dataclasses.replace(MESSAGE, html=link, text="https://portal.example/reset#token=abc")
    transport(sendgrid.url)[0].send(mail)
    (sent,) = mails(sendgrid)
    assert sent["tracking"] == {"click": False, "clickInText": False, "open": False}
    assert (sent["html"], sent["text"]) == (mail.html, mail.text)


def test_the_exact_settings(sendgrid: Running) -> None:
    transport(sendgrid.url)[0].send(MESSAGE)
    (call,) = sendgrid.emulator.journal.calls()
    assert json.loads(call.body)["tracking_settings"] == {
        "click_tracking": {"enable": False, "enable_text": False},
        "open_tracking": {"enable": False},
        "subscription_tracking": {"enable": False},
        "ganalytics": {"enable": False},
    }


def test_an_unsubscribed_customer_gets_the_mails_of_an_order(sendgrid: Running) -> None:
    lists = {"bounces": ["b@example.com"], "globalUnsubscribes": ["u@example.com"]}
    sendgrid.emulator.seed({"suppressions": lists})
    for address in ("u@example.com", "b@example.com"):
        transport(sendgrid.url)[0].send(dataclasses.replace(MESSAGE, to=address))
    unsubscribed, bounced = mails(sendgrid)
    assert unsubscribed["dropped"] == {}
    assert bounced["dropped"] == {"b@example.com": "Bounced Address"}


def test_a_copy_is_blind_and_never_the_recipient_again(sendgrid: Running) -> None:
    copied = dataclasses.replace(MESSAGE, copy_to="archive@portal.example")
    transport(sendgrid.url)[0].send(copied)
    transport(sendgrid.url)[0].send(dataclasses.replace(copied, to="Archive@portal.example"))
    first, second = mails(sendgrid)
    assert first["bcc"] == [{"email": "archive@portal.example"}]
    assert (first["cc"], second["bcc"]) == ([], [])


@pytest.mark.parametrize("reply_to", ["support@portal.example", ""])
def test_replies_go_where_the_mail_says(sendgrid: Running, reply_to: str) -> None:
    made, _ = transport(sendgrid.url, KEY, {"apiKey": KEY})
    made.send(dataclasses.replace(MESSAGE, reply_to=reply_to))
    (sent,) = mails(sendgrid)
    assert sent["replyTo"] == ([{"email": reply_to}] if reply_to else [])
