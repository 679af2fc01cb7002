"""Reads the mail service, which is SendGrid or a mail server.

Sources: Twilio SendGrid API reference, "Retrieve a list of scopes for which this user has access",
"Get all Verified Senders", "List all authenticated domains", "Sandbox Mode", "Retrieve Click Track
Settings", "Get Open Tracking Settings"; RFC 4954 (AUTH).
"""

from __future__ import annotations

import functools
import smtplib
import ssl
from collections.abc import Mapping, Sequence
from typing import Any, Protocol

from portal.adapters.http import Call, Transport
from portal.domain.upstream import Refused, Unauthorized, Unavailable
from portal.secrets import Secret

from ops.doctor.remembering import Remembering

SENDGRID, SMTP = "sendgrid", "smtp"
IMPLICIT_TLS_PORT = 465
SECONDS = 15.0
REFUSED = (401, 403)
TRACKING = {"click": "clicks", "open": "opens"}


class MailReader(Protocol):
    """The mail service. All methods raise UpstreamErrors."""

    def log_in(self) -> str:
        """Check the credentials, and return what was checked."""
        ...

    def senders(self) -> Sequence[str] | None:
        """Return the allowed senders and `@domains`; None if they cannot be read."""
        ...

    def tracks(self) -> Sequence[str] | None:
        """Return what the account tracks of mails that do not say; None if it cannot be read."""
        ...

    def accepts(self, sender: str) -> None:
        """Have a mail checked without sending it. Raises Refused if it would be refused."""
        ...


class SendGridReader(Remembering):
    """`MailReader` at SendGrid."""

    def __init__(self, *, url: str, secret: Secret, transport: Transport) -> None:
        super().__init__()
        self._url = url.rstrip("/")
        self._secret = secret
        self._transport = transport

    def log_in(self) -> str:
        """Check that the key's scopes contain `mail.send`."""
        if "mail.send" not in self._scopes():
            raise Refused(SENDGRID, "scopes", "the API key may not send: it lacks mail.send")
        return "the API key may send mail"

    def senders(self) -> Sequence[str] | None:
        """Return verified senders and valid authenticated domains."""
        scopes = self._scopes()
        if "verified_senders.read" not in scopes and "whitelabel.read" not in scopes:
            return None
        found = []
        if "verified_senders.read" in scopes:
            results = self.once("senders", lambda: self._get("verified_senders"))["results"]
            found += [str(one["from_email"]).lower() for one in results if one.get("verified")]
        if "whitelabel.read" in scopes:
            domains = self.once("domains", lambda: self._get("whitelabel/domains"))
            found += [f"@{str(one['domain']).lower()}" for one in domains if one.get("valid")]
        return found

    def tracks(self) -> Sequence[str] | None:
        """Return `clicks` and `opens`, as far as the account tracks them."""
        scopes, found = self._scopes(), []
        for kind, words in TRACKING.items():
            if f"tracking_settings.{kind}.read" not in scopes:
                return None
            path = f"tracking_settings/{kind}"
            if self.once(path, functools.partial(self._get, path)).get("enabled"):
                found.append(words)
        return found

    def accepts(self, sender: str) -> None:
        """Send a mail in sandbox mode, which checks it and does not send it."""
        body = {
            "personalizations": [{"to": [{"email": sender}]}],
            "from": {"email": sender},
            "subject": "Portal doctor",
            "content": [{"type": "text/plain", "value": "A check. It is not sent."}],
            "mail_settings": {"sandbox_mode": {"enable": True}},
        }
        call = Call("POST", f"{self._url}/v3/mail/send", "mail/send", writes=False)
        self._answered(call, self._transport.send(call, headers=self._headers(), json=body))

    def _scopes(self) -> Sequence[str]:
        answer = self.once("scopes", lambda: self._get("scopes"))
        return [str(scope) for scope in answer.get("scopes") or ()]

    def _get(self, path: str) -> Any:
        call = Call("GET", f"{self._url}/v3/{path}", path, writes=False)
        response = self._answered(call, self._transport.send(call, headers=self._headers()))
        try:
            return response.json()
        except ValueError:
            raise Unavailable(SENDGRID, path, "the answer is not SendGrid's") from None

    def _headers(self) -> Mapping[str, str]:
        key = self._secret.part(self._secret.value(), "apiKey")
        return {"Authorization": f"Bearer {key}"}

    def _answered(self, call: Call, response: Any) -> Any:
        status = response.status_code
        if response.ok:
            return response
        if status in REFUSED:
            raise Unauthorized(SENDGRID, call.operation, _reason(response), status=status)
        kind = Refused if 400 <= status < 500 else Unavailable  # noqa: PLR2004  # HTTP's classes
        raise kind(SENDGRID, call.operation, _reason(response), status=status)


class SmtpReader(Remembering):
    """`MailReader` at a mail server. With `secret` None it does not log in."""

    def __init__(
        self, *, host: str, port: int, secret: Secret | None, tls: ssl.SSLContext | None = None
    ) -> None:
        super().__init__()
        self._host = host
        self._port = port
        self._secret = secret
        self._tls = tls

    def log_in(self) -> str:
        """Connect, start TLS and log in."""
        return self.once("login", self._log_in)

    def senders(self) -> Sequence[str] | None:
        """Return None, because a mail server does not tell."""
        return None

    def tracks(self) -> Sequence[str] | None:
        """Return nothing: a mail server changes no mail."""
        return ()

    def accepts(self, sender: str) -> None:
        """Have the server accept sender and recipient, and reset the session before DATA."""
        with self._connected() as server:
            self._secure(server)
            for code, text in (server.mail(sender), server.rcpt(sender)):
                if not 200 <= code < 300:  # noqa: PLR2004  # RFC 5321: a positive answer
                    words = text.decode("utf-8", "replace")
                    raise Refused(SMTP, "send", f"{code} {words}", code=str(code))
            server.rset()

    def _log_in(self) -> str:
        with self._connected() as server:
            self._secure(server)
            server.noop()
        return "the mail server lets the portal in"

    def _connected(self) -> smtplib.SMTP:
        context = self._tls or ssl.create_default_context()
        try:
            if self._port == IMPLICIT_TLS_PORT:
                return smtplib.SMTP_SSL(self._host, self._port, timeout=SECONDS, context=context)
            return smtplib.SMTP(self._host, self._port, timeout=SECONDS)
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(SMTP, "connect", type(error).__name__) from error

    def _secure(self, server: smtplib.SMTP) -> None:
        secured = isinstance(server, smtplib.SMTP_SSL)
        try:
            server.ehlo()
            if not secured and server.has_extn("starttls"):
                server.starttls(context=self._tls or ssl.create_default_context())
                server.ehlo()
                secured = True
            if self._secret is None:
                return
            if not secured:
                raise Refused(SMTP, "login", "no TLS offered: the password is not sent")
            document = self._secret.value()
            server.login(
                self._secret.part(document, "username"), self._secret.part(document, "password")
            )
        except smtplib.SMTPAuthenticationError as error:
            said = error.smtp_error
            words = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
            raise Unauthorized(SMTP, "login", words, code=str(error.smtp_code)) from None
        except (OSError, smtplib.SMTPException) as error:
            raise Unavailable(SMTP, "login", type(error).__name__) from error


def _reason(response: Any) -> str:
    try:
        return "; ".join(str(one["message"]) for one in response.json()["errors"])
    except (ValueError, KeyError, TypeError):
        return f"HTTP {response.status_code}"
