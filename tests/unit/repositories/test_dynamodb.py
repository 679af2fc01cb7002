"""The table that every repository sits on: items, conditions, transactions, failures."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal
from typing import Any

import boto3
import pytest
from botocore.exceptions import (
    ConnectionClosedError,
    ConnectTimeoutError,
    EndpointConnectionError,
    NoCredentialsError,
    ParamValidationError,
    ReadTimeoutError,
)
from botocore.stub import Stubber
from hypothesis import given
from hypothesis import strategies as st
from moto import mock_aws
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from portal.repositories.dynamodb import (
    READS_OF_MANY,
    ConditionFailed,
    Table,
    TransactionRefused,
    from_item,
    to_item,
)

from tests.conftest import REGION

NAME = "things"
NEW = "attribute_not_exists(pk)"


@pytest.fixture(scope="module")
def client() -> Iterator[Any]:
    with mock_aws():
        made = boto3.client("dynamodb", region_name=REGION)
        made.create_table(
            TableName=NAME,
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "N"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        yield made


@pytest.fixture
def table(client: Any, request: pytest.FixtureRequest) -> Table:
    return Table(NAME, client=lambda: client)


@pytest.fixture
def pk(request: pytest.FixtureRequest) -> str:
    """A partition of the test's own."""
    return str(request.node.name)


# Values


def test_what_is_put_is_what_is_read(table: Table, pk: str) -> None:
    item = {
        "pk": pk,
        "sk": 1,
        "amount": Decimal("19.10"),
        "whole": Decimal("5500.00"),
        "flags": [True, None, {"deep": [1]}],
        "ids": {1, 2},
        "text": "東京",
        "nothing": None,
    }
    table.put(item)
    read = table.get({"pk": pk, "sk": 1})
    assert read == {
        "pk": pk,
        "sk": 1,
        "amount": Decimal("19.10"),
        "whole": 5500,
        "flags": [True, None, {"deep": [1]}],
        "ids": {1, 2},
        "text": "東京",
    }
    assert all(type(number) is int for number in read["ids"])
    assert type(read["whole"]) is int


plain = st.recursive(
    st.text(max_size=5)
    | st.booleans()
    | st.integers(-(10**30), 10**30)
    | st.none()
    | st.decimals(-1000, 1000, places=2).filter(lambda d: d != d.to_integral_value()),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.text(min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)


@given(st.dictionaries(st.text(min_size=1, max_size=4), plain, max_size=4))
def test_values_survive(item: dict[str, Any]) -> None:
    kept = {key: value for key, value in item.items() if value is not None}
    assert from_item(to_item(item)) == kept


def test_a_float_is_refused(table: Table, pk: str) -> None:
    with pytest.raises(TypeError):
        table.put({"pk": pk, "sk": 1, "price": 19.1})


# Conditions


def test_a_failed_condition_shows_what_is_there(table: Table, pk: str) -> None:
    table.put({"pk": pk, "sk": 1, "owner": "a"}, condition=NEW)
    with pytest.raises(ConditionFailed) as put:
        table.put({"pk": pk, "sk": 1, "owner": "b"}, condition=NEW)
    with pytest.raises(ConditionFailed) as update:
        table.update(
            {"pk": pk, "sk": 1},
            set="SET #o = :b",
            condition="#o = :b",
            names={"#o": "owner"},
            values={":b": "b"},
        )
    with pytest.raises(ConditionFailed) as delete:
        table.delete({"pk": pk, "sk": 1}, condition="sk > :n", values={":n": 5})
    found = {"pk": pk, "sk": 1, "owner": "a"}
    assert [caught.value.item for caught in (put, update, delete)] == [found] * 3
    with pytest.raises(ConditionFailed) as missing:
        table.update(
            {"pk": pk, "sk": 9},
            set="SET a = :a",
            condition="attribute_exists(pk)",
            values={":a": 1},
        )
    assert missing.value.item is None


def test_update_and_delete_answer_with_the_item(table: Table, pk: str) -> None:
    key = {"pk": pk, "sk": 1}
    assert table.get(key) is None
    assert table.update(key, set="ADD n :one", values={":one": 1}) == {**key, "n": 1}
    assert table.delete(key) == {**key, "n": 1}
    assert table.delete(key) is None


def test_many_are_read_at_once(table: Table, pk: str) -> None:
    for number in (1, 2):
        table.put({"pk": pk, "sk": number, "text": "x"}, condition=NEW)
    found = table.get_many([{"pk": pk, "sk": number} for number in (1, 2, 3)])
    assert sorted(found, key=lambda item: int(item["sk"])) == [
        {"pk": pk, "sk": 1, "text": "x"},
        {"pk": pk, "sk": 2, "text": "x"},
    ]
    assert table.get_many([]) == []


def test_what_a_read_of_many_leaves_out_is_asked_for_again(pk: str) -> None:
    table, stubber = stubbed()
    first, second = ({"pk": pk, "sk": number} for number in (1, 2))

    def answer(found: list[Any], left: list[Any]) -> None:
        keys = {"Keys": [to_item(key) for key in left], "ConsistentRead": True}
        stubber.add_response(
            "batch_get_item",
            {
                "Responses": {NAME: [to_item(item) for item in found]},
                "UnprocessedKeys": {NAME: keys} if left else {},
            },
        )

    answer([first], [second])
    answer([second], [])
    for _ in range(READS_OF_MANY):
        answer([], [first])
    with stubber:
        assert table.get_many([first, second]) == [first, second]
        with pytest.raises(Unavailable):
            table.get_many([first])


def test_a_query_follows_its_pages(table: Table, pk: str) -> None:
    for number in range(7):
        table.put({"pk": pk, "sk": number})
    found = table.query(where="pk = :p", values={":p": pk}, Limit=3, ScanIndexForward=False)
    assert [item["sk"] for item in found] == [6, 5, 4, 3, 2, 1, 0]


# Transactions


def test_a_transaction_is_all_or_nothing(table: Table, pk: str) -> None:
    table.put({"pk": pk, "sk": 2, "owner": "other"})
    with pytest.raises(TransactionRefused) as caught:
        table.transact(
            [
                {"Put": {"item": {"pk": pk, "sk": 1}, "condition": NEW}},
                {"Put": {"item": {"pk": pk, "sk": 2, "owner": "me"}, "condition": NEW}},
            ],
        )
    assert caught.value.reasons == [None, "ConditionalCheckFailed"]
    assert caught.value.items == [None, {"pk": pk, "sk": 2, "owner": "other"}]
    assert table.get({"pk": pk, "sk": 1}) is None


def test_every_kind_of_action(table: Table, pk: str) -> None:
    table.put({"pk": pk, "sk": 1, "n": 1})
    table.put({"pk": pk, "sk": 2})
    table.transact(
        [
            {"Update": {"key": {"pk": pk, "sk": 1}, "set": "ADD n :n", "values": {":n": 1}}},
            {"Delete": {"key": {"pk": pk, "sk": 2}}},
            {"Check": {"key": {"pk": pk, "sk": 3}, "condition": NEW}},
            {"Put": {"item": {"pk": pk, "sk": 4}}},
        ],
    )
    items = table.query(where="pk = :p", values={":p": pk})
    assert [(item["sk"], item.get("n")) for item in items] == [(1, 2), (4, None)]


@pytest.mark.parametrize(
    "reason", ["TransactionConflict", "ThrottlingError", "ProvisionedThroughputExceeded"]
)
def test_contention_may_be_tried_again(reason: str) -> None:
    error = failure(
        lambda table: table.transact([{"Put": {"item": {"pk": "a", "sk": 1}}}]),
        "transact_write_items",
        "TransactionCanceledException",
        modeled={"CancellationReasons": [{"Code": "ConditionalCheckFailed"}, {"Code": reason}]},
    )
    assert type(error) is Unavailable


# Failures


def stubbed() -> tuple[Table, Stubber]:
    client = boto3.client("dynamodb", region_name=REGION)
    return Table(NAME, client=lambda: client), Stubber(client)


Action = Callable[[Table], Any]


def failure(
    action: Action, method: str, code: str, *, status: int = 400, modeled: Any = None
) -> UpstreamError:
    table, stubber = stubbed()
    stubber.add_client_error(
        method, code, "says DynamoDB of taro@example.com", status, modeled_fields=modeled
    )
    with stubber, pytest.raises(UpstreamError) as caught:
        action(table)
    assert caught.value.upstream == "dynamodb"
    assert "taro" not in str(caught.value)
    return caught.value


ACTIONS: dict[str, tuple[Action, bool]] = {
    "get_item": (lambda t: t.get({"pk": "a", "sk": 1}), False),
    "query": (lambda t: list(t.query(where="pk = :p", values={":p": "a"})), False),
    "put_item": (lambda t: t.put({"pk": "a", "sk": 1}), True),
    "update_item": (lambda t: t.update({"pk": "a", "sk": 1}, set="REMOVE x"), True),
    "delete_item": (lambda t: t.delete({"pk": "a", "sk": 1}), True),
    "transact_write_items": (lambda t: t.transact([{"Put": {"item": {"pk": "a", "sk": 1}}}]), True),
}
EVERY_ACTION = pytest.mark.parametrize("method", ACTIONS)


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("ProvisionedThroughputExceededException", Throttled),
        ("ThrottlingException", Throttled),
        ("RequestLimitExceeded", Throttled),
        ("TransactionConflictException", Unavailable),
        ("TransactionInProgressException", Unavailable),
        ("AccessDeniedException", Unauthorized),
        ("ExpiredTokenException", Unauthorized),
        ("UnrecognizedClientException", Unauthorized),
        ("ValidationException", Refused),
        ("ResourceNotFoundException", Unauthorized),
        ("ItemCollectionSizeLimitExceededException", Refused),
    ],
)
@EVERY_ACTION
def test_error_codes_decide(method: str, code: str, kind: type[UpstreamError]) -> None:
    error = failure(ACTIONS[method][0], method, code)
    assert (type(error), error.code) == (kind, code)


@pytest.mark.parametrize("code", ["InternalServerError", "ServiceUnavailable", "InternalFailure"])
@EVERY_ACTION
def test_a_failing_server_leaves_writes_in_doubt(method: str, code: str) -> None:
    action, writes = ACTIONS[method]
    error = failure(action, method, code, status=500)
    assert type(error) is (OutcomeUnknown if writes else Unavailable)


class Broken:
    """A client whose every call raises."""

    def __init__(self, error: Exception) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Any:
        def call(**_: Any) -> Any:
            raise self._error

        return call


def network_failure(error: Exception, method: str) -> type[Exception]:
    broken: Any = Broken(error)
    with pytest.raises(Exception) as caught:  # noqa: PT011  # the type is what the tests are about
        ACTIONS[method][0](Table(NAME, client=lambda: broken))
    return type(caught.value)


URL = "https://dynamodb.example"


@pytest.mark.parametrize(
    "error", [ReadTimeoutError(endpoint_url=URL), ConnectionClosedError(endpoint_url=URL)]
)
@EVERY_ACTION
def test_a_lost_answer_leaves_writes_in_doubt(method: str, error: Exception) -> None:
    writes = ACTIONS[method][1]
    assert network_failure(error, method) is (OutcomeUnknown if writes else Unavailable)


@pytest.mark.parametrize(
    "error",
    [
        EndpointConnectionError(endpoint_url=URL),
        ConnectTimeoutError(endpoint_url=URL),
        NoCredentialsError(),
    ],
)
@EVERY_ACTION
def test_what_never_left_changed_nothing(method: str, error: Exception) -> None:
    assert network_failure(error, method) is Unavailable


def test_mistakes_of_ours_are_not_dressed_up() -> None:
    assert network_failure(ParamValidationError(report="x"), "put_item") is ParamValidationError
