"""What becomes of a message, by what its work raised."""

from __future__ import annotations

import pytest
from portal.config import ConfigurationError
from portal.domain.upstream import (
    AllowanceUsedUp,
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
)
from portal.queues.failures import SETTLING_SECONDS, GiveUp, NotYet, Reaction, failure_of


@pytest.mark.parametrize(
    ("error", "reaction", "code", "after"),
    [
        (GiveUp("no-recipient", "user 1"), Reaction.GIVE_UP, "no-recipient", 0),
        (NotYet("registration-under-way", seconds=40), Reaction.WAIT, "registration-under-way", 40),
        (Refused("sendgrid", "send", "no"), Reaction.GIVE_UP, "sendgrid-refused", 0),
        (Unauthorized("gigs", "code", "no"), Reaction.WAIT, "gigs-access-denied", 0),
        (Unavailable("sendgrid", "send", "503"), Reaction.WAIT, "sendgrid-unavailable", 0),
        (
            Throttled("sendgrid", "send", "429", retry_after=5),
            Reaction.WAIT,
            "sendgrid-unavailable",
            5,
        ),
        (Throttled("sendgrid", "send", "429"), Reaction.WAIT, "sendgrid-unavailable", 0),
        (
            AllowanceUsedUp("sendgrid", "send", "credits", retry_after=900),
            Reaction.WAIT,
            "sendgrid-allowance-used-up",
            900,
        ),
        (
            OutcomeUnknown("salesforce", "Case", ""),
            Reaction.RETRY,
            "salesforce-outcome-unknown",
            SETTLING_SECONDS,
        ),
        (ConfigurationError("EMAIL_FROM"), Reaction.RETRY, "internal-error", 0),
        (KeyError("x"), Reaction.RETRY, "internal-error", 0),
    ],
)
def test_the_table(error: Exception, reaction: Reaction, code: str, after: float) -> None:
    found = failure_of(error)
    assert (found.reaction, found.code, found.after) == (reaction, code, after)


def test_the_upstreams_own_code_is_kept_and_its_words_are_not() -> None:
    error = Refused("salesforce", "Case", "for taro@example.com", code="NO", loggable="NO")
    found = failure_of(error)
    assert found.upstream_code == "NO"
    assert "taro" not in found.text


def test_a_defect_is_named_and_not_quoted() -> None:
    assert failure_of(ValueError("taro@example.com")).text == "ValueError"
