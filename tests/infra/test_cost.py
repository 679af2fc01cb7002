"""The page's table of costs is the script's, and the script counts what the templates have."""

from __future__ import annotations

from bench import cost
from infra.endpoints import ENDPOINTS
from infra.paths import REPOSITORY
from tests.infra.template import Template


def test_the_page_shows_the_calculation() -> None:
    page = (REPOSITORY / "docs" / "deploying.md").read_text(encoding="utf-8")
    assert cost.table() in page, "run `.venv/bin/python -m bench.cost`"


def test_what_is_counted_is_in_the_templates(
    production: Template, production_monitoring: Template
) -> None:
    (firewall,) = production.of("AWS::WAFv2::WebACL").values()
    assert len(firewall["Properties"]["Rules"]) == cost.FIREWALL_RULES
    alarms = production_monitoring.of("AWS::CloudWatch::Alarm")
    assert cost.ALARMS - 25 < len(alarms) <= cost.ALARMS
    # The distribution's key is a further secret.
    assert production.count("AWS::SecretsManager::Secret") in (cost.SECRETS - 1, cost.SECRETS)
    assert production.count("AWS::Lambda::EventSourceMapping") == cost.QUEUE_CONSUMERS
    scheduled = [e for e in ENDPOINTS if e.every_minutes or e.minutes_setting]
    assert len(scheduled) == cost.SCHEDULED


def test_customers_cost_little_and_the_rest_is_fixed() -> None:
    fixed = cost.cost(0)
    assert 0 < cost.cost(1_000) - fixed < fixed / 20
    assert cost.cost(20_000, optional=False) < cost.cost(20_000)
