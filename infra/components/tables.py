"""DynamoDB tables: on demand, encrypted with the account's DynamoDB key."""

from __future__ import annotations

from aws_cdk import aws_dynamodb as dynamodb
from constructs import Construct

from infra.components.nag import acknowledge
from infra.components.retention import Retention, removal_policy

TTL_ATTRIBUTE = "expiration"
STATUS_INDEX = "status-index"


def create_table(
    scope: Construct,
    id_: str,
    *,
    name: str,
    partition_key: str,
    sort_key: str | None = None,
    ttl_attribute: str | None = None,
    authority: bool = False,
    retention: Retention,
) -> dynamodb.Table:
    """Create a table with string keys.

    `ttl_attribute` holds the epoch second after which an item may be deleted. `authority` says that
    no other system has the content, so the table gets point-in-time recovery and `retention`.
    """
    table = dynamodb.Table(
        scope,
        id_,
        table_name=name,
        partition_key=_string(partition_key),
        sort_key=_string(sort_key) if sort_key else None,
        billing_mode=dynamodb.BillingMode.PAY_PER_REQUEST,
        encryption=dynamodb.TableEncryption.AWS_MANAGED,
        point_in_time_recovery_specification=dynamodb.PointInTimeRecoverySpecification(
            point_in_time_recovery_enabled=authority
        ),
        time_to_live_attribute=ttl_attribute,
        deletion_protection=authority and retention.protect,
        removal_policy=removal_policy(retain=authority and retention.retain),
    )
    if not authority:
        acknowledge(
            table,
            "AwsSolutions-DDB3",
            "Everything in this table expires within days and can be made again: a restored copy "
            "would bring back used tokens, spent counters and old prices.",
        )
    return table


def add_status_index(table: dynamodb.Table) -> None:
    """Add the index by status and time of the last change, which finds jobs that are stuck."""
    table.add_global_secondary_index(
        index_name=STATUS_INDEX,
        partition_key=_string("status"),
        sort_key=_string("updatedAt"),
        # The sweeper reads each job by its key. A copy of whole jobs would double every write.
        projection_type=dynamodb.ProjectionType.KEYS_ONLY,
    )


def _string(name: str) -> dynamodb.Attribute:
    return dynamodb.Attribute(name=name, type=dynamodb.AttributeType.STRING)
