"""POST /auth/link-whmcs: who proves a WHMCS login gets a portal account for that client."""

from __future__ import annotations

from typing import Any

import pytest
from portal.domain.limits import Limit
from portal.domain.mail import MailTemplate
from portal.domain.upstream import Unavailable

from tests.events import Answer
from tests.fakes.accounts import account
from tests.fakes.faults import Killed
from tests.fakes.wires import Strike
from tests.unit.functions.auth.test_signup import pointers, slug
from tests.unit.functions.auth.world import EMAIL, World

WHMCS_PASSWORD = "Whmcs-pass-1"


@pytest.fixture
def customer(world: World) -> World:
    """Somebody has been in WHMCS since before there was a portal."""
    world.clients.add(EMAIL, "CN-000101")
    return world


def link(world: World, **changes: Any) -> Answer:
    body = {"email": EMAIL, "password": WHMCS_PASSWORD, "sfNumber": "CN-000101", **changes}
    return world.post("link-whmcs", {k: v for k, v in body.items() if v is not None})


def test_the_owner_gets_a_portal_account_for_the_same_client(customer: World) -> None:
    answer = link(customer)
    assert answer.status == 201, answer.body
    (mapping,) = customer.identity.mappings.values()
    assert mapping.whmcs_client_id == customer.clients.clients[0].client_id
    assert mapping.first_name == "Taro"
    assert "AddClient" not in customer.clients.calls
    assert customer.login(password=WHMCS_PASSWORD).status == 200
    assert len(customer.mails(MailTemplate.WELCOME)) == 1


def test_a_new_password_may_be_given_for_the_portal(customer: World) -> None:
    assert link(customer, newPassword="Portal-pass-2026").status == 201
    assert customer.login(password=WHMCS_PASSWORD).status == 401
    assert customer.login(password="Portal-pass-2026").status == 200


def test_a_proved_password_that_the_policy_refuses_asks_for_a_new_one(customer: World) -> None:
    customer.clients.users[0].password = "weak"
    answer = link(customer, password="weak")
    assert slug(answer) == "password-refused"
    assert set(pointers(answer)) == {"/password"}
    assert "newPassword" in answer.json()["detail"]
    assert link(customer, password="weak", newPassword="Portal-pass-2026").status == 201


def test_a_short_wrong_password_is_wrong_before_it_is_short(customer: World) -> None:
    assert slug(link(customer, password="weak")) == "invalid-credentials"


def test_a_short_new_password_is_told_at_its_own_place(customer: World) -> None:
    answer = link(customer, newPassword="weak")
    assert (slug(answer), set(pointers(answer))) == ("password-refused", {"/newPassword"})
    assert customer.clients.calls == []


def test_a_wrong_password_is_401_and_limited(customer: World) -> None:
    statuses = [link(customer, password="Wrong-pass-2026").status for _ in range(11)]
    assert statuses == [401] * 10 + [429]
    assert customer.clients.calls == ["ValidateLogin"] * 10


def test_limited_per_address(customer: World) -> None:
    customer.limits["link.ip"] = Limit(1, 60)
    assert [link(customer, password="Wrong-pass-2026").status for _ in range(2)] == [401, 429]


def test_a_second_factor_is_named(customer: World) -> None:
    customer.clients.users[0].two_factor = True
    answer = link(customer)
    assert (answer.status, slug(answer)) == (409, "two-factor-required")
    assert not customer.users.by_id


@pytest.mark.parametrize("on_client", ["CN-000999", ""])
def test_the_customer_number_must_be_the_clients(customer: World, on_client: str) -> None:
    customer.clients.clients[0].customer_number = on_client
    answer = link(customer)
    assert (answer.status, slug(answer)) == (422, "customer-number-mismatch")
    assert pointers(answer) == ["/sfNumber"]


def test_of_several_clients_the_one_with_the_number_is_linked(customer: World) -> None:
    second = customer.clients.add("second@example.com", "CN-000102")
    second.owner = customer.clients.users[0].user_id
    customer.accounts.accounts.append(account("CN-000102", id="001000000000102AAA"))
    assert link(customer, sfNumber="CN-000102").status == 201
    (mapping,) = customer.identity.mappings.values()
    assert mapping.whmcs_client_id == second.client_id


def test_a_number_that_salesforce_does_not_know(customer: World) -> None:
    customer.accounts.accounts.clear()
    assert slug(link(customer)) == "customer-number-unknown"


def test_a_client_of_another_portal_user_is_taken(customer: World) -> None:
    customer.identity.clients[customer.clients.clients[0].client_id] = "somebody-else"
    answer = link(customer)
    assert (answer.status, slug(answer)) == (409, "customer-already-registered")
    assert not customer.users.by_id
    assert not customer.identity.records


@pytest.mark.parametrize(
    "call",
    ["registrations.reserve", "users.create", "users.set_password", "registrations.complete",
     "mail_queue.put", "registrations.finish"],
)  # fmt: skip
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
def test_killed_and_repeated(customer: World, call: str, *, after: bool) -> None:
    customer.wires.strikes = [Strike(Killed(), call, after=after)]
    with pytest.raises(Killed):
        link(customer)
    customer.clock.advance(61)
    assert link(customer).status == 201
    customer.assert_consistent()
    assert len(customer.users.by_id) == len(customer.mails(MailTemplate.WELCOME)) == 1


def test_an_abandoned_link_gives_way_to_a_signup_of_the_same_customer(customer: World) -> None:
    customer.wires.strikes = [Strike(Unavailable("dynamodb", "T", ""), "registrations.complete")]
    assert link(customer).status == 503
    assert slug(customer.signup(email="new@example.com")) == "customer-already-registered"
    customer.clock.advance(901)
    assert customer.signup(email="new@example.com").status == 201
    assert [u.email for u in customer.users.by_id.values()] == ["new@example.com"]
