"""The port for sending one mail."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

AUTOMATIC = {"Auto-Submitted": "auto-generated", "X-Auto-Response-Suppress": "All"}
"""Headers that keep holiday notices and the like from answering. Sources: RFC 3834, section 5;
Microsoft, [MS-OXCMAIL], X-Auto-Response-Suppress."""


@dataclass(frozen=True)
class InlineImage:
    """A PNG image that the HTML refers to as `cid:<content_id>`."""

    content_id: str
    filename: str
    png: bytes = field(repr=False)


@dataclass(frozen=True)
class Message:
    """A rendered mail. `reference` is sent with it, so that the mail can be found at the sender.

    `reply_to` is the address for replies; when it is empty, replies go to the sender's address.
    `copy_to` gets a blind copy; it is empty for no copy. A failure of the copy is ignored.
    """

    to: str = field(repr=False)
    subject: str
    text: str = field(repr=False)
    html: str = field(repr=False)
    reference: str
    category: str
    correlation_id: str = ""
    reply_to: str = ""
    copy_to: str = field(default="", repr=False)
    images: tuple[InlineImage, ...] = ()

    @property
    def copies(self) -> tuple[str, ...]:
        """Who gets a copy: none when the recipient is that address, which gets the mail itself."""
        if not self.copy_to or self.copy_to.lower() == self.to.lower():
            return ()
        return (self.copy_to,)


class MailTransport(Protocol):
    """Sends mails, by SendGrid or SMTP."""

    def send(self, message: Message) -> str:
        """Send a mail. Returns the sender's message id; empty when it gives none.

        Raises Refused (it will never be sent), Unavailable or Throttled (it was not sent), and
        OutcomeUnknown (it may have been sent).
        """
        ...
