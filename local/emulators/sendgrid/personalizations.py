"""Checks the `personalizations` array with the recipients and their values."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from local.emulators.sendgrid import rules
from local.emulators.sendgrid.errors import Problem

MAXIMUM = 1000
KNOWN = frozenset(
    (
        "from",
        "to",
        "cc",
        "bcc",
        "subject",
        "headers",
        "substitutions",
        "dynamic_template_data",
        "custom_args",
        "send_at",
    )
)
FIELDS = ("to", "cc", "bcc")


def problems(mail: dict[str, Any], limit: int, now: datetime) -> Iterator[Problem]:
    """Everything that is wrong with `mail["personalizations"]`."""
    given = mail.get("personalizations")
    anchor = "-Personalizations-Errors"
    if given is None or given == []:
        message = (
            "The personalizations field is required and must have at least one personalization."
        )
        yield Problem(message, "personalizations", anchor)
        return
    if not isinstance(given, list):
        yield from rules.wrong_type(given, list, "personalizations")
        return
    if len(given) > MAXIMUM:
        message = (
            f"The personalization block is limited to {MAXIMUM} personalizations per API request. "
            f"You have provided {len(given)} personalizations. Please consider splitting this "
            "into multiple requests and resending your request."
        )
        yield Problem(message, "personalizations", anchor)
    elif sum(len(_people(block, name)) for block in given for name in FIELDS) > MAXIMUM:
        message = f"There is a limit of {MAXIMUM} total recipients (to + cc + bcc) per request."
        yield Problem(message, "personalizations", "message.recipient-errors")
    for index, block in enumerate(given):
        where = f"personalizations.{index}"
        if not isinstance(block, dict):
            yield from rules.wrong_type(block, dict, where)
            continue
        yield from _recipients(block, where)
        yield from _overrides(block, where, now)
        yield from rules.custom_args_size(
            mail.get("custom_args"), block.get("custom_args"), limit, f"{where}.custom_args"
        )


def _recipients(block: dict[str, Any], where: str) -> Iterator[Problem]:
    if not block.get("to"):
        message = (
            "The to array is required for all personalization objects, and must have at least one "
            "email object with a valid email address."
        )
        yield Problem(message, f"{where}.to", "message.personalizations.to")
    seen: set[str] = set()
    duplicate: Problem | None = None
    for name in FIELDS:
        if name in block and not isinstance(block[name], list):
            yield from rules.wrong_type(block[name], list, f"{where}.{name}")
        for index, someone in enumerate(_people(block, name)):
            place = f"{where}.{name}.{index}"
            yield from rules.person(someone, place, f"message.personalizations.{name}")
            email = str(someone.get("email")).lower() if isinstance(someone, dict) else place
            if email in seen and duplicate is None:
                duplicate = Problem(
                    "Each email address in the personalization block should be unique between to, "
                    f"cc, and bcc. We found the first duplicate instance of [{email}] in the "
                    f"{where}.{name} field.",
                    where,
                    "message.recipient-errors",
                )
            seen.add(email)
    if duplicate is not None:
        yield duplicate


def _overrides(block: dict[str, Any], where: str, now: datetime) -> Iterator[Problem]:
    if "from" in block:
        yield from rules.person(block["from"], f"{where}.from", "message.from")
    if "headers" in block:
        yield from rules.headers(block["headers"], f"{where}.headers")
    if "custom_args" in block:
        yield from rules.custom_args(block["custom_args"], f"{where}.custom_args")
    if "send_at" in block:
        yield from rules.send_at(block["send_at"], f"{where}.send_at", now)
    if "subject" in block and not (isinstance(block["subject"], str) and block["subject"]):
        message = "The subject of your email must be a string at least one character in length."
        yield Problem(message, f"{where}.subject", "message.personalizations.subject")
    substitutions = block.get("substitutions", {})
    if not isinstance(substitutions, dict) or not all(
        isinstance(value, str) for value in substitutions.values()
    ):
        message = (
            "The substitution values must be an object of key/value pairs, where the values are "
            "all strings."
        )
        anchor = "message.personalizations.substitutions"
        yield Problem(message, f"{where}.substitutions", anchor)


def _people(block: Any, name: str) -> list[Any]:
    people = block.get(name, []) if isinstance(block, dict) else []
    return people if isinstance(people, list) else []
