"""Codes of Cognito, DynamoDB and SQS by their tables."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from botocore.exceptions import ClientError
from botocore.loaders import Loader
from portal.adapters.cognito import CognitoUsers
from portal.adapters.sqs import SqsQueue
from portal.domain.mail import MailJob, MailTemplate
from portal.domain.upstream import Refused, Throttled, Unauthorized, Unavailable, UpstreamError
from portal.repositories.dynamodb import ConditionFailed, Table, TransactionRefused
from portal.vendor_errors.aws import COGNITO, COMMON, CONTENTION, DYNAMODB, SQS, aws_row
from portal.vendor_errors.model import Kind, Row, error_type

OWN: Mapping[str, tuple[Mapping[str, Row], tuple[str, ...]]] = {
    "cognito-idp": (
        COGNITO,
        (
            "AdminCreateUser",
            "AdminGetUser",
            "AdminSetUserPassword",
            "AdminDeleteUser",
            "AdminInitiateAuth",
            "GetTokensFromRefreshToken",
            "RevokeToken",
            "AdminUserGlobalSignOut",
        ),
    ),
    "dynamodb": (
        DYNAMODB,
        ("GetItem", "PutItem", "UpdateItem", "DeleteItem", "Query", "TransactWriteItems"),
    ),
    "sqs": (SQS, ("SendMessageBatch", "ChangeMessageVisibility", "GetQueueAttributes")),
}
JOB = MailJob(template=MailTemplate.WELCOME, user_id="u", dedup_key="k")


class Failing:
    """A client whose every operation is answered with an error."""

    def __init__(self, code: str, status: int = 400) -> None:
        self._error = {
            "Error": {"Code": code, "Message": "text"},
            "ResponseMetadata": {"HTTPStatusCode": status},
        }

    def __getattr__(self, name: str) -> Any:
        def call(**_: Any) -> Any:
            raise ClientError(self._error, name)  # type: ignore[arg-type]  # a response's shape

        return call


def of_cognito(code: str, status: int = 400) -> Exception:
    failing: Any = Failing(code, status)
    users = CognitoUsers(user_pool_id="p", client_id="c", client=lambda: failing)
    with pytest.raises(Exception) as caught:  # noqa: PT011  # each test asserts the class
        users.sign_out_everywhere("u")
    return caught.value


def of_dynamodb(code: str, status: int = 400) -> Exception:
    failing: Any = Failing(code, status)
    with pytest.raises(Exception) as caught:  # noqa: PT011  # each test asserts the class
        Table("t", client=lambda: failing).put({"pk": "1"})
    return caught.value


def of_sqs(code: str, status: int = 400) -> Exception:
    failing: Any = Failing(code, status)
    with pytest.raises(Exception) as caught:  # noqa: PT011  # each test asserts the class
        SqsQueue("https://sqs.example/1/q", client=lambda: failing).send(JOB)
    return caught.value


@pytest.mark.parametrize("row", [*COGNITO.values(), *COMMON.values()], ids=lambda row: row.code)
def test_cognito(row: Row) -> None:
    assert type(of_cognito(row.code)) is error_type(row.kind, writes=True)


@pytest.mark.parametrize("row", [*DYNAMODB.values(), *COMMON.values()], ids=lambda row: row.code)
def test_dynamodb(row: Row) -> None:
    special: dict[str, type[Exception]] = {
        "ConditionalCheckFailedException": ConditionFailed,
        "TransactionCanceledException": TransactionRefused,
    }
    expected = special.get(row.code, error_type(row.kind, writes=True))
    assert type(of_dynamodb(row.code)) is expected


@pytest.mark.parametrize("row", [*SQS.values(), *COMMON.values()], ids=lambda row: row.code)
@pytest.mark.parametrize("prefix", ["", "AWS.SimpleQueueService."])
def test_sqs(row: Row, prefix: str) -> None:
    # Sending a message again is safe: nothing is ever in doubt.
    assert type(of_sqs(prefix + row.code)) is error_type(row.kind, writes=False)


@pytest.mark.parametrize("reason", CONTENTION)
def test_a_transaction_cancelled_by_contention(reason: str) -> None:
    class Cancelled(Failing):
        def __init__(self) -> None:
            super().__init__("TransactionCanceledException")
            self._error["CancellationReasons"] = [{"Code": reason}]

    failing: Any = Cancelled()
    with pytest.raises(Unavailable):
        Table("t", client=lambda: failing).transact([{"Put": {"item": {"pk": "1"}}}])


@pytest.mark.parametrize("of", [of_cognito, of_dynamodb, of_sqs])
def test_codes_that_are_in_no_table(of: Any, capsys: pytest.CaptureFixture[str]) -> None:
    assert isinstance(of("BrandNew", 429), Throttled)
    assert not isinstance(of("BrandNew", 503), Refused)
    assert "in no table" not in capsys.readouterr().out
    expected = Unavailable if of is of_sqs else Refused
    assert type(of("BrandNew")) is expected
    assert "in no table" in capsys.readouterr().out


@pytest.mark.parametrize("service", OWN)
def test_every_code_that_the_service_s_model_declares_is_sorted(service: str) -> None:
    own, operations = OWN[service]
    model = Loader().load_service_model(service, "service-2")
    declared = {
        error["shape"]
        for operation in operations
        for error in model["operations"][operation].get("errors", [])
    }
    assert [code for code in sorted(declared) if aws_row(own, code) is None] == []


@pytest.mark.parametrize(
    ("entries", "kind"),
    [
        ([{"Code": "InternalError", "SenderFault": False}], Unavailable),
        ([{"Code": "KmsThrottled", "SenderFault": True}], Throttled),
        ([{"Code": "RequestThrottled", "SenderFault": True}], Throttled),
        ([{"Code": "New", "SenderFault": True}], Refused),
        ([{"Code": "KmsThrottled"}, {"Code": "InvalidMessageContents"}], Refused),
        ([{"Code": "KmsAccessDenied", "SenderFault": True}], Unauthorized),
    ],
)
def test_entries_of_a_batch(entries: list[dict[str, Any]], kind: type[UpstreamError]) -> None:
    class Partly:
        def send_message_batch(self, **_: Any) -> Any:
            return {"Failed": [{"Id": "0", **entry} for entry in entries]}

    partly: Any = Partly()
    with pytest.raises(kind) as caught:
        SqsQueue("https://sqs.example/1/q", client=lambda: partly).send(JOB)
    assert type(caught.value) is kind


def test_no_service_contradicts_what_all_have_in_common() -> None:
    for own in (COGNITO, DYNAMODB, SQS):
        assert set(own) & set(COMMON) == set()
    assert COMMON["ThrottlingException"].kind is Kind.THROTTLED
    assert COMMON["RequestLimitExceeded"].kind is Kind.THROTTLED
