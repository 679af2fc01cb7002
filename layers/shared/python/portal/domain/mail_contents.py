"""The contents of mail jobs: one model per template, with ids, amounts and product names only.

A model accepts no other field, so that no personal or secret data can be in a queue. Addresses,
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
"""The name of a product or offer in the catalogue. Any text is accepted."""
LineId = Annotated[str, Field(min_length=1)]
"""The eSIM provider's id of a line, which is neither its number nor its activation code."""
IccidEnding = Annotated[str, Field(pattern=r"^([0-9]{4})?$")]
"""The last four digits of a line's ICCID, which its owner sees on the service's page."""
WhmcsId = Annotated[int, Field(ge=1)]
"""Of a service, which is a customer's subscription, or of an invoice."""


class _Model(BaseModel):
    model_config = ConfigDict(
        alias_generator=to_camel, populate_by_name=True, extra="forbid", frozen=True
    )


class MailContent(_Model):
    """The content of one mail without the values that are looked up when it is rendered.

    `carries_credential` says that the rendered mail holds a reset token or an activation code, so
    only the customer may get it. `to_address_on_file` says that it goes to the address which the
    reseller's staff maintain, instead of the portal account's.
    """

    template: ClassVar[MailTemplate]
    carries_credential: ClassVar[bool] = False
    to_address_on_file: ClassVar[bool] = False

    def as_parameters(self) -> dict[str, Any]:
        """Return the job's parameters."""
        return self.model_dump(mode="json", by_alias=True, exclude_defaults=True)


class OrderedLine(_Model):
    """A line of an order."""

    name: ProductName
    quantity: int = Field(ge=1)


class Welcome(MailContent):
    """Tells that the account is ready."""

    template = MailTemplate.WELCOME


class SignupProof(MailContent):
    """Sends a link for signing up to the Account's address. The sender creates its token.

    The reader is no portal user yet, so the job holds the customer number and the language.
    """

    template = MailTemplate.SIGNUP_PROOF
    carries_credential = True
    to_address_on_file = True

    customer_number: str = Field(min_length=1, max_length=40)
    language: str = "en"


class PasswordReset(MailContent):
    """Sends a link for a new password. The sender creates its token."""

    template = MailTemplate.PASSWORD_RESET
    carries_credential = True


class PasswordChanged(MailContent):
    """Tells that the password was changed."""

    template = MailTemplate.PASSWORD_CHANGED


class OrderReceived(MailContent):
    """Tells that the reseller has the order."""

    template = MailTemplate.ORDER_RECEIVED

    order_number: str
    sf_order_id: SalesforceOrderId
    lines: tuple[OrderedLine, ...] = ()


class OrderProvisioned(MailContent):
    """Tells that the order is set up."""

    template = MailTemplate.ORDER_PROVISIONED

    order_number: str
    sf_order_id: SalesforceOrderId
    lines: tuple[OrderedLine, ...] = ()


class EsimActivation(MailContent):
    """Sends the eSIM of a new line. The sender fetches its activation code."""

    template = MailTemplate.ESIM_ACTIVATION
    carries_credential = True

    line_id: LineId
    order_number: str


class EsimReissued(MailContent):
    """Sends the new profile of a line whose eSIM was replaced.

    `line_id` is the line that has the new profile.
    """

    template = MailTemplate.ESIM_REISSUED
    carries_credential = True

    line_id: LineId
    subscription_id: WhmcsId
    product_name: ProductName = ""
    iccid_ending: IccidEnding = ""


class EsimSentAgain(MailContent):
    """Sends the same profile again, because it was never installed."""

    template = MailTemplate.ESIM_SENT_AGAIN
    carries_credential = True

    line_id: LineId
    subscription_id: WhmcsId
    product_name: ProductName = ""
    iccid_ending: IccidEnding = ""


class EsimReissueNotice(MailContent):
    """Tells the address on file, without a code, that a line's eSIM was replaced."""

    template = MailTemplate.ESIM_REISSUE_NOTICE
    to_address_on_file = True

    subscription_id: WhmcsId
    product_name: ProductName = ""
    iccid_ending: IccidEnding = ""
    reissued_at: AwareDatetime


class TopupReceipt(MailContent):
    """Tells that data was paid for and added to a line."""

    template = MailTemplate.TOPUP_RECEIPT

    subscription_id: WhmcsId
    product_name: ProductName = ""
    iccid_ending: IccidEnding = ""
    offer_name: ProductName
    price: Money
    invoice_id: WhmcsId | None = None


class TopupRefunded(MailContent):
    """Tells that paid data could not be added, and that the price was credited."""

    template = MailTemplate.TOPUP_REFUNDED

    subscription_id: WhmcsId
    product_name: ProductName = ""
    iccid_ending: IccidEnding = ""
    offer_name: ProductName
    price: Money
    invoice_id: WhmcsId | None = None


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
