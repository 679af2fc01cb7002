"""Every endpoint that wants a signed-in caller, walked with everything that is not one.

The list is the OpenAPI document's, so a new endpoint is covered by being documented.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import jwt
import pytest
from cryptography.hazmat.primitives.asymmetric import rsa

from local.context import StackContext
from local.demo.people import CARTER, OCONNOR, PASSWORD, Person
from local.stack.ministack import Ministack

OPENAPI = json.loads((Path(__file__).parents[2] / "docs" / "openapi.json").read_text())
ORDER_OF_NOBODY = "8015j0000000009AAA"
SERVICE_OF_NOBODY = "999"
OPERATION_OF_NOBODY = f"topup-{'0' * 32}"
BODIES: dict[str, Any] = {
    "change_password": {"currentPassword": PASSWORD, "newPassword": f"{PASSWORD}-2"},
    "sso_link": {"destination": "home"},
    "update_address": {"city": "Kyoto"},
    "update_me": {"language": "ja"},
    "create_order": {"items": [{"sku": "ESIM-DATA-5GB", "quantity": 1}]},
    "start_reissue": {"reason": "lost", "confirmLoss": False},
    "start_topup": {"offerId": "offer-0123456789abcdef"},
}


def protected() -> Iterator[tuple[str, str, str]]:
    """Operation id, method and path of every endpoint with bearer security."""
    for path, methods in OPENAPI["paths"].items():
        for method, operation in methods.items():
            if {"bearer": []} in operation["security"]:
                yield operation["operationId"], method.upper(), path


ENDPOINTS = list(protected())


@pytest.fixture(scope="module")
def api(stack: StackContext) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{stack.front_url}/api", trust_env=False, timeout=30) as client:
        yield client


def signed_up(api: httpx.Client, person: Person) -> str:
    """A person's bearer token."""
    answer = api.post("/auth/signup", json=person.signup())
    assert answer.status_code == 201, answer.text
    answer = api.post("/auth/login", json={"email": person.email, "password": PASSWORD})
    return str(answer.json()["accessToken"])


@pytest.fixture(scope="module")
def token(api: httpx.Client) -> str:
    return signed_up(api, CARTER)


@pytest.fixture(scope="module")
def impostors(stack: StackContext, aws: Ministack, token: str) -> dict[str, str | None]:
    """What is sent in place of a token, by name."""
    header, claims, signature = token.split(".")
    body = json.loads(base64.urlsafe_b64decode(claims + "=="))
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    own_key = jwt.encode(body, key, algorithm="RS256", headers={"kid": "mine"})
    expired = jwt.encode({**body, "exp": int(time.time()) - 60}, key, algorithm="RS256")
    someone = base64.urlsafe_b64encode(json.dumps({**body, "sub": "x"}).encode()).decode()
    return {
        "nothing": None,
        "empty": "Bearer",
        "garbage": "Bearer garbage",
        "no scheme": "Basic dXNlcjpwYXNz",
        "unsigned": f"Bearer {header}.{claims}.",
        "tampered": f"Bearer {header}.{someone.rstrip('=')}.{signature}",
        "own key": f"Bearer {own_key}",
        "expired": f"Bearer {expired}",
        "another pool": f"Bearer {of_another_pool(aws)}",
        "access token": f"Bearer {access_token(stack, aws)}",
    }


def of_another_pool(aws: Ministack) -> str:
    """An ID token that is genuine, of a pool that is not ours."""
    cognito = aws.client("cognito-idp")
    pool = cognito.create_user_pool(PoolName="another")["UserPool"]["Id"]
    return str(_tokens(cognito, pool, _client_of(cognito, pool))["IdToken"])


def access_token(stack: StackContext, aws: Ministack) -> str:
    """Our own pool's access token: genuine, but not the token that the API takes."""
    cognito, client = aws.client("cognito-idp"), stack.stack_outputs["UserPoolClientId"]
    found = cognito.describe_user_pool_client(UserPoolId=stack.user_pool_id, ClientId=client)
    secret = found["UserPoolClient"]["ClientSecret"].encode()
    digest = hmac.new(secret, f"{CARTER.email}{client}".encode(), hashlib.sha256).digest()
    answer = cognito.admin_initiate_auth(
        UserPoolId=stack.user_pool_id,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={
            "USERNAME": CARTER.email,
            "PASSWORD": PASSWORD,
            "SECRET_HASH": base64.b64encode(digest).decode(),
        },
    )
    return str(answer["AuthenticationResult"]["AccessToken"])


def _client_of(cognito: Any, pool: str) -> str:
    answer = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="another",
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )
    return str(answer["UserPoolClient"]["ClientId"])


def _tokens(cognito: Any, pool: str, client: str) -> dict[str, Any]:
    cognito.admin_create_user(UserPoolId=pool, Username="x", MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username="x", Password=PASSWORD, Permanent=True
    )
    answer = cognito.admin_initiate_auth(
        UserPoolId=pool,
        ClientId=client,
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": "x", "PASSWORD": PASSWORD},
    )
    result: dict[str, Any] = answer["AuthenticationResult"]
    return result


def ask(
    api: httpx.Client,
    endpoint: tuple[str, str, str],
    authorization: str | None,
    *,
    order: str = ORDER_OF_NOBODY,
    invoice: int = 999,
) -> httpx.Response:
    name, method, path = endpoint
    headers = {"Authorization": authorization} if authorization is not None else {}
    some_id = OPERATION_OF_NOBODY if path.startswith("/operations/") else SERVICE_OF_NOBODY
    filled = path.format(sfOrderId=order, invoiceId=invoice, id=some_id)
    return api.request(method, filled, headers=headers, json=BODIES.get(name))


def test_the_walk_covers_what_is_protected() -> None:
    assert len(ENDPOINTS) >= 12


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint[0])
def test_nobody_gets_in_with_anything_but_an_id_token_of_ours(
    api: httpx.Client, impostors: dict[str, str | None], endpoint: tuple[str, str, str]
) -> None:
    answers = {name: ask(api, endpoint, sent) for name, sent in impostors.items()}
    let_in = {n: a.status_code for n, a in answers.items() if a.status_code not in (401, 403)}
    assert let_in == {}
    for name, answer in answers.items():
        document = answer.json()
        assert document["status"] == answer.status_code, name
        assert set(document) <= {"type", "title", "status", "detail", "instance"}, name


def test_what_belongs_to_somebody_else_is_not_found(
    stack: StackContext, api: httpx.Client, token: str
) -> None:
    theirs = signed_up(api, OCONNOR)
    placed = ask(api, ("create_order", "POST", "/orders"), f"Bearer {theirs}")
    assert placed.status_code == 409, "without a card the order is refused"
    order = other_order(stack, OCONNOR)
    invoice = other_invoice(stack, OCONNOR)
    for name, path in [
        ("get_order", "/orders/{sfOrderId}"),
        ("get_invoice", "/billing/invoices/{invoiceId}"),
    ]:
        owned = ask(api, (name, "GET", path), f"Bearer {theirs}", order=order, invoice=invoice)
        assert owned.status_code == 200, (name, owned.text)
        foreign = ask(api, (name, "GET", path), f"Bearer {token}", order=order, invoice=invoice)
        nobodys = ask(api, (name, "GET", path), f"Bearer {token}")
        assert (foreign.status_code, nobodys.status_code) == (404, 404)
        told = foreign.json() | {"instance": ""}
        assert told == nobodys.json() | {"instance": ""}, "the answers tell them apart"


def other_order(stack: StackContext, person: Person) -> str:
    """An Order of that person, made in Salesforce."""
    state = httpx.get(f"{stack.salesforce_url}/_admin/state", timeout=10).json()
    account = next(
        a["Id"] for a in state["Account"] if a.get("Customer_Number__c") == person.number
    )
    order = {
        "Id": "8015j0000000777AAA",
        "AccountId": account,
        "Status": "Pending Review",
        "EffectiveDate": "2026-11-23",
    }
    seeded = httpx.post(
        f"{stack.salesforce_url}/_admin/seed", json={"records": {"Order": [order]}}, timeout=10
    )
    assert seeded.status_code == 201, seeded.text
    return str(order["Id"])


def other_invoice(stack: StackContext, person: Person) -> int:
    """An invoice of that person, made in WHMCS."""
    state = httpx.get(f"{stack.whmcs_url}/_admin/state", timeout=10).json()
    client = next(c["id"] for c in state["clients"] if c["email"] == person.email)
    answer = httpx.post(
        f"{stack.whmcs_url}/includes/api.php",
        data={
            "action": "CreateInvoice",
            "identifier": "local-identifier",
            "secret": "local-secret",
            "responsetype": "json",
            "userid": str(client),
            "itemdescription1": "Something",
            "itemamount1": "1000",
        },
        timeout=10,
    )
    return int(answer.json()["invoiceid"])
