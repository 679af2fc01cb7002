"""Sends mail by SendGrid's v3 mail/send with the `sendgrid` package, with timeouts, no redirects.

Source: Twilio SendGrid API reference, "Mail Send" and "Rate Limits". A 202 means accepted. The
table of refusals is `portal.vendor_errors.sendgrid`; the text decides before the status.
"""

from __future__ import annotations

import base64
import json
import time
import urllib.request
from collections.abc import Callable
from http.client import HTTPException
from typing import Any
from urllib.error import HTTPError as RefusedByHttp
from urllib.error import URLError

import python_http_client
import sendgrid
from python_http_client.exceptions import HTTPError, handle_error
from sendgrid.helpers.mail import (
    Attachment,
    Bcc,
    BypassUnsubscribeManagement,
    Category,
    ClickTracking,
    ContentId,
    CustomArg,
    Disposition,
    FileContent,
    FileName,
    FileType,
    From,
    Ganalytics,
    Header,
    Mail,
    MailSettings,
    OpenTracking,
    ReplyTo,
    SubscriptionTracking,
    TrackingSettings,
)

from portal import correlation
from portal.adapters.http import LONGEST_WAIT_SECONDS, SERVER_ERROR, retry_after
from portal.domain.upstream import (
    AllowanceUsedUp,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.observability import count, timed
from portal.ports.mail_transport import AUTOMATIC, Message
from portal.redaction import without
from portal.secrets import Secret
from portal.vendor_errors.model import Kind, error_type, note_unknown
from portal.vendor_errors.sendgrid import row_of

UPSTREAM = "sendgrid"
OPERATION = "mail/send"
TIMEOUT_SECONDS = 10.0


class SendGridTransport:
    """`MailTransport` over SendGrid. The secret is `{"apiKey"}`."""

    def __init__(
        self,
        *,
        url: str,
        secret: Secret,
        sender: str,
        sender_name: str,
        timeout: float = TIMEOUT_SECONDS,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._url = url.rstrip("/")
        self._secret = secret
        self._sender = From(sender, sender_name)
        self._timeout = timeout
        self._clock = clock

    def send(self, message: Message) -> str:
        """Send a mail and return its `X-Message-Id`. After a 401 the key is read again once.

        Raises UpstreamErrors, and ConfigurationError when the secret has no key.
        """
        secret = self._secret.value()
        try:
            return self._send(message, secret)
        except Unauthorized as error:
            if error.status != 401:  # noqa: PLR2004  # 403 is about grants and senders
                raise
            fresh = self._secret.renewed(secret)
            if fresh is None:
                raise
        return self._send(message, fresh)

    def _send(self, message: Message, secret: dict[str, Any]) -> str:
        api = sendgrid.SendGridAPIClient(self._secret.part(secret, "apiKey"), host=self._url)
        client = _Client(
            host=self._url,
            request_headers={**api.client.request_headers, **correlation.headers()},
            version=3,
            timeout=self._timeout,
        )
        body = self._body(message)
        try:
            with timed("UpstreamLatency", upstream=UPSTREAM):
                response = client.mail.send.post(request_body=body)
        except HTTPError as error:
            count("UpstreamErrors", upstream=UPSTREAM)
            raise self._refusal(error, message) from None
        except (HTTPException, OSError) as error:
            count("UpstreamErrors", upstream=UPSTREAM)
            raise _accident(error) from error
        return str(response.headers.get("X-Message-Id") or "")

    def _body(self, message: Message) -> Any:
        try:
            return self._mail(message).get()
        except (KeyError, ValueError):
            # The package drops addresses that it cannot parse, and then fails without them.
            raise Refused(UPSTREAM, OPERATION, "the recipient is no mail address") from None

    def _mail(self, message: Message) -> Mail:
        mail = Mail(
            from_email=self._sender,
            to_emails=message.to,
            subject=message.subject,
            plain_text_content=message.text,
            html_content=message.html,
        )
        if message.reply_to:
            mail.reply_to = ReplyTo(message.reply_to)
        for copy in message.copies:
            mail.add_bcc(Bcc(copy))
        for name, value in AUTOMATIC.items():
            mail.add_header(Header(name, value))
        # Who unsubscribed from the reseller's newsletter still gets the mails of an order.
        # Addresses that bounced or reported spam stay suppressed.
        mail.mail_settings = MailSettings(
            bypass_unsubscribe_management=BypassUnsubscribeManagement(enable=True)
        )
        # Mails hold reset tokens and activation links. Tracking would send them to another host,
        # so it is off whatever the account's own settings are.
        mail.tracking_settings = TrackingSettings(
            click_tracking=ClickTracking(enable=False, enable_text=False),
            open_tracking=OpenTracking(enable=False),
            subscription_tracking=SubscriptionTracking(enable=False),
            ganalytics=Ganalytics(enable=False),
        )
        mail.add_category(Category(message.category))
        mail.add_custom_arg(CustomArg("reference", message.reference))
        mail.add_custom_arg(CustomArg("correlationId", message.correlation_id))
        for image in message.images:
            mail.add_attachment(
                Attachment(
                    FileContent(base64.b64encode(image.png).decode("ascii")),
                    FileName(image.filename),
                    FileType("image/png"),
                    Disposition("inline"),
                    ContentId(image.content_id),
                )
            )
        return mail

    def _refusal(self, error: HTTPError, sent: Message) -> UpstreamError:
        status = int(error.status_code)
        message = _messages(error.body)
        loggable = without(message, [sent.to, sent.subject])
        row = row_of(status, message)
        if row is None:
            kind = Kind.UNAVAILABLE if status >= SERVER_ERROR else Kind.REFUSED
            note_unknown(UPSTREAM, OPERATION, f"HTTP {status}", kind)
        else:
            kind = row.kind
        made = error_type(kind, writes=True)
        code = row.code if row else f"HTTP {status}"
        if not issubclass(made, Throttled):
            return made(UPSTREAM, OPERATION, message, code=code, status=status, loggable=loggable)
        wait = self._wait(error.headers)
        if issubclass(made, AllowanceUsedUp):
            wait = max(wait or 0.0, LONGEST_WAIT_SECONDS)
        return made(
            UPSTREAM,
            OPERATION,
            message,
            code=code,
            status=status,
            loggable=loggable,
            retry_after=wait,
        )

    def _wait(self, headers: Any) -> float | None:
        """Return the seconds of Retry-After, or until `X-RateLimit-Reset` (epoch seconds)."""
        wait = retry_after(headers.get("Retry-After"), now=self._clock)
        reset = str(headers.get("X-RateLimit-Reset") or "")
        if wait is None and reset.isdecimal():
            wait = min(max(0.0, int(reset) - self._clock()), LONGEST_WAIT_SECONDS)
        return wait


class _NoRedirect(urllib.request.HTTPRedirectHandler):
    """Follows no redirect, because urllib would send the Authorization header to any host."""

    def redirect_request(self, *_: Any, **__: Any) -> None:
        """Return None, which makes urllib raise the redirect as an HTTPError."""


class _Client(python_http_client.Client):  # type: ignore[misc]  # the package has no types
    """The package's HTTP client, which follows no redirects."""

    def _build_client(self, name: str | None = None) -> _Client:
        return _Client(
            host=self.host,
            version=self._version,
            request_headers=self.request_headers,
            url_path=[*self._url_path, name] if name else self._url_path,
            timeout=self.timeout,
        )

    def _make_request(self, opener: Any, request: Any, timeout: float | None = None) -> Any:
        opener = urllib.request.build_opener(_NoRedirect)
        try:
            return opener.open(request, timeout=timeout or self.timeout)
        except RefusedByHttp as error:
            with error:
                raise handle_error(error) from None


def _messages(body: Any) -> str:
    """Return all reasons of a refusal as one text. Old endpoints list them as plain texts."""
    try:
        errors = json.loads(body)["errors"]
        found = [one["message"] if isinstance(one, dict) else one for one in errors]
    except (ValueError, KeyError, IndexError, TypeError):
        return "no reason given"
    return "; ".join(str(message) for message in found) or "no reason given"


def _accident(error: Exception) -> UpstreamError:
    # urllib raises URLError for failures before the whole request is sent, and other errors after
    # that. SendGrid accepts no mail from an incomplete request.
    if isinstance(error, URLError):
        reason = type(error.reason).__name__
        return Unavailable(UPSTREAM, OPERATION, f"not sent ({reason})")
    return OutcomeUnknown(UPSTREAM, OPERATION, f"no answer ({type(error).__name__})")
