"""What an attacker tries, on the running stack: gateway, handlers and tables together."""

from __future__ import annotations

import secrets
from collections.abc import Iterator

import httpx
import pytest

from local.context import StackContext
from local.demo.people import PASSWORD
from local.stack.ministack import Ministack
from tests.fuzz.ground import Customer, Ground

BROWSER = {"X-Portal-Client": "browser"}
LARGEST = 65_536


@pytest.fixture(scope="module")
def api(stack: StackContext) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=f"{stack.front_url}/api", trust_env=False, timeout=30) as client:
        yield client


@pytest.fixture(scope="module")
def ground(stack: StackContext) -> Iterator[Ground]:
    made = Ground(stack)
    yield made
    made.close()


@pytest.fixture(scope="module")
def member(ground: Ground) -> Customer:
    """Somebody who has signed up."""
    return ground.customer()


def slug(answer: httpx.Response) -> str:
    return str(answer.json()["type"].rsplit("/")[-1])


def post(api: httpx.Client, path: str, text: str, **headers: str) -> httpx.Response:
    sent = {"Content-Type": "application/json", **headers}
    return api.post(path, content=text, headers=sent)


def test_a_large_body_is_refused_and_its_answer_is_small(api: httpx.Client) -> None:
    answer = post(api, "/auth/signup", "[" * (LARGEST + 1))
    assert (answer.status_code, slug(answer)) == (413, "payload-too-large")
    many = ",".join(f'"member{number}": {number}' for number in range(3000))
    answer = post(api, "/auth/signup", "{" + many + "}")
    assert answer.status_code == 422
    assert len(answer.json()["errors"]) == 20
    assert len(answer.content) < 5_000


@pytest.mark.parametrize("body", ["[null]", "null", '[{"email": "a@b.example"}]', '"x"'])
@pytest.mark.parametrize("path", ["/auth/login", "/auth/logout", "/auth/refresh"])
def test_only_an_object_is_a_body(api: httpx.Client, path: str, body: str) -> None:
    answer = post(api, path, body)
    assert (answer.status_code, slug(answer)) == (422, "invalid-request")


@pytest.mark.parametrize("sku", ["a%0Ab", "a%0A", "%0A%00", "%F3%99%B4%B4"])
def test_control_characters_in_a_path_are_not_found(api: httpx.Client, sku: str) -> None:
    answer = api.get(f"/catalog/{sku}")
    assert (answer.status_code, slug(answer)) == (404, "not-found")


def test_names_that_are_not_documented_are_refused(api: httpx.Client, member: Customer) -> None:
    body = f'{{"refresh_token": "{member.refresh_token}"}}'
    answer = post(api, "/auth/logout", body)
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/refresh_token"]


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", "/orders", {"GET", "POST", "OPTIONS"}),
        ("GET", "/auth/login", {"POST", "OPTIONS"}),
        ("PUT", "/me/billing", {"GET", "PATCH", "OPTIONS"}),
        ("PATCH", "/catalog", {"GET", "OPTIONS"}),
    ],
)
def test_a_wrong_method_is_405_with_those_that_are_right(
    api: httpx.Client, method: str, path: str, allowed: set[str]
) -> None:
    answer = api.request(method, path, headers={"Content-Type": "application/json"})
    assert (answer.status_code, slug(answer)) == (405, "method-not-allowed")
    assert set(answer.headers["allow"].split(", ")) == allowed
    assert answer.json()["instance"] == answer.headers["x-correlation-id"]


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("Application/JSON", 401),
        ("application/json; charset=UTF-8", 401),
        ("application/json; charset=utf-16", 415),
        ("application/x-www-form-urlencoded", 415),
        ("text/plain", 415),
    ],
)
def test_content_types(api: httpx.Client, content_type: str, status: int) -> None:
    body = '{"email": "nobody@mail.example", "password": "x"}'
    answer = api.post("/auth/login", content=body, headers={"Content-Type": content_type})
    assert answer.status_code == status


def test_strangers_do_not_shut_out_who_has_signed_in_before(
    api: httpx.Client, member: Customer
) -> None:
    email = member.person.email
    right = {"email": email, "password": PASSWORD}
    at_home = api.post("/auth/login", json=right, headers=BROWSER)
    device = at_home.cookies.get("portal_device") or _cookie(at_home, "portal_device")
    api.cookies.clear()
    wrong = {"email": email, "password": "guess"}
    statuses = [api.post("/auth/login", json=wrong).status_code for _ in range(11)]
    assert statuses[-1] == 429
    assert api.post("/auth/login", json=right).status_code == 429
    known = {"Cookie": f"portal_device={device}", **BROWSER}
    assert api.post("/auth/login", json=right, headers=known).status_code == 200


def _cookie(answer: httpx.Response, name: str) -> str:
    lines = answer.headers.get_list("set-cookie")
    (line,) = (line for line in lines if line.startswith(f"{name}="))
    return line.split(";")[0].partition("=")[2]


def test_the_clients_id_alone_signs_nobody_in(
    stack: StackContext, aws: Ministack, member: Customer
) -> None:
    """Ministack checks SECRET_HASH, but asks for no ClientSecret with a refresh token."""
    cognito = aws.client("cognito-idp")
    with pytest.raises(cognito.exceptions.ClientError):
        cognito.admin_initiate_auth(
            UserPoolId=stack.user_pool_id,
            ClientId=stack.stack_outputs["UserPoolClientId"],
            AuthFlow="ADMIN_USER_PASSWORD_AUTH",
            AuthParameters={"USERNAME": member.person.email, "PASSWORD": PASSWORD},
        )


@pytest.mark.parametrize("name", ["Click evil.example now", "<b>Taro</b>", "http://evil.example"])
def test_names_take_no_links_and_no_markup(ground: Ground, api: httpx.Client, name: str) -> None:
    body = ground.person().signup() | {"firstName": name}
    answer = api.post("/auth/signup", json=body)
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json()["errors"]] == ["/firstName"]


def test_an_address_is_one_however_it_is_typed(ground: Ground, api: httpx.Client) -> None:
    serial = secrets.token_hex(4)
    person = ground.person()
    body = person.signup() | {"email": f"taro-{serial}@例え.jp"}
    assert api.post("/auth/signup", json=body).status_code == 201
    for written in (f"taro-{serial}@例え.jp", f"TARO-{serial}＠xn--r8jz45g.jp"):  # noqa: RUF001  # as typed
        answer = api.post("/auth/login", json={"email": written, "password": PASSWORD})
        assert answer.status_code == 200, written


@pytest.mark.parametrize("path", ["/me", "/orders"])
def test_the_gateways_own_refusals_name_no_strangers_origin(api: httpx.Client, path: str) -> None:
    answer = api.get(path, headers={"Origin": "https://evil.example"})
    assert answer.status_code == 401
    assert answer.headers.get("access-control-allow-origin") != "https://evil.example"


@pytest.mark.parametrize("path", ["/orders/801-evil", "/billing/invoices/7x", "/subscriptions/0"])
def test_what_is_no_id_is_not_found(api: httpx.Client, member: Customer, path: str) -> None:
    answer = api.get(path, headers=member.bearer)
    assert (answer.status_code, slug(answer)) == (404, "not-found")
