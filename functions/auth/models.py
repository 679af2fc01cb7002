"""Requests and answers of the identity endpoints."""

from __future__ import annotations

from typing import Annotated, Literal

from portal.api.fields import (
    City,
    CompanyName,
    Country,
    CustomerNumber,
    Date,
    EmailAddress,
    Password,
    PersonName,
    Postcode,
    State,
    Street,
    Street2,
    TypedPassword,
)
from portal.api.models import RequestModel, ResponseModel
from portal.domain.postal import part_of_address
from pydantic import (
    AfterValidator,
    Field,
    StrictBool,
    StringConstraints,
    ValidationInfo,
    field_validator,
)

from functions.auth import validation

NewEmail = Annotated[EmailAddress, AfterValidator(validation.email_address)]
Phone = Annotated[
    str,
    StringConstraints(min_length=4, max_length=24),
    AfterValidator(validation.phone_number),
    Field(examples=["+819012345678"], description="E.164, with the country code"),
]
OpaqueToken = Annotated[str, StringConstraints(min_length=1, max_length=4096)]
SecondFact = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100),
    Field(
        description="What the reseller knows of the customer, where SIGNUP_PROOF is second-fact.",
    ),
]


class Address(RequestModel):
    """A postal address. Its country decides which parts are required (docs/problems.md)."""

    country: Country
    street: Street
    street2: Street2 | None = None
    city: City
    # Both depend on the country, which is therefore validated first.
    state: Annotated[State | None, Field(validate_default=True)] = None
    postcode: Annotated[Postcode | None, Field(validate_default=True)] = None

    @field_validator("state", "postcode")
    @classmethod
    def _as_in_its_country(cls, value: str | None, info: ValidationInfo) -> str:
        country = info.data.get("country")
        text = value or ""
        # The error about an invalid country is enough.
        return part_of_address(country, str(info.field_name), text) if country else text


class SignupRequest(RequestModel):
    """A customer of the reseller who wants a portal account."""

    email: NewEmail
    password: Password = Field(repr=False)
    first_name: PersonName
    last_name: PersonName
    phone: Phone
    sf_number: CustomerNumber = Field(description="The Customer Number on the reseller's letters.")
    address: Address
    nationality: Country | None = None
    date_of_birth: Annotated[Date, AfterValidator(validation.birth_date)] | None = None
    gender: Literal["male", "female", "other"] | None = None
    company: CompanyName | None = None
    marketing_opt_in: StrictBool = False
    second_fact: SecondFact | None = Field(default=None, repr=False)
    proof_token: OpaqueToken | None = Field(default=None, repr=False)


class LinkRequest(RequestModel):
    """A login of WHMCS' client area, which proves who owns the client.

    WHMCS gets `password` as it was typed. The portal's password is `newPassword`. Without it the
    portal's password is `password`, if that keeps the portal's rules.
    """

    email: NewEmail
    password: TypedPassword = Field(repr=False)
    sf_number: CustomerNumber
    new_password: Password | None = Field(default=None, repr=False)
    second_fact: SecondFact | None = Field(default=None, repr=False)
    proof_token: OpaqueToken | None = Field(default=None, repr=False)


class SignupProofRequest(RequestModel):
    """The customer number of the person who wants to sign up."""

    sf_number: CustomerNumber


class RegisteredResponse(ResponseModel):
    """The portal account that was made."""

    user_id: str
    email: str
    sf_number: str


class LoginRequest(RequestModel):
    """The e-mail address and the password."""

    email: EmailAddress
    password: Password = Field(repr=False)


class TokenResponse(ResponseModel):
    """Tokens. `accessToken` goes into `Authorization: Bearer`. `expiresIn` is in seconds.

    `refreshToken` is missing when the browser's cookie carries it and when it did not change.
    """

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # the scheme's name
    expires_in: int
    refresh_token: str | None = Field(
        default=None, repr=False, exclude_if=lambda value: value is None
    )


class RefreshRequest(RequestModel):
    """The refresh token. It is left out when the browser's cookie carries it."""

    refresh_token: OpaqueToken | None = Field(default=None, repr=False)


class ResetMailRequest(RequestModel):
    """The e-mail address of the account whose password is to be reset."""

    email: EmailAddress


class ResetPasswordRequest(RequestModel):
    """The token from the link in the mail, and the new password."""

    token: OpaqueToken = Field(repr=False)
    new_password: Password = Field(repr=False)


class ChangePasswordRequest(RequestModel):
    """The current and the new password."""

    current_password: Password = Field(repr=False)
    new_password: Password = Field(repr=False)


class MappingState(ResponseModel):
    """Whether all systems know the customer. The ids are set when `state` is `complete`."""

    state: Literal["complete", "pending"]
    whmcs_client_id: int | None = None
    sf_account_id: str | None = None


class MeChange(RequestModel):
    """The members to change. Members that are left out stay as they are."""

    language: Literal["en", "ja"] | None = None


class MeResponse(ResponseModel):
    """The profile of the caller."""

    user_id: str
    email: str
    first_name: str | None = None
    language: Literal["en", "ja"] | None = None
    sf_number: str | None = None
    mapping: MappingState


class PasswordPolicyView(ResponseModel):
    """The rules of new passwords. `minLength` and `maxLength` count characters.

    A password also must not begin or end with a space, and must not contain the part of the e-mail
    address before the @.
    """

    min_length: int
    max_length: int
    lowercase: bool = Field(description="at least one of a-z")
    uppercase: bool = Field(description="at least one of A-Z")
    digits: bool = Field(description="at least one of 0-9")
    symbols: bool = Field(description="at least one of `symbolCharacters`")
    symbol_characters: str
