"""`ops redrive --dead-letters`."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import boto3
import pytest
from moto import mock_aws

from infra.resource_names import Queue
from ops.dead_letters import SqsDeadLetters
from ops.deps import StageRoot
from ops.ports import DeadLetter
from ops.stages import Cloud, Stage
from tests.conftest import REGION
from tests.fakes.workflow import START
from tests.unit.ops.root import FakeDeadLetters, MemoryRoot


def letter(number: int, *, age: float = 60, **members: object) -> DeadLetter:
    """A message that was sent `age` seconds ago."""
    sent = datetime.fromtimestamp(START - age, UTC)
    return DeadLetter(id=f"message-{number}", body=json.dumps(members), sent_at=sent)


def test_provisioning_is_listed_and_mails_are_moved() -> None:
    root = MemoryRoot(
        provision_letters=FakeDeadLetters(letter(1, jobId="provision#1", attempt=2)),
        waiting_letters=FakeDeadLetters(letter(3, jobId="provision#3", attempt=1)),
        email_letters=FakeDeadLetters(letter(2, template="welcome", dedupKey="welcome:1")),
    )
    result = root.run("redrive", "--dead-letters", answer="y\n")
    assert result.exit_code == 0, result.output
    assert "jobId provision#1  attempt 2  message message-1" in result.stdout
    assert "jobId provision#3  attempt 1  message message-3" in result.stdout
    assert "template welcome  dedupKey welcome:1  message message-2" in result.stdout
    assert "1 moved back" in result.stdout
    assert [one.id for one in root.email_letters.sent] == ["message-2"]
    assert root.provision_letters.sent == root.waiting_letters.sent == []


def test_nothing_moves_without_a_yes() -> None:
    root = MemoryRoot(email_letters=FakeDeadLetters(letter(1, template="welcome")))
    assert root.run("redrive", "--dead-letters", answer="n\n").exit_code == 1
    assert root.email_letters.sent == []


def test_cases_are_moved_however_old() -> None:
    members = {"caseKey": "email-5f3a", "registrationId": "registration-1"}
    root = MemoryRoot(case_letters=FakeDeadLetters(letter(1, age=13 * 86_400, **members)))
    result = root.run("redrive", "--dead-letters", answer="y\n")
    assert result.exit_code == 0, result.output
    assert "caseKey email-5f3a  message message-1" in result.stdout
    assert "1 moved back to the case queue." in result.stdout
    assert [one.id for one in root.case_letters.sent] == ["message-1"]


def test_mails_and_cases_are_asked_about_one_by_one() -> None:
    root = MemoryRoot(
        email_letters=FakeDeadLetters(letter(1, template="welcome")),
        case_letters=FakeDeadLetters(letter(2, caseKey="email-5f3a")),
    )
    assert root.run("redrive", "--dead-letters", answer="n\ny\n").exit_code == 1
    assert (root.email_letters.sent, len(root.case_letters.sent)) == ([], 1)


def test_a_yes_is_for_everything() -> None:
    root = MemoryRoot(
        email_letters=FakeDeadLetters(letter(1, template="welcome")),
        case_letters=FakeDeadLetters(*(letter(number, caseKey="k") for number in range(3))),
    )
    assert root.run("redrive", "--dead-letters", "--limit", "2", "--yes").exit_code == 0
    assert (len(root.email_letters.sent), len(root.case_letters.sent)) == (1, 2)


@pytest.mark.parametrize("template", ["password-reset", "signup-proof"])
def test_links_that_nobody_waits_for_any_more_stay(template: str) -> None:
    root = MemoryRoot(
        email_letters=FakeDeadLetters(
            letter(1, template=template, age=1801),
            letter(2, template=template, age=1799),
        )
    )
    result = root.run("redrive", "--dead-letters", "--yes")
    assert [one.id for one in root.email_letters.sent] == ["message-2"]
    assert "1 left" in result.stdout


def test_empty_queues_ask_nothing() -> None:
    result = MemoryRoot().run("redrive", "--dead-letters")
    assert (result.exit_code, result.stdout.count("none")) == (0, 4)


def test_what_is_no_json_is_listed_all_the_same() -> None:
    broken = DeadLetter(id="message-1", body="<", sent_at=datetime.fromtimestamp(START, UTC))
    root = MemoryRoot(provision_letters=FakeDeadLetters(broken))
    assert "not readable  message message-1" in root.run("redrive", "--dead-letters").stdout


class Queues:
    """A queue and its dead letters in moto."""

    def __init__(self) -> None:
        self.client: Any = boto3.client("sqs", region_name=REGION)
        self.queue = self.client.create_queue(QueueName="email")["QueueUrl"]
        self.dead = self.client.create_queue(QueueName="dead")["QueueUrl"]
        self.letters = SqsDeadLetters(lambda: self.client, url=self.dead, queue_url=self.queue)

    def fill(self, count: int) -> None:
        for number in range(count):
            self.client.send_message(
                QueueUrl=self.dead,
                MessageBody=str(number),
                MessageAttributes={
                    "correlationId": {"DataType": "String", "StringValue": f"c-{number}"}
                },
            )

    def received(self, url: str) -> dict[str, str]:
        """Correlation ids by body of everything that can be received now."""
        found: dict[str, str] = {}
        while messages := self.client.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        ).get("Messages"):
            for message in messages:
                attribute = message["MessageAttributes"]["correlationId"]
                found[message["Body"]] = attribute["StringValue"]
        return found


@pytest.fixture
def queues() -> Iterator[Queues]:
    with mock_aws():
        yield Queues()


def test_looking_leaves_everything_to_be_received(queues: Queues) -> None:
    queues.fill(3)
    assert {found.body for found in queues.letters.look(12)} == {"0", "1", "2"}
    assert len(queues.received(queues.dead)) == 3


def test_moving_keeps_attributes_and_stops_at_the_limit(queues: Queues) -> None:
    queues.fill(13)
    outcome = queues.letters.move_back(12, lambda _: False)
    assert len(outcome.moved) == 12
    moved = queues.received(queues.queue)
    assert len(moved) == 12
    assert all(correlation == f"c-{body}" for body, correlation in moved.items())
    assert len(queues.received(queues.dead)) == 1


def test_what_is_kept_can_be_received_at_once(queues: Queues) -> None:
    queues.fill(2)
    outcome = queues.letters.move_back(2, lambda found: found.body == "1")
    assert [found.body for found in outcome.left] == ["1"]
    assert queues.received(queues.dead) == {"1": "c-1"}
    assert queues.received(queues.queue) == {"0": "c-0"}


def test_each_queue_of_a_stage_gets_its_own_dead_letters_back() -> None:
    with mock_aws():
        client: Any = boto3.client("sqs", region_name=REGION)
        outputs = {
            f"{name}{kind}Url": str(client.create_queue(QueueName=f"{name}{kind}")["QueueUrl"])
            for name in (queue.camel_case for queue in Queue)
            for kind in ("Queue", "DeadLetters")
        }
        for name in ("Email", "EmailWaiting", "Case", "CaseWaiting"):
            client.send_message(QueueUrl=outputs[f"{name}DeadLettersUrl"], MessageBody=name)
        root = StageRoot(None, "")
        root.stage = Stage(
            name="test",
            cloud=Cloud(boto3.session.Session(), None, {"sqs": client}),
            outputs=outputs,
            environment={},
        )
        ports = root.dead_letters()
        for letters in (ports.email, ports.case):
            assert len(letters.look(1)) == 1
            assert len(letters.look(10)) == 2
            moved = [letters.move_back(limit, lambda _: False).moved for limit in (1, 10)]
            assert [len(each) for each in moved] == [1, 1]
        for name in ("Email", "Case"):
            received = client.receive_message(
                QueueUrl=outputs[f"{name}QueueUrl"], MaxNumberOfMessages=10
            )
            bodies = {message["Body"] for message in received["Messages"]}
            assert bodies == {name, f"{name}Waiting"}


def test_a_queue_that_is_gone_loses_nothing(queues: Queues) -> None:
    queues.fill(2)
    queues.client.delete_queue(QueueUrl=queues.queue)
    with pytest.raises(queues.client.exceptions.QueueDoesNotExist):
        queues.letters.move_back(2, lambda _: False)
    assert len(queues.received(queues.dead)) == 2
