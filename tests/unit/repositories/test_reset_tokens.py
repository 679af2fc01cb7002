"""Tokens of password resets in the ephemeral table."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from portal.repositories.reset_tokens import DynamoResetTokens

from tests.fakes.clock import FakeClock
from tests.fakes.serial import TestTable
from tests.unit.repositories.ephemeral_table import clock, module_table, table

__all__ = ["clock", "module_table", "table"]


@pytest.fixture
def tokens(table: TestTable, clock: FakeClock) -> DynamoResetTokens:
    return DynamoResetTokens(table, clock)


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
