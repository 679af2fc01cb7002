"""Finds a stage by its stack's outputs and by the environment of its Lambdas.

A command works with the deployed settings of the Lambdas in FUNCTIONS.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import boto3
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from ops.errors import FAILED, OpsError

LOCAL = "local"
FRONT_DOOR = "http://127.0.0.1:8080"
# In the order of priority, the last one highest. Together they have all settings for commands.
FUNCTIONS = (
    "smoke-scheduled",
    "catalog-list-products",
    "audit-nightly",
    "provision-worker",
    "operations-worker",
)
MISSING = frozenset({"ValidationError", "ResourceNotFoundException"})
LOOK_SECONDS = 3.0


@dataclass(frozen=True)
class Cloud:
    """An AWS account and region. `endpoint` is set only for an emulator."""

    session: boto3.session.Session
    endpoint: str | None = None
    _clients: dict[str, Any] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        """Return a client, which is created once."""
        if service not in self._clients:
            options: dict[str, Any] = {"proxies": {}} if self.endpoint else {}
            config = Config(
                connect_timeout=5,
                read_timeout=20,
                retries={"mode": "standard", "total_max_attempts": 3},
                **options,
            )
            self._clients[service] = self.session.client(  # type: ignore[call-overload]  # service by name
                service, endpoint_url=self.endpoint, config=config
            )
        return self._clients[service]


@dataclass(frozen=True, kw_only=True)
class Stage:
    """A deployed stage: outputs of its stack, environment of its Lambdas, and its AWS account.

    `front_door` is the address of the local stack's front door, None for every other stage.
    """

    name: str
    cloud: Cloud
    outputs: Mapping[str, str]
    environment: Mapping[str, str]
    front_door: str | None = None

    def order_page(self, order_id: str) -> str:
        """Return the address of an Order's page for operators (18 characters)."""
        if self.front_door is not None:
            return f"{self.front_door}/salesforce/orders/{order_id}"
        return f"{self.environment['SALESFORCE_URL']}/lightning/r/Order/{order_id}/view"

    @property
    def api_url(self) -> str:
        """The address of the API for its callers. Raises OpsError as `output`."""
        return f"{self.front_door}/api" if self.front_door is not None else self.output("ApiUrl")

    def output(self, name: str) -> str:
        """Return one output. Raises OpsError when the stack is older than these tools."""
        if name not in self.outputs:
            raise OpsError(
                f"Stack Portal-{self.name} has no output {name}: deploy the stage again.",
                exit_code=FAILED,
            )
        return self.outputs[name]


def find(name: str | None, front_door: str | None = None) -> Stage:
    """Return the stage with that name; without a name the local one, if it is running.

    The local stack is searched at `front_door`, else by its note (`local.note`). Raises OpsError,
    which says what to do, and botocore's errors.
    """
    if name in (None, LOCAL):
        front_door = _front_door(front_door)
        stage = deployed(LOCAL, _local_cloud(front_door, named=name is not None))
        return dataclasses.replace(stage, front_door=front_door)
    return deployed(str(name), Cloud(boto3.session.Session()))


def deployed(name: str, cloud: Cloud) -> Stage:
    """Return a stage from CloudFormation and Lambda. Raises OpsError when it is not deployed."""
    return Stage(
        name=name, cloud=cloud, outputs=_outputs(name, cloud), environment=_environment(name, cloud)
    )


def _outputs(name: str, cloud: Cloud) -> dict[str, str]:
    outputs: dict[str, str] = {}
    for stack in (f"Portal-{name}", f"Portal-{name}-api"):
        try:
            answer = cloud.client("cloudformation").describe_stacks(StackName=stack)
        except ClientError as error:
            raise _absent(error, f"stack {stack}", cloud) from error
        found = answer["Stacks"][0]["Outputs"]
        outputs |= {item["OutputKey"]: item["OutputValue"] for item in found}
    return outputs


def _environment(name: str, cloud: Cloud) -> dict[str, str]:
    variables: dict[str, str] = {}
    for function in FUNCTIONS:
        physical = f"portal-{name}-{function}"
        try:
            found = cloud.client("lambda").get_function_configuration(FunctionName=physical)
        except ClientError as error:
            raise _absent(error, f"Lambda {physical}", cloud) from error
        variables |= found.get("Environment", {}).get("Variables", {})
    return variables


def _absent(error: ClientError, what: str, cloud: Cloud) -> Exception:
    if error.response.get("Error", {}).get("Code") not in MISSING:
        return error
    region = cloud.client("cloudformation").meta.region_name
    return OpsError(
        f"There is no {what} in {region}: check --stage, AWS_PROFILE and AWS_REGION.",
        exit_code=FAILED,
    )


def _front_door(named: str | None) -> str:
    # The local stack is only known where it can be started.
    from local.note import running_front_door  # noqa: PLC0415  # as said

    return (named or running_front_door() or FRONT_DOOR).rstrip("/")


def _local_cloud(front_door: str, *, named: bool) -> Cloud:
    # The local stack is only known where it can be started.
    from local.stack.settings import ACCOUNT  # noqa: PLC0415  # as said

    try:
        with requests.Session() as session:
            session.trust_env = False  # loopback: no proxy may come between
            answer = session.get(f"{front_door}/demo.json", timeout=LOOK_SECONDS)
            answer.raise_for_status()
            aws = answer.json()["aws"]
            endpoint, region = str(aws["endpoint"]), str(aws["region"])
    except (requests.RequestException, ValueError, KeyError, TypeError):
        hint = "" if named else ", or name a deployed one with --stage"
        raise OpsError(
            f"No local stack answers at {front_door}: start it with `make run`{hint}.",
            exit_code=FAILED,
        ) from None
    session_ = boto3.session.Session(
        aws_access_key_id=ACCOUNT,
        aws_secret_access_key="test",  # noqa: S106  # ministack takes any
        region_name=region,
    )
    return Cloud(session_, endpoint)
