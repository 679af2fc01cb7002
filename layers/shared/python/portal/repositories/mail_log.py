"""At most one mail per deduplication key, whatever SQS delivers twice.

Items in the idempotency table, `id` = `MAIL#<key>`:

- `claimed` with `leaseUntil`: somebody is rendering; nothing has been sent.
- `sending`: the request to the mail service may have left. After a crash here the mail may or
  may not have gone out; it is never sent again by itself.
- `sent`: done.
"""

from __future__ import annotations

import time
from collections.abc import Callable

from portal.ports.mail_log import Claim
from portal.repositories.dynamodb import ConditionFailed, Table

KEEP_SECONDS = 90 * 86_400
LEASE_SECONDS = 60


class DynamoMailLog:
    """The log of mails by deduplication key."""

    def __init__(self, table: Table, *, clock: Callable[[], float] = time.time) -> None:
        self._table = table
        self._clock = clock

    def claim(self, key: str) -> Claim:
        """Become the one who sends this mail, unless it is sent, being sent, or in doubt."""
        now = int(self._clock())
        try:
            self._table.update(
                _key(key),
                set="SET #s = :claimed, leaseUntil = :until, expiration = :expiration",
                condition="attribute_not_exists(id) OR (#s = :claimed AND leaseUntil < :now)",
                names={"#s": "state"},
                values={
                    ":claimed": "claimed",
                    ":until": now + LEASE_SECONDS,
                    ":expiration": now + KEEP_SECONDS,
                    ":now": now,
                },
            )
        except ConditionFailed as found:
            return self._read(found.item or {}, now)
        return Claim.OURS

    def _read(self, item: dict[str, object], now: int) -> Claim:
        if item.get("state") == "sent":
            return Claim.SENT
        if int(str(item.get("leaseUntil", 0))) >= now:
            return Claim.BUSY
        return Claim.UNCERTAIN

    def sending(self, key: str) -> None:
        """Record the intent, right before the request leaves."""
        self._set(key, "sending")

    def sent(self, key: str, message_id: str) -> None:
        """Record that the mail service has it."""
        self._table.update(
            _key(key),
            set="SET #s = :s, messageId = :m",
            names={"#s": "state"},
            values={":s": "sent", ":m": message_id},
        )

    def release(self, key: str) -> None:
        """Give the key back: the mail was certainly not sent."""
        self._table.delete(_key(key))

    def uncertain(self, key: str) -> None:
        """Keep the key in doubt for good: nobody sends it again by itself."""
        self._table.update(
            _key(key),
            set="SET #s = :s, leaseUntil = :zero",
            names={"#s": "state"},
            values={":s": "sending", ":zero": 0},
        )

    def _set(self, key: str, state: str) -> None:
        self._table.update(
            _key(key), set="SET #s = :s", names={"#s": "state"}, values={":s": state}
        )


def _key(key: str) -> dict[str, str]:
    return {"id": f"MAIL#{key}"}
