"""The rows of the endpoint table: a Lambda, its trigger and the resources that it may use."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from infra.resource_names import Queue, Secret, Table

BASE_ENVIRONMENT = (
    "STAGE",
    "POWERTOOLS_SERVICE_NAME",
    "POWERTOOLS_METRICS_NAMESPACE",
    "POWERTOOLS_LOG_LEVEL",
)
USER_POOL = ("USER_POOL_ID", "USER_POOL_CLIENT_ID")


class Access(StrEnum):
    """How a route authenticates its caller."""

    PUBLIC = "public"  # catalogue, health: no authentication
    CREDENTIALS = "credentials"  # auth endpoints: the body holds credentials; tighter throttles
    SIGNED = "signed"  # Salesforce: an HMAC that the handler verifies
    WEBHOOK = "webhook"  # the eSIM provider: a signature or a secret address
    BEARER = "bearer"  # a Cognito ID token, verified by the gateway


@dataclass(frozen=True, kw_only=True)
class Route:
    """An HTTP route of the API, with `{name}` path parameters."""

    method: str
    path: str
    access: Access


@dataclass(frozen=True, kw_only=True)
class Endpoint:
    """One Lambda: module `functions.<area>.<name>`, attribute `handler`.

    Exactly one of `route`, `consumes`, `consumes_dead_letters_of`, `every_minutes` and
    `minutes_setting` is its trigger. `minutes_setting` names the setting with the minutes between
    two runs, 0 for none; such a Lambda calls the API and is told its address. `settings` are the
    environment names whose values are plain configuration. `reads` and `writes` are tables; writing
    includes reading. `scans` are tables that are read whole. `timeout` is in seconds, `memory` in
    MB, and `batch_size` in messages. `cognito_actions` are IAM actions on the user pool.
    `backs_off` says that a consumer sets the visibility of its messages itself. `gives_up_to` are
    the queues to whose dead-letter queues it sends the messages that it gives up.

    A new consumer is one row here, with its queue's row in `infra/queues.py`.
    """

    area: str
    name: str
    route: Route | None = None
    consumes: tuple[Queue, ...] = ()
    consumes_dead_letters_of: tuple[Queue, ...] = ()
    every_minutes: int | None = None
    minutes_setting: str = ""
    backs_off: bool = False
    settings: tuple[str, ...] = ()
    reads: tuple[Table, ...] = ()
    writes: tuple[Table, ...] = ()
    scans: tuple[Table, ...] = ()
    queries_status_index: bool = False
    sends: tuple[Queue, ...] = ()
    gives_up_to: tuple[Queue, ...] = ()
    secrets: tuple[Secret, ...] = ()
    user_pool: bool = False
    cognito_actions: tuple[str, ...] = ()
    memory: int = 512
    timeout: int = 15
    batch_size: int = 1

    @property
    def id(self) -> str:
        """The unique name within a stage, as in the function's physical name."""
        return f"{self.area}-{self.name.replace('_', '-')}"

    @property
    def camel_case(self) -> str:
        """The id in the form of construct and alarm ids."""
        return self.id.replace("-", " ").title().replace(" ", "")

    @property
    def module(self) -> str:
        """The dotted name of the module."""
        return f"functions.{self.area}.{self.name}"

    @property
    def handler(self) -> str:
        """Lambda's handler string."""
        return f"{self.module}.handler"

    @property
    def calls_outside(self) -> bool:
        """Whether it calls a system outside AWS, and so needs the stage's fixed address."""
        return any(secret.of_an_outside_system for secret in self.secrets)

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table that it reads or writes."""
        return (*self.reads, *self.writes)

    @property
    def environment(self) -> frozenset[str]:
        """The environment names that it gets."""
        names = {*BASE_ENVIRONMENT, *self.settings}
        names.update(table.variable for table in self.tables)
        names.update(queue.variable for queue in self.sends)
        names.update(queue.dead_letters_variable for queue in self.gives_up_to)
        names.update(secret.variable for secret in self.secrets)
        if self.route is not None:
            names.add("CORS_ORIGINS")
        if self.user_pool:
            names.update(USER_POOL)
        return frozenset(names)
