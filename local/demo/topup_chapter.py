"""The demo's chapter on top-ups: more data for the eSIM that was just set up."""

from __future__ import annotations

import secrets
from collections.abc import Callable
from typing import Any

from local.demo.backstage import Backstage
from local.demo.checks import DemoError, expect, expect_status, wait_for
from local.demo.people import Person
from local.demo.portal_client import PortalClient

SECONDS = 90.0
Say = Callable[[str], None]


def top_up_the_line(portal: PortalClient, backstage: Backstage, person: Person, say: Say) -> None:
    """Buy data, asking twice; check that it was charged, added and delivered once."""
    service = esim_service(portal)
    path = f"/subscriptions/{service}"
    offers = expect_status(portal.get(f"{path}/topup-offers"), 200, "Asking for top-ups")["items"]
    expect(bool(offers), "The line should have top-ups to buy, and has none.")
    offer = offers[0]
    price = f"{offer['price']['amount']} {offer['price']['currency']}"
    say(f"The line can be topped up: {'; '.join(one['name'] for one in offers)}")
    before = (len(backstage.topup_invoices(person.email)), backstage.top_ups())
    key = secrets.token_hex(8)
    asked = [
        expect_status(
            portal.post(f"{path}/topup", {"offerId": offer["offerId"]}, key=key), 202, "Topping up"
        )
        for _ in range(2)
    ]
    operations = {one["operationId"] for one in asked}
    expect(len(operations) == 1, f"The same request made {len(operations)} operations.")
    say(f"Asked for {offer['name']} at {price}, twice: one operation")
    operation = operations.pop()

    def over() -> dict[str, Any] | None:
        answer = portal.get(f"/operations/{operation}")
        shown = expect_status(answer, 200, "Asking how the top-up stands")
        return shown if shown["status"] in {"succeeded", "failed"} else None

    end = wait_for(
        over,
        seconds=SECONDS,
        sentence=f"Operation {operation} did not end in {SECONDS:.0f} s; see `ops operation show`.",
    )
    expect(end["status"] == "succeeded", f"The top-up ended as {end['status']}: {end['message']}")
    invoices = backstage.topup_invoices(person.email)
    after = (len(invoices), backstage.top_ups())
    expect(
        after == (before[0] + 1, before[1] + 1),
        f"One invoice and one top-up should have been added; they were {before} and are {after}.",
    )
    expect(invoices[-1]["status"] == "Paid", f"The invoice is {invoices[-1]['status']}.")
    say(f"WHMCS has one more invoice, Paid, and the provider one more top-up of {offer['name']}")


def esim_service(portal: PortalClient) -> str:
    """The customer's first service that has an active eSIM."""
    listed = expect_status(portal.get("/subscriptions"), 200, "Listing the services")["items"]
    for service in listed:
        answer = portal.get(f"/subscriptions/{service['id']}")
        shown = expect_status(answer, 200, f"Reading service {service['id']}")
        if shown["esim"] and shown["esim"]["state"] == "active":
            return str(service["id"])
    ids = ", ".join(str(service["id"]) for service in listed)
    raise DemoError(f"None of the services {ids} has an active eSIM.")
