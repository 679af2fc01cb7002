"""Giving a portal user another Account, and removing one, against DynamoDB's conditions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from portal.domain.identity import CustomerMapping
from portal.ports.accounts import Account
from portal.ports.identity import AccountTaken, MappingChanged, Remap
from portal.repositories.dynamodb import Table
from portal.repositories.identity import (
    DynamoCustomerDirectory,
    account_key,
    email_key,
    mapping_item,
    number_key,
    whmcs_key,
)

from tests.fakes.accounts import account
from tests.fakes.directory import ACCOUNT_ID, FakeDirectory, customer
from tests.fakes.serial import TestTable, serial_table

KEPT = account("CN-000909", id="001000000000909AAA")
AT = 1_790_000_000.5
OTHER = customer(
    "second",
    sf_account_id="001000000000102AAA",
    customer_number="CN-000102",
    email="b@example.com",
    whmcs_client_id=43,
)


@pytest.fixture(scope="module")
def module_table() -> Iterator[TestTable]:
    with serial_table() as table:
        yield table


def stored(table: Table, *mappings: CustomerMapping) -> DynamoCustomerDirectory:
    """The directory with complete mappings."""
    for mapping in mappings:
        owner = {"userId": mapping.user_id, "state": "mapped"}
        table.put(mapping_item(mapping))
        for key in (
            email_key(mapping.email),
            whmcs_key(mapping.whmcs_client_id),
            account_key(mapping.sf_account_id),
            number_key(mapping.customer_number),
        ):
            table.put({**key, **owner})
    return DynamoCustomerDirectory(table)


@pytest.fixture(params=["dynamodb", "fake"])
def directory(request: pytest.FixtureRequest, module_table: TestTable) -> Any:
    if request.param == "fake":
        return FakeDirectory(customer(), OTHER)
    module_table.empty()
    return stored(module_table, customer(), OTHER)


def remap(directory: Any, to: Account = KEPT, mapping: CustomerMapping | None = None) -> Any:
    return directory.remap(mapping or customer(), to, reason="merged", at=AT)


def test_the_user_is_found_by_the_new_account_and_both_numbers(directory: Any) -> None:
    changed = remap(directory)
    assert (changed.sf_account_id, changed.customer_number) == (KEPT.id, "CN-000909")
    assert directory.by_user(customer().user_id) == changed
    assert directory.by_account(KEPT.id) == changed
    assert directory.by_account(ACCOUNT_ID) is None
    assert directory.by_customer_number("cn-000909") == changed
    assert directory.remaps_of(changed.user_id) == [
        Remap(
            at=AT,
            from_account=ACCOUNT_ID,
            to_account=KEPT.id,
            former_number="CN-000101",
            reason="merged",
        )
    ]


def test_the_former_number_stays_the_users(module_table: TestTable) -> None:
    module_table.empty()
    directory = stored(module_table, customer())
    changed = remap(directory)
    assert directory.by_customer_number("CN-000101") == changed


@pytest.mark.parametrize(
    "to",
    [
        account("CN-000909", id=OTHER.sf_account_id),
        account("cn-000102", id="001000000000909AAA"),
    ],
    ids=["account", "number"],
)
def test_what_another_user_has_is_not_given_away(directory: Any, to: Account) -> None:
    with pytest.raises(AccountTaken):
        remap(directory, to)
    assert directory.by_user(customer().user_id) == customer()
    assert directory.by_user("second") == OTHER


def test_who_has_read_an_older_mapping_changes_nothing(directory: Any) -> None:
    changed = remap(directory)
    with pytest.raises(MappingChanged):
        remap(directory, account("CN-000910", id="001000000000910AAA"))
    assert directory.by_user(customer().user_id) == changed


def test_a_removed_user_leaves_everything_free(directory: Any) -> None:
    changed = remap(directory)
    directory.remove(changed)
    assert directory.by_user(changed.user_id) is None
    assert directory.by_account(KEPT.id) is None
    assert directory.by_customer_number("CN-000909") is None
    assert directory.by_customer_number("CN-000101") is None
    assert directory.user_id_of(changed.email) is None
    assert directory.by_user("second") == OTHER


def test_a_user_that_changed_meanwhile_is_not_removed(directory: Any) -> None:
    changed = remap(directory)
    with pytest.raises(MappingChanged):
        directory.remove(customer())
    assert directory.by_user(changed.user_id) == changed
