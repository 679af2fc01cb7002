"""Shows, remaps and removes a portal user in the identity table."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from portal.domain import normal_forms
from portal.domain.identity import CustomerMapping
from portal.domain.ids import to_18
from portal.ports.accounts import Account
from portal.ports.identity import AccountTaken, MappingChanged, Remap

from ops.errors import OpsError
from ops.ports import UserPorts

_ACCOUNT_ID = re.compile(r"001[A-Za-z0-9]{12}(?:[A-Za-z0-9]{3})?")
BY_OPERATOR = "operator"


@dataclass(frozen=True, kw_only=True)
class UserView:
    """A portal user. `account` is the Account in Salesforce, or None when it is deleted."""

    mapping: CustomerMapping
    account: Account | None
    remaps: Sequence[Remap]


def find(ports: UserPorts, who: str) -> CustomerMapping:
    """Return the portal user with a user id, e-mail address, customer number or Account id.

    Raises OpsError when there is none.
    """
    directory = ports.directory
    found = directory.by_user(who) or directory.by_customer_number(who)
    if found is None and "@" in who:
        user_id = directory.user_id_of(normal_forms.email(who))
        found = directory.by_user(user_id) if user_id else None
    if found is None and _ACCOUNT_ID.fullmatch(who):
        found = directory.by_account(to_18(who))
    if found is None:
        raise OpsError(
            f"There is no portal user {who}: give a user id, an e-mail address, "
            "a customer number or an Account id."
        )
    return found


def look_up(ports: UserPorts, who: str) -> UserView:
    """Return the user and its Account. Raises OpsError and UpstreamErrors."""
    mapping = find(ports, who)
    return UserView(
        mapping=mapping,
        account=ports.merges.surviving(mapping.sf_account_id),
        remaps=ports.directory.remaps_of(mapping.user_id),
    )


def wanted_account(ports: UserPorts, account_id: str) -> Account:
    """Return the Account that a user is to get. Raises OpsError when it does not exist."""
    if not _ACCOUNT_ID.fullmatch(account_id):
        raise OpsError(f"{account_id} is no Account id: it has 15 or 18 characters, 001 first.")
    full_id = to_18(account_id)
    account = ports.merges.surviving(full_id)
    if account is None:
        raise OpsError(f"Salesforce has no Account {full_id}.")
    if account.id != full_id:
        raise OpsError(f"Account {full_id} was merged into {account.id}: give that one.")
    if not account.customer_number:
        raise OpsError(f"Account {full_id} has no customer number: enter it in Salesforce first.")
    return account


def remap(ports: UserPorts, mapping: CustomerMapping, account: Account, reason: str) -> None:
    """Give the user that Account. Raises OpsError when another user has it."""
    try:
        ports.remaps.remap(mapping, account, reason=f"{BY_OPERATOR}: {reason}", at=ports.clock())
    except AccountTaken:
        other = ports.directory.by_account(account.id) or ports.directory.by_customer_number(
            account.customer_number
        )
        who = f"portal user {other.user_id}" if other else "an unfinished sign-up"
        raise OpsError(
            f"Account {account.id} belongs to {who}. Decide which of the two users and WHMCS "
            "clients stays, remove the other one with `ops users remove`, then repeat this."
        ) from None
    except MappingChanged:
        raise OpsError("The user was changed just now: look with `ops users show`.") from None


def remove(ports: UserPorts, mapping: CustomerMapping) -> None:
    """Delete the user's mapping, so that its Account and customer number can be used again.

    Raises OpsError when the user was changed meanwhile.
    """
    try:
        ports.remaps.remove(mapping)
    except MappingChanged:
        raise OpsError("The user was changed just now: look with `ops users show`.") from None
