"""Checks signup and link requests, and starts their registrations."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from portal.api.rate_limit import RateLimiter
from portal.domain import normal_forms
from portal.domain.normal_forms import same_customer_number
from portal.domain.passwords import PasswordPolicy
from portal.domain.problems import (
    CUSTOMER_NUMBER_MISMATCH,
    INVALID_CREDENTIALS,
    PASSWORD_REFUSED,
    TWO_FACTOR_REQUIRED,
    FieldError,
    Problem,
)
from portal.domain.registration import Kind
from portal.observability import count
from portal.ports.clients import BillingClient, ClientDetails, Clients, LoginRefused
from portal.ports.registrations import Registrations

from functions.auth.models import LinkRequest, SignupRequest
from functions.auth.new_client import NewClient
from functions.auth.proving import Claim, Proving
from functions.auth.registration import Registered, Registrar, Wanted


class Signup:
    """Carries out POST /auth/signup. `clock` returns epoch seconds."""

    def __init__(
        self,
        *,
        proving: Proving,
        clients: Clients,
        registrations: Registrations,
        registrar: Registrar,
        limiter: RateLimiter,
        policy: PasswordPolicy,
        clock: Callable[[], float],
    ) -> None:
        self._proving = proving
        self._clients = clients
        self._registrations = registrations
        self._registrar = registrar
        self._limiter = limiter
        self._policy = policy
        self._clock = clock

    def run(self, request: SignupRequest, *, address: str, language: str) -> Registered:
        """Make the account, or continue one that an earlier request began.

        `address` is the caller's IP address. Raises the Problems of Proving, of the limits, of the
        password policy, of NewClient and of Registrar, and UpstreamErrors.
        """
        number = request.sf_number.casefold()
        claim = Claim(request.sf_number, request.second_fact, request.proof_token)
        self._proving.require(claim)
        self._limiter.check("signup.customer-number-ip", f"{number} {address}")
        self._limiter.check("signup.customer-number", number)
        self._policy.check(request.password, pointer="/password", email=request.email)
        wanted = Wanted(
            kind=Kind.SIGNUP,
            email=request.email,
            password=request.password,
            account=self._proving.account(claim),
            first_name=request.first_name,
            language=language,
        )
        step = NewClient(
            clients=self._clients,
            registrations=self._registrations,
            clock=self._clock,
            details=details_of(request),
        )
        with self._proving.one_answer():
            return self._registrar.register(wanted, step)


class Linking:
    """Carries out POST /auth/link-whmcs."""

    def __init__(
        self,
        *,
        proving: Proving,
        clients: Clients,
        registrar: Registrar,
        limiter: RateLimiter,
        policy: PasswordPolicy,
    ) -> None:
        self._proving = proving
        self._clients = clients
        self._registrar = registrar
        self._limiter = limiter
        self._policy = policy

    def run(self, request: LinkRequest, *, address: str, language: str) -> Registered:
        """Check the WHMCS login and the customer number, and make the portal account.

        `address` is the caller's IP address. Raises Problem `invalid-credentials`,
        `two-factor-required` or `customer-number-mismatch`, the Problems of Proving, of the limits,
        of the password policy and of Registrar, and UpstreamErrors.
        """
        claim = Claim(request.sf_number, request.second_fact, request.proof_token)
        self._proving.require(claim)
        self._limiter.check("link.account-ip", f"{request.email} {address}")
        self._limiter.check("link.account", request.email)
        if request.new_password is not None:
            self._policy.check(request.new_password, pointer="/newPassword", email=request.email)
        with self._proving.one_answer():
            client = self._proved(request)
        portal_password = request.new_password or self._proved_password(request)
        wanted = Wanted(
            kind=Kind.LINK,
            email=request.email,
            password=portal_password,
            account=self._proving.account(claim),
            first_name=client.first_name,
            language=language,
        )
        with self._proving.one_answer():
            return self._registrar.register(wanted, lambda _: client.client_id)

    def _proved_password(self, request: LinkRequest) -> str:
        """Return the billing password in the portal's normal form. WHMCS has checked it.

        Raises Problem `password-refused` when it does not keep the portal's rules.
        """
        password = normal_forms.password(request.password)
        if broken := self._policy.broken_rules(password, email=request.email):
            raise Problem(
                PASSWORD_REFUSED,
                "The billing password does not keep the portal's rules: send newPassword as well, "
                "which becomes the portal's password.",
                errors=tuple(
                    FieldError(text, pointer="/password", code=code) for code, text in broken
                ),
            )
        return password

    def _proved(self, request: LinkRequest) -> BillingClient:
        try:
            login = self._clients.validate_login(request.email, request.password)
        except LoginRefused:
            count("AuthFailures", endpoint="link-whmcs")
            raise Problem(INVALID_CREDENTIALS, "Use the password of the billing area.") from None
        if login.two_factor:
            raise Problem(
                TWO_FACTOR_REQUIRED,
                "Switch the second factor off in the billing area, link, and switch it on again.",
            )
        owned = self._clients.owned_by(login, request.email)
        client = _with_number(owned, request.sf_number)
        if client is None:
            raise Problem(
                CUSTOMER_NUMBER_MISMATCH,
                "Check the customer number; if it is right, support can correct the billing side.",
                errors=(FieldError("Not the number of that account.", pointer="/sfNumber"),),
            )
        return client


def details_of(request: SignupRequest) -> ClientDetails:
    """Return the client details of a signup for WHMCS."""
    address = request.address
    return ClientDetails(
        email=request.email,
        customer_number=request.sf_number,
        first_name=request.first_name,
        last_name=request.last_name,
        phone=request.phone,
        street=address.street,
        street2=address.street2 or None,
        city=address.city,
        state=address.state or "",
        postcode=address.postcode or None,
        country=address.country,
        company=request.company,
        nationality=request.nationality,
        date_of_birth=request.date_of_birth,
        gender=request.gender.capitalize() if request.gender else None,
        marketing_opt_in=request.marketing_opt_in,
    )


def _with_number(clients: Iterable[BillingClient], number: str) -> BillingClient | None:
    return next((c for c in clients if same_customer_number(c.customer_number, number)), None)
