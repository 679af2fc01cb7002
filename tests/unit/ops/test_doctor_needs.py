"""What the doctor looks for is what the code uses."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from portal.adapters.salesforce.catalog import PRODUCT_FIELDS

from infra.endpoints import ENDPOINTS
from ops.doctor import aws, salesforce, whmcs
from ops.doctor.checks import CHECKS
from ops.doctor.salesforce_needs import needed_fields, needed_objects
from ops.doctor.whmcs_actions import ACTIONS, DOCTOR_ACTIONS

ROOT = Path(__file__).parents[3]
ADAPTERS = ROOT / "layers/shared/python/portal/adapters/whmcs"
CALLS = {"call", "pages", "page"}
SETTINGS = {
    "SALESFORCE_CUSTOMER_NUMBER_FIELD": "Number__c",
    "SALESFORCE_ACCOUNT_EMAIL_FIELD": "PersonEmail",
}


def actions_of_the_code() -> Iterator[str]:
    for path in sorted(ADAPTERS.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call):
                continue
            name = getattr(node.func, "attr", getattr(node.func, "id", ""))
            place = {"WhmcsPages": 1}.get(name, 0 if name in CALLS else -1)
            action = node.args[place] if 0 <= place < len(node.args) else None
            if isinstance(action, ast.Constant):
                yield str(action.value)


def test_every_action_of_the_code_is_checked_and_no_other() -> None:
    assert {action.name for action in ACTIONS} == set(actions_of_the_code())


def test_an_action_is_asked_for_once() -> None:
    names = [action.name for action in (*ACTIONS, *DOCTOR_ACTIONS)]
    assert len(names) == len(set(names))


def test_every_product_field_that_the_catalogue_reads_is_checked() -> None:
    custom = {name for name in PRODUCT_FIELDS if name.endswith("__c")}
    assert custom <= {f.name for f in needed_fields(SETTINGS) if f.sobject == "Product2"}


def test_fields_have_the_names_that_the_stage_gives_them() -> None:
    names = {f.name for f in needed_fields(SETTINGS) if f.sobject == "Account"}
    assert {"Number__c", "PersonEmail"} <= names
    assert "Customer_Number__c" not in names


def test_keys_are_needed_unique_and_as_external_ids() -> None:
    keys = {f"{f.sobject}.{f.name}" for f in needed_fields({}) if f.unique and f.external_id}
    assert {"Order.Portal_Order_Key__c", "OrderItem.Portal_Line_Key__c"} <= keys


def test_lines_and_prices_come_with_orders_and_price_books() -> None:
    objects = {needed.name: needed for needed in needed_objects()}
    assert objects["OrderItem"].creates
    assert not objects["PricebookEntry"].creates


def test_ids_are_unique_and_needs_come_before() -> None:
    seen: list[str] = []
    for check in CHECKS:
        assert check.id not in seen
        assert set(check.needs) <= set(seen), check.id
        seen.append(check.id)


def test_settings_that_checks_read_exist() -> None:
    known = {name for endpoint in ENDPOINTS for name in endpoint.environment}
    for module in (aws, salesforce, whmcs):
        tree = ast.parse(Path(module.__file__ or "").read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            if isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "setting":
                (name,) = node.args
                if isinstance(name, ast.Constant):
                    assert name.value in known, name.value


def test_the_set_up_guide_names_exactly_the_actions() -> None:
    page = (ROOT / "docs/whmcs.md").read_text(encoding="utf-8")
    table = page.partition("## 2.")[2].partition("## 3.")[0].partition("Nothing else")[0]
    named = {word for word in table.split("`") if word.isalpha() and word[0].isupper()}
    assert named == {action.name for action in (*ACTIONS, *DOCTOR_ACTIONS)}
