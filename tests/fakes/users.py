"""`Users` in memory: rotation, revocation and a policy, as Cognito has them."""

from __future__ import annotations

import itertools
import uuid
from dataclasses import dataclass, field

from portal.ports.users import (
    NotAuthenticated,
    PasswordNotAccepted,
    RefreshTokenInvalid,
    Tokens,
    UserExists,
)

LEAKED = "Passw0rd-leaked"


@dataclass
class StoredUser:
    """One user; `sessions` are the refresh tokens that still work."""

    user_id: str
    email: str
    password: str | None = None
    sessions: set[str] = field(default_factory=set)


class FakeUsers:
    """Refuses the password `LEAKED`, to stand for a policy that only the pool knows."""

    def __init__(self) -> None:
        self.by_id: dict[str, StoredUser] = {}
        self._numbers = itertools.count(1)

    def create(self, email: str) -> str:
        if self.find_by_email(email) is not None:
            raise UserExists
        user_id = str(uuid.uuid4())
        self.by_id[user_id] = StoredUser(user_id, email)
        return user_id

    def find_by_email(self, email: str) -> str | None:
        return next((u.user_id for u in self.by_id.values() if u.email == email), None)

    def set_password(self, user_id: str, password: str) -> None:
        if password == LEAKED:
            raise PasswordNotAccepted
        self.by_id[user_id].password = password

    def delete(self, user_id: str) -> None:
        self.by_id.pop(user_id, None)

    def authenticate(self, login: str, password: str) -> Tokens:
        user = self.by_id.get(login) or self.by_id.get(self.find_by_email(login) or "")
        if user is None or user.password is None or user.password != password:
            raise NotAuthenticated
        return self._open(user)

    def refresh(self, refresh_token: str) -> Tokens:
        for user in self.by_id.values():
            if refresh_token in user.sessions:
                user.sessions.remove(refresh_token)
                return self._open(user)
        raise RefreshTokenInvalid

    def revoke(self, refresh_token: str) -> None:
        for user in self.by_id.values():
            user.sessions.discard(refresh_token)

    def sign_out_everywhere(self, user_id: str) -> None:
        self.by_id[user_id].sessions.clear()

    def _open(self, user: StoredUser) -> Tokens:
        number = next(self._numbers)
        token = f"refresh-{number}"
        user.sessions.add(token)
        return Tokens(id_token=f"id-{number}-{user.user_id}", expires_in=900, refresh_token=token)
