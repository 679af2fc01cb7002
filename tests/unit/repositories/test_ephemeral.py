"""Rate counters and reset tokens in the ephemeral table."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from portal.repositories.activation_mails import DynamoActivationMails
from portal.repositories.rate_limits import DynamoRateCounters
from portal.repositories.reset_tokens import DynamoResetTokens

from tests.fakes.clock import FakeClock
from tests.fakes.serial import TestTable, serial_table

START = 1_800_000_000.0


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock(START)


@pytest.fixture(scope="module")
def module_table() -> Iterator[TestTable]:
    with serial_table() as table:
        yield table


@pytest.fixture
def table(module_table: TestTable) -> TestTable:
    module_table.empty()
    return module_table


@pytest.fixture
def counters(table: TestTable, clock: FakeClock) -> DynamoRateCounters:
    return DynamoRateCounters(table, clock)


@pytest.fixture
def tokens(table: TestTable, clock: FakeClock) -> DynamoResetTokens:
    return DynamoResetTokens(table, clock)


def test_the_wait_is_until_the_window_really_ends(
    counters: DynamoRateCounters, clock: FakeClock
) -> None:
    clock.now = START // 60 * 60 + 10
    assert [counters.hit("k", limit=2, seconds=60) for _ in range(3)] == [None, None, 50]
    clock.advance(49.5)
    assert counters.hit("k", limit=2, seconds=60) == 1
    clock.advance(0.5)
    assert counters.hit("k", limit=2, seconds=60) is None


def test_keys_do_not_share_a_counter(counters: DynamoRateCounters) -> None:
    assert counters.hit("a", limit=1, seconds=60) is None
    assert counters.hit("b", limit=1, seconds=60) is None
    assert counters.hit("a", limit=1, seconds=60) is not None


def test_forgetting_starts_again(counters: DynamoRateCounters) -> None:
    counters.hit("a", limit=1, seconds=60)
    counters.forget("a", seconds=60)
    assert counters.hit("a", limit=1, seconds=60) is None
    counters.forget("never-counted", seconds=60)


def test_of_many_at_once_the_limit_passes(counters: DynamoRateCounters) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: counters.hit("a", limit=5, seconds=900), range(30)))
    assert found.count(None) == 5


def test_counters_go_away_by_themselves(counters: DynamoRateCounters, table: TestTable) -> None:
    counters.hit("a", limit=1, seconds=60)
    (item,) = table.items()
    assert START + 60 <= int(item["expiration"]["N"]) <= START + 180


def test_a_token_is_256_bits_and_kept_as_a_hash(
    tokens: DynamoResetTokens, table: TestTable
) -> None:
    token = tokens.issue("user-1")
    assert len(token) == 43
    assert token not in repr(table.items())
    assert tokens.issue("user-1") != token
    assert tokens.valid_minutes == 30


def test_of_fifty_simultaneous_uses_one_succeeds(tokens: DynamoResetTokens) -> None:
    token = tokens.issue("user-1")
    with ThreadPoolExecutor(10) as pool:
        grants = [grant for grant in pool.map(tokens.redeem, [token] * 50) if grant]
    assert [grant.user_id for grant in grants] == ["user-1"]


def test_of_simultaneous_uses_of_two_tokens_one_succeeds(tokens: DynamoResetTokens) -> None:
    both = [tokens.issue("user-1"), tokens.issue("user-1")] * 10
    with ThreadPoolExecutor(10) as pool:
        assert len([grant for grant in pool.map(tokens.redeem, both) if grant]) == 1


def test_a_token_ends_after_thirty_minutes_even_if_ttl_is_late(
    tokens: DynamoResetTokens, clock: FakeClock
) -> None:
    token = tokens.issue("user-1")
    clock.advance(1799)
    late = tokens.issue("user-1")
    clock.advance(1)
    assert tokens.redeem(token) is None
    assert tokens.redeem(late) is not None


def test_users_do_not_void_each_others_tokens(tokens: DynamoResetTokens) -> None:
    first, second = tokens.issue("user-1"), tokens.issue("user-2")
    tokens.void("user-1")
    assert tokens.redeem(first) is None
    assert tokens.redeem(second) is not None


def test_a_token_given_back_works_once_more_and_no_longer(
    tokens: DynamoResetTokens, clock: FakeClock
) -> None:
    token, other = tokens.issue("user-1"), tokens.issue("user-1")
    grant = tokens.redeem(token)
    assert grant is not None
    tokens.give_back(grant)
    assert tokens.redeem(other) is None
    clock.advance(1799)
    again = tokens.redeem(token)
    assert again is not None
    assert (again.user_id, again.expires_at) == (grant.user_id, grant.expires_at)
    assert tokens.redeem(token) is None


@pytest.mark.parametrize("event", ["another token was used", "all were voided"])
def test_a_token_is_not_given_back_after_the_password_was_changed(
    tokens: DynamoResetTokens, event: str
) -> None:
    token = tokens.issue("user-1")
    grant = tokens.redeem(token)
    assert grant is not None
    if event == "another token was used":
        assert tokens.redeem(tokens.issue("user-1")) is not None
    else:
        tokens.void("user-1")
    tokens.give_back(grant)
    assert tokens.redeem(token) is None


@pytest.mark.parametrize("token", ["", "garbage", "x" * 4096])
def test_what_was_never_a_token(tokens: DynamoResetTokens, token: str) -> None:
    assert tokens.redeem(token) is None


# Activation mails


def test_the_hour_of_a_mail_is_counted_from_the_newest(table: TestTable, clock: FakeClock) -> None:
    mails = DynamoActivationMails(table, clock=clock)
    assert not mails.lately("sub_1")
    mails.sent("sub_1")
    clock.advance(3_000)
    mails.sent("sub_1")
    clock.advance(3_599)
    assert mails.lately("sub_1")
    assert not mails.lately("sub_2")
    clock.advance(1)
    assert not mails.lately("sub_1")  # though TTL has not deleted it yet
    assert len(table.items()) == 1
