"""Plays the whole business against a running stack over HTTP and checks each step.

It begins with a customer number and ends with an eSIM that can be installed. On the way it makes
common mistakes: an order without a card, an order sent twice, the button pressed twice.
"""

from __future__ import annotations

import dataclasses
import secrets
import time
from collections import Counter
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from local.demo.backstage import Backstage
from local.demo.card_page import Card, add_card
from local.demo.cart import CART, cart_suits, suits
from local.demo.checks import DemoError, expect, expect_status, wait_for
from local.demo.identity_chapter import forget_the_password, link_whmcs
from local.demo.mail_check import check_esim_mail, pictures
from local.demo.outage import Scene, play
from local.demo.people import NEWCOMERS, PASSWORD, Person
from local.demo.portal_client import FrontDoor, PortalClient, find_stack
from local.demo.products import NEVER_OFFERED, OFFERED
from local.demo.reissue_chapter import reissue_the_line
from local.demo.topup_chapter import top_up_the_line
from local.demo.whmcs_check import check_services

PROVISIONING_SECONDS = 180.0
MAIL_SECONDS = 60.0
CARD_SECONDS = 15.0
EXPECTED_MAILS = 3


class Demo:
    """One run of the demo: a customer, an order, and checks of all records about it."""

    def __init__(self, front_door: str, console: Console, provider: str | None = None) -> None:
        self._console = console
        self._stack = find_stack(front_door, provider)
        self._portal = PortalClient(self._stack["api"])
        self._front = FrontDoor(front_door)
        self._backstage = Backstage(self._stack["emulators"])
        self._person: Person = NEWCOMERS[0]
        self._order_id = ""
        self._steps = 0

    def run(self) -> None:
        """Play everything. Raises DemoError at the first check that fails."""
        try:
            self._become_a_customer()
            self._look_around()
            self._be_refused_without_a_card()
            self._add_a_card()
            self._order_twice()
            seconds = self._provision()
            self._press_again()
            self._check_the_records()
            self._check_the_mails()
            top_up_the_line(self._portal, self._backstage, self._person, self._say)
            reissue_the_line(self._portal, self._front, self._backstage, self._person, self._say)
            forget_the_password(self._portal, self._front, self._person, self._say)
            link_whmcs(self._portal, self._backstage.whmcs_emails, self._say)
            self._console.print(
                f"\n[bold green]All as promised.[/] Provisioning took [bold]{seconds:.1f} s[/] "
                "from the button to a working line."
            )
            self._show_the_places()
        finally:
            self._close()

    def run_outage(self, fault: str) -> None:
        """Play one outage of `OUTAGES`. Raises DemoError at the first check that fails."""
        scene = Scene(self._portal, self._front, self._stack)
        self._console.print(f"Watch {self._front.url}/ops meanwhile.", highlight=False)
        try:
            play(fault, scene, self._say)
        finally:
            scene.close()
            self._close()

    def _show_the_places(self) -> None:
        front = self._front.url
        for what, path in (
            ("The order in Salesforce", f"salesforce/orders/{self._order_id}"),
            ("Its logs and calls", f"ops/trace?id={self._order_id}"),
            ("The mails", "mail"),
        ):
            self._console.print(f"  {what:24} {front}/{path}", highlight=False, soft_wrap=True)

    def _close(self) -> None:
        self._portal.close()
        self._front.close()
        self._backstage.close()

    def _say(self, text: str) -> None:
        self._steps += 1
        mark = f"[green]✓[/] [dim]{self._steps:>2}[/]"
        if not self._console.is_terminal:
            # A file or a pipe has no width to wrap at: one line per step.
            line = f"{mark} {escape(text)}"
            self._console.print(line, highlight=False, soft_wrap=True)
            return
        step = Table.grid(padding=(0, 1))
        step.add_column(no_wrap=True)
        step.add_column(overflow="fold")
        step.add_row(mark, escape(text))
        self._console.print(step)

    def _become_a_customer(self) -> None:
        expect_status(self._portal.get("/health"), 200, "Asking whether the API is up")
        self._person = self._next_customer()
        person = self._person
        answer = self._portal.post("/auth/signup", person.signup())
        body = expect_status(answer, 201, f"Signing up {person.number}")
        expect(
            body["sfNumber"] == person.number,
            f"Signed up {person.number}, but the answer says {body['sfNumber']}.",
        )
        self._say(f"Signed up {person.first_name} {person.last_name}, {person.number}")
        self._portal.log_in(person.email, PASSWORD)
        self._say(f"Logged in as {person.email}")

    def _next_customer(self) -> Person:
        known = self._backstage.whmcs_emails()
        for person in NEWCOMERS:
            if person.email not in known and cart_suits(person):
                return person
        serial = f"{secrets.randbelow(900_000) + 100_000}"
        newcomer = dataclasses.replace(
            NEWCOMERS[0], number=f"CN-{serial}", email=f"newcomer-{serial}@mail.example"
        )
        self._backstage.add_account(newcomer)
        return newcomer

    def _look_around(self) -> None:
        everything = self._catalogue("/catalog")
        hidden = {product.sku for product in NEVER_OFFERED} & everything
        expect(not hidden, f"The catalogue offers what it must not: {sorted(hidden)}.")
        missing = {product.sku for product in OFFERED} - everything
        expect(not missing, f"The catalogue lacks {sorted(missing)}.")
        self._say(f"The catalogue has {len(everything)} products")
        personal = self._catalogue("/catalog/personalized")
        suitable = {product.sku for product in OFFERED if suits(product, self._person)}
        expect(
            personal == suitable,
            "The personalised catalogue is not what the Account's line allows: "
            f"differs in {sorted(personal ^ suitable)}.",
        )
        place = f"{self._person.dwelling}, {self._person.tier}, {self._person.region}"
        self._say(f"{len(personal)} of them suit this customer ({place})")

    def _catalogue(self, path: str) -> set[str]:
        body = expect_status(self._portal.get(path), 200, f"Reading {path}")
        return {item["sku"] for item in body["items"]}

    def _be_refused_without_a_card(self) -> None:
        summary = self._payment_methods()
        expect(not summary["hasPaymentMethod"], "A new customer should have no payment method.")
        answer = self._portal.post("/orders", CART)
        problem = expect_status(answer, 409, "Ordering without a payment method")
        expect(
            problem["type"].endswith("payment-method-required"),
            f"The refusal should be payment-method-required and is {problem['type']}.",
        )
        self._say("Ordering without a payment method is refused: payment-method-required")

    def _payment_methods(self) -> dict[str, Any]:
        answer = self._portal.get("/billing/payment-methods/summary")
        return expect_status(answer, 200, "Reading the payment methods")

    def _add_a_card(self) -> None:
        answer = self._portal.post("/auth/sso-link", {"destination": "payment-methods"})
        link = expect_status(answer, 200, "Asking for a link to WHMCS")
        add_card(link["url"], Card())
        self._say("Opened the WHMCS page through a single-use link and added a card")

        def with_a_card() -> dict[str, Any] | None:
            summary = self._payment_methods()
            return summary if summary["hasPaymentMethod"] else None

        summary = wait_for(
            with_a_card,
            seconds=CARD_SECONDS,
            sentence="The card was added in WHMCS, but the portal sees no payment method.",
        )
        method = summary["methods"][0]
        self._say(
            f"The portal sees it: {method.get('brand', 'card')} …{method.get('lastFour', '')}"
        )

    def _order_twice(self) -> None:
        first = self._portal.post("/orders", CART)
        body = expect_status(first, 201, "Ordering")
        self._order_id = body["sfOrderId"]
        self._say(f"Ordered an eSIM, a fibre line and its installation: {body['orderNumber']}")
        again = self._portal.post("/orders", CART)
        replay = expect_status(again, 200, "Sending the same cart again")
        expect(
            replay["sfOrderId"] == self._order_id,
            f"The same cart made a second order: {self._order_id} and {replay['sfOrderId']}.",
        )
        expect(
            again.headers.get("idempotency-replayed") == "true",
            "The replayed order should carry Idempotency-Replayed: true.",
        )
        self._say("The same cart again is the same order")
        status = self._order()["status"]
        expect(status == "pending_review", f"A new order should be pending_review, not {status}.")

    def _order(self) -> dict[str, Any]:
        return expect_status(
            self._portal.get(f"/orders/{self._order_id}"), 200, "Reading the order"
        )

    def _provision(self) -> float:
        start = time.monotonic()
        press = self._front.press_provision(self._order_id)
        if press["code"] == "stopped":
            self._say(f"The button refuses an order in review: {press['says']}")
            self._front.approve(self._order_id)
            self._say("The operator reviewed and approved it in Salesforce")
            start = time.monotonic()
            press = self._front.press_provision(self._order_id)
        expect(press["status"] == 202, f"The button should be accepted: {press['says']}")  # noqa: PLR2004  # Accepted
        self._say(f"The operator pressed Provision in WHMCS: {press['says']}")

        def finished() -> dict[str, Any] | None:
            order = self._order()
            return order if order["status"] in {"provisioned", "failed", "cancelled"} else None

        order = wait_for(
            finished,
            seconds=PROVISIONING_SECONDS,
            sentence=f"Order {self._order_id} was not provisioned in {PROVISIONING_SECONDS:.0f} s; "
            "see its timeline and the journals of the emulators.",
        )
        seconds = time.monotonic() - start
        if order["status"] != "provisioned":
            record = self._front.order(self._order_id)
            raise DemoError(
                f"Provisioning ended as {order['status']}: "
                f"{record['Provisioning_Error_Code__c']} {record['Provisioning_Error_Message__c']}"
            )
        steps = ", ".join(str(step.get("step", step.get("name"))) for step in order["timeline"])
        self._say(f"Provisioned in {seconds:.1f} s ({steps})")
        return seconds

    def _press_again(self) -> None:
        before = self._counts()
        press = self._front.press_provision(self._order_id)
        expect(press["status"] == 200, f"Pressing again should do nothing: {press['says']}")  # noqa: PLR2004  # OK
        after = self._counts()
        expect(before == after, f"Pressing again changed something: {before} became {after}.")
        self._say("Pressed Provision again: nothing was done twice")

    def _counts(self) -> dict[str, int]:
        email = self._person.email
        return {
            "WHMCS orders": len(self._backstage.whmcs_orders(email)),
            "eSIM lines": len(self._backstage.esim_lines(email)),
        }

    def _check_the_records(self) -> None:
        orders = self._backstage.whmcs_orders(self._person.email)
        expect(len(orders) == 1, f"There should be one WHMCS order and there are {len(orders)}.")
        expect(orders[0]["status"] == "Active", f"The WHMCS order is {orders[0]['status']}.")
        services = self._backstage.whmcs_services(orders[0]["id"])
        check_services(CART["items"], services, self._order_id)
        self._say(
            f"WHMCS has one order, {orders[0]['id']}: Active, {len(services)} services, "
            "each with its options"
        )
        lines = self._backstage.esim_lines(self._person.email)
        expect(len(lines) == 1, f"There should be one eSIM line, not {len(lines)}.")
        line = lines[0]
        expect(line.ready, f"The eSIM line is {line.status}.")
        self._say(f"{line.provider} has one line, {line.line_id}, and it is {line.status}")
        record = self._front.order(self._order_id)
        expect(
            record["Provisioning_Status__c"] == "Provisioned",
            f"Salesforce says {record['Provisioning_Status__c']} instead of Provisioned.",
        )
        expect(
            record["WHMCS_Order_ID__c"] == str(orders[0]["id"]),
            f"Salesforce holds WHMCS order {record['WHMCS_Order_ID__c']}, not {orders[0]['id']}.",
        )
        unserved = [line for line in record["lines"] if not line["WHMCS_Service_ID__c"]]
        expect(not unserved, f"{len(unserved)} order products have no WHMCS service id.")
        self._say("Salesforce says Provisioned, with the WHMCS order and service ids")

    def _check_the_mails(self) -> None:
        def complete() -> list[dict[str, Any]] | None:
            mails = self._front.mails_to(self._person.email)
            enough = len(mails) >= EXPECTED_MAILS and any(pictures(mail) for mail in mails)
            return mails if enough else None

        mails = wait_for(
            complete,
            seconds=MAIL_SECONDS,
            sentence=f"There should be at least {EXPECTED_MAILS} mails, one with a QR code.",
        )
        subjects = [mail["subject"] for mail in reversed(mails)]
        doubles = [subject for subject, count in Counter(subjects).items() if count > 1]
        expect(not doubles, f"Sent more than once: {doubles}.")
        self._say(f"{len(mails)} mails: {'; '.join(subjects)}")
        with_qr = [mail for mail in mails if pictures(mail)]
        expect(len(with_qr) == 1, f"One mail should carry a QR code, not {len(with_qr)}.")
        line = self._backstage.esim_lines(self._person.email)[0]
        check_esim_mail(with_qr[0], str(line.activation_code))
        self._say("The QR code in the eSIM mail decodes to the provider's activation code")
