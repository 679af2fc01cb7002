"""What the audit reads of Gigs. Source: developers.gigs.com, "List subscriptions", "Pagination"."""

from __future__ import annotations

from portal.adapters.esim_verdict import UPSTREAM
from portal.adapters.gigs import reading
from portal.adapters.gigs.client import PAGE_SIZE, GigsClient
from portal.adapters.gigs.provider import ALL_STATUSES
from portal.domain.audit import LineRecord
from portal.domain.esim import LineState
from portal.ports.audit import RecordPage


class GigsLinePages:
    """`RecordSource` of all subscriptions, newest first."""

    def __init__(self, client: GigsClient) -> None:
        self._client = client

    def page(self, cursor: str | None) -> RecordPage:
        """Two hundred in one call."""
        after = {"after": cursor} if cursor else {}
        query = {"status": ALL_STATUSES, "limit": str(PAGE_SIZE), **after}
        page = self._client.get("subscriptions", query)
        lines = [reading.line(item) for item in page.get("items") or ()]
        records = [
            LineRecord(id=line.line_id, ref=line.ref or "", ended=line.state is LineState.ENDED)
            for line in lines
        ]
        return RecordPage(records, page.get("moreItemsAfter") or None, {UPSTREAM: 1})
