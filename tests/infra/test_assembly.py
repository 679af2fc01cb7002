"""cdk.out: what the template needs to be deployed anywhere, and what is in each asset."""

from __future__ import annotations

import json
from pathlib import Path

from cfnlint.api import ManualArgs, lint  # type: ignore[import-untyped]  # ships no types

from infra.endpoints import AREAS
from tests.infra.template import Template

# Redundant DependsOn that the CDK writes itself.
CDK_NOISE = ["W3005"]
ROOM = 400


def test_the_linter_has_no_complaint(assembly: Path, production_assembly: Path) -> None:
    arguments = ManualArgs(regions=["ap-northeast-1"], ignore_checks=CDK_NOISE)
    templates = [*assembly.glob("*.template.json"), *production_assembly.glob("*.template.json")]
    assert len(templates) >= 6  # backend, API and monitoring of two stages
    for template in templates:
        found = lint(template.read_text(encoding="utf-8"), config=arguments)
        said = [f"{m.rule.id} {m.path} {m.message}" for m in found]
        assert said == [], template.name


def test_the_templates_need_no_parameters_or_custom_resources_and_share_nothing(
    template: Template, monitoring: Template
) -> None:
    for each in (template, monitoring):
        assert set(each.document) == {"Description", "Resources", "Outputs"}
        types = {resource["Type"] for resource in each.resources.values()}
        assert not any("CustomResource" in t or t.startswith("Custom::") for t in types)
        assert not any("Export" in output for output in each.outputs.values())
        assert "Fn::ImportValue" not in json.dumps(each.document)


def test_every_stack_leaves_room_below_cloudformations_limit(production_assembly: Path) -> None:
    """CloudFormation takes 500 resources a stack. Beyond ROOM the stack is to be split (ADR 10)."""
    sizes = {
        path.name: len(json.loads(path.read_text(encoding="utf-8"))["Resources"])
        for path in production_assembly.glob("*.template.json")
    }
    assert len(sizes) == 4
    assert max(sizes.values()) <= ROOM, sizes


def test_outputs_name_everything_that_tools_look_up(template: Template) -> None:
    tables = {f"{name}TableName" for name in _titles("identity idempotency ephemeral")}
    tables |= {f"{name}TableName" for name in _titles("workflow catalog")}
    queues = {
        f"{n}{k}"
        for name in _titles("provision operation email case")
        for n in (name, f"{name}Waiting")
        for k in ("QueueUrl", "DeadLettersUrl")
    }
    secrets = {
        f"{n}SecretName"
        for n in (*_titles("salesforce whmcs esim mail signing smoke"), "EsimWebhook")
    }
    others = {"ApiUrl", "RestApiId", "UserPoolId", "UserPoolClientId"}
    # What the CDK publishes for the API's stack has names of its own.
    named = {name for name in template.outputs if not name.startswith("PublishOutput")}
    assert named == tables | queues | secrets | others


def test_code_assets_are_named_in_the_template_by_their_hash(
    template: Template, assembly: Path
) -> None:
    files = json.loads((assembly / "Portal-test.assets.json").read_text(encoding="utf-8"))["files"]
    for resource in template.of("AWS::Lambda::Function").values():
        key = resource["Properties"]["Code"]["S3Key"]
        source = files[key.removesuffix(".zip")]["source"]
        assert source["packaging"] == "zip"
        assert (assembly / source["path"] / "functions" / "__init__.py").is_file()


def test_each_area_is_an_asset_of_its_own_with_the_prefix_kept(
    template: Template, assembly: Path
) -> None:
    files = json.loads((assembly / "Portal-test.assets.json").read_text(encoding="utf-8"))["files"]
    keys: dict[str, set[str]] = {}
    for resource in template.of("AWS::Lambda::Function").values():
        area = resource["Properties"]["Handler"].split(".")[1]
        keys.setdefault(area, set()).add(resource["Properties"]["Code"]["S3Key"])
    assert set(keys) == set(AREAS)
    for area, (key,) in keys.items():
        folder = assembly / files[key.removesuffix(".zip")]["source"]["path"]
        assert {path.name for path in folder.iterdir()} == {"functions"}
        inside = {path.name for path in (folder / "functions").iterdir()}
        assert inside == {"__init__.py", area}
        assert not list(folder.rglob("*.pyc"))  # no compiler was given


def test_the_own_layer_holds_the_portal_package_alone(template: Template, assembly: Path) -> None:
    files = json.loads((assembly / "Portal-test.assets.json").read_text(encoding="utf-8"))["files"]
    layers = template.of("AWS::Lambda::LayerVersion").values()
    (key,) = (
        layer["Properties"]["Content"]["S3Key"]
        for layer in layers
        if layer["Properties"]["LayerName"] == "portal-test-own"
    )
    folder = assembly / files[key.removesuffix(".zip")]["source"]["path"]
    assert [path.relative_to(folder).as_posix() for path in folder.glob("*/*")] == ["python/portal"]
    assert not list(folder.rglob("*.pyc"))


def _titles(names: str) -> list[str]:
    return [name.title() for name in names.split()]
