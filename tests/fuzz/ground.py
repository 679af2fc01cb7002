"""What generated requests stand on: customers, a provisioned order, real ids, a signature."""

from __future__ import annotations

import dataclasses
import re
import secrets
import time
from dataclasses import dataclass, field

from local.context import StackContext
from local.demo.backstage import Backstage
from local.demo.card_page import Card, add_card
from local.demo.cart import CART
from local.demo.checks import expect_status, wait_for
from local.demo.people import NEWCOMERS, PASSWORD, Person
from local.demo.portal_client import FrontDoor, PortalClient, find_stack
from tests.signing import provision_headers

SECONDS = 180.0
SIGNED_IN_SECONDS = 600.0


@dataclass
class Customer:
    """Somebody who has signed up and in."""

    person: Person
    portal: PortalClient
    token: str
    refresh_token: str

    @property
    def bearer(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"}


@dataclass
class Ground:
    """One stack with a customer who owns something, and another whose account may suffer."""

    stack: StackContext
    order_id: str = ""
    waiting_order_id: str = ""
    invoice_id: str = ""
    subscription_id: str = ""
    esim_id: str = ""
    operation_id: str = ""
    _signed_in_at: float = field(init=False, default=0.0)
    owner: Customer = field(init=False)
    victim: Customer = field(init=False)

    def __post_init__(self) -> None:
        found = find_stack(self.stack.front_url)
        self.api = found["api"]
        self._front = FrontDoor(self.stack.front_url)
        self.backstage = Backstage(found["emulators"])
        self._opened: list[PortalClient] = []

    def prepare(self) -> None:
        """Sign two customers up; one of them orders and gets everything."""
        self.owner, self.victim = self.customer(), self.customer()
        self._signed_in_at = time.monotonic()
        portal = self.owner.portal
        link = expect_status(
            portal.post("/auth/sso-link", {"destination": "payment-methods"}), 200, "the link"
        )
        add_card(link["url"], Card())
        self.order_id = expect_status(portal.post("/orders", CART), 201, "ordering")["sfOrderId"]
        self.provision(self.order_id)
        wait_for(
            lambda: (
                portal.get(f"/orders/{self.order_id}").json()["status"] == "provisioned" or None
            ),
            seconds=SECONDS,
            sentence="The order was not provisioned.",
        )
        invoices = wait_for(
            lambda: portal.get("/billing/invoices").json()["items"] or None,
            seconds=SECONDS,
            sentence="The customer has no invoice.",
        )
        self.invoice_id = str(invoices[0]["id"])
        another = portal.post("/orders", CART, key=f"fuzz-{secrets.token_hex(8)}")
        self.waiting_order_id = expect_status(another, 201, "ordering")["sfOrderId"]
        services = expect_status(portal.get("/subscriptions"), 200, "services")["items"]
        self.subscription_id = str(services[0]["id"])
        self.esim_id = next(
            str(one["id"])
            for one in services
            if portal.get(f"/subscriptions/{one['id']}").json().get("esim")
        )
        self.owner.portal.log_in(self.owner.person.email, PASSWORD)
        topped_up = portal.post(
            f"/subscriptions/{self.esim_id}/topup",
            {"offerId": self.offer()},
            key=f"fuzz-{secrets.token_hex(8)}",
        )
        self.operation_id = expect_status(topped_up, 202, "topping up")["operationId"]

    def renew(self) -> None:
        """Sign both customers in again after ten minutes: a long run outlasts their tokens."""
        if time.monotonic() - self._signed_in_at < SIGNED_IN_SECONDS:
            return
        for customer in (self.owner, self.victim):
            body = {"email": customer.person.email, "password": PASSWORD}
            tokens = expect_status(customer.portal.post("/auth/login", body), 200, "signing in")
            customer.token, customer.refresh_token = tokens["accessToken"], tokens["refreshToken"]
            customer.portal.log_in(customer.person.email, PASSWORD)
        self._signed_in_at = time.monotonic()

    def close(self) -> None:
        """Close the connections."""
        self._front.close()
        self.backstage.close()
        for portal in self._opened:
            portal.close()

    def fresh_bearer(self) -> dict[str, str]:
        """The owner's token of a sign-in just now, as reissues and top-ups want it."""
        body = {"email": self.owner.person.email, "password": PASSWORD}
        answer = self.owner.portal.post("/auth/login", body)
        token = expect_status(answer, 200, "signing in")["accessToken"]
        return {
            "Authorization": f"Bearer {token}",
            "Idempotency-Key": f"fuzz-{secrets.token_hex(8)}",
        }

    def offer(self, service_id: str = "") -> str:
        """An offer for a line of the owner; without an id for the first one."""
        path = f"/subscriptions/{service_id or self.esim_id}/topup-offers"
        offers = expect_status(self.owner.portal.get(path), 200, "offers")["items"]
        return str(offers[0]["offerId"])

    def person(self) -> Person:
        """Somebody whom Salesforce knows and the portal does not."""
        serial = secrets.randbelow(900_000) + 100_000
        person = dataclasses.replace(
            NEWCOMERS[0], number=f"CN-{serial}", email=f"fuzz-{serial}@mail.example"
        )
        self.backstage.add_account(person)
        return person

    def customer(self) -> Customer:
        """Somebody new who has signed up and in."""
        person = self.person()
        portal = PortalClient(self.api)
        self._opened.append(portal)
        expect_status(portal.post("/auth/signup", person.signup()), 201, "signing up")
        answer = portal.post("/auth/login", {"email": person.email, "password": PASSWORD})
        tokens = expect_status(answer, 200, "signing in")
        portal.log_in(person.email, PASSWORD)
        return Customer(person, portal, tokens["accessToken"], tokens["refreshToken"])

    def reset_token(self, customer: Customer) -> str:
        """The token of a reset mail."""
        email = customer.person.email
        customer.portal.post("/auth/request-password-reset", {"email": email})

        def mailed() -> str | None:
            texts = (str(mail) for mail in self._front.mails_to(email))
            return next(
                (m[1] for text in texts if (m := re.search(r"#token=([\w-]+)", text))), None
            )

        token: str = wait_for(mailed, seconds=SECONDS, sentence="No reset mail arrived.")
        return token

    def approve(self, order_id: str) -> None:
        """An operator approves an order."""
        self._front.approve(order_id)

    def provision(self, order_id: str) -> None:
        """An operator approves an order and presses the button."""
        self._front.approve(order_id)
        self._front.press_provision(order_id)

    def signature(self, order_id: str, body: bytes = b"") -> dict[str, str]:
        """The headers of a signed press for an order."""
        return provision_headers(
            order_id=order_id,
            idempotency_key=f"{order_id}-{secrets.randbelow(10**6) + 1}",
            timestamp=int(time.time()),
            body=body,
            key_id=self.stack.signing_key_id,
            key=self.stack.signing_key,
        )
