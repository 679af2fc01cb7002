"""Run a job: take its lease, run the steps that are left, and decide how the job continues.

A run may be killed at any point. Then the lease expires and the message comes back. The next run
continues from the last checkpoint, and a step that had begun looks before it acts.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import Any

from portal import correlation
from portal.config import ConfigurationError
from portal.domain.lease import NOT_LEASED, LeaseLost, new_lease
from portal.domain.upstream import Refused, Unauthorized, UpstreamError
from portal.engine.failures import (
    CancelRequested,
    Defer,
    OutOfTime,
    Postpone,
    Retry,
    Stop,
    StopWorkflow,
    Wait,
    classify,
    decide,
)
from portal.engine.model import LEASE_MARGIN, Job, LastError, StepState, Task
from portal.engine.order_of_steps import aged_results, next_step
from portal.engine.ports import JobStore, Observer, StaleJob
from portal.engine.session import Remaining, Session
from portal.engine.states import Move, Status
from portal.engine.steps import Compensable, Step, Workflow
from portal.observability import count, logger
from portal.queues.backoff import Policy
from portal.queues.verdict import ACK, Action, Verdict

CANCELLED = "cancelled"
EXHAUSTED = "retries-exhausted"
CONTENTION_SECONDS = 5.0
# A message that comes this much before its job's time is not the job's own. The clocks of two
# workers may be 40 seconds off each.
SURPLUS_SECONDS = 90.0
COURTESY_SECONDS = 40.0  # time for one call to another system
COMPENSATION_SECONDS = 60.0  # time for one look and one compensation


class Runner:
    """Runs jobs. The kind of a job selects its workflow."""

    def __init__(
        self,
        *,
        store: JobStore,
        workflows: Mapping[str, Workflow],
        policy: Policy,
        observer: Observer,
        clock: Callable[[], float] = time.time,
    ) -> None:
        self._store = store
        self._workflows = workflows
        self._policy = policy
        self._observer = observer
        self._clock = clock

    def work(self, task: Task, remaining: Remaining) -> Verdict:
        """Run the job as far as possible in the time that is left.

        A message that comes long before the job's time is surplus, unless it wakes the job: the
        run that set the time has kept a message of its own, and the sweeper replaces a lost one.
        Otherwise a job that waits for days would collect every message that was delivered twice.
        """
        return self._handle(
            task, remaining, lambda execution: execution.advance(), early=task.wakes
        )

    def give_up(self, task: Task, remaining: Remaining) -> Verdict:
        """End a job whose message is in the dead-letter queue, and report the failure."""
        return self._handle(task, remaining, lambda execution: execution.abandon(), early=True)

    def _handle(
        self,
        task: Task,
        remaining: Remaining,
        act: Callable[[Execution], Verdict],
        *,
        early: bool,
    ) -> Verdict:
        try:
            taken = self._take(task, remaining, early=early)
        except UpstreamError as error:
            logger().warning("job cannot be taken", extra={"reason": str(error)})
            # An outage of the table must not use up the message's receives. A refusal will not
            # change by itself: the message becomes a dead letter, which raises an alarm.
            action = Action.RETRY if isinstance(error, Refused) else Action.REQUEUE
            return Verdict(action, self._policy.delay(1))
        if isinstance(taken, Verdict):
            return taken
        # A message of a provider's event has another id than the job.
        named = taken.session.job.correlation_id or correlation.current()
        with correlation.bound(named):
            logger().set_correlation_id(named)
            return self._settled(taken, act)

    def _settled(self, taken: Execution, act: Callable[[Execution], Verdict]) -> Verdict:
        try:
            return taken.settle(act)
        except (UpstreamError, LeaseLost) as error:
            # The checkpoint could not be written. The stored job stays as it is until the lease
            # expires.
            logger().warning("job left as it is", extra={"reason": repr(error)})
            job = taken.session.job
            lease = max(job.lease.until - self._clock(), CONTENTION_SECONDS)
            return Verdict(Action.RETRY, min(lease, self._policy.delay(job.runs)))

    def _take(self, task: Task, remaining: Remaining, *, early: bool) -> Execution | Verdict:
        job, now = self._store.get(task.job_id), self._clock()
        if job is None or job.attempt != task.attempt or job.status.over:
            return ACK
        if job.kind not in self._workflows:
            logger().error("no workflow of this kind", extra={"job": job.id, "kind": job.kind})
            return Verdict(Action.RETRY, self._policy.delay(1))
        if _not_yet(job, now, early=early):
            return ACK  # another message is to come
        if job.leased(now):
            # The worker that holds the lease may be dead, so a message must outlive the lease.
            return Verdict(Action.REQUEUE, self._policy.spread(job.lease.until - now + 1))
        wanted = job.moved(
            Move.TAKE,
            lease=new_lease(now, remaining() + LEASE_MARGIN),
            # Undoing and reporting do not run steps, so they do not count as runs.
            runs=job.runs + (job.status is not Status.STOPPING),
            started_at=job.started_at or now,
            updated_at=now,
        )
        try:
            taken = self._store.replace(wanted)
        except StaleJob:
            return Verdict(Action.REQUEUE, self._policy.spread(CONTENTION_SECONDS))
        session = Session(self._store, taken, remaining=remaining, clock=self._clock)
        workflow = self._workflows[job.kind]
        return Execution(session, workflow, self._policy, self._observer, woken=task.wakes)


def _not_yet(job: Job, now: float, *, early: bool) -> bool:
    """Whether the sweeper enqueues the job when it is due, or the message is surplus."""
    if job.status is Status.SCHEDULED:
        return (job.due_at or 0.0) > now
    return not early and job.next_at - now > SURPLUS_SECONDS


class Execution:
    """One run of one job, under its lease."""

    def __init__(
        self,
        session: Session,
        workflow: Workflow,
        policy: Policy,
        observer: Observer,
        *,
        woken: bool,
    ) -> None:
        self.session = session
        self._woken = woken
        self._workflow = workflow
        self._policy = policy
        self._observer = observer

    def settle(self, act: Callable[[Execution], Verdict]) -> Verdict:
        """Call `act`, and end the job when an operator's cancellation stops it at a checkpoint.

        Raises LeaseLost and the store's UpstreamErrors.
        """
        try:
            return act(self)
        except CancelRequested:
            return self._stop(Status.CANCELLED, CANCELLED, self._workflow.texts.cancelled)

    def advance(self) -> Verdict:
        """Run the steps that are left, or finish the end of a job that is stopping."""
        session, job = self.session, self.session.job
        if job.status is Status.STOPPING:
            return self._end()
        if job.retries > self._policy.max_retries:
            return self._exhausted()
        try:
            self._run_steps()
        except (CancelRequested, LeaseLost):
            raise
        except Defer as defer:
            return self._schedule(defer.due_at)
        except OutOfTime:
            return self._hand_over()
        except Exception as error:  # noqa: BLE001  # `decide` tells apart what a step raises
            return self._failed(error)
        session.put(
            session.job.moved(
                Move.SUCCEED,
                lease=NOT_LEASED,
                result=self._workflow.result(session),
                updated_at=session.now(),
                finished_at=session.now(),
                last_error=None,
            )
        )
        session.note("succeeded")
        self._observer.finished(session.job)
        return ACK

    def abandon(self) -> Verdict:
        """End the job as failed, unless its end is decided already."""
        if self.session.job.status is Status.STOPPING:
            return self._end()
        return self._exhausted()

    def _run_steps(self) -> None:
        session, looked = self.session, set[str]()
        if session.job.cancel_requested and not session.job.irreversible:
            raise CancelRequested
        while (step := next_step(self._workflow.steps, session, looked)) is not None:
            self._run_step(step, looked)

    def _run_step(self, step: Step[Any], looked: set[str]) -> None:
        session = self.session
        session.require(step.seconds)
        fresh = session.enter(step)
        started = time.perf_counter()
        found = None
        if not fresh and step.name not in looked:
            found = step.already_done(session)
            looked.add(step.name)
            if found is None and self._has_aged(step):
                return  # the results that it relies on are renewed first
        record = step.run(session) if found is None else found
        session.complete(step, record)
        self._observer.step_finished(session.job, step.name, time.perf_counter() - started)
        session.note("step-done" if found is None else "step-found-done")

    def _has_aged(self, step: Step[Any]) -> bool:
        earlier = self._workflow.steps[: self._workflow.steps.index(step)]
        return next(aged_results(earlier, step, self.session), None) is not None

    def _failed(self, error: Exception) -> Verdict:
        how = decide(error, self._workflow.prefix)
        if isinstance(how, Stop):
            return self._stop(Status.FAILED, how.code, how.message)
        if isinstance(how, Wait):
            return self._wait(how)
        if not isinstance(error, UpstreamError):
            logger().error("step failed", exc_info=error, extra={"code": how.code})
        elif self._is_news(how.code):
            self._tell_of_trouble(how.code, how.message)
        return self._retry(how)

    def _is_news(self, code: str) -> bool:
        last = self.session.job.last_error
        return last is None or last.code != code

    def _retry(self, how: Retry) -> Verdict:
        session = self.session
        # The last retry comes back at once. SQS then moves the message to the dead-letter queue,
        # or, when the message has receives left because it is newer, the next run ends the job.
        last = session.job.retries >= self._policy.max_retries
        delay = 1.0 if last else self._policy.delay(session.job.runs, at_least=how.after)
        self._release_with_error(how.code, how.message, delay)
        self._observer.retrying(session.job, how.code, delay)
        return Verdict(Action.RETRY, delay)

    def _schedule(self, due_at: float) -> Verdict:
        session = self.session
        session.put(
            session.job.moved(
                Move.SCHEDULE,
                lease=NOT_LEASED,
                updated_at=session.now(),
                due_at=due_at,
                next_at=due_at,
                runs=0,
                waits=0,
                waiting_since=None,
                last_error=None,
            )
        )
        session.note("scheduled")
        return ACK

    def _wait(self, wait: Wait) -> Verdict:
        session = self.session
        job, now = session.job, session.now()
        since = now if job.waiting_since is None else job.waiting_since
        if now - since > self._policy.patience:
            return self._stop(Status.FAILED, wait.code, wait.message)
        if wait.upstream_down and self._is_news(wait.code):
            self._tell_of_trouble(wait.code, wait.message)
        delay = self._policy.wait(job.waits if wait.upstream_down else 0, wait.seconds)
        self._release_with_error(
            wait.code,
            wait.message,
            delay,
            waits=job.waits + 1,
            waiting_since=since,
            runs=max(job.runs - 1, 0),
        )
        return Verdict(Action.PARK if wait.upstream_down else Action.REQUEUE, delay)

    def _tell_of_trouble(self, code: str, message: str) -> None:
        try:
            self.session.require(COURTESY_SECONDS)
            self._workflow.on_waiting(self.session, self._error(code, message))
        except (CancelRequested, LeaseLost):
            raise
        except Exception as error:  # noqa: BLE001  # a failed notice must not change how the job goes on
            logger().info(
                "nobody was told about the failure", extra={"reason": type(error).__name__}
            )

    def _hand_over(self) -> Verdict:
        session = self.session
        if not session.progressed:
            return self._retry(Retry("out-of-time", self._workflow.texts.out_of_time))
        session.release(next_at=self._next_at(), runs=max(session.job.runs - 1, 0))
        session.note("handed-over")
        return Verdict(Action.REQUEUE)

    def _release_with_error(self, code: str, message: str, delay: float, **changes: object) -> None:
        session = self.session
        error = self._error(code, message)
        session.release(last_error=error, next_at=self._next_at(delay), **changes)
        session.note("retry", code)

    def _next_at(self, delay: float = 0.0) -> float:
        """Return when the job's own message comes, in epoch seconds.

        A run that was woken keeps no message: its own one comes at the time that was set before,
        and would be surplus if the time became a later one.
        """
        after = self.session.now() + delay
        return min(self.session.job.next_at, after) if self._woken else after

    def _exhausted(self) -> Verdict:
        last = self.session.job.last_error
        code = last.code if last else EXHAUSTED
        message = last.message if last else self._workflow.texts.interrupted
        return self._stop(Status.FAILED, code, message)

    def _stop(self, ending: Status, code: str, message: str) -> Verdict:
        session = self.session
        session.put(
            session.job.moved(
                Move.STOP,
                ending=ending,
                last_error=self._error(code, message),
                waits=0,
                updated_at=session.now(),
            )
        )
        session.note("stopping", code)
        return self._end()

    def _end(self) -> Verdict:
        """Compensate and report. What fails is repeated later, until it succeeds or is refused."""
        try:
            self._compensate()
            refused = self._report()
        except OutOfTime:
            return self._end_later(Retry("out-of-time", self._workflow.texts.out_of_time))
        except Exception as error:  # `decide` tells apart all but lease and cancellation
            if isinstance(error, CancelRequested | LeaseLost):
                raise
            how = decide(error, self._workflow.prefix)
            if not isinstance(error, UpstreamError | ConfigurationError | Postpone):
                logger().error("end failed", exc_info=error, extra={"code": how.code})
            return self._end_later(how)
        return self._over(unreported=refused)

    def _compensate(self) -> None:
        for step in reversed(self._workflow.steps):
            name, stored = step.name, self.session.job.steps.get(step.name)
            left = stored is not None and stored.state not in (StepState.UNDONE, StepState.KEPT)
            if left and isinstance(step, Compensable):
                self._undo(name, step)

    def _undo(self, name: str, step: Compensable) -> None:
        session = self.session
        session.require(COMPENSATION_SECONDS)
        fresh = session.undoing(name)
        try:
            if fresh or not step.already_compensated(session):
                step.compensate(session)
        except Unauthorized:
            raise  # an operator corrects the credentials, and the step is undone later
        except (StopWorkflow, Refused) as error:
            # A repetition cannot undo it. The record says so, and an operator is told.
            count("CompensationRefused", kind=self._workflow.kind, step=name)
            logger().error(
                "compensation refused",
                extra={"job": session.job.id, "step": name, "reason": str(error)},
            )
            session.note("compensation-refused", name)
            session.kept(name)
            return
        session.undone(name)
        session.note("step-undone", name)

    def _report(self) -> bool:
        """Report how the job ends. Returns True when the other system refuses the report."""
        try:
            self._workflow.on_stopped(self.session)
        except Unauthorized:
            raise  # an operator corrects the credentials, and the end is reported later
        except Refused as error:
            how = classify(error, self._workflow.prefix)
            self.session.note("report-refused", how.code)
            count("ReportsRefused", kind=self._workflow.kind)
            logger().error(
                "end could not be reported",
                extra={"job": self.session.job.id, "reason": str(error)},
            )
            return True
        return False

    def _over(self, *, unreported: bool) -> Verdict:
        session, job = self.session, self.session.job
        session.put(
            job.moved(
                Move.CANCEL if job.ending is Status.CANCELLED else Move.FAIL,
                lease=NOT_LEASED,
                unreported=unreported,
                updated_at=session.now(),
                finished_at=session.now(),
                waits=0,
            )
        )
        job = session.job
        session.note(str(job.status), job.last_error.code if job.last_error else "")
        self._observer.finished(job)
        return ACK

    def _end_later(self, how: Retry | Wait | Stop) -> Verdict:
        session = self.session
        delay = self._policy.delay(max(session.job.waits + 1, 1))
        session.release(waits=session.job.waits + 1, next_at=self._next_at(delay))
        session.note("report-later", how.code)
        logger().warning("the end is not reported yet", extra={"code": how.code})
        return Verdict(Action.RETRY, delay)

    def _error(self, code: str, message: str) -> LastError:
        job = self.session.job
        return LastError(code=code, message=message, step=job.current_step, at=self.session.now())
