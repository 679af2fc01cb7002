"""The log of messages in the idempotency table. Its items have the `id` `<kind>#<key>`.

States:

- `claimed`: a worker with a lease works on the message. It certainly has had no effect yet.
- `waiting`: the message is not run before `notBefore`, because of `lastCode`.
- `sending`: the effect may have happened. After a crash in this state it is never repeated.
- `done`: the work has ended. The item holds its outcome.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from portal.domain.lease import Lease
from portal.ports.message_log import Claim, Finding, NotClaimed, Progress
from portal.repositories.dynamodb import ConditionFailed, Table
from portal.repositories.leases import LeasedItems, lease_of

KEEP_SECONDS = 90 * 86_400
CLAIMED, WAITING, SENDING, DONE = "claimed", "waiting", "sending", "done"
_NAMES = {"#state": "state"}


class DynamoMessageLog:
    """`MessageLog` of one kind of messages (`MAIL`, `CASE`)."""

    def __init__(self, table: Table, kind: str) -> None:
        self._items = LeasedItems(table)
        self._kind = kind

    def claim(self, key: str, lease: Lease, *, now: float, sent_at: float) -> Claim | NotClaimed:
        """Claim the message under the lease and count a run. Says why not when it cannot."""
        try:
            item = self._items.take(
                self._key(key),
                lease,
                now=now,
                change=(
                    "#state = :claimed, runs = if_not_exists(runs, :none) + :one,"
                    " sentAt = if_not_exists(sentAt, :sentAt), expiration = :expiration"
                ),
                condition=(
                    "attribute_not_exists(#state)"
                    " OR #state = :claimed OR (#state = :waiting AND notBefore <= :now)"
                ),
                names=_NAMES,
                values={
                    ":claimed": CLAIMED,
                    ":waiting": WAITING,
                    ":none": 0,
                    ":one": 1,
                    ":sentAt": _number(sent_at),
                    ":now": _number(now),
                    ":expiration": int(now) + KEEP_SECONDS,
                },
            )
        except ConditionFailed as failed:
            return _found(failed.item or {}, now)
        return Claim(key, lease, _progress(item))

    def sending(self, claim: Claim) -> None:
        """Record that the effect is about to happen. Raises LeaseLost."""
        self._items.change(
            self._key(claim.key),
            claim.lease,
            "SET #state = :sending",
            condition="#state = :claimed",
            names=_NAMES,
            values={":sending": SENDING, ":claimed": CLAIMED},
        )

    def done(self, claim: Claim, outcome: str, reference: str = "") -> None:
        """Record how the work ended. Raises LeaseLost."""
        self._items.release(
            self._key(claim.key),
            claim.lease,
            "#state = :done, outcome = :outcome, externalId = :reference",
            names=_NAMES,
            values={":done": DONE, ":outcome": outcome, ":reference": reference},
        )

    def wait(self, claim: Claim, progress: Progress, *, until: float, code: str) -> None:
        """Release the claim until the next run. Raises LeaseLost."""
        since = progress.waiting_since
        self._items.release(
            self._key(claim.key),
            claim.lease,
            "#state = :waiting, notBefore = :until, lastCode = :code, runs = :runs,"
            " waits = :waits, waitingSince = :since",
            names=_NAMES,
            values={
                ":waiting": WAITING,
                ":until": _number(until),
                ":code": code,
                ":runs": progress.runs,
                ":waits": progress.waits,
                ":since": _number(0.0 if since is None else since),
            },
        )

    def forget(self, claim: Claim) -> None:
        """Delete the record. Raises LeaseLost."""
        self._items.forget(self._key(claim.key), claim.lease)

    def _key(self, key: str) -> dict[str, str]:
        return {"id": f"{self._kind}#{key}"}


def _found(item: dict[str, Any], now: float) -> NotClaimed:
    lease = lease_of(item)
    if item.get("state") == DONE:
        return NotClaimed(Finding.DONE)
    if lease.held(now):
        return NotClaimed(Finding.BUSY, float(lease.until))
    if item.get("state") == SENDING:
        return NotClaimed(Finding.IN_DOUBT)
    if item.get("state") == WAITING:
        return NotClaimed(Finding.NOT_YET, float(item["notBefore"]))
    return NotClaimed(Finding.BUSY, now)  # it was claimed and released meanwhile


def _progress(item: dict[str, Any]) -> Progress:
    return Progress(
        sent_at=float(item["sentAt"]),
        runs=int(item["runs"]),
        waits=int(item.get("waits", 0)),
        waiting_since=float(item["waitingSince"]) if item.get("waitingSince") else None,
    )


def _number(seconds: float) -> Decimal:
    return Decimal(str(round(seconds, 3)))
