"""Rules for configurable options that a JSON schema cannot express (docs/config-options.md)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal

from portal.domain.catalog import ChoiceOption, Option, QuantityOption


def mistake_in(options: Sequence[Option]) -> str | None:
    """Return the first mistake as a text for those who maintain Product2; None without one."""
    return next(_mistakes(options), None)


def lowest_extra(options: Iterable[Option]) -> Decimal:
    """Return the least that choices can add to the unit price. It is negative for discounts."""
    return sum((_lowest(option) for option in options), Decimal(0))


def _mistakes(options: Sequence[Option]) -> Iterator[str]:
    if _repeats(option.id for option in options):
        yield "two options have the same id"
    if _repeats(option.whmcs_option_id for option in options):
        # WHMCS would get only one of the two answers, and charge another price.
        yield "two options have the same whmcsOptionId"
    for option in options:
        found: str | None = None
        if isinstance(option, ChoiceOption):
            found = _mistake_in_choices(option)
        elif isinstance(option, QuantityOption) and not option.min <= option.default <= option.max:
            found = "default is not between min and max"
        if found is not None:
            yield f"option {option.id}: {found}"


def _mistake_in_choices(option: ChoiceOption) -> str | None:
    ids = [choice.id for choice in option.choices]
    if _repeats(ids):
        return "two choices have the same id"
    if _repeats(choice.whmcs_choice_id for choice in option.choices):
        return "two choices have the same whmcsChoiceId"
    if option.default is None and not option.required:
        # WHMCS takes its first choice when an order names none, whatever its price is.
        return "needs a default, or to be required"
    if option.default is not None and option.default not in ids:
        return f"default {option.default} is none of its choices"
    return None


def _lowest(option: Option) -> Decimal:
    if isinstance(option, ChoiceOption):
        return min(choice.price_delta for choice in option.choices)
    if isinstance(option, QuantityOption):
        return min(option.unit_price * option.min, option.unit_price * option.max)
    return min(option.price, Decimal(0))


def _repeats(values: Iterable[str | int]) -> bool:
    found = list(values)
    return len(set(found)) != len(found)
