"""What every `Users` must do, whether it is Cognito, what stands in for it, or our fake."""

from __future__ import annotations

import uuid

import pytest
from portal.ports.users import NotAuthenticated, RefreshTokenInvalid, UserExists, Users

PASSWORD = "Sakura-Train-2026!"


def somebody() -> str:
    """An address that nobody has."""
    return f"{uuid.uuid4().hex}@mail.example"


def member(users: Users) -> tuple[str, str]:
    """A user who can sign in: user id and address."""
    email = somebody()
    user_id = users.create(email)
    users.set_password(user_id, PASSWORD)
    return user_id, email


class UsersContract:
    """Users and passwords."""

    def test_a_new_user_is_found_by_address_and_only_there_once(self, users: Users) -> None:
        email = somebody()
        assert users.find_by_email(email) is None
        user_id = users.create(email)
        assert users.find_by_email(email) == user_id
        with pytest.raises(UserExists):
            users.create(email)

    def test_nobody_signs_in_before_there_is_a_password(self, users: Users) -> None:
        email = somebody()
        users.create(email)
        with pytest.raises(NotAuthenticated):
            users.authenticate(email, PASSWORD)

    def test_address_and_user_id_both_sign_in(self, users: Users) -> None:
        user_id, email = member(users)
        for login in (email, user_id):
            tokens = users.authenticate(login, PASSWORD)
            assert tokens.id_token
            assert tokens.expires_in > 0
            assert tokens.refresh_token

    @pytest.mark.parametrize("wrong", ["", "sakura-train-2026!", f"{PASSWORD} "])
    def test_a_wrong_password_and_an_unknown_user_are_one_answer(
        self, users: Users, wrong: str
    ) -> None:
        _, email = member(users)
        with pytest.raises(NotAuthenticated):
            users.authenticate(email, wrong or "x")
        with pytest.raises(NotAuthenticated):
            users.authenticate(somebody(), PASSWORD)

    def test_a_changed_password_replaces_the_old_one(self, users: Users) -> None:
        user_id, email = member(users)
        users.set_password(user_id, f"{PASSWORD}-2")
        assert users.authenticate(email, f"{PASSWORD}-2").id_token
        with pytest.raises(NotAuthenticated):
            users.authenticate(email, PASSWORD)

    def test_a_deleted_user_is_gone_and_the_address_free(self, users: Users) -> None:
        user_id, email = member(users)
        users.delete(user_id)
        users.delete(user_id)
        assert users.find_by_email(email) is None
        with pytest.raises(NotAuthenticated):
            users.authenticate(email, PASSWORD)
        assert users.create(email) != user_id


class SessionsContract:
    """Refresh tokens."""

    def test_a_session_goes_on_with_its_newest_token(self, users: Users) -> None:
        _, email = member(users)
        newest = session(users, email)
        for _ in range(3):
            refreshed = users.refresh(newest)
            assert refreshed.id_token
            newest = refreshed.refresh_token or newest

    def test_nonsense_is_no_refresh_token(self, users: Users) -> None:
        with pytest.raises(RefreshTokenInvalid):
            users.refresh("nonsense")

    def test_a_revoked_session_ends_and_the_others_stay(self, users: Users) -> None:
        _, email = member(users)
        ended, other = session(users, email), session(users, email)
        users.revoke(ended)
        users.revoke(ended)
        with pytest.raises(RefreshTokenInvalid):
            users.refresh(ended)
        assert users.refresh(other).id_token

    def test_signing_out_everywhere_ends_every_session(self, users: Users) -> None:
        user_id, email = member(users)
        sessions = [session(users, email) for _ in range(3)]
        users.sign_out_everywhere(user_id)
        for token in sessions:
            with pytest.raises(RefreshTokenInvalid):
                users.refresh(token)
        assert users.authenticate(email, PASSWORD).id_token


def session(users: Users, email: str) -> str:
    """A refresh token."""
    token = users.authenticate(email, PASSWORD).refresh_token
    assert token is not None
    return token
