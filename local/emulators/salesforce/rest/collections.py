"""`/composite/sobjects`: up to 200 records of mixed types in one call."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from http import HTTPStatus
from typing import Any

from local.emulators.salesforce import ids
from local.emulators.salesforce.dml import AmbiguousKeyError, Dml
from local.emulators.salesforce.errors import ApiError, DmlError
from local.emulators.salesforce.org import Org
from local.emulators.salesforce.rest.messages import (
    Answer,
    ApiRequest,
    attributes_of,
    method_not_allowed,
    objects,
    strings,
)
from local.emulators.salesforce.rest.records import as_json, chosen, external_key, success
from local.emulators.salesforce.schema import Field, SObject

MAX_RECORDS = 200
_MAX_READ = 2_000
_MAX_CHUNKS = 10
_ROLLED_BACK = {
    "statusCode": "ALL_OR_NONE_OPERATION_ROLLED_BACK",
    "message": "Record rolled back because not all records were valid and the request was using "
    "AllOrNone header",
    "fields": [],
}
Write = Callable[[], dict[str, Any]]


class Collections:
    """Create, update, upsert, delete and read many records."""

    def __init__(self, org: Org) -> None:
        self._org = org

    def handle(self, request: ApiRequest) -> Answer:
        """/composite/sobjects with any method."""
        dml = Dml(self._org, request.user_id)
        if request.method == "DELETE":
            wanted = [part for part in request.query.get("ids", "").split(",") if part]
            all_or_none = request.query.get("allOrNone", "false").lower() == "true"
            _check_count(wanted)
            return self._run([self._deleting(dml, item) for item in wanted], all_or_none)
        if request.method not in {"POST", "PATCH"}:
            raise method_not_allowed(request.method, "DELETE", "PATCH", "POST")
        records = _records(request)
        step = self._inserting if request.method == "POST" else self._updating
        return self._run([step(dml, record) for record in records], _all_or_none(request))

    def upsert(self, request: ApiRequest, sobject: SObject, key_name: str) -> Answer:
        """PATCH /composite/sobjects/X/ExternalId."""
        if request.method != "PATCH":
            raise method_not_allowed(request.method, "PATCH")
        key = external_key(sobject, key_name)
        dml = Dml(self._org, request.user_id)
        steps = [self._upserting(dml, sobject, key, record) for record in _records(request)]
        return self._run(steps, _all_or_none(request))

    def read(self, request: ApiRequest, sobject: SObject) -> Answer:
        """GET ?ids=&fields= or POST {ids, fields} /composite/sobjects/X; null for unknown ids."""
        if request.method == "POST":
            wanted = strings(request.data.get("ids"), "ids")
            names = strings(request.data.get("fields"), "fields")
        else:
            wanted = request.query.get("ids", "").split(",")
            names = request.query.get("fields", "").split(",")
        if len(wanted) > _MAX_READ:
            raise _too_many(_MAX_READ)
        fields = chosen(sobject, names)
        answers: list[dict[str, Any] | None] = []
        for item in wanted:
            record = self._org.store.live(sobject, ids.normalise(item) or "")
            answers.append(
                None if record is None else as_json(sobject, record, fields, request.version)
            )
        return Answer(HTTPStatus.OK, answers)

    def _run(self, steps: Sequence[Write], all_or_none: bool) -> Answer:
        mark = self._org.store.mark()
        results = []
        for step in steps:
            try:
                results.append(step())
            except ApiError as error:
                results.append({"success": False, "errors": [error.as_result_error()]})
        if all_or_none and not all(result["success"] for result in results):
            self._org.store.rollback(mark)
            results = [
                {"success": False, "errors": [_ROLLED_BACK]} if result["success"] else result
                for result in results
            ]
        return Answer(HTTPStatus.OK, results)

    def _typed(self, record: dict[str, Any]) -> SObject:
        name = str(attributes_of(record).get("type", ""))
        sobject = self._org.schema.find(name)
        if sobject is None:
            raise ApiError("INVALID_TYPE", f"sObject type '{name}' is not supported.")
        return sobject

    def _inserting(self, dml: Dml, record: dict[str, Any]) -> Write:
        return lambda: success(dml.insert(self._typed(record), record))

    def _updating(self, dml: Dml, record: dict[str, Any]) -> Write:
        def write() -> dict[str, Any]:
            sobject = self._typed(record)
            names = {name.lower(): name for name in record}
            record_id = record.get(names.get("id", ""))
            if record_id is None:
                raise DmlError("MISSING_ARGUMENT", "Id not specified in an update call")
            body = {name: value for name, value in record.items() if name.lower() != "id"}
            dml.update(sobject, self._known(sobject, str(record_id)), body)
            return success(str(ids.normalise(str(record_id))))

        return write

    def _upserting(self, dml: Dml, sobject: SObject, key: Field, record: dict[str, Any]) -> Write:
        def write() -> dict[str, Any]:
            value = record.get(key.name)
            if value is None:
                raise DmlError("MISSING_ARGUMENT", f"{key.name} not specified")
            body = {name: item for name, item in record.items() if name != key.name}
            try:
                record_id, created = dml.upsert(sobject, key, str(value), body)
            except AmbiguousKeyError as error:
                raise DmlError(
                    "DUPLICATE_EXTERNAL_ID",
                    f"{key.name}: more than one record found for external id field: {error}",
                ) from error
            return {**success(record_id), "created": created}

        return write

    def _deleting(self, dml: Dml, item: str) -> Write:
        def write() -> dict[str, Any]:
            record_id = ids.normalise(item.strip())
            sobject = None if record_id is None else self._org.schema.by_id(record_id)
            if record_id is None or sobject is None:
                raise DmlError("MALFORMED_ID", f"malformed id {item}")
            dml.delete(sobject, self._known(sobject, record_id))
            return success(record_id)

        return write

    def _known(self, sobject: SObject, record_id: str) -> str:
        """The id in its long form; raises DmlError where a collection does not say 404."""
        long = ids.normalise(record_id)
        if long is None:
            raise DmlError("MALFORMED_ID", f"malformed id {record_id}", "Id")
        if not long.startswith(sobject.prefix):
            raise DmlError(
                "MALFORMED_ID", f"{sobject.label} ID: id value of incorrect type: {long}", "Id"
            )
        if self._org.store.get(sobject, long) is None:
            raise DmlError("INVALID_CROSS_REFERENCE_KEY", "invalid cross reference id")
        return long


def _records(request: ApiRequest) -> list[dict[str, Any]]:
    records = objects(request.data, "records")
    _check_count(records)
    types = [str(attributes_of(item).get("type", "")).lower() for item in records]
    chunks = sum(before != after for before, after in zip(["", *types], types, strict=False))
    if chunks > _MAX_CHUNKS:
        raise ApiError(
            "TOO_MANY_CHUNKS", f"Cannot have more than {_MAX_CHUNKS} chunks in a single operation"
        )
    return records


def _all_or_none(request: ApiRequest) -> bool:
    return request.data.get("allOrNone") is True


def _check_count(records: Sequence[object]) -> None:
    if len(records) > MAX_RECORDS:
        raise _too_many(MAX_RECORDS)


def _too_many(limit: int) -> ApiError:
    return ApiError(
        "EXCEEDED_ID_LIMIT",
        f"record limit reached. cannot submit more than {limit} records into this call",
    )
