"""The portal's stack: the stateful resources, and all others that use them.

It is one stack, because a layer or table that a second stack imports could not be replaced. Only
alarms and dashboard have a stack of their own (`infra/stacks/monitoring.py`).
"""

from __future__ import annotations

from collections.abc import Iterator

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_lambda as lambda_
from constructs import Construct
from portal.domain.limits import PER_ADDRESS

from infra.code_assets import CodeAssets, create_layers
from infra.components.gateway_responses import add_gateway_responses
from infra.components.nag import acknowledge
from infra.components.network import Network, create_network
from infra.components.preflight import add_preflight
from infra.components.queue_consumer import consume
from infra.components.rest_api import (
    ApiLimits,
    Throttle,
    add_domain,
    add_route,
    create_authorizer,
    create_rest_api,
)
from infra.components.schedule import run_every
from infra.components.service_function import ServiceFunction
from infra.components.waf import protect
from infra.components.wrong_method import refuse_other_methods
from infra.config import Config
from infra.endpoint_model import Access, Endpoint, Route
from infra.endpoints import ENDPOINTS, consumer_of
from infra.limits import (
    CREDENTIAL_PATHS,
    SESSION_PATHS,
    firewall_limit,
    requests_per_second,
)
from infra.physical_names import PhysicalNames
from infra.queues import DEAD_LETTER_CONCURRENCY, QUEUES
from infra.stacks.functions import create_functions, log_keeping
from infra.stacks.outputs import write_outputs
from infra.stacks.state import State

UNAUTHENTICATED_BECAUSE = {
    Access.PUBLIC: "Public information: the catalogue and the API's own health.",
    Access.CREDENTIALS: "The caller proves itself by the body; there is no token to show yet. "
    "Rate limits per address and account guard the route.",
    Access.SIGNED: "Salesforce signs the request; the handler verifies the HMAC before it reads "
    "the body.",
    Access.WEBHOOK: "The eSIM provider signs its events, or knows a secret address; the handler "
    "checks it, and an event only makes a job look.",
}
ROUTES = {endpoint.id: endpoint.route for endpoint in ENDPOINTS if endpoint.route is not None}
BROWSER = frozenset({Access.PUBLIC, Access.CREDENTIALS, Access.BEARER})
SIGNED_ROUTES = tuple(route for route in ROUTES.values() if route.access is Access.SIGNED)


WAITING_MAX_CONCURRENCY = 2  # the least that SQS event sources allow
BURST_SECONDS = 4  # a burst is what a path lets through in so many seconds


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
        api = self._api(config, state, functions, prefix=prefix)
        self.rest_api_id = api.rest_api_id
        self._triggers(config, state, functions, prefix=prefix)
        write_outputs(self, state=state, api=api, network=network)

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

    def _api(
        self,
        config: Config,
        state: State,
        functions: dict[str, ServiceFunction],
        *,
        prefix: str,
    ) -> apigateway.RestApi:
        api = create_rest_api(
            self,
            "Api",
            name=prefix,
            description=f"Portal API, stage {config.stage}",
            limits=_limits(config),
            log_keeping=log_keeping(config),
            account_logging=config.api_account_logging,
            default_endpoint=not config.api_domain_name,
        )
        add_gateway_responses(api, origins=config.cors_origins)
        authorizer = create_authorizer(
            self, "Authorizer", name=f"{prefix}-users", pool=state.user_pool
        )
        for id_, route in ROUTES.items():
            add_route(
                api,
                method=route.method,
                path=route.path,
                function=functions[id_].entry,
                authorizer=authorizer if route.access is Access.BEARER else None,
                public_because=UNAUTHENTICATED_BECAUSE.get(route.access, ""),
            )
        _answer_other_methods(api, origins=config.cors_origins)
        self._edge(config, api, prefix=prefix)
        return api

    def _edge(self, config: Config, api: apigateway.RestApi, *, prefix: str) -> None:
        if config.api_domain_name:
            add_domain(
                api,
                "Domain",
                domain_name=config.api_domain_name,
                certificate_arn=config.api_certificate_arn,
            )
        if not config.waf_enabled:
            acknowledge(
                api,
                "AwsSolutions-APIG3",
                "WAF_ENABLED is off for this stage: the gateway's throttles and the handlers' own "
                "counters still limit every caller.",
            )
        else:
            protect(
                self,
                "Firewall",
                name=prefix,
                stage=api.deployment_stage,
                limits={
                    "credentials": (
                        CREDENTIAL_PATHS,
                        firewall_limit(CREDENTIAL_PATHS, config.limits),
                    ),
                    "sessions": (SESSION_PATHS, firewall_limit(SESSION_PATHS, config.limits)),
                },
                overall=config.waf_overall_limit,
                keeping=log_keeping(config),
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


def _limits(config: Config) -> ApiLimits:
    networks = config.provision_allowed_networks
    return ApiLimits(
        overall=Throttle(rate=config.api_rate_limit, burst=config.api_burst_limit),
        by_method=dict(_throttles(config)),
        networks={_invoke_pattern(route): networks for route in SIGNED_ROUTES} if networks else {},
    )


def _throttles(config: Config) -> Iterator[tuple[str, Throttle]]:
    """Of every path whose requests are counted by address and that needs less than the API has."""
    for route in ROUTES.values():
        if route.path not in PER_ADDRESS:
            continue
        rate = requests_per_second(route.path, config.limits)
        if rate < config.api_rate_limit:
            burst = min(BURST_SECONDS * rate, config.api_burst_limit)
            yield f"{route.path}/{route.method}", Throttle(rate=rate, burst=burst)


def _answer_other_methods(api: apigateway.RestApi, *, origins: tuple[str, ...]) -> None:
    """OPTIONS for every path that a browser calls, and 405 for what no path has."""
    for path in dict.fromkeys(route.path for route in ROUTES.values()):
        routes = [route for route in ROUTES.values() if route.path == path]
        methods = [route.method for route in routes]
        if any(route.access in BROWSER for route in routes):
            add_preflight(api, path=path, methods=methods, origins=origins)
            methods.append("OPTIONS")
        refuse_other_methods(api, path=path, methods=methods, origin=origins[0])


def _invoke_pattern(route: Route) -> str:
    """Return the route in the form of execute-api resources: METHOD/path, `*` for parameters."""
    parts = ["*" if part.startswith("{") else part for part in route.path.strip("/").split("/")]
    return "/".join((route.method, *parts))
