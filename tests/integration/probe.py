"""A small CloudFormation stack with one of everything that the portal relies on in ministack.

It shares the emulator with the portal's stack and touches nothing of it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

HANDLER = Path(__file__).with_name("probe_handler.py")
API_ID = "0b0a7a99"


def _arn(name: str) -> dict[str, Any]:
    return {"Fn::GetAtt": [name, "Arn"]}


def _role(statements: list[dict[str, Any]]) -> dict[str, Any]:
    logs = {"Effect": "Allow", "Resource": "*"}
    logs["Action"] = ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"]  # type: ignore[assignment]  # IAM takes a list too
    return {
        "Type": "AWS::IAM::Role",
        "Properties": {
            "AssumeRolePolicyDocument": {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": "sts:AssumeRole",
                        "Principal": {"Service": "lambda.amazonaws.com"},
                    }
                ],
            },
            "Policies": [
                {
                    "PolicyName": "grants",
                    "PolicyDocument": {"Version": "2012-10-17", "Statement": [logs, *statements]},
                }
            ],
        },
    }


OUTPUTS = ("Api", "Users", "Client", "Table", "KeptTable", "Work", "Dead", "Function", "Secret")


def _table(**more: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::DynamoDB::GlobalTable",
        "Properties": {
            "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
            "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
            "BillingMode": "PAY_PER_REQUEST",
            "Replicas": [{"Region": {"Ref": "AWS::Region"}}],
            **more,
        },
    }


def _method(resource: Any, verb: str, **more: Any) -> dict[str, Any]:
    uri = {
        "Fn::Join": [
            "",
            [
                "arn:aws:apigateway:",
                {"Ref": "AWS::Region"},
                ":lambda:path/2015-03-31/functions/",
                _arn("Function"),
                "/invocations",
            ],
        ]
    }
    return {
        "Type": "AWS::ApiGateway::Method",
        "Properties": {
            "RestApiId": {"Ref": "Api"},
            "ResourceId": resource,
            "HttpMethod": verb,
            "AuthorizationType": "NONE",
            "Integration": {"Type": "AWS_PROXY", "IntegrationHttpMethod": "POST", "Uri": uri},
            **more,
        },
    }


def _api() -> dict[str, Any]:
    root = {"Fn::GetAtt": ["Api", "RootResourceId"]}
    return {
        "Api": {
            "Type": "AWS::ApiGateway::RestApi",
            "Properties": {
                "Name": "probe",
                "Tags": [{"Key": "ms-custom-id", "Value": API_ID}],
            },
        },
        "Open": {
            "Type": "AWS::ApiGateway::Resource",
            "Properties": {"ParentId": root, "PathPart": "open", "RestApiId": {"Ref": "Api"}},
        },
        "Guarded": {
            "Type": "AWS::ApiGateway::Resource",
            "Properties": {"ParentId": root, "PathPart": "guarded", "RestApiId": {"Ref": "Api"}},
        },
        "Authorizer": {
            "Type": "AWS::ApiGateway::Authorizer",
            "Properties": {
                "Name": "users",
                "Type": "COGNITO_USER_POOLS",
                "IdentitySource": "method.request.header.Authorization",
                "ProviderARNs": [_arn("Users")],
                "RestApiId": {"Ref": "Api"},
            },
        },
        "Validator": {
            "Type": "AWS::ApiGateway::RequestValidator",
            "Properties": {"RestApiId": {"Ref": "Api"}, "ValidateRequestParameters": True},
        },
        "OpenPost": _method(
            {"Ref": "Open"},
            "POST",
            RequestValidatorId={"Ref": "Validator"},
            RequestParameters={"method.request.header.X-Needed": True},
        ),
        "OpenGet": _method({"Ref": "Open"}, "GET"),
        "GuardedPost": _method(
            {"Ref": "Guarded"},
            "POST",
            AuthorizationType="COGNITO_USER_POOLS",
            AuthorizerId={"Ref": "Authorizer"},
        ),
        "Unauthorized": {
            "Type": "AWS::ApiGateway::GatewayResponse",
            "Properties": {
                "RestApiId": {"Ref": "Api"},
                "ResponseType": "UNAUTHORIZED",
                "StatusCode": "401",
                "ResponseParameters": {
                    "gatewayresponse.header.Content-Type": "'application/problem+json'"
                },
                "ResponseTemplates": {"application/json": '{"status":401}'},
            },
        },
        "Deployment": {
            "Type": "AWS::ApiGateway::Deployment",
            "DependsOn": ["OpenPost", "OpenGet", "GuardedPost", "Unauthorized"],
            "Properties": {"RestApiId": {"Ref": "Api"}},
        },
        "Stage": {
            "Type": "AWS::ApiGateway::Stage",
            "Properties": {
                "RestApiId": {"Ref": "Api"},
                "DeploymentId": {"Ref": "Deployment"},
                "StageName": "api",
            },
        },
        "MayInvoke": {
            "Type": "AWS::Lambda::Permission",
            "Properties": {
                "Action": "lambda:InvokeFunction",
                "FunctionName": _arn("Function"),
                "Principal": "apigateway.amazonaws.com",
            },
        },
    }


def _queues() -> dict[str, Any]:
    return {
        "Dead": {"Type": "AWS::SQS::Queue", "Properties": {}},
        "Work": {
            "Type": "AWS::SQS::Queue",
            "Properties": {
                "VisibilityTimeout": 1,
                "RedrivePolicy": {"deadLetterTargetArn": _arn("Dead"), "maxReceiveCount": 2},
            },
        },
        "WorkPolicy": {
            "Type": "AWS::SQS::QueuePolicy",
            "Properties": {
                "Queues": [{"Ref": "Work"}],
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Deny",
                            "Principal": {"AWS": "*"},
                            "Action": "sqs:*",
                            "Resource": _arn("Work"),
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        }
                    ],
                },
            },
        },
        "Mapping": {
            "Type": "AWS::Lambda::EventSourceMapping",
            "Properties": {
                "EventSourceArn": _arn("Work"),
                "FunctionName": {"Ref": "Function"},
                "BatchSize": 10,
                "FunctionResponseTypes": ["ReportBatchItemFailures"],
            },
        },
    }


def _alarms() -> dict[str, Any]:
    depth = {
        "Namespace": "AWS/SQS",
        "MetricName": "ApproximateNumberOfMessagesVisible",
        "Statistic": "Maximum",
        "Period": 60,
        "EvaluationPeriods": 1,
        "Threshold": 1,
        "ComparisonOperator": "GreaterThanOrEqualToThreshold",
        "TreatMissingData": "notBreaching",
    }
    return {
        "DeadAlarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                **depth,
                "AlarmName": "probe-dead",
                "Dimensions": [
                    {"Name": "QueueName", "Value": {"Fn::GetAtt": ["Dead", "QueueName"]}}
                ],
            },
        },
        "OtherAlarm": {
            "Type": "AWS::CloudWatch::Alarm",
            "Properties": {
                **depth,
                "AlarmName": "probe-other",
                "Dimensions": [{"Name": "QueueName", "Value": "another-queue"}],
            },
        },
    }


def template() -> dict[str, Any]:
    """The probe's template, as CDK would write it."""
    grants = [
        {"Effect": "Allow", "Action": "dynamodb:PutItem", "Resource": _arn("Table")},
        {
            "Effect": "Allow",
            "Action": "secretsmanager:GetSecretValue",
            "Resource": {"Ref": "Secret"},
        },
        {
            "Effect": "Allow",
            "Action": [
                "sqs:SendMessage",
                "sqs:ReceiveMessage",
                "sqs:DeleteMessage",
                "sqs:GetQueueAttributes",
                "sqs:ChangeMessageVisibility",
            ],
            "Resource": _arn("Work"),
        },
    ]
    return {
        "Resources": {
            "Users": {"Type": "AWS::Cognito::UserPool", "Properties": {}},
            "Client": {
                "Type": "AWS::Cognito::UserPoolClient",
                "Properties": {
                    "UserPoolId": {"Ref": "Users"},
                    "ExplicitAuthFlows": [
                        "ALLOW_ADMIN_USER_PASSWORD_AUTH",
                    ],
                    "RefreshTokenRotation": {
                        "Feature": "ENABLED",
                        "RetryGracePeriodSeconds": 0,
                    },
                },
            },
            "Table": _table(
                TimeToLiveSpecification={"AttributeName": "expiration", "Enabled": True},
            ),
            "OtherTable": _table(),
            "KeptTable": {
                "Type": "AWS::DynamoDB::Table",
                "Properties": {
                    "AttributeDefinitions": [{"AttributeName": "pk", "AttributeType": "S"}],
                    "KeySchema": [{"AttributeName": "pk", "KeyType": "HASH"}],
                    "BillingMode": "PAY_PER_REQUEST",
                    "PointInTimeRecoverySpecification": {"PointInTimeRecoveryEnabled": True},
                },
            },
            "Secret": {
                "Type": "AWS::SecretsManager::Secret",
                "Properties": {"SecretString": "kept well"},
            },
            "Role": _role(grants),
            "Function": {
                "Type": "AWS::Lambda::Function",
                "Properties": {
                    "Code": {"ZipFile": HANDLER.read_text()},
                    "Handler": "index.handler",
                    "Runtime": "python3.13",
                    "Architectures": ["arm64"],
                    "Role": _arn("Role"),
                    "Timeout": 10,
                    "Environment": {
                        "Variables": {
                            "TABLE": {"Ref": "Table"},
                            "OTHER_TABLE": {"Ref": "OtherTable"},
                            "SECRET": {"Ref": "Secret"},
                            "QUEUE_URL": {"Ref": "Work"},
                            "SALESFORCE_URL": "https://example.my.salesforce.com",
                        }
                    },
                },
            },
            **_api(),
            **_queues(),
            **_alarms(),
        },
        "Outputs": {name: {"Value": {"Ref": name}} for name in OUTPUTS},
    }
