"""Loads what a Lambda loads at its first request: adapters, libraries and AWS clients.

`bench.cold` runs it in a new process. It imports nothing that the endpoint would not.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable


def make_ready(module: str, clients: Iterable[str], *, salesforce: bool) -> None:
    """Import an endpoint's module, build its dependencies, and create the clients it may use.

    Clients are names of functions in `portal.aws`. A secret is read through Powertools'
    parameters, and Salesforce is called through simple-salesforce.
    """
    endpoint = importlib.import_module(module)
    for name, builder in vars(endpoint).items():
        if name.startswith("build_"):
            builder()
    names = tuple(clients)
    if names:
        aws = importlib.import_module("portal.aws")
        for name in names:
            getattr(aws, name)()
    if "secretsmanager" in names:
        importlib.import_module("aws_lambda_powertools.utilities.parameters")
    if salesforce:
        library = importlib.import_module("portal.adapters.salesforce.library")
        library.simple_salesforce()
