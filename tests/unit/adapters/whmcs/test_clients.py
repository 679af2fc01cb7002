"""WHMCS clients: exact requests, every shape of answer, what each refusal means."""

from __future__ import annotations

import base64
import dataclasses
from collections.abc import Iterator
from datetime import date
from typing import Any
from urllib.parse import parse_qs

import phpserialize
import pytest
import responses
from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.clients import ClientFields, WhmcsClients
from portal.domain.upstream import OutcomeUnknown, Refused, Unauthorized, Unavailable
from portal.ports.clients import (
    BillingClient,
    BillingLogin,
    ClientDetails,
    EmailTaken,
    FieldRefused,
    LoginRefused,
)

from tests.fakes.secret import FakeSecret

URL = "https://whmcs.example/includes/api.php"
EMAIL = "taro@example.com"
DETAILS = ClientDetails(
    email=EMAIL,
    customer_number="CN-000101",
    first_name="太郎",
    last_name="O'Yamada",
    phone="+819012345678",
    street="1-1 Marunouchi",
    street2=None,
    city="Chiyoda",
    state="Tokyo",
    postcode="100-0005",
    country="JP",
    company=None,
    nationality="JP",
    date_of_birth=date(1990, 2, 3),
    gender="Female",
    marketing_opt_in=True,
)


@pytest.fixture
def http() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock() as mock:
        yield mock


@pytest.fixture
def clients() -> WhmcsClients:
    secret = FakeSecret({"identifier": "id", "secret": "key"})
    fields = ClientFields(customer_number=1, date_of_birth=2, gender=3, nationality=4)
    return WhmcsClients(WhmcsClient(url=URL, secret=secret), fields)


def sent(http: responses.RequestsMock, number: int = 0) -> dict[str, str]:
    body = http.calls[number].request.body
    pairs = parse_qs(str(body), keep_blank_values=True)
    return {name: value for name, (value,) in pairs.items()}


def client_record(**changes: Any) -> dict[str, Any]:
    return {
        "client_id": 42,
        "id": 42,
        "email": EMAIL,
        "firstname": "Taro &amp; Sons",
        "customfields": [{"id": 1, "value": "CN-000101"}, {"id": 2, "value": ""}],
        **changes,
    }


def refusal(message: str, status: int = 200) -> dict[str, Any]:
    return {"json": {"result": "error", "message": message}, "status": status}


def test_a_client_is_made_with_exactly_these_fields(
    http: responses.RequestsMock, clients: WhmcsClients
) -> None:
    http.post(URL, json={"result": "success", "clientid": 42, "owner_id": 7})
    assert clients.create(DETAILS) == 42
    fields = sent(http)
    custom = phpserialize.loads(base64.b64decode(fields.pop("customfields")), decode_strings=True)
    assert custom == {1: "CN-000101", 2: "1990-02-03", 3: "Female", 4: "JP"}
    assert len(fields.pop("password2")) >= 32
    assert fields == {
        "action": "AddClient",
        "responsetype": "json",
        "identifier": "id",
        "secret": "key",
        "firstname": "太郎",
        "lastname": "O'Yamada",
        "email": EMAIL,
        "address1": "1-1 Marunouchi",
        "city": "Chiyoda",
        "state": "Tokyo",
        "postcode": "100-0005",
        "country": "JP",
        "phonenumber": "+819012345678",
        "marketingoptin": "1",
        "noemail": "1",
    }


def test_what_is_not_known_is_not_sent(http: responses.RequestsMock, clients: WhmcsClients) -> None:
    http.post(URL, json={"result": "success", "clientid": "42"})
    bare = dataclasses.replace(
        DETAILS,
        postcode=None,
        nationality=None,
        date_of_birth=None,
        gender=None,
        marketing_opt_in=False,
    )
    assert clients.create(bare) == 42
    fields = sent(http)
    custom = phpserialize.loads(base64.b64decode(fields["customfields"]), decode_strings=True)
    assert custom == {1: "CN-000101"}
    assert "marketingoptin" not in fields
    assert (fields.get("postcode"), fields["skipvalidation"]) == (None, "1")


@pytest.mark.parametrize(
    "message",
    [
        "A user already exists with that email address",
        "The email address entered is not available for use.",
    ],
)
def test_an_address_that_is_taken(
    http: responses.RequestsMock, clients: WhmcsClients, message: str
) -> None:
    http.post(URL, **refusal(message))
    with pytest.raises(EmailTaken):
        clients.create(DETAILS)


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("You did not enter your  address line 1", "street"),
        ("You did not enter your postcode", "postcode"),
        ("Invalid telephone phone number", "phone"),
        ("Valid country required", "country"),
        ("The email address you entered was not valid", "email"),
    ],
)
def test_a_value_that_is_refused(
    http: responses.RequestsMock, clients: WhmcsClients, message: str, field: str
) -> None:
    http.post(URL, **refusal(message))
    with pytest.raises(FieldRefused) as caught:
        clients.create(DETAILS)
    assert caught.value.field == field


@pytest.mark.parametrize(
    ("answer", "expected"),
    [
        (refusal("You did not provide required custom field value for VAT"), Refused),
        (refusal("Invalid IP 203.0.113.7", 403), Unauthorized),
        ({"body": "<html>Fatal error</html>", "status": 200}, OutcomeUnknown),
        ({"body": "<html>Fatal error</html>", "status": 500}, OutcomeUnknown),
        ({"body": "", "status": 200}, OutcomeUnknown),
        (refusal("Database error", 500), OutcomeUnknown),
        ({"json": {"result": "success"}}, OutcomeUnknown),
    ],
)
def test_other_answers_to_addclient(
    http: responses.RequestsMock,
    clients: WhmcsClients,
    answer: dict[str, Any],
    expected: type[Exception],
) -> None:
    http.post(URL, **answer)
    with pytest.raises(expected):
        clients.create(DETAILS)


@pytest.mark.parametrize(
    "answer",
    [
        {"client": client_record()},
        client_record(),
        {"client": client_record(id="42", customfields={"0": {"id": "1", "value": "CN-000101"}})},
        {"client": client_record(customfields={"customfield": [{"id": 1, "value": "CN-000101"}]})},
        {"client": client_record(customfields={"id": 1, "value": " CN-000101 "})},
    ],
)
def test_a_client_is_read_from_any_shape(
    http: responses.RequestsMock, clients: WhmcsClients, answer: dict[str, Any]
) -> None:
    http.post(URL, json={"result": "success", **answer})
    assert clients.by_email(EMAIL) == BillingClient(
        client_id=42, email=EMAIL, customer_number="CN-000101", first_name="Taro & Sons"
    )
    fields = sent(http)
    assert (fields["action"], fields["email"]) == ("GetClientsDetails", EMAIL)
    assert "clientid" not in fields


@pytest.mark.parametrize("customfields", ["", [], {}, None])
def test_a_client_without_custom_fields(
    http: responses.RequestsMock, clients: WhmcsClients, customfields: Any
) -> None:
    http.post(URL, json={"result": "success", "client": client_record(customfields=customfields)})
    found = clients.by_email(EMAIL)
    assert found is not None
    assert found.customer_number == ""


def test_no_client(http: responses.RequestsMock, clients: WhmcsClients) -> None:
    http.post(URL, **refusal("Client Not Found"))
    assert clients.by_email(EMAIL) is None


def test_a_client_with_another_address_is_not_the_one(
    http: responses.RequestsMock, clients: WhmcsClients
) -> None:
    record = client_record(email="taro@example.com.au")
    http.post(URL, json={"result": "success", "client": record})
    assert clients.by_email(EMAIL) is None


def test_a_failing_look_up_is_not_an_absence(
    http: responses.RequestsMock, clients: WhmcsClients
) -> None:
    http.post(URL, body="<html>maintenance</html>", status=503)
    with pytest.raises(Unavailable):
        clients.by_email(EMAIL)
    http.post(URL, **refusal("Authentication Failed", 403))
    with pytest.raises(Unauthorized):
        clients.by_email(EMAIL)


@pytest.mark.parametrize(
    ("flag", "two_factor"),
    [("false", False), (False, False), ("true", True), (True, True), (None, False)],
)
def test_a_proved_login(
    http: responses.RequestsMock, clients: WhmcsClients, flag: Any, *, two_factor: bool
) -> None:
    http.post(URL, json={"result": "success", "userid": "7", "twoFactorEnabled": flag})
    assert clients.validate_login(EMAIL, "s p&=é") == BillingLogin(7, two_factor=two_factor)
    fields = sent(http)
    assert (fields["action"], fields["email"], fields["password2"]) == (
        "ValidateLogin",
        EMAIL,
        "s p&=é",
    )


def test_a_wrong_login(http: responses.RequestsMock, clients: WhmcsClients) -> None:
    http.post(URL, **refusal("Email or Password Invalid"))
    with pytest.raises(LoginRefused):
        clients.validate_login(EMAIL, "wrong")


@pytest.mark.parametrize("message", ["Authentication Failed", "Invalid IP 127.0.0.1"])
def test_our_own_credentials_are_not_the_customers(
    http: responses.RequestsMock, clients: WhmcsClients, message: str
) -> None:
    http.post(URL, **refusal(message, 403))
    with pytest.raises(Unauthorized):
        clients.validate_login(EMAIL, "right")


def test_only_owned_clients_of_the_very_user_count(
    http: responses.RequestsMock, clients: WhmcsClients
) -> None:
    users = [
        {"id": 8, "email": "taro@example.com.au", "clients": [{"id": 41, "isOwner": True}]},
        {
            "id": "7",
            "email": EMAIL,
            "clients": [{"id": 42, "isOwner": True}, {"id": 43, "isOwner": False}],
        },
    ]
    http.post(URL, json={"result": "success", "totalresults": "2", "users": users})
    http.post(URL, json={"result": "success", "client": client_record()})
    owned = clients.owned_by(BillingLogin(7, two_factor=False), EMAIL)
    assert [client.client_id for client in owned] == [42]
    assert sent(http, 1)["clientid"] == "42"


@pytest.mark.parametrize("users", ["", [], [{"id": 7, "email": EMAIL, "clients": ""}]])
def test_a_user_who_owns_nothing(
    http: responses.RequestsMock, clients: WhmcsClients, users: Any
) -> None:
    http.post(URL, json={"result": "success", "totalresults": len(users), "users": users})
    assert list(clients.owned_by(BillingLogin(7, two_factor=False), EMAIL)) == []
