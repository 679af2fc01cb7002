"""Which calls of the CDK command line each command makes, in which order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from infra import deploy as module
from infra.config import Config, load_config
from infra.deploy import Account, DeployError, Deployment
from tests.conftest import REGION
from tests.infra import settings

STACKS = ("Portal-test", "Portal-test-api", "Portal-test-monitoring")


class Cdk:
    """Stands in for the CDK command line; `statuses` are its exit statuses in turn."""

    def __init__(self, *statuses: int) -> None:
        self._statuses = list(statuses)
        self.calls: list[list[str]] = []
        self.environments: list[Mapping[str, str]] = []

    def __call__(self, arguments: Sequence[str], _: Path, environment: Mapping[str, str]) -> int:
        self.calls.append(list(arguments))
        self.environments.append(environment)
        return self._statuses.pop(0) if self._statuses else 0


class Stacks:
    """Stands in for CloudFormation: the one stack in a given status, or none."""

    def __init__(self, status: str | None, *, protected: bool = False) -> None:
        self._status = status
        self._protected = protected

    def describe_stacks(self, **_: str) -> dict[str, list[dict[str, object]]]:
        if self._status is None:
            error = {"Error": {"Code": "ValidationError", "Message": "does not exist"}}
            raise ClientError(error, "DescribeStacks")  # type: ignore[arg-type]  # its shape
        return {
            "Stacks": [
                {"StackStatus": self._status, "EnableTerminationProtection": self._protected}
            ]
        }


def deployment(cdk: Cdk, stacks: Stacks) -> Deployment:
    account = Account(cloudformation=stacks, number="111122223333", region=REGION)
    return Deployment(account=account, cli=("node", "cdk"), run=cdk)


def config(tmp_path: Path, **changes: str) -> Config:
    return load_config({**settings.plain(tmp_path), **changes}, directory=tmp_path)


@pytest.mark.parametrize("status", [None, "ROLLBACK_COMPLETE", "REVIEW_IN_PROGRESS"])
def test_retained_data_is_protected_only_once_its_stack_is_complete(
    tmp_path: Path, status: str | None
) -> None:
    cdk = Cdk()
    retaining = config(tmp_path, RETAIN_DATA="true")
    assert deployment(cdk, Stacks(status)).deploy(retaining, []) == 0
    first, second = cdk.calls
    assert first[:6] == ["node", "cdk", "deploy", *STACKS]
    assert first[-2:] == ["--context", "protect=false"]
    assert "protect=false" not in second
    assert [environment["STAGE"] for environment in cdk.environments] == ["test", "test"]


def test_a_creation_that_fails_is_not_protected(tmp_path: Path) -> None:
    cdk = Cdk(1)
    assert deployment(cdk, Stacks(None)).deploy(config(tmp_path, RETAIN_DATA="true"), []) == 1
    assert len(cdk.calls) == 1


@pytest.mark.parametrize(
    "status", ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE"]
)
def test_an_update_never_takes_the_protection_away(tmp_path: Path, status: str) -> None:
    cdk = Cdk()
    deployment(cdk, Stacks(status)).deploy(config(tmp_path, RETAIN_DATA="true"), ["--verbose"])
    (call,) = cdk.calls
    assert "protect=false" not in call
    assert call[-1] == "--verbose"


def test_a_stage_that_retains_nothing_is_deployed_in_one_step(tmp_path: Path) -> None:
    cdk = Cdk()
    deployment(cdk, Stacks(None)).deploy(config(tmp_path), [])
    assert len(cdk.calls) == 1


def test_a_protected_stack_is_not_destroyed_but_explained(tmp_path: Path) -> None:
    cdk = Cdk()
    with pytest.raises(DeployError, match="--no-enable-termination-protection"):
        deployment(cdk, Stacks("CREATE_COMPLETE", protected=True)).destroy(config(tmp_path), [])
    assert cdk.calls == []
    deployment(cdk, Stacks("CREATE_COMPLETE")).destroy(config(tmp_path), [])
    assert cdk.calls[0][2:6] == ["destroy", *STACKS]


def test_bootstrapping_names_account_and_region_and_needs_no_stage() -> None:
    cdk = Cdk()
    assert deployment(cdk, Stacks(None)).bootstrap([]) == 0
    assert cdk.calls[0][:4] == ["node", "cdk", "bootstrap", f"aws://111122223333/{REGION}"]
    assert cdk.environments == [{}]


def test_other_errors_of_aws_are_not_taken_for_a_missing_stack() -> None:
    class Refusing:
        def describe_stacks(self, **_: str) -> None:
            error = {"Error": {"Code": "AccessDenied", "Message": "no"}}
            raise ClientError(error, "DescribeStacks")  # type: ignore[arg-type]  # its shape

    account = Account(cloudformation=Refusing(), number="111122223333", region=REGION)
    with pytest.raises(ClientError):
        account.stack_status("Portal-test")


def test_without_a_region_or_a_stage_it_says_what_to_set(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    for name in ("AWS_REGION", "AWS_DEFAULT_REGION", "AWS_PROFILE", "STAGE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    assert module.main(["bootstrap"]) == 2
    assert "set AWS_REGION" in capsys.readouterr().err
    assert module.main(["deploy"]) == 2
    assert "set STAGE" in capsys.readouterr().err
