"""SendGrid v3 mail/send through the `sendgrid` package, with timeouts.

Source: Twilio SendGrid API reference, "Mail Send": 202 is accepted, 4xx will never be, 429 and
5xx may be later.
"""

from __future__ import annotations

import base64
import json
from http.client import HTTPException
from typing import Any
from urllib.error import URLError

import sendgrid
from python_http_client.exceptions import HTTPError
from sendgrid.helpers.mail import (
    Attachment,
    Category,
    ContentId,
    CustomArg,
    Disposition,
    FileContent,
    FileName,
    FileType,
    From,
    Mail,
)

from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.observability import count, timed
from portal.ports.mail_transport import Message
from portal.secrets import Secret

UPSTREAM = "sendgrid"
OPERATION = "mail/send"
TIMEOUT_SECONDS = 10
TOO_MANY_REQUESTS = 429
SERVER_ERROR = 500


class SendGridTransport:
    """`MailTransport` over SendGrid. The secret is `{"apiKey"}`."""

    def __init__(self, *, url: str, secret: Secret, sender: str, sender_name: str) -> None:
        self._url = url.rstrip("/")
        self._secret = secret
        self._sender = From(sender, sender_name)

    def send(self, message: Message) -> str:
        """Send; after a 401 the key is read again once (it may have been rotated)."""
        try:
            return self._send(message, refresh=False)
        except Unauthorized:
            return self._send(message, refresh=True)

    def _send(self, message: Message, *, refresh: bool) -> str:
        key = self._secret.value(refresh=refresh)["apiKey"]
        api = sendgrid.SendGridAPIClient(key, host=self._url)
        # The package has no timeout of its own (sendgrid-python issue 757).
        api.client.timeout = TIMEOUT_SECONDS
        try:
            with timed("UpstreamLatency", upstream=UPSTREAM):
                response = api.client.mail.send.post(request_body=self._mail(message).get())
        except HTTPError as error:
            count("UpstreamErrors", upstream=UPSTREAM)
            raise _refusal(error) from None
        except (URLError, TimeoutError, HTTPException, OSError) as error:
            count("UpstreamErrors", upstream=UPSTREAM)
            raise _accident(error) from error
        return str(response.headers.get("X-Message-Id", ""))

    def _mail(self, message: Message) -> Mail:
        mail = Mail(
            from_email=self._sender,
            to_emails=message.to,
            subject=message.subject,
            plain_text_content=message.text,
            html_content=message.html,
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


def _refusal(error: HTTPError) -> UpstreamError:
    status = int(error.status_code)
    message = _first_message(error.body)
    if status == TOO_MANY_REQUESTS:
        return Throttled(UPSTREAM, OPERATION, message, status=status)
    if status >= SERVER_ERROR:
        # SendGrid answers 202 once it has the mail; a 5xx means that it does not.
        return Unavailable(UPSTREAM, OPERATION, message, status=status)
    kind = Unauthorized if status == 401 else Refused  # noqa: PLR2004  # HTTP's own number
    return kind(UPSTREAM, OPERATION, message, status=status)


def _first_message(body: Any) -> str:
    try:
        return str(json.loads(body)["errors"][0]["message"])
    except (ValueError, KeyError, IndexError, TypeError):
        return "no reason given"


def _accident(error: Exception) -> UpstreamError:
    # urllib wraps what happens before the request is sent in URLError, and nothing after it.
    reason = error.reason if isinstance(error, URLError) else error
    if isinstance(error, URLError) and not isinstance(reason, TimeoutError):
        return Unavailable(UPSTREAM, OPERATION, f"not connected ({type(reason).__name__})")
    return OutcomeUnknown(UPSTREAM, OPERATION, f"no answer ({type(reason).__name__})")
