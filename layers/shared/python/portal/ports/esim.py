"""eSIM lines, whoever provides them: ordering, finding, reissuing, topping up, looking up.

All methods raise the errors of `portal.domain.upstream` with `upstream` = `esim`. A write whose
outcome is unknown raises OutcomeUnknown; what has to be done then depends on `capabilities`:

- `native` idempotency, within its ttl: send the same request with the same `ref` again;
- otherwise look first: `find`, `find_reissue`, `find_top_up`. Nothing found means that nothing
  happened; the engine waits `SETTLING_SECONDS` before it looks, so that a request on its way
  arrives.
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
    ProfileState,
    Reissue,
    Subscriber,
    TopUp,
    TopUpTrace,
    Trace,
    Usage,
)


class EsimProvider(Protocol):
    """One provider. `ref` is our reference of one effect: the same on every retry."""

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do."""
        ...

    def subscribe(self, subscriber: Subscriber) -> str:
        """The provider's own id of a customer, made when it does not exist; safe to repeat.

        Without `needs_subscriber` it makes no call, and what it returns means nothing.
        """
        ...

    def activate(self, *, ref: str, plan: str, subscriber_id: str, eid: str | None = None) -> Line:
        """Order a line; it may be pending. Safe to repeat with the same `ref` for a while.

        `eid` is the phone's, for providers that need it. Raises Refused, or OutcomeUnknown: then
        `find` before asking again.
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
        """The lines of a customer that carry one of our references, by reference.

        `since`, aware: none of them was ordered before; `known`: line ids that answers gave, by
        reference. Both spare calls where the provider cannot be asked for a customer's lines.
        `eids`: the EID that each was ordered for; with `needs_eid` it is what lines are found by.
        """
        ...

    def get_line(self, line_id: str) -> Line:
        """One line. Raises Refused when there is none."""
        ...

    def activation_code(self, line_id: str) -> ActivationCode:
        """The code of a line, fresh from the provider: a credential, never to be stored.

        Raises Unavailable while the provider has none yet, Refused when it never has any
        (`capabilities.activation_codes`) or when its text cannot be read.
        """
        ...

    def reissue(
        self, *, ref: str, line_id: str, plan: str, subscriber_id: str, eid: str | None = None
    ) -> Reissue:
        """Ask for another profile; it may be pending.

        `plan` is the line's (`Line.plan`) and is bought anew where a reissue is a replacement
        order; `end_line` for the old line is then the caller's, once the new one is recorded.
        Raises Refused, or OutcomeUnknown: then `find_reissue` before asking again.
        """
        ...

    def find_reissue(self, trace: Trace) -> Reissue | None:
        """How a reissue stands, None when the provider shows none. For polling and for looking."""
        ...

    def end_line(self, line_id: str) -> None:
        """End a line for good; one that has ended already is left as it is.

        Raises Unavailable while it is pending.
        """
        ...

    def offers(self, plan: str) -> Sequence[Offer]:
        """The top-ups that go with a plan; empty without `capabilities.top_up`."""
        ...

    def top_up(self, *, ref: str, line_id: str, offer_id: str) -> TopUp:
        """Buy an offer for a line; it may be pending.

        Raises Refused, or OutcomeUnknown: then `find_top_up` before asking again.
        """
        ...

    def find_top_up(self, trace: TopUpTrace) -> TopUp | None:
        """How a top-up stands, None when it certainly did not happen. For polling and looking.

        Raises OutcomeUnknown when the provider's books allow no answer: a person must decide.
        """
        ...

    def usage(self, line_ids: Sequence[str]) -> Mapping[str, Usage]:
        """Data used, by line id, in one request; lines without a figure are left out.

        Raises ValueError for more than `capabilities.batch_size` lines.
        """
        ...

    def profile_state(self, line_id: str) -> ProfileState:
        """Where the profile is; UNKNOWN where the provider does not tell."""
        ...


class Subscribers(Protocol):
    """Remembers the provider's customer ids, to spare a call on the next order."""

    def find(self, provider: str, user_id: str) -> str | None:
        """The provider's id of a portal user, if known."""
        ...

    def remember(self, provider: str, user_id: str, subscriber_id: str) -> None:
        """Keep it."""
        ...
