"""Reads the mails that the SendGrid emulator has accepted.

The source is the emulator's state, which has one record per personalization (see the emulator's
module `mails`).
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_CID = re.compile(r"cid:([^\"'\s)>]+)", re.IGNORECASE)
_HEAD = re.compile(r"<head[^>]*>", re.IGNORECASE)
# Links of a mail open in other tabs, because the mail is shown in a frame.
_BASE = '<base target="_blank">'


@dataclass(frozen=True, kw_only=True)
class Attachment:
    """A file of a mail; the HTML refers to it as `cid:` with `content_id` (without brackets)."""

    filename: str
    media_type: str
    disposition: str
    content_id: str | None
    content: bytes

    @property
    def inline(self) -> bool:
        """Whether the file is shown within the text."""
        return self.disposition == "inline"


@dataclass(frozen=True, kw_only=True)
class Mail:
    """One captured mail; `dropped` tells which suppressed recipients do not get it, and why."""

    id: str
    received_at: str
    sender: str
    recipients: tuple[str, ...]
    reply_to: tuple[str, ...]
    subject: str
    text: str
    html: str
    attachments: tuple[Attachment, ...]
    dropped: tuple[str, ...] = ()

    def html_for_frame(self) -> str:
        """Return the HTML as a page for a frame; see `for_frame`."""
        return for_frame(self.html, self.attachments)

    def as_json(self) -> dict[str, Any]:
        """Return the mail for programs; the `content` of attachments is base64."""
        return {
            "id": self.id,
            "receivedAt": self.received_at,
            "from": self.sender,
            "to": list(self.recipients),
            "replyTo": list(self.reply_to),
            "subject": self.subject,
            "dropped": list(self.dropped),
            "text": self.text,
            "html": self.html,
            "attachments": [
                {
                    "filename": a.filename,
                    "type": a.media_type,
                    "disposition": a.disposition,
                    "contentId": a.content_id,
                    "content": base64.b64encode(a.content).decode(),
                }
                for a in self.attachments
            ],
        }


def for_frame(html: str, attachments: Iterable[Attachment]) -> str:
    """Return a mail's HTML with a data: URI for every `cid:` that has an attachment.

    Its links open in other tabs. What the HTML begins with stays first, because a browser shows a
    page without its document type differently.
    """
    images = {a.content_id: a for a in attachments if a.content_id}

    def inline(match: re.Match[str]) -> str:
        image = images.get(match.group(1))
        if image is None:
            return match.group(0)
        encoded = base64.b64encode(image.content).decode()
        return f"data:{image.media_type};base64,{encoded}"

    head = _HEAD.search(html)
    at = head.end() if head else 0
    return _CID.sub(inline, html[:at] + _BASE + html[at:])


def read_mails(state: dict[str, Any]) -> list[Mail]:
    """Return the mails of an emulator's state, newest first."""
    return [_mail(entry) for entry in reversed(state["mails"])]


def _mail(entry: dict[str, Any]) -> Mail:
    people = [*entry["to"], *entry["cc"], *entry["bcc"]]
    return Mail(
        id=entry["id"],
        received_at=entry["receivedAt"],
        sender=_address(entry["from"]),
        recipients=tuple(_address(person) for person in people),
        reply_to=tuple(_address(person) for person in entry["replyTo"]),
        subject=entry["subject"] or "",
        text=entry["text"] or "",
        html=entry["html"] or "",
        attachments=tuple(_attachment(item) for item in entry["attachments"]),
        dropped=tuple(f"{who}: {why}" for who, why in entry.get("dropped", {}).items()),
    )


def _address(person: dict[str, Any]) -> str:
    name = person.get("name")
    return f"{name} <{person['email']}>" if name else str(person["email"])


def _attachment(item: dict[str, Any]) -> Attachment:
    content_id = item["content_id"]
    return Attachment(
        filename=item["filename"],
        media_type=item["type"],
        disposition=item["disposition"],
        content_id=content_id.strip("<>") if content_id else None,
        content=base64.b64decode(item["content"]),
    )
