"""HTML entities in WHMCS' answers are decoded once, where answers come in.

Both directions: what the portal wrote reads back as it was written, whether the installation
answers with entities or not; and what somebody typed that looks like an entity keeps its meaning.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st
from portal.adapters.whmcs.billing import WhmcsBillingAddresses, WhmcsInvoices
from portal.adapters.whmcs.client import WhmcsClient
from portal.adapters.whmcs.clients import ClientFields, WhmcsClients
from portal.adapters.whmcs.decoding import decoded
from portal.adapters.whmcs.orders import WhmcsOrders
from portal.adapters.whmcs.products import WhmcsProducts
from portal.adapters.whmcs.services import WhmcsServices
from portal.domain.upstream import Unauthorized
from portal.ports.billing_orders import NewBillingOrder, NewService
from portal.ports.clients import ClientDetails, EmailTaken

from local.emulators.whmcs.response import escaped
from local.emulators.whmcs.switches import Switches
from tests.vendors import FixedSecret, Vendors, add_client

URL = "https://billing.example/includes/api.php"
NAMES = ["O'Brien", "Müller & Söhne", '"Bee" <b>', "R&amp;D", "&copy=1", "東京 & 大阪", "&#039;"]
FIELDS = ClientFields(customer_number=1, date_of_birth=2, gender=3, nationality=4)
ON_AND_OFF = pytest.mark.parametrize("entities", [True, False])


def details(email: str, name: str) -> ClientDetails:
    return ClientDetails(
        email=email,
        customer_number="CN-7 & co",
        first_name=name,
        last_name=name,
        company=name,
        phone="+81312345601",
        street=name,
        street2=None,
        city=name,
        state="Tokyo",
        postcode="105-0011",
        country="JP",
        nationality=None,
        date_of_birth=date(1990, 2, 3),
        gender=None,
        marketing_opt_in=False,
    )


@ON_AND_OFF
@pytest.mark.parametrize("email", ["o'brien@example.com", "r&d@example.com", "a+b@example.com"])
def test_a_client_is_found_by_the_address_it_was_made_with(
    vendors: Vendors, entities: bool, email: str
) -> None:
    vendors.whmcs.set_switches({"html_entities": entities})
    clients = WhmcsClients(vendors.whmcs_client(), FIELDS)
    number = clients.create(details(email, "O'Brien"))
    found = clients.by_email(email)
    assert found is not None
    assert (found.client_id, found.email, found.first_name) == (number, email, "O'Brien")
    assert found.customer_number == "CN-7 & co"
    with pytest.raises(EmailTaken):
        clients.create(details(email, "O'Brien"))


@ON_AND_OFF
@pytest.mark.parametrize("name", [n for n in NAMES if n not in ("R&amp;D", "&#039;")])
def test_an_address_reads_back_as_it_was_written(
    vendors: Vendors, entities: bool, name: str
) -> None:
    client = add_client(vendors)
    vendors.whmcs.set_switches({"html_entities": entities})
    addresses = WhmcsBillingAddresses(vendors.whmcs_client())
    addresses.change(client, {"street": name, "city": name})
    found = addresses.of_client(client)
    assert (found.street, found.city) == (name, name)


@pytest.mark.parametrize("name", NAMES)
def test_what_looks_like_an_entity_survives_where_entities_are_written(
    vendors: Vendors, name: str
) -> None:
    client = add_client(vendors)
    vendors.whmcs.set_switches({"html_entities": True})
    addresses = WhmcsBillingAddresses(vendors.whmcs_client())
    addresses.change(client, {"street": name})
    assert addresses.of_client(client).street == name


@ON_AND_OFF
def test_notes_references_and_labels(vendors: Vendors, entities: bool) -> None:
    client = add_client(vendors)
    vendors.whmcs.set_switches({"html_entities": entities, "add_order_notes": "kept"})
    whmcs = vendors.whmcs_client()
    pid, product = next(iter(WhmcsProducts(whmcs).products([101, 102, 201, 202, 301]).items()))
    cycle = "monthly" if "monthly" in product.cycles else "onetime"
    notes = 'sfOrderId=801 & "Taro\'s" <home>'
    line = NewService(pid=pid, quantity=1, billing_cycle=cycle, ref_field_id=product.ref_field_id)
    order = NewBillingOrder(
        client_id=client, payment_method="stripe", ref="R&D's <1>", notes=notes, services=[line]
    )
    placed = WhmcsOrders(whmcs).add(order)
    (found,) = WhmcsOrders(whmcs).of_client(client)
    assert (found.id, found.notes) == (placed.order_id, notes)
    (service,) = WhmcsServices(whmcs).of_client(client)
    assert service.carries("R&D's <1>")


def test_labels_of_options_and_invoice_lines() -> None:
    client = WhmcsClient(url=URL, secret=FixedSecret(identifier="i", secret="s"))
    option = {
        "id": 4,
        "name": "Router &amp; Wi-Fi",
        "type": "1",
        "options": {"option": [{"id": 9, "name": "Mesh &quot;Pro&quot;"}]},
    }
    product = {"pid": 7, "configoptions": {"configoption": [option]}}
    with responses.RequestsMock() as mock:
        mock.post(URL, json={"result": "success", "products": {"product": [product]}})
        found = WhmcsProducts(client).products([7])[7].options[4]
    assert (found.name, found.choices[9]) == ("Router & Wi-Fi", 'Mesh "Pro"')
    lines = {"item": [{"description": "O&#039;Brien&amp;amp;Co", "amount": "1.00"}]}
    invoice = {"invoiceid": 5, "userid": 42, "total": "1.00", "currencycode": "JPY", "items": lines}
    with responses.RequestsMock() as mock:
        mock.post(URL, json={"result": "success", "status": "Unpaid", **invoice})
        shown = WhmcsInvoices(client).find(5, client_id=42)
    assert shown is not None
    assert shown.lines[0].description == "O'Brien&amp;Co"


def test_texts_of_refusals_are_decoded_too() -> None:
    client = WhmcsClient(url=URL, secret=FixedSecret(identifier="i", secret="s"))
    message = "Invalid Permissions: API action &quot;getorders&quot; is not allowed"
    with responses.RequestsMock() as mock:
        mock.post(URL, json={"result": "error", "message": message}, status=403)
        with pytest.raises(Unauthorized) as caught:
            client.call("GetOrders")
    assert caught.value.message == 'Invalid Permissions: API action "getorders" is not allowed'


@given(st.recursive(st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)))
def test_decoding_undoes_what_php_does(value: Any) -> None:
    switches = Switches(html_entities=True)

    def written(part: Any) -> Any:
        if isinstance(part, str):
            return escaped(part, switches)
        if isinstance(part, list):
            return [written(item) for item in part]
        return {key: written(item) for key, item in part.items()}

    assert decoded(written(value)) == value


@pytest.mark.parametrize(
    "text", ["https://x.example/?a=1&currency=USD&copy=2&lt=3", "AT&T", "a & b", "&;", "&#x;"]
)
def test_only_whole_entities_are_decoded(text: str) -> None:
    assert decoded(text) == text
