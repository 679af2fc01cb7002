"""Billing against the WHMCS emulator, in every shape its answers are known to take."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import requests
from portal.adapters.whmcs.billing import (
    WhmcsBillingAddresses,
    WhmcsInvoices,
    WhmcsPayMethods,
    WhmcsSingleSignOn,
)
from portal.domain.billing import BillingAddress
from portal.domain.payment import PayMethodKind, any_usable
from portal.domain.upstream import OutcomeUnknown, Refused, Unauthorized, Unavailable
from portal.ports.billing import AddressRefused, SsoDestination, SsoRefused

from tests.vendors import Vendors, add_client, card

SHAPES: list[dict[str, Any]] = [
    {},
    *({"empty_lists": shape} for shape in ("nested", "list", "object", "string", "absent")),
    *({"single_items": shape} for shape in ("object", "indexed")),
    {"ids": "strings", "totals": "strings"},
    {"ids": "numbers"},
    {"status_key": True},
    {"escape_slashes": False},
    {"html_entities": True},
]
EVERY_SHAPE = pytest.mark.parametrize("switches", SHAPES, ids=str)
TOKYO = BillingAddress("1-2-3 Shibakoen", "", "Minato-ku", "Tokyo", "105-0011", "JP")


def invoices(vendors: Vendors) -> WhmcsInvoices:
    return WhmcsInvoices(vendors.whmcs_client())


def bill(vendors: Vendors, client_id: int, **fields: Any) -> None:
    seed = {
        "clientid": client_id,
        "paymentmethod": "stripe",
        "date": "2026-11-01",
        "duedate": "2026-11-15",
        "items": [{"description": "Fibre & more", "amount": "5500.00"}],
        **fields,
    }
    vendors.whmcs.seed({"invoices": [seed]})


# Pay methods


@EVERY_SHAPE
@pytest.mark.parametrize("count", [0, 1, 2])
def test_pay_methods(vendors: Vendors, switches: dict[str, Any], count: int) -> None:
    methods = [card("02/30"), card("03/24")][:count]
    add_client(vendors, paymethods=methods)
    vendors.whmcs.set_switches(switches)
    found = WhmcsPayMethods(vendors.whmcs_client()).of_client(42)
    expiries = [date(2030, 2, 28), date(2024, 3, 31)][:count]
    assert [method.expires for method in found] == expiries
    assert any_usable(found, date(2026, 11, 23)) is (count > 0)


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("CreditCard", PayMethodKind.CARD),
        ("RemoteCreditCard", PayMethodKind.CARD),
        ("BankAccount", PayMethodKind.BANK_ACCOUNT),
        ("RemoteBankAccount", PayMethodKind.BANK_ACCOUNT),
    ],
)
def test_every_kind_of_pay_method(vendors: Vendors, kind: str, expected: PayMethodKind) -> None:
    bank = {"type": kind, "bankName": "Example Bank", "accountType": "Checking"}
    seed = card("02/30", type=kind) if kind.endswith("Card") else bank
    add_client(vendors, paymethods=[seed])
    (method,) = WhmcsPayMethods(vendors.whmcs_client()).of_client(42)
    assert method.kind is expected
    assert not method.expired(date(2026, 11, 23))
    is_card = expected is PayMethodKind.CARD
    assert method.last_four == ("4242" if is_card else None)
    assert method.brand == ("Visa" if is_card else "Example Bank")


@pytest.mark.parametrize(
    ("text", "expires"),
    [
        ("02/28", date(2028, 2, 29)),
        ("12/2030", date(2030, 12, 31)),
        ("0230", date(2030, 2, 28)),
        ("13/30", date.min),
        ("00/30", date.min),
        ("", date.min),
        ("2030-02", date.min),
    ],
)
def test_expiry_dates_as_gateways_write_them(vendors: Vendors, text: str, expires: date) -> None:
    answer = {
        "result": "success",
        "paymethods": [{"type": "RemoteCreditCard", "expiry_date": text, "card_last_four": 1881}],
    }
    vendors.fail(vendors.whmcs, kind="replace", operation="GetPayMethods", status=200, body=answer)
    (method,) = WhmcsPayMethods(vendors.whmcs_client()).of_client(1)
    assert (method.expires, method.last_four) == (expires, "1881")


def test_a_kind_that_is_not_known_yet_goes_by_its_expiry(vendors: Vendors) -> None:
    wallets = [{"type": "RemoteWallet", "expiry_date": "03/24"}, {"type": "RemoteWallet"}]
    answer = {"result": "success", "paymethods": wallets}
    vendors.fail(vendors.whmcs, kind="replace", operation="GetPayMethods", status=200, body=answer)
    first, second = WhmcsPayMethods(vendors.whmcs_client()).of_client(1)
    assert first.expired(date(2026, 11, 23))
    assert not second.expired(date(2026, 11, 23))


# Addresses


@EVERY_SHAPE
def test_an_address_there_and_back(vendors: Vendors, switches: dict[str, Any]) -> None:
    add_client(vendors)
    vendors.whmcs.set_switches(switches)
    addresses = WhmcsBillingAddresses(vendors.whmcs_client())
    assert addresses.of_client(42) == TOKYO
    wanted = replace(TOKYO, street="芝公園4-2-8", street2="O'Connor & Söhne <3F>", city="港区")
    addresses.change(42, {"street": wanted.street, "street2": wanted.street2, "city": "港区"})
    assert addresses.of_client(42) == wanted
    assert addresses.of_client(42).version == wanted.version
    client = vendors.whmcs.store.clients.get(42)
    assert client is not None
    assert client.email == "client-42@mail.example"


def test_a_second_line_can_be_emptied(vendors: Vendors) -> None:
    add_client(vendors, address2="Room 5")
    addresses = WhmcsBillingAddresses(vendors.whmcs_client())
    addresses.change(42, {"street2": ""})
    assert addresses.of_client(42) == TOKYO


@pytest.mark.parametrize(
    ("message", "field"),
    [
        ("Valid country required", "country"),
        ("You did not enter your postcode", "postcode"),
        ("You did not enter your  address line 1", "street"),
        ("You did not enter your city", "city"),
        ("You did not enter your state", "state"),
        ("Please write your address in capitals", None),
    ],
)
def test_refusals_name_the_field(vendors: Vendors, message: str, field: str | None) -> None:
    refusal = {"result": "error", "message": message}
    vendors.fail(vendors.whmcs, kind="status", operation="UpdateClient", status=200, body=refusal)
    with pytest.raises(AddressRefused) as refused:
        WhmcsBillingAddresses(vendors.whmcs_client()).change(1, {"city": "X"})
    assert refused.value.field == field


def test_the_emulators_own_refusal_of_a_country(vendors: Vendors) -> None:
    with pytest.raises(AddressRefused) as refused:
        WhmcsBillingAddresses(vendors.whmcs_client()).change(1, {"country": "XX"})
    assert refused.value.field == "country"


def test_refusals_that_no_address_would_mend(vendors: Vendors) -> None:
    addresses = WhmcsBillingAddresses(vendors.whmcs_client())
    with pytest.raises(Refused, match="Client ID Not Found"):
        addresses.change(999, {"city": "X"})
    with pytest.raises(Refused, match="Client Not Found"):
        addresses.of_client(999)
    vendors.whmcs.set_switches({"denied_actions": ["UpdateClient"]})
    with pytest.raises(Unauthorized):
        addresses.change(1, {"city": "X"})


@pytest.mark.parametrize(
    ("fault", "reading", "writing"),
    [
        ({"kind": "html"}, Unavailable, OutcomeUnknown),
        ({"kind": "empty"}, Unavailable, OutcomeUnknown),
        ({"kind": "reset"}, Unavailable, OutcomeUnknown),
        ({"kind": "drop_answer"}, Unavailable, OutcomeUnknown),
        ({"kind": "garble"}, Unavailable, OutcomeUnknown),
        ({"kind": "delay", "seconds": 5}, Unavailable, OutcomeUnknown),
        ({"kind": "status", "status": 500, "body": {"result": "error"}}, Unavailable, None),
    ],
    ids=lambda value: str(value) if isinstance(value, dict) else "",
)
def test_accidents(
    vendors: Vendors, fault: dict[str, Any], reading: type, writing: type | None
) -> None:
    addresses = WhmcsBillingAddresses(vendors.whmcs_client(read_seconds=0.3))
    vendors.fail(vendors.whmcs, operation="GetClientsDetails", **fault)
    with pytest.raises(reading):
        addresses.of_client(1)
    vendors.fail(vendors.whmcs, operation="UpdateClient", **fault)
    with pytest.raises(writing or OutcomeUnknown):
        addresses.change(1, {"city": "X"})


# Invoices


@EVERY_SHAPE
@pytest.mark.parametrize("count", [0, 1, 3])
def test_a_list_of_invoices(vendors: Vendors, switches: dict[str, Any], count: int) -> None:
    add_client(vendors)
    for number in range(count):
        bill(vendors, 42, items=[{"description": "x", "amount": f"{1000 * (number + 1)}.00"}])
    vendors.whmcs.set_switches(switches)
    page = invoices(vendors).page(42, offset=0, limit=25)
    assert [found.total for found in page.invoices] == [
        Decimal(1000 * n) for n in range(count, 0, -1)
    ]
    assert page.following is None
    assert all(found.currency == "JPY" and found.client_id == 42 for found in page.invoices)


@EVERY_SHAPE
def test_one_invoice(vendors: Vendors, switches: dict[str, Any]) -> None:
    add_client(vendors)
    bill(vendors, 42, status="Paid")
    vendors.whmcs.set_switches(switches)
    reader = invoices(vendors)
    (listed,) = reader.page(42, offset=0, limit=25).invoices
    found = reader.find(listed.id, client_id=42)
    assert found is not None
    assert (found.id, found.client_id, found.status) == (listed.id, 42, "Paid")
    assert (found.issued, found.due) == (date(2026, 11, 1), date(2026, 11, 15))
    assert found.paid is not None
    assert found.total == Decimal(5500)
    assert [(line.description, line.amount) for line in found.lines] == [
        ("Fibre & more", Decimal(5500))
    ]


def test_an_unpaid_invoice_has_no_date_of_payment(vendors: Vendors) -> None:
    add_client(vendors)
    bill(vendors, 42)
    (listed,) = invoices(vendors).page(42, offset=0, limit=25).invoices
    found = invoices(vendors).find(listed.id, client_id=42)
    assert found is not None
    assert (listed.paid, found.paid, found.balance) == (None, None, Decimal(5500))


def test_drafts_are_not_shown_and_pages_go_on_behind_them(vendors: Vendors) -> None:
    add_client(vendors)
    for status in ("Unpaid", "Draft", "Draft", "Paid", "Draft"):
        bill(vendors, 42, status=status)
    reader = invoices(vendors)
    seen: list[str] = []
    following: int | None = 0
    pages = 0
    while following is not None:
        page = reader.page(42, offset=following, limit=2)
        seen.extend(found.status for found in page.invoices)
        following = page.following
        pages += 1
    assert (seen, pages) == (["Paid", "Unpaid"], 3)


def test_a_draft_is_not_found(vendors: Vendors) -> None:
    add_client(vendors)
    bill(vendors, 42, status="Draft")
    (draft,) = (i for i in vendors.whmcs.dump()["invoices"] if i["userid"] == 42)
    assert invoices(vendors).find(draft["id"], client_id=42) is None
    assert invoices(vendors).find(999_999, client_id=42) is None


def test_another_client_s_invoice_is_not_found_in_one_call(vendors: Vendors) -> None:
    add_client(vendors)
    bill(vendors, 42)
    (theirs,) = invoices(vendors).page(42, offset=0, limit=25).invoices
    vendors.forget_calls()
    assert invoices(vendors).find(theirs.id, client_id=43) is None
    assert vendors.calls() == {"whmcs GetInvoice": 1}


def test_an_invoice_is_in_its_client_s_currency(vendors: Vendors) -> None:
    vendors.whmcs.seed({"currencies": [{"id": 2, "code": "USD", "prefix": "$", "suffix": " USD"}]})
    add_client(vendors, currency=2)
    bill(vendors, 42)
    (listed,) = invoices(vendors).page(42, offset=0, limit=25).invoices
    found = invoices(vendors).find(listed.id, client_id=42)
    assert found is not None
    assert (listed.currency, found.currency) == ("USD", "USD")


def test_invoices_of_an_installation_that_cannot_page_end(vendors: Vendors) -> None:
    add_client(vendors)
    for _ in range(3):
        bill(vendors, 42)
    vendors.whmcs.set_switches({"paging": "ignored", "totals": "absent"})
    first = invoices(vendors).page(42, offset=0, limit=2)
    assert (len(first.invoices), first.following) == (2, 2)
    second = invoices(vendors).page(42, offset=2, limit=2)
    assert (second.invoices, second.following) == ([], None)


# Single sign-on


def sign_on_of(vendors: Vendors, client_area: str | None = None) -> WhmcsSingleSignOn:
    return WhmcsSingleSignOn(vendors.whmcs_client(), client_area or f"{vendors.whmcs_url}/")


@pytest.mark.parametrize(
    "client_area",
    [
        "https://billing.example/",
        "http://127.0.0.1:1/",
        "https://127.0.0.1/",
        "http://localhost/",
        "javascript:alert(1)",
    ],
)
def test_a_link_to_another_place_is_not_handed_out(vendors: Vendors, client_area: str) -> None:
    add_client(vendors)
    with pytest.raises(Refused):
        sign_on_of(vendors, client_area).link(42, SsoDestination(""))


def test_a_link_opens_the_page_it_names(vendors: Vendors) -> None:
    add_client(vendors)
    sign_on = sign_on_of(vendors)
    path = "index.php?rp=/account/paymentmethods"
    url = sign_on.link(42, SsoDestination("sso:custom_redirect", path))
    landed = requests.get(url, timeout=5)
    assert landed.url == f"{vendors.whmcs_url}/{path}"
    assert requests.get(url, timeout=5).url != landed.url, "a link works once"
    home = requests.get(sign_on.link(42, SsoDestination("")), timeout=5)
    assert home.url == f"{vendors.whmcs_url}/clientarea.php"


def refusal_of(vendors: Vendors, destination: SsoDestination) -> str:
    with pytest.raises(SsoRefused) as refused:
        sign_on_of(vendors).link(42, destination)
    return refused.value.reason


def test_single_sign_on_refused(vendors: Vendors) -> None:
    add_client(vendors)
    home = SsoDestination("")
    assert refusal_of(vendors, SsoDestination("clientarea:nowhere")) == "destination"
    assert refusal_of(vendors, SsoDestination("sso:custom_redirect", "//evil")) == "destination"
    vendors.whmcs.set_switches({"sso_invalid_client": True})
    assert refusal_of(vendors, home) == "broken"
    vendors.whmcs.set_switches({"denied_actions": ["CreateSsoToken"]})
    assert refusal_of(vendors, home) == "broken"
    vendors.whmcs.set_switches({"denied_actions": [], "sso_blocked_clients": [42]})
    assert refusal_of(vendors, home) == "disabled"


def test_a_client_who_switched_single_sign_on_off(vendors: Vendors) -> None:
    add_client(vendors, allowSingleSignOn=False)
    assert refusal_of(vendors, SsoDestination("clientarea:invoices")) == "disabled"


def test_a_client_that_is_gone_is_our_fault(vendors: Vendors) -> None:
    with pytest.raises(Refused, match="Invalid client_id"):
        sign_on_of(vendors).link(999, SsoDestination(""))
