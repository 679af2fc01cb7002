"""SMTP against aiosmtpd: what a real server refuses, and whom a copy may cost a mail: nobody."""

from __future__ import annotations

import dataclasses
import ssl
from pathlib import Path

import pytest
from portal.adapters.smtp import SmtpTransport
from portal.domain.upstream import Refused, Unauthorized, Unavailable

from tests.fakes.mail_server import MailServer
from tests.fakes.secret import FakeSecret
from tests.fakes.smtp_server import certificate
from tests.unit.adapters.mails import MESSAGE

COPY_TO = "archive@portal.example"
LOGINS = {"portal": "hunter2"}
COPIED = dataclasses.replace(MESSAGE, copy_to=COPY_TO)


@pytest.fixture(scope="module")
def contexts(tmp_path_factory: pytest.TempPathFactory) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    return certificate(tmp_path_factory.mktemp("tls"))


def transport(
    server: MailServer, password: str | None = None, tls: ssl.SSLContext | None = None
) -> SmtpTransport:
    secret = None
    if password is not None:
        secret = FakeSecret({"username": "portal", "password": password})
    return SmtpTransport(
        host="localhost",
        port=server.port,
        secret=secret,
        sender="no-reply@portal.example",
        sender_name="Portal, Inc.",
        timeout=5,
        tls=tls,
    )


def test_a_copy_is_in_the_envelope_only() -> None:
    with MailServer() as server:
        transport(server).send(COPIED)
        (kept,) = server.kept
    assert kept.recipients == (MESSAGE.to, COPY_TO)
    assert kept.sender == "no-reply@portal.example"
    assert COPY_TO not in kept.message.as_string()


def test_a_refused_copy_costs_nobody_the_mail(capsys: pytest.CaptureFixture[str]) -> None:
    with MailServer() as server:
        server.refused[COPY_TO] = "550 5.1.1 no such mailbox"
        assert transport(server).send(COPIED)
        (kept,) = server.kept
    assert kept.recipients == (MESSAGE.to,)
    out = capsys.readouterr().out
    assert "the copy of a mail was refused" in out
    assert COPY_TO not in out


@pytest.mark.parametrize(
    ("reply", "kind"),
    [("550 5.1.1 no such mailbox", Refused), ("450 4.2.1 mailbox busy", Unavailable)],
)
def test_no_copy_goes_out_without_its_mail(reply: str, kind: type[Exception]) -> None:
    with MailServer() as server:
        server.refused[MESSAGE.to] = reply
        with pytest.raises(kind):
            transport(server).send(COPIED)
        assert server.kept == []


def test_the_address_of_the_copies_gets_its_own_mails_once() -> None:
    with MailServer() as server:
        transport(server).send(dataclasses.replace(COPIED, to=COPY_TO.upper()))
        (kept,) = server.kept
    assert kept.recipients == (COPY_TO.upper(),)


def test_a_mail_that_is_too_large_is_refused_for_good() -> None:
    with MailServer(size_limit=1_000) as server:
        with pytest.raises(Refused) as caught:
            transport(server).send(dataclasses.replace(MESSAGE, text="much\n" * 1_000))
        assert caught.value.code == "552"
        assert server.kept == []


def test_a_wrong_password_is_told_from_a_refused_mail(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    with MailServer(tls=contexts[0], logins=LOGINS) as server:
        with pytest.raises(Unauthorized) as caught:
            transport(server, "wrong", contexts[1]).send(MESSAGE)
        assert caught.value.code == "535"
        transport(server, LOGINS["portal"], contexts[1]).send(MESSAGE)
        (kept,) = server.kept
    assert (kept.secured, kept.user) == (True, "portal")


def test_a_server_that_wants_a_login_says_so(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    with MailServer(tls=contexts[0], logins=LOGINS) as server:
        with pytest.raises(Unauthorized) as caught:
            transport(server, tls=contexts[1]).send(MESSAGE)
        assert caught.value.code == "530"


def test_a_server_that_nobody_vouches_for_gets_no_mail(
    contexts: tuple[ssl.SSLContext, ssl.SSLContext],
) -> None:
    with MailServer(tls=contexts[0], logins=LOGINS) as server:
        with pytest.raises(Unavailable):
            transport(server, LOGINS["portal"], ssl.create_default_context()).send(MESSAGE)
        assert server.kept == []


def test_the_password_is_not_sent_to_a_server_without_tls(tmp_path: Path) -> None:
    with MailServer() as server:
        with pytest.raises(Refused, match="no TLS offered"):
            transport(server, "hunter2").send(MESSAGE)
        assert server.kept == []


def test_addresses_beyond_ascii_are_sent_where_the_server_takes_them() -> None:
    with MailServer() as server:
        transport(server).send(dataclasses.replace(MESSAGE, to="太郎@例え.example"))
        (kept,) = server.kept
    assert kept.recipients == ("太郎@例え.example",)
