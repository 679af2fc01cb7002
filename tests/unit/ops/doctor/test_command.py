"""`ops doctor`: what is printed, exit codes, probes that write."""

from __future__ import annotations

import json
import re
from pathlib import Path

from local.emulators.kit.faults import Fault
from ops.doctor import write_probes
from ops.doctor.checks import CHECKS
from tests.unit.ops.doctor.world import World

DOCS = Path(__file__).parents[4] / "docs"


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", text.lower()).replace(" ", "-") for text in headings}


def test_every_line_leads_into_the_docs() -> None:
    for check in (*CHECKS, *write_probes.probes(client_id=1)):
        page, _, anchor = check.page.partition("#")
        assert anchor in anchors(DOCS / page), check.id


def test_a_sound_stage_ends_with_0(world: World) -> None:
    result = world.run()
    assert result.exit_code == 0, result.output
    assert f"{len(CHECKS)} of {len(CHECKS)} checks passed." in result.stdout


def test_what_is_wrong_says_how_to_mend_it_and_ends_with_1(world: World) -> None:
    world.whmcs.set_switches({"denied_actions": ["AddOrder"]})
    result = world.run("--system", "whmcs")
    assert result.exit_code == 1
    lines = result.stdout.splitlines()
    (at,) = [n for n, line in enumerate(lines) if line.startswith("✗")]
    assert lines[at].startswith("✗ whmcs.action-AddOrder: the role grants AddOrder — not granted")
    assert lines[at + 1].strip().startswith("mend: Check AddOrder in Configuration")
    assert lines[at + 2].strip() == "read: docs/doctor.md#whmcs"


def test_what_does_not_answer_ends_with_3(world: World) -> None:
    world.sendgrid.faults.add(Fault(operation="scopes", kind="status", status=503))
    result = world.run("--system", "mail")
    assert result.exit_code == 3
    assert "? mail.login" in result.stdout


def test_json_is_for_programs(world: World) -> None:
    world.aws.rules["portal-dev-provision-sweeper"] = "DISABLED"
    result = world.run("--json", "--system", "aws")
    assert result.exit_code == 1
    report = json.loads(result.stdout)
    assert report["stage"] == "dev"
    (wrong,) = [line for line in report["lines"] if line["status"] == "wrong"]
    assert (wrong["id"], wrong["system"]) == ("aws.schedules", "aws")
    assert wrong["remedy"]
    assert wrong["page"] == "docs/doctor.md#aws"


def test_an_unknown_system_is_wrong_usage(world: World) -> None:
    result = world.run("--system", "sap")
    assert result.exit_code == 2
    assert "use aws, salesforce, whmcs, esim, mail, portal" in result.stderr


def test_no_secret_is_printed(world: World) -> None:
    world.aws.secrets["portal/dev/whmcs"] = json.dumps({"identifier": "id-77", "secret": "s-77"})
    output = world.run().output
    for document in world.aws.secrets.values():
        for value in json.loads(document).values():
            assert str(value) not in output or value in ("dev",)


def test_looking_writes_nothing(world: World) -> None:
    before = world.salesforce.dump(), world.whmcs.dump(), world.gigs.dump()
    world.run()
    after = world.salesforce.dump(), world.whmcs.dump(), world.gigs.dump()
    sessions = {"ssoTokens"}  # minted for single sign-on, and never used
    assert after[0] == before[0]
    assert _without(after[1], sessions) == _without(before[1], sessions)
    assert after[2] == before[2]
    assert world.sendgrid.dump()["mails"] == []


def test_write_probes_ask_first(world: World) -> None:
    result = world.run("--write-probes", answer="n\n")
    assert result.exit_code == 1
    assert "place no order in WHMCS" in result.stderr
    assert "✓" not in result.stdout


def test_write_probes_leave_nothing_behind(world: World) -> None:
    before = world.salesforce.dump()
    result = world.run("--write-probes", "--probe-client", "1", "--yes")
    assert result.exit_code == 0, result.output
    assert "✓ salesforce.probe-order" in result.stdout
    assert "the reference comes back; AddOrder drops notes" in result.stdout
    assert "✓ mail.probe-sandbox" in result.stdout
    after = world.salesforce.dump()
    assert (after["Order"], after["OrderItem"]) == (before["Order"], before["OrderItem"])
    assert list(world.whmcs.store.orders.all()) == []
    assert list(world.whmcs.store.services.all()) == []
    assert (world.sendgrid.mails, world.sendgrid.sandboxed) == ([], 1)


def test_kept_notes_are_told(world: World) -> None:
    world.whmcs.set_switches({"add_order_notes": "kept"})
    result = world.run("--write-probes", "--probe-client", "1", "--yes", "--system", "whmcs")
    assert "AddOrder keeps notes" in result.stdout


def test_no_order_is_placed_that_could_not_be_removed(world: World) -> None:
    world.whmcs.set_switches({"denied_actions": ["DeleteOrder"]})
    result = world.run("--write-probes", "--probe-client", "1", "--yes")
    assert result.exit_code == 1
    assert "no order was placed: DeleteOrder not granted" in result.stdout
    assert list(world.whmcs.store.orders.all()) == []


def test_an_order_that_stays_is_named(world: World) -> None:
    world.vendors.fail(
        world.whmcs, operation="DeleteOrder", kind="status", status=500, times=2, skip=1
    )
    result = world.run("--write-probes", "--probe-client", "1", "--yes", "--system", "whmcs")
    assert result.exit_code == 1
    assert re.search(r"order \d+ could not be removed", result.stdout)


def test_a_rule_of_the_org_that_refuses_orders_is_found(world: World) -> None:
    world.salesforce.set_switches({"changed_fields": {"Order.PoNumber": {"nillable": False}}})
    result = world.run("--write-probes", "--yes", "--system", "salesforce")
    assert result.exit_code == 1
    assert re.search(r"✗ salesforce.probe-order: .* order is refused", result.stdout)


def test_a_sender_that_would_be_refused_is_found(world: World) -> None:
    world.aws.set_everywhere("EMAIL_FROM", "hello@other.example")
    result = world.run("--write-probes", "--yes", "--system", "mail")
    assert "✗ mail.probe-sandbox" in result.stdout


def _without(dump: dict[str, object], names: set[str]) -> dict[str, object]:
    return {name: value for name, value in dump.items() if name not in names}
