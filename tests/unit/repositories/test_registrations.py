"""Reservations and the mapping transaction, against DynamoDB's conditions and the fake alike."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from portal.domain.identity import CustomerMapping
from portal.domain.lease import Lease, LeaseHeld, LeaseLost
from portal.domain.registration import LEASE_SECONDS, Kind, Registration, State, fingerprint
from portal.ports.registrations import ClientTaken, Holder, Occupied, Registrations
from portal.repositories.dynamodb import Table
from portal.repositories.identity import DynamoCustomerDirectory
from portal.repositories.registrations import DynamoRegistrations

from tests.fakes.registrations import FakeIdentity
from tests.fakes.serial import TestTable, serial_table

NOW = 1_800_000_000


class Dynamo(DynamoRegistrations, DynamoCustomerDirectory):
    """Both sides of the table."""

    def __init__(self, table: Table) -> None:
        DynamoRegistrations.__init__(self, table)
        DynamoCustomerDirectory.__init__(self, table)


@pytest.fixture(scope="module")
def module_table() -> Iterator[TestTable]:
    with serial_table() as table:
        yield table


@pytest.fixture
def dynamo(module_table: TestTable) -> Dynamo:
    module_table.empty()
    return Dynamo(module_table)


@pytest.fixture(params=["dynamodb", "fake"])
def store(request: pytest.FixtureRequest, dynamo: Dynamo) -> Any:
    return FakeIdentity() if request.param == "fake" else dynamo


def leased(made: Registration, owner: str, now: int) -> Registration:
    """The registration with a lease of a named owner."""
    lease = Lease(owner, now + LEASE_SECONDS)
    return dataclasses.replace(made.leased(now), lease=lease)


def registration(
    email: str = "a@example.com", account: str = "001A", owner: str = "one", **changes: Any
) -> Registration:
    made = Registration(
        id=fingerprint(Kind.SIGNUP, email, account),
        kind=Kind.SIGNUP,
        email=email,
        sf_account_id=account,
        customer_number=f"CN-{account}",
        first_name="太郎",
        language="ja",
        email_differs=True,
    )
    return dataclasses.replace(leased(made, owner, NOW), **changes)


def mapping(of: Registration, user_id: str = "user-1", client: int = 42) -> CustomerMapping:
    return CustomerMapping(
        user_id=user_id,
        email=of.email,
        whmcs_client_id=client,
        sf_account_id=of.sf_account_id,
        customer_number=of.customer_number,
        first_name=of.first_name,
        language=of.language,
    )


def test_a_reservation_is_read_back_as_it_was(store: Registrations) -> None:
    made = registration()
    store.reserve(made)
    assert store.get(made.id) == made
    assert store.get("unknown") is None


@pytest.mark.parametrize(
    ("email", "account", "same", "by_email", "by_account"),
    [
        ("a@example.com", "001A", True, True, True),
        ("a@example.com", "001B", False, True, False),
        ("b@example.com", "001A", False, False, True),
    ],
)
def test_what_is_in_the_way_is_named(
    store: Registrations, email: str, account: str, *, same: bool, by_email: bool, by_account: bool
) -> None:
    first = registration()
    store.reserve(first)
    with pytest.raises(Occupied) as caught:
        store.reserve(registration(email, account, "two"))
    holder = Holder(first.id, mapped=False)
    assert caught.value.same == (first if same else None)
    assert caught.value.email == (holder if by_email else None)
    assert caught.value.account == (holder if by_account else None)


def test_nothing_is_reserved_by_halves(store: Registrations) -> None:
    store.reserve(registration())
    with pytest.raises(Occupied):
        store.reserve(registration("b@example.com", "001A"))
    store.reserve(registration("b@example.com", "001B"))


def test_a_lease_is_one_attempts_until_it_ends(store: Registrations) -> None:
    store.reserve(registration())
    second = leased(registration(), "two", NOW + 60)
    with pytest.raises(LeaseHeld) as caught:
        store.claim(second, now=NOW + 59)
    assert caught.value.until == NOW + 60
    claimed = store.claim(
        dataclasses.replace(second, first_name="次郎", language="en", email_differs=False),
        now=NOW + 60,
    )
    assert (claimed.lease.owner, claimed.version) == ("two", 2)
    assert (claimed.first_name, claimed.language, claimed.email_differs) == ("次郎", "en", False)
    assert (claimed.lease.until, claimed.abandoned_from) == (NOW + 120, NOW + 960)
    with pytest.raises(LeaseLost):
        store.client_sent(registration(), NOW)


def test_who_has_seen_an_older_version_does_not_get_the_lease(store: Registrations) -> None:
    store.reserve(registration())
    store.release_lease(store.claim(leased(registration(), "two", NOW + 60), now=NOW + 60))
    with pytest.raises(LeaseHeld):
        store.claim(leased(registration(), "three", NOW + 61), now=NOW + 61)


def test_letting_go_ends_the_lease_at_once(store: Registrations) -> None:
    store.reserve(registration())
    store.release_lease(registration())
    assert store.claim(leased(registration(), "two", NOW + 1), now=NOW + 1).lease.owner == "two"


def test_the_note_of_a_sent_client(store: Registrations) -> None:
    made = registration()
    store.reserve(made)
    assert store.client_sent(made, NOW + 3).client_sent_at == NOW + 3
    assert store.client_sent(made, None).client_sent_at is None


def test_completing_joins_all_four(store: Any) -> None:
    made = registration()
    store.reserve(made)
    done = store.complete(made, mapping(made))
    assert (done.state, done.user_id, done.whmcs_client_id) == (State.MAPPED, "user-1", 42)
    assert store.by_user("user-1") == mapping(made)
    assert store.by_account("001A") == mapping(made)
    assert store.user_id_of("a@example.com") == "user-1"
    with pytest.raises(Occupied) as caught:
        store.reserve(registration("a@example.com", "001B"))
    assert caught.value.email == Holder(made.id, mapped=True)
    store.finish(done, at=NOW + 9)
    finished = store.get(made.id)
    assert (finished.state, finished.finished_at) == (State.DONE, NOW + 9)


def test_a_reservation_is_nobody_yet(store: Any) -> None:
    store.reserve(registration())
    assert store.by_account("001A") is None
    assert store.user_id_of("a@example.com") is None
    assert store.user_id_of("nobody@example.com") is None


def test_a_client_belongs_to_one_user(store: Any) -> None:
    first, second = registration(), registration("b@example.com", "001B")
    store.reserve(first)
    store.complete(first, mapping(first))
    store.reserve(second)
    with pytest.raises(ClientTaken):
        store.complete(second, mapping(second, "user-2"))
    assert store.by_user("user-2") is None


def test_only_the_lease_holder_completes_and_only_once(store: Registrations) -> None:
    made = registration()
    store.reserve(made)
    with pytest.raises(LeaseLost):
        store.complete(registration(owner="two"), mapping(made))
    store.complete(made, mapping(made))
    with pytest.raises(LeaseLost):
        store.complete(registration(owner="two"), mapping(made, "user-2", 43))
    for change in (store.release, store.release_lease):
        with pytest.raises(LeaseLost):
            change(made)
    with pytest.raises(LeaseLost):
        store.claim(leased(made, "three", NOW + 99), now=NOW + 99)


def test_releasing_frees_both(store: Registrations) -> None:
    made = registration()
    store.reserve(made)
    with pytest.raises(LeaseLost):
        store.release(registration(owner="two"))
    store.release(made)
    assert store.get(made.id) is None
    store.reserve(registration("a@example.com", "001B"))
    store.reserve(registration("b@example.com", "001A"))


def test_completing_again_after_a_lost_answer_is_fine(store: Registrations) -> None:
    made = registration()
    store.reserve(made)
    first = store.complete(made, mapping(made))
    assert store.complete(made, mapping(made)) == first


def test_of_many_at_once_one_reserves(dynamo: Dynamo) -> None:
    def contend(number: int) -> bool:
        try:
            dynamo.reserve(registration(f"{number % 3}@example.com", "001A", f"n{number}"))
        except Occupied:
            return False
        return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(contend, range(24))) == 1


def test_a_customer_number_is_one_users_whatever_its_account(store: Any) -> None:
    first = registration()
    store.reserve(first)
    with pytest.raises(Occupied) as caught:
        store.reserve(registration("b@example.com", "001B", customer_number="cn-001a"))
    assert caught.value.account == Holder(first.id, mapped=False)
    store.complete(first, mapping(first))
    with pytest.raises(Occupied) as caught:
        store.reserve(registration("b@example.com", "001B", customer_number="cn-001a"))
    assert caught.value.account == Holder(first.id, mapped=True)
