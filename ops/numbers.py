"""One customer number: who has it, and what keeps it from signing up."""

from __future__ import annotations

from dataclasses import dataclass

from portal.domain import normal_forms

from ops.ports import NumberPorts

COUNTED = {
    "signup.proof": "wrong proofs",
    "signup.customer-number": "sign-ups",
    "signup-proof.customer-number": "sign-up links",
}
"""The limits that count a customer number, whoever calls."""


@dataclass(frozen=True, kw_only=True)
class Counted:
    """Attempts in the current window; from `most` on they are refused."""

    what: str
    attempts: int
    most: int
    seconds: int


@dataclass(frozen=True, kw_only=True)
class NumberView:
    """`user_id` has signed up with it; an unfinished sign-up holds it until `held_until`."""

    number: str
    user_id: str | None
    held_until: int | None
    counted: tuple[Counted, ...]


def look_up(ports: NumberPorts, written: str) -> NumberView:
    """The number as the portal sees it now."""
    number = normal_forms.customer_number(written)
    mapping = ports.directory.by_customer_number(number)
    unfinished = ports.signups.of_number(number)
    return NumberView(
        number=number,
        user_id=mapping.user_id if mapping else None,
        held_until=unfinished.abandoned_from if unfinished else None,
        counted=tuple(_counted(ports, limit, what, number) for limit, what in COUNTED.items()),
    )


def release(ports: NumberPorts, written: str) -> None:
    """Start the counts of a number again, so that its owner can sign up."""
    number = normal_forms.customer_number(written).casefold()
    for limit in COUNTED:
        ports.limiter.forget(limit, number)


def _counted(ports: NumberPorts, name: str, what: str, number: str) -> Counted:
    attempts, limit = ports.limiter.so_far(name, number.casefold())
    return Counted(what=what, attempts=attempts, most=limit.attempts, seconds=limit.seconds)
