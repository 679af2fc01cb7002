"""Deploys a template through ministack's CloudFormation and adds what that leaves out."""

from __future__ import annotations

import json
import time
from typing import Any

from local.stack.fixups import Template, resources
from local.stack.ministack import Ministack
from local.stack.settings import ACCOUNT, REGION

TIMEOUT = 120.0
POLL = 0.1


class DeployError(RuntimeError):
    """CloudFormation refused the template; the message names the resources and their reasons."""


def deploy(ministack: Ministack, template: Template, *, name: str) -> dict[str, str]:
    """Create the stack, complete it, and return its outputs. Raises DeployError."""
    outputs = create(ministack, template, name=name)
    ids = physical_ids(ministack.client("cloudformation"), name)
    enable_time_to_live(ministack.client("dynamodb"), template, ids)
    enable_recovery(ministack.client("dynamodb"), template, ids)
    attach_request_validators(ministack.client("apigateway"), template, ids)
    return outputs


def create(
    ministack: Ministack, template: Template, *, name: str, account: str = ACCOUNT
) -> dict[str, str]:
    """Create the stack through CloudFormation alone. Return its outputs. Raises DeployError."""
    bucket = f"templates-{account}-{name.lower()}"
    s3 = ministack.client("s3", account=account)
    s3.create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})
    s3.put_object(Bucket=bucket, Key="template.json", Body=json.dumps(template).encode())
    cloudformation = ministack.client("cloudformation", account=account)
    cloudformation.create_stack(
        StackName=name,
        # By URL: a template in the request may have 51,200 bytes at most, as in AWS.
        TemplateURL=f"{ministack.endpoint}/{bucket}/template.json",
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
    )
    stack = _wait(cloudformation, name)
    return {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", [])}


def _wait(cloudformation: Any, name: str) -> dict[str, Any]:
    deadline = time.monotonic() + TIMEOUT
    while time.monotonic() < deadline:
        stack: dict[str, Any] = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        status = stack["StackStatus"]
        if status == "CREATE_COMPLETE":
            return stack
        if not status.endswith("_IN_PROGRESS") or "ROLLBACK" in status:
            raise DeployError(_failures(cloudformation, name) or f"stack {name} is {status}")
        time.sleep(POLL)
    raise DeployError(f"stack {name} was not ready after {TIMEOUT:.0f} s")


def _failures(cloudformation: Any, name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    return "\n".join(
        f"{event['LogicalResourceId']} ({event['ResourceType']}): "
        f"{event.get('ResourceStatusReason', 'no reason given')}"
        for event in reversed(events)
        if event["ResourceStatus"].endswith("_FAILED")
    )


def physical_ids(cloudformation: Any, name: str) -> dict[str, str]:
    """Return logical → physical id of every resource of a stack."""
    pages = cloudformation.get_paginator("list_stack_resources").paginate(StackName=name)
    return {
        summary["LogicalResourceId"]: summary["PhysicalResourceId"]
        for page in pages
        for summary in page["StackResourceSummaries"]
    }


def enable_time_to_live(dynamodb: Any, template: Template, ids: dict[str, str]) -> None:
    """Set TimeToLiveSpecification through the API: ministack's CloudFormation drops it."""
    for kind in ("AWS::DynamoDB::GlobalTable", "AWS::DynamoDB::Table"):
        for name, table in resources(template, kind):
            if specification := table["Properties"].get("TimeToLiveSpecification"):
                dynamodb.update_time_to_live(
                    TableName=ids[name],
                    TimeToLiveSpecification={
                        "AttributeName": specification["AttributeName"],
                        "Enabled": True,
                    },
                )


def enable_recovery(dynamodb: Any, template: Template, ids: dict[str, str]) -> None:
    """Set PointInTimeRecoverySpecification through the API: ministack's CloudFormation drops it."""
    for name, table in resources(template, "AWS::DynamoDB::Table"):
        specification = table["Properties"].get("PointInTimeRecoverySpecification", {})
        if specification.get("PointInTimeRecoveryEnabled"):
            dynamodb.update_continuous_backups(
                TableName=ids[name],
                PointInTimeRecoverySpecification={"PointInTimeRecoveryEnabled": True},
            )


def attach_request_validators(apigateway: Any, template: Template, ids: dict[str, str]) -> None:
    """Create the request validators through the API, attach them to their methods and deploy the
    stage again: ministack's CloudFormation returns an id for a validator and creates nothing."""
    made = {
        name: _create_validator(apigateway, validator["Properties"], ids)
        for name, validator in resources(template, "AWS::ApiGateway::RequestValidator")
    }
    for _, method in resources(template, "AWS::ApiGateway::Method"):
        properties = method["Properties"]
        reference = properties.get("RequestValidatorId")
        if isinstance(reference, dict) and reference.get("Ref") in made:
            apigateway.update_method(
                restApiId=ids[properties["RestApiId"]["Ref"]],
                resourceId=_resource_id(apigateway, properties, ids),
                httpMethod=properties["HttpMethod"],
                patchOperations=[
                    {
                        "op": "replace",
                        "path": "/requestValidatorId",
                        "value": made[reference["Ref"]],
                    }
                ],
            )
    if made:
        for _, stage in resources(template, "AWS::ApiGateway::Stage"):
            properties = stage["Properties"]
            apigateway.create_deployment(
                restApiId=ids[properties["RestApiId"]["Ref"]], stageName=properties["StageName"]
            )


def _create_validator(apigateway: Any, properties: dict[str, Any], ids: dict[str, str]) -> str:
    identifier: str = apigateway.create_request_validator(
        restApiId=ids[properties["RestApiId"]["Ref"]],
        name=properties.get("Name", "validator"),
        validateRequestBody=properties.get("ValidateRequestBody", False),
        validateRequestParameters=properties.get("ValidateRequestParameters", False),
    )["id"]
    return identifier


def _resource_id(apigateway: Any, properties: dict[str, Any], ids: dict[str, str]) -> str:
    reference = properties["ResourceId"]
    if "Ref" in reference:
        return ids[reference["Ref"]]
    items = apigateway.get_resources(restApiId=ids[properties["RestApiId"]["Ref"]], limit=500)
    root: str = next(item["id"] for item in items["items"] if item["path"] == "/")
    return root
