"""Accepted mails, one record per personalization."""

from __future__ import annotations

import re
import secrets
from datetime import UTC, datetime
from typing import Any

from local.emulators.sendgrid.suppressions import Suppressions

TRACKING_HOST = "https://u1.ct.sendgrid.net"
_HREF = re.compile(r"""(href=["'])https?://[^"']*""", re.IGNORECASE)
_URL = re.compile(r"https?://\S+")


def new_message_id() -> str:
    """The value of `X-Message-Id`: 22 characters of URL-safe base64."""
    return secrets.token_urlsafe(16)


def captured(
    mail: dict[str, Any],
    message_id: str,
    now: datetime,
    *,
    account_tracking: bool,
    suppressions: Suppressions,
) -> list[dict[str, Any]]:
    """What each recipient block would get, with substitutions and overrides applied.

    Keys: `id` (the message id; `.1`, `.2`, … appended from the second block on), `messageId`,
    `to`, `cc`, `bcc`, `replyTo` (lists of `{"email", "name"?}`), `from`, `subject`, `text`, `html`
    (null when absent, links rewritten where clicks are tracked), `tracking`, `attachments`
    (`filename`, `type`, `disposition`, `content_id`, `content` in base64), `custom_args`,
    `categories`, `headers`, `templateId`, `templateData`, `sendAt` and `receivedAt`
    (ISO 8601; `sendAt` null: at once), and `dropped`, which maps suppressed addresses to the reason
    for which they do not get it.
    """
    blocks: list[dict[str, Any]] = mail["personalizations"]
    tracking = tracking_of(mail, account_tracking=account_tracking)
    return [
        _tracked(
            _captured(mail, block, message_id if index == 0 else f"{message_id}.{index}", now)
            | {
                "messageId": message_id,
                "tracking": tracking,
                "dropped": _dropped(mail, block, suppressions),
            }
        )
        for index, block in enumerate(blocks)
    ]


def _dropped(
    mail: dict[str, Any], block: dict[str, Any], suppressions: Suppressions
) -> dict[str, str]:
    people = [*block["to"], *block.get("cc", []), *block.get("bcc", [])]
    reasons = {one["email"]: suppressions.dropped(mail, one["email"]) for one in people}
    return {address: reason for address, reason in reasons.items() if reason is not None}


def tracking_of(mail: dict[str, Any], *, account_tracking: bool) -> dict[str, bool]:
    """What is tracked: the mail's `tracking_settings`, else the account's setting."""
    settings = mail.get("tracking_settings") or {}
    click = settings.get("click_tracking") or {}
    return {
        "click": click.get("enable", account_tracking),
        "clickInText": click.get("enable_text", False) and click.get("enable", account_tracking),
        "open": (settings.get("open_tracking") or {}).get("enable", account_tracking),
    }


def _tracked(mail: dict[str, Any]) -> dict[str, Any]:
    tracking = mail["tracking"]
    if tracking["click"] and mail["html"]:
        mail["html"] = _HREF.sub(rf"\g<1>{TRACKING_HOST}/ls/click?upn=", mail["html"])
    if tracking["clickInText"] and mail["text"]:
        mail["text"] = _URL.sub(f"{TRACKING_HOST}/ls/click?upn=", mail["text"])
    if tracking["open"] and mail["html"]:
        mail["html"] += f'<img src="{TRACKING_HOST}/wf/open?upn=" width="1" height="1">'
    return mail


def _captured(
    mail: dict[str, Any], block: dict[str, Any], mail_id: str, now: datetime
) -> dict[str, Any]:
    substitutions = block.get("substitutions", {})
    content = {part["type"]: part["value"] for part in mail.get("content") or []}
    send_at = block.get("send_at", mail.get("send_at"))
    return {
        "id": mail_id,
        "to": block["to"],
        "cc": block.get("cc", []),
        "bcc": block.get("bcc", []),
        "from": block.get("from", mail["from"]),
        "replyTo": mail.get("reply_to_list") or [*filter(None, [mail.get("reply_to")])],
        "subject": _substitute(block.get("subject") or mail.get("subject"), substitutions),
        "text": _substitute(content.get("text/plain"), substitutions),
        "html": _substitute(content.get("text/html"), substitutions),
        "attachments": [_attachment(given) for given in mail.get("attachments", [])],
        "custom_args": {**mail.get("custom_args", {}), **block.get("custom_args", {})},
        "categories": mail.get("categories", []),
        "headers": {**mail.get("headers", {}), **block.get("headers", {})},
        "templateId": mail.get("template_id"),
        "templateData": block.get("dynamic_template_data"),
        "sendAt": send_at and datetime.fromtimestamp(send_at, UTC).isoformat(),
        "receivedAt": now.isoformat(),
    }


def _attachment(given: dict[str, Any]) -> dict[str, Any]:
    return {
        "filename": given["filename"],
        "type": given.get("type", "application/octet-stream"),
        "disposition": given.get("disposition", "attachment"),
        "content_id": given.get("content_id"),
        "content": given["content"],
    }


def _substitute(text: str | None, substitutions: dict[str, str]) -> str | None:
    if text is None:
        return None
    for tag, value in substitutions.items():
        text = text.replace(tag, value)
    return text
