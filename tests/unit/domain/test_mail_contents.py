"""What may travel in a mail job: the fields of its template's model and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from portal.domain.mail import MailJob, MailTemplate
from portal.domain.mail_contents import CONTENTS, EsimReissueNotice, MailContent, TopupReceipt
from portal.domain.money import Money
from pydantic import ValidationError

from tests.canaries import CANARIES

PERSONAL = ("email", "firstName", "name", "phone", "address", "code", "lpa", "matchingId", "token")


def test_each_template_has_its_model() -> None:
    assert set(CONTENTS) == set(MailTemplate)
    assert all(model.template is template for template, model in CONTENTS.items())


@pytest.mark.parametrize("model", CONTENTS.values())
@pytest.mark.parametrize("field", PERSONAL)
def test_nothing_personal_and_no_credential_has_a_field(
    model: type[MailContent], field: str
) -> None:
    with pytest.raises(ValidationError) as caught:
        model.model_validate({field: CANARIES["activation_code"]})
    assert (field,) in {one["loc"] for one in caught.value.errors()}
    assert {one["type"] for one in caught.value.errors() if one["loc"] == (field,)} == {
        "extra_forbidden"
    }


def test_mails_with_credentials_are_known() -> None:
    assert {str(t) for t, model in CONTENTS.items() if model.carries_credential} == {
        "signup-proof",
        "password-reset",
        "esim-activation",
        "esim-reissued",
        "esim-sent-again",
    }


def test_a_job_as_it_is_on_the_queue() -> None:
    receipt = TopupReceipt(
        subscription_id=77,
        product_name="eSIM 10 GB",
        offer_name="5 GB",
        price=Money(amount="1500", currency="JPY"),
        invoice_id=2001,
    )
    job = MailJob.of(receipt, user_id="u-1", dedup_key="topup-receipt:1", correlation_id="c-1")
    assert job.model_dump(mode="json", by_alias=True) == {
        "template": "topup-receipt",
        "userId": "u-1",
        "dedupKey": "topup-receipt:1",
        "parameters": {
            "subscriptionId": 77,
            "productName": "eSIM 10 GB",
            "offerName": "5 GB",
            "price": {"amount": "1500", "currency": "JPY"},
            "invoiceId": 2001,
        },
        "correlationId": "c-1",
    }


def test_a_line_or_an_invoice_that_is_not_known_is_left_out() -> None:
    price = Money(amount="1500", currency="JPY")
    receipt = TopupReceipt(subscription_id=77, offer_name="5 GB", price=price)
    assert set(receipt.as_parameters()) == {"subscriptionId", "offerName", "price"}


def test_times_survive_the_queue() -> None:
    when = datetime(2026, 11, 5, 5, 5, tzinfo=UTC)
    notice = EsimReissueNotice(subscription_id=77, product_name="eSIM", reissued_at=when)
    again = EsimReissueNotice.model_validate(notice.as_parameters())
    assert again.reissued_at == when
