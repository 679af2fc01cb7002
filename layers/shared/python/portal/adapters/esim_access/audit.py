"""What the audit reads of eSIM Access.

Source: docs.esimaccess.com, "Query All Allocated Profiles".
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from portal.adapters.esim_access import reading
from portal.adapters.esim_access.client import EsimAccessClient
from portal.adapters.esim_verdict import UPSTREAM
from portal.domain.audit import LineRecord
from portal.domain.esim import LineState
from portal.ports.audit import RecordPage

PAGE_SIZE = 500
LOOK_BACK = timedelta(days=730)
"""Data plans live for a year at most; what is older has ended."""


def _now() -> datetime:
    return datetime.now(UTC)


class EsimAccessLinePages:
    """`RecordSource` of all profiles of the last two years."""

    def __init__(self, client: EsimAccessClient, *, now: Callable[[], datetime] = _now) -> None:
        self._client = client
        self._now = now

    def page(self, cursor: str | None) -> RecordPage:
        """Five hundred in one call."""
        number = int(cursor or 1)
        now = self._now()
        body = {
            "startTime": _time(now - LOOK_BACK),
            "endTime": _time(now + timedelta(days=1)),
            "pager": {"pageNum": number, "pageSize": PAGE_SIZE},
        }
        found = self._client.call("esim/query", body, writes=False).get("esimList") or []
        lines = [reading.line(item) for item in found]
        records = [
            LineRecord(id=line.line_id, ref=line.ref or "", ended=line.state is LineState.ENDED)
            for line in lines
        ]
        following = str(number + 1) if len(found) == PAGE_SIZE else None
        return RecordPage(records, following, {UPSTREAM: 1})


def _time(moment: datetime) -> str:
    """As the documentation writes the limits of a period."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M+00:00")
