"""What must outlive a deployment: tables, queues, secrets and the user pool."""

from __future__ import annotations

from aws_cdk import aws_dynamodb as dynamodb
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.components.identity_pool import PasswordRules, create_client, create_user_pool
from infra.components.queues import QueuePair, create_queue_pair
from infra.components.secrets import create_empty_secret
from infra.components.tables import TTL_ATTRIBUTE, add_status_index, create_table
from infra.config import Config
from infra.endpoints import ENDPOINTS, consumer_of
from infra.vocabulary import Queue, Secret, Table

SECRET_PURPOSES = {
    Secret.SALESFORCE: "Connected app that the portal logs in to Salesforce with",
    Secret.WHMCS: "WHMCS API credentials",
    Secret.ESIM: "API credentials of the eSIM provider",
    Secret.SENDGRID: "SendGrid API key",
    Secret.SIGNING: "Keys that sign Salesforce's provisioning requests; all of them are live",
}


class State(Construct):
    """The stateful part of the stack, by the names of the endpoint table."""

    def __init__(self, scope: Construct, id_: str, *, config: Config, prefix: str) -> None:
        super().__init__(scope, id_)
        self._config = config
        self._prefix = prefix
        self.tables = self._tables()
        self.queues = {queue: self._queue(queue) for queue in Queue}
        self.secrets = {secret: self._secret(secret) for secret in Secret}
        self.user_pool = create_user_pool(
            self,
            "UserPool",
            name=prefix,
            password=PasswordRules(
                min_length=config.password_min_length,
                lowercase=config.password_require_lowercase,
                uppercase=config.password_require_uppercase,
                digits=config.password_require_digits,
                symbols=config.password_require_symbols,
            ),
            retain=config.retain_data,
        )
        self.user_pool_client = create_client(
            self,
            "UserPoolClient",
            pool=self.user_pool,
            name=f"{prefix}-backend",
            id_token_minutes=config.id_token_minutes,
            refresh_token_days=config.refresh_token_days,
            refresh_grace_seconds=config.refresh_grace_seconds,
        )

    def _tables(self) -> dict[Table, dynamodb.Table]:
        tables = {
            Table.IDENTITY: self._table(Table.IDENTITY, "pk", authority=True),
            Table.IDEMPOTENCY: self._table(Table.IDEMPOTENCY, "id", expires=True),
            Table.EPHEMERAL: self._table(Table.EPHEMERAL, "pk", expires=True),
            Table.WORKFLOW: self._table(Table.WORKFLOW, "pk", sort_key="sk", authority=True),
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
            name=f"{self._prefix}-{table.value}",
            partition_key=partition_key,
            sort_key=sort_key,
            ttl_attribute=TTL_ATTRIBUTE if expires else None,
            authority=authority,
            retain=self._config.retain_data,
        )

    def _queue(self, queue: Queue) -> QueuePair:
        attempts = {
            Queue.PROVISION: self._config.provision_max_attempts,
            Queue.PROVISION_WAITING: self._config.provision_max_attempts,
            Queue.EMAIL: self._config.email_max_retries,
            Queue.EMAIL_WAITING: self._config.email_max_retries,
            Queue.CASE: self._config.case_max_retries,
            Queue.CASE_WAITING: self._config.case_max_retries,
        }
        consumer = consumer_of(queue)
        undertaker = next((e for e in ENDPOINTS if queue in e.consumes_dead_letters_of), consumer)
        return create_queue_pair(
            self,
            f"{queue.camel_case}Queue",
            name=f"{self._prefix}-{queue.value}",
            consumer_timeout=consumer.timeout,
            dead_letter_consumer_timeout=undertaker.timeout,
            max_receive_count=attempts[queue],
        )

    def _secret(self, secret: Secret) -> secretsmanager.CfnSecret:
        return create_empty_secret(
            self,
            f"{secret.value.title()}Secret",
            name=f"{self._prefix.replace('-', '/')}/{secret.value}",
            description=SECRET_PURPOSES[secret],
            retain=self._config.retain_data,
        )
