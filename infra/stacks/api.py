"""The stack of the API: routes, gateway, domain and firewall in front of the portal's Lambdas.

A route takes five resources beside its Lambda, and CloudFormation takes 500 a stack: the API grows
in a stack of its own. It holds no data. It refers to Lambdas and user pool by weak references,
which lock nothing in the portal's stack.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_cognito as cognito
from constructs import Construct
from portal.domain.limits import PER_ADDRESS

from infra.components.gateway_responses import add_gateway_responses
from infra.components.nag import acknowledge
from infra.components.preflight import add_preflight
from infra.components.rest_api import (
    ApiLimits,
    Throttle,
    add_domain,
    add_route,
    create_authorizer,
    create_rest_api,
)
from infra.components.schedule import call_every
from infra.components.service_function import ServiceFunction
from infra.components.waf import protect
from infra.components.wrong_method import refuse_other_methods
from infra.config import Config
from infra.endpoint_model import Access, Route
from infra.endpoints import ENDPOINTS
from infra.limits import (
    CREDENTIAL_PATHS,
    SESSION_PATHS,
    firewall_limit,
    requests_per_second,
)
from infra.physical_names import PhysicalNames
from infra.stacks.functions import log_keeping
from infra.stacks.outputs import write_api_outputs

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


class ApiStack(cdk.Stack):
    """The API of one stage, in front of `functions` by endpoint id."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        config: Config,
        functions: Mapping[str, ServiceFunction],
        user_pool: cognito.IUserPool,
    ) -> None:
        super().__init__(
            scope,
            id_,
            description=f"API of the portal, stage {config.stage}",
            synthesizer=cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
        )
        cdk.Tags.of(self).add("portal:stage", config.stage)
        prefix = PhysicalNames(config.stage).prefix
        api = self._api(config, functions, user_pool, prefix=prefix)
        self.rest_api_id = api.rest_api_id
        self._schedules(config, functions, url=write_api_outputs(self, api=api), prefix=prefix)

    def _schedules(
        self, config: Config, functions: Mapping[str, ServiceFunction], *, url: str, prefix: str
    ) -> None:
        """Call the Lambdas that call the API, which are told its address."""
        for endpoint in ENDPOINTS:
            minutes = config.number(endpoint.minutes_setting) if endpoint.minutes_setting else 0
            if minutes:
                call_every(
                    self,
                    f"{endpoint.camel_case}Schedule",
                    name=f"{prefix}-{endpoint.id}",
                    function_arn=functions[endpoint.id].entry.function_arn,
                    minutes=minutes,
                    event=self.to_json_string({"apiUrl": url}),
                )

    def _api(
        self,
        config: Config,
        functions: Mapping[str, ServiceFunction],
        user_pool: cognito.IUserPool,
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
        authorizer = create_authorizer(self, "Authorizer", name=f"{prefix}-users", pool=user_pool)
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
