"""Tests mirror sources: a module's path names its test's path, and a test's path its module's."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PORTAL = "layers/shared/python/portal"
# A module <root>/<path>/<name>.py, or a package of that name, is tested in
# <folder>/<path>/test_<name>.py. The first root that fits counts.
FOLDERS = {
    PORTAL: "tests/unit",
    "functions": "tests/unit/functions",
    "infra": "tests/infra",
    "local/emulators": "tests/emulators",
    "local": "tests/unit/local",
    "ops": "tests/unit/ops",
    "bench": "tests/unit/bench",
}
FLOWS = {
    "tests/emulators/gigs/test_changes_and_topups.py": "changes, top-ups and usage of one line",
    "tests/emulators/salesforce/soql/test_random_conditions.py": "a property of parser and engine",
    "tests/emulators/salesforce/test_any_request.py": "a property of all requests",
    "tests/emulators/salesforce/test_simple_salesforce.py": "a client that others wrote",
    "tests/emulators/*/test_foreign_client*.py": "clients that others wrote",
    "tests/infra/test_alarms_fire.py": "every alarm of the template and its cause",
    "tests/infra/test_assembly.py": "cdk.out as a whole",
    "tests/infra/test_checked_types.py": "what mypy reads of aws_cdk",
    "tests/infra/test_cost.py": "bench/cost.py against the templates, whose fixtures lie there",
    "tests/infra/test_policies.py": "a policy engine that judges all templates",
    "tests/infra/test_runbooks.py": "alarms and docs/runbooks",
    "tests/infra/test_switches.py": "what a switch changes in all stacks",
    "tests/unit/adapters/test_smtp_with_aiosmtpd.py": "the SMTP adapter with a server by others",
    "tests/unit/adapters/whmcs/test_html_entities.py": "a property of all WHMCS adapters",
    "tests/unit/api/test_hostile_bodies.py": "a property of the whole HTTP frame",
    "tests/unit/bench/simulation/test_night.py": "one simulated night",
    "tests/unit/bench/years/test_mutants.py": "planted defects, found by the simulation",
    "tests/unit/composed/*": "the portal as deployed",
    "tests/unit/contracts/*": "the contracts of ports, for every adapter",
    "tests/unit/engine/test_compensation.py": "a workflow from its failure to its undoing",
    "tests/unit/functions/*/test_endpoints.py": "all endpoints of an area, through their handlers",
    "tests/unit/functions/*/test_error_codes.py": "codes of an area and their document",
    "tests/unit/functions/*/test_silence.py": "no personal data in logs, in all flows of an area",
    "tests/unit/functions/*/test_with_emulators.py": "flows over the vendors' emulators",
    "tests/unit/functions/auth/test_signup_killed.py": "sign-up, with a failure at every call",
    "tests/unit/functions/auth/test_state_machine.py": "all identity flows in any order",
    "tests/unit/functions/billing/test_card_at_month_end.py": "the reseller's time zone and cards",
    "tests/unit/functions/email/test_arrival.py": "a mail from its job to its arrival",
    "tests/unit/functions/email/test_qr_in_mails.py": "the QR code as mails show it",
    "tests/unit/functions/email/test_sendgrid_refusals.py": "a mail that SendGrid refuses",
    "tests/unit/functions/operations/test_finished_after_another.py": "two operations on one line",
    "tests/unit/functions/operations/test_one_line.py": "any history of one line",
    "tests/unit/functions/operations/test_reissue_codes.py": "codes and docs/reissues.md",
    "tests/unit/functions/operations/test_topup_*.py": "flows of a top-up",
    "tests/unit/functions/operations/test_wired.py": "a top-up as deployed",
    "tests/unit/functions/orders/test_exactly_once.py": "a property of placing and its store",
    "tests/unit/functions/orders/test_prices_property.py": "a property of catalogue and cart",
    "tests/unit/functions/provision/test_*.py": "flows of the provisioning workflow",
    "tests/unit/local/test_with_emulators.py": "the demo's seeds in the emulators",
    "tests/unit/ops/doctor/test_*.py": "commands over an installation with planted faults",
    "tests/unit/ops/salesforce_project/test_agreement.py": "Apex and screens, and the portal",
    "tests/unit/ops/test_*_command*.py": "commands over several modules",
    "tests/unit/ops/test_doctor_needs.py": "what the doctor looks for, and what the code uses",
    "tests/unit/repositories/test_lost_answers.py": "a property of all conditional writes",
    "tests/unit/salesforce/*": "the Apex of salesforce/, which has no Python module",
    "tests/unit/test_*document*.py": "pages of docs/, and the code",
    "tests/unit/test_api_guide.py": "docs/api.md, and the code",
    "tests/unit/test_canaries.py": "the tests' own search for canaries",
    "tests/unit/test_cold_start.py": "a property of all endpoints",
    "tests/unit/test_configuration.py": "a property of all endpoints",
    "tests/unit/test_mirroring.py": "this test",
    "tests/unit/test_runbooks.py": "docs/runbooks, and the code",
    "tests/unit/test_signing.py": "the tests' own signature",
}
"""Tests of flows and properties over several modules, as paths or patterns, with the reason."""

MIRRORED = ("adapters", "repositories", "engine", "domain")
COVERED = {
    "adapters/[!e]*/audit": "composed/test_audit",
    "adapters/esim_access/webhooks": "functions/webhooks/test_esim",
    "adapters/esim_access/*": "adapters/esim_access/test_provider",
    "adapters/gigs/webhooks": "functions/webhooks/test_esim",
    "adapters/gigs/*": "adapters/gigs/test_provider",
    "adapters/guard": "ops/doctor/test_esim",
    "adapters/salesforce/cases": "adapters/salesforce/test_accounts",
    "adapters/salesforce/catalog": "adapters/salesforce/test_order_form",
    "adapters/webhook_secret": "functions/webhooks/test_esim",
    "adapters/whmcs/ordering_clients": "adapters/whmcs/test_orders",
    "adapters/whmcs/products": "adapters/whmcs/test_orders",
    "adapters/whmcs/services": "adapters/whmcs/test_orders",
    "domain/audit": "audit/test_rules",
    "domain/billing_cycles": "adapters/whmcs/test_client_services",
    "domain/cases": "functions/auth/test_case_worker",
    "domain/esim": "contracts/test_esim_provider",
    "domain/identity": "repositories/test_identity",
    "domain/mail": "domain/test_mail_contents",
    "domain/order_options": "functions/orders/test_prices_property",
    "domain/passwords": "functions/auth/test_signup",
    "domain/provisioning_errors": "functions/provision/test_remedies",
    "domain/registration": "repositories/test_registrations",
    "domain/signup_proof": "functions/auth/test_proving",
    "domain/topup": "catalog/test_topup_offers",
    "engine/model": "engine/test_runner",
    "engine/order_of_steps": "engine/test_runner",
    "engine/ports": "repositories/test_workflow",
    "engine/steps": "engine/test_runner",
    "repositories/audit": "audit/test_run",
    "repositories/catalog": "catalog/test_cache",
    "repositories/claims": "repositories/test_workflow",
    "repositories/replays": "repositories/test_workflow",
    "repositories/subscribers": "repositories/test_workflow",
}
"""Modules of the shared package without a test of their own, and the test that covers each."""


def mirrored_test(module: Path) -> Path:
    """The path of a module's test; for `__init__.py` that of its package's."""
    source = module.parent if module.name == "__init__.py" else module.with_suffix("")
    root = next(root for root in FOLDERS if source.is_relative_to(root))
    inner = source.relative_to(root)
    return Path(FOLDERS[root]) / inner.parent / f"test_{inner.name}.py"


def modules() -> Iterator[Path]:
    for top in {root.partition("/")[0] for root in FOLDERS}:
        for path in (ROOT / top).rglob("*.py"):
            module = path.relative_to(ROOT)
            is_root = module.name == "__init__.py" and module.parent.as_posix() in FOLDERS
            if not is_root and any(module.is_relative_to(root) for root in FOLDERS):
                yield module


def all_tests() -> list[Path]:
    folders = ("tests/unit", "tests/infra", "tests/emulators")
    found = (path for folder in folders for path in (ROOT / folder).rglob("test_*.py"))
    return sorted(path.relative_to(ROOT) for path in found)


def has_logic(module: Path) -> bool:
    """Whether a function of the module does anything; those of protocols are `...`."""
    tree = ast.parse((ROOT / module).read_text(encoding="utf-8"))
    functions = (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))
    return any(not isinstance(function.body[-1], ast.Expr) for function in functions)


def pattern_of(path: str, patterns: dict[str, str]) -> str | None:
    return next((pattern for pattern in patterns if fnmatch(path, pattern)), None)


def test_each_test_mirrors_a_module_or_is_named_as_a_flow() -> None:
    mirrors = {mirrored_test(module) for module in modules()}
    strays = {test.as_posix() for test in all_tests() if test not in mirrors}
    unnamed = [stray for stray in sorted(strays) if pattern_of(stray, FLOWS) is None]
    assert unnamed == [], "move them to the paths of their modules, or name them in FLOWS"
    assert {pattern_of(stray, FLOWS) for stray in strays} == set(FLOWS), "an entry is left over"


def test_each_module_with_logic_has_its_test() -> None:
    shared = [Path(PORTAL) / part for part in MIRRORED]
    found = [m for m in modules() if any(m.is_relative_to(part) for part in shared)]
    bare = {
        module.with_suffix("").relative_to(PORTAL).as_posix()
        for module in found
        if has_logic(module) and not (ROOT / mirrored_test(module)).exists()
    }
    untested = [module for module in sorted(bare) if pattern_of(module, COVERED) is None]
    assert untested == [], "write their tests, or name in COVERED the test that runs them"
    assert {pattern_of(module, COVERED) for module in bare} == set(COVERED), "an entry is left over"


@pytest.mark.parametrize("test", sorted(set(COVERED.values())))
def test_covering_tests_exist(test: str) -> None:
    assert (ROOT / "tests/unit" / f"{test}.py").exists()
