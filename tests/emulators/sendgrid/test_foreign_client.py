"""SendGrid's own Python package against the emulator."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator

import pytest
from python_http_client.exceptions import BadRequestsError, ForbiddenError, UnauthorizedError
from sendgrid import SendGridAPIClient
from sendgrid.helpers.mail import (
    Attachment,
    Category,
    Content,
    ContentId,
    CustomArg,
    Disposition,
    FileContent,
    FileName,
    FileType,
    Mail,
    To,
)

from local.emulators.kit.server import Running, running
from local.emulators.sendgrid.emulator import SendGrid


@pytest.fixture
def server() -> Iterator[Running]:
    with running(SendGrid()) as running_server:
        yield running_server


def client(server: Running, key: str = "SG.local") -> SendGridAPIClient:
    return SendGridAPIClient(key, host=server.url)


def message() -> Mail:
    mail = Mail(
        from_email=("no-reply@portal.example", "Portal"),
        to_emails=To("taro@example.com", "Taro"),
        subject="Your eSIM",
        plain_text_content="code",
        html_content='<img src="cid:qr">',
    )
    mail.attachment = Attachment(
        FileContent(base64.b64encode(b"png").decode()),
        FileName("qr.png"),
        FileType("image/png"),
        Disposition("inline"),
        ContentId("qr"),
    )
    mail.add_custom_arg(CustomArg("key", "esim-1"))
    mail.add_category(Category("esim"))
    return mail


def test_mail_arrives_as_it_was_built(server: Running) -> None:
    server.emulator.set_switches({"account_tracking": False})
    answer = client(server).send(message())
    assert answer.status_code == 202
    kept = server.emulator.dump()["mails"][0]
    assert kept["id"] == answer.headers["X-Message-Id"]
    assert kept["from"] == {"email": "no-reply@portal.example", "name": "Portal"}
    assert kept["attachments"][0]["content_id"] == "qr"
    assert kept["custom_args"] == {"key": "esim-1"}
    assert kept["categories"] == ["esim"]
    assert (kept["text"], kept["html"]) == ("code", '<img src="cid:qr">')


def test_refusals_become_its_exceptions(server: Running) -> None:
    mail = message()
    mail.add_content(Content("text/calendar", " "))
    mail.reply_to = "nobody"
    with pytest.raises(BadRequestsError) as refused:
        client(server).send(mail)
    assert json.loads(refused.value.body)["errors"][0]["field"] == "reply_to.email"
    with pytest.raises(UnauthorizedError):
        client(server, "SG.wrong").send(message())
    server.emulator.seed({"verifiedSenders": ["@other.example"]})
    with pytest.raises(ForbiddenError):
        client(server).send(message())


def test_key_can_be_examined(server: Running) -> None:
    answer = client(server).client.scopes.get()
    assert "mail.send" in json.loads(answer.body)["scopes"]
