"""Whether a customer may have a line reissued, and what that costs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from portal.domain.client_service import ClientService
from portal.domain.identity import CustomerMapping
from portal.domain.line_actions import DETAILS, LineAction, LineFacts, obstacle_to
from portal.domain.problems import (
    CONFIRM_LOSS_REQUIRED,
    NOT_FOUND,
    REISSUE_UNAVAILABLE,
    Problem,
)
from portal.ports.client_services import ClientServices
from portal.subscriptions.lines import Lines

from functions.operations.reissue.asked import settled


@dataclass(frozen=True)
class Reissuing:
    """Looks before an operation is accepted."""

    services: ClientServices
    lines: Lines

    def accepted(
        self, customer: CustomerMapping, service_id: int, *, confirm_loss: bool
    ) -> Mapping[str, str]:
        """What the operation has to know.

        Raises Problem `not-found`, `reissue-unavailable` or `confirm-loss-required`.
        """
        client_id = customer.whmcs_client_id
        service = self.services.find(service_id, client_id=client_id, priced=False)
        line = self.lines.of(service) if service is not None else None
        if service is None or line is None:
            raise Problem(NOT_FOUND, "You have no eSIM of that number.")
        facts = self.lines.facts(service, line)
        obstacle = obstacle_to(LineAction.REISSUE, facts)
        if obstacle is not None:
            raise Problem(
                REISSUE_UNAVAILABLE, DETAILS[obstacle], extensions={"reason": obstacle.value}
            )
        if facts.loses_the_rest and not confirm_loss:
            raise self._confirm(service, facts)
        return settled(line, facts, service.name)

    def _confirm(self, service: ClientService, facts: LineFacts) -> Problem:
        usage, line = self.lines.usage(facts), facts.line
        ends = line.expires_at if line is not None else None
        return Problem(
            CONFIRM_LOSS_REQUIRED,
            f"{service.name} is replaced by another eSIM. The current one ends, and with it the "
            "data that is left on it. Send confirmLoss to go on.",
            extensions={
                "loses": {
                    "remainingBytes": usage.remaining if usage is not None else None,
                    "validUntil": ends.isoformat() if ends is not None else None,
                }
            },
        )
