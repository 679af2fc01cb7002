"""Everything of a mail but its personalizations: sender, subject, content, attachments."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Set
from datetime import datetime
from typing import Any

from local.emulators.sendgrid import rules
from local.emulators.sendgrid.errors import Problem

MAX_CATEGORIES = 10
MAX_CATEGORY = 255
TRACKING = frozenset(("click_tracking", "open_tracking", "subscription_tracking", "ganalytics"))
KNOWN = frozenset(
    (
        "personalizations",
        "from",
        "reply_to",
        "reply_to_list",
        "subject",
        "content",
        "attachments",
        "template_id",
        "sections",
        "headers",
        "categories",
        "custom_args",
        "send_at",
        "batch_id",
        "asm",
        "ip_pool_name",
        "mail_settings",
        "tracking_settings",
    )
)


def problems(mail: dict[str, Any], templates: Set[str], now: datetime) -> Iterator[Problem]:
    """Everything that is wrong with the mail as such."""
    yield from _people(mail)
    yield from _template(mail, templates)
    yield from _subject(mail)
    yield from _content(mail)
    yield from _attachments(mail)
    yield from _categories(mail)
    if "headers" in mail:
        yield from rules.headers(mail["headers"], "headers")
    if "custom_args" in mail:
        yield from rules.custom_args(mail["custom_args"], "custom_args")
    if "send_at" in mail:
        yield from rules.send_at(mail["send_at"], "send_at", now)
    yield from _sandbox(mail)
    yield from _tracking(mail)


def is_sandboxed(mail: dict[str, Any]) -> bool:
    """Whether the mail is to be checked only (`mail_settings.sandbox_mode.enable`)."""
    settings = mail.get("mail_settings") or {}
    return (settings.get("sandbox_mode") or {}).get("enable") is True


def _people(mail: dict[str, Any]) -> Iterator[Problem]:
    if "from" not in mail:
        message = (
            "The from object must be provided for every email send. It is an object that requires "
            "the email parameter, but may also contain a name parameter.  e.g. "
            '{"email" : "example@example.com"}  or '
            '{"email" : "example@example.com", "name" : "Example Recipient"}.'
        )
        yield Problem(message, "from.email", "message.from")
    elif isinstance(mail["from"], dict) and not rules.is_address(mail["from"].get("email")):
        message = "The from email does not contain a valid address."
        yield Problem(message, "from.email", "message.from")
    else:
        yield from rules.person(mail["from"], "from", "message.from")
    if "reply_to" in mail:
        yield from rules.person(mail["reply_to"], "reply_to", "message.reply_to")
    for index, someone in enumerate(_list(mail, "reply_to_list")):
        yield from rules.person(someone, f"reply_to_list.{index}", "message.reply_to")


def _template(mail: dict[str, Any], templates: Set[str]) -> Iterator[Problem]:
    template = mail.get("template_id")
    if template is not None and not (isinstance(template, str) and template in templates):
        message = (
            "The Template ID must be a valid template id for your account. "
            f"You provided {template}."
        )
        yield Problem(message, "template_id", "message.template_id")


def _subject(mail: dict[str, Any]) -> Iterator[Problem]:
    subject, blocks = mail.get("subject"), _list(mail, "personalizations")
    everywhere = bool(blocks) and all(isinstance(b, dict) and b.get("subject") for b in blocks)
    if subject is None and not everywhere and mail.get("template_id") is None:
        message = (
            "The subject is required. You can get around this requirement if you use a template "
            "with a subject defined or if every personalization has a subject defined."
        )
        yield Problem(message, "subject", "message.subject")
    elif subject is not None and not (isinstance(subject, str) and subject):
        message = "The subject of your email must be a string at least one character in length."
        yield Problem(message, "subject", "message.subject")


def _content(mail: dict[str, Any]) -> Iterator[Problem]:
    content = mail.get("content")
    if content is None and mail.get("template_id") is not None:
        return
    if not content:
        message = (
            "Unless a valid template_id is provided, the content parameter is required. There must "
            "be at least one defined content block. We typically suggest both text/plain and "
            "text/html blocks are included, but only one block is required."
        )
        yield Problem(message, "content", "message.content")
        return
    if not isinstance(content, list):
        yield from rules.wrong_type(content, list, "content")
        return
    for index, block in enumerate(content):
        yield from _content_block(block, f"content.{index}")
    types = [block.get("type") for block in content if isinstance(block, dict)]
    order = {"text/plain": 0, "text/html": 1}
    ranks = [order.get(str(type_), 2) for type_ in types]
    if ranks != sorted(ranks):
        message = (
            "Following RFC 1341, section 7.2, if either text/html or text/plain are to be sent in "
            "your email: text/plain needs to be first, followed by text/html, followed by any "
            "other content."
        )
        yield Problem(message, "content", "message.content")


def _content_block(block: Any, where: str) -> Iterator[Problem]:
    if not isinstance(block, dict):
        yield from rules.wrong_type(block, dict, where)
        return
    type_, value = block.get("type"), block.get("value")
    if not (isinstance(type_, str) and type_):
        message = "Your content type must be a string with length of at least one character."
        yield Problem(message, f"{where}.type", "message.content.type")
    elif set(type_) & set(";\r\n"):
        message = "Cannot contain ';', or CRLF characters."
        yield Problem(message, f"{where}.type", "message.content.type")
    if not (isinstance(value, str) and value):
        message = "The content value must be a string at least one character in length."
        yield Problem(message, f"{where}.value", "message.content.value")


def _attachments(mail: dict[str, Any]) -> Iterator[Problem]:
    if not isinstance(mail.get("attachments", []), list):
        yield from rules.wrong_type(mail["attachments"], list, "attachments")
    for index, attachment in enumerate(_list(mail, "attachments")):
        where = f"attachments.{index}"
        if not isinstance(attachment, dict):
            yield from rules.wrong_type(attachment, dict, where)
            continue
        yield from _attachment_content(attachment.get("content"), f"{where}.content")
        for name, message in (
            ("filename", "The filename of your attachment can't contain CRLF characters."),
            ("type", "The type can't contain ';', or CRLF characters."),
            ("content_id", "The content ID of your attachment can't contain CRLF characters."),
        ):
            yield from _attachment_text(attachment, name, message, where)
        if attachment.get("disposition", "attachment") not in ("inline", "attachment"):
            message = (
                'The disposition of your attachment can be either "inline" or "attachment". '
                f"You provided {attachment['disposition']}."
            )
            yield Problem(message, f"{where}.disposition", "message.attachments.disposition")


def _attachment_content(content: Any, where: str) -> Iterator[Problem]:
    anchor = "message.attachments.content"
    if not (isinstance(content, str) and content):
        message = "The attachment content must be a string at least one character in length."
        yield Problem(message, where, anchor)
        return
    try:
        base64.b64decode(content, validate=True)
    except (binascii.Error, ValueError):
        yield Problem("The attachment content must be base64 encoded.", where, anchor)


def _attachment_text(
    attachment: dict[str, Any], name: str, message: str, where: str
) -> Iterator[Problem]:
    anchor, place = f"message.attachments.{name}", f"{where}.{name}"
    value = attachment.get(name)
    if value is None:
        if name == "filename":
            yield Problem("filename is required.", place, anchor)
    elif not isinstance(value, str):
        yield from rules.wrong_type(value, str, place)
    elif not value:
        yield Problem("Must be a string at least one character in length.", place, anchor)
    elif set(value) & set("\r\n" if name == "filename" else ";\r\n"):
        yield Problem(message, place, anchor)


def _categories(mail: dict[str, Any]) -> Iterator[Problem]:
    given, anchor = mail.get("categories", []), "message.categories"
    if not isinstance(given, list) or not all(isinstance(c, str) for c in given):
        yield Problem("Categories must be an array of strings.", "categories", anchor)
        return
    if len(given) > MAX_CATEGORIES:
        message = (
            f"There is a limit of {MAX_CATEGORIES} categories for each email that is sent. "
            f"You provided {len(given)} categories."
        )
        yield Problem(message, "categories", anchor)
    for index, category in enumerate(given):
        where = f"categories.{index}"
        if len(category) > MAX_CATEGORY:
            message = (
                f"Each category must not be longer than {MAX_CATEGORY} characters. "
                f"{category} exceeds this limit."
            )
            yield Problem(message, where, anchor)
        if not category.isascii():
            yield Problem("Categories can not contain non-ASCII characters.", where, anchor)
        if category in given[:index]:
            message = (
                f"The categories must be a unique list, and you have included {category} "
                "more than once."
            )
            yield Problem(message, where, anchor)


def _sandbox(mail: dict[str, Any]) -> Iterator[Problem]:
    settings = mail.get("mail_settings", {})
    if not isinstance(settings, dict):
        yield from rules.wrong_type(settings, dict, "mail_settings")
        return
    sandbox = settings.get("sandbox_mode") or {}
    if not isinstance(sandbox, dict) or not isinstance(sandbox.get("enable", False), bool):
        where = "mail_settings.sandbox_mode.enable"
        message = "The sandbox mode enable param should be a boolean value."
        yield Problem(message, where, "message.mail_settings.sandbox_mode")


def _tracking(mail: dict[str, Any]) -> Iterator[Problem]:
    settings = mail.get("tracking_settings", {})
    if not isinstance(settings, dict):
        yield from rules.wrong_type(settings, dict, "tracking_settings")
        return
    for name, setting in settings.items():
        where = f"tracking_settings.{name}"
        if name not in TRACKING:
            yield Problem("Bad Request", where)
        elif not isinstance(setting, dict):
            yield from rules.wrong_type(setting, dict, where)
        else:
            for flag in ("enable", "enable_text"):
                if not isinstance(setting.get(flag, False), bool):
                    yield from rules.wrong_type(setting[flag], bool, f"{where}.{flag}")


def _list(mail: dict[str, Any], name: str) -> list[Any]:
    value = mail.get(name, [])
    return value if isinstance(value, list) else []
