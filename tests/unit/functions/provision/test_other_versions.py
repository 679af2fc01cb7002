"""Jobs that another version of the portal began: an older one, or a newer one before a rollback.

The worker of the other version dies after an effect. Its stored item is then rewritten to the
shape of that version, and this version finishes the job.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from portal.repositories.workflow import job_from, job_item

from tests.fakes.faults import Fault
from tests.fakes.provisioning import esim_line, loaded_order, order_line
from tests.unit.functions.provision.world import JOB_ID, World, assert_exactly_once, unchanged

Item = dict[str, Any]
EFFECTS = (
    "salesforce load",
    "salesforce report",
    "whmcs GetPayMethods",
    "esim subscribe",
    "esim activate",
    "whmcs AddOrder",
    "whmcs AcceptOrder",
    "whmcs GetClientsProducts",
    "salesforce write back",
    "mail put",
)
# Added to items and records after the first jobs were stored; what reads them knows a default.
ADDED_TO_JOBS = ("exclusive", "closed", "expiration")
ADDED_TO_RECORDS = ("askedAt", "lookedAt", "reported", "seen", "sends", "settingUp", "subscriber")


def older(item: Item) -> Item:
    """Without what later versions added."""
    steps = {
        name: {**step, "data": {k: v for k, v in step["data"].items() if k not in ADDED_TO_RECORDS}}
        for name, step in item["steps"].items()
    }
    kept = {name: value for name, value in item.items() if name not in ADDED_TO_JOBS}
    return {**kept, "steps": steps}


def newer(item: Item) -> Item:
    """With what this version does not know yet."""
    steps = {
        name: {**step, "certainty": "high", "data": {**step["data"], "learntLater": {"a": [1]}}}
        for name, step in item["steps"].items()
    }
    return {**item, "steps": steps, "priority": "high"}


@pytest.mark.parametrize("other", [older, newer])
@pytest.mark.parametrize("effect", EFFECTS)
def test_a_job_of_another_version_is_finished_exactly_once(
    effect: str, other: Callable[[Item], Item]
) -> None:
    world = World(loaded_order(order_line(1), esim_line(2)))
    world.press()
    world.faults.always = lambda name: Fault.KILLED_AFTER if name == effect else None
    world.work()
    world.faults.always = lambda _: None
    stored = other(job_item(world.job))
    assert stored != job_item(world.job)
    world.store.jobs[JOB_ID] = job_from(stored)
    world.settle()
    assert_exactly_once(world)
    with unchanged(world):
        world.drain()
        assert world.press().outcome == "already-succeeded"
