"""Users and their addresses.

Documented: the fields, `userAlreadyExists`, at most 10 addresses per user, unique per user
(`userAddressAlreadyExists`). Assumed: e-mail addresses are compared without regard to case, and
deleting a user ends the subscriptions with the documented cause `userDeleted`.
"""

from __future__ import annotations

from dataclasses import replace

from local.emulators.gigs import rendering
from local.emulators.gigs.core import Answer, Call, in_path
from local.emulators.gigs.errors import invalid, not_found
from local.emulators.gigs.inputs import (
    CreateAddress,
    CreateUser,
    NoQuery,
    Nothing,
    Page,
    SearchUsers,
    UpdateUser,
)
from local.emulators.gigs.lifecycle import Lifecycle
from local.emulators.gigs.listing import envelope, paginate
from local.emulators.gigs.records import Address, Project, User
from local.emulators.gigs.strict import merge_metadata, read_body, read_query
from local.emulators.gigs.values import new_id

MAX_ADDRESSES = 10
DEFAULT_LOCALE = "en-US"


def create(call: Call) -> Answer:
    """`POST users`."""
    read_query(call.query, NoQuery)
    wanted = read_body(call.body, CreateUser)
    _refuse_duplicate(call.project, wanted.email, except_for=None)
    user = User(
        id=new_id("usr_"),
        email=wanted.email,
        full_name=wanted.fullName,
        birthday=wanted.birthday,
        preferred_locale=wanted.preferredLocale or DEFAULT_LOCALE,
        metadata=merge_metadata({}, wanted.metadata),
        created_at=call.core.now(),
    )
    call.project.users[user.id] = user
    call.emit("user.created", rendering.user(user))
    return 201, rendering.user(user)


def get(call: Call) -> Answer:
    """`GET users/{user}`."""
    user = _user(call)
    read_query(call.query, NoQuery)
    return 200, rendering.user(user)


def list_all(call: Call) -> Answer:
    """`GET users`."""
    page = read_query(call.query, Page)
    return 200, paginate(_living(call.project), page, rendering.user)


def search(call: Call) -> Answer:
    """`POST users/search`."""
    read_query(call.query, NoQuery)
    wanted = read_body(call.body, SearchUsers).email
    found = [
        user
        for user in _living(call.project)
        if wanted is None or user.email.lower() == wanted.lower()
    ]
    return 200, envelope([rendering.user(user) for user in found])


def update(call: Call) -> Answer:
    """`PATCH users/{user}`."""
    user = _user(call)
    read_query(call.query, NoQuery)
    wanted = read_body(call.body, UpdateUser)
    before = rendering.user(replace(user, metadata=dict(user.metadata)))
    if wanted.email is not None:
        _refuse_duplicate(call.project, wanted.email, except_for=user.id)
        user.email = wanted.email
    user.full_name = wanted.fullName or user.full_name
    user.birthday = wanted.birthday or user.birthday
    user.preferred_locale = wanted.preferredLocale or user.preferred_locale
    user.metadata = merge_metadata(user.metadata, wanted.metadata)
    after = rendering.user(user)
    previous = {name: before[name] for name in after if after[name] != before[name]}
    call.emit("user.updated", after, previous=previous)
    return 200, after


def delete(call: Call) -> Answer:
    """`DELETE users/{user}`."""
    user = _user(call)
    read_query(call.query, NoQuery)
    read_body(call.body, Nothing)
    user.status = "deleted"
    lifecycle = Lifecycle(call.core)
    for subscription in call.project.subscriptions.values():
        if subscription.user == user.id and subscription.status != "ended":
            lifecycle.end(call.project, subscription, call.core.now(), "userDeleted")
    call.emit("user.deleted", rendering.user(user))
    return 200, rendering.user(user)


def create_address(call: Call) -> Answer:
    """`POST users/{user}/addresses`."""
    user = _user(call)
    read_query(call.query, NoQuery)
    fields = read_body(call.body, CreateAddress).model_dump()
    existing = [a for a in call.project.addresses.values() if a.user == user.id]
    if any(address.fields == fields for address in existing):
        raise invalid("The address already exists.", code="userAddressAlreadyExists")
    if len(existing) >= MAX_ADDRESSES:
        raise invalid(f"A user has at most {MAX_ADDRESSES} addresses.")
    address = Address(id=new_id("adr_"), user=user.id, fields=fields, created_at=call.core.now())
    call.project.addresses[address.id] = address
    call.emit("user.address.created", rendering.address(address))
    return 201, rendering.address(address)


def list_addresses(call: Call) -> Answer:
    """`GET users/{user}/addresses`."""
    user = _user(call)
    page = read_query(call.query, Page)
    found = [a for a in call.project.addresses.newest_first() if a.user == user.id]
    return 200, paginate(found, page, rendering.address)


def get_address(call: Call) -> Answer:
    """`GET users/{user}/addresses/{address}`."""
    address = _address(call)
    read_query(call.query, NoQuery)
    return 200, rendering.address(address)


def delete_address(call: Call) -> Answer:
    """`DELETE users/{user}/addresses/{address}`."""
    address = _address(call)
    read_query(call.query, NoQuery)
    read_body(call.body, Nothing)
    del call.project.addresses[address.id]
    call.emit("user.address.deleted", rendering.address(address))
    return 200, rendering.address(address)


def _user(call: Call) -> User:
    return in_path(call.project.users, call.path["user"], "user")


def _address(call: Call) -> Address:
    user = _user(call)
    address = in_path(call.project.addresses, call.path["address"], "address")
    if address.user != user.id:
        raise not_found("address")
    return address


def _living(project: Project) -> list[User]:
    return [user for user in project.users.newest_first() if user.status != "deleted"]


def _refuse_duplicate(project: Project, email: str, *, except_for: str | None) -> None:
    wanted = email.lower()
    for user in project.users.values():
        taken = user.email.lower() == wanted and user.status != "deleted"
        if taken and user.id != except_for:
            raise invalid(
                "A user with the same email address already exists.", code="userAlreadyExists"
            )
