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
    """`Accounts` over a list; counts look-ups, because each costs quota."""

    def __init__(self, *accounts: Account) -> None:
        self.accounts = list(accounts)
        self.calls = 0

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
