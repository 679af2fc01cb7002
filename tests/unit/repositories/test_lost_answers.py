"""Every conditional write whose first answer is lost is recognised when botocore repeats it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws
from portal.catalog.cache import CatalogCache
from portal.domain.catalog import Catalog
from portal.domain.lease import new_lease
from portal.engine.model import KeyUse
from portal.ports.message_log import Claim, Finding, NotClaimed
from portal.ports.order_requests import Begun
from portal.repositories.catalog import DynamoCatalogStore
from portal.repositories.claims import DynamoClaims
from portal.repositories.dynamodb import ConditionFailed, Table, TransactionRefused
from portal.repositories.message_log import DynamoMessageLog
from portal.repositories.order_requests import DynamoOrderRequests
from portal.repositories.rate_limits import DynamoRateCounters
from portal.repositories.registrations import DynamoRegistrations
from portal.repositories.reset_tokens import DynamoResetTokens
from portal.repositories.workflow import DynamoJobStore

from tests.fakes.catalog import FakeCatalogSource, product
from tests.fakes.workflow import toy_job
from tests.tables import EPHEMERAL, IDEMPOTENCY, WORKFLOW, Tables
from tests.unit.repositories.test_registrations import NOW, leased, mapping, registration

NEW = "attribute_not_exists(pk)"


class World:
    """Tables whose writes lose their first answer inside `with world.lost.once()`."""

    def __init__(self, tables: Tables) -> None:
        self._tables = tables
        self.lost = tables.lost_answers

    def table(self, name: str = EPHEMERAL) -> Table:
        """A table; without a name one with the key `pk`."""
        return self._tables[name]


@pytest.fixture
def world() -> Iterator[World]:
    """Each with a client of its own: botocore's quota of retries is the client's."""
    with mock_aws():
        yield World(Tables())


def test_the_table_recognises_each_kind_of_write(world: World) -> None:
    table, key = world.table(), {"pk": "a"}
    with world.lost.once():
        table.put({**key, "n": 1}, condition=NEW)
        updated = table.update(
            key, set="SET n = :two", condition="n = :one", values={":one": 1, ":two": 2}
        )
        added = table.update(
            key, set="ADD n :one", condition="n < :limit", values={":one": 1, ":limit": 3}
        )
        table.delete(key, condition="n = :n", values={":n": 3})
        table.transact([{"Put": {"item": {"pk": "b"}, "condition": NEW}}])
    assert (updated, added) == ({**key, "n": 2}, {**key, "n": 3})
    assert table.get(key) is None
    assert table.get({"pk": "b"}) == {"pk": "b"}
    assert world.lost.lost == [
        *("PutItem", "UpdateItem", "UpdateItem", "DeleteItem", "TransactWriteItems")
    ]


def test_another_writers_item_is_not_taken_for_ones_own(world: World) -> None:
    table = world.table()
    table.put({"pk": "a", "of": "other"}, condition=NEW)
    with world.lost.once():
        with pytest.raises(ConditionFailed) as put:
            table.put({"pk": "a", "of": "me"}, condition=NEW)
        with pytest.raises(TransactionRefused) as transaction:
            table.transact([{"Put": {"item": {"pk": "a", "of": "me"}, "condition": NEW}}])
    assert put.value.item == {"pk": "a", "of": "other"}
    assert transaction.value.items == [{"pk": "a", "of": "other"}]


def test_mails_and_cases(world: World) -> None:
    log = DynamoMessageLog(world.table(IDEMPOTENCY), "MAIL")
    with world.lost.once():
        claim = log.claim("welcome:1", new_lease(NOW, 60), now=NOW, sent_at=NOW)
        assert isinstance(claim, Claim)
        assert claim.progress.runs == 1
        log.wait(claim, claim.progress, until=NOW + 30, code="sendgrid-unavailable")
        again = log.claim("welcome:1", new_lease(NOW + 30, 60), now=NOW + 30, sent_at=NOW)
        assert isinstance(again, Claim)
        assert again.progress.runs == 2
        log.sending(again)
        log.done(again, "sent", "message-1")
        other = log.claim("welcome:2", new_lease(NOW, 60), now=NOW, sent_at=NOW)
        assert isinstance(other, Claim)
        log.forget(other)
    found = log.claim("welcome:1", new_lease(NOW, 60), now=NOW, sent_at=NOW)
    assert found == NotClaimed(Finding.DONE)
    assert isinstance(log.claim("welcome:2", new_lease(NOW, 60), now=NOW, sent_at=NOW), Claim)


def test_registrations(world: World) -> None:
    store = DynamoRegistrations(world.table())
    made = registration()
    with world.lost.once():
        store.reserve(made)
        store.client_sent(made, NOW)
        store.client_sent(made, None)
        store.release_lease(made)
        resumed = store.claim(leased(made, "two", NOW + 1), now=NOW + 1)
        completed = store.complete(resumed, mapping(made))
        store.finish(completed, at=NOW + 2)
        undone = registration("b@example.com", "001B")
        store.reserve(undone)
        store.release(undone)
    finished = store.get(made.id)
    assert finished is not None
    assert finished.finished_at == NOW + 2
    assert store.get(undone.id) is None


def test_order_requests(world: World) -> None:
    requests = DynamoOrderRequests(world.table(IDEMPOTENCY), clock=lambda: NOW)
    with world.lost.once():
        first = requests.begin("r", "cart")
        requests.pause("r", first)
        second = requests.begin("r", "cart")
        requests.finish("r", second, {"sfOrderId": "801"})
        forgotten = requests.begin("other", "cart")
        requests.forget("other", forgotten)
    assert (first.state, second.state) == (Begun.NEW, Begun.RESUMED)
    assert requests.begin("r", "cart").answer == {"sfOrderId": "801"}
    assert requests.begin("other", "cart").state is Begun.NEW


def test_the_catalogue(world: World) -> None:
    source = FakeCatalogSource(product("A"))
    store = DynamoCatalogStore(world.table())
    with world.lost.once():
        read = CatalogCache(source=source, store=store, clock=lambda: NOW).current()
        store.invalidate(read_at=NOW - 301)
        lease = store.acquire_refresh(now=NOW, seconds=45, stale_at=NOW - 300)
        assert lease is not None
        store.save(Catalog(version="2", read_at=NOW, products=()), lease, keep_seconds=60)
    assert [found.sku for found in read.products] == ["A"]
    assert store.acquire_refresh(now=NOW, seconds=45, stale_at=NOW - 300) is None


def test_reset_tokens(world: World) -> None:
    tokens = DynamoResetTokens(world.table(), clock=lambda: NOW)
    with world.lost.once():
        token = tokens.issue("user-1")
        grant = tokens.redeem(token)
        assert grant is not None
        tokens.give_back(grant)
        assert tokens.redeem(token) is not None
    assert tokens.redeem(token) is None


def test_rate_counters_count_once(world: World) -> None:
    counters = DynamoRateCounters(world.table(), clock=lambda: NOW)
    with world.lost.once():
        assert [counters.hit("k", limit=2, seconds=60) for _ in range(3)][:2] == [None, None]


def test_jobs_and_claims(world: World) -> None:
    store = DynamoJobStore(world.table(WORKFLOW))
    job = toy_job(requested_at=NOW, updated_at=NOW)
    use = KeyUse(job_id=job.id, payload_hash="hash", attempt=1)
    with world.lost.once():
        begun = store.begin(job, "key-1", use)
        store.replace(begun)
        owner = DynamoClaims(world.table(WORKFLOW)).claim("order:1", job.id)
    assert store.key_use("key-1") == use
    assert owner == job.id
