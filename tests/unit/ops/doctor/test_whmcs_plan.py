"""`ops whmcs plan`."""

from __future__ import annotations

from typer.testing import CliRunner, Result

from local.demo.data import whmcs_seed
from ops.cli import app
from ops.doctor.whmcs_actions import ACTIONS, DOCTOR_ACTIONS
from tests.unit.ops.doctor.plants import FIBRE, both, product, setting, whmcs, whmcs_product
from tests.unit.ops.doctor.world import World


def plan(world: World) -> Result:
    return CliRunner().invoke(app, ["whmcs", "plan"], obj=world.root())


def test_a_whmcs_that_is_set_up_needs_nothing(world: World) -> None:
    result = plan(world)
    assert result.exit_code == 0, result.output
    assert "✗" not in result.stdout
    for action in (*ACTIONS, *DOCTOR_ACTIONS):
        assert f"✓ role of the portal: {action.name} " in result.stdout
    assert "✓ field Customer Number, id 1" in result.stdout
    assert f"✓ {FIBRE}, product id 101: field Portal Order Ref" in result.stdout


def test_what_is_missing_is_named_with_its_screen(world: World) -> None:
    both(
        whmcs(denied_actions=["AddOrder", "WhmcsDetails"]),
        setting("WHMCS_GENDER_FIELD_ID", "99"),
        setting("WHMCS_PAYMENT_METHOD", "paypal"),
        whmcs_product(101, customfields=[]),
        product("VPN-LONDON", WHMCS_Product_Id__c=9999),
    )(world)
    result = plan(world)
    assert result.exit_code == 1
    screens = result.stdout.split("Configuration, System Settings, ")
    missing = {
        screen.splitlines()[0]: [line for line in screen.splitlines() if "✗" in line]
        for screen in screens[1:]
    }
    assert [len(lines) for lines in missing.values()] == [2, 1, 1, 2]
    assert "gateway paypal" in missing["Payment Gateways"][0]
    assert "tab Custom Fields" in missing["Products/Services"][0]
    assert "6 are missing" in result.stdout


def test_a_new_whmcs_without_clients_shows_no_fields(world: World) -> None:
    world.aws.items.clear()
    world.whmcs.clear()
    seed = {name: part for name, part in whmcs_seed().items() if name != "clients"}
    world.whmcs.seed(seed)
    result = plan(world)
    assert "? field Customer Number" in result.stdout
    assert "4 cannot be seen yet" in result.stdout
