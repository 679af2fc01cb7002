"""Canaries: data that must never be emitted, and a search for it in everything that was.

A flow's test puts canaries where people put their data, runs, and looks::

    def test_signup_says_nothing(capfd: pytest.CaptureFixture[str]) -> None:
        call(handler, rest_event("POST", "/auth/signup", body={"email": CANARIES["email"], …}))
        assert_silent(capfd)

Let nothing be logged in fixtures: what is written before a test's own time is not captured, and a
logger that was made then writes nowhere.

Every value is odd enough never to occur by itself. `assert_silent` also finds them percent-encoded,
in base64, JSON-escaped, in PHP's serialization, in another case and without their punctuation.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import quote, quote_plus

import pytest

CANARIES: Mapping[str, str] = {
    "email": "kanarienvogel.quux@mail-canary.example",
    "password": "Zw1tscher!kanarie-Passw0rd",
    "new_password": "N3u-Zw1tscher!kanarie",
    "first_name": "Xiphiadina",
    "last_name": "Quetzalowska",
    "phone": "+819088776655",
    "street": "77-12 Kanarigasse",
    "street2": "Vogelhaus 901X",
    "city": "Zwitscherhausen",
    "postcode": "998-7761",
    "birth_date": "1961-02-27",
    "company": "Kanarienzucht Oberammer KK",
    "card_number": "4929420573595709",
    "activation_code": "LPA:1$smdp.canary.example$KANARI-0X7Q-MATCH",
    "matching_id": "KANARI-0X7Q-MATCH",
    "bearer_token": "eyJraWQiOiJrYW5hcmkifQ.eyJzdWIiOiJrYW5hcmkifQ.a2FuYXJpZW52b2dlbA",
    "refresh_token": "kanari-refresh-token-0af3e1b7c2",
    "reset_token": "kanari-reset-token-5e1f00aa97",
    "salesforce_session": "00D5g00000Kanari!AQEAQKanarienvogelSession",
    "sendgrid_key": "SG.kanarienvogel-key.kanarienvogel-secret",
    "whmcs_secret": "kanariWhmcsSecret7Hq2",
    "esim_token": "kanari-gigs-token-118f",
    "signing_key": "kanari-signing-key-9c2d",
    "private_key": "-----BEGIN PRIVATE KEY-----\nMIIkanarienvogelKEY\n-----END PRIVATE KEY-----",
}
_SHORTEST_PART = 6


def assert_silent(
    captured: pytest.CaptureFixture[str] | str, canaries: Mapping[str, str] = CANARIES
) -> str:
    """Fail when any canary is in what was written to stdout and stderr; the text that was."""
    text = captured if isinstance(captured, str) else "".join(captured.readouterr())
    if found := sorted(sung(text, canaries)):
        lines = [line for line in text.splitlines() if any(sung(line, canaries))]
        raise AssertionError(f"emitted: {', '.join(found)}, in\n" + "\n".join(lines[:5]))
    return text


def sung(text: str, canaries: Mapping[str, str] = CANARIES) -> set[str]:
    """The names of the canaries that can be heard in a text, in whatever disguise."""
    lower = text.lower()
    return {
        name
        for name, value in canaries.items()
        if any(disguise.lower() in lower for disguise in _disguises(value))
    }


def _disguises(value: str) -> Iterator[str]:
    yield value
    yield quote(value)
    yield quote_plus(value)
    yield quote(value, safe="")
    yield json.dumps(value)[1:-1]
    yield json.dumps(json.dumps(value)[1:-1])[1:-1]
    yield repr(value)[1:-1]
    # Without the padding: it may stand inside a longer encoded text at any of three offsets.
    for offset in range(3):
        encoded = base64.b64encode(b"\0" * offset + value.encode()).decode()
        yield encoded[(0, 2, 3)[offset] :].rstrip("=")[:-1]
    bare = re.sub(r"[^\w]", "", value)
    if bare != value and len(bare) >= _SHORTEST_PART:
        yield bare


def seeded(fields: Iterable[str]) -> dict[str, Any]:
    """Canaries by name, for building requests."""
    return {name: CANARIES[name] for name in fields}
