"""The fix-ups touch what they are about and leave the rest of the template alone."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from local.stack.fixups import API_ID, apply


def template(**resources: dict[str, Any]) -> dict[str, Any]:
    return {
        "Resources": {
            name: {"Type": resource.pop("Type"), "Properties": resource}
            for name, resource in copy.deepcopy(resources).items()
        }
    }


def fixed(environment: dict[str, str] | None = None, **resources: dict[str, Any]) -> dict[str, Any]:
    result: dict[str, Any] = apply(template(**resources), environment or {})["Resources"]
    return result


def deny(**condition: Any) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": "sqs:*", "Condition": condition}


PLAIN_HTTP = deny(Bool={"aws:SecureTransport": "false"})


def test_the_template_itself_is_not_touched() -> None:
    original = template(Api={"Type": "AWS::ApiGateway::RestApi"}, S={"Type": "AWS::SQS::Queue"})
    before = copy.deepcopy(original)
    apply(original, {})
    assert original == before


def test_refs_of_secrets_become_arns_and_other_refs_stay() -> None:
    policy = {
        "Resource": [{"Ref": "Secret"}, {"Ref": "Table"}, {"Fn::Join": ["", [{"Ref": "Secret"}]]}]
    }
    result = fixed(
        Secret={"Type": "AWS::SecretsManager::Secret"},
        Policy={"Type": "AWS::IAM::Policy", "PolicyDocument": policy},
    )
    arn = {"Fn::GetAtt": ["Secret", "Id"]}
    assert result["Policy"]["Properties"]["PolicyDocument"] == {
        "Resource": [arn, {"Ref": "Table"}, {"Fn::Join": ["", [arn]]}]
    }


def test_an_api_gets_the_fixed_id_unless_it_has_one() -> None:
    own = {"Key": "ms-custom-id", "Value": "12345678"}
    result = fixed(
        Ours={"Type": "AWS::ApiGateway::RestApi", "Tags": [{"Key": "a", "Value": "b"}]},
        Other={"Type": "AWS::ApiGateway::RestApi", "Tags": [own]},
    )
    tags = [{"Key": "a", "Value": "b"}, {"Key": "ms-custom-id", "Value": API_ID}]
    assert result["Ours"]["Properties"]["Tags"] == tags
    assert result["Other"]["Properties"]["Tags"] == [own]


def test_only_the_demand_for_tls_leaves_a_policy_and_an_empty_policy_goes() -> None:
    other = deny(StringNotEquals={"aws:PrincipalAccount": "1"})
    original = template(
        Only={"Type": "AWS::SQS::QueuePolicy", "PolicyDocument": {"Statement": [PLAIN_HTTP]}},
        Both={
            "Type": "AWS::SNS::TopicPolicy",
            "PolicyDocument": {"Statement": [PLAIN_HTTP, other]},
        },
        Waiting={"Type": "AWS::SQS::Queue"},
    )
    original["Resources"]["Waiting"]["DependsOn"] = ["Only", "Both"]
    result = apply(original, {})["Resources"]
    assert "Only" not in result
    assert result["Both"]["Properties"]["PolicyDocument"]["Statement"] == [other]
    assert result["Waiting"]["DependsOn"] == ["Both"]


@pytest.mark.parametrize(
    ("comparison", "statistic"),
    [("GreaterThanThreshold", "Maximum"), ("LessThanOrEqualToThreshold", "Minimum")],
)
def test_an_alarm_watches_a_metric_that_names_statistic_and_dimensions(
    comparison: str, statistic: str
) -> None:
    alarm = {
        "Type": "AWS::CloudWatch::Alarm",
        "MetricName": "Errors",
        "Statistic": "Sum",
        "ComparisonOperator": comparison,
        "Dimensions": [{"Name": "FunctionName", "Value": {"Ref": "F"}}],
    }
    properties = fixed(Alarm=alarm)["Alarm"]["Properties"]
    name = {"Fn::Join": ["|", ["Errors", "Sum", "FunctionName", {"Ref": "F"}]]}
    assert (properties["MetricName"], properties["Statistic"]) == (name, statistic)
    assert properties["Dimensions"] == alarm["Dimensions"]


def test_a_percentile_alarm_keeps_its_percentile_in_the_name() -> None:
    alarm = {
        "Type": "AWS::CloudWatch::Alarm",
        "MetricName": "Latency",
        "ExtendedStatistic": "p99",
        "ComparisonOperator": "GreaterThanThreshold",
    }
    properties = fixed(Alarm=alarm)["Alarm"]["Properties"]
    assert properties["MetricName"] == {"Fn::Join": ["|", ["Latency", "p99"]]}
    assert "ExtendedStatistic" not in properties


def test_alarms_on_metric_math_are_left_out() -> None:
    result = fixed(
        Math={"Type": "AWS::CloudWatch::Alarm", "Metrics": [{"Id": "e", "Expression": "1"}]},
        Queue={"Type": "AWS::SQS::Queue"},
    )
    assert list(result) == ["Queue"]


def test_a_grant_of_an_sqs_action_covers_its_batch() -> None:
    def role(actions: Any) -> dict[str, Any]:
        document = {"Statement": [{"Effect": "Allow", "Action": actions, "Resource": "*"}]}
        return {"Type": "AWS::IAM::Role", "Policies": [{"PolicyDocument": document}]}

    def granted(resource: dict[str, Any]) -> Any:
        return resource["Properties"]["Policies"][0]["PolicyDocument"]["Statement"][0]["Action"]

    result = fixed(
        One=role("sqs:SendMessage"),
        Two=role(["sqs:DeleteMessage", "sqs:GetQueueUrl"]),
        Other=role("dynamodb:GetItem"),
    )
    assert granted(result["One"]) == ["sqs:SendMessage", "sqs:SendMessageBatch"]
    assert granted(result["Two"]) == [
        "sqs:DeleteMessage",
        "sqs:GetQueueUrl",
        "sqs:DeleteMessageBatch",
    ]
    assert granted(result["Other"]) == "dynamodb:GetItem"


def test_functions_lose_the_wheels_layer_and_keep_the_own_one() -> None:
    result = fixed(
        Wheels={"Type": "AWS::Lambda::LayerVersion", "LayerName": "portal-local-wheels"},
        Own={"Type": "AWS::Lambda::LayerVersion", "LayerName": "portal-local-own"},
        F={
            "Type": "AWS::Lambda::Function",
            "Layers": [{"Ref": "Wheels"}, {"Ref": "Own"}],
            "SnapStart": {"ApplyOn": "PublishedVersions"},
        },
    )
    assert result["F"]["Properties"] == {"Layers": [{"Ref": "Own"}]}
    assert set(result) == {"Own", "F"}


def test_a_function_gets_this_runs_value_of_what_it_reads_and_nothing_else() -> None:
    variables = {"SALESFORCE_URL": "https://x.my.salesforce.com", "STAGE": "local"}
    result = fixed(
        {"SALESFORCE_URL": "http://127.0.0.1:9", "WHMCS_API_URL": "http://127.0.0.1:8"},
        F={"Type": "AWS::Lambda::Function", "Environment": {"Variables": variables}},
    )
    assert result["F"]["Properties"]["Environment"]["Variables"] == {
        "SALESFORCE_URL": "http://127.0.0.1:9",
        "STAGE": "local",
    }


def test_origins_name_this_runs_front_door() -> None:
    origins = "http://127.0.0.1:8080,http://localhost:8080,http://127.0.0.1:80801"
    original = template(Api={"Type": "X", "Text": f"'{origins}'"})
    result = apply(original, {}, front_port=9000)["Resources"]["Api"]["Properties"]["Text"]
    assert result == "'http://127.0.0.1:9000,http://localhost:9000,http://127.0.0.1:80801'"
