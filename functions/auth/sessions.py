"""Starts, refreshes and ends sessions."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain.problems import INVALID_CREDENTIALS, INVALID_REFRESH_TOKEN, Problem
from portal.observability import count
from portal.ports.users import NotAuthenticated, RefreshTokenInvalid, Tokens, Users

from functions.auth.attempts import Attempts, Caller


@dataclass(frozen=True, repr=False)
class SignedIn:
    """The tokens of a login. `known_device` says that the device signed in before."""

    tokens: Tokens
    known_device: bool


class Sessions:
    """Sessions of portal users. The tokens are Cognito's."""

    def __init__(self, *, users: Users, attempts: Attempts) -> None:
        self._users = users
        self._attempts = attempts

    def login(self, email: str, password: str, caller: Caller) -> SignedIn:
        """Return new tokens. A success sets the caller's count back to zero.

        The attempt is counted before it is made, so that simultaneous attempts stay within the
        limit. Raises Problem `rate-limited`, Problem `invalid-credentials` for every cause, and
        UpstreamErrors.
        """
        known = self._attempts.count(email, caller)
        try:
            tokens = self._users.authenticate(email, password)
        except NotAuthenticated:
            count("AuthFailures", endpoint="login")
            raise Problem(INVALID_CREDENTIALS, "Check both, or reset the password.") from None
        self._attempts.succeeded(email, caller, known=known)
        count("SignIns")
        return SignedIn(tokens, known_device=known)

    def remember_device(self, email: str) -> str:
        """Return a new token for a device that has just signed in."""
        return self._attempts.devices.remember(email)

    def refresh(self, refresh_token: str | None) -> Tokens:
        """Return new tokens for a refresh token.

        Raises Problem `invalid-refresh-token` and UpstreamErrors.
        """
        if refresh_token is None:
            raise Problem(INVALID_REFRESH_TOKEN, "Send the refresh token, or sign in again.")
        try:
            return self._users.refresh(refresh_token)
        except RefreshTokenInvalid:
            count("AuthFailures", endpoint="refresh")
            raise Problem(INVALID_REFRESH_TOKEN, "The session has ended; sign in.") from None

    def logout(self, refresh_token: str | None) -> None:
        """End the session of a refresh token. Do nothing without a token."""
        if refresh_token is not None:
            self._users.revoke(refresh_token)
