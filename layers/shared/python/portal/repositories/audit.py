"""The audit's spool, and what it reads of the workflow and identity tables.

Items of the ephemeral table, each for a month: `AUDIT`, the state of the last run;
`AUDIT#<run>#<source>#<number>`, one page of records, compressed; `AUDIT#<run>#FOUND`, its findings.
A page of a thousand records takes about 60 KB of the 400 KB that an item may have.
"""

from __future__ import annotations

import base64
import dataclasses
import json
import re
import zlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any

from portal.domain.audit import (
    RECORDS,
    AuditFinding,
    FindingKind,
    JobRecord,
    MappingRecord,
    Source,
)
from portal.ports.audit import AuditState, RecordPage
from portal.repositories.dynamodb import Table

KEPT_SECONDS = 35 * 86_400
PAGE_ITEMS = 1_000
MOST_FINDINGS = 1_000
"""The first of them are kept; the number of all is in the state."""
DYNAMODB = "dynamodb"
_REFERENCE = re.compile(r"portal-[0-9a-f]+")
_JOB = re.compile(r"([a-z]+)#(.+)")


class DynamoSpool:
    """`Spool` over the ephemeral table."""

    def __init__(self, table: Table, *, clock: Callable[[], float]) -> None:
        self._table = table
        self._clock = clock

    def state(self) -> AuditState | None:
        """A strongly consistent read."""
        item = self._table.get({"pk": "AUDIT"})
        return AuditState(**json.loads(item["state"])) if item else None

    def save(self, state: AuditState) -> None:
        """Replace it: one invocation at a time writes (the schedule's lease)."""
        self._put("AUDIT", state=json.dumps(dataclasses.asdict(state)))

    def keep(self, run_id: str, source: Source, number: int, page: Sequence[Any]) -> None:
        """One item."""
        text = json.dumps([dataclasses.astuple(record) for record in page])
        packed = base64.b85encode(zlib.compress(text.encode())).decode()
        self._put(_page_key(run_id, source, number), page=packed)

    def records(self, run_id: str, source: Source, pages: int) -> Iterator[Any]:
        """Page after page."""
        kind = RECORDS[source]
        names = [field.name for field in dataclasses.fields(kind)]
        for number in range(pages):
            item = self._table.get({"pk": _page_key(run_id, source, number)}) or {}
            text = zlib.decompress(base64.b85decode(item["page"])).decode()
            for values in json.loads(text):
                yield kind(**dict(zip(names, values, strict=True)))

    def report(self, run_id: str, findings: Sequence[AuditFinding]) -> None:
        """One item."""
        kept = [dataclasses.asdict(finding) for finding in findings[:MOST_FINDINGS]]
        packed = base64.b85encode(zlib.compress(json.dumps(kept).encode())).decode()
        self._put(f"AUDIT#{run_id}#FOUND", page=packed)

    def found(self, run_id: str) -> Sequence[AuditFinding]:
        """The first of them."""
        item = self._table.get({"pk": f"AUDIT#{run_id}#FOUND"})
        if item is None:
            return ()
        entries = json.loads(zlib.decompress(base64.b85decode(item["page"])))
        return [AuditFinding(**{**e, "kind": FindingKind(e["kind"])}) for e in entries]

    def _put(self, pk: str, **values: Any) -> None:
        expiration = int(self._clock()) + KEPT_SECONDS
        self._table.put({"pk": pk, "expiration": expiration, **values})


class JobPages:
    """`RecordSource` of the jobs: a scan of the workflow table, which is read at night only."""

    def __init__(self, table: Table) -> None:
        self._table = table

    def page(self, cursor: str | None) -> RecordPage:
        """At most a megabyte of items."""
        items, following = self._table.scan(
            start=json.loads(cursor) if cursor else None,
            filter="sk = :meta AND attribute_exists(leaseUntil)",
            values={":meta": "META"},
        )
        records = [_job(item) for item in items]
        return RecordPage(records, json.dumps(following) if following else None, {DYNAMODB: 1})


class MappingPages:
    """`RecordSource` of the customers. `existing` gives the Accounts that exist of those named,
    and the number of calls that it took."""

    def __init__(
        self, table: Table, existing: Callable[[Sequence[str]], tuple[frozenset[str], int]]
    ) -> None:
        self._table = table
        self._existing = existing

    def page(self, cursor: str | None) -> RecordPage:
        """A thousand items of the table; four of them are one customer."""
        items, following = self._table.scan(
            start=json.loads(cursor) if cursor else None,
            filter="begins_with(pk, :user)",
            values={":user": "USER#"},
            limit=PAGE_ITEMS,
        )
        accounts = sorted({str(item["sfAccountId"]) for item in items})
        existing, calls = self._existing(accounts) if accounts else (frozenset(), 0)
        records = [
            MappingRecord(
                user_id=str(item["pk"]).removeprefix("USER#"),
                client_id=int(item["whmcsClientId"]),
                account_id=str(item["sfAccountId"]),
                account_exists=str(item["sfAccountId"]) in existing,
            )
            for item in items
        ]
        told = {DYNAMODB: 1, "salesforce": calls}
        return RecordPage(records, json.dumps(following) if following else None, told)


def _job(item: Mapping[str, Any]) -> JobRecord:
    found = _JOB.fullmatch(str(item["pk"]))
    kind, subject = found.groups() if found else ("", str(item["pk"]))
    due = item.get("dueAt")
    steps = item.get("steps") or {}
    refund = _data(steps, "invoice").get("refund") or {}
    return JobRecord(
        kind=kind,
        subject=subject,
        status=str(item["status"]),
        changed_at=float(item["writtenAt"]),
        due_at=float(due) if isinstance(due, Decimal | int | float) else None,
        refs=tuple(sorted(set(_references(steps)))),
        delivered=bool(_data(steps, "top_up").get("done")),
        returned=bool(refund.get("credited")),
        closed=bool(item.get("closed")),
    )


def _data(steps: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """What a step has recorded."""
    found: Mapping[str, Any] = (steps.get(name) or {}).get("data") or {}
    return found


def _references(value: Any) -> Iterator[str]:
    """Whatever a job's steps keep that looks like a reference of ours at the provider."""
    if isinstance(value, Mapping):
        for item in value.values():
            yield from _references(item)
    elif isinstance(value, list | tuple):
        for item in value:
            yield from _references(item)
    elif isinstance(value, str) and _REFERENCE.fullmatch(value):
        yield value


def _page_key(run_id: str, source: Source, number: int) -> str:
    return f"AUDIT#{run_id}#{source}#{number}"
