"""The portal's stack: the stateful resources, and all others that use them.

State and Lambdas are one stack. What is in front of them (`infra/stacks/api.py`, `web.py`) and what
watches them (`monitoring.py`) have stacks of their own, which lock nothing in this one.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_lambda as lambda_
from constructs import Construct

from infra.code_assets import CodeAssets, create_layers
from infra.components.network import Network, create_network
from infra.components.queue_consumer import consume
from infra.components.schedule import run_every
from infra.components.service_function import ServiceFunction
from infra.config import Config
from infra.endpoint_model import Endpoint
from infra.endpoints import ENDPOINTS, consumer_of
from infra.physical_names import PhysicalNames
from infra.queues import DEAD_LETTER_CONCURRENCY, QUEUES
from infra.stacks.functions import create_functions
from infra.stacks.outputs import write_outputs
from infra.stacks.state import State


class PortalStack(cdk.Stack):
    """The whole backend of one stage.

    With `protect` False, the resources of a stage that retains its data are not protected from
    deletion, so that a failed creation can clean up.
    """

    def __init__(
        self, scope: Construct, id_: str, *, config: Config, assets: CodeAssets, protect: bool
    ) -> None:
        super().__init__(
            scope,
            id_,
            description=f"Portal backend, stage {config.stage}",
            # The command line checks the bootstrap version itself; without the rule the template
            # has no parameters and deploys anywhere.
            synthesizer=cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
            termination_protection=config.retain_data and protect,
        )
        cdk.Tags.of(self).add("portal:stage", config.stage)
        names = PhysicalNames(config.stage)
        prefix = names.prefix
        state = State(self, "State", config=config, protect=config.retain_data and protect)
        layers = create_layers(self, name=prefix, wheels=config.layer_path, assets=assets)
        network = self._network(config, prefix=prefix)
        functions = create_functions(
            Construct(self, "Functions"),
            config=config,
            state=state,
            assets=assets,
            layers=layers,
            network=network,
            names=names,
        )
        self.state = state
        self.functions = functions
        self._triggers(config, state, functions, prefix=prefix)
        write_outputs(self, state=state, network=network)

    def _network(self, config: Config, *, prefix: str) -> Network | None:
        if not config.fixed_egress_address:
            return None
        return create_network(
            self,
            "Network",
            name=prefix,
            allocation_ids=config.egress_allocation_ids,
            retain=config.retain_data,
        )

    def _triggers(
        self,
        config: Config,
        state: State,
        functions: dict[str, ServiceFunction],
        *,
        prefix: str,
    ) -> None:
        triggers = Construct(self, "Triggers")
        for row in QUEUES:
            consumer = consumer_of(row.queue)
            consume(
                triggers,
                f"{row.queue.camel_case}Consumer",
                queue=state.queues[row.queue].queue,
                function=functions[consumer.id].entry,
                batch_size=consumer.batch_size,
                max_concurrency=config.number(row.concurrency),
            )
        for endpoint in ENDPOINTS:
            self._trigger(triggers, endpoint, state, functions[endpoint.id].entry, prefix)

    def _trigger(
        self,
        scope: Construct,
        endpoint: Endpoint,
        state: State,
        entry: lambda_.IFunction,
        prefix: str,
    ) -> None:
        for queue in endpoint.consumes_dead_letters_of:
            consume(
                scope,
                f"{queue.camel_case}DeadLettersConsumer",
                queue=state.queues[queue].dead_letters,
                function=entry,
                batch_size=endpoint.batch_size,
                max_concurrency=DEAD_LETTER_CONCURRENCY,
            )
        if endpoint.every_minutes is not None:
            run_every(
                scope,
                f"{endpoint.name.title()}Schedule",
                name=f"{prefix}-{endpoint.id}",
                function=entry,
                minutes=endpoint.every_minutes,
            )
