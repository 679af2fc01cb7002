"""One transaction of Apex, with its user, its used limits and its surroundings."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from local.emulators.salesforce.apex.access import Access
from local.emulators.salesforce.apex.callouts import Callouts
from local.emulators.salesforce.apex.classes import ApexClass
from local.emulators.salesforce.apex.coverage import Coverage
from local.emulators.salesforce.apex.errors import LimitExceeded
from local.emulators.salesforce.apex.values import Instance
from local.emulators.salesforce.org import DEFAULT_LANGUAGE, Org
from local.emulators.salesforce.schema import Schema, SObject

AccessOf = Callable[[str], Access]
# Apex Developer Guide, "Execution Governors and Limits", synchronous.
LIMITS = {"queries": 100, "query_rows": 50_000, "dml": 150, "dml_rows": 10_000, "callouts": 100}
_NAMES = {
    "queries": "Too many SOQL queries",
    "query_rows": "Too many query rows",
    "dml": "Too many DML statements",
    "dml_rows": "Too many DML rows",
    "callouts": "Too many callouts",
}


@dataclass
class Usage:
    """What a transaction has used of its limits."""

    counts: dict[str, int] = field(default_factory=lambda: dict.fromkeys(LIMITS, 0))
    callout_milliseconds: int = 0

    def use(self, what: str, amount: int = 1) -> None:
        """Count; raises LimitExceeded, which Apex cannot catch."""
        self.counts[what] += amount
        if self.counts[what] > LIMITS[what]:
            raise LimitExceeded(f"{_NAMES[what]}: {self.counts[what]}")


@dataclass(kw_only=True)
class UnderTest:
    """What only a test has."""

    mock: Instance | None = None
    started: bool = False
    stopped: bool = False


@dataclass(frozen=True)
class CustomSettings:
    """Hierarchy custom settings by lower-case name, and the org's defaults for their fields."""

    objects: Mapping[str, SObject] = field(default_factory=dict)
    defaults: Mapping[str, Mapping[str, str | bool]] = field(default_factory=dict)


class Session:
    """State of one transaction; `user_id` changes inside `System.runAs`."""

    def __init__(
        self,
        org: Org,
        user_id: str,
        access_of: AccessOf,
        callouts: Callouts,
        *,
        test: UnderTest | None = None,
        coverage: Coverage | None = None,
        settings: CustomSettings | None = None,
    ) -> None:
        self.org = org
        self.user_id = user_id
        self.callouts = callouts
        self.test = test
        self.coverage = coverage
        self.settings = settings or CustomSettings()
        self.statics: dict[ApexClass, dict[str, Any]] = {}
        self.usage = Usage()
        self.uncommitted = False
        self.log: list[str] = []
        self._access_of = access_of

    @property
    def access(self) -> Access:
        """The permissions of the user who runs the code now."""
        return self._access_of(self.user_id)

    @property
    def schema(self) -> Schema:
        """Every object and field of the org: code in system mode sees all of them."""
        if not self.settings.objects:
            return self.org.full_schema
        return Schema([*self.org.full_schema.all(), *self.settings.objects.values()])

    @property
    def language(self) -> str:
        """The language of the user who runs the code now, such as `en_US` or `ja`."""
        user = self.org.full_schema.get("User")
        record = self.org.store.get(user, self.user_id)
        return str(record["LanguageLocaleKey"]) if record else DEFAULT_LANGUAGE

    def user_schema(self) -> Schema:
        """The objects and fields that the user can see."""
        return self.access.narrow(self.org.full_schema)

    def now(self) -> datetime:
        """The org's time with milliseconds."""
        return self.org.exact_now()

    def fresh_limits(self) -> None:
        """Begin to count anew, as Test.startTest() does; callouts are possible again."""
        self.usage = Usage()
        self.uncommitted = False

    @contextmanager
    def running_as(self, user_id: str) -> Iterator[None]:
        """Run the block as another user."""
        before, self.user_id = self.user_id, user_id
        try:
            yield
        finally:
            self.user_id = before
