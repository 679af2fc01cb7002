"""Clients and users."""

from __future__ import annotations

from typing import Any

import pytest

from tests.emulators.whmcs.support import (
    BLOCKED,
    CLOSED,
    HANAKO,
    NEW_CLIENT,
    PASSWORD,
    SIM,
    Api,
    packed,
)


def test_add_client_makes_a_user_and_a_client(api: Api) -> None:
    fields = packed({1: "CN-9", 2: "1990-05-01", 99: "no such field"})
    answer = api.ok("AddClient", **NEW_CLIENT, customfields=fields)
    assert isinstance(answer["clientid"], int)
    details = api.ok("GetClientsDetails", clientid=answer["clientid"])["client"]
    assert details["owner_user_id"] == answer["owner_id"]
    assert details["customfields"] == [{"id": 1, "value": "CN-9"}, {"id": 2, "value": "1990-05-01"}]
    assert details["currency_code"] == "JPY"
    assert details["phonenumberformatted"] == "+81.9012345678"
    login = api.ok("ValidateLogin", email=NEW_CLIENT["email"], password2=NEW_CLIENT["password2"])
    assert login["userid"] == str(answer["owner_id"])


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("firstname", "You did not enter your first name"),
        ("lastname", "You did not enter your last name"),
        ("email", "You did not enter your email address"),
        ("address1", "You did not enter your  address line 1"),
        ("city", "You did not enter your city"),
        ("state", "You did not enter your state"),
        ("postcode", "You did not enter your postcode"),
        ("phonenumber", "You did not enter your phone number"),
        ("country", "Valid country required"),
        ("password2", "You did not enter a password"),
    ],
)
def test_required_fields(api: Api, missing: str, message: str) -> None:
    assert api.refused("AddClient", **{**NEW_CLIENT, missing: ""}) == message
    assert len(api.state()["users"]) == 3, "a refusal leaves no user behind"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"email": "not an address"}, "The email address you entered was not valid"),
        ({"country": "Japan"}, "Valid country required"),
        ({"country": "XX"}, "Valid country required"),
        ({"phonenumber": "call me"}, "Invalid telephone phone number"),
        ({"email": "HANAKO@example.com"}, "A user already exists with that email address"),
        ({"owner_user_id": "99"}, "Invalid Owner User ID"),
    ],
)
def test_bad_values(api: Api, change: dict[str, str], message: str) -> None:
    assert api.refused("AddClient", **{**NEW_CLIENT, **change}) == message


def test_skipvalidation_still_needs_email_and_password(api: Api) -> None:
    assert api.ok("AddClient", email="a@example.com", password2="x", skipvalidation=1)["clientid"]
    assert "email" in api.refused("AddClient", password2="x", skipvalidation=1)
    assert "password" in api.refused("AddClient", email="b@example.com", skipvalidation=1)


def test_required_custom_fields(api: Api) -> None:
    field = {"id": 1, "fieldname": "Customer Number", "required": True}
    api.emulator.seed({"clientCustomFields": [field]})
    expected = "You did not provide required custom field value for Customer Number"
    assert api.refused("AddClient", **NEW_CLIENT) == expected
    assert api.ok("AddClient", **NEW_CLIENT, customfields=packed({1: "CN-1"}))


def test_a_user_without_client_becomes_owner(api: Api) -> None:
    user = api.ok(
        "AddUser", firstname="Taro", lastname="S", email=NEW_CLIENT["email"], password2="pw"
    )["user_id"]
    taken = "A user already exists with that email address"
    assert api.refused("AddClient", **NEW_CLIENT) == taken
    without_password = {key: v for key, v in NEW_CLIENT.items() if key != "password2"}
    added = api.ok("AddClient", **without_password, owner_user_id=user)
    assert str(added["owner_id"]) == user
    again = api.refused("AddClient", **without_password, owner_user_id=user)
    assert again == "The email address entered is not available for use."


@pytest.mark.parametrize(
    ("missing", "message"),
    [
        ("firstname", "You did not enter a first name"),
        ("lastname", "You did not enter a last name"),
        ("email", "You did not enter an email address"),
        ("password2", "You did not enter a password"),
    ],
)
def test_add_user_refusals(api: Api, missing: str, message: str) -> None:
    user = {"firstname": "A", "lastname": "B", "email": "ab@example.com", "password2": "x"}
    assert api.refused("AddUser", **{**user, missing: ""}) == message
    assert "not valid" in api.refused("AddUser", **{**user, "email": "nope"})
    taken = {**user, "email": "hanako@example.com"}
    assert api.refused("AddUser", **taken) == "A user already exists with that email address"


def test_get_users_searches_by_prefix(api: Api) -> None:
    api.ok("AddUser", firstname="X", lastname="Y", email="hanako@example.com.au", password2="x")
    users = api.ok("GetUsers", search="hanako@example.com")["users"]
    assert [user["email"] for user in users] == ["hanako@example.com", "hanako@example.com.au"]
    assert users[0]["clients"] == [{"id": HANAKO, "isOwner": True}]
    assert users[1]["clients"] == []
    backwards = api.ok("GetUsers", search="hanako@", sorting="DESC", limitnum=1)
    assert backwards["users"][0]["email"] == "hanako@example.com.au"
    assert (backwards["totalresults"], backwards["numreturned"]) == (2, 1)


def test_validate_login(api: Api, switch: Any) -> None:
    good = api.ok("ValidateLogin", email="Hanako@example.com", password2=PASSWORD)
    assert good["twoFactorEnabled"] == "false"
    assert good["passwordhash"]
    for fields in (
        {"email": "hanako@example.com", "password2": "wrong"},
        {"email": "nobody@example.com", "password2": PASSWORD},
        {},
    ):
        assert api.refused("ValidateLogin", **fields) == "Email or Password Invalid"
    switch(two_factor_enabled="boolean")
    second = api.ok("ValidateLogin", email="blocked@example.com", password2=PASSWORD)
    assert second["twoFactorEnabled"] is True
    assert "passwordhash" not in second


def test_get_clients_details(api: Api) -> None:
    answer = api.ok("GetClientsDetails", email="HANAKO@example.com", stats=1)
    assert answer["client"]["id"] == answer["id"] == HANAKO
    assert answer["customfields1"] == "CN-000123"
    owners = [user["is_owner"] for user in answer["client"]["users"]["user"]]
    assert owners == [True]
    assert answer["stats"]["productsnumtotal"] == 0
    assert "stats" not in api.ok("GetClientsDetails", clientid=HANAKO)
    assert api.refused("GetClientsDetails") == "Either clientid Or email Is Required"
    assert api.refused("GetClientsDetails", clientid=999) == "Client Not Found"
    assert api.refused("GetClientsDetails", email="hanako@example.co") == "Client Not Found"


def test_get_clients_pages_and_filters(api: Api) -> None:
    everyone = api.ok("GetClients", orderby="id", limitstart=1, limitnum=1)
    assert (everyone["totalresults"], everyone["startnumber"], everyone["numreturned"]) == (3, 1, 1)
    assert [c["id"] for c in everyone["clients"]["client"]] == [CLOSED]
    closed = api.ok("GetClients", status="Closed")["clients"]["client"]
    assert [c["id"] for c in closed] == [CLOSED]
    found = api.ok("GetClients", search="han")["clients"]["client"][0]
    assert found["id"] == HANAKO
    assert "customfields" not in found
    assert api.ok("GetClients", search="anako")["totalresults"] == 0
    assert api.ok("GetClients", sorting="DESC", orderby="id")["clients"]["client"][0]["id"] == 44


def test_update_client_changes_only_what_is_sent(api: Api) -> None:
    answer = api.ok(
        "UpdateClient",
        clientid=HANAKO,
        city="Osaka",
        address2="Room 5",
        lastname="",
        customfields=packed({2: "1991-01-01"}),
        marketingoptin=1,
        **{"email_preferences[general]": "0"},
    )
    assert answer["clientid"] == str(HANAKO)
    client = api.ok("GetClientsDetails", clientid=HANAKO)["client"]
    assert (client["city"], client["address2"], client["lastname"]) == ("Osaka", "Room 5", "Yamada")
    assert client["customfields"] == [
        {"id": 1, "value": "CN-000123"},
        {"id": 2, "value": "1991-01-01"},
    ]
    assert client["isOptedInToMarketingEmails"] is True
    assert client["email_preferences"]["general"] == "0"
    api.ok("UpdateClient", clientemail="hanako@example.com", address2="", email="hy@example.com")
    client = api.ok("GetClientsDetails", clientid=HANAKO)["client"]
    assert (client["address2"], client["email"]) == ("", "hy@example.com")
    assert api.ok("GetUsers", search="hanako@")["totalresults"] == 1, "the user keeps their e-mail"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"clientid": 999}, "Client ID Not Found"),
        ({"email": "closed@example.com"}, "Duplicate Email Address"),
        ({"email": "nope"}, "The email address entered is not valid"),
        ({"country": "ZZ"}, "Valid country required"),
        ({"email_preferences[domain]": "0"}, "You must have at least one email address"),
    ],
)
def test_update_client_refusals(api: Api, change: dict[str, Any], message: str) -> None:
    before = api.state()["clients"]
    fields = {"clientid": HANAKO, "city": "Kobe", **change}
    assert api.refused("UpdateClient", **fields).startswith(message)
    assert api.state()["clients"] == before


def test_close_client_ends_everything(api: Api) -> None:
    order = api.order(SIM, SIM)
    api.ok("ModuleCreate", serviceid=order["serviceids"].split(",")[0])
    api.ok("CloseClient", clientid=HANAKO)
    assert [service["status"] for service in api.services()] == ["Terminated", "Cancelled"]
    assert api.ok("GetInvoice", invoiceid=order["invoiceid"])["status"] == "Cancelled"
    assert api.ok("GetClientsDetails", clientid=HANAKO)["client"]["status"] == "Closed"
    assert api.refused("CloseClient", clientid=999) == "Client ID Not Found"


def test_update_user_and_reset_password(api: Api) -> None:
    user = api.ok("GetUsers", search="hanako@")["users"][0]["id"]
    api.ok("UpdateUser", user_id=user, firstname="Hana", email="hana@example.com")
    assert api.ok("GetUsers", search="hana@example.com")["users"][0]["firstname"] == "Hana"
    assert api.ok("ValidateLogin", email="hana@example.com", password2=PASSWORD)
    taken = "A user already exists with that email address"
    assert api.refused("UpdateUser", user_id=user, email="closed@example.com") == taken
    assert api.refused("UpdateUser", user_id=999, firstname="x") == "Invalid User ID requested"
    api.ok("ResetPassword", id=user)
    assert api.state()["emails"][-1]["template"] == "Password Reset Validation"
    assert api.refused("ResetPassword").startswith("Please enter the email address")
    assert api.refused("ResetPassword", email="no@example.com").startswith("No user was found")


def test_owners_cannot_be_removed_from_clients(api: Api) -> None:
    owner = api.ok("GetClientsDetails", clientid=BLOCKED)["owner_user_id"]
    assert "owner" in api.refused("DeleteUserClient", user_id=owner, client_id=BLOCKED)
    assert "not associated" in api.refused("DeleteUserClient", user_id=owner, client_id=HANAKO)
    assert "Client" in api.refused("DeleteUserClient", user_id=owner, client_id=999)
