"""What each mail's job carries: one model per template, ids, amounts and product names only.

A model takes no other field, so that nothing personal or secret can travel in a queue. Addresses,
names, activation codes and reset tokens are looked up when the mail is rendered.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel

from portal.domain.ids import SalesforceOrderId
from portal.domain.mail import MailTemplate
from portal.domain.money import Money

ProductName = str
"""The name of a product or offer as the catalogue shows it; whatever it is, the mail is sent."""
LineId = Annotated[str, Field(min_length=1)]
"""The eSIM provider's id of a line: not its number and not its activation code."""
WhmcsId = Annotated[int, Field(ge=1)]


class _Model(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )


class MailContent(_Model):
    """What one mail says, apart from what is looked up when it is rendered.

    `carries_credential`: the rendered mail holds a reset token or an activation code, so that
    nobody but the customer may get it. `to_address_on_file`: it goes to the address that the
    reseller's staff maintain instead of the portal account's.
    """

    template: ClassVar[MailTemplate]
    carries_credential: ClassVar[bool] = False
    to_address_on_file: ClassVar[bool] = False

    def as_parameters(self) -> dict[str, Any]:
        """The job's parameters."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class OrderedLine(_Model):
    """A line of an order."""

    name: ProductName
    quantity: int = Field(ge=1)


class Welcome(MailContent):
    """The account is ready."""

    template = MailTemplate.WELCOME


class SignupProof(MailContent):
    """A link to sign up with, to the Account's address; the sender makes its token.

    It goes to somebody who is no portal user yet, so the job names the number and the language.
    """

    template = MailTemplate.SIGNUP_PROOF
    carries_credential = True
    to_address_on_file = True

    customer_number: str = Field(min_length=1, max_length=40)
    language: str = "en"


class PasswordReset(MailContent):
    """A link for a new password; the sender makes its token."""

    template = MailTemplate.PASSWORD_RESET
    carries_credential = True


class PasswordChanged(MailContent):
    """Notice that the password was changed."""

    template = MailTemplate.PASSWORD_CHANGED


class OrderReceived(MailContent):
    """The order has reached the reseller."""

    template = MailTemplate.ORDER_RECEIVED

    order_number: str
    sf_order_id: SalesforceOrderId
    lines: tuple[OrderedLine, ...] = ()


class OrderProvisioned(MailContent):
    """The order is set up."""

    template = MailTemplate.ORDER_PROVISIONED

    order_number: str
    sf_order_id: SalesforceOrderId
    lines: tuple[OrderedLine, ...] = ()


class EsimActivation(MailContent):
    """The eSIM of a new line; the sender fetches its code."""

    template = MailTemplate.ESIM_ACTIVATION
    carries_credential = True

    line_id: LineId
    order_number: str


class EsimReissued(MailContent):
    """The new profile of a line whose eSIM was replaced.

    `line_id` is the line that has the new profile.
    """

    template = MailTemplate.ESIM_REISSUED
    carries_credential = True

    line_id: LineId
    subscription_id: WhmcsId
    product_name: ProductName


class EsimSentAgain(MailContent):
    """The same profile once more, because it was never installed."""

    template = MailTemplate.ESIM_SENT_AGAIN
    carries_credential = True

    line_id: LineId
    subscription_id: WhmcsId
    product_name: ProductName


class EsimReissueNotice(MailContent):
    """Notice, without any code, that a line's eSIM was replaced; to the address on file."""

    template = MailTemplate.ESIM_REISSUE_NOTICE
    to_address_on_file = True

    subscription_id: WhmcsId
    product_name: ProductName
    reissued_at: AwareDatetime


class TopupReceipt(MailContent):
    """Data was added to a line and paid for."""

    template = MailTemplate.TOPUP_RECEIPT

    subscription_id: WhmcsId
    product_name: ProductName
    offer_name: ProductName
    price: Money
    invoice_id: WhmcsId


class TopupRefunded(MailContent):
    """Data was paid for and could not be added; the price is a credit in billing now."""

    template = MailTemplate.TOPUP_REFUNDED

    subscription_id: WhmcsId
    product_name: ProductName
    offer_name: ProductName
    price: Money
    invoice_id: WhmcsId


CONTENTS: Mapping[MailTemplate, type[MailContent]] = {
    model.template: model
    for model in (
        Welcome,
        SignupProof,
        PasswordReset,
        PasswordChanged,
        OrderReceived,
        OrderProvisioned,
        EsimActivation,
        EsimReissued,
        EsimSentAgain,
        EsimReissueNotice,
        TopupReceipt,
        TopupRefunded,
    )
}
"""The model of each template."""
