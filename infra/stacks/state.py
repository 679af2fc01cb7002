"""The resources that must outlive a deployment: tables, queues, secrets and the user pool."""

from __future__ import annotations

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.components.identity_pool import PasswordRules, create_client, create_user_pool
from infra.components.queues import QueuePair, create_queue_pair
from infra.components.retention import Retention
from infra.components.secrets import create_empty_secret
from infra.components.tables import TTL_ATTRIBUTE, add_status_index, create_table
from infra.config import Config
from infra.endpoints import consumer_of, dead_letter_consumer_of
from infra.physical_names import PhysicalNames
from infra.queues import QUEUES, QueueRow
from infra.resource_names import Secret, Table

SECRET_PURPOSES = {
    Secret.SALESFORCE: "Connected app that the portal logs in to Salesforce with",
    Secret.WHMCS: "WHMCS API credentials",
    Secret.ESIM: "API credentials of the eSIM provider",
    Secret.MAIL: "Credentials of the mail transport: SendGrid or an SMTP server",
    Secret.SIGNING: "Keys that sign Salesforce's provisioning requests; all of them are live",
    Secret.SMOKE: "Password of the synthetic customer (docs/smoke.md)",
    Secret.ESIM_WEBHOOK: "What proves the events of the eSIM provider",
}


class State(Construct):
    """The stateful resources of the stack, by the names of the endpoint table.

    With `protect`, the resources that only an operator may delete are protected from deletion.
    """

    def __init__(self, scope: Construct, id_: str, *, config: Config, protect: bool) -> None:
        super().__init__(scope, id_)
        self._config = config
        self._names = PhysicalNames(config.stage)
        self._retention = Retention(retain=config.retain_data, protect=protect)
        self.tables = self._tables()
        self.queues = {row.queue: self._queue(row) for row in QUEUES}
        self.secrets = {secret: self._secret(secret) for secret in Secret}
        self.user_pool = create_user_pool(
            self,
            "UserPool",
            name=self._names.prefix,
            password=PasswordRules(
                min_length=config.password_min_length,
                lowercase=config.password_require_lowercase,
                uppercase=config.password_require_uppercase,
                digits=config.password_require_digits,
                symbols=config.password_require_symbols,
            ),
            retention=self._retention,
        )
        self.user_pool_client = create_client(
            self,
            "UserPoolClient",
            pool=self.user_pool,
            name=f"{self._names.prefix}-backend",
            id_token_minutes=config.id_token_minutes,
            refresh_token_days=config.refresh_token_days,
            refresh_grace_seconds=config.refresh_grace_seconds,
        )

    def _tables(self) -> dict[Table, dynamodb.Table]:
        tables = {
            Table.IDENTITY: self._table(Table.IDENTITY, "pk", authority=True),
            Table.IDEMPOTENCY: self._table(Table.IDEMPOTENCY, "id", expires=True),
            Table.EPHEMERAL: self._table(Table.EPHEMERAL, "pk", expires=True),
            Table.WORKFLOW: self._table(
                Table.WORKFLOW, "pk", sort_key="sk", expires=True, authority=True
            ),
            Table.CATALOG: self._table(Table.CATALOG, "pk", expires=True),
        }
        add_status_index(tables[Table.WORKFLOW])
        return tables

    def _table(
        self,
        table: Table,
        partition_key: str,
        *,
        sort_key: str | None = None,
        expires: bool = False,
        authority: bool = False,
    ) -> dynamodb.Table:
        return create_table(
            self,
            f"{table.value.title()}Table",
            name=self._names.table(table),
            partition_key=partition_key,
            sort_key=sort_key,
            ttl_attribute=TTL_ATTRIBUTE if expires else None,
            authority=authority,
            retention=self._retention,
        )

    def _queue(self, row: QueueRow) -> QueuePair:
        consumer = consumer_of(row.queue)
        dead_letter_consumer = dead_letter_consumer_of(row.queue) or consumer
        return create_queue_pair(
            self,
            f"{row.queue.camel_case}Queue",
            name=self._names.queue(row.queue),
            consumer_timeout=consumer.timeout,
            dead_letter_consumer_timeout=dead_letter_consumer.timeout,
            max_receive_count=self._config.number(row.retries) + 1,
        )

    def _secret(self, secret: Secret) -> secretsmanager.CfnSecret:
        return create_empty_secret(
            self,
            f"{secret.value.title()}Secret",
            name=self._names.secret(secret),
            description=SECRET_PURPOSES[secret],
            retain=self._config.retain_data,
        )
