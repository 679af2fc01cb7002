"""The steps of a registration, which signup, linking and recovery use."""

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

# The mapping is usually written in this time. Otherwise the worker repeats the job.
CASE_DELAY_SECONDS = 5


class Undecided(Problem):
    """The saga stops, and nothing may be undone, because an outcome is not known."""


@dataclasses.dataclass(frozen=True)
class RegistrationPorts:
    """The ports of the saga. `clock` returns epoch seconds."""

    registrations: Registrations
    directory: CustomerDirectory
    users: Users
    mail_queue: MailQueue
    case_jobs: CaseJobs
    clock: Callable[[], float]


def own_user(ports: RegistrationPorts, email: str) -> str:
    """Create a Cognito user for a reserved address, and return its id.

    A user without a mapping is left over from an earlier attempt, because the address is reserved.
    That user is deleted and not used: the person of the earlier attempt may have signed in, and
    those tokens must not give access to the new mapping. Raises Problem `email-already-registered`
    when the address has a mapped user, Undecided, and UpstreamErrors.
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
    """Queue the Case if the e-mail addresses differ, then write the mapping.

    The Case is queued first. After a crash between both, no request may come back to queue it, and
    the worker drops the Case of an undone registration. Returns the completed registration. Raises
    LeaseLost, ClientTaken and UpstreamErrors.
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
    """Queue the welcome mail and finish the registration, which is returned.

    It can be repeated, because the mail has a deduplication key. Raises UpstreamErrors.
    """
    user_id = str(completed.user_id)
    job = MailJob.of(Welcome(), user_id=user_id, dedup_key=f"welcome:{user_id}")
    ports.mail_queue.put([job])
    now = int(ports.clock())
    ports.registrations.finish(completed, at=now)
    return dataclasses.replace(completed, state=State.DONE, finished_at=now)


def undo(ports: RegistrationPorts, registration: Registration) -> bool:
    """Delete the Cognito user and release the reservation, unless a client may exist.

    Returns False, without any change, when another attempt holds the registration. Raises no
    UpstreamError, because the caller needs the first error. A repeated request or recovery handles
    what could not be undone.
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
    """Count and log a step that failed. A repeated request or recovery makes up for it."""
    count("RegistrationCleanupFailed", step=step)
    logger().warning("registration", extra={"step": step, "failure": type(error).__name__})
