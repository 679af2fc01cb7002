"""Who gets a mail, and how they are addressed.

Every mail goes to the address of the portal account, with one exception: the notice of a reissue
goes to the address on file, which is the Salesforce Account's. Staff maintain that address, so
that somebody who signed up with another customer's number cannot take the line unnoticed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from portal.domain.identity import CustomerMapping
from portal.domain.mail import MailJob
from portal.domain.mail_contents import CONTENTS
from portal.domain.upstream import Refused
from portal.observability import logger
from portal.ports.accounts import Accounts
from portal.ports.identity import CustomerDirectory
from portal.queues.failures import GiveUp

from functions.email.rendering import Addressee

NO_RECIPIENT = "no-recipient"


@dataclass(frozen=True)
class Recipient:
    """An address and its reader."""

    address: str = field(repr=False)
    addressee: Addressee = field(repr=False)


@dataclass(frozen=True)
class Recipients:
    """Finds the recipient of a job.

    `accounts` is called when it is needed, because few mails need Salesforce and its client takes
    long to load.
    """

    directory: CustomerDirectory
    accounts: Callable[[], Accounts]

    def of(self, job: MailJob) -> Recipient:
        """The recipient.

        Raises GiveUp (`no-recipient`) for a user without a mapping, and the upstreams' errors.
        """
        customer = self.directory.by_user(job.user_id)
        if customer is None:
            raise GiveUp(NO_RECIPIENT, f"user {job.user_id} has no mapping")
        if CONTENTS[job.template].to_address_on_file:
            # Whoever signed up chose the first name; the reader may be somebody else.
            return Recipient(self._on_file(customer), Addressee(customer.language))
        return Recipient(customer.email, Addressee(customer.language, customer.first_name))

    def _on_file(self, customer: CustomerMapping) -> str:
        """The Account's address; the portal's when the Account has none or cannot be told."""
        try:
            account = self.accounts().by_customer_number(customer.customer_number)
        except Refused as error:
            logger().warning("address on file not readable", extra={"reason": str(error)})
            return customer.email
        return (account and account.email) or customer.email
