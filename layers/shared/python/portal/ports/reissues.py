"""Reissues of lines, and where another ICCID has to be written.

All methods raise the errors of `portal.domain.upstream`.
"""

from __future__ import annotations

from typing import Protocol


class LineReissues(Protocol):
    """How often a line was reissued."""

    def remember(self, service_id: int, operation_id: str, at: float) -> None:
        """An operation reissues the line of a service now (epoch seconds); once per operation."""
        ...

    def forget(self, service_id: int, operation_id: str) -> None:
        """The operation certainly reissued nothing."""
        ...

    def since(self, service_id: int, since: float) -> int:
        """How many operations have done so since then."""
        ...


class ServiceNotes(Protocol):
    """The billing system's note of a service's ICCID. Writing the same again is harmless."""

    def write_iccid(self, service_id: int, *, client_id: int, iccid: str, before: str) -> bool:
        """Note that the service has another ICCID than before; False when there is no such service.

        Two calls.
        """
        ...


class OrderIccids(Protocol):
    """The ICCIDs on an Order in Salesforce. Writing the same again is harmless."""

    def write(self, sf_order_id: str, iccids: str) -> bool:
        """Replace the list, parted by commas; False when the Order is gone. One call."""
        ...
