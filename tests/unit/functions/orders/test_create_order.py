"""POST /orders through its handler: what is placed, what is answered, what is the same order."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from portal.adapters.salesforce.catalog import SalesforceCatalogSource
from portal.adapters.salesforce.orders import SalesforceOrders
from portal.catalog.cache import CatalogCache
from portal.catalog.parsing import parse_config_options
from portal.domain.catalog import AccountEligibility
from portal.domain.upstream import OutcomeUnknown, Refused, Unavailable
from portal.ports.orders import NewOrder, PlacedOrder, PriceWithdrawn
from portal.repositories.catalog import DynamoCatalogStore

from tests.events import Answer
from tests.fakes.accounts import account
from tests.fakes.billing import TOKYO
from tests.fakes.catalog import product
from tests.fakes.directory import customer
from tests.fakes.orders import FakeOrders
from tests.tables import CATALOG, IDEMPOTENCY, Tables
from tests.unit.catalog.test_parsing import options
from tests.unit.functions.orders.world import DAY, LEASE, SECOND_USER, TODAY, Shop, shop_of
from tests.vendors import Vendors

ESIM = product(
    "ESIM-10GB", is_esim=True, config_options=parse_config_options(options(default="10gb"))
)
HOME = product("NET-HOME-1G", category="Internet", dwelling="Home", tier="1G")
ITEM = {"sku": "ESIM-10GB", "quantity": 2, "configOptions": {"data": "25gb"}}


@pytest.fixture
def shop(tables: Tables) -> Shop:
    return shop_of(tables, ESIM, HOME)


def slug(answer: Answer) -> str:
    return str(answer.json()["type"].rsplit("/")[-1])


def test_a_cart_becomes_an_order(shop: Shop) -> None:
    answer = shop.order(ITEM)
    assert answer.status == 201
    assert answer.json() == {
        "sfOrderId": "801000000000001AAA",
        "orderNumber": "00000001",
        "status": "pending_review",
    }
    assert answer.headers["location"] == "/api/orders/801000000000001AAA"
    assert "idempotency-replayed" not in answer.headers
    (order,) = shop.orders.placed.values()
    (line,) = order.lines
    assert (line.quantity, line.unit_price, line.billing_cycle) == (2, Decimal(2300), "monthly")
    assert line.options.pairs() == {4: 10}
    assert (order.address, order.effective, order.order_type) == (TOKYO, TODAY, "eSIM")
    assert order.account_id == "001000000000101AAA"
    assert shop.mails() == {"order-received:801000000000001AAA"}


def test_a_mixed_cart_has_no_single_type(shop: Shop) -> None:
    assert shop.order(ITEM, {"sku": "NET-HOME-1G"}).status == 201
    (order,) = shop.orders.placed.values()
    assert order.order_type == "Other"
    assert [line.key for line in order.lines] == [f"{order.key}-001", f"{order.key}-002"]


def test_the_same_cart_is_the_same_order(shop: Shop) -> None:
    first = shop.order(ITEM, {"sku": "NET-HOME-1G"})
    again = shop.order({"sku": "NET-HOME-1G"}, ITEM)
    assert (first.status, again.status) == (201, 200)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    assert len(shop.orders.placed) == 1


def test_the_same_cart_a_day_later_is_another_order(shop: Shop) -> None:
    shop.order(ITEM)
    shop.clock.advance(DAY - 60)
    assert shop.order(ITEM).status == 200
    shop.clock.advance(120)
    assert shop.order(ITEM).status == 201
    assert len(shop.orders.placed) == 2


def test_another_customers_same_cart_is_another_order(shop: Shop) -> None:
    shop.order(ITEM, key="k-1")
    assert shop.order(ITEM, key="k-1", user=SECOND_USER).status == 201
    assert len(shop.orders.placed) == 2


def test_a_key_names_an_order(shop: Shop) -> None:
    first = shop.order(ITEM, key="k-1")
    quoted = shop.order(ITEM, key='"k-1"')
    other = shop.order(ITEM, key="k-2")
    assert (first.status, quoted.status, other.status) == (201, 200, 201)
    assert quoted.json() == first.json()
    assert other.json() != first.json()


def test_a_key_with_another_cart_is_refused(shop: Shop) -> None:
    shop.order(ITEM, key="k-1")
    answer = shop.order({**ITEM, "quantity": 1}, key="k-1")
    assert (answer.status, slug(answer)) == (422, "idempotency-key-reused")
    assert len(shop.orders.placed) == 1


@pytest.mark.parametrize("key", ["", '""', "a b", "x" * 256, 'a"b', "naïve"])
def test_keys_that_are_none(shop: Shop, key: str) -> None:
    answer = shop.order(ITEM, key=key)
    assert (answer.status, slug(answer)) == (422, "invalid-request")
    assert answer.json()["errors"][0]["parameter"] == "idempotency-key"


def test_without_a_way_to_pay_nothing_is_placed(shop: Shop) -> None:
    shop.can_pay = False
    answer = shop.order(ITEM)
    assert (answer.status, slug(answer)) == (409, "payment-method-required")
    assert not shop.orders.placed
    shop.can_pay = True
    assert shop.order(ITEM).status == 201


def test_what_costs_nothing_needs_no_way_to_pay(tables: Tables) -> None:
    free = product("CALL", category="Other", requires_payment_method=False)
    shop = shop_of(tables, free, can_pay=False)
    assert shop.order({"sku": "CALL"}).status == 201


def test_eligibility_is_only_read_when_it_matters(shop: Shop) -> None:
    shop.order(ITEM)
    assert shop.eligibility_reads == 0
    shop.order({"sku": "NET-HOME-1G"})
    assert shop.eligibility_reads == 1


@pytest.mark.parametrize(
    ("account", "code"),
    [
        (AccountEligibility(dwelling="Apartment", tier="1G"), "not-eligible"),
        (AccountEligibility(dwelling="Apartment"), "not-eligible"),
        (AccountEligibility(dwelling="Home"), "eligibility-unknown"),
        (AccountEligibility(), "eligibility-unknown"),
    ],
)
def test_where_one_lives_decides(shop: Shop, account: AccountEligibility, code: str) -> None:
    shop.account = account
    errors = shop.order({"sku": "NET-HOME-1G"}).json()["errors"]
    assert [(e["pointer"], e["code"]) for e in errors] == [("/items/0/sku", code)]


def test_a_scheduled_esim(shop: Shop) -> None:
    at = "2026-12-01T09:00:00+09:00"
    first = shop.order(ITEM, activation={"type": "scheduled", "at": at})
    assert first.status == 201
    (order,) = shop.orders.placed.values()
    assert order.scheduled_at.isoformat() == "2026-12-01T09:00:00+09:00"
    utc = {"type": "scheduled", "at": "2026-12-01T00:00:00Z"}
    assert shop.order(ITEM, activation=utc).json() == first.json()


def test_a_refusal_of_salesforce_leaves_nothing_behind(shop: Shop, tables: Tables) -> None:
    shop.orders.failure = Refused("salesforce", "composite/graph", "no", code="FIELD_CUSTOM")
    answer = shop.order(ITEM)
    assert (answer.status, slug(answer)) == (502, "upstream-refused")
    assert tables.items(IDEMPOTENCY) == []
    assert shop.order(ITEM).status == 201


def test_an_unknown_outcome_says_so_and_repeating_settles_it(shop: Shop) -> None:
    shop.orders.failure = OutcomeUnknown("salesforce", "composite/graph", "no answer")
    answer = shop.order(ITEM)
    assert (answer.status, slug(answer)) == (504, "outcome-unknown")
    assert answer.headers["retry-after"]
    assert shop.order(ITEM).status == 201
    assert len(shop.orders.placed) == 1


def test_a_mail_that_cannot_be_queued_does_not_hide_the_order(shop: Shop) -> None:
    shop.mail_queue.failure = Unavailable("sqs", "SendMessageBatch", "down")
    assert shop.order(ITEM).status == 201
    assert shop.order(ITEM).status == 200


def test_a_twin_that_takes_too_long_is_not_waited_for(shop: Shop) -> None:
    class Slow(BaseException):
        pass

    def hang(_: Any) -> Any:
        raise Slow

    shop.install(mail_queue=type("Dead", (), {"put": staticmethod(hang)})())
    with pytest.raises(Slow):
        shop.order(ITEM)
    shop.install()
    answer = shop.order(ITEM)
    assert (answer.status, slug(answer)) == (409, "in-progress")
    assert answer.headers["retry-after"] == "25"
    shop.clock.advance(LEASE)
    assert shop.order(ITEM).status == 200
    assert len(shop.orders.placed) == 1


def test_a_mistake_of_ours_keeps_nobody_waiting(shop: Shop) -> None:
    """An answer that we cannot read is no upstream error, and its order may exist."""

    class Unreadable(FakeOrders):
        def place(self, order: NewOrder) -> PlacedOrder:
            placed = super().place(order)
            raise KeyError(placed.number)

    shop.orders = Unreadable()
    shop.install()
    assert shop.order(ITEM).status == 500
    answer = shop.order(ITEM)
    assert (answer.status, answer.headers["idempotency-replayed"]) == (200, "true")
    assert len(shop.orders.placed) == 1


def test_a_price_that_was_withdrawn_a_minute_ago(vendors: Vendors, tables: Tables) -> None:
    """The cart is refused with its line, and the catalogue no longer offers it."""
    account = {"Id": customer().sf_account_id, "LastName": "Yamada"}
    vendors.salesforce.seed({"records": {"Account": [account]}})
    client = vendors.salesforce_client()
    cache = CatalogCache(
        source=SalesforceCatalogSource(client, pricebook="Portal", currency="JPY"),
        store=DynamoCatalogStore(tables[CATALOG]),
    )
    shop = shop_of(tables, orders=SalesforceOrders(client))
    shop.catalog = cache
    shop.account = AccountEligibility(dwelling="Apartment", tier="1G", region="West Japan")
    shop.install()
    offered = cache.current().find("VPN-LONDON")
    assert offered is not None
    client.request(
        "PATCH",
        f"sobjects/PricebookEntry/{offered.pricebook_entry_id}",
        operation="withdraw",
        json={"IsActive": False},
        writes=True,
    )
    answer = shop.order({"sku": "ESIM-VOICE-10GB"}, {"sku": "VPN-LONDON"})
    assert (answer.status, slug(answer)) == (422, "cart-invalid")
    (error,) = answer.json()["errors"]
    assert (error["pointer"], error["code"]) == ("/items/1/sku", "not-on-sale")
    assert vendors.records("Order") == []
    # The corrected cart is another one; the refused one left nothing behind.
    assert tables.items(IDEMPOTENCY) == []
    assert cache.current().find("VPN-LONDON") is None
    assert shop.order({"sku": "ESIM-VOICE-10GB"}).status == 201


def test_a_catalogue_that_cannot_be_refreshed_changes_no_answer(tables: Tables) -> None:
    shop = shop_of(tables, product())

    def down() -> None:
        raise Unavailable("dynamodb", "UpdateItem", "down")

    shop.catalog.distrust = down
    shop.orders.failure = PriceWithdrawn((0,))
    assert shop.order({"sku": "ESIM-10GB"}).status == 422


def test_an_order_follows_a_merged_account(shop: Shop) -> None:
    """Salesforce refuses the retired Account; the order is placed for the one that was kept."""
    kept = "001000000000909AAA"
    shop.accounts.accounts.append(account("CN-000909", id=kept))
    shop.accounts.merge(customer().sf_account_id, kept)
    shop.orders.failure = Refused("salesforce", "composite/graph", "no", code="ENTITY_IS_DELETED")
    assert shop.order(ITEM).status == 201
    (order,) = shop.orders.placed.values()
    assert order.account_id == kept
    assert shop.directory.reasons == ["merged in Salesforce"]
