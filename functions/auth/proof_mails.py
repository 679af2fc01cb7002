"""Queues mails with a link that proves who owns a customer number."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass

from portal.api.rate_limit import RateLimiter
from portal.domain.mail import MailJob
from portal.domain.mail_contents import SignupProof as SignupProofMail
from portal.domain.problems import NOT_FOUND, Problem
from portal.domain.signup_proof import SignupProof
from portal.ports.mail import MailQueue

# A job needs a user id, and the person has no portal user yet.
NOBODY = "no-user"


@dataclass(frozen=True)
class ProofMails:
    """Queues mails with sign-up links. The work is the same for every customer number.

    The mail sender looks up the Account of the number. It drops the mail if there is no Account, if
    the Account has no e-mail address, or if the Account has a portal account already.
    """

    mode: SignupProof
    mail_queue: MailQueue
    limiter: RateLimiter
    new_id: Callable[[], str] = lambda: str(uuid.uuid4())

    def request(self, number: str, *, address: str, language: str) -> None:
        """Queue one job, for a caller with the IP address `address`.

        Raises Problem `not-found` when SIGNUP_PROOF is not `email`, Problem `rate-limited`, and
        UpstreamErrors.
        """
        if self.mode is not SignupProof.EMAIL:
            raise Problem(NOT_FOUND, "Sign up without a link.")
        self.limiter.check("signup-proof.customer-number-ip", f"{number.casefold()} {address}")
        self.limiter.check("signup-proof.customer-number", number.casefold())
        content = SignupProofMail(customer_number=number, language=language)
        key = f"signup-proof:{self.new_id()}"
        self.mail_queue.put([MailJob.of(content, user_id=NOBODY, dedup_key=key)])
