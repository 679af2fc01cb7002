"""Users, who sign in: AddUser, GetUsers, UpdateUser, DeleteUserClient, passwords.

Source: WHMCS API reference (Users; Authentication). Texts of UpdateUser, ResetPassword and
DeleteUserClient refusals are not documented and approximate.
"""

from __future__ import annotations

import hashlib
from typing import Any

from local.emulators.whmcs.context import Context, Handler, page
from local.emulators.whmcs.errors import ApiError
from local.emulators.whmcs.parameters import Parameters
from local.emulators.whmcs.records import LoggedEmail, User
from local.emulators.whmcs.response import Listing
from local.emulators.whmcs.validation import hashed, is_email

TAKEN = "A user already exists with that email address"


def create_user(context: Context, parameters: Parameters) -> User:
    """Store a user; raises ApiError when the e-mail is taken."""
    email = parameters.raw("email")
    if context.store.user_by_email(email):
        raise ApiError(TAKEN)
    return context.store.users.add(
        User(
            id=context.store.users.next_id(),
            firstname=parameters.raw("firstname"),
            lastname=parameters.raw("lastname"),
            email=email,
            password_hash=hashed(parameters.raw("password2")),
            language=parameters.raw("language"),
            datecreated=context.timestamp,
        )
    )


def add_user(context: Context, parameters: Parameters) -> dict[str, Any]:
    """AddUser: a user without a client."""
    required = {
        "firstname": "You did not enter a first name",
        "lastname": "You did not enter a last name",
        "email": "You did not enter an email address",
        "password2": "You did not enter a password",
    }
    for name, message in required.items():
        if parameters.text(name) is None:
            raise ApiError(message)
    if not is_email(parameters.raw("email")):
        raise ApiError("The email address entered is not valid")
    return {"user_id": str(create_user(context, parameters).id)}


def get_users(context: Context, parameters: Parameters) -> dict[str, Any]:
    """GetUsers: `search` is a prefix of e-mail, first or last name."""
    prefix = parameters.raw("search").casefold()
    found = context.store.users.where(
        lambda user: any(
            text.casefold().startswith(prefix)
            for text in (user.email, user.firstname, user.lastname)
        )
    )
    found.sort(key=lambda user: user.id, reverse=parameters.raw("sorting").upper() == "DESC")
    counters, users = page(parameters, found)
    return {**counters, "users": Listing([_as_listed(context, user) for user in users])}


def _as_listed(context: Context, user: User) -> dict[str, Any]:
    clients = context.store.clients.where(lambda client: user.id in client.user_ids)
    return {
        "id": user.id,
        "firstname": user.firstname,
        "lastname": user.lastname,
        "email": user.email,
        "datecreated": user.datecreated,
        "validationdata": "",
        "clients": Listing(
            [{"id": c.id, "isOwner": c.owner_user_id == user.id} for c in clients],
            when_empty="list",
        ),
    }


def update_user(context: Context, parameters: Parameters) -> dict[str, Any]:
    """UpdateUser: names, e-mail and language by `user_id`."""
    user = context.store.users.get(parameters.number("user_id"))
    if user is None:
        raise ApiError("Invalid User ID requested")
    email = parameters.text("email")
    if email is not None:
        if not is_email(email):
            raise ApiError("The email address entered is not valid")
        owner = context.store.user_by_email(email)
        if owner is not None and owner.id != user.id:
            raise ApiError(TAKEN)
    for name in ("firstname", "lastname", "email", "language"):
        value = parameters.text(name)
        if value is not None:
            setattr(user, name, value)
    return {"user_id": parameters.raw("user_id")}


def reset_password(context: Context, parameters: Parameters) -> dict[str, Any]:
    """ResetPassword: an e-mail with a link; here only logged."""
    email, user_id = parameters.text("email"), parameters.number("id")
    if email is None and user_id is None:
        raise ApiError("Please enter the email address or provide the id")
    users = context.store.users
    user = users.get(user_id) if user_id is not None else context.store.user_by_email(email or "")
    if user is None:
        raise ApiError("No user was found with the details provided")
    context.store.emails.add(
        LoggedEmail(
            id=context.store.emails.next_id(),
            client_id=0,
            template="Password Reset Validation",
            subject="Password Reset",
            related_id=user.id,
            date=context.timestamp,
        )
    )
    return {}


def delete_user_client(context: Context, parameters: Parameters) -> dict[str, Any]:
    """DeleteUserClient: end a user's access to a client; owners stay."""
    user = context.store.users.get(parameters.number("user_id"))
    if user is None:
        raise ApiError("Invalid User ID requested")
    client = context.client(parameters.number("client_id"), missing="Invalid Client ID requested")
    if user.id not in client.user_ids:
        raise ApiError("User is not associated with client")
    if user.id == client.owner_user_id:
        raise ApiError("You cannot remove the client owner")
    client.user_ids.remove(user.id)
    return {}


def validate_login(context: Context, parameters: Parameters) -> dict[str, Any]:
    """ValidateLogin: `userid` is the User's id; no `passwordhash` when two factors are on."""
    user = context.store.user_by_email(parameters.raw("email"))
    if user is None or user.password_hash != hashed(parameters.raw("password2")):
        raise ApiError("Email or Password Invalid")
    two_factor: bool | str = user.two_factor
    if context.switches.two_factor_enabled == "string":
        two_factor = str(user.two_factor).lower()
    result: dict[str, Any] = {"userid": str(user.id), "twoFactorEnabled": two_factor}
    if not user.two_factor:
        material = f"{user.id}{user.password_hash}".encode()
        result["passwordhash"] = hashlib.sha256(material).hexdigest()[:40]
    return result


ACTIONS: dict[str, Handler] = {
    "AddUser": add_user,
    "GetUsers": get_users,
    "UpdateUser": update_user,
    "ResetPassword": reset_password,
    "DeleteUserClient": delete_user_client,
    "ValidateLogin": validate_login,
}
