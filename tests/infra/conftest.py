"""Two syntheses per test session: a plain stage, and production with every switch on."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from infra.app import project_context
from infra.config import load_config
from infra.node import use_bundled_node
from tests.infra import settings
from tests.infra.template import Template


@pytest.fixture(scope="session")
def empty_layer(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Stands in for the wheels' layer, whose content no template depends on."""
    layer = tmp_path_factory.mktemp("layer")
    (layer / "python").mkdir()
    return layer


@pytest.fixture(scope="session")
def assembly(tmp_path_factory: pytest.TempPathFactory, empty_layer: Path) -> Path:
    """The cdk.out of the plain stage."""
    return _synthesise(settings.plain(empty_layer), tmp_path_factory.mktemp("plain"))


@pytest.fixture(scope="session")
def template(assembly: Path) -> Template:
    """The plain stage."""
    return _joined(assembly, "Portal-test")


@pytest.fixture(scope="session")
def monitoring(assembly: Path) -> Template:
    """The alarms and the dashboard of the plain stage."""
    return _read(assembly / "Portal-test-monitoring.template.json")


@pytest.fixture(scope="session")
def production_assembly(tmp_path_factory: pytest.TempPathFactory, empty_layer: Path) -> Path:
    """The cdk.out of production with every switch on."""
    return _synthesise(settings.everything(empty_layer), tmp_path_factory.mktemp("production"))


@pytest.fixture(scope="session")
def production(production_assembly: Path) -> Template:
    """Production with every switch on."""
    return _joined(production_assembly, "Portal-production")


@pytest.fixture(scope="session")
def production_monitoring(production_assembly: Path) -> Template:
    """The alarms and the dashboard of production with every switch on."""
    return _read(production_assembly / "Portal-production-monitoring.template.json")


def _synthesise(environ: Mapping[str, str], out: Path) -> Path:
    """Synthesise with cdk-nag on: any finding that nobody accepted fails here."""
    use_bundled_node()
    # Importing aws_cdk starts the Node.js process that the line above chose.
    from infra.synth import synthesise  # noqa: PLC0415

    synthesise(load_config(environ, directory=out), outdir=out, context=project_context())
    return out


def _joined(assembly: Path, stack: str) -> Template:
    """The backend and its API as one template, with the references between the two resolved."""
    backend, api = (
        json.loads((assembly / f"{name}.template.json").read_text(encoding="utf-8"))
        for name in (stack, f"{stack}-api")
    )
    api = _resolved(api, {stack: backend["Outputs"]})
    assert backend["Resources"].keys().isdisjoint(api["Resources"])
    return Template(
        {part: {**backend[part], **api[part]} for part in ("Resources", "Outputs")}
        | {"Description": backend["Description"]}
    )


def _resolved(value: Any, outputs: Mapping[str, Any]) -> Any:
    if isinstance(value, list):
        return [_resolved(item, outputs) for item in value]
    if not isinstance(value, dict):
        return value
    if reference := value.get("Fn::GetStackOutput"):
        return outputs[reference["StackName"]][reference["OutputName"]]["Value"]
    return {key: _resolved(item, outputs) for key, item in value.items()}


def _read(path: Path) -> Template:
    return Template(json.loads(path.read_text(encoding="utf-8")))
