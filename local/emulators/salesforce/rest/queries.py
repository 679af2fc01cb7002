"""`/query` and `/queryAll`, with pages."""

from __future__ import annotations

import re
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from local.emulators.salesforce.errors import ApiError
from local.emulators.salesforce.org import Org
from local.emulators.salesforce.rest.messages import Answer, ApiRequest
from local.emulators.salesforce.soql.binding import Surroundings
from local.emulators.salesforce.soql.engine import Result, run

_KEPT_CURSORS = 10
_SMALLEST_BATCH = 200
_LOCATOR = re.compile(r"(01g\w{15})-(\d+)", re.ASCII)
_BATCH_OPTION = re.compile(r"batchSize\s*=\s*(\d+)", re.IGNORECASE)


class Queries:
    """Runs queries and keeps the rest of long answers. The oldest cursor is dropped first."""

    def __init__(self, org: Org) -> None:
        self._org = org
        self._cursors: dict[str, Result] = {}
        self._count = 0

    def start(self, request: ApiRequest) -> Answer:
        """GET /query?q=… or /queryAll?q=…"""
        text = request.query.get("q", "")
        if not text.strip():
            raise ApiError("MALFORMED_QUERY", "A query string has to be specified")
        around = Surroundings(
            store=self._org.store,
            schema=self._org.schema,
            now=self._org.now(),
            zone=ZoneInfo(self._org.switches.time_zone),
            include_deleted=request.segments[0] == "queryAll",
        )
        result = run(text, around, request.version)
        size = self._batch_size(request)
        if len(result.rows) <= size:
            return Answer(
                HTTPStatus.OK, {"totalSize": result.total, "done": True, "records": result.rows}
            )
        self._count += 1
        locator = f"01g{self._count:015d}"
        self._cursors[locator] = result
        while len(self._cursors) > _KEPT_CURSORS:
            del self._cursors[next(iter(self._cursors))]
        return self._page(request, locator, 0, size)

    def more(self, request: ApiRequest, locator: str) -> Answer:
        """GET /query/<locator>-<offset>."""
        match = _LOCATOR.fullmatch(locator)
        if match is None or match.group(1) not in self._cursors:
            raise ApiError("INVALID_QUERY_LOCATOR", "invalid query locator")
        return self._page(request, match.group(1), int(match.group(2)), self._batch_size(request))

    def _page(self, request: ApiRequest, locator: str, offset: int, size: int) -> Answer:
        result = self._cursors[locator]
        end = offset + size
        done = end >= len(result.rows)
        page: dict[str, Any] = {
            "totalSize": result.total,
            "done": done,
            "records": result.rows[offset:end],
        }
        if not done:
            page["nextRecordsUrl"] = (
                f"/services/data/v{request.version}/{request.segments[0]}/{locator}-{end}"
            )
        return Answer(HTTPStatus.OK, page)

    def _batch_size(self, request: ApiRequest) -> int:
        size = self._org.switches.batch_size
        option = _BATCH_OPTION.search(request.headers.get("sforce-query-options", ""))
        if option is None:
            return size
        return min(size, max(_SMALLEST_BATCH, int(option.group(1))))
