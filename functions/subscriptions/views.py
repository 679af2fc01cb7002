"""Converts services and lines for the API."""

from __future__ import annotations

from typing import Any

from portal.domain.client_service import ClientService
from portal.domain.esim import Overview, Usage
from portal.domain.line_actions import DETAILS, LineAction, LineFacts, obstacle_to
from portal.domain.money import Money

from functions.subscriptions.models import (
    ActionView,
    EsimView,
    ListedEsim,
    SubscriptionSummary,
    SubscriptionView,
    UsageView,
)


def summary(service: ClientService, line: Overview | None) -> SubscriptionSummary:
    """Return an entry of the list. `line` is None for services without an eSIM."""
    esim = None
    if line is not None:
        esim = ListedEsim(
            state=line.state,
            usage=_usage(line.usage) if line.usage else None,
            valid_until=line.expires_at,
            period_ends=line.period_ends,
        )
    return SubscriptionSummary(**_of_service(service), esim=esim)


def detail(service: ClientService, esim: EsimView | None) -> SubscriptionView:
    """Return a service with its line."""
    return SubscriptionView(**_of_service(service), esim=esim)


def _of_service(service: ClientService) -> dict[str, Any]:
    return {
        "id": str(service.id),
        "name": service.name,
        "quantity": service.quantity,
        "status": service.status,
        "billing_cycle": service.billing_cycle,
        "price": Money.known(service.price, service.currency),
        "since": service.registered,
        "next_due_date": service.next_due,
    }


def esim_view(facts: LineFacts, usage: Usage | None) -> EsimView:
    """Return a line with its actions."""
    line = facts.line
    return EsimView(
        state=line.state if line else None,
        installed=facts.installed,
        profile=facts.profile,
        iccid=line.iccid if line else None,
        usage=_usage(usage) if usage else None,
        valid_until=line.expires_at if line else None,
        period_ends=line.period_ends if line else None,
        actions=[_action(action, facts) for action in LineAction],
    )


def _usage(usage: Usage) -> UsageView:
    return UsageView(
        used_bytes=usage.used,
        total_bytes=usage.limit,
        remaining_bytes=usage.remaining,
        as_of=usage.as_of,
    )


def _action(action: LineAction, facts: LineFacts) -> ActionView:
    obstacle = obstacle_to(action, facts)
    if obstacle is None:
        loses = action is LineAction.REISSUE and facts.loses_the_rest
        return ActionView(action=action, available=True, confirm_loss=loses)
    return ActionView(action=action, available=False, reason=obstacle, detail=DETAILS[obstacle])
