"""The requests of the whole path, by endpoint id: each a list of events, the first to warm up."""

from __future__ import annotations

import base64
import json
import secrets
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from local.demo.checks import expect_status
from local.demo.people import PASSWORD
from local.emulators.gigs.webhooks import sign
from local.stack.credentials import WEBHOOK_SECRET
from tests.events import rest_event
from tests.fuzz.ground import Ground

Event = dict[str, Any]
SKU = "ESIM-DATA-5GB"


@dataclass
class Requests:
    """Makes `count` events of each endpoint for customers of `ground`."""

    ground: Ground
    count: int

    def all(self) -> Iterator[tuple[str, list[Event]]]:
        """Endpoint ids with their events, which are made when they are asked for: some age."""
        owner, id_ = self.ground.owner, self.ground.esim_id
        bearer = self._claims(self.ground.fresh_bearer())
        reads = {
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
        for name, path in reads.items():
            yield name, self._same(rest_event("GET", path, user=bearer))
        login = {"email": owner.person.email, "password": PASSWORD}
        refresh = {"refreshToken": owner.refresh_token}
        writes: dict[str, Callable[[], Event]] = {
            "auth-login": lambda: rest_event("POST", "/auth/login", body=login),
            "auth-refresh": lambda: rest_event("POST", "/auth/refresh", body=refresh),
            "auth-request-password-reset": lambda: rest_event(
                "POST", "/auth/request-password-reset", body={"email": owner.person.email}
            ),
            "auth-signup": lambda: rest_event(
                "POST", "/auth/signup", body=self.ground.person().signup()
            ),
            "auth-update-me": lambda: rest_event(
                "PATCH", "/me", body={"language": "en"}, user=bearer
            ),
            "auth-logout": lambda: rest_event("POST", "/auth/logout", body=refresh),
            "billing-update-address": lambda: rest_event(
                "PATCH", "/me/billing", body={"city": f"Osaka {secrets.token_hex(2)}"}, user=bearer
            ),
            "billing-sso-link": lambda: rest_event(
                "POST", "/auth/sso-link", body={"destination": "invoices"}, user=bearer
            ),
            "orders-create-order": lambda: self._order(bearer),
            "webhooks-esim": _provider_event,
        }
        for name, make in writes.items():
            yield name, [make() for _ in range(self.count)]

    def presses(self) -> list[Event]:
        """Presses of the button for new orders that an operator has approved."""
        return [self.press(self.approved()) for _ in range(self.count)]

    def approved(self) -> str:
        """A new order of a line, approved."""
        portal = self.ground.owner.portal
        cart = {"items": [{"sku": SKU, "quantity": 1, "billingCycle": "monthly"}]}
        answer = portal.post("/orders", cart, key=secrets.token_hex(8))
        order_id = str(expect_status(answer, 201, "ordering")["sfOrderId"])
        self.ground.approve(order_id)
        return order_id

    def press(self, order_id: str) -> Event:
        """The signed request of the button."""
        path = f"/orders/{order_id}/provision"
        return rest_event("POST", path, headers=self.ground.signature(order_id))

    def _same(self, event: Event) -> list[Event]:
        return [event] * self.count

    def _order(self, claims: dict[str, str]) -> Event:
        cart = {"items": [{"sku": SKU, "quantity": 1, "billingCycle": "monthly"}]}
        headers = {"Idempotency-Key": secrets.token_hex(8)}
        return rest_event("POST", "/orders", body=cart, headers=headers, user=claims)

    def _claims(self, bearer: dict[str, str]) -> dict[str, str]:
        """What the authorizer hands over of an ID token, which is as texts."""
        part = bearer["Authorization"].split(".")[1]
        found = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
        return {name: str(value) for name, value in found.items()}


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
