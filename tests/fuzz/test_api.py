"""A bounded run: every operation succeeds at least once, and no answer breaks the document.

`make fuzz` makes it as long as you like.
"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from portal.domain.limits import LIMITS

from infra.endpoints import ENDPOINTS
from local.context import StackContext
from local.stack.ministack import Ministack
from tests.fuzz.campaign import Campaign
from tests.fuzz.ground import Ground

EXAMPLES = int(os.environ.get("FUZZ_EXAMPLES", "12"))

# The stack's threads in this process use the module `random` while a case is generated, and
# Hypothesis takes that for its strategies.
pytestmark = pytest.mark.filterwarnings("ignore:Do not use the `random` module")


# A long run sends more requests from one address than a stage lets through in an hour. Without
# SIGNUP_PROOF=email, one endpoint answers 404 only.
GENEROUS = ",".join(f"{limit}=100000/60" for limit in LIMITS)
COUNTED = tuple(e.id for e in ENDPOINTS if "RATE_LIMITS" in e.settings)
# The emulated provider sends them, with signatures and addresses that only it knows.
SENT_BY_THE_PROVIDER = {"esim", "esim_hint"}


@pytest.fixture(scope="module")
def campaign(stack: StackContext, aws: Ministack) -> Iterator[Campaign]:
    """The whole run."""
    _set(aws, "auth-request-signup-proof", SIGNUP_PROOF="email")
    for name in COUNTED:
        _set(aws, name, RATE_LIMITS=GENEROUS)
    ground = Ground(stack)
    ground.prepare()
    made = Campaign(ground, examples=EXAMPLES)
    made.run()
    print(f"\n{made.table()}")  # noqa: T201  # the result of a long run
    yield made
    made.close()
    ground.close()


def _set(aws: Ministack, endpoint: str, **changes: str) -> None:
    """Change variables of a deployed Lambda."""
    functions, name = aws.client("lambda"), f"portal-local-{endpoint}"
    variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
    functions.update_function_configuration(
        FunctionName=name, Environment={"Variables": {**variables, **changes}}
    )


def test_every_operation_succeeds_at_least_once(campaign: Campaign) -> None:
    never = [
        name
        for name, tally in campaign.tallies.items()
        if not tally.succeeded and name not in SENT_BY_THE_PROVIDER
    ]
    assert never == []


def test_no_answer_is_a_server_error(campaign: Campaign) -> None:
    failed = {n: dict(t.statuses) for n, t in campaign.tallies.items() if t.server_errors}
    assert failed == {}


def test_no_answer_breaks_the_document(campaign: Campaign) -> None:
    broken = {
        (name, check): text
        for name, tally in campaign.tallies.items()
        for check, text in tally.broken.items()
    }
    assert broken == {}, "\n\n".join(f"{key}\n{text}" for key, text in broken.items())
