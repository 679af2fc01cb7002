"""Each Lambda gets exactly the environment that its composition root reads."""

from __future__ import annotations

import importlib
from typing import Any

import pytest
from portal import config

from infra.endpoint_model import Endpoint
from infra.endpoints import ENDPOINTS

POWERTOOLS = frozenset(
    {"POWERTOOLS_SERVICE_NAME", "POWERTOOLS_METRICS_NAMESPACE", "POWERTOOLS_LOG_LEVEL"}
)
# Lambdas without a composition root read only what the frame reads.
FRAME = frozenset({"STAGE", "CORS_ORIGINS"})


class _Seen(BaseException):
    def __init__(self, model: type[config.Config]) -> None:
        super().__init__()
        self.model = model


def read_by(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> frozenset[str]:
    """What the endpoint's builder asks for."""

    def load(model: type[config.Config], environ: Any = None) -> None:
        raise _Seen(model)

    monkeypatch.setattr(config, "load", load)
    module = importlib.import_module(endpoint.module)
    builders = [value for name, value in vars(module).items() if name.startswith("build_")]
    if not builders:
        return FRAME if endpoint.route else frozenset({"STAGE"})
    names: set[str] = set()
    for builder in builders:
        builder.cache_clear()
        with pytest.raises(_Seen) as seen:
            builder()
        names |= config.environment_names(seen.value.model)
    return frozenset(names)


@pytest.mark.parametrize("endpoint", ENDPOINTS, ids=lambda endpoint: endpoint.id)
def test_environment_is_what_is_read(endpoint: Endpoint, monkeypatch: pytest.MonkeyPatch) -> None:
    given = endpoint.environment - POWERTOOLS
    read = read_by(endpoint, monkeypatch)
    assert given == read, {"given but not read": given - read, "read but not given": read - given}
