"""Finds a customer again after the id of the Account was retired in Salesforce.

Users merge duplicate Accounts in Salesforce. The duplicate's id is retired, and its Orders move to
the Account that is kept. The customer number is the business key, so the portal follows it: first
the merge itself (`MasterRecordId`), then the customer number. A portal user is given another
Account only for one of these recorded reasons, or by an operator (`ops users remap`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

from portal.domain.identity import CustomerMapping
from portal.domain.problems import ACCOUNT_CONFLICT, Problem
from portal.observability import count, logger
from portal.ports.accounts import Account, AccountMerges, Accounts
from portal.ports.identity import AccountTaken, CustomerRemaps, CustomerSearch, MappingChanged


class RemapReason(StrEnum):
    """The reason why a portal user got another Account."""

    MERGED = "merged in Salesforce"
    CUSTOMER_NUMBER = "same customer number"


class AccountConflict(Problem):
    """Two portal users are the same customer after a merge. An operator has to decide."""

    def __init__(self) -> None:
        super().__init__(
            ACCOUNT_CONFLICT,
            "Your customer record was merged with another one that has a portal account of its "
            "own. Contact our support; nothing was changed.",
        )


@dataclass(frozen=True)
class MergedAccounts:
    """Follows merged Accounts; `clock` gives epoch seconds.

    Every method raises the errors of `portal.domain.upstream`.
    """

    accounts: Accounts
    merges: AccountMerges
    directory: CustomerSearch
    remaps: CustomerRemaps
    clock: Callable[[], float]

    def current(self, mapping: CustomerMapping) -> CustomerMapping:
        """Return the mapping with an existing Account, or the same mapping without a merge.

        Call it when Salesforce does not know the mapping's Account. Raises AccountConflict.
        """
        kept = self.merges.surviving(mapping.sf_account_id)
        if kept is not None and kept.id == mapping.sf_account_id:
            return mapping
        reason = RemapReason.MERGED
        if kept is None:
            kept = self.accounts.by_customer_number(mapping.customer_number)
            reason = RemapReason.CUSTOMER_NUMBER
        if kept is None:
            count("CustomerAccountsMissing")
            logger().error("the customer's Account is gone", extra={"user": mapping.user_id})
            return mapping
        return self._remap(mapping, kept, reason)

    def owner_of(self, account_id: str) -> CustomerMapping | None:
        """Return the portal user of an Account, or of an Account that was merged into it.

        Raises AccountConflict.
        """
        known = self.directory.by_account(account_id)
        if known is not None:
            return known
        account = self.merges.surviving(account_id)
        if account is None or account.id != account_id:
            return None
        merged = [
            mapping
            for duplicate in self.merges.duplicates_of(account_id)
            if (mapping := self.directory.by_account(duplicate)) is not None
        ]
        if len({mapping.user_id for mapping in merged}) > 1:
            raise _conflict(account_id)
        if merged:
            return self._remap(merged[0], account, RemapReason.MERGED)
        return self._owner_of_number(account)

    def _owner_of_number(self, account: Account) -> CustomerMapping | None:
        mapping = self.directory.by_customer_number(account.customer_number)
        if mapping is None or self.merges.surviving(mapping.sf_account_id) is not None:
            return None
        return self._remap(mapping, account, RemapReason.CUSTOMER_NUMBER)

    def _remap(
        self, mapping: CustomerMapping, account: Account, reason: RemapReason
    ) -> CustomerMapping:
        if not account.customer_number:
            account = replace(account, customer_number=mapping.customer_number)
        try:
            changed = self.remaps.remap(mapping, account, reason=reason, at=self.clock())
        except AccountTaken:
            raise _conflict(account.id) from None
        except MappingChanged:
            # Another request has applied the same merge.
            found = self.directory.by_user(mapping.user_id)
            return found or mapping
        count("CustomersRemapped")
        logger().warning(
            "the customer has another Account",
            extra={"user": mapping.user_id, "account": account.id, "reason": str(reason)},
        )
        return changed


def _conflict(account_id: str) -> AccountConflict:
    count("CustomerAccountConflicts")
    logger().error("two portal users are one customer", extra={"account": account_id})
    return AccountConflict()
