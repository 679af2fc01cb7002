"""The saga of signup and linking: reservation, Cognito user, WHMCS client, mapping, jobs.

Until a WHMCS client may exist, a definite failure undoes the registration. After that nothing is
undone. The same request finishes the registration when it is repeated. Another request that meets
the abandoned reservation settles it (`recovery.py`). docs/identity.md gives the reasons.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from portal.domain import normal_forms
from portal.domain.lease import LeaseHeld, LeaseLost
from portal.domain.problems import (
    CUSTOMER_ALREADY_REGISTERED,
    EMAIL_ALREADY_REGISTERED,
    IN_PROGRESS,
    PASSWORD_REFUSED,
    UPSTREAM_UNAVAILABLE,
    Problem,
)
from portal.domain.registration import Kind, Registration, State, fingerprint
from portal.domain.upstream import OutcomeUnknown, Refused, Unavailable, UpstreamError
from portal.observability import count, timed
from portal.ports.accounts import Account
from portal.ports.registrations import ClientTaken, Holder, Occupied
from portal.ports.users import NotAuthenticated, PasswordNotAccepted

from functions.auth.steps import (
    RegistrationPorts,
    Undecided,
    announce,
    join,
    log_failure,
    own_user,
    undo,
)

# A repeated request gets the same 201 for this time after the registration was finished.
REPLAY_SECONDS = 86_400
_ROUNDS = 3
_TAKEN_OVER = "Another request has taken over; send it again."


@dataclass(frozen=True, repr=False)
class Wanted:
    """The wanted account. `email` is in its normal form. `password` is the portal's password."""

    kind: Kind
    email: str
    password: str
    account: Account
    first_name: str
    language: str

    @property
    def email_differs(self) -> bool:
        """Whether the Account has another e-mail address or none."""
        return normal_forms.email(self.account.email or "") != self.email


@dataclass(frozen=True)
class Registered:
    """The registered account."""

    user_id: str
    email: str
    customer_number: str


ClientStep = Callable[[Registration], int]


class Recovery(Protocol):
    """Settles a reservation that was abandoned by its own request."""

    def settle(self, abandoned: Registration) -> None:
        """Finish or undo the registration. Raises LeaseHeld, LeaseLost and UpstreamErrors."""
        ...


class Registrar:
    """Runs registrations."""

    def __init__(self, ports: RegistrationPorts, recovery: Recovery) -> None:
        self._ports = ports
        self._recovery = recovery

    def register(self, wanted: Wanted, client_of: ClientStep) -> Registered:
        """Register the wanted account. `client_of` finds or makes the WHMCS client.

        Raises Problem `email-already-registered`, `customer-already-registered`, `in-progress`,
        `password-refused`, `upstream-unavailable` and those of `client_of`. Raises UpstreamErrors.
        After each of them the same request can be repeated.
        """
        registration = self._reserved(wanted)
        if registration.state is not State.RESERVED:
            return self._again(registration, wanted)
        try:
            completed = self._run(registration, wanted, client_of)
        except Undecided:
            self._release_lease(registration)
            raise
        except (Problem, Refused):
            if not undo(self._ports, registration):
                raise _in_progress(_TAKEN_OVER, 5) from None
            raise
        except (Unavailable, OutcomeUnknown):
            self._release_lease(registration)
            raise
        return self._announced(completed)

    def _run(
        self, registration: Registration, wanted: Wanted, client_of: ClientStep
    ) -> Registration:
        with timed("RegistrationStep", step="user"):
            user_id = own_user(self._ports, registration.email)
            try:
                self._ports.users.set_password(user_id, wanted.password)
            except PasswordNotAccepted:
                raise Problem(PASSWORD_REFUSED, "Choose a longer or less common one.") from None
        try:
            with timed("RegistrationStep", step="client"):
                client_id = client_of(registration)
            with timed("RegistrationStep", step="mapping"):
                return join(self._ports, registration, user_id, client_id)
        except LeaseLost:
            raise _in_progress(_TAKEN_OVER, 5) from None
        except ClientTaken:
            raise Problem(
                CUSTOMER_ALREADY_REGISTERED, "That billing account is another user's already."
            ) from None

    def _reserved(self, wanted: Wanted) -> Registration:
        """Return a registration that this request holds the lease of, or one that is complete."""
        for _ in range(_ROUNDS):
            now = int(self._ports.clock())
            registration = Registration(
                id=fingerprint(wanted.kind, wanted.email, wanted.account.id),
                kind=wanted.kind,
                email=wanted.email,
                sf_account_id=wanted.account.id,
                customer_number=wanted.account.customer_number,
                first_name=wanted.first_name,
                language=wanted.language,
                email_differs=wanted.email_differs,
            ).leased(now)
            try:
                self._ports.registrations.reserve(registration)
            except Occupied as occupied:
                resumed = self._resumed(occupied, registration, now)
                if resumed is not None:
                    return resumed
            else:
                return registration
        raise _in_progress("Other requests for the same customer are under way.", 5)

    def _resumed(
        self, occupied: Occupied, registration: Registration, now: int
    ) -> Registration | None:
        """Return the same registration, resumed. Return None when reserving can be tried again."""
        same = occupied.same
        if same is None:
            self._clear_the_way(occupied, now)
            return None
        if same.state is not State.RESERVED:
            return same
        try:
            claimed = self._ports.registrations.claim(
                dataclasses.replace(registration, version=same.version), now=now
            )
        except LeaseHeld as held:
            raise _in_progress(
                "The same sign-up is being worked on.", max(1, held.until - now)
            ) from held
        except LeaseLost:
            return None
        count("RegistrationsResumed")
        return claimed

    def _clear_the_way(self, occupied: Occupied, now: int) -> None:
        for holder, kind in (
            (occupied.account, CUSTOMER_ALREADY_REGISTERED),
            (occupied.email, EMAIL_ALREADY_REGISTERED),
        ):
            if holder is None:
                continue
            if holder.mapped:
                raise Problem(kind, "Sign in, or reset the password.")
            abandoned = self._abandoned(holder, now)
            if isinstance(abandoned, int):
                raise Problem(
                    kind,
                    "A sign-up with it is under way; if that was you, repeat that one.",
                    retry_after=abandoned,
                )
            if abandoned is not None:
                self._settle(abandoned)

    def _abandoned(self, holder: Holder, now: int) -> Registration | int | None:
        """Return the abandoned registration, or the seconds until it counts as abandoned.

        Return None when the registration is gone or complete.
        """
        found = self._ports.registrations.get(holder.registration_id)
        if found is None or found.state is not State.RESERVED:
            return None
        return found if found.abandoned_from <= now else found.abandoned_from - now

    def _settle(self, abandoned: Registration) -> None:
        try:
            self._recovery.settle(abandoned)
        except LeaseHeld as held:
            wait = max(1, held.until - int(self._ports.clock()))
            raise _in_progress("The same customer is being worked on.", wait) from held
        except LeaseLost:
            return

    def _again(self, registration: Registration, wanted: Wanted) -> Registered:
        """Return the earlier answer to a repeated request, if its password is right."""
        if registration.state is State.MAPPED:
            registration = announce(self._ports, registration)
        refusal = Problem(CUSTOMER_ALREADY_REGISTERED, "Sign in, or reset the password.")
        finished = registration.finished_at or 0
        if finished + REPLAY_SECONDS < self._ports.clock() or registration.user_id is None:
            raise refusal
        try:
            tokens = self._ports.users.authenticate(registration.user_id, wanted.password)
        except NotAuthenticated:
            raise refusal from None
        if tokens.refresh_token is not None:
            self._ports.users.revoke(tokens.refresh_token)
        return _result(registration)

    def _announced(self, completed: Registration) -> Registered:
        try:
            announce(self._ports, completed)
        except UpstreamError as error:
            log_failure("announce", error)
            raise Problem(
                UPSTREAM_UNAVAILABLE,
                "The account is there, but its welcome mail is not on its way yet; send the same"
                " request again.",
                retry_after=5,
            ) from error
        count("Registrations", kind=completed.kind.value)
        return _result(completed)

    def _release_lease(self, registration: Registration) -> None:
        try:
            self._ports.registrations.release_lease(registration)
        except (LeaseLost, UpstreamError) as error:
            # The lease ends by itself, and the caller needs the first error.
            log_failure("release_lease", error)


def _in_progress(detail: str, retry_after: int) -> Undecided:
    return Undecided(IN_PROGRESS, detail, retry_after=retry_after)


def _result(registration: Registration) -> Registered:
    return Registered(
        user_id=str(registration.user_id),
        email=registration.email,
        customer_number=registration.customer_number,
    )
