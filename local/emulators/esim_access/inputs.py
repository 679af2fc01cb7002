"""The input of each operation, and the error code of each mistake.

Documented: names, types, which are mandatory, lengths and ranges; codes for invalid JSON, for a
mandatory parameter that is missing or null, and for a wrong length. Assumed: a wrong type and an
unknown parameter are invalid JSON; a number out of its range has a wrong length; an empty text is
an optional parameter that is not given.
"""

from __future__ import annotations

import json
from typing import Annotated, Any, Literal, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from local.emulators.esim_access import errors
from local.emulators.esim_access.errors import ApiError

MOST_ESIMS = 30
LENGTHS = frozenset(
    {
        "string_too_short",
        "string_too_long",
        "too_short",
        "too_long",
        "greater_than_equal",
        "less_than_equal",
    }
)
InputT = TypeVar("InputT", bound=BaseModel)


class Input(BaseModel):
    """The base of every request. Unknown members and other types are refused."""

    model_config = ConfigDict(extra="forbid", strict=True, alias_generator=to_camel)


def _given(value: Any) -> Any:
    return None if value == "" else value


Optional = Annotated[str | None, BeforeValidator(_given)]
Number = Annotated[str | None, Field(pattern=r"^[0-9]{1,12}$"), BeforeValidator(_given)]
TransactionId = Annotated[str, Field(min_length=1, max_length=50)]


class Nothing(Input):
    """An operation without parameters."""


class ListPackages(Input):
    """`package/list`."""

    location_code: Optional = None
    type: Annotated[Literal["BASE", "TOPUP"] | None, BeforeValidator(_given)] = None
    package_code: Optional = None
    slug: Optional = None
    iccid: Optional = None
    data_type: Annotated[Literal["1", "2"] | None, BeforeValidator(_given)] = None


class PackageInfo(Input):
    """One entry of `packageInfoList`."""

    package_code: Annotated[str, Field(min_length=1)]
    count: Annotated[int, Field(ge=1)]
    price: int | None = None
    period_num: Annotated[int | None, Field(ge=1, le=365)] = None


class PlaceOrder(Input):
    """`esim/order`."""

    transaction_id: TransactionId
    amount: int | None = None
    package_info_list: Annotated[list[PackageInfo], Field(min_length=1)]


class Pager(Input):
    """`pager`."""

    page_size: Annotated[int, Field(ge=5, le=500)]
    page_num: Annotated[int, Field(ge=1, le=10_000)]


class Query(Input):
    """`esim/query`."""

    order_no: Optional = None
    iccid: Optional = None
    esim_tran_no: Optional = None
    start_time: Optional = None
    end_time: Optional = None
    pager: Pager


class OneProfile(Input):
    """`esim/cancel`, `esim/suspend`, `esim/unsuspend`, `esim/revoke`."""

    iccid: Optional = None
    esim_tran_no: Optional = None


class PlaceTopUp(OneProfile):
    """`esim/topup`; numbers are texts here, as documented."""

    package_code: Annotated[str, Field(min_length=1)]
    transaction_id: TransactionId
    amount: Number = None
    period_num: Number = None


class UsageQuery(Input):
    """`esim/usage/query`."""

    esim_tran_no_list: Annotated[list[str], Field(min_length=1, max_length=10)]


class SaveWebhook(Input):
    """`webhook/save`."""

    webhook: Annotated[str, Field(pattern=r"^https?://\S+$")]


def read(raw: bytes, model: type[InputT]) -> InputT:
    """Return the request's JSON object, `{}` without a body. Raises ApiError."""
    try:
        data = json.loads(raw) if raw.strip() else {}
    except ValueError as error:
        raise ApiError(errors.JSON) from error
    if not isinstance(data, dict):
        raise ApiError(errors.JSON, "An object is needed.")
    try:
        return model.model_validate(data)
    except ValidationError as error:
        problem = error.errors()[0]
    where = ".".join(map(str, problem["loc"]))
    raise ApiError(_code(problem["type"], problem["input"]), f"({where})")


def _code(kind: str, given: Any) -> str:
    if kind == "missing":
        return errors.PARAMETER_MISSING
    if kind in LENGTHS:
        return errors.PARAMETER_LENGTH
    if given is None:
        return errors.PARAMETER_NULL
    return errors.JSON
