"""The way into an account, walked with the real CDK command line against ministack.

A stage that retains its data: bootstrap, a first deployment that fails in the middle, the next one,
an update, and the end. The templates are the project's own with the fix-ups of
`local/stack/fixups.py`. The bootstrap template needs one of them as well: its bucket refuses plain
HTTP, and ministack speaks nothing else.
"""

from __future__ import annotations

import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from infra import cdk_cli
from infra.config import Config, load_config
from infra.deploy import Account, DeployError, Deployment
from infra.paths import REPOSITORY
from local.stack import build, fixups, ministack
from local.stack.ministack import Ministack
from local.stack.settings import HOST, REGION, Settings
from tests.integration import cdk_assemblies

pytestmark = pytest.mark.stack

ACCOUNT = "555566667777"
API_ID = "0b0a7a42"
STACK, API = "Portal-local", "Portal-local-api"
MONITORING, WEB = "Portal-local-monitoring", "Portal-local-web"
CONFIGURATION = {**build.CONFIGURATION, "RETAIN_DATA": "true", "WEB_HOSTING": "true"}
RETAINED = {"portal-local-identity", "portal-local-workflow"}
Template = dict[str, Any]


class Assembly:
    """A synthesised cloud assembly whose templates can be changed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def read(self, stack: str = STACK) -> Template:
        template: Template = json.loads(self._file(stack).read_text("utf-8"))
        return template

    def write(self, template: Template, stack: str = STACK) -> None:
        """Store it as another asset, or the command line would not upload it again."""
        text = json.dumps(template)
        key = f"{hashlib.sha256(text.encode()).hexdigest()}.json"
        file = self._file(stack)
        file.write_text(text, "utf-8")
        manifest = self.folder / f"{stack}.assets.json"
        assets = json.loads(manifest.read_text("utf-8"))
        for entry in assets["files"].values():
            if entry["source"]["path"] == file.name:
                for destination in entry["destinations"].values():
                    destination["objectKey"] = key
        manifest.write_text(json.dumps(assets), "utf-8")
        description = self.folder / "manifest.json"
        document = json.loads(description.read_text("utf-8"))
        properties = document["artifacts"][stack]["properties"]
        bucket = properties["stackTemplateAssetObjectUrl"].rpartition("/")[0]
        properties["stackTemplateAssetObjectUrl"] = f"{bucket}/{key}"
        description.write_text(json.dumps(document), "utf-8")

    def _file(self, stack: str) -> Path:
        return self.folder / f"{stack}.template.json"


@dataclass(frozen=True)
class Aws:
    """An account of ministack; `first` is what a first deployment takes, `lasting` any other."""

    emulator: Ministack
    deployment: Deployment
    config: Config
    first: Assembly
    lasting: Assembly

    def client(self, service: str) -> Any:
        return self.emulator.client(service, account=ACCOUNT)

    def status(self, stack: str = STACK) -> str | None:
        return self.deployment.account.stack_status(stack)

    def deploy(self) -> int:
        return self.deployment.deploy(self.config, ())

    def tables(self) -> set[str]:
        return set(self.client("dynamodb").list_tables()["TableNames"])


@pytest.fixture(scope="module")
def aws(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Aws]:
    settings = Settings.for_tests()
    with build.locked(settings):
        ministack.prepare(settings)
    home = tmp_path_factory.mktemp("home")
    first, lasting = _synthesise(tmp_path_factory.mktemp("assemblies"))
    with ministack.running(settings) as emulator:

        def run(arguments: Sequence[str], directory: Path, more: Mapping[str, str]) -> int:
            chosen = first if "protect=false" in arguments else lasting
            app = [str(chosen.folder) if "infra.app" in part else part for part in arguments]
            return _cdk(app, directory, {**_environment(emulator, home), **more})

        account = Account(
            cloudformation=emulator.client("cloudformation", account=ACCOUNT),
            number=ACCOUNT,
            region=REGION,
        )
        deployment = Deployment(account=account, cli=cdk_cli.installed(), run=run)
        config = load_config(CONFIGURATION, directory=home)
        yield Aws(emulator, deployment, config, first, lasting)


def _synthesise(folder: Path) -> tuple[Assembly, Assembly]:
    """The assemblies that the command line would have made for the two steps."""
    (folder / "wheels" / "python").mkdir(parents=True)
    environment = {**CONFIGURATION, "LAYER_PATH": str(folder / "wheels")}
    subprocess.run(  # noqa: S603  # our own program
        [sys.executable, "-m", cdk_assemblies.__name__, str(folder)],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        check=True,
    )
    first, lasting = (_fixed(Assembly(folder / name)) for name in cdk_assemblies.PROTECTIONS)
    return first, lasting


def _fixed(assembly: Assembly) -> Assembly:
    template = fixups.apply(assembly.read(API), {})
    (api,) = (api for _, api in fixups.resources(template, "AWS::ApiGateway::RestApi"))
    (tag,) = (tag for tag in api["Properties"]["Tags"] if tag["Key"] == fixups.API_ID_TAG)
    tag["Value"] = API_ID
    assembly.write(template, API)
    for stack in (STACK, MONITORING, WEB):
        assembly.write(fixups.apply(assembly.read(stack), {}), stack)
    return assembly


def _environment(emulator: Ministack, home: Path) -> dict[str, str]:
    return {
        "PATH": os.environ["PATH"],
        "HOME": str(home),
        "AWS_ENDPOINT_URL": emulator.endpoint,
        "AWS_ACCESS_KEY_ID": ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_REGION": REGION,
        "NO_PROXY": HOST,
        "CDK_DISABLE_CLI_TELEMETRY": "true",
        "CI": "true",
    }


def _cdk(arguments: Sequence[str], directory: Path, environment: Mapping[str, str]) -> int:
    # It prints into pytest's capture, which shows it when the test fails.
    return subprocess.run(  # noqa: S603  # the command line under test
        arguments, cwd=directory, env=environment, check=False, timeout=900
    ).returncode


def test_bootstrap_prepares_the_account(aws: Aws, tmp_path: Path) -> None:
    shown = subprocess.run(  # noqa: S603  # the command line under test
        [*aws.deployment.cli, "bootstrap", "--show-template", "--json"],
        cwd=tmp_path,
        env=_environment(aws.emulator, tmp_path),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout
    template = json.loads(shown)
    fixups.plain_http(template)
    file = tmp_path / "bootstrap.json"
    file.write_text(json.dumps(template), "utf-8")
    assert aws.deployment.bootstrap(["--template", str(file)]) == 0
    assert aws.status("CDKToolkit") == "CREATE_COMPLETE"


def test_a_first_deployment_that_fails_leaves_nothing_behind(aws: Aws) -> None:
    """A condition that nobody meets fails the creation after everything that is retained."""
    good = aws.first.read()
    retained = [n for n, r in good["Resources"].items() if r.get("DeletionPolicy") != "Delete"]
    waits = [n for n in retained if good["Resources"][n]["Type"] == "AWS::DynamoDB::Table"]
    waits += [n for n, _ in fixups.resources(good, "AWS::Cognito::UserPool")]
    waits += [n for n, _ in fixups.resources(good, "AWS::SecretsManager::Secret")]
    never = {
        "Never": {"Type": "AWS::CloudFormation::WaitConditionHandle"},
        "Wait": {
            "Type": "AWS::CloudFormation::WaitCondition",
            "DependsOn": waits,
            "Properties": {"Handle": {"Ref": "Never"}, "Timeout": "1"},
        },
    }
    aws.first.write({**good, "Resources": {**good["Resources"], **never}})
    assert aws.deploy() != 0
    assert aws.status() == "ROLLBACK_COMPLETE"
    assert aws.status(MONITORING) is None
    assert aws.tables() == set()
    assert aws.client("secretsmanager").list_secrets()["SecretList"] == []
    assert aws.client("cognito-idp").list_user_pools(MaxResults=9)["UserPools"] == []
    aws.first.write(good)


def test_the_next_one_succeeds_and_protects_the_data_then(aws: Aws) -> None:
    assert aws.deploy() == 0
    assert aws.status() == "UPDATE_COMPLETE"  # created in the first step, protected in the second
    assert aws.status(API) == "CREATE_COMPLETE"
    assert aws.status(MONITORING) == "CREATE_COMPLETE"
    assert aws.status(WEB) == "CREATE_COMPLETE"
    assert aws.deployment.account.is_protected(STACK)
    protected = {
        name
        for name in aws.tables()
        if aws.client("dynamodb")
        .describe_table(TableName=name)["Table"]
        .get("DeletionProtectionEnabled")
    }
    assert protected == RETAINED


def test_a_changed_template_updates_the_stack(aws: Aws) -> None:
    dynamodb, key = aws.client("dynamodb"), {"pk": {"S": "USER#1"}}
    dynamodb.put_item(TableName="portal-local-identity", Item=key)
    template = aws.lasting.read()
    for _, function in fixups.resources(template, "AWS::Lambda::Function"):
        if function["Properties"]["FunctionName"] == "portal-local-auth-login":
            function["Properties"]["MemorySize"] = 640
    aws.lasting.write(template)
    assert aws.deploy() == 0
    found = aws.client("lambda").get_function_configuration(FunctionName="portal-local-auth-login")
    assert found["MemorySize"] == 640
    # What the change does not concern is still the same table.
    assert dynamodb.get_item(TableName="portal-local-identity", Key=key)["Item"] == key


def test_the_end_needs_consent_and_keeps_the_data(aws: Aws) -> None:
    with pytest.raises(DeployError, match="--no-enable-termination-protection"):
        aws.deployment.destroy(aws.config, ["--force"])
    aws.client("cloudformation").update_termination_protection(
        StackName=STACK, EnableTerminationProtection=False
    )
    assert aws.deployment.destroy(aws.config, ["--force"]) == 0
    ended = {aws.status(stack) for stack in (STACK, API, MONITORING, WEB)}
    assert ended <= {None, "DELETE_COMPLETE"}
    assert aws.tables() == RETAINED
