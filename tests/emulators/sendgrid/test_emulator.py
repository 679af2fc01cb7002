"""POST /v3/mail/send: what is refused, what is kept."""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from local.emulators.kit.server import Running, running
from local.emulators.sendgrid.emulator import MAX_BYTES, SendGrid
from local.emulators.sendgrid.mails import TRACKING_HOST, captured
from local.emulators.sendgrid.suppressions import Suppressions

HEADERS = {"Authorization": "Bearer SG.local"}


@pytest.fixture(scope="module")
def served() -> Iterator[Running]:
    with running(SendGrid()) as server:
        yield server


@pytest.fixture
def server(served: Running) -> Iterator[Running]:
    yield served
    served.emulator.reset()


def mail(**changes: Any) -> dict[str, Any]:
    """A right mail; a change to None removes the property."""
    whole: dict[str, Any] = {
        "personalizations": [{"to": [{"email": "taro@example.com", "name": "Taro"}]}],
        "from": {"email": "no-reply@portal.example"},
        "subject": "Welcome",
        "content": [
            {"type": "text/plain", "value": "Hello"},
            {"type": "text/html", "value": "<p>Hello</p>"},
        ],
    } | changes
    return {name: value for name, value in whole.items() if value is not None}


def send(server: Running, body: Any, **headers: str) -> requests.Response:
    url = f"{server.url}/v3/mail/send"
    return requests.post(url, json=body, headers=HEADERS | headers, timeout=5)


def problems(answer: requests.Response) -> list[tuple[str, str | None]]:
    errors = answer.json()["errors"]
    assert all(set(error) == {"message", "field", "help"} for error in errors)
    return [(error["message"], error["field"]) for error in errors]


def test_accepted_mail_is_kept_whole(server: Running) -> None:
    server.emulator.set_switches({"account_tracking": False})
    png = base64.b64encode(b"\x89PNG").decode()
    answer = send(
        server,
        mail(
            attachments=[
                {
                    "content": png,
                    "filename": "qr.png",
                    "type": "image/png",
                    "disposition": "inline",
                    "content_id": "qr",
                }
            ],
            custom_args={"key": "order-1"},
            categories=["order"],
            headers={"X-Portal": "1"},
            reply_to={"email": "help@portal.example"},
        ),
    )
    assert (answer.status_code, answer.content) == (202, b"")
    kept = requests.get(f"{server.admin}/state", timeout=5).json()["mails"]
    assert len(kept) == 1
    assert kept[0].pop("receivedAt")
    assert kept[0] == {
        "id": answer.headers["X-Message-Id"],
        "messageId": answer.headers["X-Message-Id"],
        "to": [{"email": "taro@example.com", "name": "Taro"}],
        "cc": [],
        "bcc": [],
        "from": {"email": "no-reply@portal.example"},
        "replyTo": [{"email": "help@portal.example"}],
        "subject": "Welcome",
        "text": "Hello",
        "html": "<p>Hello</p>",
        "attachments": [
            {
                "filename": "qr.png",
                "type": "image/png",
                "disposition": "inline",
                "content_id": "qr",
                "content": png,
            }
        ],
        "custom_args": {"key": "order-1"},
        "categories": ["order"],
        "headers": {"X-Portal": "1"},
        "templateId": None,
        "templateData": None,
        "sendAt": None,
        "tracking": {"click": False, "clickInText": False, "open": False},
        "dropped": {},
    }
    assert [call.operation for call in server.emulator.journal.calls()] == ["mail/send"]


def test_each_personalization_is_a_mail_of_its_own(server: Running) -> None:
    blocks = [
        {"to": [{"email": "a@example.com"}], "substitutions": {"-name-": "A"}},
        {"to": [{"email": "b@example.com"}], "subject": "For B", "custom_args": {"n": "2"}},
    ]
    answer = send(server, mail(personalizations=blocks, subject="For -name-"))
    message_id = answer.headers["X-Message-Id"]
    first, second = server.emulator.dump()["mails"]
    assert (first["id"], first["subject"]) == (message_id, "For A")
    assert (second["id"], second["subject"]) == (f"{message_id}.1", "For B")
    assert second["custom_args"] == {"n": "2"}


def block(**changes: Any) -> list[dict[str, Any]]:
    return [{"to": [{"email": "taro@example.com"}], **changes}]


def attachment(**changes: Any) -> list[dict[str, Any]]:
    return [{"content": "QQ==", "filename": "a.txt", **changes}]


@pytest.mark.parametrize(
    ("changes", "field", "message"),
    [
        ({"personalizations": None}, "personalizations", "must have at least one"),
        ({"personalizations": []}, "personalizations", "must have at least one"),
        ({"personalizations": {}}, "personalizations", "Invalid type. Expected: array"),
        ({"personalizations": [{}]}, "personalizations.0.to", "to array is required"),
        (
            {"personalizations": [{"to": [{"email": "taro"}]}]},
            "personalizations.0.to.0.email",
            "valid address",
        ),
        (
            {"personalizations": block(cc=[{"email": "TARO@example.com"}])},
            "personalizations.0",
            "unique between to, cc, and bcc",
        ),
        (
            {"personalizations": block() * 1001},
            "personalizations",
            "limited to 1000 personalizations",
        ),
        (
            {
                "personalizations": [
                    {"to": [{"email": f"u{n}@example.com"} for n in range(1001)]},
                ]
            },
            "personalizations",
            "1000 total recipients",
        ),
        ({"personalizations": block(send_at="x")}, "personalizations.0.send_at", "UNIX timestamp"),
        ({"personalizations": block(subject="")}, "personalizations.0.subject", "one character"),
        (
            {"personalizations": block(substitutions={"a": 1})},
            "personalizations.0.substitutions",
            "all strings",
        ),
        (
            {"personalizations": block(custom_args={"a": "x" * 10_000})},
            "personalizations.0.custom_args",
            "10,000 bytes",
        ),
        ({"from": None}, "from.email", "from object must be provided"),
        ({"from": {"email": "nobody"}}, "from.email", "does not contain a valid address"),
        ({"reply_to": {"email": "nobody"}}, "reply_to.email", "valid address"),
        ({"subject": None}, "subject", "subject is required"),
        ({"subject": ""}, "subject", "at least one character"),
        ({"content": None}, "content", "content parameter is required"),
        ({"content": []}, "content", "content parameter is required"),
        ({"content": [{"type": "text/plain", "value": ""}]}, "content.0.value", "one character"),
        ({"content": [{"type": "a;b", "value": "x"}]}, "content.0.type", "Cannot contain ';'"),
        (
            {
                "content": [
                    {"type": "text/html", "value": "x"},
                    {"type": "text/plain", "value": "x"},
                ]
            },
            "content",
            "text/plain needs to be first",
        ),
        ({"attachments": attachment(content="no!")}, "attachments.0.content", "base64 encoded"),
        ({"attachments": attachment(content="")}, "attachments.0.content", "one character"),
        ({"attachments": attachment(filename=None)}, "attachments.0.filename", "required"),
        ({"attachments": attachment(filename="a\r\nb")}, "attachments.0.filename", "CRLF"),
        ({"attachments": attachment(type="a;b")}, "attachments.0.type", "can't contain ';'"),
        (
            {"attachments": attachment(disposition="hidden")},
            "attachments.0.disposition",
            'either "inline" or "attachment"',
        ),
        ({"attachments": attachment(content_id=7)}, "attachments.0.content_id", "Invalid type"),
        ({"headers": {"Subject": "x"}}, "headers.Subject", "reserved keys"),
        ({"headers": {"X-A": 1}}, "headers.X-A", "must be strings"),
        ({"headers": {"X A": "1"}}, "headers", "empty spaces"),
        ({"custom_args": {"a": 1}}, "custom_args", "must be strings"),
        ({"custom_args": {}}, "custom_args", "can't be empty"),
        ({"categories": ["a", "a"]}, "categories.1", "unique list"),
        ({"categories": [str(n) for n in range(11)]}, "categories", "limit of 10"),
        ({"categories": ["x" * 256]}, "categories.0", "255 characters"),
        ({"categories": [1]}, "categories", "array of strings"),
        ({"send_at": 4_000_000_000}, "send_at", "72 hours"),
        ({"template_id": "d-none"}, "template_id", "valid template id"),
        ({"template_id": ["d-none"]}, "template_id", "valid template id"),
        (
            {"attachments": attachment(disposition=["inline"])},
            "attachments.0.disposition",
            'either "inline" or "attachment"',
        ),
        (
            {"mail_settings": {"sandbox_mode": {"enable": "yes"}}},
            "mail_settings.sandbox_mode.enable",
            "boolean",
        ),
    ],
)
def test_refusals(server: Running, changes: dict[str, Any], field: str, message: str) -> None:
    answer = send(server, mail(**changes))
    assert answer.status_code == 400
    found = problems(answer)
    assert [where for _, where in found] == [field]
    assert message in found[0][0]
    assert server.emulator.dump()["mails"] == []


def test_all_problems_are_told_at_once(server: Running) -> None:
    answer = send(server, mail(subject=None, content=None))
    assert [where for _, where in problems(answer)] == ["subject", "content"]


def test_unknown_properties_are_refused_unless_switched(server: Running) -> None:
    assert send(server, mail(to="taro@example.com")).status_code == 400
    server.emulator.set_switches({"unknown_properties": "ignored"})
    assert send(server, mail(to="taro@example.com")).status_code == 202


def test_scheduled_mail(server: Running) -> None:
    at = int(time.time()) + 3600
    assert send(server, mail(send_at=at)).status_code == 202
    assert server.emulator.dump()["mails"][0]["sendAt"] is not None


def test_template_stands_in_for_subject_and_content(server: Running) -> None:
    server.emulator.seed({"templates": ["d-1"]})
    blocks = block(dynamic_template_data={"name": "Taro"})
    body = mail(template_id="d-1", subject=None, content=None, personalizations=blocks)
    assert send(server, body).status_code == 202
    assert server.emulator.dump()["mails"][0]["templateData"] == {"name": "Taro"}


def test_sandbox_checks_without_sending(server: Running) -> None:
    settings = {"sandbox_mode": {"enable": True}}
    assert send(server, mail(mail_settings=settings)).status_code == 200
    assert send(server, mail(mail_settings=settings, subject="")).status_code == 400
    dump = server.emulator.dump()
    assert (dump["mails"], dump["sandboxed"]) == ([], 1)


@pytest.mark.parametrize(
    ("header", "message"),
    [
        (None, "authorization required"),
        ("Bearer SG.other", "The provided authorization grant is invalid, expired, or revoked"),
        ("Basic SG.local", "The provided authorization grant is invalid, expired, or revoked"),
    ],
)
def test_keys(server: Running, header: str | None, message: str) -> None:
    headers = {"Authorization": header} if header else {}
    answer = requests.post(f"{server.url}/v3/mail/send", json={}, headers=headers, timeout=5)
    assert answer.status_code == 401
    assert problems(answer) == [(message, None)]


def test_scopes(server: Running) -> None:
    server.emulator.seed({"apiKeys": [{"key": "SG.reader", "scopes": ["user.profile.read"]}]})
    answer = send(server, mail(), Authorization="Bearer SG.reader")
    assert (answer.status_code, problems(answer)) == (403, [("access forbidden", None)])
    listed = requests.get(
        f"{server.url}/v3/scopes", headers={"Authorization": "Bearer SG.reader"}, timeout=5
    )
    assert listed.json() == {"scopes": ["user.profile.read"]}
    mine = requests.get(f"{server.url}/v3/scopes", headers=HEADERS, timeout=5).json()
    assert "mail.send" in mine["scopes"]


def test_tracking_of_the_account(server: Running) -> None:
    def settings(kind: str) -> Any:
        address = f"{server.url}/v3/tracking_settings/{kind}"
        return requests.get(address, headers=HEADERS, timeout=5).json()

    assert settings("click") == {"enable_text": False, "enabled": True}
    server.emulator.seed({"tracking": False})
    assert (settings("click")["enabled"], settings("open")) == (False, {"enabled": False})
    server.emulator.seed({"apiKeys": [{"key": "SG.sender", "scopes": ["mail.send"]}]})
    refused = requests.get(
        f"{server.url}/v3/tracking_settings/open",
        headers={"Authorization": "Bearer SG.sender"},
        timeout=5,
    )
    assert refused.status_code == 403


def test_senders_must_be_verified_once_any_is(server: Running) -> None:
    assert send(server, mail()).status_code == 202
    server.emulator.seed({"verifiedSenders": ["hello@other.example"]})
    answer = send(server, mail())
    assert answer.status_code == 403
    assert problems(answer)[0][1] == "from"
    server.emulator.seed({"verifiedSenders": ["@portal.example"]})
    assert send(server, mail()).status_code == 202
    listed = requests.get(f"{server.url}/v3/verified_senders", headers=HEADERS, timeout=5)
    assert [s["from_email"] for s in listed.json()["results"]] == ["hello@other.example"]


def test_content_type_size_and_syntax(server: Running) -> None:
    url = f"{server.url}/v3/mail/send"
    form = requests.post(url, data=json.dumps(mail()), headers=HEADERS, timeout=5)
    assert form.status_code == 415
    as_json = HEADERS | {"Content-Type": "application/json"}
    assert requests.post(url, data="{", headers=as_json, timeout=5).status_code == 400
    assert requests.post(url, data="[]", headers=as_json, timeout=5).status_code == 400
    huge = b'{"subject": "' + b"x" * MAX_BYTES + b'"}'
    assert requests.post(url, data=huge, headers=as_json, timeout=10).status_code == 413


def test_rate_limit(server: Running) -> None:
    server.emulator.set_switches({"rate_limit": 2})
    first, second, third = (send(server, mail()) for _ in range(3))
    assert [a.status_code for a in (first, second, third)] == [202, 202, 429]
    assert [a.headers["X-RateLimit-Remaining"] for a in (first, second, third)] == ["1", "0", "0"]
    assert third.headers["X-RateLimit-Limit"] == "2"
    assert int(third.headers["X-RateLimit-Reset"]) > 0
    assert problems(third) == [("too many requests", None)]
    server.emulator.clock.advance(60)
    assert send(server, mail()).status_code == 202


def test_unknown_paths_and_methods(server: Running) -> None:
    assert requests.get(f"{server.url}/v3/nothing", headers=HEADERS, timeout=5).status_code == 404
    url = f"{server.url}/v3/mail/send"
    assert requests.get(url, headers=HEADERS, timeout=5).status_code == 405
    profile = requests.get(f"{server.url}/v3/user/profile", headers=HEADERS, timeout=5)
    assert profile.status_code == 200


def test_lost_answer_still_sent_the_mail(server: Running) -> None:
    requests.post(f"{server.admin}/faults", json={"kind": "drop_answer"}, timeout=5)
    with pytest.raises(requests.ConnectionError):
        send(server, mail())
    assert len(server.emulator.dump()["mails"]) == 1


def test_mails_without_settings_of_their_own_are_tracked_as_the_account_says() -> None:
    html = '<a href="https://portal.example/x">x</a>'
    mail: dict[str, Any] = {"personalizations": [{"to": [{"email": "a@x.example"}]}]}
    mail |= {"from": {"email": "b@x.example"}, "subject": "s"}
    mail |= {"content": [{"type": "text/html", "value": html}]}
    now = datetime(2026, 11, 23, tzinfo=UTC)
    (tracked,) = captured(mail, "id", now, account_tracking=True, suppressions=Suppressions())
    assert "portal.example" not in tracked["html"]
    assert TRACKING_HOST in tracked["html"]
    (plain,) = captured(mail, "id", now, account_tracking=False, suppressions=Suppressions())
    assert plain["html"] == html


# Suppressions

LISTS = {
    "bounces": ["bounced@example.com"],
    "spamReports": ["spam@example.com"],
    "globalUnsubscribes": ["gone@example.com"],
}
EVERY_LIST = {
    "bounced@example.com": "Bounced Address",
    "spam@example.com": "Spam Reporting Address",
    "gone@example.com": "Unsubscribed Address",
}


@pytest.mark.parametrize(
    ("bypass", "dropped"),
    [
        (None, set(EVERY_LIST)),
        ("bypass_bounce_management", set(EVERY_LIST) - {"bounced@example.com"}),
        ("bypass_spam_management", set(EVERY_LIST) - {"spam@example.com"}),
        ("bypass_unsubscribe_management", set(EVERY_LIST) - {"gone@example.com"}),
        ("bypass_list_management", set()),
    ],
)
def test_suppressed_addresses_are_accepted_and_dropped(
    server: Running, bypass: str | None, dropped: set[str]
) -> None:
    server.emulator.seed({"suppressions": LISTS})
    to = [{"email": address.upper()} for address in EVERY_LIST] + [{"email": "taro@example.com"}]
    settings = {} if bypass is None else {"mail_settings": {bypass: {"enable": True}}}
    assert send(server, mail(personalizations=[{"to": to}], **settings)).status_code == 202
    (kept,) = server.emulator.dump()["mails"]
    assert kept["dropped"] == {
        address.upper(): reason for address, reason in EVERY_LIST.items() if address in dropped
    }


@pytest.mark.parametrize(
    "settings",
    [
        {"bypass_spam_management": True},
        {"bypass_spam_management": {"enable": "yes"}},
        {
            "bypass_list_management": {"enable": True},
            "bypass_unsubscribe_management": {"enable": True},
        },
    ],
)
def test_bypass_filters_that_are_refused(server: Running, settings: dict[str, Any]) -> None:
    assert send(server, mail(mail_settings=settings)).status_code == 400
