"""Asking for the link by which a customer proves to be one."""

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

# The job names no portal user: there is none yet.
NOBODY = "no-user"


@dataclass(frozen=True)
class ProofMails:
    """POST /auth/request-signup-proof: the same work for every number.

    The mail sender looks the Account up, and drops the mail for a number that nobody has, whose
    Account has no address, or that has a portal account already.
    """

    mode: SignupProof
    mail_queue: MailQueue
    limiter: RateLimiter
    new_id: Callable[[], str] = lambda: str(uuid.uuid4())

    def request(self, number: str, *, address: str, language: str) -> None:
        """One message. Raises Problem `not-found` where no link is asked for, `rate-limited`."""
        if self.mode is not SignupProof.EMAIL:
            raise Problem(NOT_FOUND, "Sign up without a link.")
        self.limiter.check("signup-proof.customer-number-ip", f"{number.casefold()} {address}")
        self.limiter.check("signup-proof.customer-number", number.casefold())
        content = SignupProofMail(customer_number=number, language=language)
        key = f"signup-proof:{self.new_id()}"
        self.mail_queue.put([MailJob.of(content, user_id=NOBODY, dedup_key=key)])
