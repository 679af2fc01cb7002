"""Checks that somebody who gives a customer number is that customer."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from portal.api.rate_limit import RateLimiter
from portal.domain.problems import (
    CUSTOMER_ALREADY_REGISTERED,
    CUSTOMER_NOT_PROVED,
    CUSTOMER_NUMBER_MISMATCH,
    CUSTOMER_NUMBER_UNKNOWN,
    INVALID_REQUEST,
    FieldError,
    Problem,
)
from portal.domain.signup_proof import SignupProof, same_fact
from portal.observability import count
from portal.ports.accounts import Account, Accounts
from portal.ports.proof_tokens import ProofTokens

_UNKNOWN = FieldError("No customer has this number.", pointer="/sfNumber", code="unknown")
# These problems would tell a stranger that a number exists or that it has a portal account.
_TELLING = frozenset(
    {
        CUSTOMER_ALREADY_REGISTERED.slug,
        CUSTOMER_NUMBER_MISMATCH.slug,
        CUSTOMER_NUMBER_UNKNOWN.slug,
    }
)
_MEMBERS = {SignupProof.SECOND_FACT: "/secondFact", SignupProof.EMAIL: "/proofToken"}


@dataclass(frozen=True, repr=False)
class Claim:
    """A customer number, and the proof that somebody gives for it."""

    customer_number: str
    second_fact: str | None = None
    proof_token: str | None = None


@dataclass(frozen=True)
class Proving:
    """Checks claims. `mode` is the setting SIGNUP_PROOF.

    When the setting requires a proof, the answer is the same for a number that is unknown, taken or
    wrongly proved. Attempts to prove one number are limited over all callers.
    """

    mode: SignupProof
    accounts: Accounts
    tokens: ProofTokens
    limiter: RateLimiter

    def require(self, claim: Claim) -> None:
        """Raise Problem `invalid-request` if the claim lacks the proof that `mode` requires."""
        shown = {
            SignupProof.SECOND_FACT: claim.second_fact,
            SignupProof.EMAIL: claim.proof_token,
        }
        if self.mode in shown and not shown[self.mode]:
            error = FieldError("This is required.", pointer=_MEMBERS[self.mode], code="missing")
            raise Problem(
                INVALID_REQUEST, "Prove that the customer number is yours.", errors=(error,)
            )

    def account(self, claim: Claim) -> Account:
        """Return the Account of a proved claim.

        Raises Problem `customer-number-unknown` when `mode` requires no proof, and Problem
        `customer-not-proved` or `rate-limited` when it does. Raises UpstreamErrors.
        """
        number = claim.customer_number
        if self.mode is SignupProof.NONE:
            account = self.accounts.by_customer_number(number)
            if account is None:
                raise Problem(
                    CUSTOMER_NUMBER_UNKNOWN, "Check the customer number.", errors=(_UNKNOWN,)
                )
            return account
        # The attempt is counted first, so that simultaneous guesses stay within the limit.
        self.limiter.check("signup.proof", number.casefold())
        account = self.accounts.by_customer_number(number)
        if account is None or not self._proved(claim, account):
            count("AuthFailures", endpoint="signup-proof")
            raise not_proved(self.mode)
        self.limiter.forget("signup.proof", number.casefold())
        return account

    @contextmanager
    def one_answer(self) -> Iterator[None]:
        """Replace Problems that tell about a number by `customer-not-proved`.

        Nothing is replaced when `mode` requires no proof.
        """
        try:
            yield
        except Problem as problem:
            if self.mode is SignupProof.NONE or problem.type.slug not in _TELLING:
                raise
            raise not_proved(self.mode) from None

    def _proved(self, claim: Claim, account: Account) -> bool:
        if self.mode is SignupProof.SECOND_FACT:
            return same_fact(claim.second_fact or "", account.second_fact)
        return self.tokens.account_of(claim.proof_token or "") == account.id


def not_proved(mode: SignupProof) -> Problem:
    """Return the Problem for numbers that are unknown, taken or wrongly proved."""
    advice = {
        SignupProof.SECOND_FACT: "Check the customer number and what belongs to it.",
        SignupProof.EMAIL: "Ask for a new link and sign up with the number that it was sent for.",
    }
    return Problem(
        CUSTOMER_NOT_PROVED,
        f"{advice.get(mode, '')} If you have an account already, sign in or reset the password.",
    )
