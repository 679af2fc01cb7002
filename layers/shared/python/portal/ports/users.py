"""The store of passwords and issuer of tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class UserExists(Exception):
    """There is a user with that e-mail address already."""


class NotAuthenticated(Exception):
    """Unknown user, wrong password, disabled, locked: one answer for all of them."""


class RefreshTokenInvalid(Exception):
    """Expired, revoked, used before, or never ours."""


class PasswordNotAccepted(Exception):
    """The store's own policy refuses the password."""


@dataclass(frozen=True, repr=False)
class Tokens:
    """`id_token` is the API's bearer token, valid for `expires_in` seconds.

    `refresh_token` is None when the presented one stays valid (no rotation).
    """

    id_token: str
    expires_in: int
    refresh_token: str | None


class Users(Protocol):
    """Users by `user_id` (the token's `sub`), found by normalised e-mail address.

    Beyond what each method names, all raise the errors of `portal.domain.upstream`.
    """

    def create(self, email: str) -> str:
        """A user without a usable password; returns the user id. Raises UserExists."""
        ...

    def find_by_email(self, email: str) -> str | None:
        """The user id of an address."""
        ...

    def set_password(self, user_id: str, password: str) -> None:
        """Make it the password, for good. Raises PasswordNotAccepted."""
        ...

    def delete(self, user_id: str) -> None:
        """Delete; no error when there is none."""
        ...

    def authenticate(self, login: str, password: str) -> Tokens:
        """Tokens for an e-mail address or user id. Raises NotAuthenticated."""
        ...

    def refresh(self, refresh_token: str) -> Tokens:
        """New tokens; the presented one is used up. Raises RefreshTokenInvalid."""
        ...

    def revoke(self, refresh_token: str) -> None:
        """End one session; no error when it has ended already."""
        ...

    def sign_out_everywhere(self, user_id: str) -> None:
        """End all sessions: no refresh token of this user works any more."""
        ...
