"""Changes a copy of the synthesised template before ministack gets it.

There is one small function per difference between ministack 1.5.33 and CloudFormation, each with
its reason; docs/local-stack.md lists them. Differences that can only be removed after the deploy
are handled in `deploy`. The synthesised template itself is never changed.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from local.stack.settings import PORTS, front_origins

Template = dict[str, Any]
Resource = dict[str, Any]

SEPARATOR = "|"
"""The separator in the metric names that alarms watch."""

BATCHED = {"sqs:SendMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility"}
"""SQS permissions that cover a batch operation too."""

WHEELS = "-wheels"
"""The end of the name of the layer of third-party wheels."""

API_ID_TAG = "ms-custom-id"
API_ID = "0b0a7a15"
"""The fixed id of the local REST API: ministack requires eight hex digits."""


def apply(
    template: Template, environment: Mapping[str, str], *, front_port: int | None = None
) -> Template:
    """Return a copy of the template that works in ministack as the original does in AWS.

    `environment` has what only this run knows (its upstreams' addresses, the brand) by the Lambdas'
    variable names,
    `front_port` is the front door's port (default: the port in the template).
    """
    fixed = point_origins_at(template, front_port or PORTS["front"][1])
    for fix in FIXUPS:
        fix(fixed)
    point_lambdas_at(fixed, environment)
    return fixed


def resources(template: Template, kind: str) -> Iterator[tuple[str, Resource]]:
    """Yield logical id and resource of every resource of one type."""
    for name, resource in list(template["Resources"].items()):
        if resource["Type"] == kind:
            yield name, resource


def secret_refs_as_arns(template: Template) -> None:
    """Replace `Ref` of a secret by its attribute `Id`, which is the ARN in both. In ministack `Ref`
    is the name, so that no policy that refers to the secret matches."""
    secrets = {name for name, _ in resources(template, "AWS::SecretsManager::Secret")}

    def as_arn(value: Any) -> Any:
        if isinstance(value, dict):
            if set(value) == {"Ref"} and value["Ref"] in secrets:
                return {"Fn::GetAtt": [value["Ref"], "Id"]}
            return {key: as_arn(item) for key, item in value.items()}
        if isinstance(value, list):
            return [as_arn(item) for item in value]
        return value

    for section in ("Resources", "Outputs"):
        template[section] = as_arn(template.get(section, {}))


def fixed_api_id(template: Template) -> None:
    """Give the API a fixed id by a tag: a new id with every deploy would change its URL."""
    for _, api in resources(template, "AWS::ApiGateway::RestApi"):
        tags = api.setdefault("Properties", {}).setdefault("Tags", [])
        if not any(tag["Key"] == API_ID_TAG for tag in tags):
            tags.append({"Key": API_ID_TAG, "Value": API_ID})


def plain_http(template: Template) -> None:
    """Remove the statements that deny plain http. ministack is reached by http on loopback and
    enforces the policies that `enforce_ssl` writes, so every send would be refused."""
    for kind in ("AWS::SQS::QueuePolicy", "AWS::SNS::TopicPolicy", "AWS::S3::BucketPolicy"):
        for name, policy in resources(template, kind):
            document = policy["Properties"]["PolicyDocument"]
            kept = [s for s in document["Statement"] if not _demands_tls(s)]
            document["Statement"] = kept
            if not kept:
                remove(template, name)


def _demands_tls(statement: dict[str, Any]) -> bool:
    condition = statement.get("Condition", {}).get("Bool", {})
    return (
        statement.get("Effect") == "Deny"
        and str(condition.get("aws:SecureTransport", "")).lower() == "false"
    )


def one_metric_per_alarm(template: Template) -> None:
    """Remove alarms on metric math, which ministack refuses, and let every other alarm watch a copy
    of its metric whose name contains statistic and dimensions. ministack ignores dimensions, so
    that one full queue would raise the alarms of all queues. The sidecar publishes the copies."""
    for name, alarm in resources(template, "AWS::CloudWatch::Alarm"):
        properties = alarm["Properties"]
        if "Metrics" in properties:
            remove(template, name)
            continue
        statistic = properties.pop("ExtendedStatistic", None) or properties["Statistic"]
        dimensions = properties.get("Dimensions", [])
        parts = [part for item in dimensions for part in (item["Name"], item["Value"])]
        properties["MetricName"] = {
            "Fn::Join": [SEPARATOR, [properties["MetricName"], statistic, *parts]]
        }
        low = properties["ComparisonOperator"].startswith("LessThan")
        properties["Statistic"] = "Minimum" if low else "Maximum"


def without_composite_alarms(template: Template) -> None:
    """Remove composite alarms, which ministack does not know. The front door computes them."""
    for name, _ in resources(template, "AWS::CloudWatch::CompositeAlarm"):
        remove(template, name)


def batch_actions(template: Template) -> None:
    """Grant the batch operations of SQS by name. In AWS a grant of `sqs:SendMessage` covers
    SendMessageBatch, and likewise the other two (SQS developer guide, API permissions)."""
    for statement in _statements(template["Resources"]):
        actions = statement["Action"]
        granted = [actions] if isinstance(actions, str) else actions
        batches = [f"{action}Batch" for action in granted if action in BATCHED]
        statement["Action"] = [*granted, *batches] if batches else actions


def _statements(value: Any) -> Iterator[dict[str, Any]]:
    """Yield every policy statement with actions at any depth of the template."""
    if isinstance(value, dict):
        if "Effect" in value and "Action" in value:
            yield value
        for item in value.values():
            yield from _statements(item)
    elif isinstance(value, list):
        for item in value:
            yield from _statements(item)


def wheels_in_the_runtime(template: Template) -> None:
    """Deploy the functions without the layer of wheels, which is in the runtime's environment (see
    `ministack.Interpreters`). ministack would unpack its hundred megabytes again for each process
    of each function."""
    wheels = {
        name
        for name, layer in resources(template, "AWS::Lambda::LayerVersion")
        if str(layer["Properties"].get("LayerName", "")).endswith(WHEELS)
    }
    for name in wheels:
        remove(template, name)
    for _, function in resources(template, "AWS::Lambda::Function"):
        layers = function["Properties"].get("Layers", [])
        function["Properties"]["Layers"] = [
            layer for layer in layers if layer.get("Ref") not in wheels
        ]


def without_snap_start(template: Template) -> None:
    """Remove SnapStart. ministack has no snapshots and would keep a process of every published
    version alive."""
    for _, function in resources(template, "AWS::Lambda::Function"):
        function["Properties"].pop("SnapStart", None)


def remove(template: Template, name: str) -> None:
    """Remove a resource and every `DependsOn` that names it."""
    del template["Resources"][name]
    for resource in template["Resources"].values():
        waits = resource.get("DependsOn", [])
        waits = [waits] if isinstance(waits, str) else waits
        if name in waits:
            resource["DependsOn"] = [other for other in waits if other != name]


FIXUPS: tuple[Callable[[Template], None], ...] = (
    secret_refs_as_arns,
    fixed_api_id,
    plain_http,
    one_metric_per_alarm,
    without_composite_alarms,
    batch_actions,
    wheels_in_the_runtime,
    without_snap_start,
)


def point_origins_at(template: Template, port: int) -> Template:
    """Return a copy in which CORS origins and links have the front door's port of this run."""
    text = json.dumps(template)
    pairs = zip(front_origins(PORTS["front"][1]), front_origins(port), strict=True)
    for usual, actual in pairs:
        text = re.sub(rf"{re.escape(usual)}(?!\d)", actual, text)
    copied: Template = json.loads(text)
    return copied


def point_lambdas_at(template: Template, environment: Mapping[str, str]) -> None:
    """Set the upstream addresses of this run in each function that has the variable already. They
    are not known when the template is synthesised."""
    for _, function in resources(template, "AWS::Lambda::Function"):
        variables = function["Properties"].get("Environment", {}).get("Variables", {})
        variables.update(
            {name: environment[name] for name in variables.keys() & environment.keys()}
        )
