"""The billing endpoints through their handlers, over fakes."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from portal.billing.payment_gate import PaymentGate
from portal.domain.billing import BillingAddress, InvoiceLine
from portal.domain.payment import PayMethod, PayMethodKind, end_of_month
from portal.domain.upstream import OutcomeUnknown, Refused, Unauthorized, Unavailable
from portal.ports.billing import AddressRefused, SsoDestination, SsoRefused

from functions.billing import (
    get_address,
    get_invoice,
    list_invoices,
    payment_methods,
    sso_link,
    update_address,
)
from functions.billing.deps import (
    AddressDeps,
    InvoicesDeps,
    PaymentMethodsDeps,
    SsoLinkDeps,
    build_address,
    build_invoices,
    build_payment_methods,
    build_sso_link,
)
from functions.billing.sso import ClientArea
from tests.events import Answer, call, claims, rest_event
from tests.fakes.billing import (
    TOKYO,
    FakeAddresses,
    FakeInvoices,
    FakePayMethods,
    FakeSignOn,
    FakeYesStore,
    invoice,
)
from tests.fakes.directory import FakeDirectory, customer

DIRECTORY = FakeDirectory(customer())
MODULES = (get_address, update_address, payment_methods, sso_link, list_invoices, get_invoice)
PATHS = {
    get_address: ("GET", "/me/billing"),
    update_address: ("PATCH", "/me/billing"),
    payment_methods: ("GET", "/billing/payment-methods/summary"),
    sso_link: ("POST", "/auth/sso-link"),
    list_invoices: ("GET", "/billing/invoices"),
    get_invoice: ("GET", "/billing/invoices/7"),
}
TODAY = date(2026, 11, 30)
PAY_PATH = "index.php?rp=/account/paymentmethods"


@pytest.fixture(autouse=True)
def uninstall() -> Iterator[None]:
    yield
    for module in MODULES:
        module.app.resolver.dependency_overrides.clear()


def send(module: Any, *, path: str | None = None, **event: Any) -> Answer:
    method, usual = PATHS[module]
    event.setdefault("user", claims())
    return call(module.handler, rest_event(method, path or usual, **event))


def slug(answer: Answer) -> str:
    return str(answer.json()["type"].rsplit("/")[-1])


def errors(answer: Answer) -> list[tuple[str, str]]:
    return [(e["pointer"], e["code"]) for e in answer.json()["errors"]]


def with_addresses(addresses: FakeAddresses) -> FakeAddresses:
    deps = AddressDeps(DIRECTORY, addresses)
    for module in (get_address, update_address):
        module.app.override(build_address, lambda: deps)
    return addresses


def patch(body: Any, **event: Any) -> Answer:
    return send(update_address, body=body, **event)


@pytest.mark.parametrize("module", MODULES)
def test_nobody_comes_in_without_an_id_token(module: Any) -> None:
    with_addresses(FakeAddresses())
    with_invoices()
    with_methods()
    with_sign_on(FakeSignOn())
    body = {sso_link: {"destination": "home"}, update_address: {"city": "X"}}.get(module)
    assert send(module, user=None, body=body).status == 401
    assert send(module, user=claims(token_use="access"), body=body).status == 401
    stranger = claims("0f1e2d3c-0000-4000-8000-00000000ffff")
    assert slug(send(module, user=stranger, body=body)) == "account-not-mapped"


# GET and PATCH /me/billing


def test_the_address_and_its_version() -> None:
    with_addresses(FakeAddresses())
    answer = send(get_address)
    assert answer.json() == {
        "street": "1-2-3 Shibakoen",
        "street2": "",
        "city": "Minato-ku",
        "state": "Tokyo",
        "postcode": "105-0011",
        "country": "JP",
    }
    assert answer.headers["etag"] == f'"{TOKYO.version}"'
    assert answer.headers["cache-control"] == "no-store"


def test_only_what_differs_is_sent() -> None:
    addresses = with_addresses(FakeAddresses())
    answer = patch({"street": "4-5-6 Shiba", "city": "Minato-ku"})
    assert answer.status == 200
    assert answer.json()["street"] == "4-5-6 Shiba"
    assert answer.headers["etag"] == f'"{addresses.address.version}"'
    assert addresses.changes == [{"street": "4-5-6 Shiba"}]


@pytest.mark.parametrize("body", [{}, {"city": "Minato-ku"}, {"street2": ""}, {"street2": None}])
def test_what_changes_nothing_is_not_sent(body: dict[str, Any]) -> None:
    addresses = with_addresses(FakeAddresses())
    assert patch(body).status == 200
    assert addresses.changes == []


@pytest.mark.parametrize(
    ("written", "stored"),
    [
        ("1050011", "105-0011"),
        ("１０５−００１１", "105-0011"),  # noqa: RUF001  # full width, as Japanese keyboards write
        ("〒105-0011", "105-0011"),
        ("105ー0011", "105-0011"),
    ],
)
def test_japanese_postcodes_are_tidied(written: str, stored: str) -> None:
    addresses = with_addresses(FakeAddresses(BillingAddress("1", "", "港区", "東京都", "", "JP")))
    assert patch({"street": "芝公園1-2-3", "postcode": written}).json()["postcode"] == stored
    assert addresses.changes == [{"street": "芝公園1-2-3", "postcode": stored}]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({"postcode": ""}, [("/postcode", "postcode-missing")]),
        ({"postcode": None}, [("/postcode", "postcode-missing")]),
        ({"postcode": "10500"}, [("/postcode", "postcode-invalid")]),
        ({"state": ""}, [("/state", "state-missing")]),
        (
            {"country": "US", "state": "", "postcode": ""},
            [("/postcode", "postcode-missing"), ("/state", "state-missing")],
        ),
        ({"country": "GB", "postcode": "SW1A_1AA"}, [("/postcode", "postcode-invalid")]),
        ({"country": "GB", "postcode": ""}, [("/postcode", "postcode-missing")]),
        ({"country": "XX"}, [("/country", "country-unknown")]),
        ({"country": "JPN"}, [("/country", "string_pattern_mismatch")]),
        ({"country": "DE", "state": "", "postcode": "1234"}, [("/postcode", "postcode-invalid")]),
        ({"country": "GB", "postcode": "105-0011"}, [("/postcode", "postcode-invalid")]),
        ({"country": None}, [("/country", "string_type")]),
        ({"street": ""}, [("/street", "string_too_short")]),
        ({"street": "   "}, [("/street", "string_too_short")]),
        ({"street": None}, [("/street", "string_type")]),
        ({"street": "Click evil.example now"}, [("/street", "text-link")]),
        ({"city": "<b>Tokyo</b>"}, [("/city", "text-markup")]),
        ({"city": "a\x07b"}, [("/city", "text-not-printable")]),
        ({"city": "x" * 101}, [("/city", "string_too_long")]),
        ({"county": "Kent"}, [("/county", "extra_forbidden")]),
        ({"email": "new@example.com"}, [("/email", "extra_forbidden")]),
    ],
)
def test_addresses_that_are_none(body: dict[str, Any], expected: list[tuple[str, str]]) -> None:
    addresses = with_addresses(FakeAddresses())
    answer = patch(body)
    assert (answer.status, slug(answer)) == (422, "invalid-request")
    assert errors(answer) == expected
    assert addresses.changes == []


@pytest.mark.parametrize("country", ["HK", "AE", "KE", "IE", "SG"])
def test_what_a_country_does_not_have_may_be_empty(country: str) -> None:
    addresses = with_addresses(FakeAddresses())
    postcode = {"KE": "00100", "IE": "D02 X285", "SG": "018956"}.get(country, "")
    answer = patch({"country": country, "state": "", "postcode": postcode})
    assert answer.status == 200
    assert (addresses.address.country, addresses.address.state) == (country, "")


@pytest.mark.parametrize("field", ["state", "postcode"])
def test_a_field_that_whmcs_keeps_is_refused_and_nothing_is_changed(field: str) -> None:
    addresses = FakeAddresses()
    addresses.keeps = frozenset({field})
    with_addresses(addresses)
    answer = patch({"country": "HK", "state": "", "postcode": "", "street": "1 Queen's Road"})
    assert (answer.status, slug(answer)) == (422, "invalid-request")
    assert errors(answer) == [(f"/{field}", "not-emptied")]
    assert addresses.address == TOKYO


def test_what_is_emptied_is_empty() -> None:
    addresses = with_addresses(FakeAddresses())
    answer = patch({"country": "HK", "state": "", "postcode": None})
    assert answer.status == 200
    assert (answer.json()["state"], answer.json()["postcode"]) == ("", "")
    assert send(get_address).json() == answer.json()
    assert answer.headers["etag"] == f'"{addresses.address.version}"'


@pytest.mark.parametrize(
    ("if_match", "status"),
    [
        (f'"{TOKYO.version}"', 200),
        (f'"old", "{TOKYO.version}"', 200),
        ("*", 200),
        ('"old"', 409),
        (f'W/"{TOKYO.version}"', 409),
        (TOKYO.version, 409),
        ("", 409),
    ],
)
def test_if_match(if_match: str, status: int) -> None:
    addresses = with_addresses(FakeAddresses())
    answer = patch({"city": "Shinjuku-ku"}, headers={"If-Match": if_match})
    assert answer.status == status
    assert len(addresses.changes) == (status == 200)


@pytest.mark.parametrize(
    ("refusal", "expected"),
    [("country", [("/country", "refused")]), ("street", [("/street", "refused")])],
)
def test_a_refusal_points_at_the_field(refusal: str, expected: list[tuple[str, str]]) -> None:
    addresses = with_addresses(FakeAddresses())
    addresses.refusal = AddressRefused(refusal)
    answer = patch({"city": "Shinjuku-ku"})
    assert (answer.status, errors(answer)) == (422, expected)


def test_a_refusal_that_names_nothing() -> None:
    addresses = with_addresses(FakeAddresses())
    addresses.refusal = AddressRefused(None)
    answer = patch({"city": "Shinjuku-ku"})
    assert answer.status == 422
    assert "errors" not in answer.json()


@pytest.mark.parametrize(
    ("failure", "status"),
    [
        (Unauthorized("whmcs", "UpdateClient", "Invalid IP 192.0.2.1"), 502),
        (Refused("whmcs", "UpdateClient", "Client ID Not Found"), 502),
        (Unavailable("whmcs", "UpdateClient", "down"), 503),
        (OutcomeUnknown("whmcs", "UpdateClient", "no answer"), 504),
    ],
)
def test_our_own_fault_is_not_the_customers(failure: Exception, status: int) -> None:
    addresses = with_addresses(FakeAddresses())
    addresses.refusal = failure
    assert patch({"city": "Shinjuku-ku"}).status == status


# GET /billing/payment-methods/summary


def with_methods(*methods: PayMethod, today: date = TODAY) -> tuple[FakePayMethods, FakeYesStore]:
    reader, store = FakePayMethods(*methods), FakeYesStore()
    deps = PaymentMethodsDeps(
        directory=DIRECTORY,
        gate=PaymentGate(reader, store, lambda: today),
        today=lambda: today,
    )
    payment_methods.app.override(build_payment_methods, lambda: deps)
    return reader, store


def card(year: int, month: int) -> PayMethod:
    return PayMethod(PayMethodKind.CARD, "Visa", "4242", end_of_month(year, month))


def test_the_summary_shows_enough_to_recognise_and_nothing_to_charge() -> None:
    with_methods(
        card(2026, 11), card(2026, 10), PayMethod(PayMethodKind.BANK_ACCOUNT, "Example Bank")
    )
    answer = send(payment_methods)
    visa = {"type": "card", "brand": "Visa", "lastFour": "4242"}
    assert answer.json() == {
        "hasPaymentMethod": True,
        "methods": [
            {**visa, "expiry": "2026-11", "expired": False},
            {**visa, "expiry": "2026-10", "expired": True},
            {
                "type": "bank_account",
                "brand": "Example Bank",
                "lastFour": None,
                "expiry": None,
                "expired": False,
            },
        ],
    }


def test_a_date_that_cannot_be_read_counts_as_expired_and_is_not_shown() -> None:
    with_methods(PayMethod(PayMethodKind.CARD, "Visa", "4242", date.min))
    body = send(payment_methods).json()
    assert body["hasPaymentMethod"] is False
    assert (body["methods"][0]["expiry"], body["methods"][0]["expired"]) == (None, True)


@pytest.mark.parametrize(
    ("methods", "can_pay"), [((), False), ((card(2026, 10),), False), ((card(2026, 11),), True)]
)
def test_a_card_works_through_the_last_day_of_its_month(
    methods: tuple[PayMethod, ...], can_pay: bool
) -> None:
    with_methods(*methods)
    assert send(payment_methods).json()["hasPaymentMethod"] is can_pay


def test_the_gate_remembers_a_yes_no_longer_than_the_card_lives() -> None:
    day = [date(2026, 11, 30)]
    reader, store = FakePayMethods(card(2026, 11)), FakeYesStore()
    gate = PaymentGate(reader, store, lambda: day[0])
    assert [gate.can_pay(42), gate.can_pay(42)] == [True, True]
    assert reader.reads == 1
    day[0] = date(2026, 12, 1)
    assert gate.can_pay(42) is False
    assert reader.reads == 2


def test_a_no_is_always_asked_again_and_ends_a_yes() -> None:
    reader, store = FakePayMethods(card(2026, 12)), FakeYesStore()
    gate = PaymentGate(reader, store, lambda: TODAY)
    assert gate.can_pay(42)
    reader.methods = ()
    assert gate.methods(42) == []
    assert not gate.can_pay(42)
    assert not gate.can_pay(42)
    assert reader.reads == 4


def test_the_gate_works_without_its_store() -> None:
    reader, store = FakePayMethods(card(2026, 12)), FakeYesStore()
    store.failure = Unavailable("dynamodb", "GetItem", "down")
    gate = PaymentGate(reader, store, lambda: TODAY)
    assert gate.can_pay(42)


# POST /auth/sso-link


def with_sign_on(sign_on: FakeSignOn) -> FakeSignOn:
    area = ClientArea(
        sign_on=sign_on,
        base_url="https://billing.example/whmcs/",
        payment_methods_path=PAY_PATH,
        now=lambda: datetime(2026, 11, 23, 3, tzinfo=UTC),
    )
    sso_link.app.override(build_sso_link, lambda: SsoLinkDeps(DIRECTORY, area))
    return sign_on


def go(destination: Any) -> Answer:
    return send(sso_link, body={"destination": destination})


@pytest.mark.parametrize(
    ("place", "destination"),
    [
        ("payment-methods", SsoDestination("sso:custom_redirect", PAY_PATH)),
        ("invoice/1042", SsoDestination("sso:custom_redirect", "viewinvoice.php?id=1042")),
        ("invoices", SsoDestination("clientarea:invoices")),
        ("services", SsoDestination("clientarea:services")),
        ("profile", SsoDestination("clientarea:profile")),
        ("home", SsoDestination("")),
    ],
)
def test_places_in_the_client_area(place: str, destination: SsoDestination) -> None:
    sign_on = with_sign_on(FakeSignOn())
    answer = go(place)
    assert answer.json() == {
        "url": "https://billing.example/sso/1",
        "expiresAt": datetime(2026, 11, 23, 3, 1, tzinfo=UTC).isoformat().replace("+00:00", "Z"),
        "signInNeeded": False,
    }
    assert sign_on.asked == [destination]
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "place",
    [
        "",
        "admin",
        "invoice/",
        "invoice/0",
        "invoice/1/../../admin",
        "//evil.example",
        "https://evil.example",
        "index.php?rp=/x",
        "payment-methods ../",
        None,
        7,
    ],
)
def test_places_that_are_not_on_the_list(place: Any) -> None:
    sign_on = with_sign_on(FakeSignOn())
    answer = go(place)
    assert (answer.status, slug(answer)) == (422, "invalid-request")
    assert sign_on.asked == []


def test_every_click_mints_a_link() -> None:
    with_sign_on(FakeSignOn())
    assert go("home").json()["url"] != go("home").json()["url"]


def test_a_page_that_is_elsewhere_falls_back_to_the_documented_scope() -> None:
    sign_on = with_sign_on(FakeSignOn(**{"sso:custom_redirect": SsoRefused("destination")}))
    answer = go("payment-methods")
    assert answer.json()["signInNeeded"] is False
    assert sign_on.asked[1] == SsoDestination("clientarea:billing_info")


def test_switched_off_by_the_customer() -> None:
    with_sign_on(FakeSignOn(all=SsoRefused("disabled")))
    answer = go("payment-methods")
    assert (answer.status, slug(answer)) == (409, "sso-disabled")
    assert answer.json()["url"] == f"https://billing.example/whmcs/{PAY_PATH}"


@pytest.mark.parametrize(
    ("place", "url"),
    [
        ("payment-methods", PAY_PATH),
        ("invoice/7", "viewinvoice.php?id=7"),
        ("invoices", "clientarea.php?action=invoices"),
        ("services", "clientarea.php?action=services"),
        ("profile", "clientarea.php?action=details"),
        ("home", "clientarea.php"),
    ],
)
def test_broken_single_sign_on_gives_the_plain_address(place: str, url: str) -> None:
    sign_on = with_sign_on(FakeSignOn(all=SsoRefused("broken")))
    assert go(place).json() == {
        "url": f"https://billing.example/whmcs/{url}",
        "expiresAt": None,
        "signInNeeded": True,
    }
    assert len(sign_on.asked) == 1


# GET /billing/invoices


def with_invoices(*invoices: Any) -> None:
    deps = InvoicesDeps(DIRECTORY, FakeInvoices(*invoices))
    for module in (list_invoices, get_invoice):
        module.app.override(build_invoices, lambda: deps)


def test_invoices_page_by_page_newest_first() -> None:
    with_invoices(*(invoice(n) for n in range(1, 6)), invoice(99, client_id=43))
    first = send(list_invoices, query={"limit": "3"}).json()
    assert [item["id"] for item in first["items"]] == [5, 4, 3]
    second = send(list_invoices, query={"limit": "3", "cursor": first["nextCursor"]}).json()
    assert ([item["id"] for item in second["items"]], second["nextCursor"]) == ([2, 1], None)
    assert first["items"][0] == {
        "id": 5,
        "number": "5",
        "status": "Unpaid",
        "date": "2026-11-01",
        "dueDate": "2026-11-15",
        "paidDate": None,
        "total": {"amount": "5500", "currency": "JPY"},
    }


@pytest.mark.parametrize("query", [{"limit": "0"}, {"limit": "101"}, {"cursor": "-1"}])
def test_bad_pages(query: dict[str, str]) -> None:
    with_invoices()
    assert send(list_invoices, query=query).status == 422


def test_one_invoice_with_its_lines() -> None:
    lines = (InvoiceLine("Fibre", Decimal("5500.00")), InvoiceLine("Discount", Decimal("-500.50")))
    with_invoices(
        invoice(7, number="INV-7", balance=Decimal("4999.50"), lines=lines, currency="USD")
    )
    body = send(get_invoice).json()
    assert body["number"] == "INV-7"
    assert body["balance"] == {"amount": "4999.5", "currency": "USD"}
    assert body["items"][1] == {
        "description": "Discount",
        "amount": {"amount": "-500.5", "currency": "USD"},
    }


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/billing/invoices/8", 404),
        ("/billing/invoices/99", 404),
        ("/billing/invoices/0", 404),
        ("/billing/invoices/7x", 404),
        ("/billing/invoices/99999999999", 404),
    ],
)
def test_invoices_that_are_not_the_callers(path: str, status: int) -> None:
    with_invoices(invoice(7), invoice(99, client_id=43))
    assert send(get_invoice, path=path).status == status


@pytest.mark.parametrize("currency", ["US Dollar", "", "€", "usdt", "ABCD", "ÜSD", None])
def test_a_currency_that_is_no_code_breaks_no_page_and_is_not_replaced(
    currency: str | None,
) -> None:
    lines = (InvoiceLine("Fibre", Decimal(25)),)
    with_invoices(invoice(7, currency=currency, balance=Decimal(25), lines=lines))
    (listed,) = send(list_invoices).json()["items"]
    body = send(get_invoice).json()
    assert (listed["total"], body["total"], body["balance"]) == (None, None, None)
    assert body["items"] == [{"description": "Fibre", "amount": None}]


@pytest.mark.parametrize("amount", [None, Decimal(10) ** 13, Decimal("0.000001")])
def test_an_amount_that_cannot_be_shown_is_left_out(amount: Decimal | None) -> None:
    with_invoices(invoice(7, total=amount, lines=(InvoiceLine("Fibre", amount),)))
    body = send(get_invoice).json()
    assert (body["total"], body["items"][0]["amount"]) == (None, None)


def test_a_code_is_tidied() -> None:
    with_invoices(invoice(7, currency=" usd"))
    assert send(get_invoice).json()["total"] == {"amount": "5500", "currency": "USD"}


@pytest.mark.parametrize(
    ("body", "pointer"), [({"city": "x" * 41}, "/city"), ({"state": "x" * 81}, "/state")]
)
def test_what_an_order_could_not_keep_is_refused_early(body: dict[str, str], pointer: str) -> None:
    addresses = with_addresses(FakeAddresses())
    answer = patch(body)
    assert answer.status == 422
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == (pointer, "string_too_long")
    assert addresses.changes == []


def test_only_what_is_to_be_paid_can_be_listed() -> None:
    with_invoices(invoice(1, status="Paid"), invoice(2, status="Unpaid"))
    answer = send(list_invoices, query={"status": "unpaid"})
    assert [item["id"] for item in answer.json()["items"]] == [2]
    assert send(list_invoices, query={"status": "paid"}).status == 422
