"""Resets and changes passwords."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from portal.api.rate_limit import RateLimiter
from portal.domain.mail import MailJob
from portal.domain.mail_contents import PasswordChanged, PasswordReset
from portal.domain.passwords import PasswordPolicy
from portal.domain.problems import (
    INVALID_CREDENTIALS,
    INVALID_RESET_TOKEN,
    PASSWORD_REFUSED,
    UPSTREAM_UNAVAILABLE,
    FieldError,
    Problem,
)
from portal.domain.upstream import UpstreamError
from portal.observability import count, logger
from portal.ports.identity import EmailDirectory
from portal.ports.mail import MailQueue
from portal.ports.reset_tokens import ResetTokens
from portal.ports.users import NotAuthenticated, PasswordNotAccepted, Users

from functions.auth.attempts import Attempts, Caller

_NEW = "/newPassword"


class ResetMails:
    """Queues mails with reset links. The work is the same for every address.

    A job names a user by id. For an address without an account the job names a user who does not
    exist, and the mail sender drops the job. The sender issues the token when it renders the mail.
    """

    def __init__(
        self,
        *,
        directory: EmailDirectory,
        mail_queue: MailQueue,
        attempts: Attempts,
        new_id: Callable[[], str] = lambda: str(uuid.uuid4()),
    ) -> None:
        self._directory = directory
        self._mail_queue = mail_queue
        self._attempts = attempts
        self._new_id = new_id

    def request(self, email: str, caller: Caller) -> None:
        """Queue one job after one read, whether or not an account has the address.

        Raises Problem `rate-limited` and UpstreamErrors.
        """
        self._attempts.count(email, caller)
        nobody, request_id = self._new_id(), self._new_id()
        user_id = self._directory.user_id_of(email) or nobody
        job = MailJob.of(PasswordReset(), user_id=user_id, dedup_key=f"password-reset:{request_id}")
        self._mail_queue.put([job])


class Passwords:
    """Sets passwords. It also ends all sessions, voids reset links and queues a notice."""

    def __init__(
        self,
        *,
        users: Users,
        tokens: ResetTokens,
        mail_queue: MailQueue,
        limiter: RateLimiter,
        policy: PasswordPolicy,
    ) -> None:
        self._users = users
        self._tokens = tokens
        self._mail_queue = mail_queue
        self._limiter = limiter
        self._policy = policy

    def reset(self, token: str, new_password: str) -> None:
        """Set the password of the user to whom the token was mailed.

        The token is redeemed first, so only one of several simultaneous requests continues. The
        token becomes valid again when the password cannot be set. Raises Problem
        `password-refused` or `invalid-reset-token`, and UpstreamErrors.
        """
        self._policy.check(new_password, pointer=_NEW)
        grant = self._tokens.redeem(token)
        if grant is None:
            count("AuthFailures", endpoint="reset-password")
            raise Problem(INVALID_RESET_TOKEN, "Ask for a new mail.")
        try:
            self._set(grant.user_id, new_password)
        except (Problem, UpstreamError):
            self._tokens.give_back(grant)
            raise
        self._notify(grant.user_id, event=grant.token_hash[:32])

    def change(self, user_id: str, current: str, new: str) -> None:
        """Set a new password after checking the current one.

        Raises Problem `rate-limited`, `password-refused` or `invalid-credentials`. Raises Problem
        `upstream-unavailable` when the password is set and other sessions may not have ended.
        Raises UpstreamErrors.
        """
        self._limiter.check("change-password.account", user_id)
        self._policy.check(new, pointer=_NEW)
        if new == current:
            same = FieldError("Use another password.", pointer=_NEW, code="password-unchanged")
            raise Problem(PASSWORD_REFUSED, "That is the current password.", errors=(same,))
        try:
            self._users.authenticate(user_id, current)
        except NotAuthenticated:
            count("AuthFailures", endpoint="change-password")
            raise Problem(INVALID_CREDENTIALS, "The current password is wrong.") from None
        self._change(user_id, new)
        self._tokens.void(user_id)
        self._limiter.forget("change-password.account", user_id)
        self._notify(user_id, event=uuid.uuid4().hex)

    def _change(self, user_id: str, password: str) -> None:
        self._set_only(user_id, password)
        try:
            # This also ends the session that was opened by checking the current password.
            self._users.sign_out_everywhere(user_id)
        except UpstreamError as error:
            raise Problem(
                UPSTREAM_UNAVAILABLE,
                "The password is changed, but other sessions may not have ended. Sign in with the"
                " new password and change it once more.",
            ) from error

    def _set(self, user_id: str, password: str) -> None:
        self._set_only(user_id, password)
        self._users.sign_out_everywhere(user_id)

    def _set_only(self, user_id: str, password: str) -> None:
        try:
            self._users.set_password(user_id, password)
        except PasswordNotAccepted:
            raise Problem(PASSWORD_REFUSED, "Choose a longer or less common one.") from None

    def _notify(self, user_id: str, *, event: str) -> None:
        job = MailJob.of(
            PasswordChanged(),
            user_id=user_id,
            dedup_key=f"password-changed:{user_id}:{event}",
        )
        try:
            self._mail_queue.put([job])
        except UpstreamError as error:
            # The password is changed. After an error the caller would repeat a request that cannot
            # work.
            count("NoticesLost")
            logger().error("notice not sent", extra={"failure": type(error).__name__})
