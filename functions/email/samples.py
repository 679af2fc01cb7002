"""Renders every template with made-up values, for previews and tests."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from portal.domain.activation_code import ActivationCode
from portal.domain.mail import MailJob, MailTemplate
from portal.domain.mail_contents import (
    EsimActivation,
    EsimReissued,
    EsimReissueNotice,
    EsimSentAgain,
    MailContent,
    OrderedLine,
    OrderProvisioned,
    OrderReceived,
    PasswordChanged,
    PasswordReset,
    SignupProof,
    TopupReceipt,
    TopupRefunded,
    Welcome,
)
from portal.domain.money import Money
from portal.ports.mail_transport import InlineImage

from functions.email.contexts import Contexts
from functions.email.rendering import Addressee, Rendered, render
from functions.email.sender import Sender

CODE = ActivationCode("smdp.example.com", "SAMPLE-NOT-A-REAL-CODE")
NAMES = {"en": "Hanako", "ja": "花子"}
_LINES = (
    OrderedLine(name="Home Internet 1G Gold", quantity=1),
    OrderedLine(name="eSIM 10 GB", quantity=2),
)
_LINE: dict[str, Any] = {
    "subscription_id": 77,
    "product_name": "eSIM 10 GB",
    "iccid_ending": "0942",
}
_ORDER_ID = "801000000000001AAA"
_CONTENTS: tuple[MailContent, ...] = (
    Welcome(),
    SignupProof(customer_number="CN-000123"),
    PasswordReset(),
    PasswordChanged(),
    OrderReceived(order_number="00000123", sf_order_id=_ORDER_ID, lines=_LINES),
    OrderProvisioned(order_number="00000123", sf_order_id=_ORDER_ID, lines=_LINES),
    EsimActivation(line_id="sub_sample", order_number="00000123"),
    EsimReissued(
        line_id="sub_sample",
        **_LINE,
    ),
    EsimSentAgain(
        line_id="sub_sample",
        **_LINE,
    ),
    EsimReissueNotice(
        **_LINE,
        reissued_at=datetime(2026, 11, 5, 5, 5, tzinfo=UTC),
    ),
    TopupReceipt(
        **_LINE,
        offer_name="5 GB",
        price=Money(amount="1500", currency="JPY"),
        invoice_id=2001,
    ),
    TopupRefunded(
        **_LINE,
        offer_name="5 GB",
        price=Money(amount="1500", currency="JPY"),
        invoice_id=2001,
    ),
)
CONTENTS: Mapping[MailTemplate, MailContent] = {each.template: each for each in _CONTENTS}


@dataclass(frozen=True)
class Sample:
    """A rendered mail and the images that its HTML shows."""

    rendered: Rendered = field(repr=False)
    images: tuple[InlineImage, ...]


class _Made:
    """An activation code and a token that are not valid anywhere."""

    valid_minutes = 30

    def activation_code(self, line_id: str) -> ActivationCode:  # noqa: ARG002  # made up
        return CODE

    def issue(self, subject: str, /) -> str:  # noqa: ARG002  # made up
        return "sample-token"


def sample(template: MailTemplate, language: str, sender: Sender) -> Sample:
    """Return a preview of one mail, which is rendered like a real one."""
    job = MailJob.of(CONTENTS[template], user_id="sample", dedup_key=f"sample:{template}")
    made = _Made()
    context = Contexts(activation_codes=made, reset_tokens=made, proof_tokens=made).of(job)
    named = not CONTENTS[template].to_address_on_file
    addressee = Addressee(language, NAMES.get(language, "") if named else "")
    return Sample(render(template, addressee, sender, context.values), context.images)
