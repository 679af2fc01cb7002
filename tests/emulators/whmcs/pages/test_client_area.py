"""Single sign-on, stored payment methods and the pages."""

from __future__ import annotations

import re
from typing import Any

import pytest
import requests

from tests.emulators.whmcs.support import BLOCKED, CLOSED, FIBRE, HANAKO, SIM, Api, packed

PAY_METHODS = "index.php?rp=/account/paymentmethods"


def sign_in(api: Api, **fields: Any) -> tuple[requests.Session, requests.Response]:
    token = api.ok("CreateSsoToken", client_id=HANAKO, **fields)
    browser = requests.Session()
    return browser, browser.get(token["redirect_url"], timeout=5)


def form_token(page: str) -> str:
    match = re.search(r'name="token" value="([0-9a-f]{40})"', page)
    assert match, page
    return match.group(1)


def test_custom_redirect_opens_the_payment_methods(api: Api) -> None:
    token = api.ok(
        "CreateSsoToken",
        client_id=HANAKO,
        destination="sso:custom_redirect",
        sso_redirect_path=PAY_METHODS,
    )
    assert re.fullmatch(r"[0-9a-f]{40}", token["access_token"])
    assert token["redirect_url"].startswith(f"{api.base}/oauth/singlesignon.php?access_token=")
    browser = requests.Session()
    redirect = browser.get(token["redirect_url"], timeout=5, allow_redirects=False)
    assert (redirect.status_code, redirect.headers["location"]) == (302, f"/{PAY_METHODS}")
    cookie = redirect.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    page = browser.get(f"{api.base}/{PAY_METHODS}", timeout=5)
    assert page.status_code == 200
    assert "Visa ending in 4242" in page.text
    assert page.headers["cache-control"] == "no-store"
    assert "<br>" in api.ok("GetClientsDetails", clientid=HANAKO)["client"]["lastlogin"]


def test_tokens_work_once(api: Api) -> None:
    url = api.ok("CreateSsoToken", client_id=HANAKO)["redirect_url"]
    assert requests.get(url, timeout=5, allow_redirects=False).status_code == 302
    again = requests.get(url, timeout=5)
    assert again.status_code == 403
    assert "invalid, has expired or was used before" in again.text


def test_tokens_expire_after_sixty_seconds(api: Api) -> None:
    urls = [api.ok("CreateSsoToken", client_id=HANAKO)["redirect_url"] for _ in range(2)]
    api.emulator.clock.advance(58)
    assert requests.get(urls[0], timeout=5, allow_redirects=False).status_code == 302
    api.emulator.clock.advance(2)
    assert requests.get(urls[1], timeout=5).status_code == 403
    forged = f"{api.base}/oauth/singlesignon.php?access_token={'0' * 40}"
    assert requests.get(forged, timeout=5).status_code == 403
    assert requests.get(f"{api.base}/oauth/singlesignon.php", timeout=5).status_code == 403


@pytest.mark.parametrize(
    ("destination", "title"),
    [
        (None, "Client Area"),
        ("clientarea:profile", "My Details"),
        ("clientarea:billing_info", "Payment Methods"),
        ("clientarea:invoices", "My Invoices"),
        ("clientarea:services", "My Products &amp; Services"),
    ],
)
def test_destinations(api: Api, destination: str | None, title: str) -> None:
    fields = {"destination": destination} if destination else {}
    _, page = sign_in(api, **fields)
    assert page.status_code == 200
    assert f"<h1>{title}</h1>" in page.text


def test_product_details_destination_needs_an_own_service(api: Api) -> None:
    api.order(FIBRE, **{"customfields[0]": packed({12: "REF-1"})})
    _, page = sign_in(api, destination="clientarea:product_details", service_id=1)
    assert "REF-1" in page.text
    for fields in ({"service_id": 9}, {}):
        request = {"client_id": HANAKO, "destination": "clientarea:product_details", **fields}
        assert api.refused("CreateSsoToken", **request) == "Invalid destination"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({}, "A valid client_id or user_id is required"),
        ({"client_id": 999}, "Invalid client_id"),
        ({"user_id": 999}, "Invalid user_id"),
        ({"client_id": HANAKO, "user_id": 2}, "Invalid user_id for client"),
        ({"client_id": HANAKO, "destination": "clientarea:nowhere"}, "Invalid destination"),
        ({"client_id": HANAKO, "destination": "sso:custom_redirect"}, "Invalid destination"),
        ({"client_id": BLOCKED}, f"SSO authentication blocked for client {BLOCKED}"),
    ],
)
def test_token_refusals(api: Api, fields: dict[str, Any], message: str) -> None:
    assert api.refused("CreateSsoToken", **fields) == message
    assert api.state()["ssoTokens"] == []


@pytest.mark.parametrize(
    "path", ["https://evil.example", "//evil.example", "\\\\evil", "javascript:alert(1)", " x"]
)
def test_redirects_stay_on_the_site(api: Api, path: str) -> None:
    request = {"destination": "sso:custom_redirect", "sso_redirect_path": path}
    assert api.refused("CreateSsoToken", client_id=HANAKO, **request) == "Invalid destination"


def test_sso_switches(api: Api, switch: Any) -> None:
    switch(sso_invalid_client=True)
    assert api.refused("CreateSsoToken", client_id=HANAKO) == (
        "Token could not be provisioned: invalid_client. client credentials are required"
    )
    switch(sso_invalid_client=False, sso_blocked_clients=[HANAKO])
    assert api.refused("CreateSsoToken", client_id=HANAKO).startswith("SSO authentication blocked")
    switch(sso_blocked_clients=[], sso_seconds=5)
    url = api.ok("CreateSsoToken", user_id=1)["redirect_url"]
    api.emulator.clock.advance(5)
    assert requests.get(url, timeout=5).status_code == 403


def test_nobody_gets_in_without_a_token(api: Api) -> None:
    for path in ("clientarea.php", PAY_METHODS, "viewinvoice.php?id=1"):
        page = requests.get(f"{api.base}/{path}", timeout=5)
        assert page.status_code == 403
        assert "single sign-on" in page.text


def test_adding_a_card_keeps_only_its_last_digits(api: Api) -> None:
    browser, _ = sign_in(api)
    add = f"{api.base}/{PAY_METHODS}/add"
    token = form_token(browser.get(add, timeout=5).text)
    card = {"type": "card", "card_number": "5555 5555 5555 4444", "card_expiry": "11 / 39"}
    page = browser.post(add, data={**card, "token": token}, timeout=5)
    assert "MasterCard ending in 4444" in page.text
    assert "5555555555554444" not in str(api.state()).replace(" ", "")
    listed = api.ok("GetPayMethods", clientid=HANAKO)["paymethods"][-1]
    assert (listed["type"], listed["card_last_four"], listed["expiry_date"]) == (
        "RemoteCreditCard",
        "4444",
        "11/39",
    )
    default = f"{api.base}/{PAY_METHODS}/default/{listed['id']}"
    browser.post(default, data={"token": token}, timeout=5)
    assert [m["isDefault"] for m in api.state()["payMethods"]] == [False, False, True]
    delete = f"{api.base}/{PAY_METHODS}/delete/{listed['id']}"
    assert browser.post(delete, data={"token": "x"}, timeout=5).status_code == 403
    page = browser.post(delete, data={"token": token}, timeout=5)
    assert "MasterCard" not in page.text
    assert browser.post(delete, data={"token": token}, timeout=5).status_code == 404


def test_adding_a_bank_account(api: Api) -> None:
    browser, _ = sign_in(api)
    add = f"{api.base}/{PAY_METHODS}/add"
    token = form_token(browser.get(add, timeout=5).text)
    bank = {"type": "bankacct", "bank_name": "<Bank>", "bank_code": "0001", "bank_account": "7654"}
    page = browser.post(add, data={**bank, "token": token}, timeout=5)
    assert "Bank account &lt;Bank&gt;" in page.text
    assert "7654" not in str(api.state()["payMethods"])


@pytest.mark.parametrize(
    ("number", "expiry"),
    [("4242424242424241", "11/39"), ("1234", "11/39"), ("4242424242424242", "13/39"),
     ("4242424242424242", "01/20"), ("", "")],
)  # fmt: skip
def test_bad_cards_are_refused(api: Api, number: str, expiry: str) -> None:
    browser, _ = sign_in(api)
    add = f"{api.base}/{PAY_METHODS}/add"
    token = form_token(browser.get(add, timeout=5).text)
    data = {"token": token, "type": "card", "card_number": number, "card_expiry": expiry}
    page = browser.post(add, data=data, timeout=5)
    assert page.status_code == 422
    assert 'role="alert"' in page.text
    assert len(api.state()["payMethods"]) == 2


def test_pages_show_only_ones_own(api: Api) -> None:
    own = api.order(SIM)
    other = api.order(SIM, clientid=BLOCKED)
    browser, home = sign_in(api)
    assert "eSIM 5 GB" in home.text
    invoice = browser.get(f"{api.base}/viewinvoice.php?id={own['invoiceid']}", timeout=5)
    assert "¥1650.00 JPY" in invoice.text
    for path in (
        f"viewinvoice.php?id={other['invoiceid']}",
        "viewinvoice.php?id=x",
        f"clientarea.php?action=productdetails&id={other['serviceids']}",
        "clientarea.php?action=emails",
        "index.php?rp=/knowledgebase",
    ):
        assert browser.get(f"{api.base}/{path}", timeout=5).status_code == 404, path
    browser.get(f"{api.base}/logout.php", timeout=5)
    assert browser.get(f"{api.base}/clientarea.php", timeout=5).status_code == 403


def test_front_page_leads_to_the_client_area(api: Api) -> None:
    browser, _ = sign_in(api)
    for path in ("/", "/index.php"):
        assert browser.get(f"{api.base}{path}", timeout=5).url == f"{api.base}/clientarea.php"


def test_admin_screen(api: Api, switch: Any) -> None:
    switch(module_failures={FIBRE: "OLT <down>"})
    api.refused("AcceptOrder", orderid=api.order(FIBRE)["orderid"])
    page = requests.get(f"{api.base}/admin/", timeout=5)
    assert page.status_code == 200
    for text in ("hanako@example.com", "Fibre (Monthly)", "OLT &lt;down&gt;", "CN-000123"):
        assert text in page.text


def test_expired_cards_are_marked(api: Api) -> None:
    api.emulator.clock.advance(20 * 366 * 86400)
    _, page = sign_in(api, destination="clientarea:billing_info")
    assert "Expired" in page.text


def test_get_pay_methods(api: Api) -> None:
    answer = api.ok("GetPayMethods", clientid=HANAKO)
    assert answer["clientid"] == str(HANAKO)
    card, bank = answer["paymethods"]
    assert (card["type"], card["card_type"], card["expiry_date"]) == (
        "RemoteCreditCard",
        "Visa",
        "12/39",
    )
    assert (bank["type"], bank["bank_name"]) == ("BankAccount", "Example Bank")
    assert re.fullmatch(r"\d\d/\d\d/\d{4} \d\d:\d\d", card["last_updated"])
    for kind, expected in (("CreditCard", [card]), ("BankAccount", [bank])):
        assert api.ok("GetPayMethods", clientid=HANAKO, type=kind)["paymethods"] == expected
    assert api.ok("GetPayMethods", clientid=HANAKO, paymethodid=bank["id"])["paymethods"] == [bank]
    assert api.ok("GetPayMethods", clientid=CLOSED)["paymethods"] == []
    assert api.refused("GetPayMethods") == "Client ID Is Required"
    assert api.refused("GetPayMethods", clientid=999) == "Client Not Found"
    assert api.refused("GetPayMethods", clientid=HANAKO, type="Paypal") == (
        "Invalid Pay Method Type. Should be 'BankAccount' or 'CreditCard'"
    )


def test_add_and_delete_pay_methods(api: Api) -> None:
    card = {"clientid": CLOSED, "card_number": "3566002020360505", "card_expiry": "1239"}
    added = api.ok("AddPayMethod", **card, description="mine")
    listed = api.ok("GetPayMethods", clientid=CLOSED)["paymethods"][0]
    assert (listed["id"], listed["type"], listed["card_type"], listed["description"]) == (
        added["paymethodid"],
        "CreditCard",
        "JCB",
        "mine",
    )
    remote = {**card, "type": "RemoteCreditCard"}
    assert "Gateway" in api.refused("AddPayMethod", **remote)
    assert "Gateway" in api.refused("AddPayMethod", **remote, gateway_module_name="nope")
    assert api.ok("AddPayMethod", **remote, gateway_module_name="stripe")
    assert "required" in api.refused("AddPayMethod", clientid=CLOSED, type="BankAccount")
    assert "Type" in api.refused("AddPayMethod", clientid=CLOSED, type="Cash")
    assert "Invalid" in api.refused("DeletePayMethod", clientid=HANAKO, paymethodid=listed["id"])
    api.ok("DeletePayMethod", clientid=CLOSED, paymethodid=listed["id"])
    assert len(api.ok("GetPayMethods", clientid=CLOSED)["paymethods"]) == 1
