"""Access to DynamoDB for all repositories, with plain values and the portal's own errors."""

from __future__ import annotations

import functools
import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer
from botocore.exceptions import (
    ClientError,
    ConnectionError,  # noqa: A004  # botocore's, base of all failures to connect
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoCredentialsError,
    ProxyConnectionError,
)

from portal import aws
from portal.domain.upstream import OutcomeUnknown, Unavailable, UpstreamError
from portal.vendor_errors.aws import CONTENTION, DYNAMODB, aws_kind
from portal.vendor_errors.model import Kind, error_type, note_unknown

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

UPSTREAM = "dynamodb"
# How often a read of many items asks for those that DynamoDB left out.
READS_OF_MANY = 5
_NEVER_SENT = (ConnectTimeoutError, EndpointConnectionError, ProxyConnectionError)
_READS = frozenset({"GetItem", "BatchGetItem", "Query"})
# The attribute that names the conditional write that last wrote the item.
MARK = "writeId"


class ConditionFailed(Exception):  # reads as DynamoDB says it
    """The condition of a write was not met. `item` is the stored item, if there is one."""

    def __init__(self, item: dict[str, Any] | None = None) -> None:
        super().__init__("condition failed")
        self.item = item


class TransactionRefused(Exception):
    """A transaction was cancelled. `reasons` has one code per action; None for those that passed.

    `items` has the stored item of each failed condition, in the same positions.
    """

    def __init__(self, reasons: list[str | None], items: list[dict[str, Any] | None]) -> None:
        super().__init__(", ".join(str(reason) for reason in reasons))
        self.reasons = reasons
        self.items = items


class Table:
    """One table, with plain Python values (numbers are returned as int or Decimal).

    botocore repeats a write whose answer was lost. If the first request took effect, the second
    one finds the item changed and fails its condition. So every conditional write leaves a mark of
    its own in the item (`writeId`). When a condition fails against an item with that mark, the
    write has taken effect. Callers do not see the marks.
    """

    def __init__(self, name: str, client: Callable[[], DynamoDBClient] = aws.dynamodb) -> None:
        self.name = name
        self._client = client

    def get(self, key: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the item by a strongly consistent read; None when there is none."""
        with mapped_errors("GetItem"):
            answer = self._client().get_item(
                TableName=self.name, Key=to_item(key), ConsistentRead=True
            )
        return _shown(from_item(answer["Item"])) if "Item" in answer else None

    def get_many(self, keys: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
        """Return the items that exist, in any order, by strongly consistent reads.

        At most a hundred different keys. Raises Unavailable when DynamoDB keeps leaving some out.
        """
        found: list[dict[str, Any]] = []
        wanted = [to_item(key) for key in keys]
        for _ in range(READS_OF_MANY):
            if not wanted:
                return found
            with mapped_errors("BatchGetItem"):
                answer = self._client().batch_get_item(
                    RequestItems={self.name: {"Keys": wanted, "ConsistentRead": True}}
                )
            items = answer["Responses"].get(self.name, [])
            found += [_without_mark(from_item(item)) for item in items]
            left = answer["UnprocessedKeys"]
            wanted = left[self.name]["Keys"] if self.name in left else []
        if wanted:
            raise Unavailable(UPSTREAM, "BatchGetItem", "DynamoDB leaves keys unprocessed")
        return found

    def put(self, item: Mapping[str, Any], **expression: Any) -> None:
        """Put an item. Raises ConditionFailed. `_arguments` lists the names in `expression`."""
        marked = _marked_item(item) if "condition" in expression else item
        try:
            with mapped_errors("PutItem"):
                self._client().put_item(
                    TableName=self.name,
                    Item=to_item(marked),
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **_arguments(expression),
                )
        except ConditionFailed as failed:
            if not _carries(failed.item, marked.get(MARK)):
                raise ConditionFailed(_shown(failed.item)) from failed

    def update(self, key: Mapping[str, Any], **expression: Any) -> dict[str, Any]:
        """Update an item and return it. Raises ConditionFailed."""
        mark = None
        if "condition" in expression:
            mark = uuid.uuid4().hex
            expression = _marked_update(expression, mark)
        try:
            with mapped_errors("UpdateItem"):
                answer = self._client().update_item(
                    TableName=self.name,
                    Key=to_item(key),
                    ReturnValues="ALL_NEW",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **_arguments(expression),
                )
        except ConditionFailed as failed:
            if failed.item is None or not _carries(failed.item, mark):
                raise ConditionFailed(_shown(failed.item)) from failed
            return _without_mark(failed.item)
        return _without_mark(from_item(answer["Attributes"]))

    def delete(self, key: Mapping[str, Any], **expression: Any) -> dict[str, Any] | None:
        """Delete an item. Returns the deleted item, or None. Raises ConditionFailed.

        A missing item is not a failed condition, because a repeated deletion finds no item whose
        mark it could recognise.
        """
        try:
            with mapped_errors("DeleteItem"):
                answer = self._client().delete_item(
                    TableName=self.name,
                    Key=to_item(key),
                    ReturnValues="ALL_OLD",
                    ReturnValuesOnConditionCheckFailure="ALL_OLD",
                    **_arguments(expression),
                )
        except ConditionFailed as failed:
            if failed.item is None:
                return None
            raise ConditionFailed(_shown(failed.item)) from failed
        return _shown(from_item(answer["Attributes"])) if answer.get("Attributes") else None

    def query(self, **expression: Any) -> Iterator[dict[str, Any]]:
        """Yield the items of a query from all its pages.

        Other arguments of Query (`IndexName`, `ScanIndexForward`, …) are passed on.
        """
        arguments = _arguments(expression)
        while True:
            with mapped_errors("Query"):
                answer = self._client().query(TableName=self.name, **arguments)
            for item in answer.get("Items", []):
                yield _without_mark(from_item(item))
            if not answer.get("LastEvaluatedKey"):
                return
            arguments["ExclusiveStartKey"] = answer["LastEvaluatedKey"]

    def scan(
        self,
        *,
        start: Mapping[str, Any] | None,
        filter: str,  # noqa: A002  # DynamoDB's word
        values: Mapping[str, Any],
        limit: int | None = None,
    ) -> tuple[list[dict[str, Any]], dict[str, Any] | None]:
        """One page of the whole table, and where the next one begins; None after the last.

        `limit` counts items before the filter; without one a page is a megabyte.
        """
        arguments: dict[str, Any] = {
            "FilterExpression": filter,
            "ExpressionAttributeValues": to_item(values),
        }
        if start is not None:
            arguments["ExclusiveStartKey"] = to_item(start)
        if limit is not None:
            arguments["Limit"] = limit
        with mapped_errors("Scan"):
            answer = self._client().scan(TableName=self.name, **arguments)
        items = [_without_mark(from_item(item)) for item in answer.get("Items", [])]
        last = answer.get("LastEvaluatedKey")
        return items, from_item(last) if last else None

    def transact(self, actions: list[dict[str, Any]], *, token: str | None = None) -> None:
        """Write all actions or none in one transaction. Raises TransactionRefused.

        Each action is `{"Put": {"item": …, **expression}}`, `{"Update": {"key": …, …}}`,
        `{"Delete": {"key": …, …}}` or `{"Check": {"key": …, …}}`. DynamoDB applies calls with the
        same `token` within ten minutes only once; botocore's retries always send the same one.
        A mark in the written items does the same where the token is not honoured.
        """
        mark = uuid.uuid4().hex
        items: list[Any] = [self._action(action, mark) for action in actions]
        try:
            with mapped_errors("TransactWriteItems"):
                self._client().transact_write_items(
                    TransactItems=items, ClientRequestToken=token or mark
                )
        except TransactionRefused as refused:
            # One item with the mark shows that the whole transaction was written.
            if not any(_carries(item, mark) for item in refused.items):
                shown = [_shown(item) for item in refused.items]
                raise TransactionRefused(refused.reasons, shown) from refused

    def _action(self, action: dict[str, Any], mark: str) -> dict[str, Any]:
        ((kind, fields),) = action.items()
        fields = dict(fields)
        if kind == "Put":
            fields["item"] = {**fields["item"], MARK: mark}
        elif kind == "Update":
            fields = _marked_update(fields, mark)
        body: dict[str, Any] = {
            "TableName": self.name,
            "ReturnValuesOnConditionCheckFailure": "ALL_OLD",
        }
        if kind == "Put":
            body["Item"] = to_item(fields.pop("item"))
        else:
            body["Key"] = to_item(fields.pop("key"))
        body.update(_arguments(fields))
        return {"ConditionCheck" if kind == "Check" else kind: body}


def _marked_item(item: Mapping[str, Any]) -> Mapping[str, Any]:
    return {**item, MARK: item.get(MARK) or uuid.uuid4().hex}


def _marked_update(expression: dict[str, Any], mark: str) -> dict[str, Any]:
    """Return the update with its mark and with the condition that it was not applied yet.

    The condition matters where a repetition would pass the caller's condition again (`ADD`).
    """
    change = str(expression["set"])
    rest = f", {change.removeprefix('SET ')}" if change.startswith("SET ") else f" {change}"
    marked = {
        **expression,
        "set": f"SET #writeMark = :writeMark{rest}",
        "names": {**expression.get("names", {}), "#writeMark": MARK},
        "values": {**expression.get("values", {}), ":writeMark": mark},
    }
    if "condition" in expression:
        fresh = "(attribute_not_exists(#writeMark) OR #writeMark <> :writeMark)"
        marked["condition"] = f"({expression['condition']}) AND {fresh}"
    return marked


def _carries(item: Mapping[str, Any] | None, mark: object) -> bool:
    return item is not None and mark is not None and item.get(MARK) == mark


def _without_mark(item: dict[str, Any]) -> dict[str, Any]:
    return {name: value for name, value in item.items() if name != MARK}


def _shown(item: dict[str, Any] | None) -> dict[str, Any] | None:
    return None if item is None else _without_mark(item)


@contextmanager
def mapped_errors(operation: str) -> Iterator[None]:
    """Turn botocore's errors into UpstreamErrors, ConditionFailed or TransactionRefused.

    A write without an answer raises OutcomeUnknown.
    """
    try:
        yield
    except ClientError as error:
        raise _mapped(operation, error) from error
    except (ConnectionError, HTTPClientError) as error:
        lost = operation not in _READS and not isinstance(error, _NEVER_SENT)
        kind: type[UpstreamError] = OutcomeUnknown if lost else Unavailable
        raise kind(UPSTREAM, operation, type(error).__name__) from error
    except (CredentialRetrievalError, NoCredentialsError) as error:
        raise Unavailable(UPSTREAM, operation, type(error).__name__) from error


def _mapped(operation: str, error: ClientError) -> Exception:
    response: Any = error.response
    code = str(response.get("Error", {}).get("Code", ""))
    if code == "ConditionalCheckFailedException":
        item = response.get("Item")
        return ConditionFailed(from_item(item) if item else None)
    if code == "TransactionCanceledException":
        return _cancelled(operation, response)
    status = response.get("ResponseMetadata", {}).get("HTTPStatusCode")
    kind = aws_kind(DYNAMODB, code, status)
    if kind is None:
        kind = Kind.REFUSED
        note_unknown(UPSTREAM, operation, code, kind)
    made = error_type(kind, writes=operation not in _READS)
    # DynamoDB's message may quote keys and values.
    return made(UPSTREAM, operation, str(error), code=code, loggable=code)


def _cancelled(operation: str, response: Any) -> Exception:
    found = response.get("CancellationReasons", [])
    reasons = [None if r.get("Code") in (None, "None") else str(r["Code"]) for r in found]
    if any(reason in CONTENTION for reason in reasons):
        return Unavailable(UPSTREAM, operation, "transaction conflict")
    return TransactionRefused(
        reasons, [from_item(r["Item"]) if r.get("Item") else None for r in found]
    )


def _arguments(expression: dict[str, Any]) -> dict[str, Any]:
    """Return the arguments of the DynamoDB call for an expression in short names.

    The short names are `condition`, `set` (an update expression), `where` (a key condition),
    `values={":a": 1}` and `names={"#n": "name"}`. Other names are passed on.
    """
    short = {
        "condition": "ConditionExpression",
        "set": "UpdateExpression",
        "where": "KeyConditionExpression",
        "names": "ExpressionAttributeNames",
    }
    arguments: dict[str, Any] = {}
    for name, value in expression.items():
        if name == "values":
            arguments["ExpressionAttributeValues"] = to_item(value)
        else:
            arguments[short.get(name, name)] = value
    return arguments


@functools.cache
def _codec() -> tuple[TypeSerializer, TypeDeserializer]:
    return TypeSerializer(), TypeDeserializer()


def to_item(plain: Mapping[str, Any]) -> dict[str, Any]:
    """Turn plain values into DynamoDB's. None values are left out."""
    serializer, _ = _codec()
    return {key: serializer.serialize(value) for key, value in plain.items() if value is not None}


def from_item(item: Mapping[str, Any]) -> dict[str, Any]:
    """Turn DynamoDB's values into plain ones. Whole numbers become int."""
    _, deserializer = _codec()
    return {key: _plain(deserializer.deserialize(value)) for key, value in item.items()}


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    if isinstance(value, set):
        return {_plain(item) for item in value}
    return value
