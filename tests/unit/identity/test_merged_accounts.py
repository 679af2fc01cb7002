"""Customers whose Accounts were merged in Salesforce, found again by merge and by number."""

from __future__ import annotations

from dataclasses import dataclass, field

import pytest
from portal.domain.identity import CustomerMapping
from portal.identity.merged_accounts import AccountConflict, MergedAccounts
from portal.ports.accounts import Account
from portal.ports.identity import MappingChanged

from tests.fakes.accounts import FakeAccounts, account
from tests.fakes.clock import FakeClock
from tests.fakes.directory import ACCOUNT_ID, FakeDirectory, customer

KEPT = "001000000000909AAA"
LAST = "001000000000910AAA"


def own() -> FakeAccounts:
    return FakeAccounts(account(), account("CN-000909", id=KEPT))


def one() -> FakeDirectory:
    return FakeDirectory(customer())


@dataclass
class World:
    """Two Accounts; the customer is the first one."""

    accounts: FakeAccounts = field(default_factory=own)
    directory: FakeDirectory = field(default_factory=one)

    @property
    def merged(self) -> MergedAccounts:
        return MergedAccounts(
            self.accounts, self.accounts, self.directory, self.directory, FakeClock()
        )

    @property
    def stored(self) -> CustomerMapping:
        found = self.directory.by_user(customer().user_id)
        assert found is not None
        return found


@pytest.fixture
def world() -> World:
    return World()


def test_an_account_that_is_there_is_kept(world: World) -> None:
    assert world.merged.current(customer()) == customer()
    assert world.directory.reasons == []
    assert world.accounts.calls == 1


@pytest.mark.parametrize("hops", [[KEPT], [KEPT, LAST]], ids=["merged", "merged twice"])
def test_the_account_that_was_kept_becomes_the_customers(world: World, hops: list[str]) -> None:
    world.accounts.accounts.append(account("CN-000910", id=LAST))
    for duplicate, kept in zip([ACCOUNT_ID, *hops], hops, strict=False):
        world.accounts.merge(duplicate, kept)
    current = world.merged.current(customer())
    assert current.sf_account_id == hops[-1]
    assert world.stored == current
    assert world.directory.reasons == ["merged in Salesforce"]


def test_a_kept_account_without_a_number_leaves_the_customer_the_old_one(world: World) -> None:
    world.accounts.accounts = [account(), account("", id=KEPT)]
    world.accounts.merge(ACCOUNT_ID, KEPT)
    assert world.merged.current(customer()).customer_number == customer().customer_number


def test_an_emptied_recycle_bin_leaves_the_customer_number(world: World) -> None:
    world.accounts.accounts = [account(id=KEPT)]
    assert world.merged.current(customer()).sf_account_id == KEPT
    assert world.directory.reasons == ["same customer number"]


def test_a_customer_who_is_gone_from_salesforce_is_left_alone(
    world: World, capsys: pytest.CaptureFixture[str]
) -> None:
    world.accounts.accounts = []
    assert world.merged.current(customer()) == customer()
    assert "CustomerAccountsMissing" in capsys.readouterr().out


def test_the_owner_of_a_kept_account_is_who_signed_up_with_the_duplicate(world: World) -> None:
    world.accounts.merge(ACCOUNT_ID, KEPT)
    owner = world.merged.owner_of(KEPT)
    assert owner is not None
    assert (owner.user_id, owner.sf_account_id) == (customer().user_id, KEPT)
    assert world.merged.owner_of(KEPT) == owner


def test_the_owner_is_found_by_number_when_the_recycle_bin_was_emptied(world: World) -> None:
    world.accounts.accounts = [account("cn-000101", id=KEPT)]
    owner = world.merged.owner_of(KEPT)
    assert owner is not None
    assert owner.user_id == customer().user_id


def test_a_number_whose_account_lives_gives_nobody_another_account(world: World) -> None:
    """Two Accounts with one number, where the field is not unique: nothing was merged."""
    world.accounts.accounts.append(account(id=LAST))
    assert world.merged.owner_of(LAST) is None
    assert world.stored == customer()


def test_an_account_that_nobody_has_has_no_owner(world: World) -> None:
    assert world.merged.owner_of(KEPT) is None
    assert world.merged.owner_of("001000000000999AAA") is None


@pytest.mark.parametrize("ask", ["current", "owner"])
def test_two_portal_users_of_one_customer_are_left_to_an_operator(world: World, ask: str) -> None:
    second = customer("second", sf_account_id=LAST, customer_number="CN-000910", email="b@x.jp")
    world.directory = FakeDirectory(customer(), second)
    world.accounts.accounts.append(account("CN-000910", id=LAST))
    target = LAST if ask == "current" else KEPT
    world.accounts.merge(ACCOUNT_ID, target)
    if ask == "owner":
        world.accounts.merge(LAST, KEPT)
    with pytest.raises(AccountConflict):
        world.merged.current(customer()) if ask == "current" else world.merged.owner_of(KEPT)
    assert world.directory.reasons == []


def test_two_requests_that_follow_the_same_merge_agree(world: World) -> None:
    world.accounts.merge(ACCOUNT_ID, KEPT)
    first = world.merged.current(customer())
    assert world.merged.current(customer()) == first


class Racing(FakeDirectory):
    """Another request remaps the customer between the look-up and the write."""

    def remap(
        self, mapping: CustomerMapping, account: Account, *, reason: str, at: float
    ) -> CustomerMapping:
        super().remap(mapping, account, reason=reason, at=at)
        raise MappingChanged


def test_who_loses_the_race_gets_what_the_winner_wrote(world: World) -> None:
    world.directory = Racing(customer())
    world.accounts.merge(ACCOUNT_ID, KEPT)
    assert world.merged.current(customer()).sf_account_id == KEPT
