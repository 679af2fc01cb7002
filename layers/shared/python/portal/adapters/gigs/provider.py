"""`EsimProvider` over Gigs: all operations work on the same line and are asynchronous.

A line is a subscription. Its `metadata` holds the portal's reference, which is also the
Idempotency-Key of its creation; Gigs replays the answer for 24 hours. A reissue is a subscription
change, and a top-up is an add-on of the subscription. Neither has metadata, so both are found
again by line and time.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from portal.adapters.esim_offers import readable
from portal.adapters.esim_verdict import UPSTREAM
from portal.adapters.gigs import reading
from portal.adapters.gigs.client import PAGE_SIZE, GigsClient, segment
from portal.adapters.guard import Guard, unguarded
from portal.adapters.http import Transport
from portal.domain.activation_code import ActivationCode, InvalidActivationCodeError
from portal.domain.esim import (
    Capabilities,
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
from portal.domain.upstream import Refused, Unavailable
from portal.secrets import Secret

ALL_STATUSES = "pending,initiated,active,restricted,ended"
# How far the portal's clock and Gigs' may differ.
SKEW = timedelta(minutes=2)
# A prefix per operation, because one key counts for all operations of a project.
REISSUE, TOP_UP = "reissue:", "topup:"
LONGEST_KEY = 255
_NOT_FOUND = 404


def _utc_now() -> datetime:
    return datetime.now(UTC)


class GigsProvider:
    """One Gigs project. The secret is `{"project", "token"}`.

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
    ) -> None:
        self._client = GigsClient(url=url, secret=secret, transport=transport, guard=guard)
        self._now = now

    @property
    def capabilities(self) -> Capabilities:
        """The provider's abilities. All operations work on the same line, asynchronously."""
        return Capabilities(
            provider="gigs",
            reissue=ReissueMode.SAME_LINE,
            top_up=True,
            asynchronous=True,
            idempotency="native",
            idempotency_ttl=timedelta(hours=24),
            top_up_idempotency="native",
            max_ref_length=LONGEST_KEY - len(REISSUE),
            needs_subscriber=True,
            needs_eid=False,
            activation_codes=True,
            batch_size=1,
        )

    def subscribe(self, subscriber: Subscriber) -> str:
        """Return the id of the user at Gigs, which is created if needed.

        It calls POST users and, when the address is known already, POST users/search.
        """
        body = {
            "email": subscriber.email,
            "fullName": subscriber.full_name,
            "metadata": {"portalUser": subscriber.user_id},
        }
        try:
            created = self._client.post("users", body, key=f"user:{subscriber.user_id}")
        except Refused as error:
            if error.code != "userAlreadyExists":
                raise
        else:
            return reading.made(created, "POST users")
        found = self._client.search("users/search", {"email": subscriber.email})
        wanted = subscriber.email.casefold()
        for user in found.get("items") or ():
            if str(user.get("email", "")).casefold() == wanted:
                return str(user["id"])
        raise Refused(UPSTREAM, "POST users/search", "the existing user is not found")

    def activate(
        self,
        *,
        ref: str,
        plan: str,
        subscriber_id: str,
        eid: str | None = None,  # noqa: ARG002  # Gigs allocates eSIMs without it
    ) -> Line:
        """Create a subscription with a new eSIM (POST subscriptions). Returns the line."""
        body = {"plan": plan, "user": subscriber_id, "sim": "auto", "metadata": {reading.REF: ref}}
        answer = self._client.post("subscriptions", body, key=ref)
        reading.made(answer, "POST subscriptions")
        return reading.line(answer)

    def find(
        self,
        *,
        subscriber_id: str,
        refs: Sequence[str],
        since: datetime | None = None,  # noqa: ARG002  # a customer has few lines
        known: Mapping[str, str] | None = None,  # noqa: ARG002  # as for `since`
        eids: Mapping[str, str] | None = None,  # noqa: ARG002  # as for activate
    ) -> Mapping[str, Line]:
        """Return the user's lines by reference (GET subscriptions), including ended ones.

        Of two lines with one reference, the newer one is returned.
        """
        wanted, found = set(refs), dict[str, Line]()
        query = {"user": subscriber_id, "status": ALL_STATUSES}
        for item in self._client.pages("subscriptions", query):
            line = reading.line(item)
            if line.ref is not None and line.ref in wanted:
                found.setdefault(line.ref, line)
            if len(found) == len(wanted):
                break
        return found

    def get_line(self, line_id: str) -> Line:
        """Return a line (GET subscriptions/{id})."""
        return reading.line(self._client.get(f"subscriptions/{segment(line_id)}"))

    def activation_code(self, line_id: str, *, line: Line | None = None) -> ActivationCode:
        """Return the activation code of a line.

        It calls GET subscriptions/{id} for the SIM, unless `line` is given, then GET
        sims/{sim}/credentials. Raises Unavailable while there is no code, and Refused when it
        cannot be parsed.
        """
        sim = (line or self.get_line(line_id)).sim_id
        if sim is None:
            raise _not_ready()
        try:
            answer = self._client.get(f"sims/{segment(sim)}/credentials")
        except Refused as error:
            if error.status == _NOT_FOUND:  # the SIM has no credentials yet
                raise _not_ready() from error
            raise
        code = answer.get("activationCode")
        if not code:
            raise _not_ready()
        try:
            return ActivationCode.parse(str(code))
        except InvalidActivationCodeError as error:
            raise Refused(UPSTREAM, "GET sims/credentials", str(error)) from None

    def reissue(
        self,
        *,
        ref: str,
        line_id: str,
        plan: str,  # noqa: ARG002  # the line keeps its plan
        subscriber_id: str,  # noqa: ARG002  # and its user
        eid: str | None = None,  # noqa: ARG002  # as for activate
    ) -> Reissue:
        """Change the line to a new eSIM at once (POST subscriptionChanges)."""
        body = {"subscription": line_id, "sim": "auto", "when": "now"}
        answer = self._client.post("subscriptionChanges", body, key=f"{REISSUE}{ref}")
        reading.made(answer, "POST subscriptionChanges")
        return reading.reissue(answer)

    def find_reissue(self, trace: Trace) -> Reissue | None:
        """Find the change by its id, else the newest change of the line's SIM since then."""
        if trace.change_id is not None:
            return reading.reissue(
                self._client.get(f"subscriptionChanges/{segment(trace.change_id)}")
            )
        found = self._since(trace, "subscriptionChanges", {"subscription": trace.line_id})
        changes = [item for item in found if (item.get("requestedChange") or {}).get("sim")]
        return reading.reissue(changes[0]) if changes else None

    def end_line(
        self,
        line_id: str,
        *,
        installed: bool = False,  # noqa: ARG002  # ended in the same way
    ) -> None:
        """End a line (POST subscriptions/{id}/end). A refusal for an ended line is no error.

        Raises Unavailable for a line that is still pending.
        """
        try:
            self._client.post(f"subscriptions/{segment(line_id)}/end", {})
        except Refused as error:
            state = self.get_line(line_id).state
            if state is LineState.ENDED:
                return
            if state is LineState.PENDING:
                raise Unavailable(
                    UPSTREAM, "POST subscriptions/end", "the line is pending", code="not-ready"
                ) from error
            raise

    def offers(self, plan: str) -> Sequence[Offer]:
        """Return the top-ups that can be bought for the plan (GET addons)."""
        query = {"plan": plan, "status": "available", "type": "topUp"}
        items = self._client.pages("addons", query)
        fitting = (
            item
            for item in items
            if item.get("status") == "available" and plan in (item.get("plans") or ())
        )
        return readable(fitting, reading.offer, "gigs")

    def top_up(self, *, ref: str, line_id: str, offer_id: str) -> TopUp:
        """Top a line up (POST subscriptionAddons). Returns the top-up, which may be pending."""
        body = {"subscription": line_id, "addon": offer_id}
        answer = self._client.post("subscriptionAddons", body, key=f"{TOP_UP}{ref}")
        reading.made(answer, "POST subscriptionAddons")
        return reading.top_up(answer)

    def find_top_up(self, trace: TopUpTrace) -> TopUp | None:
        """Find the add-on by its id, else the newest of this line and offer since then."""
        if trace.change_id is not None:
            return reading.top_up(
                self._client.get(f"subscriptionAddons/{segment(trace.change_id)}")
            )
        query = {"subscription": trace.line_id, "addon": trace.offer_id}
        found = self._since(trace, "subscriptionAddons", query)
        return reading.top_up(found[0]) if found else None

    def usage(self, line_ids: Sequence[str]) -> Mapping[str, Usage]:
        """Return the data usage of one line (GET usageBalances)."""
        self.capabilities.check_batch(line_ids)
        found = {}
        for line_id in line_ids:
            balances = self._client.pages("usageBalances", {"subscription": line_id})
            usage = reading.usage(balances, self._now())
            if usage is not None:
                found[line_id] = usage
        return found

    def overview(self, line_ids: Sequence[str], *, subscriber_id: str) -> Mapping[str, Overview]:
        """Return state and period of the user's newest lines (GET subscriptions, one page)."""
        query = {"user": subscriber_id, "status": ALL_STATUSES, "limit": str(PAGE_SIZE)}
        found = self._client.get("subscriptions", query).get("items") or ()
        lines = [reading.line(item) for item in found]
        return {
            line.line_id: Overview(
                state=line.state, expires_at=line.expires_at, period_ends=line.period_ends
            )
            for line in lines
            if line.line_id in line_ids
        }

    def profile_state(self, line: Line) -> ProfileState:
        """Return the state of the profile of the line's SIM (GET sims/{sim}/eSimProfile).

        Only some of Gigs' networks report it; for the others it is UNKNOWN.
        """
        if line.sim_id is None:
            return ProfileState.UNKNOWN
        try:
            profile = self._client.get(f"sims/{segment(line.sim_id)}/eSimProfile")
        except Refused as error:
            if error.status == _NOT_FOUND:
                return ProfileState.UNKNOWN
            raise
        return reading.PROFILE_STATES.get(str(profile.get("status")), ProfileState.UNKNOWN)

    def _since(self, trace: Trace, path: str, query: dict[str, str]) -> list[dict[str, Any]]:
        """Return the items since the trace's time, newest first, without those of other changes."""
        found = []
        for item in self._client.pages(path, query):
            created = reading.moment(item.get("createdAt"))
            if created is not None and created < trace.since - SKEW:
                break
            if str(item.get("id")) not in trace.earlier:
                found.append(item)
        return found


def _not_ready() -> Unavailable:
    return Unavailable(
        UPSTREAM, "activation code", "the provider has no activation code yet", code="not-ready"
    )
