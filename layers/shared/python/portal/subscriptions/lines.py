"""The eSIM line of a service, read from its provider."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from portal.domain.client_service import ClientService
from portal.domain.esim import Line, LineState, ProfileState, Usage
from portal.domain.line_actions import LineFacts
from portal.domain.service_line import ServiceLine
from portal.domain.upstream import Refused, UpstreamError
from portal.observability import count, logger
from portal.ports.esim import EsimProvider
from portal.ports.service_lines import ServiceLines

FoundT = TypeVar("FoundT")
NO_SUCH_LINE = frozenset({"no-such-line"})
_NOT_FOUND = 404


@dataclass(frozen=True)
class Lines:
    """Reads the lines of services. A value that the provider does not tell now is None.

    `reissues_left` returns how many more reissues the line of a service may have.
    """

    service_lines: ServiceLines
    provider: EsimProvider
    reissues_left: Callable[[int], int]

    def of(self, service: ClientService) -> ServiceLine | None:
        """Return the line that the portal ordered for a service; None without an eSIM."""
        found = self.service_lines.of_service(service.id)
        if found is None or not found.line_id or found.client_id != service.client_id:
            return None
        return found

    def facts(self, service: ClientService, line: ServiceLine) -> LineFacts:
        """Return the facts of a line by one or two calls of the provider."""
        capabilities = self.provider.capabilities
        changed = line.provider != capabilities.provider
        now = None if changed else _asked("line", lambda: self._line(line.line_id))
        profile = ProfileState.UNKNOWN
        if now is not None and now.state is not LineState.PENDING:
            profile = self._profile(now)
        return LineFacts(
            service=service.status,
            capabilities=capabilities,
            line=now,
            profile=profile,
            provider_changed=changed,
            reissues_left=lambda: self.reissues_left(service.id),
        )

    def usage(self, facts: LineFacts) -> Usage | None:
        """Return the used data; None when the provider does not tell it now."""
        line = facts.line
        if line is None or line.state is LineState.PENDING:
            return None
        found = _asked("usage", lambda: self.provider.usage([line.line_id]))
        return None if found is None else found.get(line.line_id)

    def _line(self, line_id: str) -> Line:
        try:
            return self.provider.get_line(line_id)
        except Refused as error:
            if error.status != _NOT_FOUND and error.code not in NO_SUCH_LINE:
                raise
            # The line was deleted at the provider, so it has ended for the customer.
            logger().error("the provider knows no such line", extra={"line_id": line_id})
            return Line(line_id=line_id, state=LineState.ENDED)

    def _profile(self, line: Line) -> ProfileState:
        found = _asked("profile", lambda: self.provider.profile_state(line))
        return ProfileState.UNKNOWN if found is None else found


def _asked(what: str, ask: Callable[[], FoundT]) -> FoundT | None:
    """Return the provider's answer. A failure is logged and counted, and gives None."""
    try:
        return ask()
    except UpstreamError as error:
        count("EsimStateUnknown", what=what)
        logger().warning(
            "the eSIM provider does not tell",
            extra={"what": what, "kind": type(error).__name__, "code": error.code},
        )
        return None
