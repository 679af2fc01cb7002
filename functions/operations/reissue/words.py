"""What customers read about a reissue."""

from __future__ import annotations

from portal.domain.operation_errors import REISSUE as REASONS
from portal.engine.model import Job

from functions.operations.reissue.records import (
    BILLING,
    CHECK,
    END_OLD,
    LOAD,
    NOTIFY,
    ORDER,
    REISSUE,
    SWITCH,
)
from functions.operations.words import MadeGood, OperationWords


def made_good(job: Job) -> MadeGood | None:
    """What the customer has after all, when an operation failed late."""
    stored = job.steps.get(REISSUE.name)
    if stored is None or not stored.done:
        return None
    return MadeGood(code="esim-ready", text="The new eSIM is ready: its code is in your mail.")


WORDS = OperationWords(
    steps={
        LOAD.name: "Line read",
        CHECK.name: "Line checked",
        REISSUE.name: "New eSIM made",
        SWITCH.name: "Your service moved to it",
        BILLING.name: "Billing told",
        ORDER.name: "Order told",
        NOTIFY.name: "QR code sent",
        END_OLD.name: "Old eSIM switched off",
    },
    running="The mobile network prepares your new eSIM. This takes a few minutes.",
    succeeded="Nothing: the QR code is in your mail. You find it on the page of your service, too.",
    reasons=REASONS,
    made_good=made_good,
)
