"""`EsimProvider` over eSIM Access: prepaid data eSIMs, ordered by package.

A line is one profile, identified by its `esimTranNo`, because ICCIDs are used again. Until the
profile is allocated, the line's id is `order:` and the order's number. The portal's reference is
the `transactionId` of the order: "duplicate transactionId will be identified as the same request".
The documentation does not say so for top-ups, so the profile's total volume tells whether one
happened. A line cannot be reissued; another one is ordered instead.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from portal.adapters.esim_access import errors, reading
from portal.adapters.esim_access.client import EsimAccessClient
from portal.adapters.esim_access.signing import Signer
from portal.adapters.esim_offers import readable
from portal.adapters.esim_verdict import UPSTREAM
from portal.adapters.guard import Guard, unguarded
from portal.adapters.http import Transport
from portal.domain.activation_code import ActivationCode, InvalidActivationCodeError
from portal.domain.esim import (
    Capabilities,
    ChangeState,
    Line,
    LineState,
    Offer,
    Overview,
    ProfileState,
    Reissue,
    ReissueMode,
    Subscriber,
    TopUp,
    TopUpTrace,
    Trace,
    Usage,
)
from portal.domain.upstream import OutcomeUnknown, Refused, Unavailable
from portal.secrets import Secret

ORDER = "order:"
PAGE_SIZE, ONE_PAGE = 500, 5
MOST_PAGES = 10_000
SKEW = timedelta(minutes=10)
# How far back a listing goes when no start is given. Older orders are found by their number.
LOOK_BACK = timedelta(days=90)


def _utc_now() -> datetime:
    return datetime.now(UTC)


class EsimAccessProvider:
    """One merchant's account. The secret is `{"accessCode", "secretKey"}`.

    `guard` runs every call, for a circuit breaker.
    """

    def __init__(
        self,
        *,
        url: str,
        secret: Secret,
        transport: Transport | None = None,
        guard: Guard = unguarded,
        now: Callable[[], datetime] = _utc_now,
        signer: Signer | None = None,
    ) -> None:
        self._client = EsimAccessClient(
            url=url, secret=secret, transport=transport, guard=guard, signer=signer
        )
        self._now = now

    @property
    def capabilities(self) -> Capabilities:
        """The provider's abilities.

        The documentation names no time limit for repeated orders. Repeated top-ups are carried
        out again.
        """
        return Capabilities(
            provider="esim_access",
            reissue=ReissueMode.REPLACEMENT_ORDER,
            top_up=True,
            asynchronous=True,
            idempotency="native",
            idempotency_ttl=None,
            top_up_idempotency="none",
            max_ref_length=50,
            needs_subscriber=False,
            needs_eid=False,
            activation_codes=True,
            batch_size=10,
        )

    def subscribe(self, subscriber: Subscriber) -> str:
        """Return the user's id without a call, because eSIM Access has no customers."""
        return subscriber.user_id

    def activate(
        self,
        *,
        ref: str,
        plan: str,
        subscriber_id: str,  # noqa: ARG002  # the API has no customers
        eid: str | None = None,  # noqa: ARG002  # profiles are not bound to a phone
    ) -> Line:
        """Order one profile (esim/order). Returns the pending line."""
        number = self._order(ref, plan)
        return Line(line_id=ORDER + number, state=LineState.PENDING, ref=ref, plan=plan)

    def find(
        self,
        *,
        subscriber_id: str,  # noqa: ARG002  # as for activate
        refs: Sequence[str],
        since: datetime | None = None,
        known: Mapping[str, str] | None = None,
        eids: Mapping[str, str] | None = None,  # noqa: ARG002  # as for activate
    ) -> Mapping[str, Line]:
        """Return the lines by reference (esim/query by time, and by order number).

        A listing holds allocated profiles only. An order that is being allocated or that failed
        is found only by its number.
        """
        handles = {ref: line_id for ref, line_id in (known or {}).items() if ref in refs}
        found = {}
        if len(refs) > 1 or not handles:
            found.update(self._listed(set(refs), since))
        for ref, line_id in handles.items():
            if ref not in found:
                found[ref] = self.get_line(line_id)
        return found

    def get_line(self, line_id: str) -> Line:
        """Return a line (esim/query by the number of the profile or of the order)."""
        try:
            return reading.line(self._profile(line_id))
        except Unavailable as error:
            if error.code != errors.ALLOCATING:
                raise
            return Line(line_id=line_id, state=LineState.PENDING)
        except Refused as error:
            if error.code != errors.ABNORMAL_STATUS:
                raise
            return Line(line_id=line_id, state=LineState.ENDED, reason=error.code)

    def activation_code(
        self,
        line_id: str,
        *,
        line: Line | None = None,  # noqa: ARG002  # a line never holds its code
    ) -> ActivationCode:
        """Return the activation code of a line (esim/query, member `ac`).

        Raises Unavailable while there is none, and Refused when it cannot be parsed.
        """
        code = self._profile(line_id).get("ac")
        if not code:
            raise _not_ready("esim/query", "the provider has no activation code yet")
        try:
            return ActivationCode.parse(str(code))
        except InvalidActivationCodeError as error:
            raise Refused(UPSTREAM, "esim/query", str(error)) from None

    def reissue(
        self,
        *,
        ref: str,
        line_id: str,  # noqa: ARG002  # the new line has no relation to the old one
        plan: str,
        subscriber_id: str,  # noqa: ARG002  # as for activate
        eid: str | None = None,  # noqa: ARG002  # as for activate
    ) -> Reissue:
        """Order another profile of the plan (esim/order). Returns the pending reissue."""
        number = self._order(ref, plan)
        return Reissue(reissue_id=ORDER + number, state=ChangeState.PENDING)

    def find_reissue(self, trace: Trace) -> Reissue | None:
        """Find the order by its number, else by its transactionId in a listing since then."""
        if trace.change_id is not None:
            line = self.get_line(trace.change_id)
        else:
            listed = self._listed({trace.ref}, trace.since)
            if trace.ref not in listed:
                return None
            line = listed[trace.ref]
        states = {LineState.PENDING: ChangeState.PENDING, LineState.ENDED: ChangeState.FAILED}
        state = states.get(line.state, ChangeState.DONE)
        done = state is ChangeState.DONE
        return Reissue(
            reissue_id=trace.change_id or line.line_id,
            state=state,
            line_id=line.line_id if done else None,
            iccid=line.iccid if done else None,
            reason=line.reason,
        )

    def end_line(self, line_id: str, *, installed: bool = False) -> None:
        """End a line: esim/cancel, with a refund, if it was never installed, else esim/revoke.

        An installed profile can never be cancelled, so it is revoked without a look.
        """
        if installed and not line_id.startswith(ORDER):
            self._revoke({"esimTranNo": line_id})
            return
        try:
            item = self._profile(line_id)
        except Refused as error:
            if error.code == errors.ABNORMAL_STATUS:
                return
            raise
        if reading.line(item).state is LineState.ENDED:
            return
        name = {"esimTranNo": str(item["esimTranNo"])}
        if reading.never_installed(item):
            try:
                self._client.call("esim/cancel", name, writes=True)
            except Refused as error:
                # The profile was installed or ended meanwhile.
                if error.code != errors.NOT_IN_THIS_STATUS:
                    raise
            else:
                return
        self._revoke(name)

    def offers(self, plan: str) -> Sequence[Offer]:
        """Return the top-ups for a package code or slug (package/list of the type TOPUP).

        Day passes are left out, because their price depends on a number of days.
        """
        # Slugs consist of region, volume and days ("JP_5_30"). Codes have no underscore.
        by = "slug" if "_" in plan else "packageCode"
        found = self._client.call("package/list", {"type": "TOPUP", by: plan}, writes=False)
        fixed = (
            item
            for item in found.get("packageList") or ()
            if item.get("dataType", reading.FIXED_DATA) == reading.FIXED_DATA
        )
        return readable(fixed, reading.offer, "esim_access")

    def top_up(self, *, ref: str, line_id: str, offer_id: str) -> TopUp:
        """Top a line up (esim/topup). Returns the finished top-up."""
        number = line_id
        if line_id.startswith(ORDER):
            number = str(self._profile(line_id)["esimTranNo"])
        body = {"esimTranNo": number, "packageCode": offer_id, "transactionId": ref}
        answer = self._client.call("esim/topup", body, writes=True)
        return TopUp(state=ChangeState.DONE, top_up_id=answer.get("topUpEsimTranNo"))

    def find_top_up(self, trace: TopUpTrace) -> TopUp | None:
        """Find a top-up: the line's total volume has grown by exactly what was bought.

        Raises OutcomeUnknown when the volume (esim/query) does not tell.
        """
        if trace.change_id is not None:
            return TopUp(state=ChangeState.DONE, top_up_id=trace.change_id)
        before, added, now = trace.data_before, trace.data_added, None
        if before is not None and added is not None:
            now = self.get_line(trace.line_id).data_total
        if before is not None and added is not None and now is not None:
            if now == before:
                return None
            if now == before + added:
                return TopUp(state=ChangeState.DONE)
        raise OutcomeUnknown(
            UPSTREAM,
            "esim/query",
            f"the line's volume does not tell whether the top-up happened: {before} bytes before, "
            f"{now} now, {added} bought",
            code="total-differs",
        )

    def usage(self, line_ids: Sequence[str]) -> Mapping[str, Usage]:
        """Return the data usage of lines (esim/usage/query). Figures are two to three hours old."""
        self.capabilities.check_batch(line_ids)
        numbers = [line_id for line_id in line_ids if not line_id.startswith(ORDER)]
        if not numbers:
            return {}
        body = {"esimTranNoList": numbers}
        answer = self._client.call("esim/usage/query", body, writes=False)
        found = {}
        for item in answer.get("esimUsageList") or ():
            try:
                found[str(item["esimTranNo"])] = reading.usage(item)
            except (KeyError, TypeError, ValueError):
                continue
        return found

    def overview(
        self,
        line_ids: Sequence[str],
        *,
        subscriber_id: str,  # noqa: ARG002  # as for activate
    ) -> Mapping[str, Overview]:
        """Return the usage of the first ten lines (esim/usage/query).

        No request tells the states of several lines that are named.
        """
        told = self.usage(line_ids[: self.capabilities.batch_size])
        return {line_id: Overview(usage=usage) for line_id, usage in told.items()}

    def profile_state(self, line: Line) -> ProfileState:
        """Return the state that the line was read with (esim/query, member `smdpStatus`)."""
        return line.profile or ProfileState.UNKNOWN

    def _order(self, ref: str, plan: str) -> str:
        body = {"transactionId": ref, "packageInfoList": [{"packageCode": plan, "count": 1}]}
        answer = self._client.call("esim/order", body, writes=True)
        if not answer.get("orderNo"):
            raise OutcomeUnknown(UPSTREAM, "esim/order", "success without an order number")
        return str(answer["orderNo"])

    def _profile(self, line_id: str) -> dict[str, Any]:
        """Return the profile of a line id. Raises Unavailable while it is being allocated."""
        by = {"esimTranNo": line_id}
        if line_id.startswith(ORDER):
            by = {"orderNo": line_id.removeprefix(ORDER)}
        page = self._page(by, size=ONE_PAGE, number=1)
        if not page:
            raise Refused(UPSTREAM, "esim/query", "there is no such line", code="no-such-line")
        return page[0]

    def _revoke(self, name: dict[str, str]) -> None:
        try:
            self._client.call("esim/revoke", name, writes=True)
        except Refused as error:
            if error.code not in (errors.NOT_IN_THIS_STATUS, errors.ABNORMAL_STATUS):
                raise
            if self.get_line(name["esimTranNo"]).state is not LineState.ENDED:
                raise

    def _listed(self, refs: set[str], since: datetime | None) -> dict[str, Line]:
        now = self._now()
        start = (since or now - LOOK_BACK) - SKEW
        period = {"startTime": _time(start), "endTime": _time(now + SKEW)}
        found: dict[str, Line] = {}
        for item in self._items(period):
            line = reading.line(item)
            if line.ref in refs:
                found[line.ref] = line
            if len(found) == len(refs):
                break
        return found

    def _items(self, period: dict[str, str]) -> Iterator[dict[str, Any]]:
        for number in range(1, MOST_PAGES + 1):
            page = self._page(period, size=PAGE_SIZE, number=number)
            yield from page
            if len(page) < PAGE_SIZE:
                return

    def _page(self, by: dict[str, str], *, size: int, number: int) -> list[dict[str, Any]]:
        body = {**by, "pager": {"pageNum": number, "pageSize": size}}
        found: list[dict[str, Any]] = (
            self._client.call("esim/query", body, writes=False).get("esimList") or []
        )
        return found


def _time(moment: datetime) -> str:
    """Return a time as the documentation writes the limits of a period."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M+00:00")


def _not_ready(operation: str, message: str) -> Unavailable:
    return Unavailable(UPSTREAM, operation, message, code="not-ready")
