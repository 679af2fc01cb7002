"""What the local stack relies on in ministack, shown on a small stack of its own.

Two kinds of tests: what must work with the fix-ups, and (`test_..._still_...`) what is wrong
without them. When one of the second kind fails after the pin has moved, a fix-up or a caveat in
docs/local-stack.md can go.
"""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jwt
import pytest
import requests
from botocore.exceptions import ClientError

from local.stack import build, ministack
from local.stack.deploy import DeployError, create, deploy
from local.stack.fixups import apply
from local.stack.ministack import Ministack
from local.stack.settings import Settings
from local.stack.sidecar import Sidecar
from tests.integration import probe
from tests.stack import eventually

pytestmark = pytest.mark.stack

RAW_ACCOUNT = "444455556666"
EMAIL = "aiko@mail.example"
PASSWORD = "Correct-Horse-1"


@dataclass(frozen=True)
class Probe:
    """The deployed probe stack."""

    aws: Ministack
    outputs: dict[str, str]

    @property
    def url(self) -> str:
        return f"{self.aws.endpoint}/_aws/execute-api/{probe.API_ID}/api"

    def invoke(self, action: str, **more: Any) -> dict[str, Any]:
        answer = self.aws.client("lambda").invoke(
            FunctionName=self.outputs["Function"], Payload=json.dumps({"do": action, **more})
        )
        result: dict[str, Any] = json.loads(answer["Payload"].read())
        return result

    def items(self) -> dict[str, dict[str, Any]]:
        found = self.aws.client("dynamodb").scan(TableName=self.outputs["Table"])["Items"]
        return {item["pk"]["S"]: item for item in found}


@pytest.fixture(scope="module")
def aws() -> Iterator[Ministack]:
    settings = Settings.for_tests()
    with build.locked(settings):
        ministack.prepare(settings)
        build.host_layer(settings)
    with ministack.running(settings) as running:
        yield running


@pytest.fixture(scope="module")
def deployed(aws: Ministack) -> Probe:
    template = apply(probe.template(), {"SALESFORCE_URL": "http://127.0.0.1:8091"})
    return Probe(aws, deploy(aws, template, name="probe"))


@pytest.fixture(scope="module")
def raw(aws: Ministack) -> dict[str, str]:
    """Outputs of the probe without any fix-up, in an account of its own."""
    return create(aws, probe.template(), name="raw", account=RAW_ACCOUNT)


@pytest.fixture(scope="module")
def tokens(deployed: Probe) -> dict[str, str]:
    cognito = deployed.aws.client("cognito-idp")
    pool = deployed.outputs["Users"]
    cognito.admin_create_user(UserPoolId=pool, Username=EMAIL, MessageAction="SUPPRESS")
    cognito.admin_set_user_password(
        UserPoolId=pool, Username=EMAIL, Password=PASSWORD, Permanent=True
    )
    return login(deployed)


def login(deployed: Probe) -> dict[str, str]:
    answer: dict[str, str] = deployed.aws.client("cognito-idp").admin_initiate_auth(
        UserPoolId=deployed.outputs["Users"],
        ClientId=deployed.outputs["Client"],
        AuthFlow="ADMIN_USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": EMAIL, "PASSWORD": PASSWORD},
    )["AuthenticationResult"]
    return answer


# --- the Lambda runtime


def test_a_handler_may_do_what_its_role_grants_and_nothing_else(deployed: Probe) -> None:
    assert deployed.invoke("put") == {"ok": None}
    assert deployed.invoke("put-elsewhere") == {"error": "AccessDeniedException"}


def test_a_handler_sees_the_layer_and_nothing_of_ministacks_own_packages(deployed: Probe) -> None:
    modules = ["aws_lambda_powertools", "boto3", "ministack", "hypercorn", "pytest", "uvicorn"]
    found = deployed.invoke("find", modules=modules)["ok"]
    layer = str(build.LAYER)
    assert found["boto3"].startswith(layer)
    assert found["aws_lambda_powertools"].startswith(layer)
    assert [found[name] for name in modules[2:]] == [None] * 4


def test_a_handler_sees_its_own_variables_and_none_of_the_developers(deployed: Probe) -> None:
    names = set(deployed.invoke("environment")["ok"])
    assert {"TABLE", "SECRET", "QUEUE_URL", "SALESFORCE_URL", "AWS_REGION"} <= names
    assert not {name for name in names if name.startswith(("PYTEST", "UV_", "VIRTUAL_ENV"))}


def test_log_lines_reach_a_file_and_embedded_metrics_cloudwatch(
    deployed: Probe, tmp_path: Path
) -> None:
    sidecar = Sidecar(deployed.aws, tmp_path)
    deployed.invoke("log", line="a line to find")
    deployed.invoke("measure", at=int(time.time() * 1000))
    sidecar.round()
    files = list(tmp_path.glob("*.log"))
    assert "a line to find" in "".join(file.read_text() for file in files)
    assert {"Namespace": "Probe", "MetricName": "Probed"}.items() <= metric(deployed).items()
    sidecar.round()
    assert "".join(file.read_text() for file in files).count("a line to find") == 1


def metric(deployed: Probe) -> dict[str, Any]:
    metrics = deployed.aws.client("cloudwatch").list_metrics(Namespace="Probe")["Metrics"]
    assert len(metrics) == 1
    found: dict[str, Any] = metrics[0]
    return found


# --- the API


def test_the_body_reaches_the_handler_byte_for_byte(deployed: Probe) -> None:
    body = '{ "b":1,\n\t"a" : "Ünï\\u00e9" }'
    answer = requests.post(
        f"{deployed.url}/open",
        data=body.encode(),
        headers={"X-Needed": "1", "Content-Type": "application/json"},
        timeout=10,
    )
    assert answer.json()["body"] == body


def test_the_request_validator_works_after_the_deploy(deployed: Probe) -> None:
    answer = requests.post(f"{deployed.url}/open", data="{}", timeout=10)
    assert (answer.status_code, "X-Needed" in answer.text) == (400, True)


@pytest.mark.parametrize("token", [None, "Bearer garbage", "tampered", "foreign"])
def test_the_authorizer_refuses_with_the_apis_own_gateway_response(
    deployed: Probe, tokens: dict[str, str], token: str | None
) -> None:
    if token == "tampered":
        head, payload, signature = tokens["IdToken"].split(".")
        token = f"Bearer {head}.{payload}.{signature[:-8]}AAAAAAAA"
    elif token == "foreign":
        claims = jwt.decode(tokens["IdToken"], options={"verify_signature": False})
        token = f"Bearer {jwt.encode(claims, 'x' * 32, algorithm='HS256')}"
    headers = {"Authorization": token} if token else {}
    answer = requests.post(f"{deployed.url}/guarded", headers=headers, timeout=10)
    assert (answer.status_code, answer.json()) == (401, {"status": 401})
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_an_id_token_passes_and_its_claims_reach_the_handler(
    deployed: Probe, tokens: dict[str, str]
) -> None:
    headers = {"Authorization": f"Bearer {tokens['IdToken']}"}
    answer = requests.post(f"{deployed.url}/guarded", headers=headers, timeout=10)
    claims = answer.json()["claims"]
    assert claims["token_use"] == "id"
    expected = jwt.decode(tokens["IdToken"], options={"verify_signature": False})["sub"]
    assert claims["sub"] == expected


def test_an_access_token_still_passes_so_handlers_check_token_use(
    deployed: Probe, tokens: dict[str, str]
) -> None:
    headers = {"Authorization": f"Bearer {tokens['AccessToken']}"}
    answer = requests.post(f"{deployed.url}/guarded", headers=headers, timeout=10)
    assert (answer.status_code, answer.json()["claims"]["token_use"]) == (200, "access")


def test_a_refresh_token_works_until_it_is_revoked(deployed: Probe, tokens: dict[str, str]) -> None:
    cognito, client = deployed.aws.client("cognito-idp"), deployed.outputs["Client"]
    token = login(deployed)["RefreshToken"]
    fresh = cognito.get_tokens_from_refresh_token(RefreshToken=token, ClientId=client)
    claims = jwt.decode(
        fresh["AuthenticationResult"]["IdToken"], options={"verify_signature": False}
    )
    assert claims["token_use"] == "id"
    cognito.revoke_token(Token=token, ClientId=client)
    with pytest.raises(cognito.exceptions.NotAuthorizedException):
        cognito.get_tokens_from_refresh_token(RefreshToken=token, ClientId=client)


def test_a_global_sign_out_ends_refresh_tokens(deployed: Probe, tokens: dict[str, str]) -> None:
    cognito, client = deployed.aws.client("cognito-idp"), deployed.outputs["Client"]
    token = login(deployed)["RefreshToken"]
    cognito.admin_user_global_sign_out(UserPoolId=deployed.outputs["Users"], Username=EMAIL)
    with pytest.raises(cognito.exceptions.NotAuthorizedException):
        cognito.get_tokens_from_refresh_token(RefreshToken=token, ClientId=client)


def test_refresh_tokens_still_do_not_rotate(deployed: Probe, tokens: dict[str, str]) -> None:
    cognito, client = deployed.aws.client("cognito-idp"), deployed.outputs["Client"]
    token = login(deployed)["RefreshToken"]
    fresh = cognito.get_tokens_from_refresh_token(RefreshToken=token, ClientId=client)
    assert "RefreshToken" not in fresh["AuthenticationResult"]


# --- queues and alarms


def test_a_failed_message_alone_comes_back_and_ends_in_the_dead_letter_queue(
    deployed: Probe, tmp_path: Path
) -> None:
    sqs, cloudwatch = deployed.aws.client("sqs"), deployed.aws.client("cloudwatch")
    sidecar = Sidecar(deployed.aws, tmp_path)
    for body in ("bad", "good"):
        sqs.send_message(QueueUrl=deployed.outputs["Work"], MessageBody=body)
    eventually(lambda: depth(sqs, deployed.outputs["Dead"]) == 1)
    received = {key: item["value"]["N"] for key, item in deployed.items().items()}
    assert (received["bad"], received["good"]) == ("2", "1")
    sidecar.round()
    alarms = cloudwatch.describe_alarms(AlarmNames=["probe-dead", "probe-other"])["MetricAlarms"]
    states = {alarm["AlarmName"]: alarm["StateValue"] for alarm in alarms}
    assert states == {"probe-dead": "ALARM", "probe-other": "OK"}


def depth(sqs: Any, queue: str) -> int:
    name = "ApproximateNumberOfMessages"
    attributes = sqs.get_queue_attributes(QueueUrl=queue, AttributeNames=[name])["Attributes"]
    return int(attributes[name])


@pytest.mark.parametrize("action", ["send", "send-batch"])
def test_a_handler_can_send_to_a_queue_that_demands_tls_in_aws(
    deployed: Probe, action: str
) -> None:
    assert deployed.invoke(action) == {"ok": None}


# --- DynamoDB and Secrets Manager


def test_expiration_is_on_after_the_deploy(deployed: Probe) -> None:
    description = deployed.aws.client("dynamodb").describe_time_to_live(
        TableName=deployed.outputs["Table"]
    )["TimeToLiveDescription"]
    assert description == {"TimeToLiveStatus": "ENABLED", "AttributeName": "expiration"}


def test_recovery_is_on_after_the_deploy(deployed: Probe) -> None:
    assert recovery(deployed.aws.client("dynamodb"), deployed.outputs["KeptTable"]) == "ENABLED"


def test_a_transaction_says_which_condition_failed(deployed: Probe) -> None:
    dynamodb, table = deployed.aws.client("dynamodb"), deployed.outputs["Table"]
    dynamodb.put_item(TableName=table, Item={"pk": {"S": "taken"}})
    puts = [
        {
            "Put": {
                "TableName": table,
                "Item": {"pk": {"S": key}},
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }
        for key in ("free", "taken")
    ]
    with pytest.raises(dynamodb.exceptions.TransactionCanceledException) as caught:
        dynamodb.transact_write_items(TransactItems=puts)
    reasons = [reason["Code"] for reason in caught.value.response["CancellationReasons"]]
    assert reasons == ["None", "ConditionalCheckFailed"]
    assert "free" not in deployed.items()


def test_a_secret_can_be_read_under_a_policy_that_names_it(deployed: Probe) -> None:
    assert deployed.invoke("secret") == {"ok": "kept well"}


# --- what the fix-ups are for


def test_cloudformation_still_drops_expiration(aws: Ministack, raw: dict[str, str]) -> None:
    dynamodb = aws.client("dynamodb", account=RAW_ACCOUNT)
    description = dynamodb.describe_time_to_live(TableName=raw["Table"])["TimeToLiveDescription"]
    assert description["TimeToLiveStatus"] == "DISABLED"


def test_cloudformation_still_drops_recovery(aws: Ministack, raw: dict[str, str]) -> None:
    dynamodb = aws.client("dynamodb", account=RAW_ACCOUNT)
    assert recovery(dynamodb, raw["KeptTable"]) == "DISABLED"


def recovery(dynamodb: Any, table: str) -> str:
    answer = dynamodb.describe_continuous_backups(TableName=table)
    found: dict[str, str] = answer["ContinuousBackupsDescription"]["PointInTimeRecoveryDescription"]
    return found["PointInTimeRecoveryStatus"]


def test_ref_of_a_secret_still_is_its_name(raw: dict[str, str]) -> None:
    assert not raw["Secret"].startswith("arn:")


def test_cloudformation_still_creates_no_request_validator(
    aws: Ministack, raw: dict[str, str]
) -> None:
    apigateway = aws.client("apigateway", account=RAW_ACCOUNT)
    assert apigateway.get_request_validators(restApiId=raw["Api"])["items"] == []


def test_a_queue_that_demands_tls_still_refuses_plain_http(
    aws: Ministack, raw: dict[str, str]
) -> None:
    with pytest.raises(ClientError, match="AccessDenied"):
        aws.client("sqs", account=RAW_ACCOUNT).send_message(
            QueueUrl=raw["Work"], MessageBody="refused"
        )


def test_a_batch_still_needs_a_grant_by_its_own_name(aws: Ministack) -> None:
    whole = probe.template()["Resources"]
    kept = ("Table", "OtherTable", "Secret", "Role", "Function", "Dead", "Work")
    template = {
        "Resources": {name: whole[name] for name in kept},
        "Outputs": {"Function": {"Value": {"Ref": "Function"}}},
    }
    outputs = create(aws, template, name="batch", account=RAW_ACCOUNT)
    answer = aws.client("lambda", account=RAW_ACCOUNT).invoke(
        FunctionName=outputs["Function"], Payload=json.dumps({"do": "send-batch"})
    )
    assert json.loads(answer["Payload"].read()) == {"error": "AccessDenied"}


def test_alarms_still_ignore_dimensions(aws: Ministack, raw: dict[str, str]) -> None:
    cloudwatch = aws.client("cloudwatch", account=RAW_ACCOUNT)
    cloudwatch.put_metric_data(
        Namespace="AWS/SQS",
        MetricData=[
            {
                "MetricName": "ApproximateNumberOfMessagesVisible",
                "Dimensions": [{"Name": "QueueName", "Value": "a third queue"}],
                "Value": 5,
            }
        ],
    )
    alarms = cloudwatch.describe_alarms()["MetricAlarms"]
    assert {alarm["StateValue"] for alarm in alarms} == {"ALARM"}


def test_alarms_on_metric_math_are_still_refused(aws: Ministack) -> None:
    template = {
        "Resources": {
            "Math": {
                "Type": "AWS::CloudWatch::Alarm",
                "Properties": {
                    "ComparisonOperator": "GreaterThanThreshold",
                    "EvaluationPeriods": 1,
                    "Threshold": 1,
                    "Metrics": [{"Id": "e", "Expression": "1 + 1"}],
                },
            }
        }
    }
    with pytest.raises(DeployError, match="metric math"):
        create(aws, template, name="math", account=RAW_ACCOUNT)
