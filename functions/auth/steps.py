"""The steps of a registration that signup, linking and recovery share."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from portal.domain.cases import CaseJob, email_case_key
from portal.domain.identity import CustomerMapping
from portal.domain.lease import LeaseLost
from portal.domain.mail import MailJob
from portal.domain.mail_contents import Welcome
from portal.domain.problems import EMAIL_ALREADY_REGISTERED, UPSTREAM_UNAVAILABLE, Problem
from portal.domain.registration import Registration, State
from portal.domain.upstream import UpstreamError
from portal.observability import count, logger
from portal.ports.accounts import CaseJobs
from portal.ports.identity import CustomerDirectory
from portal.ports.mail import MailQueue
from portal.ports.registrations import Registrations
from portal.ports.users import UserExists, Users

# The mapping is normally there before the job is; the worker copes when it is not.
CASE_DELAY_SECONDS = 5


class Undecided(Problem):
    """The saga stops without knowing: nothing may be undone."""


@dataclasses.dataclass(frozen=True)
class RegistrationPorts:
    """What the saga works with; `clock` gives epoch seconds."""

    registrations: Registrations
    directory: CustomerDirectory
    users: Users
    mail_queue: MailQueue
    case_jobs: CaseJobs
    clock: Callable[[], float]


def own_user(ports: RegistrationPorts, email: str) -> str:
    """A Cognito user of our own for a reserved address.

    The reservation makes the address ours, so a user without a mapping is left over from an
    earlier attempt. It is replaced, not adopted: whoever made that attempt may have signed in,
    and tokens of the old `sub` must never reach the mapping to come.
    """
    try:
        return ports.users.create(email)
    except UserExists:
        left_over = ports.users.find_by_email(email)
    if left_over is not None:
        if ports.directory.by_user(left_over) is not None:
            raise Problem(EMAIL_ALREADY_REGISTERED, "Sign in, or reset the password.")
        ports.users.delete(left_over)
    try:
        return ports.users.create(email)
    except UserExists:
        raise Undecided(UPSTREAM_UNAVAILABLE, "Try again in a moment.", retry_after=5) from None


def join(
    ports: RegistrationPorts, registration: Registration, user_id: str, client_id: int
) -> Registration:
    """Queue the Case if one is due, then write the mapping.

    The Case goes first: after a crash in between nobody might come back to send it, whereas the
    worker drops a Case whose registration was undone.
    """
    if registration.email_differs:
        job = CaseJob(
            case_key=email_case_key(registration.sf_account_id, registration.email),
            registration_id=registration.id,
        )
        ports.case_jobs.send(job, delay_seconds=CASE_DELAY_SECONDS)
    mapping = CustomerMapping(
        user_id=user_id,
        email=registration.email,
        whmcs_client_id=client_id,
        sf_account_id=registration.sf_account_id,
        customer_number=registration.customer_number,
        first_name=registration.first_name,
        language=registration.language,
    )
    return ports.registrations.complete(registration, mapping)


def announce(ports: RegistrationPorts, completed: Registration) -> Registration:
    """Queue the welcome mail and close the record. Safe to repeat: the mail has a key."""
    user_id = str(completed.user_id)
    job = MailJob.of(Welcome(), user_id=user_id, dedup_key=f"welcome:{user_id}")
    ports.mail_queue.put([job])
    now = int(ports.clock())
    ports.registrations.finish(completed, at=now)
    return dataclasses.replace(completed, state=State.DONE, finished_at=now)


def undo(ports: RegistrationPorts, registration: Registration) -> bool:
    """Delete the Cognito user and release the reservation, unless a client may exist.

    False when the registration is another attempt's by now, which is left alone. Never raises an
    upstream's error: what stays is taken up by a repeated request or by recovery, and the caller
    must hear the first error.
    """
    try:
        current = ports.registrations.get(registration.id)
        if current is None or current.lease.owner != registration.lease.owner:
            return False
        if current.client_sent_at is not None:
            ports.registrations.release_lease(registration)
            return True
        user_id = ports.users.find_by_email(registration.email)
        if user_id is not None and ports.directory.by_user(user_id) is None:
            ports.users.delete(user_id)
        ports.registrations.release(registration)
    except (LeaseLost, UpstreamError) as error:
        log_failure("undo", error)
    else:
        count("RegistrationsUndone")
    return True


def log_failure(step: str, error: Exception) -> None:
    """Note that cleaning up did not work; somebody else will."""
    count("RegistrationCleanupFailed", step=step)
    logger().warning("registration", extra={"step": step, "failure": type(error).__name__})
