"""The demo's seeds and screens against the real emulators, and the seeds against the portal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from portal.catalog.eligibility import eligible, valid_on
from portal.catalog.parsing import parse_all
from portal.domain.catalog import AccountEligibility

from local.demo.backstage import Backstage
from local.demo.card_page import Card, add_card
from local.demo.cart import suits
from local.demo.checks import DemoError
from local.demo.data import gigs_seed, salesforce_seed, whmcs_seed
from local.demo.people import CHEN, EVERYBODY, NEWCOMERS, YAMAMOTO
from local.demo.products import OFFERED
from local.emulators.gigs.emulator import Gigs
from local.emulators.kit.server import running
from local.emulators.salesforce.app import SalesforceEmulator
from local.emulators.sendgrid.emulator import SendGrid
from local.emulators.whmcs.emulator import Whmcs
from local.front.app import create_app
from tests.unit.local.conftest import Door, listening, serving

ORDER_ID = "8015j00000000AbAAI"


@dataclass
class Real:
    """The front door in front of the real emulators."""

    client: httpx.Client
    salesforce: SalesforceEmulator
    urls: dict[str, str]
    backstage: Backstage


@pytest.fixture(scope="module")
def public_key() -> str:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048).public_key()
    pem = key.public_bytes(
        serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo
    )
    return pem.decode()


@pytest.fixture(scope="module")
def real(running_door: Door, public_key: str) -> Iterator[Real]:
    salesforce = SalesforceEmulator()
    salesforce.seed(salesforce_seed(public_key))
    whmcs = Whmcs()
    whmcs.seed(whmcs_seed())
    gigs = Gigs()
    gigs.seed(gigs_seed())
    with ExitStack() as stack:
        urls = {
            emulator.name: stack.enter_context(running(emulator)).url
            for emulator in (salesforce, whmcs, gigs, SendGrid())
        }
        context = replace(
            running_door.context,
            salesforce_url=urls["salesforce"],
            whmcs_url=urls["whmcs"],
            gigs_url=urls["gigs"],
            esim_access_url=None,
            sendgrid_url=urls["sendgrid"],
            salesforce_consumer_key="local-consumer-key",
            salesforce_consumer_secret="local-consumer-secret",
        )
        listener, url = listening()
        stack.enter_context(listener)
        stack.enter_context(serving(create_app(context), listener))
        client = stack.enter_context(httpx.Client(base_url=url, trust_env=False, timeout=10))
        backstage = Backstage(
            {name: {"url": url, "admin": f"{url}/_admin"} for name, url in urls.items()}
        )
        yield Real(client, salesforce, urls, backstage)
        backstage.close()


def seeded_order(real: Real, order_id: str) -> None:
    state = real.salesforce.dump()
    entry = next(e for e in state["PricebookEntry"] if e["ProductCode"] == "ESIM-VOICE-10GB")
    order = {
        "Id": order_id,
        "AccountId": state["Account"][0]["Id"],
        "EffectiveDate": "2026-11-22",
        "Status": "Pending Review",
        "Pricebook2Id": entry["Pricebook2Id"],
    }
    line = {
        "OrderId": order_id,
        "PricebookEntryId": entry["Id"],
        "Quantity": 2,
        "UnitPrice": 1850,
        "Billing_Cycle__c": "monthly",
        "ConfigOptions_JSON__c": '{"other": "shape"}',
    }
    real.salesforce.seed({"records": {"Order": [order], "OrderItem": [line]}})


def test_the_operators_screen_speaks_salesforce(real: Real) -> None:
    seeded_order(real, ORDER_ID)
    assert "Pending Review" in real.client.get("/salesforce").text
    page = real.client.get(f"/salesforce/orders/{ORDER_ID}").text
    assert "ESIM-VOICE-10GB" in page
    assert "{&#34;other&#34;: &#34;shape&#34;}" in page
    assert real.client.post(f"/salesforce/orders/{ORDER_ID}/approve").status_code == 303
    order = next(o for o in real.salesforce.dump()["Order"] if o["Id"] == ORDER_ID)
    assert (order["Status"], order["StatusCode"]) == ("Activated", "Activated")


def test_an_activation_can_be_scheduled_and_unscheduled(real: Real) -> None:
    order_id = ORDER_ID.replace("Ab", "Cd")
    seeded_order(real, order_id)
    path = f"/salesforce/orders/{order_id}/activation"
    assert real.client.post(path, data={"type": "Scheduled", "at": "2026-12-01T09:00"}).is_redirect
    order = real.client.get(
        path.removesuffix("/activation"), headers={"Accept": "application/json"}
    )
    assert order.json()["Activation_Scheduled_At__c"].startswith("2026-12-01T00:00:00")
    assert real.client.post(path, data={"type": "Immediate"}).is_redirect
    order = real.client.get(
        path.removesuffix("/activation"), headers={"Accept": "application/json"}
    )
    assert order.json()["Activation_Scheduled_At__c"] is None


def whmcs(real: Real, action: str, **parameters: str) -> dict[str, Any]:
    answer = httpx.post(
        f"{real.urls['whmcs']}/includes/api.php",
        data={
            "identifier": "local-identifier",
            "secret": "local-secret",
            "responsetype": "json",
            "action": action,
            **parameters,
        },
        trust_env=False,
    )
    body: dict[str, Any] = answer.json()
    assert body["result"] == "success", body
    return body


def pay_methods(real: Real, client_id: str) -> list[str]:
    found = whmcs(real, "GetPayMethods", clientid=client_id)["paymethods"]
    return sorted(f"{m['card_last_four']} {m['expiry_date']}" for m in found)


def sign_on(real: Real, client_id: str) -> str:
    token = whmcs(
        real,
        "CreateSsoToken",
        client_id=client_id,
        destination="sso:custom_redirect",
        sso_redirect_path="index.php?rp=/account/paymentmethods",
    )
    url: str = token["redirect_url"]
    return url


def test_a_card_is_added_on_the_page_behind_the_link(real: Real) -> None:
    add_card(sign_on(real, "2"), Card())
    assert pay_methods(real, "2") == ["1881 03/24", "4242 12/31"]


def test_a_used_link_is_named(real: Real) -> None:
    link = sign_on(real, "1")
    add_card(link, Card(number="5555555555554444"))
    with pytest.raises(DemoError, match="single-use link in WHMCS answered 403"):
        add_card(link, Card())


def test_a_refused_card_is_named(real: Real) -> None:
    with pytest.raises(DemoError, match="Saving the card in WHMCS answered 422"):
        add_card(sign_on(real, "1"), Card(number="4242424242424241"))


def test_whmcs_knows_the_two_older_clients_only(real: Real) -> None:
    assert real.backstage.whmcs_emails() == {CHEN.email, YAMAMOTO.email}
    assert real.backstage.whmcs_orders(CHEN.email) == []


def test_a_new_account_can_be_entered(real: Real) -> None:
    newcomer = replace(NEWCOMERS[0], number="CN-900001", email="newcomer@mail.example")
    real.backstage.add_account(newcomer)
    accounts = real.salesforce.dump()["Account"]
    assert "CN-900001" in {account["Customer_Number__c"] for account in accounts}


def test_the_mailbox_reads_what_sendgrid_kept(real: Real) -> None:
    sent = httpx.post(
        f"{real.urls['sendgrid']}/v3/mail/send",
        headers={"Authorization": "Bearer SG.local"},
        json={
            "personalizations": [{"to": [{"email": "a@mail.example"}]}],
            "from": {"email": "hello@portal.example"},
            "subject": "Hello",
            "content": [
                {"type": "text/plain", "value": "plain"},
                {"type": "text/html", "value": '<img src="cid:qr">'},
            ],
            "attachments": [
                {
                    "content": "iVBORw==",
                    "filename": "qr.png",
                    "type": "image/png",
                    "disposition": "inline",
                    "content_id": "qr",
                }
            ],
        },
        trust_env=False,
    )
    assert sent.status_code == 202, sent.text
    (mail,) = real.client.get("/mail.json").json()["mails"]
    assert (mail["subject"], mail["text"], mail["to"]) == ("Hello", "plain", ["a@mail.example"])
    html = real.client.get(f"/mail/{mail['id']}/html").text
    assert "data:image/png;base64,iVBORw==" in html


def test_whmcs_link_leads_to_its_admin_page(real: Real) -> None:
    answer = real.client.get("/whmcs", follow_redirects=True)
    assert answer.status_code == 200
    assert CHEN.email in answer.text


def test_the_portal_sells_exactly_what_is_meant_to_be_offered(public_key: str) -> None:
    records = salesforce_seed(public_key)["records"]
    products = {product["Id"]: product for product in records["Product2"]}
    portal = records["Pricebook2"][0]["Id"]
    entries = [
        {**entry, "Product2": products[entry["Product2Id"]]}
        for entry in records["PricebookEntry"]
        if entry["Pricebook2Id"] == portal
    ]
    visible = [entry for entry in entries if entry["Product2"]["Portal_Visible__c"]]
    sellable, rejected = parse_all(visible, currency="JPY")
    today = date(2026, 11, 22)
    assert {p.sku for p in sellable if valid_on(p, today)} == {p.sku for p in OFFERED}
    assert [rejection.sku for rejection in rejected] == ["VPN-PARIS"]
    by_sku = {product.sku: product for product in sellable}
    for person in EVERYBODY:
        account = AccountEligibility(
            dwelling=person.dwelling, tier=person.tier, region=person.region
        )
        for product in OFFERED:
            assert eligible(by_sku[product.sku], account) == suits(product, person)
