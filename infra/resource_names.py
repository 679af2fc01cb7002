"""The tables, queues and secrets that the endpoint table refers to by name."""

from __future__ import annotations

from enum import StrEnum


class Table(StrEnum):
    """DynamoDB tables, by lifecycle."""

    IDENTITY = "identity"
    IDEMPOTENCY = "idempotency"
    EPHEMERAL = "ephemeral"
    WORKFLOW = "workflow"
    CATALOG = "catalog"

    @property
    def variable(self) -> str:
        """The environment name that carries the table's name."""
        return f"{self.name}_TABLE"


class Queue(StrEnum):
    """SQS queues; each has a dead-letter queue of its own."""

    PROVISION = "provision"
    PROVISION_WAITING = "provision-waiting"  # jobs that wait for an upstream which is down
    OPERATION = "operation"
    OPERATION_WAITING = "operation-waiting"  # as for provisioning
    EMAIL = "email"
    EMAIL_WAITING = "email-waiting"  # mails that wait for a system which is down
    CASE = "case"
    CASE_WAITING = "case-waiting"  # Cases that wait for Salesforce

    @property
    def variable(self) -> str:
        """The environment name that carries the queue's URL."""
        return f"{self.name}_QUEUE_URL"

    @property
    def dead_letters_variable(self) -> str:
        """The environment name that carries the URL of its dead-letter queue."""
        return f"{self.name}_DEAD_LETTERS_URL"

    @property
    def camel_case(self) -> str:
        """As construct, output and alarm ids are written."""
        return self.value.replace("-", " ").title().replace(" ", "")


class Secret(StrEnum):
    """Secrets Manager secrets: one per outside system, what proves calls from outside, and the
    synthetic customer's password."""

    SALESFORCE = "salesforce"
    WHMCS = "whmcs"
    ESIM = "esim"
    MAIL = "mail"
    SIGNING = "signing"
    ESIM_WEBHOOK = "esim-webhook"
    SMOKE = "smoke"

    @property
    def variable(self) -> str:
        """The environment name that carries the secret's id."""
        return f"{self.name}_SECRET_ID"

    @property
    def of_an_outside_system(self) -> bool:
        """Whether it opens a system that the portal calls."""
        return self not in (Secret.SIGNING, Secret.ESIM_WEBHOOK, Secret.SMOKE)
