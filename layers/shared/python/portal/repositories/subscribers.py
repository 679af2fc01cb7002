"""The eSIM provider's ids of portal users.

Items of the workflow table: `SUBSCRIBER#<provider>#<user id>`, `META`. Kept for good: the provider
keeps its user too, and a second one would split a customer's lines.
"""

from __future__ import annotations

from portal.repositories.dynamodb import Table


class DynamoSubscribers:
    """`Subscribers` over the workflow table."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def find(self, provider: str, user_id: str) -> str | None:
        """The provider's id, when the user has had an eSIM before."""
        item = self._table.get(_key(provider, user_id))
        return str(item["subscriberId"]) if item else None

    def remember(self, provider: str, user_id: str, subscriber_id: str) -> None:
        """Keep it for the next order."""
        self._table.put({**_key(provider, user_id), "subscriberId": subscriber_id})


def _key(provider: str, user_id: str) -> dict[str, str]:
    return {"pk": f"SUBSCRIBER#{provider}#{user_id}", "sk": "META"}
