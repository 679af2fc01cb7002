"""Whether somebody who gives a customer number is that customer."""

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
# What would tell a stranger that a number exists, or that somebody has taken it.
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
    """Who somebody says to be, and what they show for it."""

    customer_number: str
    second_fact: str | None = None
    proof_token: str | None = None


@dataclass(frozen=True)
class Proving:
    """Proves claims as the setting SIGNUP_PROOF asks.

    With a proof, unknown, taken and wrongly proved numbers have one answer, and wrong proofs of
    one number are limited whoever shows them.
    """

    mode: SignupProof
    accounts: Accounts
    tokens: ProofTokens
    limiter: RateLimiter

    def require(self, claim: Claim) -> None:
        """Raise Problem `invalid-request` when the claim lacks the proof that is asked for."""
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
        """The Account of a proved claim.

        Raises Problem: `customer-number-unknown` without a proof, `customer-not-proved` with one,
        and `rate-limited`.
        """
        number = claim.customer_number
        if self.mode is SignupProof.NONE:
            account = self.accounts.by_customer_number(number)
            if account is None:
                raise Problem(
                    CUSTOMER_NUMBER_UNKNOWN, "Check the customer number.", errors=(_UNKNOWN,)
                )
            return account
        # Counted before it is judged, so that many guesses at once stay within the limit.
        self.limiter.check("signup.proof", number.casefold())
        account = self.accounts.by_customer_number(number)
        if account is None or not self._proved(claim, account):
            count("AuthFailures", endpoint="signup-proof")
            raise not_proved(self.mode)
        self.limiter.forget("signup.proof", number.casefold())
        return account

    @contextmanager
    def one_answer(self) -> Iterator[None]:
        """Turn what would tell about a number into the one answer, where a proof is asked for."""
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
    """The one answer to unknown, taken and wrongly proved numbers."""
    advice = {
        SignupProof.SECOND_FACT: "Check the customer number and what belongs to it.",
        SignupProof.EMAIL: "Ask for a new link and sign up with the number that it was sent for.",
    }
    return Problem(
        CUSTOMER_NOT_PROVED,
        f"{advice.get(mode, '')} If you have an account already, sign in or reset the password.",
    )
