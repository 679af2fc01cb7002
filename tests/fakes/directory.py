"""Who is who, in memory."""

from __future__ import annotations

from portal.domain.identity import CustomerMapping

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
    """`CustomerDirectory` over a list."""

    def __init__(self, *mappings: CustomerMapping) -> None:
        self.mappings = {mapping.user_id: mapping for mapping in mappings}

    def by_user(self, user_id: str) -> CustomerMapping | None:
        return self.mappings.get(user_id)

    def by_account(self, sf_account_id: str) -> CustomerMapping | None:
        found = (m for m in self.mappings.values() if m.sf_account_id == sf_account_id)
        return next(found, None)
