"""What requests use up: lines, sessions, reset tokens, orders and clients of WHMCS."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from typing import Any

from local.demo.checks import expect_status, wait_for
from local.demo.people import Person
from tests.fuzz.ground import SECONDS, Ground

SKU = "ESIM-DATA-5GB"
MOST_LINES_OF_AN_ORDER = 4


def cart(quantity: int = 1) -> dict[str, Any]:
    """Return the body of an order for lines."""
    return {"items": [{"sku": SKU, "quantity": quantity, "billingCycle": "monthly"}]}


@dataclass
class Prepared:
    """Records that were made while all consumers of the stack run: `count` of each."""

    ground: Ground
    count: int
    topped_up: list[str] = field(default_factory=list)
    """Services with a line each, for one top-up."""
    reissued: list[str] = field(default_factory=list)
    """Services with a line each, for one reissue."""
    reset_tokens: list[str] = field(default_factory=list)
    """Tokens of reset mails, each of another customer."""

    def prepare(self) -> None:
        """Sign customers up for reset mails, and provision lines."""
        self.reset_tokens = [
            self.ground.reset_token(self.ground.customer()) for _ in range(self.count)
        ]
        owned = self._services_with_lines()
        orders = [
            self._provisioned(min(MOST_LINES_OF_AN_ORDER, 2 * self.count - begun))
            for begun in range(0, 2 * self.count, MOST_LINES_OF_AN_ORDER)
        ]
        lines = sorted(self._services_with_lines() - owned)
        if len(lines) != 2 * self.count:
            msg = f"{len(orders)} orders made {len(lines)} lines instead of {2 * self.count}"
            raise ValueError(msg)
        self.topped_up, self.reissued = lines[: self.count], lines[self.count :]

    def placed(self) -> str:
        """Place an order of a line and return its id."""
        return self._placed(1)

    def billing_client(self) -> Person:
        """Return somebody whom WHMCS and Salesforce know and the portal does not."""
        person = self.ground.person()
        self.ground.backstage.add_billing_client(person)
        return person

    def _placed(self, quantity: int) -> str:
        portal = self.ground.owner.portal
        answer = portal.post("/orders", cart(quantity), key=secrets.token_hex(8))
        return str(expect_status(answer, 201, "ordering")["sfOrderId"])

    def _provisioned(self, quantity: int) -> str:
        order_id = self._placed(quantity)
        self.ground.provision(order_id)
        wait_for(
            lambda: (
                self.ground.owner.portal.get(f"/orders/{order_id}").json()["status"]
                == "provisioned"
                or None
            ),
            seconds=SECONDS,
            sentence=f"Order {order_id} was not provisioned.",
        )
        return order_id

    def _services_with_lines(self) -> set[str]:
        found: set[str] = set()
        cursor: str | None = "0"
        while cursor is not None:
            path = f"/subscriptions?lines=true&limit=100&cursor={cursor}"
            page = expect_status(self.ground.owner.portal.get(path), 200, "services")
            found |= {str(one["id"]) for one in page["items"] if one["esim"]}
            cursor = page["nextCursor"]
        return found
