"""Work on a message that is recorded, so that only one worker at a time does it.

The order of events is claim → work → record. The record (`portal.ports.message_log`) counts the
runs, so the count survives when the message is sent again.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from portal.domain.lease import LeaseLost, new_lease
from portal.domain.upstream import AllowanceUsedUp, Refused, Unauthorized, UpstreamError
from portal.observability import count, logger
from portal.ports.message_log import Claim, Finding, MessageLog, NotClaimed, Progress
from portal.queues.backoff import LONGEST_DELAY, Policy
from portal.queues.failures import Failure, Reaction, failure_of
from portal.queues.verdict import ACK, DEAD_LETTER, Action, Verdict

LEASE_MARGIN = 30.0
"""Seconds by which a lease outlasts its invocation, because clocks differ."""

DELAYED_SECONDS = 1_800.0
"""Seconds that a message may wait before `MessagesDelayed` is counted."""

ALLOWANCE_PATIENCE = 32 * 86_400.0
"""Seconds to wait for a new allowance. Vendors renew theirs after a month at most."""

RENEWAL_SPREAD = 300.0
"""Seconds over which messages are spread that wait for the same moment."""


@dataclass(frozen=True)
class Ending:
    """How the work ended. `reference` identifies its effect in the other system.

    With `remembered`, no later message with the same key is worked on. Without it, the work had no
    effect, and a later message with the key runs it again.
    """

    outcome: str
    reference: str = ""
    remembered: bool = True


Work = Callable[[Claim], Ending]


@dataclass(frozen=True)
class RecordedWork:
    """Decides about messages by their records. `clock` returns epoch seconds.

    `in_doubt` is called with the key of a message whose worker died when the effect may have
    happened. The work of such a message is not repeated.
    """

    log: MessageLog
    policy: Policy
    in_doubt: Callable[[str], None] = lambda _: None
    clock: Callable[[], float] = time.time

    def run(self, key: str, work: Work, *, sent_at: float, seconds_left: float) -> Verdict:
        """Do the work of the message with that key, unless it is done or another worker does it.

        `sent_at` is when the message was put on the queue (epoch seconds). `seconds_left` is the
        time left of the invocation.
        """
        now = self.clock()
        try:
            found = self.log.claim(
                key, new_lease(now, seconds_left + LEASE_MARGIN), now=now, sent_at=sent_at
            )
        except UpstreamError as error:
            logger().warning("message cannot be claimed", extra={"reason": str(error)})
            # An outage of the table must not use up the message's receives. A refusal will not
            # change by itself: the message becomes a dead letter, which raises an alarm.
            action = Action.RETRY if isinstance(error, Refused) else Action.REQUEUE
            return Verdict(action, self.policy.delay(1))
        if isinstance(found, NotClaimed):
            return self._left_alone(key, found, now)
        return self._worked(self._begun_afresh(found), work)

    def _left_alone(self, key: str, found: NotClaimed, now: float) -> Verdict:
        if found.finding is Finding.IN_DOUBT:
            self.in_doubt(key)
            return ACK
        if found.finding is Finding.DONE:
            return ACK
        seconds = min(max(found.until - now, 0.0) + 1.0, LONGEST_DELAY)
        # The worker that holds the lease may be dead, so the message must outlive the lease.
        action = Action.REQUEUE if found.finding is Finding.BUSY else Action.PARK
        return Verdict(action, seconds)

    def _begun_afresh(self, claim: Claim) -> Claim:
        """Count the runs from one again for a message that was sent again from the dead letters.

        Such a message has more runs than are allowed, because all of them were interrupted.
        """
        if claim.progress.runs <= self.policy.max_retries + 1:
            return claim
        return replace(claim, progress=replace(claim.progress, runs=1))

    def _worked(self, claim: Claim, work: Work) -> Verdict:
        try:
            ending = work(claim)
        except LeaseLost:
            return self._taken_over()
        except Exception as error:  # noqa: BLE001  # `failure_of` tells apart whatever it was
            return self._failed(claim, error)
        try:
            if ending.remembered:
                self.log.done(claim, ending.outcome, ending.reference)
            else:
                self.log.forget(claim)
        except LeaseLost:
            return self._taken_over()
        except UpstreamError as error:
            # The work is done, and only its end is not recorded. The record stays as it was. For
            # work that recorded `sending`, the next run finds it in doubt and does not repeat it.
            logger().warning("the end is not recorded", extra={"reason": str(error)})
            return Verdict(Action.RETRY, self.policy.delay(claim.progress.runs))
        return ACK

    def _taken_over(self) -> Verdict:
        logger().warning("message was taken over by another worker")
        return Verdict(Action.REQUEUE, self.policy.delay(1))

    def _failed(self, claim: Claim, error: Exception) -> Verdict:
        failure = failure_of(error)
        if not isinstance(error, UpstreamError) and failure.code == "internal-error":
            count("UnexpectedErrors")
            logger().error("unexpected error", exc_info=error)
        try:
            if failure.reaction is Reaction.WAIT:
                return self._wait(claim, failure, error)
            if (
                failure.reaction is Reaction.RETRY
                and claim.progress.runs <= self.policy.max_retries
            ):
                return self._retry(claim, failure)
            return self._give_up(claim, failure)
        except (UpstreamError, LeaseLost) as lost:
            # The record stays as it was. The lease expires, and the message comes back.
            logger().warning("message is left as it is", extra={"reason": repr(lost)})
            return Verdict(Action.RETRY, self.policy.delay(claim.progress.runs))

    def _retry(self, claim: Claim, failure: Failure) -> Verdict:
        runs = claim.progress.runs
        delay = self.policy.delay(runs, at_least=failure.after)
        progress = replace(claim.progress, waits=0, waiting_since=None)
        self.log.wait(claim, progress, until=self.clock() + delay, code=failure.code)
        logger().warning("message is retried", extra={**_told(failure), "runs": runs})
        # One second later than the record says, so that the message does not come back too early.
        return Verdict(Action.RETRY, delay + 1.0)

    def _wait(self, claim: Claim, failure: Failure, error: Exception) -> Verdict:
        now, progress = self.clock(), claim.progress
        since = now if progress.waiting_since is None else progress.waiting_since
        _tell(error, waited=now - since)
        if now - since > self._patience(error):
            return self._give_up(claim, failure)
        seconds = self.policy.wait(progress.waits, failure.after or self.policy.first_delay)
        if seconds < failure.after:
            seconds = failure.after + self.policy.jitter(0.0, RENEWAL_SPREAD)
        waiting = Progress(
            sent_at=progress.sent_at,
            runs=progress.runs - 1,
            waits=progress.waits + 1,
            waiting_since=since,
        )
        self.log.wait(claim, waiting, until=now + seconds, code=failure.code)
        logger().warning("message waits", extra={**_told(failure), "delay": round(seconds)})
        return Verdict(Action.PARK, min(seconds + 1.0, LONGEST_DELAY))

    def _patience(self, error: Exception) -> float:
        if isinstance(error, AllowanceUsedUp):
            return max(ALLOWANCE_PATIENCE, self.policy.patience)
        return self.policy.patience

    def _give_up(self, claim: Claim, failure: Failure) -> Verdict:
        """Delete the record, so that a dead letter that is sent again starts from the beginning."""
        self.log.forget(claim)
        count("MessagesGivenUp")
        logger().error("message was given up", extra={**_told(failure)})
        return DEAD_LETTER


def _told(failure: Failure) -> dict[str, str | None]:
    return {
        "code": failure.code,
        "reason": failure.text,
        "upstream_code": failure.upstream_code,
    }


def _tell(error: Exception, *, waited: float) -> None:
    """Count the kinds of waiting that an operator can act on."""
    if isinstance(error, AllowanceUsedUp):
        count("AllowanceUsedUp")
    elif isinstance(error, Unauthorized):
        count("AccessDenied")
    elif waited > DELAYED_SECONDS:
        count("MessagesDelayed")
