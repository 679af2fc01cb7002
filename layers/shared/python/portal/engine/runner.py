"""Working on a job: take the lease, do the steps that are left, decide how it goes on.

A run may be killed at any point. What holds then: the lease runs out, the message comes back,
the next run finds the last checkpoint, and a step that had begun looks before it acts.
"""

from __future__ import annotations

import time
import uuid
from collections.abc import Callable

from portal.config import ConfigurationError
from portal.domain.upstream import Refused, Unauthorized, UpstreamError
from portal.engine.failures import (
    CancelRequested,
    Defer,
    LeaseLost,
    OutOfTime,
    Retry,
    Stop,
    Wait,
    classify,
    decide,
)
from portal.engine.model import LEASE_MARGIN, LastError, Status, Task
from portal.engine.ports import JobStore, Observer, StaleJob
from portal.engine.session import Remaining, Session
from portal.engine.steps import Step, Workflow
from portal.observability import logger
from portal.queues.backoff import Policy
from portal.queues.verdict import ACK, Action, Verdict

CANCELLED = "cancelled"
EXHAUSTED = "attempts-exhausted"
CONTENTION_SECONDS = 5.0
COURTESY_SECONDS = 40.0  # one call to another system


class Runner:
    """Works on jobs of one workflow."""

    def __init__(
        self,
        *,
        store: JobStore,
        workflow: Workflow,
        policy: Policy,
        observer: Observer,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._workflow = workflow
        self._policy = policy
        self._observer = observer
        self._clock = clock

    def work(self, task: Task, remaining: Remaining) -> Verdict:
        """Take the job as far as it goes in the time that is left."""
        return self._handle(task, remaining, self._advance)

    def give_up(self, task: Task, remaining: Remaining) -> Verdict:
        """End a job whose message the queue has given up on, and report it."""
        return self._handle(task, remaining, self._abandon)

    def _handle(
        self, task: Task, remaining: Remaining, act: Callable[[Session], Verdict]
    ) -> Verdict:
        try:
            taken = self._take(task, remaining)
        except UpstreamError as error:
            logger().warning("job cannot be taken", extra={"reason": str(error)})
            # A table that is down for minutes must not use up the message's receives; one that
            # refuses us will not answer otherwise, and the dead letters raise the alarm.
            action = Action.RETRY if isinstance(error, Refused) else Action.REQUEUE
            return Verdict(action, self._policy.delay(1))
        if isinstance(taken, Verdict):
            return taken
        try:
            return self._settled(taken, act)
        except (UpstreamError, LeaseLost) as error:
            # The checkpoint could not be written: what is stored stands, the lease runs out.
            logger().warning("job left as it is", extra={"reason": repr(error)})
            lease = max(taken.job.lease_until - self._clock(), CONTENTION_SECONDS)
            return Verdict(Action.RETRY, min(lease, self._policy.delay(taken.job.tries)))

    def _take(self, task: Task, remaining: Remaining) -> Session | Verdict:
        job, now = self._store.get(task.job_id), self._clock()
        if job is None or job.attempt != task.attempt or job.status.over:
            return ACK
        if job.status is Status.SCHEDULED and (job.due_at or 0.0) > now:
            return ACK  # the sweeper brings it back
        if job.leased(now):
            # Whoever holds the lease may be dead: a message must outlive it.
            return Verdict(Action.REQUEUE, self._policy.spread(job.lease_until - now + 1))
        wanted = job.changed(
            status=Status.STOPPING if job.status is Status.STOPPING else Status.RUNNING,
            lease_owner=uuid.uuid4().hex,
            lease_until=now + remaining() + LEASE_MARGIN,
            tries=job.tries + 1,
            started_at=job.started_at or now,
            updated_at=now,
        )
        try:
            taken = self._store.replace(wanted)
        except StaleJob:
            return Verdict(Action.REQUEUE, self._policy.spread(CONTENTION_SECONDS))
        return Session(self._store, taken, remaining=remaining, clock=self._clock)

    def _settled(self, session: Session, act: Callable[[Session], Verdict]) -> Verdict:
        """Do it; an operator's cancellation may come in at any checkpoint."""
        try:
            return act(session)
        except CancelRequested:
            text = "Cancelled by an operator before anything was ordered."
            return self._stop(session, Status.CANCELLED, CANCELLED, text)

    def _advance(self, session: Session) -> Verdict:
        job = session.job
        if job.status is Status.STOPPING:
            return self._report(session)
        if job.tries > self._policy.max_tries:
            return self._exhausted(session)
        try:
            self._run_steps(session)
        except (CancelRequested, LeaseLost):
            raise
        except Defer as defer:
            return self._schedule(session, defer.due_at)
        except OutOfTime:
            return self._hand_over(session)
        except Exception as error:  # noqa: BLE001  # see `decide`: whatever a step raises is told apart there
            return self._failed(session, error)
        return self._succeed(session)

    def _run_steps(self, session: Session) -> None:
        if session.job.cancel_requested and not session.job.committed:
            raise CancelRequested
        for step in self._workflow.steps:
            if not session.finished(step):
                self._run_step(session, step)

    def _run_step(self, session: Session, step: Step) -> None:
        session.require(step.seconds)
        fresh = session.enter(step)
        started = time.perf_counter()
        found = None if fresh else step.already_done(session)
        data = step.run(session) if found is None else found
        session.complete(step, data)
        self._observer.step_finished(session.job, step.name, time.perf_counter() - started)
        session.note("step-done" if found is None else "step-found-done")

    def _succeed(self, session: Session) -> Verdict:
        result = self._workflow.result(session)
        session.release(
            status=Status.SUCCEEDED, result=result, finished_at=session.now(), last_error=None
        )
        session.note("succeeded")
        self._observer.finished(session.job)
        return ACK

    def _failed(self, session: Session, error: Exception) -> Verdict:
        how = decide(error)
        if isinstance(how, Stop):
            return self._stop(session, Status.FAILED, how.code, how.message)
        if isinstance(how, Wait):
            return self._wait(session, how)
        if not isinstance(error, UpstreamError):
            logger().error("step failed", exc_info=error, extra={"code": how.code})
        return self._retry(session, how)

    def _retry(self, session: Session, how: Retry) -> Verdict:
        tries = session.job.tries
        # The last one goes back at once: the queue moves it to its dead-letter queue.
        last = tries >= self._policy.max_tries
        delay = 1.0 if last else self._policy.delay(tries, at_least=how.after)
        self._release_with_error(session, how.code, how.message, delay)
        self._observer.retrying(session.job, how.code, delay)
        return Verdict(Action.RETRY, delay)

    def _schedule(self, session: Session, due_at: float) -> Verdict:
        session.release(
            status=Status.SCHEDULED,
            due_at=due_at,
            next_at=due_at,
            tries=0,
            waits=0,
            waiting_since=None,
            last_error=None,
        )
        session.note("scheduled")
        return ACK

    def _wait(self, session: Session, wait: Wait) -> Verdict:
        job, now = session.job, session.now()
        since = now if job.waiting_since is None else job.waiting_since
        if now - since > self._policy.patience:
            return self._stop(session, Status.FAILED, wait.code, wait.message)
        news = not job.waits or job.last_error is None or job.last_error.code != wait.code
        if wait.upstream_down and news:
            self._say_that_it_waits(session, wait)
        delay = self._policy.wait(job.waits if wait.upstream_down else 0, wait.seconds)
        self._release_with_error(
            session,
            wait.code,
            wait.message,
            delay,
            waits=job.waits + 1,
            waiting_since=since,
            tries=max(job.tries - 1, 0),
        )
        return Verdict(Action.PARK if wait.upstream_down else Action.REQUEUE, delay)

    def _say_that_it_waits(self, session: Session, wait: Wait) -> None:
        try:
            session.require(COURTESY_SECONDS)
            self._workflow.on_waiting(session, self._last_error(session, wait.code, wait.message))
        except (CancelRequested, LeaseLost):
            raise
        except Exception as error:  # noqa: BLE001  # a courtesy that fails, however, must not cost the job its wait
            logger().info("nobody was told about the wait", extra={"reason": type(error).__name__})

    def _hand_over(self, session: Session) -> Verdict:
        if not session.progressed:
            text = "A step needs more time than one invocation of the worker has."
            return self._retry(session, Retry("out-of-time", text))
        session.release(next_at=session.now(), tries=max(session.job.tries - 1, 0))
        session.note("handed-over")
        return Verdict(Action.REQUEUE)

    def _release_with_error(
        self, session: Session, code: str, message: str, delay: float, **changes: object
    ) -> None:
        last_error = self._last_error(session, code, message)
        session.release(last_error=last_error, next_at=session.now() + delay, **changes)
        session.note("retry", code)

    def _exhausted(self, session: Session) -> Verdict:
        last = session.job.last_error
        code = last.code if last else EXHAUSTED
        message = last.message if last else "The worker was interrupted again and again."
        return self._stop(session, Status.FAILED, code, message)

    def _abandon(self, session: Session) -> Verdict:
        if session.job.status is Status.STOPPING:
            return self._report(session)
        return self._exhausted(session)

    def _stop(self, session: Session, ending: Status, code: str, message: str) -> Verdict:
        session.write(
            status=Status.STOPPING,
            ending=ending,
            last_error=self._last_error(session, code, message),
            waits=0,
        )
        session.note("stopping", code)
        return self._report(session)

    def _report(self, session: Session) -> Verdict:
        """Tell the outside world, as often as it takes; then the job is over."""
        try:
            self._workflow.on_stopped(session)
        except ConfigurationError as error:
            return self._report_later(session, Retry("configuration", str(error)))
        except UpstreamError as error:
            how = classify(error)
            # Credentials get mended; a job that ended unreported would leave the count, and with
            # it the button's next Idempotency-Key, as it was: pressing again would be a replay.
            if isinstance(how, Retry | Wait) or isinstance(error, Unauthorized):
                return self._report_later(session, how)
            session.note("report-refused", how.code)
            logger().error("failure could not be reported", extra={"reason": str(error)})
        session.release(
            status=session.job.ending or Status.FAILED, finished_at=session.now(), waits=0
        )
        session.note(
            str(session.job.status), session.job.last_error.code if session.job.last_error else ""
        )
        self._observer.finished(session.job)
        return ACK

    def _report_later(self, session: Session, how: Retry | Wait | Stop) -> Verdict:
        delay = self._policy.delay(max(session.job.waits + 1, 1))
        session.release(waits=session.job.waits + 1, next_at=session.now() + delay)
        session.note("report-later", how.code)
        logger().warning("failure is not reported yet", extra={"code": how.code})
        return Verdict(Action.RETRY, delay)

    def _last_error(self, session: Session, code: str, message: str) -> LastError:
        return LastError(
            code=code, message=message, step=session.job.current_step, at=session.now()
        )
