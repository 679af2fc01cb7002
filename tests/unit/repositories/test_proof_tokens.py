"""Tokens of sign-up links: only their hashes are kept, and TTL is no control."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from portal.repositories.proof_tokens import VALID_SECONDS, DynamoProofTokens

from tests.fakes.clock import FakeClock
from tests.fakes.serial import TestTable, serial_table

ACCOUNT = "0015j00000AAAAAAA2"


@pytest.fixture(scope="module")
def table() -> Iterator[TestTable]:
    with serial_table() as made:
        yield made


def test_a_token_stands_for_its_account_while_it_lives(table: TestTable) -> None:
    clock = FakeClock()
    tokens = DynamoProofTokens(table, clock)
    token = tokens.issue(ACCOUNT)
    assert tokens.account_of(token) == tokens.account_of(token) == ACCOUNT
    assert tokens.account_of(token + "x") is None
    clock.advance(VALID_SECONDS)
    assert tokens.account_of(token) is None


def test_the_table_holds_no_token(table: TestTable) -> None:
    token = DynamoProofTokens(table, FakeClock()).issue(ACCOUNT)
    assert token not in str(table.items())
