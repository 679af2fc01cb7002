"""`/composite/tree/X`: records with their children, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from http import HTTPStatus
from typing import Any

from local.emulators.salesforce.dml import Dml
from local.emulators.salesforce.errors import ApiError
from local.emulators.salesforce.org import Org
from local.emulators.salesforce.rest.messages import Answer, ApiRequest, attributes_of, objects
from local.emulators.salesforce.schema import SObject

MAX_RECORDS = 200
MAX_DEPTH = 5
MAX_TYPES = 5


class Trees:
    """Insert only ("Create Nested Records")."""

    def __init__(self, org: Org) -> None:
        self._org = org

    def create(self, request: ApiRequest, sobject: SObject) -> Answer:
        """POST /composite/tree/X: 201 with all ids, or 400 with the culprits."""
        records = objects(request.data, "records")
        if not records:
            raise ApiError("INVALID_INPUT", "records: a list of records is needed")
        everything = list(_walk(records, 1))
        _check_limits(everything)
        mark = self._org.store.mark()
        results: list[dict[str, Any]] = []
        dml = Dml(self._org, request.user_id)
        try:
            for record in records:
                self._plant(dml, sobject, record, {}, results)
        except ApiError as error:
            self._org.store.rollback(mark)
            culprit = {
                "referenceId": results[-1]["referenceId"],
                "errors": [error.as_result_error()],
            }
            return Answer(HTTPStatus.BAD_REQUEST, {"hasErrors": True, "results": [culprit]})
        return Answer(HTTPStatus.CREATED, {"hasErrors": False, "results": results})

    def _plant(
        self,
        dml: Dml,
        sobject: SObject,
        record: dict[str, Any],
        parent: dict[str, str],
        results: list[dict[str, Any]],
    ) -> None:
        result = {"referenceId": str(attributes_of(record).get("referenceId"))}
        results.append(result)
        children = {name: value for name, value in record.items() if _is_branch(value)}
        own = {name: value for name, value in record.items() if name not in children}
        result["id"] = dml.insert(sobject, {**own, **parent})
        for name, branch in children.items():
            child = sobject.find_child(name)
            if child is None:
                raise ApiError(
                    "INVALID_FIELD", f"No such column '{name}' on sobject of type {sobject.name}"
                )
            target = self._org.schema.get(child.object_name)
            for item in branch["records"]:
                self._plant(dml, target, item, {child.field_name: result["id"]}, results)


def _is_branch(value: Any) -> bool:
    return (
        isinstance(value, dict) and bool(value.get("records")) and bool(objects(value, "records"))
    )


def _walk(records: list[dict[str, Any]], depth: int) -> Iterator[tuple[dict[str, Any], int]]:
    for record in records:
        yield record, depth
        for value in record.values():
            if _is_branch(value):
                yield from _walk(value["records"], depth + 1)


def _check_limits(everything: list[tuple[dict[str, Any], int]]) -> None:
    names = [attributes_of(record) for record, _ in everything]
    references = [str(item.get("referenceId") or "") for item in names]
    if "" in references or len(set(references)) != len(references):
        raise ApiError("INVALID_INPUT", "every record needs a unique attributes.referenceId")
    too_deep = max(depth for _, depth in everything) > MAX_DEPTH
    too_many_types = len({str(item.get("type")) for item in names}) > MAX_TYPES
    if len(everything) > MAX_RECORDS or too_deep or too_many_types:
        raise ApiError(
            "INVALID_INPUT",
            f"at most {MAX_RECORDS} records of {MAX_TYPES} types on {MAX_DEPTH} levels are allowed",
        )
