"""The nightly audit of the portal, run on its schedule, as a part of the oracle.

On troubled nights the audit may find what its rules call wrong and what is mended later, such as a
job whose end Salesforce has not been told of. So only some kinds are findings of the run then. The
last audit is of calm times: whatever it finds is a finding, unless staff has been told of it.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from dataclasses import dataclass, field

from portal.domain.audit import AuditFinding, FindingKind
from portal.repositories.audit import DynamoSpool
from portal.repositories.dynamodb import Table

from bench.years.lambdas import Lambdas
from bench.years.oracle import Books
from bench.years.people import DAY, HOUR
from bench.years.world import Killed, World

AUDIT_HOUR = 3  # of Asia/Tokyo, which is nine hours ahead of UTC
UTC_SECONDS = (AUDIT_HOUR - 9) % 24 * HOUR
EVERY_SECONDS = 300.0  # infra/endpoints.py
# The clock of a Lambda may be behind, and the audit does not begin before its hour.
LATER = 60.0
LONGEST = 20 * HOUR
NEVER = frozenset(
    {
        FindingKind.ORDERS_DUPLICATE,
        FindingKind.LINES_DUPLICATE,
        FindingKind.SERVICE_UNKNOWN,
        FindingKind.LINE_UNKNOWN,
        FindingKind.CLIENT_UNUSABLE,
        FindingKind.ACCOUNT_MISSING,
        FindingKind.JOB_STUCK,
        FindingKind.PRICE_DIFFERS,
        FindingKind.PRODUCT_UNAVAILABLE,
        FindingKind.AUDIT_INCOMPLETE,
    }
)
"""What may not be on any night, whatever goes wrong."""


@dataclass
class Nights:
    """The audits of one run; `last` is what the newest one found, None before the first."""

    world: World
    lambdas: Lambdas
    finished: int = 0
    last: list[AuditFinding] | None = None
    never: list[str] = field(default_factory=list)
    _run: str = ""

    def keep_on(self) -> None:
        """Audit every night, as a task."""
        while True:
            self.world.sleep(_until_the_hour(self.world.now) + LATER)
            self.last = None
            run = self._audited()
            if run:
                self.world.later(0.0, lambda run=run: self._judge(run))  # type: ignore[misc]  # bound now

    def end_of_next(self) -> float:
        """When the next audit has ended in calm times; epoch seconds."""
        return self.world.now + _until_the_hour(self.world.now) + HOUR

    def findings(self, books: Books) -> Iterator[str]:
        """Return what the audits found and nobody has been told of."""
        yield from self.never
        if self.last is None:
            yield "audit: the last one has not ended"
            return
        for found in self.last:
            if not _known(books, found):
                yield _sentence(found)

    def _audited(self) -> str:
        """Call the schedule until the audit of this night has ended. Returns the id of the run."""
        until = self.world.now + LONGEST
        while self.world.now < until:
            answer = self._invoked()
            if answer.get("finished") and answer["run"] != self._run:
                self._run = str(answer["run"])
                return self._run
            self.world.sleep(EVERY_SECONDS)
        return ""

    def _invoked(self) -> dict[str, object]:
        try:
            answer: dict[str, object] = self.lambdas.invoke("audit.nightly", {})
        except (Killed, Exception) as error:  # noqa: BLE001  # the schedule calls again
            self.world.note(f"the audit stopped: {error!r}")
            return {}
        return answer

    def _judge(self, run: str) -> None:
        """Keep what a run has found. Called between tasks, when calls of AWS take no time."""
        self.last = list(DynamoSpool(Table("ephemeral"), clock=time.time).found(run))
        self.finished += 1
        for found in self.last:
            self.world.note(_sentence(found))
            if found.kind in NEVER and _sentence(found) not in self.never:
                self.never.append(_sentence(found))


def _until_the_hour(now: float) -> float:
    """Seconds until the hour of the audit comes, more than none."""
    return (UTC_SECONDS - now) % DAY or DAY


def _sentence(found: AuditFinding) -> str:
    return f"audit: {found.id}: {found.detail}"


def _known(books: Books, found: AuditFinding) -> bool:
    """Whether a Case tells staff of a top-up that was paid and not delivered."""
    if found.kind is not FindingKind.TOPUP_MISSING:
        return found.kind in NEVER  # told already
    keys = {str(case["Portal_Case_Key__c"]).partition(".")[0] for case in books.cases}
    return found.subject in keys
