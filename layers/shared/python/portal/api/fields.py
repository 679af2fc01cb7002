"""Types of request members that several endpoints take, each with its limits and its normal form.

The JSON schema of each is as strict as its check, as far as JSON Schema can express it.
"""

from __future__ import annotations

import datetime as dt
import re
from typing import Annotated, Any

from pydantic import AfterValidator, AwareDatetime, BeforeValidator, Field, StringConstraints
from pydantic_core import PydanticKnownError

from portal.domain import normal_forms, typed_text
from portal.domain.ids import CUSTOMER_NUMBER
from portal.domain.postal import AddressError
from portal.domain.problems import InvalidValue

EMAIL_LENGTH = 254
PASSWORD_LENGTH = 256
STREET_LENGTH = 100
# The lengths of the fields of the Order in Salesforce.
CITY_LENGTH = 40
STATE_LENGTH = 80
POSTCODE_LENGTH = 12
# Only the form of RFC 3339, because pydantic would also accept numbers as seconds.
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_TIME = re.compile(r"\d{4}-\d{2}-\d{2}[Tt ]\d{2}:\d{2}(:\d{2}(\.\d{1,9})?)?\S*", re.ASCII)


def _in_form(form: re.Pattern[str], kind: str) -> Any:
    def check(value: Any) -> Any:
        if not isinstance(value, str):
            raise PydanticKnownError(f"{kind}_type")  # type: ignore[arg-type]  # both kinds exist
        if not form.fullmatch(value.strip()):
            code: Any = f"{kind}_parsing"  # both kinds exist
            raise PydanticKnownError(code, {"error": ""})
        return value

    return BeforeValidator(check)


def _if_text(change: Any) -> Any:
    return BeforeValidator(lambda value: change(value) if isinstance(value, str) else value)


def country_code(text: str) -> str:
    """Return an ISO 3166-1 alpha-2 code. Raises InvalidValue."""
    import pycountry  # noqa: PLC0415  # reads its tables on import

    if pycountry.countries.get(alpha_2=text) is None:
        sentence = "This is not the two-letter ISO 3166-1 code of a country, such as JP."
        raise InvalidValue(AddressError.COUNTRY_UNKNOWN, sentence)
    return text


# It is checked fully at sign-up only. Elsewhere an odd address just has no account.
EmailAddress = Annotated[
    str,
    StringConstraints(min_length=3, max_length=EMAIL_LENGTH),
    AfterValidator(normal_forms.email),
    Field(json_schema_extra={"format": "email"}, examples=["hanako@example.com"]),
]
# It is never stripped, because a space may be part of a password (the policy says where).
TypedPassword = Annotated[
    str,
    StringConstraints(strip_whitespace=False, min_length=1, max_length=PASSWORD_LENGTH),
    Field(json_schema_extra={"format": "password", "writeOnly": True}),
]
Password = Annotated[
    TypedPassword,
    AfterValidator(normal_forms.password),
    Field(examples=["Sakura-2026-Ueno"]),
]
CustomerNumber = Annotated[
    str,
    _if_text(normal_forms.customer_number),
    StringConstraints(pattern=CUSTOMER_NUMBER),
    Field(examples=["CN-000101"]),
]
Date = Annotated[dt.date, _in_form(_DATE, "date"), Field(examples=["1990-04-01"])]
Moment = Annotated[
    AwareDatetime, _in_form(_TIME, "datetime"), Field(examples=["2026-12-24T09:00:00+09:00"])
]
PersonName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=64),
    AfterValidator(typed_text.person_name),
]
CompanyName = Annotated[
    str,
    StringConstraints(min_length=1, max_length=100),
    AfterValidator(typed_text.company_name),
]
Street = Annotated[
    str,
    StringConstraints(min_length=1, max_length=STREET_LENGTH),
    AfterValidator(typed_text.line),
    Field(examples=["1-2-3 Shibakoen"]),
]
City = Annotated[
    str,
    StringConstraints(min_length=1, max_length=CITY_LENGTH),
    AfterValidator(typed_text.line),
    Field(examples=["Minato-ku"]),
]


def _line_or_nothing(text: str) -> str:
    return typed_text.line(text) if text else ""


# "" clears a value that may be empty.
Street2 = Annotated[
    str, StringConstraints(max_length=STREET_LENGTH), AfterValidator(_line_or_nothing)
]
State = Annotated[
    str,
    StringConstraints(max_length=STATE_LENGTH),
    AfterValidator(_line_or_nothing),
    Field(
        examples=["Tokyo"],
        description="Required where addresses have a state, province or prefecture.",
    ),
]
Postcode = Annotated[
    str,
    StringConstraints(max_length=POSTCODE_LENGTH),
    Field(examples=["105-0011"], description="Required where the country has postcodes."),
]
Country = Annotated[
    str,
    StringConstraints(to_upper=True, pattern=r"^[A-Za-z]{2}$"),
    AfterValidator(country_code),
    Field(examples=["JP"], description="ISO 3166-1 alpha-2"),
]
