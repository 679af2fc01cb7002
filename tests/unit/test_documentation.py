"""What the documents name exists, and what exists is documented.

Other tests hold single pages: `test_problems`, `test_mails_document`, `test_runbooks`,
`test_api_guide`, `tests/infra/test_runbooks.py` (alarms), `tests/infra/test_config.py` (settings of
a stage), `tests/unit/functions/provision/test_error_codes.py`.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from portal.workflow_kinds import WORKFLOW_KINDS

from infra.config import SETTINGS
from local.stack.build import OVERRIDABLE
from local.stack.settings import CORS_VARIABLE, PORTS, SECRET_VARIABLES, UPSTREAM_VARIABLES
from tests.unit.test_documents import PAGES
from tests.unit.test_runbooks import METRIC_FUNCTIONS, METRICS_OF_AWS, calls, metrics, spoken, texts
from tests.workflow_metrics import job_metrics

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
CONTRIBUTING = (DOCS / "contributing.md").read_text(encoding="utf-8")
TARGET = re.compile(r"^([a-z-]+):", re.MULTILINE)
MAKE = re.compile(r"(?:^|`)(?:\$ )?(?:[A-Z_]+=\S+ )*make ([a-z-]+)", re.MULTILINE)
MODULE = re.compile(r"python -m ([a-z_.]+)")
SETTING = re.compile(r"^[A-Z]+(?:_[A-Z0-9]+)+$")
OTHER_SOURCES = ("salesforce/sfdx-project.json", "web/vite.config.ts")
LOCAL_VARIABLES = {
    *(variable for variable, _ in PORTS.values()),
    *UPSTREAM_VARIABLES,
    *SECRET_VARIABLES,
    *OVERRIDABLE,
    CORS_VARIABLE,
}


def targets() -> set[str]:
    return set(TARGET.findall((ROOT / "Makefile").read_text(encoding="utf-8")))


def test_every_target_is_documented_and_no_other() -> None:
    table = [line for line in CONTRIBUTING.splitlines() if line.startswith("| `make ")]
    named = {name for line in table for name in re.findall(r"`make ([a-z-]+)`", line)}
    assert named == targets()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_commands_of_a_page_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    assert set(MAKE.findall(text)) - targets() == set()
    for module in MODULE.findall(text):
        path = ROOT / module.rstrip(".").replace(".", "/")
        assert path.with_suffix(".py").exists() or (path / "__main__.py").exists(), module


def described() -> dict[str, set[str]]:
    """The metrics of docs/metrics.md with their dimensions."""
    found = {}
    text = (DOCS / "metrics.md").read_text(encoding="utf-8")
    for line in text.splitlines():
        if line.startswith(("| `", "| <")):
            names, dimensions, _ = line.strip("| ").split("|", 2)
            for name in re.findall(r"`([^`]+)`", names):
                prefixes = [kind.metrics for kind in WORKFLOW_KINDS] if "<Job>" in name else [""]
                for prefix in prefixes:
                    metric = name.replace("<Job>", prefix)
                    assert metric not in found, f"{metric} stands in two rows"
                    found[metric] = set(re.findall(r"`(\w+)`", dimensions))
    return found


def emitted() -> dict[str, set[str]]:
    """The metrics of the code with the names of the dimensions that calls add."""
    found: dict[str, set[str]] = {name: set() for name in metrics() - METRICS_OF_AWS}
    for call in calls(METRIC_FUNCTIONS):
        for name in texts(call.args[0]) if call.args else ():
            found[name] |= {keyword.arg for keyword in call.keywords if keyword.arg}
    for name, added in job_metrics().items():
        found[name] |= {dimension for each in added for dimension in each}
    return found


def test_every_metric_is_documented_and_no_other() -> None:
    assert described() == emitted()


def test_every_variable_of_the_local_stack_is_documented() -> None:
    named = {word for text in spoken(DOCS / "local-stack.md") for word in re.findall(r"\w+", text)}
    assert {name for name in LOCAL_VARIABLES if name not in named} == set()


def test_no_setting_is_named_that_does_not_exist() -> None:
    """Settings begin as others do; codes of vendors in capitals do not."""
    known = {*SETTINGS, *LOCAL_VARIABLES}
    beginnings = {name.split("_")[0] for name in known}
    sources = "\n".join(
        path.read_text(encoding="utf-8")
        for folder in ("functions", "layers/shared/python", "infra", "local", "ops", "bench")
        for path in (ROOT / folder).rglob("*.py")
    )
    sources += "".join((ROOT / path).read_text(encoding="utf-8") for path in OTHER_SOURCES)
    named = {
        (str(page.relative_to(ROOT)), text)
        for page in PAGES
        if page.name != "CHANGELOG.md"  # it names what there was
        for text in spoken(page)
        if SETTING.match(text) and text.split("_")[0] in beginnings
    }
    unknown = {
        (page, text)
        for page, text in named
        if text not in known and not re.search(rf"\b{text}\b", sources)
    }
    assert unknown == set()
