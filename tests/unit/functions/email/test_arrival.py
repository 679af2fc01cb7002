"""What arrives at real mail services: every mail, in both languages, over both transports."""

from __future__ import annotations

import base64
import re
import ssl
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from portal.adapters import smtp
from portal.adapters.sendgrid import SendGridTransport
from portal.adapters.smtp import SmtpTransport
from portal.domain.activation_code import ActivationCode
from portal.domain.mail import MailJob, MailTemplate
from portal.domain.mail_contents import CONTENTS
from portal.ports.mail_transport import MailTransport

from functions.email.contexts import Contexts
from functions.email.recipients import Recipients
from functions.email.rendering import LANGUAGES
from functions.email.samples import CONTENTS as SAMPLES
from functions.email.sender import Sender
from local.emulators.kit.server import running
from local.emulators.sendgrid.account import FULL_ACCESS
from local.emulators.sendgrid.emulator import SendGrid
from tests.events import USER_ID
from tests.fakes.accounts import account
from tests.fakes.directory import FakeDirectory, customer
from tests.fakes.mail_server import MailServer
from tests.fakes.proof_tokens import FakeProofTokens
from tests.fakes.reset_tokens import FakeResetTokens
from tests.fakes.secret import FakeSecret
from tests.fakes.smtp_server import certificate
from tests.qr_codes import decode
from tests.unit.functions.email.test_send import Stage

# aiosmtpd takes TLS from the start for none when it asks for a login.
pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")

CODE = ActivationCode("rsp-eu.smdp.example.com", "A1B2C3-D4E5F6-0123456789-XYZ", "1.3.6.1.4", True)
LOGIN = {"username": "portal", "password": "hunter2"}
FROM, FROM_NAME = "no-reply@portal.example", "Portal, Inc."
REPLY_TO, COPY_TO = "support@portal.example", "archive@portal.example"
OWNER, ON_FILE = "taro@example.com", "owner@crm.example"


@dataclass(frozen=True)
class Arrived:
    """A mail as a service got it; `images` by content id."""

    sender: str
    recipients: tuple[str, ...]
    visible: str
    reply_to: str
    subject: str
    text: str
    html: str
    images: dict[str, bytes]
    headers: dict[str, str]


TO_ADDRESS_ON_FILE = (MailTemplate.ESIM_REISSUE_NOTICE, MailTemplate.SIGNUP_PROOF)


@dataclass(frozen=True)
class Service:
    """A transport, and what arrived at its other end."""

    transport: MailTransport
    arrived: Callable[[], list[Arrived]]


Serve = Callable[[Path, pytest.MonkeyPatch], AbstractContextManager[Service]]


@contextmanager
def sendgrid(_: Path, __: pytest.MonkeyPatch) -> Iterator[Service]:
    with running(SendGrid({"SG.key": FULL_ACCESS})) as server:
        transport = SendGridTransport(
            url=server.url,
            secret=FakeSecret({"apiKey": "SG.key"}),
            sender=FROM,
            sender_name=FROM_NAME,
        )
        yield Service(transport, lambda: [_captured(m) for m in server.emulator.dump()["mails"]])


def _captured(mail: dict[str, Any]) -> Arrived:
    return Arrived(
        sender=f'"{mail["from"]["name"]}" <{mail["from"]["email"]}>',
        recipients=tuple(one["email"] for one in [*mail["to"], *mail["cc"], *mail["bcc"]]),
        visible=", ".join(one["email"] for one in mail["to"]),
        reply_to=", ".join(one["email"] for one in mail["replyTo"]),
        subject=mail["subject"],
        text=mail["text"],
        html=mail["html"],
        images={one["content_id"]: base64.b64decode(one["content"]) for one in mail["attachments"]},
        headers=mail["headers"],
    )


def smtp_server(*, tls: bool, implicit: bool = False, login: bool) -> Any:
    @contextmanager
    def served(folder: Path, patch: pytest.MonkeyPatch) -> Iterator[Service]:
        contexts: tuple[ssl.SSLContext, ssl.SSLContext] | None = None
        if tls:
            contexts = certificate(folder)
        with MailServer(
            tls=contexts[0] if contexts else None,
            implicit=implicit,
            logins={LOGIN["username"]: LOGIN["password"]} if login else None,
        ) as server:
            if implicit:
                patch.setattr(smtp, "IMPLICIT_TLS_PORT", server.port)
            transport = SmtpTransport(
                host="localhost",
                port=server.port,
                secret=FakeSecret(LOGIN) if login else None,
                sender=FROM,
                sender_name=FROM_NAME,
                tls=contexts[1] if contexts else None,
            )

            def arrived() -> list[Arrived]:
                assert {kept.secured for kept in server.kept} <= {tls}
                assert {kept.user for kept in server.kept} <= {LOGIN["username"] if login else ""}
                return [_kept(kept.recipients, kept.message) for kept in server.kept]

            yield Service(transport, arrived)

    return served


def _kept(recipients: tuple[str, ...], message: Any) -> Arrived:
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    return Arrived(
        sender=str(message["From"]),
        recipients=recipients,
        visible=", ".join(filter(None, (message["To"], message["Cc"], message["Bcc"]))),
        reply_to=str(message["Reply-To"] or ""),
        subject=str(message["Subject"]),
        text=text.get_content().replace("\r\n", "\n"),
        html=html.get_content().replace("\r\n", "\n"),
        images={
            part["Content-ID"].strip("<>"): part.get_payload(decode=True)
            for part in message.walk()
            if part.get_content_type() == "image/png"
        },
        headers=dict(message.items()),
    )


SERVICES: dict[str, Serve] = {
    "sendgrid": sendgrid,
    "smtp": smtp_server(tls=False, login=False),
    "smtp with STARTTLS": smtp_server(tls=True, login=False),
    "smtp with STARTTLS and a login": smtp_server(tls=True, login=True),
    "smtp with TLS from the start": smtp_server(tls=True, implicit=True, login=False),
    "smtp with TLS from the start and a login": smtp_server(tls=True, implicit=True, login=True),
}


class Provider:
    """The line's code."""

    def activation_code(self, line_id: str) -> ActivationCode:
        return CODE


@pytest.fixture(scope="module", params=SERVICES)
def mails_of_service(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> dict[str, dict[MailTemplate, Arrived]]:
    """Every mail in both languages, sent by the consumer to one service; read by several tests."""
    return {
        language: _sent(SERVICES[request.param], language, tmp_path_factory.mktemp("service"))
        for language in LANGUAGES
    }


@pytest.fixture(params=LANGUAGES)
def mails(
    request: pytest.FixtureRequest, mails_of_service: dict[str, dict[MailTemplate, Arrived]]
) -> dict[MailTemplate, Arrived]:
    """Every mail in one language."""
    return mails_of_service[request.param]


def _sent(serve: Serve, language: str, folder: Path) -> dict[MailTemplate, Arrived]:
    with pytest.MonkeyPatch.context() as patch, serve(folder, patch) as service:
        return _sent_to(service, language)


def _sent_to(service: Service, language: str) -> dict[MailTemplate, Arrived]:
    stage = Stage()
    stage.accounts.accounts = [
        account(email=ON_FILE),
        account("CN-000123", id="0015j00000AAAAAAA2", email=ON_FILE),
    ]
    person = customer(language=language, first_name="Tarō & <Söhne>")
    stage.delivery = replace(
        stage.delivery,
        recipients=Recipients(FakeDirectory(person), lambda: stage.accounts),
        contexts=Contexts(Provider(), FakeResetTokens(stage.clock), FakeProofTokens(stage.clock)),
        transport=service.transport,
        sender=Sender(
            name="Portal Telecom", portal_url="https://portal.example", reply_to=REPLY_TO
        ),
        copy_to=COPY_TO,
    )
    jobs = [
        MailJob.of(content, user_id=USER_ID, dedup_key=f"{template}:1")
        for template, content in SAMPLES.items()
    ]
    stage.consume(*(job.model_dump(mode="json", by_alias=True) for job in jobs))
    arrived = service.arrived()
    assert len(arrived) == len(jobs)
    return dict(zip(SAMPLES, arrived, strict=True))


def test_every_mail_arrives_whole(mails: dict[MailTemplate, Arrived]) -> None:
    for template, mail in mails.items():
        assert mail.sender == f'"{FROM_NAME}" <{FROM}>'
        assert mail.reply_to == REPLY_TO
        assert mail.subject
        assert mail.headers["Auto-Submitted"] == "auto-generated"
        named = template not in TO_ADDRESS_ON_FILE
        assert ("Tarō & <Söhne>" in mail.text) is named
        assert ("Tarō &amp; &lt;Söhne&gt;" in mail.html) is named
        assert mail.html.startswith("<!DOCTYPE html>")
        assert "ct.sendgrid.net" not in mail.html + mail.text
        for shown in (CODE.lpa, CODE.matching_id):
            with_code = CONTENTS[template].carries_credential and mail.images != {}
            assert ((shown in mail.text), (shown in mail.html)) == (with_code, with_code)


def test_who_gets_each_mail(mails: dict[MailTemplate, Arrived]) -> None:
    for template, mail in mails.items():
        to = ON_FILE if template in TO_ADDRESS_ON_FILE else OWNER
        copies = () if CONTENTS[template].carries_credential else (COPY_TO,)
        assert mail.recipients == (to, *copies)
        assert mail.visible == to


def test_qr_codes_say_exactly_the_activation_code(mails: dict[MailTemplate, Arrived]) -> None:
    shown = {
        template: re.findall(r'src="cid:([^"]+)"', mail.html) for template, mail in mails.items()
    }
    with_code = {template for template, ids in shown.items() if ids}
    assert with_code == {
        MailTemplate.ESIM_ACTIVATION,
        MailTemplate.ESIM_REISSUED,
        MailTemplate.ESIM_SENT_AGAIN,
    }
    for template, ids in shown.items():
        images = mails[template].images
        assert set(ids) == set(images)
        assert [decode(images[each]) for each in ids] == [[CODE.lpa]] * len(ids)
