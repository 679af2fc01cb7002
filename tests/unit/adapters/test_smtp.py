"""SMTP: when a mail is handed over, when it may be, and whom the password is told."""

from __future__ import annotations

import json
import ssl
from collections.abc import Iterator
from typing import Any

import pytest
from portal.adapters import smtp
from portal.adapters.smtp import SmtpTransport
from portal.config import ConfigurationError
from portal.domain.upstream import (
    AllowanceUsedUp,
    OutcomeUnknown,
    Refused,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.vendor_errors.model import Kind, Row, error_type
from portal.vendor_errors.smtp import TEXTS, row_of

from tests.fakes.rotating_secret import RotatingSecret
from tests.fakes.smtp_server import DATA_END, DROP, RESET, SILENCE, SmtpServer, certificate
from tests.fakes.sockets import closed_port, unreachable_port
from tests.unit.adapters.mails import MESSAGE, PNG

LOGIN = {"username": "portal", "password": "hunter2"}


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(tmp_path_factory.mktemp("tls"))


@pytest.fixture
def server() -> Iterator[SmtpServer]:
    """Without TLS."""
    with SmtpServer() as started:
        yield started


@pytest.fixture
def secure(contexts: tuple[ssl.SSLContext, ssl.SSLContext]) -> Iterator[SmtpServer]:
    """With STARTTLS and a login."""
    with SmtpServer(tls=contexts[0]) as started:
        started.behaviour.logins = {"portal": "hunter2"}
        yield started


def transport(
    port: int,
    *versions: dict[str, Any],
    tls: ssl.SSLContext | None = None,
    timeout: float = 5,
) -> tuple[SmtpTransport, RotatingSecret]:
    secret = RotatingSecret(*versions)
    made = SmtpTransport(
        host="localhost",
        port=port,
        secret=secret if versions else None,
        sender="no-reply@portal.example",
        sender_name="Portal, Inc.",
        timeout=timeout,
        tls=tls,
    )
    return made, secret


def failure(port: int, **options: Any) -> UpstreamError:
    with pytest.raises(UpstreamError) as caught:
        transport(port, **options)[0].send(MESSAGE)
    assert caught.value.upstream == "smtp"
    return caught.value


def test_a_mail_arrives_whole(server: SmtpServer) -> None:
    message_id = transport(server.port)[0].send(MESSAGE)
    (mail,) = server.mails
    assert mail["From"] == '"Portal, Inc." <no-reply@portal.example>'
    assert (mail["To"], mail["Subject"]) == (MESSAGE.to, MESSAGE.subject)
    assert mail["Message-ID"] == message_id
    assert message_id.endswith("@portal.example>")
    assert mail["X-Correlation-Id"] == "front-end.0001"
    assert mail["X-Portal-Reference"] == MESSAGE.reference
    text, html = mail.get_body(("plain",)), mail.get_body(("html",))
    assert text is not None
    assert text.get_content().replace("\r\n", "\n").rstrip() == MESSAGE.text
    assert html is not None
    assert MESSAGE.html in html.get_content()
    (image,) = [part for part in mail.walk() if part.get_content_type() == "image/png"]
    assert image["Content-ID"] == "<qr>"
    assert image.get_payload(decode=True) == PNG
    assert server.verbs[-1] == "QUIT"


@pytest.mark.parametrize("goodbye", [DROP, RESET, SILENCE, "421 too many connections"])
def test_an_accepted_mail_is_sent_whatever_the_goodbye(server: SmtpServer, goodbye: str) -> None:
    server.behaviour.at["QUIT"] = goodbye
    timeout = 0.8 if goodbye == SILENCE else 5
    assert transport(server.port, timeout=timeout)[0].send(MESSAGE)
    assert len(server.mails) == 1


@pytest.mark.parametrize("mishap", [DROP, RESET, SILENCE])
@pytest.mark.parametrize(
    ("verb", "kind"),
    [
        ("CONNECT", Unavailable),
        ("EHLO", Unavailable),
        ("MAIL", Unavailable),
        ("RCPT", Unavailable),
        ("DATA", OutcomeUnknown),
        (DATA_END, OutcomeUnknown),
    ],
)
def test_a_lost_connection(
    server: SmtpServer, verb: str, mishap: str, kind: type[UpstreamError]
) -> None:
    server.behaviour.at[verb] = mishap
    assert type(failure(server.port, timeout=0.8 if mishap == SILENCE else 5)) is kind
    assert len(server.mails) == (verb == DATA_END)


@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", DATA_END])
@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        ("550 5.1.1 unknown", Refused),
        ("554 5.7.1 spam", Refused),
        ("451 4.7.1 greylisted", Unavailable),
        ("421 4.3.2 closing", Unavailable),
        ("530 5.7.0 authenticate first", Unauthorized),
    ],
)
def test_a_server_that_says_no(
    server: SmtpServer, verb: str, answer: str, kind: type[UpstreamError]
) -> None:
    server.behaviour.at[verb] = answer
    error = failure(server.port)
    assert (type(error), error.code) == (kind, answer[:3])
    assert error.message == answer[4:]
    assert server.mails == []


def test_nobody_there_means_that_nothing_was_sent() -> None:
    assert type(failure(closed_port())) is Unavailable
    with unreachable_port() as port:
        assert type(failure(port, timeout=0.3)) is Unavailable


def test_logs_do_not_repeat_the_recipient(server: SmtpServer) -> None:
    server.behaviour.at["RCPT"] = "550 <taro@example.com>: no such user"
    assert str(failure(server.port)) == "smtp send: <***>: no such user"


# TLS and logins


def test_the_password_goes_over_tls(
    secure: SmtpServer, contexts: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    transport(secure.port, LOGIN, tls=contexts[1])[0].send(MESSAGE)
    assert secure.verbs[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]
    assert len(secure.mails) == 1


@pytest.mark.parametrize(
    ("secret", "missing"),
    [
        ({}, "username"),
        ({"username": "portal"}, "password"),
        ({"username": "", "password": "hunter2"}, "username"),
        ({"apiKey": "SG.left-from-sendgrid"}, "username"),
    ],
)
def test_an_incomplete_secret_is_refused_before_anything_is_sent(
    server: SmtpServer, secret: dict[str, Any], missing: str
) -> None:
    with pytest.raises(ConfigurationError, match=f"has no text {missing}; run `make secrets`"):
        transport(server.port, secret)[0].send(MESSAGE)
    assert (server.verbs, server.mails) == ([], [])


def test_a_password_that_went_missing_in_a_rotation_is_named(
    secure: SmtpServer, contexts: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    old = {**LOGIN, "password": "old"}
    with pytest.raises(ConfigurationError, match="has no text password"):
        transport(secure.port, old, {"username": "portal"}, tls=contexts[1])[0].send(MESSAGE)
    assert secure.mails == []


def test_tls_from_the_start(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext], monkeypatch: pytest.MonkeyPatch
) -> None:
    with SmtpServer(tls=contexts[0], implicit=True) as server:
        server.behaviour.logins = {"portal": "hunter2"}
        monkeypatch.setattr(smtp, "IMPLICIT_TLS_PORT", server.port)
        transport(server.port, LOGIN, tls=contexts[1])[0].send(MESSAGE)
        assert server.verbs[:2] == ["EHLO", "AUTH"]


def test_without_tls_the_password_is_not_sent(server: SmtpServer) -> None:
    server.behaviour.logins = {"portal": "hunter2"}
    with pytest.raises(Refused, match="no TLS offered"):
        transport(server.port, LOGIN)[0].send(MESSAGE)
    assert server.passwords == []


def test_a_certificate_of_somebody_else_ends_it(secure: SmtpServer) -> None:
    with pytest.raises(Unavailable, match="SSLCertVerificationError"):
        transport(secure.port, LOGIN)[0].send(MESSAGE)
    assert secure.passwords == []


def test_a_rotated_password_is_read_again_once(
    secure: SmtpServer, contexts: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    old = {**LOGIN, "password": "old"}
    made, secret = transport(secure.port, old, LOGIN, tls=contexts[1])
    made.send(MESSAGE)
    assert (secret.refreshes, secure.passwords, len(secure.mails)) == (1, ["old", "hunter2"], 1)


@pytest.mark.parametrize("more", [[], [{**LOGIN, "password": "also wrong"}]])
def test_refused_passwords_never_loop(
    secure: SmtpServer,
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
    more: list[dict[str, Any]],
) -> None:
    made, secret = transport(secure.port, {**LOGIN, "password": "old"}, *more, tls=contexts[1])
    with pytest.raises(Unauthorized) as caught:
        made.send(MESSAGE)
    assert caught.value.code == "535"
    assert (secret.refreshes, len(secure.passwords)) == (1, 1 + len(more))


def test_a_login_that_is_off_for_now_may_be_tried_again(
    secure: SmtpServer, contexts: tuple[ssl.SSLContext, ssl.SSLContext]
) -> None:
    secure.behaviour.at["AUTH"] = "454 4.7.0 temporary authentication failure"
    with pytest.raises(Unavailable):
        transport(secure.port, LOGIN, tls=contexts[1])[0].send(MESSAGE)


# Codes by their table


@pytest.mark.parametrize(
    "row",
    [row for row in TEXTS.values() if row.kind is Kind.ALLOWANCE],
    ids=lambda row: row.code,
)
@pytest.mark.parametrize("answer", ["451 Authentication failed:", "550 5.4.5", "535 5.7.8"])
def test_an_allowance_that_is_used_up_is_waited_for(
    server: SmtpServer, row: Row, answer: str
) -> None:
    server.behaviour.at["DATA"] = f"{answer} {row.code.capitalize()}"
    error = failure(server.port)
    assert isinstance(error, AllowanceUsedUp)
    assert error.retry_after == 3600.0


@pytest.mark.parametrize("row", TEXTS.values(), ids=lambda row: row.code)
@pytest.mark.parametrize("verb", ["MAIL", "RCPT", "DATA", DATA_END])
def test_each_text_wherever_it_comes(server: SmtpServer, row: Row, verb: str) -> None:
    """A sender that is not verified is mended by the operator: the mail waits for that."""
    server.behaviour.at[verb] = f"550 Sorry: {row.code.capitalize()}."
    assert type(failure(server.port)) is error_type(row.kind, writes=True)
    assert server.mails == []


@pytest.mark.parametrize(
    ("code", "login", "kind"),
    [
        (530, False, Unauthorized),
        (535, True, Unauthorized),
        (538, True, Unauthorized),
        (454, True, Unavailable),
        (421, True, Unavailable),
        (550, False, Refused),
        (504, True, Unauthorized),
        (450, False, Unavailable),
    ],
)
def test_codes_by_where_they_come(code: int, login: bool, kind: type[UpstreamError]) -> None:
    assert error_type(row_of(code, "text", login=login).kind, writes=True) is kind


def test_mail_services_are_told_not_to_track(server: SmtpServer) -> None:
    transport(server.port)[0].send(MESSAGE)
    (headers,) = server.mails
    filters = json.loads(headers["X-SMTPAPI"])["filters"]
    assert {name: one["settings"]["enable"] for name, one in filters.items()} == {
        "clicktrack": 0,
        "opentrack": 0,
        "subscriptiontrack": 0,
        "ganalytics": 0,
    }
    assert headers["X-Mailgun-Track"] == "no"
    assert (headers["X-PM-TrackOpens"], headers["X-PM-TrackLinks"]) == ("false", "None")
