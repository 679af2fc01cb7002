"""The eSIM provider's user ids for portal users.

They are items `SUBSCRIBER#<provider>#<user id>`, `META` of the workflow table. They are never
deleted, because a second user at the provider would split a customer's lines.
"""

from __future__ import annotations

from portal.repositories.dynamodb import Table


class DynamoSubscribers:
    """`Subscribers` over the workflow table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, provider: str, user_id: str) -> str | None:
        """Return the provider's id of a user; None when the user never had an eSIM there."""
        item = self._table.get(_key(provider, user_id))
        return str(item["subscriberId"]) if item else None

    def remember(self, provider: str, user_id: str, subscriber_id: str) -> None:
        """Store the provider's id of a user for later orders."""
        self._table.put({**_key(provider, user_id), "subscriberId": subscriber_id})


def _key(provider: str, user_id: str) -> dict[str, str]:
    return {"pk": f"SUBSCRIBER#{provider}#{user_id}", "sk": "META"}
