"""Requests that overlap in simulated time do not share what a Lambda's process keeps of one."""

from __future__ import annotations

from functools import partial

from bench.years.people import HOUR, Customer
from bench.years.simulation import Plan, _Run


def test_customers_who_ask_at_the_same_moment_get_their_own_answers() -> None:
    run = _Run(Plan(1, 0.1, 2, frozenset()))
    told: dict[str, str] = {}

    def ask(customer: Customer) -> None:
        told[customer.email] = run.customers._send(customer, "auth.me", "GET", "/me").json()[
            "email"
        ]

    with run.in_place():
        people = [run.customers.arrive(serial, linked=False) for serial in (1, 2)]
        for customer in people:
            run.world.spawn("sign-up", partial(run.customers._sign_up, customer))
            run.world.spawn("sign-in", partial(run.customers._sign_in, customer), after=60.0)
            run.world.spawn("me", partial(ask, customer), after=HOUR)
        run.world.run(until=run.world.now + 2 * HOUR)
    assert told == {customer.email: customer.email for customer in people}
