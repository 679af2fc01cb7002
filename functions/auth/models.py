"""What the identity endpoints take and answer."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Literal

from portal.api.models import RequestModel, ResponseModel
from portal.domain.ids import CustomerNumber
from pydantic import (
    AfterValidator,
    Field,
    StringConstraints,
    field_validator,
)
from pydantic_core import PydanticCustomError

from functions.auth import validation

EMAIL_LENGTH = 254
# Never stripped: a space may be part of a password, and the policy says where it may not be.
Password = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=1, max_length=256),
    Field(json_schema_extra={"format": "password", "writeOnly": True}),
]
# Checked fully at signup only: everywhere else an odd address is just one that has no account.
LoginEmail = Annotated[
    str,
    StringConstraints(min_length=3, max_length=EMAIL_LENGTH),
    Field(json_schema_extra={"format": "email"}),
]
NewEmail = Annotated[LoginEmail, AfterValidator(validation.email_address)]
Phone = Annotated[
    str,
    StringConstraints(min_length=4, max_length=24),
    AfterValidator(validation.phone_number),
    Field(examples=["+819012345678"]),
]
Country = Annotated[
    str,
    StringConstraints(min_length=2, max_length=2),
    AfterValidator(validation.country_code),
    Field(examples=["JP"]),
]
Name = Annotated[
    str, StringConstraints(min_length=1, max_length=64), AfterValidator(validation.person_name)
]
Line = Annotated[
    str, StringConstraints(min_length=1, max_length=120), AfterValidator(validation.plain_text)
]
# What the Order in Salesforce has room for: longer ones could not be kept there.
City = Annotated[
    str, StringConstraints(min_length=1, max_length=40), AfterValidator(validation.plain_text)
]
State = Annotated[
    str, StringConstraints(min_length=1, max_length=80), AfterValidator(validation.plain_text)
]
OpaqueToken = Annotated[str, StringConstraints(min_length=1, max_length=4096)]


class Address(RequestModel):
    """A postal address; `country` is ISO 3166-1 alpha-2."""

    street: Line
    street2: Line | None = None
    city: City
    state: State
    country: Country
    postcode: str | None = Field(
        default=None,
        max_length=12,
        validate_default=True,
        description="Required where the country has postcodes.",
    )

    @field_validator("postcode")
    @classmethod
    def _postcode_of_country(cls, value: str | None, info: object) -> str | None:
        country = getattr(info, "data", {}).get("country")
        # Without a valid country its own error is enough.
        return validation.postcode_of(country, value) if country else value


class SignupRequest(RequestModel):
    """A customer of the reseller who wants a portal account."""

    email: NewEmail
    password: Password = Field(repr=False)
    first_name: Name
    last_name: Name
    phone: Phone
    sf_number: CustomerNumber = Field(description="The Customer Number on the reseller's letters.")
    address: Address
    nationality: Country | None = None
    date_of_birth: Annotated[date, AfterValidator(validation.birth_date)] | None = None
    gender: Literal["male", "female", "other"] | None = None
    company: Line | None = None
    marketing_opt_in: bool = False

    @field_validator("date_of_birth", mode="before")
    @classmethod
    def _only_a_date(cls, value: object) -> object:
        # pydantic would take a number as seconds since 1970.
        if value is None or isinstance(value, str | date):
            return value
        raise PydanticCustomError("date_type", "Write the date as YYYY-MM-DD.")


class LinkRequest(RequestModel):
    """A WHMCS client-area login that proves whose the client is.

    The portal password is `new_password`, or the proven one where the policy takes it.
    """

    email: NewEmail
    password: Password = Field(repr=False)
    sf_number: CustomerNumber
    new_password: Password | None = Field(default=None, repr=False)


class RegisteredResponse(ResponseModel):
    """The account that was made."""

    user_id: str
    email: str
    sf_number: str


class LoginRequest(RequestModel):
    """E-mail and password."""

    email: LoginEmail
    password: Password = Field(repr=False)


class TokenResponse(ResponseModel):
    """`accessToken` goes into `Authorization: Bearer`; `expiresIn` is in seconds.

    `refreshToken` is missing when it went into the browser's cookie, or did not change.
    """

    access_token: str = Field(repr=False)
    token_type: Literal["Bearer"] = "Bearer"  # noqa: S105  # the scheme's name
    expires_in: int
    refresh_token: str | None = Field(
        default=None, repr=False, exclude_if=lambda value: value is None
    )


class RefreshRequest(RequestModel):
    """The refresh token, unless the browser's cookie carries it."""

    refresh_token: OpaqueToken | None = Field(default=None, repr=False)


class ResetMailRequest(RequestModel):
    """Whose password is to be reset."""

    email: LoginEmail


class ResetPasswordRequest(RequestModel):
    """The token from the mail's link."""

    token: OpaqueToken = Field(repr=False)
    new_password: Password = Field(repr=False)


class ChangePasswordRequest(RequestModel):
    """Both passwords."""

    current_password: Password = Field(repr=False)
    new_password: Password = Field(repr=False)


class MappingState(ResponseModel):
    """Whether the customer is known everywhere; ids once they are."""

    state: Literal["complete", "pending"]
    whmcs_client_id: int | None = None
    sf_account_id: str | None = None


class MeResponse(ResponseModel):
    """Who is signed in."""

    user_id: str
    email: str
    first_name: str | None = None
    language: Literal["en", "ja"] | None = None
    sf_number: str | None = None
    mapping: MappingState
