"""Two customers whose every value is a canary, and what they do: everything, and everything wrong.

`Happy` goes through every endpoint and is provisioned. `Unlucky` meets every outside system while
it fails and repeats in its error what it was sent.
"""

from __future__ import annotations

import dataclasses
import json
import re
import secrets
import string
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

import httpx

from local.context import StackContext
from local.demo.backstage import Backstage
from local.demo.card_page import Card, add_card
from local.demo.cart import CART
from local.demo.checks import expect_status, wait_for
from local.demo.people import NEWCOMERS
from local.demo.portal_client import FrontDoor, find_stack
from tests.canaries import CANARIES
from tests.e2e.canary_places import Consumers

SECONDS = 90.0
CARD = "4929420573595709"
ESIM = next(item for item in CART["items"] if item["sku"].startswith("ESIM"))


def odd_word() -> str:
    """Eight letters that occur nowhere by accident."""
    return "".join(secrets.choice(string.ascii_lowercase) for _ in range(8))


@dataclass
class Canary:
    """A customer: `values` has each canary by the kind of data that docs/security.md names."""

    stack: StackContext
    values: dict[str, set[str]] = field(default_factory=dict)
    called: set[tuple[str, str]] = field(default_factory=set)

    def __post_init__(self) -> None:
        found = find_stack(self.stack.front_url)
        self.front = FrontDoor(self.stack.front_url)
        self.backstage = Backstage(found["emulators"])
        self.api = httpx.Client(base_url=found["api"], trust_env=False, timeout=30)
        word = odd_word()
        serial = secrets.randbelow(900_000_000) + 100_000_000
        self.person = dataclasses.replace(
            NEWCOMERS[0],
            number=f"KN-{serial}",
            first_name=f"Xiphi{word}",
            last_name=f"Quetz{word}",
            email=f"kanari.{word}@quux-canary.example",
            crm_email=f"crm.{word}@quux-canary.example",
            phone=f"+8190{serial // 10}",
            street=f"77-12 Gasse{word}",
            city=f"Zwitscher{word}",
            postcode=f"{serial % 1000:03}-{serial // 100_000:04}",
        )
        self.password = f"Zw1-{word}-Passw0rd!"
        body = self.person.signup(self.password)
        self.birth_date = f"19{serial % 90 + 10:02}-0{serial % 9 + 1}-1{serial % 10}"
        body |= {"dateOfBirth": self.birth_date, "gender": "female", "company": f"KK Zucht{word}"}
        body["address"]["street2"] = f"Haus {word}"
        self.form = body
        self.note("e-mail address", self.person.email)
        self.note("e-mail address in Salesforce", str(self.person.crm_email))
        self.note("name", self.person.first_name, self.person.last_name, f"Zucht{word}")
        self.note("phone number", self.person.phone)
        self.note("birth date", self.birth_date)
        self.note(
            "address",
            f"77-12 Gasse{word}",
            f"Haus {word}",
            self.person.city,
            self.person.postcode,
        )
        self.note("customer number", self.person.number)
        self.note("password", self.password)
        self.backstage.add_account(
            dataclasses.replace(self.person, email=str(self.person.crm_email))
        )

    def note(self, kind: str, *values: str) -> None:
        """Remember canaries of a kind of data."""
        self.values.setdefault(kind, set()).update(value for value in values if value)

    def close(self) -> None:
        """Close the connections."""
        self.api.close()
        self.front.close()
        self.backstage.close()

    def call(self, method: str, path: str, body: Any = None, **headers: str) -> httpx.Response:
        """Call the API, and note that it was called."""
        self.called.add((method, path))
        content = None if body is None else json.dumps(body)
        sent = {"Content-Type": "application/json", **headers} if content else headers
        return self.api.request(method, path, content=content, headers=sent)

    def ask(self, status: int, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Call the API and expect a status. Returns the answer's JSON."""
        answer = self.call(method, path, body, **headers)
        return expect_status(answer, status, f"{method} {path}")

    def sign_in(self, password: str | None = None) -> dict[str, Any]:
        """Sign in; later calls carry the token."""
        body = {"email": self.person.email, "password": password or self.password}
        tokens: dict[str, Any] = self.ask(200, "POST", "/auth/login", body)
        self.note("access token", tokens["accessToken"].rsplit(".", 1)[-1])
        self.note("refresh token", tokens["refreshToken"])
        self.api.headers["Authorization"] = f"Bearer {tokens['accessToken']}"
        return tokens

    def sign_in_with_a_browser(self) -> None:
        """Sign in as the pages do; then refresh and sign out by the cookie."""
        body = {"email": self.person.email, "password": self.password}
        headers = {"X-Portal-Client": "browser", "X-Portal-CSRF": "1"}
        for path, sent in (("login", body), ("refresh", {})):
            answer = self.call("POST", f"/auth/{path}", sent, **headers)
            expect_status(answer, 200, f"{path} with a browser")
            for cookie in answer.headers.get_list("set-cookie"):
                name, value = cookie.split(";", 1)[0].split("=", 1)
                kind = "refresh token" if name == "portal_refresh" else "device token"
                self.note(kind, value)
                self.api.headers["Cookie"] = f"{name}={value}"
        self.call("POST", "/auth/logout", {}, **headers)
        del self.api.headers["Cookie"]

    def link(self, destination: str = "payment-methods") -> str:
        """A single-use link into WHMCS."""
        url: str = self.ask(200, "POST", "/auth/sso-link", {"destination": destination})["url"]
        self.note("single sign-on token", *re.findall(r"[\w-]{24,}", urlsplit(url).query))
        return url

    def add_card(self) -> None:
        """Type a card number on WHMCS' own page."""
        add_card(self.link(), Card(number=CARD))
        self.note("card number", CARD)

    def order(self, cart: dict[str, Any]) -> str:
        """Order, and let an operator approve it."""
        order_id: str = self.ask(201, "POST", "/orders", cart)["sfOrderId"]
        self.front.approve(order_id)
        return order_id

    def press(self, order_id: str) -> None:
        """The operator's button."""
        self.front.press_provision(order_id)
        self.called.add(("POST", f"/orders/{order_id}/provision"))

    def wait_for_order(self, order_id: str, *statuses: str) -> None:
        """Wait until an order has one of the statuses."""
        wait_for(
            lambda: self.ask(200, "GET", f"/orders/{order_id}")["status"] in statuses or None,
            seconds=SECONDS,
            sentence=f"The order is not {', '.join(statuses)}.",
        )

    def wait_for_operation(self, operation: str) -> None:
        """Wait until a top-up or reissue has succeeded."""
        path = f"/operations/{operation}"
        wait_for(
            lambda: self.ask(200, "GET", path)["status"] == "succeeded" or None,
            seconds=SECONDS,
            sentence="The operation did not succeed.",
        )

    def note_the_line(self) -> None:
        """The secrets of the eSIM, and the numbers that name a person's line."""
        state = httpx.get(f"{self.stack.gigs_url}/_admin/state", trust_env=False).json()
        (records,) = state["projects"].values()
        lines = [s for s in records["subscriptions"] if s["user"]["email"] == self.person.email]
        sims = {line["sim"]["id"] for line in lines}
        for sim in records["sims"]:
            if sim["id"] in sims:
                code = str(sim["activationCode"])
                self.note("activation code", code, code.rsplit("$", 1)[-1])
                self.note("ICCID", str(sim["iccid"]))
        for line in lines:
            self.note("number of the line", str(line.get("phoneNumber") or ""))


def go_through_everything(happy: Canary, consumers: Consumers, seen: dict[str, str]) -> None:
    """Call every endpoint so that it works; keep every message that a queue has held."""
    happy.ask(200, "GET", "/health")
    happy.ask(200, "GET", "/auth/password-policy")
    happy.call("POST", "/auth/request-signup-proof", {"sfNumber": happy.person.number})
    with consumers.stopped("email", "case"):
        happy.ask(201, "POST", "/auth/signup", happy.form)
        consumers.kept(seen, text="welcome")
        tokens = happy.sign_in()
        refreshed = happy.ask(
            200, "POST", "/auth/refresh", {"refreshToken": tokens["refreshToken"]}
        )
        happy.note("refresh token", str(refreshed.get("refreshToken", "")))
        happy.sign_in_with_a_browser()
        _read_the_account(happy)
        happy.add_card()
        cancelled = happy.ask(201, "POST", "/orders", {"items": [ESIM]})["sfOrderId"]
        assert happy.call("POST", f"/orders/{cancelled}/cancel").is_success
        order_id = happy.order(CART)
        with consumers.stopped("provision"):
            happy.press(order_id)
            consumers.kept(seen, text=order_id)
        happy.wait_for_order(order_id, "provisioned")
        happy.note_the_line()
        _use_the_line(happy, consumers, seen)
        _change_passwords(happy)
        consumers.kept(seen, text="password-reset")
    _reset_password(happy)


def _read_the_account(happy: Canary) -> None:
    happy.ask(200, "GET", "/me")
    happy.ask(200, "PATCH", "/me", {"language": "en"})
    address = happy.ask(200, "GET", "/me/billing")
    happy.ask(200, "PATCH", "/me/billing", {"city": address["city"]})
    for path in ("/billing/payment-methods/summary", "/catalog", "/catalog/personalized"):
        happy.ask(200, "GET", path)
    happy.ask(200, "GET", f"/catalog/{ESIM['sku']}")


def _use_the_line(happy: Canary, consumers: Consumers, seen: dict[str, str]) -> None:
    happy.ask(200, "GET", "/orders")
    invoices = happy.ask(200, "GET", "/billing/invoices")["items"]
    happy.ask(200, "GET", f"/billing/invoices/{invoices[0]['id']}")
    lines = happy.ask(200, "GET", "/subscriptions")["items"]
    shown = {one["id"]: happy.ask(200, "GET", f"/subscriptions/{one['id']}") for one in lines}
    line = next(f"/subscriptions/{id_}" for id_, one in shown.items() if one.get("esim"))
    happy.sign_in()
    happy.ask(200, "GET", f"{line}/esim")
    offers = happy.ask(200, "GET", f"{line}/topup-offers")["items"]
    for path, body in (
        ("topup", {"offerId": offers[0]["offerId"]}),
        ("reissue-esim", {"reason": "lost"}),
    ):
        with consumers.stopped("operation"):
            key = {"Idempotency-Key": secrets.token_hex(8)}
            operation = happy.ask(202, "POST", f"{line}/{path}", body, **key)["operationId"]
            consumers.kept(seen, text=operation)
        happy.wait_for_operation(operation)
    happy.note_the_line()


def _change_passwords(happy: Canary) -> None:
    changed = f"N3u-{odd_word()}-Passw0rd!"
    happy.note("password", changed)
    body = {"currentPassword": happy.password, "newPassword": changed}
    happy.ask(204, "POST", "/auth/change-password", body)
    happy.password = changed
    happy.ask(202, "POST", "/auth/request-password-reset", {"email": happy.person.email})


def _reset_password(happy: Canary) -> None:
    def token() -> str | None:
        texts = (mail["text"] for mail in happy.front.mails_to(happy.person.email))
        return next((m[1] for text in texts if (m := re.search(r"#token=([\w-]+)", text))), None)

    reset = wait_for(token, seconds=SECONDS, sentence="No mail with a link came.")
    changed = f"N3u-{odd_word()}-Passw0rd!"
    happy.note("reset token", reset)
    happy.note("password", changed)
    happy.ask(204, "POST", "/auth/reset-password", {"token": reset, "newPassword": changed})
    tokens = happy.sign_in(changed)
    happy.ask(204, "POST", "/auth/logout", {"refreshToken": tokens["refreshToken"]})
    happy.call("POST", "/auth/link-whmcs", _link_form(happy, changed))
    wait_for(
        lambda: len(happy.front.mails_to(happy.person.email)) > _MAILS or None,
        seconds=SECONDS,
        sentence="Not every mail came.",
    )


_MAILS = 8


def _link_form(customer: Canary, password: str) -> dict[str, str]:
    person = customer.person
    return {"email": person.email, "password": password, "sfNumber": person.number}


def meet_every_failure(unlucky: Canary) -> None:
    """Send what is wrong, then send what is right while every system fails."""
    _send_what_is_wrong(unlucky)
    for system, fault in _faults():
        with _failing(unlucky, system, fault):
            unlucky.call("POST", "/auth/signup", unlucky.form)
            unlucky.call("POST", "/auth/link-whmcs", _link_form(unlucky, unlucky.password))
    unlucky.ask(201, "POST", "/auth/signup", unlucky.form)
    unlucky.sign_in()
    unlucky.add_card()
    for system, fault in _faults():
        with _failing(unlucky, system, fault):
            _use_everything(unlucky)
    # The order of the cart above, which was placed when the system that failed was not needed.
    order_id = unlucky.call("POST", "/orders", {"items": [ESIM]}).json()["sfOrderId"]
    unlucky.front.approve(order_id)
    refusal = next(fault for system, fault in _faults() if system == "gigs")
    with _failing(unlucky, "gigs", refusal):
        unlucky.press(order_id)
        unlucky.wait_for_order(order_id, "failed")


def _use_everything(unlucky: Canary) -> None:
    for path in (
        *("/me", "/me/billing", "/billing/payment-methods/summary", "/billing/invoices"),
        *("/catalog/personalized", "/orders", "/subscriptions", "/subscriptions/1"),
    ):
        unlucky.call("GET", path)
    unlucky.call("PATCH", "/me/billing", {"city": unlucky.person.city})
    unlucky.call("POST", "/auth/sso-link", {"destination": "invoices"})
    unlucky.call("POST", "/orders", {"items": [ESIM]})
    unlucky.call("POST", "/auth/request-password-reset", {"email": unlucky.person.email})


def _send_what_is_wrong(unlucky: Canary) -> None:
    """Canaries where no such value belongs: names of members, other types, paths, queries."""
    every = " ".join(value for values in unlucky.values.values() for value in values)
    for method, path in (
        *(("POST", f"/auth/{name}") for name in ("signup", "login", "refresh", "logout")),
        *(("POST", f"/auth/{name}") for name in ("reset-password", "link-whmcs", "sso-link")),
        *(("POST", f"/auth/{name}") for name in ("change-password", "request-password-reset")),
        *(("PATCH", path) for path in ("/me", "/me/billing")),
        ("POST", "/orders"),
        ("POST", "/webhooks/esim"),
    ):
        unlucky.call(method, path, {**unlucky.form, every: every, "email": [every]})
        unlucky.api.request(method, path, content=f'{{"email": "{every}')
    word = unlucky.person.first_name
    unlucky.call("POST", f"/webhooks/esim/{word}", {"notifyType": every})
    for path in (f"/catalog/{word}", "/orders", "/catalog"):
        unlucky.api.get(path, params={"category": every, "cursor": every})
    wrong = {"email": unlucky.person.email, "password": f"{unlucky.password}-wrong"}
    unlucky.ask(401, "POST", "/auth/login", wrong)
    refused = {"Authorization": f"Bearer {CANARIES['bearer_token']}"}
    unlucky.note("access token", CANARIES["bearer_token"].rsplit(".", 1)[-1])
    unlucky.api.get("/me", headers=refused)


def _faults() -> Iterator[tuple[str, dict[str, Any]]]:
    """Each system refuses a request and repeats in its error every value that it was sent."""
    said = "Refused: {request}"
    bodies: dict[str, tuple[int, Any]] = {
        "salesforce": (400, [{"message": said, "errorCode": "FIELD_CUSTOM_VALIDATION_EXCEPTION"}]),
        "whmcs": (200, {"result": "error", "message": said}),
        "gigs": (422, {"object": "error", "type": "invalid", "message": said}),
        "sendgrid": (400, {"errors": [{"message": said, "field": None, "help": None}]}),
    }
    for system, (status, body) in bodies.items():
        for code in (status, 500):
            yield system, {"kind": "status", "status": code, "body": body, "times": None}


@contextmanager
def _failing(unlucky: Canary, system: str, fault: dict[str, Any]) -> Iterator[None]:
    url = f"{unlucky.stack.emulators[system]}/_admin/faults"
    httpx.post(url, json=fault, trust_env=False, timeout=10).raise_for_status()
    try:
        yield
    finally:
        httpx.delete(url, trust_env=False, timeout=10)
