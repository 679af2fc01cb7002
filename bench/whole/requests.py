"""The requests of the whole path, by endpoint id: each a list of events, the first to warm up."""

from __future__ import annotations

import base64
import functools
import json
import secrets
import time
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from typing import Any

from bench.whole.prepared import SKU, Prepared, cart
from local.demo.people import PASSWORD
from local.emulators.gigs.webhooks import sign
from local.stack.credentials import WEBHOOK_SECRET, WEBHOOK_TOKEN
from tests.events import rest_event

Event = dict[str, Any]
Make = Callable[[], list[Event]]
NEW_PASSWORD = "Ueno-2027-Sakura"  # noqa: S105  # of made-up customers


@dataclass
class Requests:
    """Makes the events of each endpoint for the customers of `prepared`."""

    prepared: Prepared

    def __post_init__(self) -> None:
        self.ground, self.count = self.prepared.ground, self.prepared.count

    def all(self, only: Collection[str] = ()) -> Iterator[tuple[str, list[Event]]]:
        """Endpoint ids with their events, which are made when they are asked for: some age."""
        makers = {**self._reads(), **self._identity(), **self._business(), **self._used_up()}
        for name, make in makers.items():
            if not only or name in only:
                yield name, make()

    def presses(self) -> list[Event]:
        """Presses of the button for new orders that an operator has approved."""
        return [self.press(self.approved()) for _ in range(self.count)]

    def approved(self) -> str:
        """A new order of a line, approved."""
        order_id = self.prepared.placed()
        self.ground.approve(order_id)
        return order_id

    def press(self, order_id: str) -> Event:
        """The signed request of the button."""
        path = f"/orders/{order_id}/provision"
        return rest_event("POST", path, headers=self.ground.signature(order_id))

    @functools.cached_property
    def _owner(self) -> dict[str, str]:
        """The claims of the customer who owns something, after a sign-in just now."""
        return _claims(self.ground.fresh_bearer())

    def _reads(self) -> dict[str, Make]:
        id_ = self.ground.esim_id
        paths = {
            "auth-me": "/me",
            "billing-get-address": "/me/billing",
            "billing-payment-methods": "/billing/payment-methods/summary",
            "billing-list-invoices": "/billing/invoices",
            "billing-get-invoice": f"/billing/invoices/{self.ground.invoice_id}",
            "catalog-list-products": "/catalog",
            "catalog-get-product": f"/catalog/{SKU}",
            "catalog-personalized": "/catalog/personalized",
            "orders-list-orders": "/orders",
            "orders-get-order": f"/orders/{self.ground.order_id}",
            "subscriptions-list-subscriptions": "/subscriptions",
            "subscriptions-get-subscription": f"/subscriptions/{id_}",
            "subscriptions-get-esim": f"/subscriptions/{id_}/esim",
            "operations-list-topup-offers": f"/subscriptions/{id_}/topup-offers",
            "operations-get-operation": f"/operations/{self.ground.operation_id}",
            "auth-password-policy": "/auth/password-policy",
            "system-health": "/health",
        }
        return {name: functools.partial(self._read, path) for name, path in paths.items()}

    def _identity(self) -> dict[str, Make]:
        owner = self.ground.owner
        email, refresh = {"email": owner.person.email}, {"refreshToken": owner.refresh_token}
        return {
            "auth-login": self._post("/auth/login", lambda: {**email, "password": PASSWORD}),
            "auth-refresh": self._post("/auth/refresh", lambda: refresh),
            "auth-logout": self._post("/auth/logout", lambda: refresh),
            "auth-request-password-reset": self._post(
                "/auth/request-password-reset", lambda: email
            ),
            "auth-signup": self._post("/auth/signup", lambda: self.ground.person().signup()),
            "auth-request-signup-proof": self._post(
                "/auth/request-signup-proof", lambda: {"sfNumber": self.ground.person().number}
            ),
            "auth-link-whmcs": self._post("/auth/link-whmcs", self._link),
            "auth-change-password": lambda: list(self._changes()),
            "auth-update-me": self._as_owner("PATCH", lambda: "/me", lambda: {"language": "en"}),
        }

    def _business(self) -> dict[str, Make]:
        placed = self.prepared.placed
        return {
            "billing-update-address": self._as_owner(
                "PATCH", lambda: "/me/billing", lambda: {"city": f"Osaka {secrets.token_hex(2)}"}
            ),
            "billing-sso-link": self._as_owner(
                "POST", lambda: "/auth/sso-link", lambda: {"destination": "invoices"}
            ),
            "orders-create-order": lambda: [
                self._keyed("/orders", cart()) for _ in range(self.count)
            ],
            "orders-cancel-order": self._as_owner("POST", lambda: f"/orders/{placed()}/cancel"),
            "webhooks-esim": lambda: [_provider_event() for _ in range(self.count)],
            "webhooks-esim-hint": lambda: [_provider_hint() for _ in range(self.count)],
        }

    def _used_up(self) -> dict[str, Make]:
        made = self.prepared
        return {
            "auth-reset-password": lambda: [_reset(token) for token in made.reset_tokens],
            "operations-start-topup": lambda: list(self._topups()),
            "operations-start-reissue": lambda: list(self._reissues()),
        }

    def _changes(self) -> Iterator[Event]:
        """Changes of a password, there and back."""
        claims = _claims(self.ground.victim.bearer)
        passwords = PASSWORD, NEW_PASSWORD
        for number in range(self.count):
            body = {
                "currentPassword": passwords[number % 2],
                "newPassword": passwords[(number + 1) % 2],
            }
            yield rest_event("POST", "/auth/change-password", body=body, user=claims)

    def _topups(self) -> Iterator[Event]:
        offer = {"offerId": self.ground.offer(self.prepared.topped_up[0])}
        for id_ in self.prepared.topped_up:
            yield self._keyed(f"/subscriptions/{id_}/topup", offer)

    def _reissues(self) -> Iterator[Event]:
        for id_ in self.prepared.reissued:
            yield self._keyed(f"/subscriptions/{id_}/reissue-esim", {"reason": "new-phone"})

    def _link(self) -> dict[str, str]:
        person = self.prepared.billing_client()
        return {"email": person.email, "password": PASSWORD, "sfNumber": person.number}

    def _read(self, path: str) -> list[Event]:
        return [rest_event("GET", path, user=self._owner)] * self.count

    def _post(self, path: str, body: Callable[[], Any]) -> Make:
        return lambda: [rest_event("POST", path, body=body()) for _ in range(self.count)]

    def _as_owner(
        self, method: str, path: Callable[[], str], body: Callable[[], Any] = lambda: None
    ) -> Make:
        return lambda: [
            rest_event(method, path(), body=body(), user=self._owner) for _ in range(self.count)
        ]

    def _keyed(self, path: str, body: dict[str, Any]) -> Event:
        headers = {"Idempotency-Key": secrets.token_hex(8)}
        return rest_event("POST", path, body=body, headers=headers, user=self._owner)


def _claims(bearer: dict[str, str]) -> dict[str, str]:
    """What the authorizer hands over of an ID token, which is as texts."""
    part = bearer["Authorization"].split(".")[1]
    found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return {name: str(value) for name, value in found.items()}


def _reset(token: str) -> Event:
    body = {"token": token, "newPassword": NEW_PASSWORD}
    return rest_event("POST", "/auth/reset-password", body=body)


def _provider_event() -> Event:
    number = secrets.token_hex(8)
    event = {"id": f"evt_{number}", "type": "com.gigs.subscription.updated", "data": {"id": "sub"}}
    body, now = json.dumps(event), int(time.time())
    headers = {
        "webhook-id": f"msg_{number}",
        "webhook-timestamp": str(now),
        "webhook-signature": sign(WEBHOOK_SECRET, f"msg_{number}", now, body.encode()),
    }
    return rest_event("POST", "/webhooks/esim", body=body, headers=headers)


def _provider_hint() -> Event:
    """An event of eSIM Access, which signs nothing and is trusted for nothing but a look."""
    content = {"orderNo": f"B{secrets.token_hex(8)}", "orderStatus": "GOT_RESOURCE"}
    body = json.dumps({"notifyType": "ORDER_STATUS", "content": content})
    return rest_event("POST", f"/webhooks/esim/{WEBHOOK_TOKEN}", body=body)
