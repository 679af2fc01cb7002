"""Customers who use the portal all the time, each in a thread of its own."""

from __future__ import annotations

import dataclasses
import random
import secrets
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import httpx

from local.demo.backstage import Backstage
from local.demo.card_page import Card, add_card
from local.demo.checks import expect_status
from local.demo.people import NEWCOMERS, PASSWORD, Person
from local.demo.portal_client import FrontDoor, find_stack

READS = ("/catalog", "/catalog/personalized", "/me", "/me/billing", "/orders", "/subscriptions")
MORE_READS = ("/billing/invoices", "/billing/payment-methods/summary")
SKUS = ("ESIM-VOICE-10GB", "ESIM-DATA-5GB", "VPN-LONDON", "INSTALLATION-SINGLE")
AGAIN = frozenset({409, 429, 502, 503, 504})
"""Statuses after which the same request may be repeated; others are answers."""
SETTLED_CONFLICT = "payment-method-required"
SERVER_ERROR = 500


@dataclass
class Wish:
    """Something that must happen once: a request with a key, and its answer when there is one."""

    kind: str
    path: str
    body: dict[str, Any]
    key: str
    answer: dict[str, Any] | None = None
    refused: bool = False

    @property
    def open(self) -> bool:
        """Whether nobody has said yet what came of it."""
        return self.answer is None and not self.refused


@dataclass
class Figures:
    """What the callers have seen, of all threads."""

    milliseconds: dict[str, list[float]] = field(default_factory=lambda: defaultdict(list))
    statuses: Counter[int] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, name: str, seconds: float, answer: httpx.Response) -> None:
        """Add one answer. Status 500 is a defect."""
        with self._lock:
            self.milliseconds[name].append(1000 * seconds)
            self.statuses[answer.status_code] += 1
            if answer.status_code == SERVER_ERROR:
                self.broken.append(f"{name}: status 500, {answer.headers.get('x-correlation-id')}")


class Caller:
    """One customer; `wishes` are what has to be there once at the end."""

    def __init__(self, front_url: str, figures: Figures, seed: int) -> None:
        found = find_stack(front_url)
        self._figures = figures
        self._random = random.Random(seed)  # noqa: S311  # no secret
        self.front = FrontDoor(front_url)
        self.api = httpx.Client(base_url=found["api"], trust_env=False, timeout=35)
        self.person = _newcomer(Backstage(found["emulators"]))
        self.wishes: list[Wish] = []

    def begin(self) -> None:
        """Sign up and in, and add a card."""
        expect_status(self.api.post("/auth/signup", json=self.person.signup()), 201, "signing up")
        self._sign_in()
        link = self.api.post("/auth/sso-link", json={"destination": "payment-methods"})
        add_card(expect_status(link, 200, "the link to the card page")["url"], Card())

    def live(self, stop: threading.Event) -> None:
        """Read most of the time, order and top up now and then, until told to stop."""
        doings: tuple[tuple[int, Callable[[], None]], ...] = (
            (60, lambda: self._read(self._random.choice(READS))),
            (12, lambda: self._read(self._random.choice(MORE_READS))),
            (12, self._read_an_order),
            (8, self._order),
            (4, self._top_up),
            (2, self._change_the_address),
            (2, self._sign_in),
        )
        weights = [weight for weight, _ in doings]
        while not stop.is_set():
            (_, do) = self._random.choices(doings, weights)[0]
            do()

    def finish(self, wish: Wish) -> None:
        """Repeat a request that has no answer yet."""
        headers = {"Idempotency-Key": wish.key}
        answer = self._send("POST", wish.path, json=wish.body, headers=headers)
        if answer.status_code < 300:  # noqa: PLR2004  # success
            wish.answer = answer.json()
            if wish.kind == "order":
                self.hand_over(str(wish.answer["sfOrderId"]))
        elif answer.status_code not in AGAIN or answer.text.find(SETTLED_CONFLICT) >= 0:
            wish.refused = True

    def press(self, order_id: str) -> None:
        """The operator's button."""
        self.front.press_provision(order_id)

    def status(self, path: str) -> str:
        """The status of an order or operation; empty when the portal does not answer."""
        answer = self.api.get(path)
        return str(answer.json()["status"]) if answer.is_success else ""

    def close(self) -> None:
        """Close the connections."""
        self.api.close()
        self.front.close()

    def hand_over(self, order_id: str) -> None:
        try:
            self.front.approve(order_id)
            self.press(order_id)
        except Exception:  # noqa: BLE001  # the front door fails with its system; pressed later
            return

    def _send(self, method: str, path: str, **request: Any) -> httpx.Response:
        began = time.perf_counter()
        answer = self.api.request(method, path, **request)
        self._figures.add(f"{method} {_template(path)}", time.perf_counter() - began, answer)
        return answer

    def _read(self, path: str) -> None:
        self._send("GET", path)

    def _read_an_order(self) -> None:
        placed = [w.answer["sfOrderId"] for w in self.wishes if w.kind == "order" and w.answer]
        if placed:
            self._send("GET", f"/orders/{self._random.choice(placed)}")

    def _order(self) -> None:
        line = {"sku": self._random.choice(SKUS), "quantity": 1, "billingCycle": "monthly"}
        if line["sku"] == "INSTALLATION-SINGLE":
            line["billingCycle"] = "one_time"
        self._wish("order", "/orders", {"items": [line]})

    def _top_up(self) -> None:
        answer = self._send("GET", "/subscriptions")
        lines = answer.json().get("items", []) if answer.is_success else []
        lines = [one["id"] for one in lines if one["status"] == "active"]
        if not lines:
            return
        path = f"/subscriptions/{self._random.choice(lines)}"
        answer = self._send("GET", f"{path}/topup-offers")
        offers = answer.json().get("items", []) if answer.is_success else []
        if offers:
            self._wish("top-up", f"{path}/topup", {"offerId": offers[0]["offerId"]})

    def _wish(self, kind: str, path: str, body: dict[str, Any]) -> None:
        wish = Wish(kind, path, body, secrets.token_hex(12))
        self.wishes.append(wish)
        self.finish(wish)

    def _change_the_address(self) -> None:
        self._send("PATCH", "/me/billing", json={"city": self.person.city})

    def _sign_in(self) -> None:
        body = {"email": self.person.email, "password": PASSWORD}
        answer = self._send("POST", "/auth/login", json=body)
        if answer.is_success:
            self.api.headers["Authorization"] = f"Bearer {answer.json()['accessToken']}"


def _newcomer(backstage: Backstage) -> Person:
    serial = secrets.randbelow(900_000) + 100_000
    person = dataclasses.replace(
        NEWCOMERS[0], number=f"CN-{serial}", email=f"soak-{serial}@mail.example"
    )
    backstage.add_account(person)
    backstage.close()
    return person


def _template(path: str) -> str:
    return "/".join("{id}" if any(map(str.isdigit, part)) else part for part in path.split("/"))
