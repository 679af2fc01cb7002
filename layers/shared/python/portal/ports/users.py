"""The port for users, which checks passwords and issues tokens."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


class UserExists(Exception):
    """A user with that e-mail address exists already."""


class NotAuthenticated(Exception):
    """The login failed: unknown user, wrong password, disabled or locked."""


class RefreshTokenInvalid(Exception):
    """The refresh token is expired, revoked, used before or unknown."""


class PasswordNotAccepted(Exception):
    """The user pool's policy refuses the password."""


@dataclass(frozen=True, repr=False)
class Tokens:
    """The tokens of a session. `id_token` is the API's bearer token for `expires_in` seconds.

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
        """Create a user without a usable password. Returns the user id. Raises UserExists."""
        ...

    def find_by_email(self, email: str) -> str | None:
        """Return the user id of an address; None when there is none."""
        ...

    def set_password(self, user_id: str, password: str) -> None:
        """Set a permanent password. Raises PasswordNotAccepted."""
        ...

    def delete(self, user_id: str) -> None:
        """Delete a user. Does nothing when there is none."""
        ...

    def authenticate(self, login: str, password: str) -> Tokens:
        """Return tokens for an e-mail address or user id. Raises NotAuthenticated."""
        ...

    def refresh(self, refresh_token: str) -> Tokens:
        """Return new tokens. The presented one is used up. Raises RefreshTokenInvalid."""
        ...

    def revoke(self, refresh_token: str) -> None:
        """End one session. Does nothing when it has ended already."""
        ...

    def sign_out_everywhere(self, user_id: str) -> None:
        """End all sessions, so that no refresh token of this user is valid any more."""
        ...
