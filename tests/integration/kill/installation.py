"""What all kill tests share: AWS in ministack, the vendors' emulators, the Lambdas' environment."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

from portal.adapters.sqs import SqsQueue
from portal.adapters.task_queue import SqsTaskQueue
from portal.engine.start import Started, StartRequest, request_start
from portal.repositories.dynamodb import Table
from portal.repositories.workflow import DynamoJobStore

from local.demo.data import gigs_seed, salesforce_seed, whmcs_seed
from local.emulators.esim_access.emulator import ACCESS_CODE, SECRET_KEY, EsimAccess
from local.emulators.gigs.emulator import Gigs
from local.emulators.kit.emulator import Emulator
from local.emulators.kit.server import running as serving_emulator
from local.emulators.salesforce.app import SalesforceEmulator
from local.emulators.whmcs.emulator import API_PATH, Whmcs
from local.stack import ministack
from local.stack.credentials import CONSUMER_KEY, CONSUMER_SECRET, WHMCS_CREDENTIALS
from local.stack.ministack import Ministack
from local.stack.settings import REGION, Settings
from tests.integration.kill.quick_aws import QuickAws, Service

TABLES = {
    "identity": ("pk", None),
    "idempotency": ("id", None),
    "ephemeral": ("pk", None),
    "workflow": ("pk", "sk"),
    "catalog": ("pk", None),
}
PASSWORD_RULES = {
    "PASSWORD_MIN_LENGTH": "10",
    "PASSWORD_REQUIRE_LOWERCASE": "true",
    "PASSWORD_REQUIRE_UPPERCASE": "true",
    "PASSWORD_REQUIRE_DIGITS": "true",
    "PASSWORD_REQUIRE_SYMBOLS": "false",
}
QUEUES = (
    "provision",
    "provision-waiting",
    "operation",
    "operation-waiting",
    "email",
    "case",
    "case-waiting",
    "case-dead-letters",
)
STATUS_INDEX = "status-index"
SIGNING_KEY_ID = "local-1"
SIGNING_KEY = "signing-secret-of-the-kill-tests"
SECRETS: dict[str, dict[str, Any]] = {
    "salesforce": {"consumerKey": CONSUMER_KEY, "consumerSecret": CONSUMER_SECRET},
    "whmcs": WHMCS_CREDENTIALS,
    "esim": {"project": "portal-local", "token": "local-gigs-token"},
    "esim-access": {"accessCode": ACCESS_CODE, "secretKey": SECRET_KEY},
    "signing": {"keys": {SIGNING_KEY_ID: SIGNING_KEY}},
}
VISIBILITY = "900"
# botocore does not validate parameters there, which took a seventh of a worker's processor time.
# All other tests validate them.
AWS_CONFIG = Path(__file__).parent / "aws_config.ini"
PreparedT = TypeVar("PreparedT")
# The limits of ReceiveMessage and BatchWriteItem.
MOST_MESSAGES = 10
MOST_WRITES = 25


@dataclass(frozen=True)
class Installation:
    """One portal without its Lambdas."""

    aws: Ministack
    account: str
    salesforce: SalesforceEmulator
    whmcs: Whmcs
    gigs: Gigs
    esim_access: EsimAccess
    urls: dict[str, str]
    queues: dict[str, str]
    user_pool: dict[str, str]
    quick: QuickAws
    prepared: dict[str, tuple[Any, dict[str, bytes]]] = field(default_factory=dict)

    @property
    def cognito(self) -> Any:
        """A client of the user pools."""
        return self._client("cognito-idp")

    @property
    def emulators(self) -> dict[str, Emulator[Any]]:
        """By name."""
        return {
            "salesforce": self.salesforce,
            "whmcs": self.whmcs,
            "gigs": self.gigs,
            "esim_access": self.esim_access,
        }

    def table(self, name: str) -> Table:
        """A table for the test's own reading and writing."""
        return Table(name, client=lambda: self._client("dynamodb"))

    def task_queue(self, name: str) -> SqsTaskQueue:
        """A queue for the test's own starts."""
        return SqsTaskQueue(SqsQueue(self.queues[name], client=lambda: self._client("sqs")))

    def reset(self) -> None:
        """Empty tables and queues, emulators without records, calls, faults or moved clocks."""
        aws = self.quick
        _empty(aws)
        self.purge(*QUEUES)
        pool = self.user_pool["USER_POOL_ID"]
        for user in aws.call("cognito-idp", "ListUsers", UserPoolId=pool)["Users"]:
            aws.call("cognito-idp", "AdminDeleteUser", UserPoolId=pool, Username=user["Username"])
        for emulator in self.emulators.values():
            emulator.reset()

    def users(self) -> list[dict[str, Any]]:
        """All users of the pool."""
        pool = self.user_pool["USER_POOL_ID"]
        found: list[dict[str, Any]] = self.cognito.list_users(UserPoolId=pool)["Users"]
        return found

    def seed(self, order: dict[str, Any], prepare: Callable[[dict[str, Any]], None]) -> None:
        """The demo's data, with further Salesforce records and changes of the WHMCS seed."""
        self.seed_salesforce(order)
        whmcs = whmcs_seed()
        prepare(whmcs)
        self.whmcs.seed(whmcs)
        self.gigs.seed(gigs_seed())

    def seed_salesforce(self, order: dict[str, Any]) -> None:
        """The demo's records, which are checked when they are first needed, and an order."""
        self.once("demo", lambda: self.salesforce.seed(_demo()), "salesforce")
        self.salesforce.seed({"records": order})

    def once(self, name: str, prepare: Callable[[], PreparedT], *emulators: str) -> PreparedT:
        """Prepare these emulators' records; from the second time on, restore them.

        Returns what `prepare` returned the first time.
        """
        if name not in self.prepared:
            prepared = prepare()
            saved = {one: self.emulators[one].save() for one in emulators}
            self.prepared[name] = (prepared, saved)
            return prepared
        found: PreparedT
        found, saved = self.prepared[name]
        for one, records in saved.items():
            self.emulators[one].restore(records)
        return found

    def messages(self, queue: str) -> list[dict[str, Any]]:
        """The bodies of messages that were not read before."""
        return [json.loads(record["body"]) for record in self.records(queue)]

    def records(self, queue: str) -> list[dict[str, Any]]:
        """Messages that were not received before, as Lambda's poller hands them over."""
        records: list[dict[str, Any]] = []
        while True:
            answer = self.quick.call(
                "sqs",
                "ReceiveMessage",
                QueueUrl=self.queues[queue],
                MaxNumberOfMessages=MOST_MESSAGES,
                MessageAttributeNames=["All"],
                MessageSystemAttributeNames=["All"],
            )
            found = answer.get("Messages", [])
            records += [_record(message, queue) for message in found]
            if len(found) < MOST_MESSAGES:  # ministack, unlike SQS, holds none back
                return records

    def backlog(self, queue: str) -> int:
        """Messages that nobody has received yet, delayed ones too."""
        found = self.quick.messages()[queue]
        return sum(one["IsVisible"] or not one["ReceiveCount"] for one in found)

    def purge(self, *queues: str) -> None:
        """Drop all messages, received ones too."""
        found = self.quick.messages()
        for queue in queues:
            if found[queue]:
                self.quick.call("sqs", "PurgeQueue", QueueUrl=self.queues[queue])

    def press(self, wanted: StartRequest, *, now: float) -> Started:
        """What the start endpoint does once it trusts the request."""
        store = DynamoJobStore(self.table("workflow"))
        return request_start(store, self.task_queue("provision"), wanted, now=now)

    def _client(self, service: Service) -> Any:
        return self.quick.client(service)

    def environment(self, **more: str) -> dict[str, str]:
        """The Lambdas' environment, all areas' names together."""
        return {
            **{name: os.environ[name] for name in ("PATH", "LANG", "TZ") if name in os.environ},
            "AWS_ACCESS_KEY_ID": self.account,
            "AWS_SECRET_ACCESS_KEY": "test",
            "AWS_DEFAULT_REGION": REGION,
            "AWS_CONFIG_FILE": str(AWS_CONFIG),
            "AWS_ENDPOINT_URL": self.aws.endpoint,
            "AWS_EC2_METADATA_DISABLED": "true",
            "NO_PROXY": "127.0.0.1",
            "STAGE": "test",
            "POWERTOOLS_SERVICE_NAME": "kill",
            "POWERTOOLS_METRICS_NAMESPACE": "Portal",
            "POWERTOOLS_LOG_LEVEL": "INFO",
            "CORS_ORIGINS": "https://portal.example",
            **{f"{name.upper()}_TABLE": name for name in TABLES},
            **{
                f"{name.upper().replace('-', '_')}_QUEUE_URL": url
                for name, url in self.queues.items()
            },
            **{f"{name.upper().replace('-', '_')}_SECRET_ID": name for name in SECRETS},
            **self.user_pool,
            **PASSWORD_RULES,
            "SALESFORCE_URL": self.urls["salesforce"],
            "SALESFORCE_API_VERSION": "63.0",
            "SALESFORCE_PRICEBOOK": "Portal",
            "SALESFORCE_CUSTOMER_NUMBER_FIELD": "Customer_Number__c",
            "SALESFORCE_ACCOUNT_EMAIL_FIELD": "PersonEmail",
            "SIGNUP_PROOF": "none",
            "SIGNUP_PROOF_FIELD": "",
            "SALESFORCE_DWELLING_FIELD": "Portal_Dwelling__c",
            "SALESFORCE_TIER_FIELD": "Portal_Tier__c",
            "SALESFORCE_REGION_FIELD": "Portal_Region__c",
            "WHMCS_API_URL": self.urls["whmcs"] + API_PATH,
            "WHMCS_PAYMENT_METHOD": "stripe",
            "WHMCS_CUSTOMER_NUMBER_FIELD_ID": "1",
            "WHMCS_DATE_OF_BIRTH_FIELD_ID": "2",
            "WHMCS_GENDER_FIELD_ID": "3",
            "WHMCS_NATIONALITY_FIELD_ID": "4",
            "ESIM_PROVIDER": "gigs",
            "ESIM_API_URL": self.urls["gigs"],
            "PORTAL_TIME_ZONE": "Asia/Tokyo",
            "PORTAL_PRICES_INCLUDE_TAX": "true",
            "PORTAL_CURRENCY": "JPY",
            "ORDER_CANCELLED_STATUS": "Cancelled",
            "PROVISION_MAX_RETRIES": "7",
            "PROVISION_NEEDS_APPROVAL": "true",
            "PROVISION_PATIENCE_HOURS": "24",
            "OPERATION_MAX_RETRIES": "7",
            "OPERATION_PATIENCE_HOURS": "6",
            "CASE_MAX_RETRIES": "6",
            "CASE_PATIENCE_HOURS": "24",
            "CASE_DEAD_LETTERS_URL": self.queues["case-dead-letters"],
            **more,
        }


@contextmanager
def aws_running() -> Iterator[Ministack]:
    """One ministack for all installations: each has an account of its own in it.

    All callers are root users, whose grants took a seventh of ministack's processor time to check.
    """
    with ministack.running(Settings.for_tests(), checks_grants=False) as aws:
        yield aws


@contextmanager
def installed(aws: Ministack, account: str) -> Iterator[Installation]:
    """Emulators started, tables and queues made, secrets stored."""
    with ExitStack() as stack:
        salesforce, whmcs, gigs = SalesforceEmulator(), Whmcs(), Gigs()
        esim_access = EsimAccess()
        emulators: dict[str, Emulator[Any]] = {
            "salesforce": salesforce,
            "whmcs": whmcs,
            "gigs": gigs,
            "esim_access": esim_access,
        }
        urls = {
            name: stack.enter_context(serving_emulator(emulator)).url
            for name, emulator in emulators.items()
        }
        dynamodb = aws.client("dynamodb", account=account)
        sqs = aws.client("sqs", account=account)
        for name, (key, sort) in TABLES.items():
            _create_table(dynamodb, name, key, sort)
        queues = {
            name: sqs.create_queue(QueueName=name, Attributes={"VisibilityTimeout": VISIBILITY})[
                "QueueUrl"
            ]
            for name in QUEUES
        }
        secrets = aws.client("secretsmanager", account=account)
        for name, value in SECRETS.items():
            secrets.create_secret(Name=name, SecretString=json.dumps(value))
        cognito = aws.client("cognito-idp", account=account)
        pool = _create_user_pool(cognito)
        yield Installation(
            aws=aws,
            account=account,
            salesforce=salesforce,
            whmcs=whmcs,
            gigs=gigs,
            esim_access=esim_access,
            urls=urls,
            queues=queues,
            user_pool=pool,
            quick=stack.enter_context(closing(QuickAws(aws.endpoint, account))),
        )


def _demo() -> dict[str, Any]:
    seed = salesforce_seed("no key: the tests log in with a secret")
    seed["connectedApps"][0].pop("publicKeyPem")
    return seed


def _empty(aws: QuickAws) -> None:
    """Delete the items of all tables."""
    found = [(table, key) for table in TABLES for key in _keys(aws, table)]
    for start in range(0, len(found), MOST_WRITES):
        batch: dict[str, list[dict[str, Any]]] = {}
        for table, key in found[start : start + MOST_WRITES]:
            batch.setdefault(table, []).append({"DeleteRequest": {"Key": key}})
        aws.call("dynamodb", "BatchWriteItem", RequestItems=batch)


def _keys(aws: QuickAws, table: str) -> list[dict[str, Any]]:
    key, sort = TABLES[table]
    names = {"#k": key, **({"#s": sort} if sort else {})}
    found: list[dict[str, Any]] = aws.call(
        "dynamodb",
        "Scan",
        TableName=table,
        ProjectionExpression=", ".join(names),
        ExpressionAttributeNames=names,
    )["Items"]
    return found


def _record(message: dict[str, Any], queue: str) -> dict[str, Any]:
    attributes = message.get("MessageAttributes", {})
    return {
        "messageId": message["MessageId"],
        "receiptHandle": message["ReceiptHandle"],
        "body": message["Body"],
        "attributes": {"ApproximateReceiveCount": "1"},
        "messageAttributes": {
            name: {"stringValue": value["StringValue"], "dataType": value["DataType"]}
            for name, value in attributes.items()
        },
        "eventSource": "aws:sqs",
        "eventSourceARN": f"arn:aws:sqs:{REGION}:111122223333:{queue}",
        "awsRegion": REGION,
    }


def _create_user_pool(cognito: Any) -> dict[str, str]:
    """As infra/components/identity_pool.py makes it."""
    pool = cognito.create_user_pool(
        PoolName="kill",
        UsernameAttributes=["email"],
        UsernameConfiguration={"CaseSensitive": False},
        AdminCreateUserConfig={"AllowAdminCreateUserOnly": True},
    )["UserPool"]["Id"]
    client = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="backend",
        GenerateSecret=False,
        ExplicitAuthFlows=["ALLOW_ADMIN_USER_PASSWORD_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
    )["UserPoolClient"]["ClientId"]
    return {"USER_POOL_ID": pool, "USER_POOL_CLIENT_ID": client}


def _create_table(dynamodb: Any, name: str, key: str, sort: str | None) -> None:
    """As infra/stacks/state.py makes them."""
    keys = [{"AttributeName": key, "KeyType": "HASH"}]
    attributes = [key]
    more: dict[str, Any] = {}
    if sort:
        keys.append({"AttributeName": sort, "KeyType": "RANGE"})
        attributes += [sort, "status", "updatedAt"]
        more["GlobalSecondaryIndexes"] = [
            {
                "IndexName": STATUS_INDEX,
                "KeySchema": [
                    {"AttributeName": "status", "KeyType": "HASH"},
                    {"AttributeName": "updatedAt", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "ALL"},
            }
        ]
    dynamodb.create_table(
        TableName=name,
        KeySchema=keys,
        AttributeDefinitions=[{"AttributeName": n, "AttributeType": "S"} for n in attributes],
        BillingMode="PAY_PER_REQUEST",
        **more,
    )


def log_of(folder: Path, module: str) -> Path:
    """Where a handler's process writes its log."""
    return folder / f"{module}.log"
