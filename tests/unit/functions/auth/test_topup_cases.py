"""The Case of a top-up that was paid and not delivered, or of which nobody knows."""

from __future__ import annotations

import pytest
from portal.domain.cases import CaseJob, TopUpCase
from pydantic import ValidationError

from functions.auth.topup_cases import open_topup_case
from tests.fakes.accounts import FakeCaseDesk

CREDIT = TopUpCase(
    operation_id="topup-0a",
    account_id="001000000000101AAA",
    service_id=77,
    client_id=42,
    invoice_id=9001,
    amount="1500",
    currency="JPY",
    code="esim-refused",
    decision="credit",
)


def test_a_refund_says_what_happened_and_what_is_left_to_do() -> None:
    desk = FakeCaseDesk()
    for _ in range(2):
        open_topup_case(desk, "topup-0a.1", CREDIT)
    (case,) = desk.cases.values()
    assert (case.key, case.account_id) == ("topup-0a.1", CREDIT.account_id)
    assert case.subject == "Portal: a top-up was paid and not delivered"
    for fact in ("topup-0a", "client 42", "service 77", "invoice 9001", "1500 JPY", "esim-refused"):
        assert fact in case.description
    assert "[topup-0a.1]" in case.description


def test_what_nobody_knows_is_asked() -> None:
    desk = FakeCaseDesk()
    open_topup_case(desk, "k", CREDIT.model_copy(update={"decision": "person"}))
    (case,) = desk.cases.values()
    assert "not certain" in case.subject
    assert "Please find out at the eSIM provider" in case.description


@pytest.mark.parametrize("about", [{}, {"registration_id": "r", "topup": CREDIT}])
def test_a_case_is_about_one_thing(about: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        CaseJob.model_validate({"case_key": "k", **about})
