"""The demo's second part: a forgotten password, and a customer with a WHMCS login."""

from __future__ import annotations

import re
import secrets
from collections.abc import Callable
from typing import Any

from local.demo.checks import expect, expect_status, wait_for
from local.demo.people import CHEN, PASSWORD, YAMAMOTO, Person
from local.demo.portal_client import FrontDoor, PortalClient

MAIL_SECONDS = 60.0
RESET_LINK = re.compile(r"/reset-password#token=([A-Za-z0-9_-]+)")
Say = Callable[[str], None]


def forget_the_password(portal: PortalClient, front: FrontDoor, person: Person, say: Say) -> None:
    """Reset the password; check that link, old password and old session no longer work."""
    session = _session(portal, person.email, PASSWORD)
    seen = _reset_tokens(front, person.email)
    asked = portal.post("/auth/request-password-reset", {"email": person.email})
    expect_status(asked, 202, "Asking for a password reset")
    # Another address in each run: an address may be asked for three times an hour.
    unknown = f"nobody-{secrets.token_hex(4)}@mail.example"
    nobody = portal.post("/auth/request-password-reset", {"email": unknown})
    expect_status(nobody, 202, "Asking for the reset of an account that does not exist")
    expect(
        nobody.content == asked.content,
        "The answer tells whether an account exists: it differs for an unknown address.",
    )
    say("Asked for a new password; an unknown address gets the same answer")
    token = wait_for(
        lambda: next(iter(_reset_tokens(front, person.email) - seen), None),
        seconds=MAIL_SECONDS,
        sentence="No mail with a link to set a new password arrived.",
    )
    changed = f"{PASSWORD}-{secrets.token_hex(3)}"
    body = {"token": token, "newPassword": changed}
    expect_status(portal.post("/auth/reset-password", body), 204, "Setting a new password")
    again = portal.post("/auth/reset-password", body)
    expect(
        again.status_code == 422,  # noqa: PLR2004  # Unprocessable
        f"The link worked twice: the second use gave {again.status_code}.",
    )
    refreshed = portal.post("/auth/refresh", {"refreshToken": session["refreshToken"]})
    expect_status(refreshed, 401, "Refreshing a session from before the reset")
    old = portal.post("/auth/login", {"email": person.email, "password": PASSWORD})
    expect_status(old, 401, "Logging in with the old password")
    portal.log_in(person.email, changed)
    say("Set it through the mailed link: works once, ends all sessions, old password refused")


def link_whmcs(portal: PortalClient, whmcs_emails: Callable[[], set[str]], say: Say) -> None:
    """Link a customer with a WHMCS login; check that no second WHMCS client is created."""
    person = next((p for p in (CHEN, YAMAMOTO) if _unlinked(portal, p)), None)
    if person is None:
        say("Everybody with an old WHMCS login is linked already")
        return
    before = whmcs_emails()
    refused = portal.post("/auth/signup", person.signup())
    problem = expect_status(refused, 409, f"Signing up {person.email}, whom WHMCS knows")
    expect(
        problem["type"].endswith("whmcs-account-exists"),
        f"The refusal should be whmcs-account-exists and is {problem['type']}.",
    )
    body = {"email": person.email, "password": PASSWORD, "sfNumber": person.number}
    linked = expect_status(portal.post("/auth/link-whmcs", body), 201, "Linking the account")
    expect(linked["sfNumber"] == person.number, "Linked to another customer number.")
    expect(whmcs_emails() == before, "Linking made another WHMCS client.")
    _session(portal, person.email, PASSWORD)
    say(f"{person.email} has a WHMCS login: signing up says so, linking uses it")


def _session(portal: PortalClient, email: str, password: str) -> dict[str, Any]:
    answer = portal.post("/auth/login", {"email": email, "password": password})
    return expect_status(answer, 200, f"Logging in as {email}")


def _unlinked(portal: PortalClient, person: Person) -> bool:
    login = portal.post("/auth/login", {"email": person.email, "password": PASSWORD})
    return login.status_code == 401  # noqa: PLR2004  # Unauthorized


def _reset_tokens(front: FrontDoor, email: str) -> set[str]:
    texts = (mail["text"] for mail in front.mails_to(email))
    return {found[1] for text in texts if (found := RESET_LINK.search(text))}
