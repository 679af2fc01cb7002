"""The benchmark's arithmetic and writing; its figures are no test's business."""

from __future__ import annotations

import json
import subprocess
import sys
from datetime import date

from bench import environment, report
from bench.__main__ import BEGIN, END, replaced
from bench.cold import Cold, ColdRow, clients_of, uses_salesforce
from infra.endpoint_model import Access
from infra.endpoints import ENDPOINTS

BY_ID = {endpoint.id: endpoint for endpoint in ENDPOINTS}


def row(endpoint: str, ratio: float, *, salesforce: bool = False) -> ColdRow:
    return ColdRow(
        endpoint=endpoint,
        salesforce=salesforce,
        import_seconds=0.2,
        import_ratio=ratio,
        first_use_seconds=0.5,
        first_use_ratio=1.3,
    )


RESULTS = report.Results(
    day=date(2026, 11, 23),
    cold=Cold(0.4, (row("plain", 1.06), row("crm", 1.2, salesforce=True)), 0.8),
    warm=None,
    growth=None,
)


def test_limits_depend_on_salesforce() -> None:
    (table,) = report.tables(RESULTS)
    verdicts = {line[0]: line[3] for line in table.rows}
    assert verdicts == {"plain": "1.06 (over)", "crm": "1.20"}


def test_the_price_of_missing_bytecode_is_shown() -> None:
    (table,) = report.tables(RESULTS)
    assert table.title == "Cold start (bare handler: 400 ms from bytecode, 800 ms without)"


def test_new_tables_take_the_place_of_the_old_ones() -> None:
    before = f"# Performance\n\n{BEGIN}\nfigures of yesterday\n{END}\n\nAfterwards.\n"
    document = replaced(before, RESULTS)
    assert "yesterday" not in document
    assert "| plain |  | 200 | 1.06 (over) | 1.05 | 500 | 1.30 |" in document
    assert document.endswith(f"{END}\n\nAfterwards.\n")
    assert replaced(document, RESULTS) == document


def test_json_has_the_figures() -> None:
    figures = json.loads(report.as_json(RESULTS))
    assert figures["cold"]["rows"][0]["import_ratio"] == 1.06
    assert figures["day"] == "2026-11-23"


def test_an_endpoint_gets_the_names_that_it_gets_in_aws() -> None:
    for endpoint in ENDPOINTS:
        given = environment.environment_of(endpoint).keys() - environment.AWS.keys()
        assert given == endpoint.environment


def test_clients_follow_from_the_table_of_endpoints() -> None:
    assert clients_of(BY_ID["auth-login"]) == ["dynamodb", "cognito"]
    assert clients_of(BY_ID["system-health"]) == []
    assert "secretsmanager" in clients_of(BY_ID["orders-create-order"])
    assert uses_salesforce(BY_ID["orders-create-order"])
    assert not uses_salesforce(BY_ID["provision-start"])
    assert BY_ID["provision-start"].route is not None
    assert BY_ID["provision-start"].route.access is Access.SIGNED


LIST_SCENARIOS = """
import sys
from bench import environment
with environment.everything():
    from bench.warm import all_scenarios
    print(*all_scenarios(), file=sys.stderr)
"""


def test_every_http_endpoint_has_a_scenario() -> None:
    # In a process of its own: scenarios give the handlers other upstreams for good.
    done = subprocess.run(  # noqa: S603  # our own text
        [sys.executable, "-c", LIST_SCENARIOS],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    routed = {endpoint.id for endpoint in ENDPOINTS if endpoint.route is not None}
    assert set(done.stderr.split()) == routed


ROOTS = """
from bench import environment, first_use
from bench.cold import clients_of, uses_salesforce
from infra.endpoints import ENDPOINTS

with environment.everything():
    for each in ENDPOINTS:
        first_use.make_ready(each.module, clients_of(each), salesforce=uses_salesforce(each))
"""


def test_every_endpoint_is_built_in_the_environment_of_the_benchmark() -> None:
    """In a process of its own, because composition roots are kept."""
    ended = subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-c", ROOTS], capture_output=True, text=True, check=False
    )
    assert ended.returncode == 0, ended.stderr[-2000:]
