"""Every alarm has a page that says what to do, and every page an alarm."""

from __future__ import annotations

import re
from pathlib import Path

from portal.domain.provisioning_errors import REASONS

from tests.infra.template import Template

RUNBOOKS = Path(__file__).parents[2] / "docs" / "runbooks"
PARTS = ("**What it means.**", "**Look first.**", "**How to mend.**", "**Escalate**")


def pages() -> dict[str, str]:
    return {
        path.stem: path.read_text(encoding="utf-8")
        for path in RUNBOOKS.glob("*.md")
        if path.stem != "README"
    }


def test_alarms_and_pages_belong_together(monitoring: Template) -> None:
    named = {
        match[1]
        for kind in ("AWS::CloudWatch::Alarm", "AWS::CloudWatch::CompositeAlarm")
        for alarm in monitoring.of(kind).values()
        if (match := re.search(r"docs/runbooks/(.+)\.md$", alarm["Properties"]["AlarmDescription"]))
    }
    assert named == set(pages())


def test_every_page_says_what_to_do() -> None:
    for name, text in pages().items():
        assert [part for part in PARTS if part not in text] == [], name


def test_links_between_pages_lead_somewhere() -> None:
    for path in RUNBOOKS.glob("*.md"):
        for target in re.findall(r"\]\(([^)#]+)\)", path.read_text(encoding="utf-8")):
            assert (path.parent / target).exists(), f"{path.name}: {target}"


def test_every_reason_for_a_failed_order_has_a_remedy() -> None:
    named = set(re.findall(r"`([a-z<>-]+)`", pages()["provisioning-failed"]))
    general = (
        r"^(salesforce|whmcs|esim|aws)-(?=(refused|access-denied|unavailable|outcome-unknown)$)"
    )
    reasons = {re.sub(general, "<upstream>-", reason) for reason in REASONS}
    assert reasons - named == set()
