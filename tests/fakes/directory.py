"""Who is who, in memory."""

from __future__ import annotations

from dataclasses import replace

from portal.domain.identity import CustomerMapping, customer_number_key
from portal.ports.accounts import Account
from portal.ports.identity import AccountTaken, MappingChanged, Remap

from tests.events import USER_ID

ACCOUNT_ID = "001000000000101AAA"


def customer(user_id: str = USER_ID, **changes: object) -> CustomerMapping:
    """A complete mapping."""
    values: dict[str, object] = {
        "user_id": user_id,
        "email": "taro@example.com",
        "whmcs_client_id": 42,
        "sf_account_id": ACCOUNT_ID,
        "customer_number": "CN-000101",
        "first_name": "Taro",
    }
    return CustomerMapping(**{**values, **changes})  # type: ignore[arg-type]  # built by name


class FakeDirectory:
    """`OperatorDirectory` and `CustomerRecords` over a list; `reasons` are those of the remaps."""

    def __init__(self, *mappings: CustomerMapping) -> None:
        self.mappings = {mapping.user_id: mapping for mapping in mappings}
        self.reasons: list[str] = []
        self._remaps: list[Remap] = []

    def by_user(self, user_id: str) -> CustomerMapping | None:
        return self.mappings.get(user_id)

    def by_account(self, sf_account_id: str) -> CustomerMapping | None:
        found = (m for m in self.mappings.values() if m.sf_account_id == sf_account_id)
        return next(found, None)

    def by_customer_number(self, number: str) -> CustomerMapping | None:
        wanted = customer_number_key(number)
        found = (
            m for m in self.mappings.values() if customer_number_key(m.customer_number) == wanted
        )
        return next(found, None)

    def remap(
        self, mapping: CustomerMapping, account: Account, *, reason: str, at: float
    ) -> CustomerMapping:
        if self.mappings.get(mapping.user_id) != mapping:
            raise MappingChanged
        others = (self.by_account(account.id), self.by_customer_number(account.customer_number))
        if any(other is not None and other.user_id != mapping.user_id for other in others):
            raise AccountTaken
        changed = replace(
            mapping, sf_account_id=account.id, customer_number=account.customer_number
        )
        self.mappings[mapping.user_id] = changed
        self.reasons.append(reason)
        self._remaps.append(
            Remap(
                at=at,
                from_account=mapping.sf_account_id,
                to_account=account.id,
                former_number=mapping.customer_number,
                reason=reason,
            )
        )
        return changed

    def remove(self, mapping: CustomerMapping) -> None:
        if self.mappings.get(mapping.user_id) != mapping:
            raise MappingChanged
        del self.mappings[mapping.user_id]

    def remaps_of(self, user_id: str) -> list[Remap]:
        return self._remaps if user_id in self.mappings else []

    def user_id_of(self, email: str) -> str | None:
        return next((m.user_id for m in self.mappings.values() if m.email == email), None)
