"""Finds the recipient of a mail and how to address them.

Every mail goes to the address of the portal account, except for the notice of a reissue and the
link for signing up. These go to the address of the Salesforce Account, which staff maintain, so
that somebody with another customer's number can neither sign up with it nor take over a line
unnoticed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from portal.domain.identity import CustomerMapping
from portal.domain.mail import MailJob, MailTemplate
from portal.domain.mail_contents import CONTENTS, SignupProof
from portal.domain.upstream import Refused
from portal.observability import logger
from portal.ports.accounts import Accounts
from portal.ports.identity import CustomerSearch
from portal.queues.failures import GiveUp

from functions.email.rendering import Addressee

NO_RECIPIENT = "no-recipient"


@dataclass(frozen=True)
class Recipient:
    """An address and its reader. `account_id` is set for an Account without a portal user."""

    address: str = field(repr=False)
    addressee: Addressee = field(repr=False)
    account_id: str = ""


@dataclass(frozen=True)
class Recipients:
    """Finds the recipient of a job.

    `accounts` is called only when it is needed, because few mails need Salesforce and its client
    takes long to load.
    """

    directory: CustomerSearch
    accounts: Callable[[], Accounts]

    def of(self, job: MailJob) -> Recipient:
        """Return the recipient.

        Raises GiveUp (`no-recipient`) for a user without a mapping, and UpstreamErrors.
        """
        if job.template is MailTemplate.SIGNUP_PROOF:
            return self._not_yet_a_user(job)
        customer = self.directory.by_user(job.user_id)
        if customer is None:
            raise GiveUp(NO_RECIPIENT, f"user {job.user_id} has no mapping")
        if CONTENTS[job.template].to_address_on_file:
            # The person who signed up chose the first name, but the reader may be somebody else.
            return Recipient(self._on_file(customer), Addressee(customer.language))
        return Recipient(customer.email, Addressee(customer.language, customer.first_name))

    def _not_yet_a_user(self, job: MailJob) -> Recipient:
        """Return the Account's address for a customer without a portal account."""
        wanted = SignupProof.model_validate(job.parameters)
        account = self.accounts().by_customer_number(wanted.customer_number)
        if account is None or not account.email:
            raise GiveUp(NO_RECIPIENT, "no Account with an address has that number")
        if self.directory.by_customer_number(account.customer_number) is not None:
            raise GiveUp(NO_RECIPIENT, f"Account {account.id} has a portal user")
        return Recipient(account.email, Addressee(wanted.language), account.id)

    def _on_file(self, customer: CustomerMapping) -> str:
        """Return the Account's address, or the portal account's if there is none."""
        try:
            account = self.accounts().by_customer_number(customer.customer_number)
        except Refused as error:
            logger().warning("address on file not readable", extra={"reason": str(error)})
            return customer.email
        return (account and account.email) or customer.email
