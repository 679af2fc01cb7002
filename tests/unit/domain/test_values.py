"""Money, pay methods, addresses, failures: the small types that everything is made of."""

from __future__ import annotations

import dataclasses
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from portal.domain import problems
from portal.domain.billing import BillingAddress
from portal.domain.money import Money, plain
from portal.domain.payment import PayMethod, PayMethodKind, any_usable, end_of_month
from portal.domain.problems import FieldError, Problem, all_problem_types
from portal.domain.upstream import (
    OutcomeUnknown,
    Refused,
    Throttled,
    Unauthorized,
    Unavailable,
    UpstreamError,
)
from pydantic import ValidationError


@pytest.mark.parametrize(
    ("amount", "text"),
    [
        (Decimal("5500.00"), "5500"),
        (Decimal("19.10"), "19.1"),
        (Decimal("1E+3"), "1000"),
        (Decimal("-0.00"), "0"),
        (Decimal("-1.50"), "-1.5"),
        (Decimal("0.0001"), "0.0001"),
        ("5500", "5500"),
        (0, "0"),
    ],
)
def test_amounts_are_plain_text(amount: Decimal | int | str, text: str) -> None:
    assert Money.of(amount, "JPY") == Money(amount=text, currency="JPY")


@given(st.decimals(-(10**11), 10**11, places=4))
def test_amounts_survive(amount: Decimal) -> None:
    assert Money.of(amount, "JPY").value == amount
    assert "E" not in plain(amount)


@pytest.mark.parametrize(
    ("amount", "currency"),
    [("NaN", "JPY"), ("Infinity", "JPY"), ("1.00001", "JPY"), (10**12, "JPY"), ("1", "yen")],
)
def test_what_is_no_money(amount: str | int, currency: str) -> None:
    with pytest.raises(ValidationError):
        Money.of(amount, currency)


@pytest.mark.parametrize("amount", ["1\n", " 1", "1e5", "--1", "1,000", "\uff11"])
def test_text_that_is_no_amount(amount: str) -> None:
    with pytest.raises(ValidationError):
        Money(amount=amount, currency="JPY")


def card(expires: date | None) -> PayMethod:
    return PayMethod(PayMethodKind.CARD, expires=expires)


@pytest.mark.parametrize(
    ("today", "usable"),
    [(date(2026, 2, 28), True), (date(2026, 3, 1), False), (date(2025, 1, 1), True)],
)
def test_a_card_works_through_its_last_day(today: date, usable: bool) -> None:
    assert any_usable([card(end_of_month(2026, 2))], today) is usable


def test_the_gate_needs_one_method_that_works() -> None:
    today = date(2026, 11, 22)
    old = card(date(2020, 1, 31))
    assert not any_usable([], today)
    assert not any_usable([old, old], today)
    assert any_usable([old, card(None)], today)
    assert any_usable([PayMethod(PayMethodKind.BANK_ACCOUNT)], today)


def test_an_address_version_tells_every_field_apart() -> None:
    address = BillingAddress("1-1", "", "Tokyo", "Tokyo", "100-0001", "JP")
    changed = [
        dataclasses.replace(address, **{field.name: "other"})
        for field in dataclasses.fields(address)
    ]
    shifted = dataclasses.replace(address, street="1-", street2="1")
    versions = {a.version for a in (address, shifted, *changed)}
    assert len(versions) == 2 + len(changed)
    assert dataclasses.replace(address).version == address.version


@pytest.mark.parametrize(
    ("kind", "parents"),
    [
        (Unauthorized, {Refused}),
        (Throttled, {Unavailable}),
        (Refused, set()),
        (Unavailable, set()),
        (OutcomeUnknown, set()),
    ],
)
def test_the_tree_of_failures(kind: type[UpstreamError], parents: set[type]) -> None:
    kinds: list[type[Exception]] = [Refused, Unauthorized, Unavailable, Throttled, OutcomeUnknown]
    assert {other for other in kinds if issubclass(kind, other)} == {kind, *parents}


def test_a_failure_shows_only_what_may_be_logged() -> None:
    error = Throttled(
        "whmcs", "AddOrder", "for Yamada", code="c", status=429, loggable="for ***", retry_after=3
    )
    assert str(error) == "whmcs AddOrder: for ***"
    assert (error.message, error.loggable, error.retry_after) == ("for Yamada", "for ***", 3)
    assert str(Refused("whmcs", "AddOrder", "no")) == "whmcs AddOrder: no"


def test_problem_types_are_told_apart() -> None:
    found = [value for value in vars(problems).values() if isinstance(value, problems.ProblemType)]
    assert len({problem.slug for problem in found}) == len(found) == len(all_problem_types())
    for problem in found:
        assert problem.uri == f"{problems.TYPE_BASE}{problem.slug}"
        assert 400 <= problem.status < 600


def test_a_problem_document_has_only_members_that_apply() -> None:
    bare = Problem(problems.CONFLICT, "No.").as_json(instance="i")
    assert set(bare) == {"type", "title", "status", "detail", "instance"}
    full = Problem(
        problems.CONFLICT, "No.", (FieldError("bad", pointer="/a"),), extensions={"state": "x"}
    ).as_json(instance="i")
    assert (full["errors"], full["state"]) == ([{"pointer": "/a", "detail": "bad"}], "x")
