"""The port for eSIM providers: order, find, reissue, top up and look up lines.

All methods raise the errors of `portal.domain.upstream` with `upstream` = `esim`. A write whose
outcome is unknown raises OutcomeUnknown. What the caller does then depends on `capabilities`:

- With `native` idempotency, within its ttl, it sends the same request with the same `ref` again.
- Otherwise it looks first: `find`, `find_reissue`, `find_top_up`. When they find nothing, the
  write had no effect. The engine waits `SETTLING_SECONDS` before it looks, so that the provider
  has finished the first request.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Protocol

from portal.domain.activation_code import ActivationCode
from portal.domain.esim import (
    Capabilities,
    Line,
    Offer,
    Overview,
    ProfileState,
    Reissue,
    Subscriber,
    TopUp,
    TopUpTrace,
    Trace,
    Usage,
)


class EsimProvider(Protocol):
    """One provider. `ref` is the portal's reference of one effect, the same on every retry."""

    @property
    def capabilities(self) -> Capabilities:
        """The abilities of this provider."""
        ...

    def subscribe(self, subscriber: Subscriber) -> str:
        """Return the provider's id of a customer, who is created if needed. Safe to repeat.

        Without `needs_subscriber` it makes no call, and the returned text has no meaning.
        """
        ...

    def activate(self, *, ref: str, plan: str, subscriber_id: str, eid: str | None = None) -> Line:
        """Order a line and return it. It may be pending.

        `eid` is the phone's, for providers that need it. Raises Refused, or OutcomeUnknown; then
        the module's docstring says how to continue.
        """
        ...

    def find(
        self,
        *,
        subscriber_id: str,
        refs: Sequence[str],
        since: datetime | None = None,
        known: Mapping[str, str] | None = None,
        eids: Mapping[str, str] | None = None,
    ) -> Mapping[str, Line]:
        """Return the lines of a customer that have one of the references, by reference.

        `since` is a time with a zone before which none of them was ordered. `known` are the line
        ids that answers gave, by reference. Both save calls where the provider cannot list a
        customer's lines. `eids` are the EIDs for which the lines were ordered; with `needs_eid`,
        lines are found by them.
        """
        ...

    def get_line(self, line_id: str) -> Line:
        """Return one line. Raises Refused when there is none."""
        ...

    def activation_code(self, line_id: str, *, line: Line | None = None) -> ActivationCode:
        """Return the code of a line from the provider. It is a credential: never store it.

        `line` is the line as the caller has just read it, which saves a read where the code is
        that of the line's SIM. Raises Unavailable while the provider has none yet, and Refused
        when it never has any (`capabilities.activation_codes`) or when its text cannot be parsed.
        """
        ...

    def reissue(
        self, *, ref: str, line_id: str, plan: str, subscriber_id: str, eid: str | None = None
    ) -> Reissue:
        """Request another profile for a line. The reissue may be pending.

        `plan` is the line's (`Line.plan`). Where a reissue is a replacement order, it is bought
        again, and the caller calls `end_line` for the old line once the new one is recorded.
        Raises Refused, or OutcomeUnknown; then call `find_reissue` before a repetition.
        """
        ...

    def find_reissue(self, trace: Trace) -> Reissue | None:
        """Return the state of a reissue; None when the provider shows none."""
        ...

    def end_line(self, line_id: str, *, installed: bool = False) -> None:
        """End a line for good. Does nothing when the line has ended already.

        `installed` says that a phone is known to have, or to have had, the profile. It saves a
        look where a profile that was never installed is ended in another way. Raises Unavailable
        while the line is pending.
        """
        ...

    def offers(self, plan: str) -> Sequence[Offer]:
        """Return the top-ups for a plan; none without `capabilities.top_up`."""
        ...

    def top_up(self, *, ref: str, line_id: str, offer_id: str) -> TopUp:
        """Buy an offer for a line. The top-up may be pending.

        Raises Refused, or OutcomeUnknown; then call `find_top_up` before a repetition.
        """
        ...

    def find_top_up(self, trace: TopUpTrace) -> TopUp | None:
        """Return the state of a top-up; None when it certainly did not happen.

        Raises OutcomeUnknown when the provider's data does not tell; then a person must decide.
        """
        ...

    def usage(self, line_ids: Sequence[str]) -> Mapping[str, Usage]:
        """Return the data usage by line id, in one request. Lines without a figure are left out.

        Raises ValueError for more than `capabilities.batch_size` lines.
        """
        ...

    def overview(self, line_ids: Sequence[str], *, subscriber_id: str) -> Mapping[str, Overview]:
        """Return by line id what one request tells about a customer's lines.

        Lines that it does not tell are left out.
        """
        ...

    def profile_state(self, line: Line) -> ProfileState:
        """Return the state of the profile of a line that the caller has just read.

        UNKNOWN where the provider does not tell. Makes no call where the line holds the state.
        """
        ...


class Subscribers(Protocol):
    """Remembers the provider's customer ids, which saves a call for the next order."""

    def find(self, provider: str, user_id: str) -> str | None:
        """Return the provider's id of a portal user; None when it is unknown."""
        ...

    def remember(self, provider: str, user_id: str, subscriber_id: str) -> None:
        """Store the provider's id of a portal user."""
        ...
