"""Deploys a stage with the CDK command line of this project.

    python -m infra.deploy bootstrap    prepare the account and region, once
    python -m infra.deploy diff         show what a deployment would change
    python -m infra.deploy deploy       create or update the stage's stacks
    python -m infra.deploy destroy      delete the stage's stacks

The stage is the one in STAGE, account and region are those of the usual AWS variables and profiles.
Further arguments go to the CDK command line.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import boto3
from botocore.exceptions import BotoCoreError, ClientError

from infra import cdk_cli
from infra.app import PROTECT
from infra.config import Config, ConfigurationError, load_config
from infra.node import NodeError
from infra.paths import REPOSITORY

COMMANDS = ("bootstrap", "diff", "deploy", "destroy")
# Statuses of a stack that has no resources: it does not exist yet, or its creation failed.
EMPTY = frozenset({"REVIEW_IN_PROGRESS", "ROLLBACK_COMPLETE", "DELETE_COMPLETE"})
QUIET = ("--no-notices", "--no-version-reporting")
WITHOUT_TELEMETRY = {"CDK_DISABLE_CLI_TELEMETRY": "true"}
PROTECTED = """\
The stage {stage} retains its data, so its stack refuses to be deleted. To delete the stack and keep
tables, users, secrets and logs, allow it and repeat this command:
  aws cloudformation update-termination-protection --no-enable-termination-protection \\
    --stack-name {stack}"""

Run = Callable[[Sequence[str], Path, Mapping[str, str]], int]


class DeployError(Exception):
    """A problem that must be solved before the CDK command line can run."""


@dataclass(frozen=True, kw_only=True)
class Account:
    """The AWS account and region to deploy to."""

    cloudformation: Any
    number: str
    region: str

    def stack_status(self, name: str) -> str | None:
        """Return a stack's status; None when there is no such stack."""
        try:
            stacks = self.cloudformation.describe_stacks(StackName=name)["Stacks"]
        except ClientError as error:
            if error.response["Error"]["Code"] == "ValidationError":
                return None
            raise
        return str(stacks[0]["StackStatus"])

    def is_protected(self, name: str) -> bool:
        """Whether a stack is protected from deletion."""
        if self.stack_status(name) is None:
            return False
        (stack,) = self.cloudformation.describe_stacks(StackName=name)["Stacks"]
        return bool(stack.get("EnableTerminationProtection"))


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """Runs the CDK command line `cli` through `run` for one account."""

    account: Account
    cli: tuple[str, ...]
    run: Run

    def bootstrap(self, more: Sequence[str]) -> int:
        """Prepare the account and region for all stages."""
        environment = f"aws://{self.account.number}/{self.account.region}"
        # It runs in another folder than cdk.json's, because it would synthesise a stage otherwise.
        return self.run([*self.cli, "bootstrap", environment, *QUIET, *more], cdk_cli.TOOLS, {})

    def diff(self, config: Config, more: Sequence[str]) -> int:
        """Show what would change."""
        return self._cdk("diff", config, more)

    def deploy(self, config: Config, more: Sequence[str]) -> int:
        """Create or update the stacks.

        A stage that retains its data is first created without protection, so that a failed
        creation can clean up. A second step protects it.
        """
        deploy = ("--require-approval", "never", *more)
        if config.retain_data and self._is_first(config):
            status = self._cdk("deploy", config, (*deploy, "--context", f"{PROTECT}=false"))
            if status:
                return status
            _say("The stack is complete. Its data is now protected against deletion.")
        return self._cdk("deploy", config, deploy)

    def destroy(self, config: Config, more: Sequence[str]) -> int:
        """Delete the stacks. Raises DeployError when it is protected."""
        if self.account.is_protected(config.stack_name):
            raise DeployError(PROTECTED.format(stage=config.stage, stack=config.stack_name))
        return self._cdk("destroy", config, more)

    def _is_first(self, config: Config) -> bool:
        status = self.account.stack_status(config.stack_name)
        return status is None or status in EMPTY

    def _cdk(self, command: str, config: Config, more: Sequence[str]) -> int:
        app = shlex.join((sys.executable, "-m", "infra.app"))
        arguments = [*self.cli, command, *config.stack_names, "--app", app, *QUIET, *more]
        return self.run(arguments, REPOSITORY, {"STAGE": config.stage})


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit status."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.deploy",
        description=__doc__,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("command", choices=COMMANDS)
    options, more = parser.parse_known_args(arguments)
    try:
        config = None if options.command == "bootstrap" else load_config(os.environ)
        account = _account()
        deployment = Deployment(account=account, cli=cdk_cli.installed(), run=_run)
        if config is None:
            return deployment.bootstrap(more)
        chosen = {"diff": deployment.diff, "destroy": deployment.destroy}
        return chosen.get(options.command, deployment.deploy)(config, more)
    except (ConfigurationError, DeployError, cdk_cli.InstallError, NodeError) as error:
        _say(f"error: {error}")
    except (BotoCoreError, ClientError) as error:
        _say(f"error: AWS: {error}")
    return 2


def _has_credentials(session: boto3.session.Session) -> bool:
    """Whether boto3 finds credentials. Its type stubs do not know that it may find none."""
    found: object = session.get_credentials()
    return found is not None


def _account() -> Account:
    session = boto3.session.Session()
    if not session.region_name:
        msg = "no region: set AWS_REGION, or a region in the profile that AWS_PROFILE names"
        raise DeployError(msg)
    if not _has_credentials(session):
        msg = "no AWS credentials: set AWS_PROFILE (and run `aws sso login`), or access keys"
        raise DeployError(msg)
    return Account(
        cloudformation=session.client("cloudformation"),
        number=str(session.client("sts").get_caller_identity()["Account"]),
        region=session.region_name,
    )


def _run(arguments: Sequence[str], directory: Path, more: Mapping[str, str]) -> int:
    environment = {**os.environ, **WITHOUT_TELEMETRY, **more}
    return subprocess.run(  # noqa: S603  # our own arguments, no shell
        arguments, cwd=directory, env=environment, check=False
    ).returncode


def _say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)  # noqa: T201  # a command talks to its user


if __name__ == "__main__":
    sys.exit(main())
