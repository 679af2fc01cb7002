"""The largest order that is accepted fits into one DynamoDB item, with room to spare."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import Any

import pytest
from boto3.dynamodb.types import TypeSerializer
from portal.domain.provisioning_order import ProvisionLine
from portal.engine.states import Status
from portal.ports.billing_orders import BillingOption, OptionKind
from portal.repositories.workflow import job_item

from functions.provision.order_notes import LONGEST_NOTES
from functions.provision.order_size import MOST_OPTIONS
from tests.fakes.provisioning import billing_product, loaded_order, order_line
from tests.unit.functions.provision.world import World, assert_exactly_once

DYNAMODB_LIMIT = 400 * 1024  # Source: DynamoDB developer guide, "Service quotas": item size
ROOM = 100 * 1024
LINES = 100
LONGEST_NAME = "光" * 255  # Product2.Name
LONGEST_LABEL = "回線" * 100
PER_LINE = MOST_OPTIONS // LINES


def options(count: int) -> dict[int, BillingOption]:
    return {
        number: BillingOption(
            id=number,
            name="",
            kind=OptionKind.CHOICE,
            choices={2_000_000_000 + number: LONGEST_LABEL},
        )
        for number in range(1_000_000, 1_000_000 + count)
    }


def selections(count: int) -> str:
    chosen = [
        {
            "kind": "choice",
            "optionId": str(number),
            "label": LONGEST_LABEL,
            "value": "x",
            "valueLabel": LONGEST_LABEL,
            "whmcsOptionId": number,
            "whmcsChoiceId": 2_000_000_000 + number,
        }
        for number in range(1_000_000, 1_000_000 + count)
    ]
    return json.dumps({"version": 1, "selections": chosen})


def large_order(per_line: int, *, esims: int, template: str) -> World:
    def line(number: int) -> ProvisionLine:
        changes: dict[str, Any] = {
            "name": LONGEST_NAME,
            "key": f"{number:064d}",
            "options_json": selections(per_line),
            "notes_template": template,
        }
        if number <= esims:
            plan = {"version": 1, "provider": {"gigs": {"plan": "p" * 64}}}
            changes |= {"esim_settings": json.dumps(plan), "quantity": Decimal(2)}
        return order_line(number, **changes)

    world = World(loaded_order(*(line(number) for number in range(1, LINES + 1))))
    for pid in world.whmcs.catalogue:
        world.whmcs.catalogue[pid] = billing_product(pid, options=options(per_line))
    return world


def size_of(item: dict[str, Any]) -> int:
    """Bytes as DynamoDB counts them: names, values, and one to three bytes of overhead each."""
    return sum(len(name.encode()) + _value(value) for name, value in item.items())


def _value(value: Any) -> int:
    ((kind, content),) = TypeSerializer().serialize(value).items()
    return _size(kind, content)


def _size(kind: str, content: Any) -> int:
    if kind == "M":
        inner = sum(len(k.encode()) + 1 + _size(*next(iter(v.items()))) for k, v in content.items())
        return 3 + int(inner)
    if kind == "L":
        return 3 + sum(1 + _size(*next(iter(entry.items()))) for entry in content)
    if kind == "N":
        return len(content) // 2 + 2
    return len(str(content).encode()) + 1


def test_the_largest_order_fits_with_room_to_spare() -> None:
    template = "備考" * (LONGEST_NOTES // 6 - 10)
    world = large_order(PER_LINE, esims=60, template=template)
    largest = 0

    def measure(name: str) -> None:
        nonlocal largest
        largest = max(largest, size_of(job_item(world.job)))

    world.press()
    world.faults.always = measure
    world.settle()
    assert world.job.status is Status.SUCCEEDED, world.job.last_error
    assert_exactly_once(world)
    assert DYNAMODB_LIMIT - ROOM > largest > 100 * 1024


@pytest.mark.parametrize(
    ("per_line", "template", "found"),
    [
        (PER_LINE + 1, "", "2100 options"),
        (1, "x" * (LONGEST_NOTES + 1), "32030 bytes"),
    ],
)
def test_what_cannot_fit_is_refused_before_anything_happens(
    per_line: int, template: str, found: str
) -> None:
    world = large_order(per_line, esims=2, template=template)
    world.press()
    world.settle()
    assert world.job.last_error is not None
    assert world.job.last_error.code == "order-too-large"
    assert found in world.job.last_error.message
    assert (world.whmcs.all_orders, world.esim.lines) == ({}, {})
