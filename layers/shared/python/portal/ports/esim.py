"""Activating and looking up eSIM lines, whoever provides them.

All methods raise the errors of `portal.domain.upstream` with `upstream` = `esim`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Protocol

from portal.domain.activation_code import ActivationCode
from portal.domain.esim import Capabilities, Line, Subscriber


class EsimProvider(Protocol):
    """One provider. `ref` is our reference of one line: the same on every retry."""

    @property
    def capabilities(self) -> Capabilities:
        """What this provider can do."""
        ...

    def subscribe(self, subscriber: Subscriber) -> str:
        """The provider's own id of a customer, made when it does not exist; safe to repeat."""
        ...

    def activate(self, *, ref: str, plan: str, subscriber_id: str) -> Line:
        """Order a line; it may be pending. Safe to repeat with the same `ref` for a while.

        Raises Refused, or OutcomeUnknown: then `find` before asking again.
        """
        ...

    def find(self, *, subscriber_id: str, refs: Sequence[str]) -> Mapping[str, Line]:
        """The lines of a customer that carry one of our references, in one listing."""
        ...

    def get_line(self, line_id: str) -> Line:
        """One line. Raises Refused when there is none."""
        ...

    def activation_code(self, line_id: str) -> ActivationCode:
        """The code of a line, fresh from the provider: a credential, never to be stored.

        Raises Unavailable while the provider has none yet.
        """
        ...


class Subscribers(Protocol):
    """Remembers the provider's customer ids, to spare a call on the next order."""

    def find(self, provider: str, user_id: str) -> str | None:
        """The provider's id of a portal user, if known."""
        ...

    def remember(self, provider: str, user_id: str, subscriber_id: str) -> None:
        """Keep it."""
        ...
