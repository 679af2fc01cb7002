"""Shows an activation code to its owner, and records it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime

from portal import correlation, qr_code
from portal.api.principal import Principal, require_recent_sign_in
from portal.api.rate_limit import RateLimiter
from portal.domain.client_service import ClientService
from portal.domain.line_actions import DETAILS, LineAction, LineFacts, obstacle_to
from portal.domain.problems import ESIM_CODE_UNAVAILABLE, NOT_FOUND, Problem
from portal.domain.service_line import ServiceLine
from portal.observability import count, logger
from portal.ports.activation_mails import ActivationMails
from portal.ports.client_services import ClientServices
from portal.ports.code_views import CodeView, CodeViews
from portal.subscriptions.lines import Lines

from functions.subscriptions.finding import own_service
from functions.subscriptions.models import EsimActivation

LIMIT = "esim-code.account"


@dataclass(frozen=True)
class ActivationCodes:
    """The activation codes of customers' lines. `clock` returns epoch seconds."""

    services: ClientServices
    lines: Lines
    mails: ActivationMails
    views: CodeViews
    limiter: RateLimiter
    clock: Callable[[], float]

    def show(self, service_id: str, user: Principal, client_id: int) -> EsimActivation:
        """Record the view, and return the activation code of the service's line.

        Raises Problem `rate-limited`, `not-found`, `reauthentication-required` or
        `esim-code-unavailable`, and UpstreamErrors. Without the record no code is shown.
        """
        self.limiter.check(LIMIT, user.user_id)
        service = own_service(self.services, service_id, client_id, priced=False)
        line = self.lines.of(service)
        if line is None:
            raise Problem(NOT_FOUND, "This subscription has no eSIM.")
        if not self.mails.lately(line.line_id):
            require_recent_sign_in(user, self.clock())
        facts = self._checked(service, line)
        code = self.lines.provider.activation_code(line.line_id, line=facts.line)
        self._record(service.id, line, user)
        return EsimActivation(
            lpa=code.lpa,
            smdp_address=code.smdp_address,
            matching_id=code.matching_id,
            confirmation_code_required=code.confirmation_code_required,
            qr_svg=qr_code.svg(code.lpa),
            apple_link=code.apple_link,
            android_link=code.android_link,
        )

    def _checked(self, service: ClientService, line: ServiceLine) -> LineFacts:
        facts = self.lines.facts(service, line)
        obstacle = obstacle_to(LineAction.SHOW, facts)
        if obstacle is not None:
            raise Problem(
                ESIM_CODE_UNAVAILABLE, DETAILS[obstacle], extensions={"reason": obstacle.value}
            )
        return facts

    def _record(self, service_id: int, line: ServiceLine, user: Principal) -> None:
        self.views.record(
            CodeView(
                service_id=service_id,
                line_id=line.line_id,
                user_id=user.user_id,
                at=datetime.fromtimestamp(self.clock(), UTC),
                auth_time=user.auth_time,
                correlation_id=correlation.current(),
            )
        )
        count("ActivationCodesShown")
        logger().info(
            "activation code shown", extra={"service_id": service_id, "user_id": user.user_id}
        )
