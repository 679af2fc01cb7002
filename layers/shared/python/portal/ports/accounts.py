"""The ports for Salesforce Accounts and Cases."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from portal.domain.cases import CaseJob


@dataclass(frozen=True, kw_only=True)
class Account:
    """An Account. The id has 18 characters. `email` is in Salesforce's spelling, or None.

    `second_fact` is the value of the field that proves who somebody is, where one is read.
    """

    id: str
    name: str
    email: str | None
    customer_number: str
    second_fact: str | None = field(default=None, repr=False)


@dataclass(frozen=True, kw_only=True)
class NewCase:
    """A Case to be opened once per `key` (`Portal_Case_Key__c`, unique)."""

    key: str
    account_id: str
    subject: str
    description: str


class Accounts(Protocol):
    """Finds Accounts."""

    def by_customer_number(self, number: str) -> Account | None:
        """Return the Account with that customer number, or None. One API call."""
        ...


class AccountMerges(Protocol):
    """What became of Accounts that users merged in Salesforce. One API call each."""

    def surviving(self, account_id: str) -> Account | None:
        """The Account with that id, or the one that it was merged into; None when it is gone."""
        ...

    def duplicates_of(self, account_id: str) -> list[str]:
        """Ids of the Accounts that were merged into that one, while the recycle bin keeps them."""
        ...


class CaseDesk(Protocol):
    """Opens Cases."""

    def open(self, case: NewCase) -> None:
        """Open a Case unless one with its key exists. Safe to repeat after OutcomeUnknown."""
        ...


class CaseJobs(Protocol):
    """The case queue."""

    def send(self, *messages: CaseJob, delay_seconds: int = 0) -> None:
        """Send jobs to the queue. Raises Unavailable."""
        ...
