"""The actions that a customer can take on an eSIM line, and the reasons against them.

Pages and endpoints use the same rules. Front ends depend on the codes, so never rename one.
`docs/problems.md` has a row for each (a test holds the two together).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from portal.domain.client_service import ServiceStatus
from portal.domain.esim import Capabilities, Line, LineState, ProfileState, ReissueMode


class LineAction(StrEnum):
    """An action on a line."""

    SHOW = "show"
    REISSUE = "reissue"
    TOPUP = "topup"


class Obstacle(StrEnum):
    """The reason why an action is not possible now."""

    SERVICE_NOT_ACTIVE = "service-not-active"
    PROVIDER_CHANGED = "provider-changed"
    PROVIDER_UNAVAILABLE = "provider-unavailable"
    LINE_PENDING = "line-pending"
    LINE_SUSPENDED = "line-suspended"
    LINE_ENDED = "line-ended"
    ALREADY_INSTALLED = "already-installed"
    REISSUE_NOT_SUPPORTED = "reissue-not-supported"
    REISSUE_LIMIT_REACHED = "reissue-limit-reached"
    TOPUP_NOT_SUPPORTED = "topup-not-supported"
    NO_ACTIVATION_CODE = "no-activation-code"


DETAILS: dict[Obstacle, str] = {
    Obstacle.SERVICE_NOT_ACTIVE: "The service is not active.",
    Obstacle.PROVIDER_CHANGED: "This eSIM cannot be managed here; ask support.",
    Obstacle.PROVIDER_UNAVAILABLE: "The eSIM provider does not answer; try again later.",
    Obstacle.LINE_PENDING: "The eSIM is still being prepared.",
    Obstacle.LINE_SUSPENDED: "The eSIM is suspended; ask support.",
    Obstacle.LINE_ENDED: "The eSIM has ended.",
    Obstacle.ALREADY_INSTALLED: "The eSIM has been installed; its activation code is used up.",
    Obstacle.REISSUE_NOT_SUPPORTED: "This eSIM cannot be replaced here; ask support.",
    Obstacle.REISSUE_LIMIT_REACHED: "The eSIM was replaced too often within a month; ask support.",
    Obstacle.TOPUP_NOT_SUPPORTED: "No data can be added to this eSIM.",
    Obstacle.NO_ACTIVATION_CODE: "This eSIM reaches the phone without an activation code.",
}

# The same phone can fetch a profile again that was only downloaded.
_USED_UP = frozenset(
    {
        ProfileState.INSTALLED,
        ProfileState.ENABLED,
        ProfileState.DISABLED,
        ProfileState.DELETED,
    }
)


@dataclass(frozen=True, kw_only=True)
class LineFacts:
    """The known facts of a service's line.

    `line` is None when the provider did not answer. `provider_changed` says that the line belongs
    to another provider than the configured one. `reissues_left` reads how often the line may still
    be reissued, which only a reissue depends on.
    """

    service: ServiceStatus
    capabilities: Capabilities
    line: Line | None
    profile: ProfileState = ProfileState.UNKNOWN
    provider_changed: bool = False
    reissues_left: Callable[[], int]

    @property
    def installed(self) -> bool | None:
        """Whether a phone has, or had, the profile; None when the provider does not tell."""
        if self.profile is ProfileState.UNKNOWN:
            return None
        return self.profile.reached_a_phone

    @property
    def used_up(self) -> bool:
        """Whether the profile was certainly installed, so that its code can never be used again."""
        return self.profile in _USED_UP

    @property
    def sent_again(self) -> bool:
        """Whether a reissue sends the same code once more: no phone has fetched the profile."""
        return self.profile is ProfileState.RELEASED and self.capabilities.activation_codes

    @property
    def loses_the_rest(self) -> bool:
        """Whether a reissue ends the line, and what is left on it with it."""
        return self.capabilities.reissue is ReissueMode.REPLACEMENT_ORDER and not self.sent_again


def obstacle_to(action: LineAction, facts: LineFacts) -> Obstacle | None:
    """Return the first reason against an action; None when it is possible."""
    return _of_the_line(facts) or _RULES[action](facts)


def _of_the_line(facts: LineFacts) -> Obstacle | None:
    """Return the obstacle to every action; None without one."""
    if facts.service is not ServiceStatus.ACTIVE:
        return Obstacle.SERVICE_NOT_ACTIVE
    if facts.provider_changed:
        return Obstacle.PROVIDER_CHANGED
    if facts.line is None:
        return Obstacle.PROVIDER_UNAVAILABLE
    return {
        LineState.PENDING: Obstacle.LINE_PENDING,
        LineState.SUSPENDED: Obstacle.LINE_SUSPENDED,
        LineState.ENDED: Obstacle.LINE_ENDED,
    }.get(facts.line.state)


def _to_show(facts: LineFacts) -> Obstacle | None:
    if not facts.capabilities.activation_codes:
        return Obstacle.NO_ACTIVATION_CODE
    return Obstacle.ALREADY_INSTALLED if facts.used_up else None


def _to_reissue(facts: LineFacts) -> Obstacle | None:
    capabilities = facts.capabilities
    if capabilities.reissue is ReissueMode.NONE or capabilities.needs_eid:
        return Obstacle.REISSUE_NOT_SUPPORTED
    return None if facts.reissues_left() > 0 else Obstacle.REISSUE_LIMIT_REACHED


def _to_top_up(facts: LineFacts) -> Obstacle | None:
    return None if facts.capabilities.top_up else Obstacle.TOPUP_NOT_SUPPORTED


_RULES = {
    LineAction.SHOW: _to_show,
    LineAction.REISSUE: _to_reissue,
    LineAction.TOPUP: _to_top_up,
}
