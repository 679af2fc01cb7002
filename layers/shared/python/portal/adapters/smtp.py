"""SMTP, for resellers with a mail server of their own."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from email.utils import formataddr, make_msgid

from portal.domain.upstream import OutcomeUnknown, Refused, Unavailable
from portal.ports.mail_transport import Message
from portal.secrets import Secret

UPSTREAM = "smtp"
TIMEOUT_SECONDS = 15
IMPLICIT_TLS_PORT = 465
PERMANENT = 500


class SmtpTransport:
    """`MailTransport` over SMTP with TLS.

    The secret is `{"username", "password"}`; without them the server is used unauthenticated.
    """

    def __init__(
        self, *, host: str, port: int, secret: Secret, sender: str, sender_name: str
    ) -> None:
        self._host = host
        self._port = port
        self._secret = secret
        self._from = formataddr((sender_name, sender))
        self._domain = sender.rpartition("@")[2]

    def send(self, message: Message) -> str:
        """Send over a connection of its own; the id is the Message-ID header."""
        mail = self._mail(message)
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(UPSTREAM, "connect", type(error).__name__) from error
        try:
            with server:
                server.send_message(mail)
        except smtplib.SMTPRecipientsRefused as error:
            (code, text) = next(iter(error.recipients.values()))
            raise _answered(code, text) from error
        except smtplib.SMTPResponseException as error:
            raise _answered(error.smtp_code, error.smtp_error) from error
        except (OSError, smtplib.SMTPException) as error:
            raise OutcomeUnknown(UPSTREAM, "send", type(error).__name__) from error
        return str(mail["Message-ID"])

    def _connect(self) -> smtplib.SMTP:
        tls = ssl.create_default_context()
        server: smtplib.SMTP
        if self._port == IMPLICIT_TLS_PORT:
            server = smtplib.SMTP_SSL(self._host, self._port, timeout=TIMEOUT_SECONDS, context=tls)
        else:
            server = smtplib.SMTP(self._host, self._port, timeout=TIMEOUT_SECONDS)
            server.ehlo()
            if server.has_extn("starttls"):
                server.starttls(context=tls)
        secret = self._secret.value()
        if secret.get("username"):
            server.login(secret["username"], secret["password"])
        return server

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._from
        mail["To"] = message.to
        mail["Subject"] = message.subject
        mail["Message-ID"] = make_msgid(domain=self._domain)
        mail["X-Correlation-Id"] = message.correlation_id
        mail["X-Portal-Reference"] = message.reference
        mail.set_content(message.text)
        mail.add_alternative(message.html, subtype="html")
        html = mail.get_payload()[-1]  # type: ignore[index]  # two alternatives, just added
        for image in message.images:
            html.add_related(  # type: ignore[union-attr]  # an EmailMessage part
                image.png,
                maintype="image",
                subtype="png",
                cid=f"<{image.content_id}>",
                filename=image.filename,
            )
        return mail


def _answered(code: int, text: bytes | str) -> Refused | Unavailable:
    message = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    kind = Refused if code >= PERMANENT else Unavailable
    return kind(UPSTREAM, "send", message, code=str(code))
