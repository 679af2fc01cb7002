"""Salesforce in memory: Accounts, Cases by key, and the case queue."""

from __future__ import annotations

from portal.domain.cases import CaseJob
from portal.ports.accounts import Account, NewCase

from tests.fakes.directory import ACCOUNT_ID


def account(number: str = "CN-000101", **changes: str | None) -> Account:
    """An Account with the customer number and the tests' usual address."""
    values = {
        "id": ACCOUNT_ID,
        "name": "Taro Yamada",
        "email": "taro@example.com",
        "customer_number": number,
    }
    return Account(**{**values, **changes})  # type: ignore[arg-type]  # built by name


class FakeAccounts:
    """`Accounts` and `AccountMerges` over a list; counts look-ups, because each costs quota.

    `merged` leads from the id of a duplicate to the id of the Account that was kept.
    """

    def __init__(self, *accounts: Account) -> None:
        self.accounts = list(accounts)
        self.merged: dict[str, str] = {}
        self.calls = 0

    def merge(self, duplicate: str, kept: str) -> None:
        """What a user does in Salesforce."""
        self.accounts = [account for account in self.accounts if account.id != duplicate]
        self.merged[duplicate] = kept

    def surviving(self, account_id: str) -> Account | None:
        self.calls += 1
        while account_id in self.merged:
            account_id = self.merged[account_id]
        return next((a for a in self.accounts if a.id == account_id), None)

    def duplicates_of(self, account_id: str) -> list[str]:
        self.calls += 1
        return [duplicate for duplicate, kept in self.merged.items() if kept == account_id]

    def by_customer_number(self, number: str) -> Account | None:
        self.calls += 1
        wanted = number.casefold()
        return next((a for a in self.accounts if a.customer_number.casefold() == wanted), None)


class FakeCaseDesk:
    """`CaseDesk`: one Case a key."""

    def __init__(self) -> None:
        self.cases: dict[str, NewCase] = {}

    def open(self, case: NewCase) -> None:
        self.cases.setdefault(case.key, case)


class FakeCaseQueue:
    """`CaseJobs` that keeps what was sent."""

    def __init__(self) -> None:
        self.jobs: list[CaseJob] = []

    def send(self, *messages: CaseJob, delay_seconds: int = 0) -> None:
        self.jobs.extend(messages)
