"""`ops audit`: what is printed, and what is kept for a day."""

from __future__ import annotations

import json
import time
from dataclasses import replace

import pytest
from portal.audit.memory import MemorySpool
from portal.domain.audit import AuditFinding, FindingKind
from portal.ports.audit import AuditState
from typer.testing import CliRunner, Result

from ops import audit as auditing
from ops.cli import app
from ops.errors import OpsError
from ops.ports import Root
from tests.unit.audit.healthy import order_id
from tests.unit.ops.doctor.plants import whmcs_price
from tests.unit.ops.doctor.world import World

STRAY = order_id(77)


def audit(root: Root, *arguments: str) -> Result:
    return CliRunner().invoke(app, ["audit", *arguments], obj=root)


def stray_service(world: World) -> None:
    """A service with our reference, and no Order."""
    line = {"pid": 401, "billingcycle": "onetime", "customfields": {1401: STRAY}}
    world.whmcs.seed({"orders": [{"clientid": 1, "paymentmethod": "stripe", "lines": [line]}]})


def test_systems_that_agree_end_with_0(world: World) -> None:
    result = audit(world.root())
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("0 findings; calls: 2 of dynamodb, 1 of esim, 3 of salesforce")


def test_a_finding_is_printed_with_its_ids_and_its_remedy(world: World) -> None:
    stray_service(world)
    result = audit(world.root())
    assert result.exit_code == 1
    assert f"with the reference {STRAY}, which is no Order" in result.stdout
    assert "clientId 1" in result.stdout
    assert "mend: Find out who made the service." in result.stdout


def test_json_is_for_programs(world: World) -> None:
    whmcs_price(101, 100)(world)
    result = audit(world.root(), "--json")
    report = json.loads(result.stdout)
    (finding,) = report["findings"]
    assert (result.exit_code, finding["kind"]) == (1, "price-differs")
    assert report["calls"]["whmcs"] == 5


def test_since_leaves_out_what_is_older(world: World) -> None:
    stray_service(world)
    today = time.strftime("%Y-%m-%d", time.gmtime(time.time() - 86_400))
    tomorrow = time.strftime("%Y-%m-%d", time.gmtime(time.time() + 2 * 86_400))
    assert audit(world.root(), "--since", today).exit_code == 1
    assert audit(world.root(), "--since", tomorrow).exit_code == 0


def test_a_system_that_is_down_is_no_answer(world: World) -> None:
    world.whmcs.set_switches({"maintenance": True})
    result = audit(world.root())
    assert (result.exit_code, result.stdout) == (3, "")
    assert "not available; try again" in result.stderr


def test_what_last_night_found_is_read_from_the_table(world: World) -> None:
    ports = world.root().audit()
    spool = MemorySpool()
    finding = AuditFinding(kind=FindingKind.ACCOUNT_MISSING, subject="001A", detail="gone")
    ran = AuditState(run_id="r1", started_at=1.0)
    last = replace(ports, spool=spool)
    with pytest.raises(OpsError, match="No audit has run"):
        auditing.last(last)
    spool.save(ran)
    with pytest.raises(OpsError, match="under way"):
        auditing.last(last)
    spool.save(replace(ran, finished_at=2.0, findings=1))
    spool.report("r1", [finding])
    assert auditing.last(last)[1] == [finding]
