"""`ops users`: who a portal user is, and giving it another Account."""

from __future__ import annotations

import pytest

from tests.fakes.accounts import FakeAccounts, account
from tests.fakes.directory import ACCOUNT_ID, FakeDirectory, customer
from tests.unit.ops.root import MemoryRoot

KEPT = "001000000000909AAA"


@pytest.fixture
def root() -> MemoryRoot:
    return MemoryRoot(
        directory=FakeDirectory(customer()),
        accounts=FakeAccounts(account(), account("CN-000909", id=KEPT)),
    )


@pytest.mark.parametrize(
    "who", [customer().user_id, "Taro@Example.com", "cn-000101", ACCOUNT_ID, ACCOUNT_ID[:15]]
)
def test_a_user_is_found_by_every_id(root: MemoryRoot, who: str) -> None:
    result = root.run("users", "show", who)
    assert result.exit_code == 0, result.output
    assert customer().user_id in result.output
    assert "the Account exists" in result.output
    assert "@" not in result.output


def test_an_unknown_user_is_said_to_be_unknown(root: MemoryRoot) -> None:
    result = root.run("users", "show", "nobody@example.com")
    assert result.exit_code == 1
    assert "There is no portal user" in result.output


def test_a_merged_account_is_shown(root: MemoryRoot) -> None:
    root.accounts.merge(ACCOUNT_ID, KEPT)
    assert f"merged into {KEPT}" in root.run("users", "show", "CN-000101").output


def test_an_account_that_is_gone_is_shown(root: MemoryRoot) -> None:
    root.accounts.accounts = []
    assert "no such Account" in root.run("users", "show", "CN-000101").output


def test_a_user_gets_another_account_with_a_reason(root: MemoryRoot) -> None:
    arguments = ("users", "remap", "CN-000101", "--account", KEPT[:15], "--reason", "ticket 7")
    refused = root.run(*arguments, answer="n\n")
    assert refused.exit_code == 1
    assert root.directory.by_account(KEPT) is None
    result = root.run(*arguments, "--yes")
    assert result.exit_code == 0, result.output
    shown = root.run("users", "show", "CN-000909").output
    assert "operator: ticket 7" in shown
    assert f"{ACCOUNT_ID} → {KEPT}" in shown


@pytest.mark.parametrize(
    ("wanted", "sentence"),
    [
        ("003000000000001AAA", "is no Account id"),
        ("001000000000999AAA", "Salesforce has no Account"),
        ("001000000000910AAA", "has no customer number"),
        ("001000000000911AAA", f"was merged into {KEPT}"),
    ],
)
def test_an_account_that_nobody_can_get_is_refused(
    root: MemoryRoot, wanted: str, sentence: str
) -> None:
    root.accounts.accounts.append(account("", id="001000000000910AAA"))
    root.accounts.merge("001000000000911AAA", KEPT)
    result = root.run("users", "remap", "CN-000101", "--account", wanted, "--reason", "x", "--yes")
    assert result.exit_code == 1
    assert sentence in result.output
    assert root.directory.reasons == []


def test_a_conflict_is_settled_by_removing_one_of_the_two(root: MemoryRoot) -> None:
    other = customer("second", sf_account_id=KEPT, customer_number="CN-000909", email="b@x.jp")
    root.directory = FakeDirectory(customer(), other)
    remap = ("users", "remap", "CN-000101", "--account", KEPT, "--reason", "merged", "--yes")
    refused = root.run(*remap)
    assert refused.exit_code == 1
    assert "belongs to portal user second" in refused.output
    removed = root.run("users", "remove", "CN-000909", "--yes")
    assert removed.exit_code == 0
    assert "Delete second in Cognito" in removed.output
    assert root.run(*remap).exit_code == 0
    found = root.directory.by_account(KEPT)
    assert found is not None
    assert found.user_id == customer().user_id
