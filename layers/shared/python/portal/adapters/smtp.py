"""Sends mail by SMTP, for resellers with a mail server of their own.

Source: RFC 5321. The server takes responsibility for a mail with its answer to the end of DATA.
Before DATA the server has no mail, and an error after that answer does not matter.
"""

from __future__ import annotations

import json
import smtplib
import ssl
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import EmailMessage
from email.utils import formataddr, make_msgid
from typing import Any

from portal.adapters.http import LONGEST_WAIT_SECONDS
from portal.domain.upstream import (
    AllowanceUsedUp,
    OutcomeUnknown,
    Refused,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.observability import count, logger, timed
from portal.ports.mail_transport import AUTOMATIC, Message
from portal.redaction import without
from portal.secrets import Secret
from portal.vendor_errors.model import error_type
from portal.vendor_errors.smtp import row_of

UPSTREAM = "smtp"
TIMEOUT_SECONDS = 15.0
IMPLICIT_TLS_PORT = 465
# Headers that tell mail services not to rewrite links and not to add a tracking image. Servers
# pass unknown headers on. Sources: SendGrid, "X-SMTPAPI: filters"; Mailgun,
# "Sending via SMTP"; Postmark, "Tracking opens" and "Tracking links"; Mailjet, "SMTP headers".
UNTRACKED = {
    "X-SMTPAPI": json.dumps(
        {
            "filters": {
                name: {"settings": {"enable": 0}}
                for name in ("clicktrack", "opentrack", "subscriptiontrack", "ganalytics")
            }
        }
    ),
    "X-Mailgun-Track": "no",
    "X-PM-TrackOpens": "false",
    "X-PM-TrackLinks": "None",
    "X-Mailjet-TrackClick": "0",
    "X-Mailjet-TrackOpen": "0",
}


@dataclass(frozen=True)
class Login:
    """The credentials for the server."""

    username: str
    password: str = field(repr=False)


class _Watched(smtplib.SMTP):
    """An SMTP client that records whether DATA has begun.

    It sends no mail whose recipient was refused. smtplib goes on when the server accepts one of
    several addresses, so a mail could go to the address of the copy only.
    """

    handing_over = False
    recipient = ""

    def rcpt(self, recip: str, options: Sequence[str] = ()) -> tuple[int, bytes]:
        code, text = super().rcpt(recip, options)
        if recip == self.recipient and code not in (250, 251):
            raise smtplib.SMTPRecipientsRefused({recip: (code, text)})
        return code, text

    def data(self, msg: Any) -> tuple[int, bytes]:
        self.handing_over = True
        return super().data(msg)


class _WatchedTls(_Watched, smtplib.SMTP_SSL):
    """The same client with TLS from the start."""


class SmtpTransport:
    """`MailTransport` over SMTP with TLS.

    The secret is `{"username", "password"}`. One that lacks either raises ConfigurationError
    before the server is called. With `secret` None the transport does not sign in. Credentials are
    never sent to a server that offers no TLS. Port 465 uses TLS from the start; on other ports the
    connection is upgraded. `tls` replaces the default TLS context.
    """

    def __init__(
        self,
        *,
        host: str,
        port: int,
        secret: Secret | None,
        sender: str,
        sender_name: str,
        timeout: float = TIMEOUT_SECONDS,
        tls: ssl.SSLContext | None = None,
    ) -> None:
        self._host = host
        self._port = port
        self._secret = secret
        self._from = formataddr((sender_name, sender))
        self._domain = sender.rpartition("@")[2]
        self._timeout = timeout
        self._tls = tls

    def send(self, message: Message) -> str:
        """Send a mail over a new connection. Returns the Message-ID header.

        When the server refuses the credentials, the secret is read again once. Raises
        ConfigurationError when the secret is incomplete, and UpstreamErrors.
        """
        mail = self._mail(message)
        if self._secret is None:
            self._deliver(mail, message, None)
        else:
            self._deliver_signed_in(mail, message, self._secret)
        return str(mail["Message-ID"])

    def _deliver_signed_in(self, mail: EmailMessage, message: Message, secret: Secret) -> None:
        document = secret.value()
        try:
            self._deliver(mail, message, _login(secret, document))
        except Unauthorized:
            fresh = secret.renewed(document)
            if fresh is None:
                raise
            self._deliver(mail, message, _login(secret, fresh))

    def _deliver(self, mail: EmailMessage, message: Message, login: Login | None) -> None:
        with timed("UpstreamLatency", upstream=UPSTREAM):
            try:
                with self._connected() as server:
                    self._secure(server, login)
                    _hand_over(server, mail, message)
            except UpstreamError:
                count("UpstreamErrors", upstream=UPSTREAM)
                raise

    @contextmanager
    def _connected(self) -> Iterator[_Watched]:
        try:
            server = self._connect()
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(UPSTREAM, "connect", type(error).__name__) from error
        try:
            yield server
        finally:
            _leave(server)

    def _connect(self) -> _Watched:
        if self._port == IMPLICIT_TLS_PORT:
            return _WatchedTls(
                self._host, self._port, timeout=self._timeout, context=self._context()
            )
        return _Watched(self._host, self._port, timeout=self._timeout)

    def _context(self) -> ssl.SSLContext:
        return self._tls or ssl.create_default_context()

    def _secure(self, server: _Watched, login: Login | None) -> None:
        secured = isinstance(server, smtplib.SMTP_SSL)
        try:
            server.ehlo()
            if not secured and server.has_extn("starttls"):
                server.starttls(context=self._context())
                secured = True
            if login is None:
                return
            if not secured:
                raise Refused(UPSTREAM, "login", "no TLS offered: the password is not sent")
            server.login(login.username, login.password)
        except smtplib.SMTPAuthenticationError as error:
            raise _answered("login", error.smtp_code, error.smtp_error) from None
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(UPSTREAM, "login", type(error).__name__) from error

    def _mail(self, message: Message) -> EmailMessage:
        mail = EmailMessage()
        mail["From"] = self._from
        mail["To"] = message.to
        if message.reply_to:
            mail["Reply-To"] = message.reply_to
        mail["Subject"] = message.subject
        mail["Message-ID"] = make_msgid(domain=self._domain)
        mail["X-Correlation-Id"] = message.correlation_id
        mail["X-Portal-Reference"] = message.reference
        for name, value in (AUTOMATIC | UNTRACKED).items():
            mail[name] = value
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


def _login(secret: Secret, document: Mapping[str, Any]) -> Login:
    return Login(secret.part(document, "username"), secret.part(document, "password"))


def _hand_over(server: _Watched, mail: EmailMessage, message: Message) -> None:
    server.recipient = message.to
    try:
        refused = server.send_message(mail, to_addrs=[message.to, *message.copies])
    except smtplib.SMTPRecipientsRefused as error:
        (code, text) = next(iter(error.recipients.values()))
        raise _answered("send", code, text, message) from None
    except smtplib.SMTPResponseException as error:
        raise _answered("send", error.smtp_code, error.smtp_error, message) from None
    except smtplib.SMTPNotSupportedError as error:
        raise Refused(UPSTREAM, "send", "the address needs SMTPUTF8") from error
    except (OSError, smtplib.SMTPException) as error:
        kind = OutcomeUnknown if server.handing_over else Unavailable
        raise kind(UPSTREAM, "send", type(error).__name__) from error
    for code, _ in refused.values():
        logger().warning("the copy of a mail was refused", extra={"code": str(code)})


def _leave(server: smtplib.SMTP) -> None:
    # The server has already answered about the mail, so a failure of QUIT does not matter.
    try:
        server.quit()
    except (OSError, smtplib.SMTPException):
        server.close()


def _answered(
    operation: str, code: int, text: bytes | str, sent: Message | None = None
) -> UpstreamError:
    message = text.decode("utf-8", "replace") if isinstance(text, bytes) else text
    row = row_of(code, message, login=operation == "login")
    loggable = without(message, [sent.to, sent.subject] if sent else None)
    made = error_type(row.kind, writes=True)
    if issubclass(made, AllowanceUsedUp):
        return made(
            UPSTREAM,
            operation,
            message,
            code=str(code),
            loggable=loggable,
            retry_after=LONGEST_WAIT_SECONDS,
        )
    return made(UPSTREAM, operation, message, code=str(code), loggable=loggable)
