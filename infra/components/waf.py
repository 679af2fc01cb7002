"""Rate limits per caller's IP address, in front of the API."""

from __future__ import annotations

import json
from typing import Any

from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct
from portal.domain import problems
from portal.domain.problems import Problem

WINDOW_SECONDS = 300
BODY_KEY = "rate-limited"


def protect(
    scope: Construct,
    id_: str,
    *,
    name: str,
    stage: apigateway.Stage,
    auth_path: str,
    auth_limit: int,
    overall_limit: int,
) -> wafv2.CfnWebACL:
    """Limit requests per address and five minutes: `auth_limit` below `auth_path`, and overall.

    WAF counts approximately and with a delay of some seconds. The handlers have exact limits.
    Refusals are a 429 with a problem document, whose content type is application/json because WAF
    offers no other.
    """
    auth_only = wafv2.CfnWebACL.StatementProperty(
        byte_match_statement=wafv2.CfnWebACL.ByteMatchStatementProperty(
            field_to_match=wafv2.CfnWebACL.FieldToMatchProperty(uri_path={}),
            positional_constraint="STARTS_WITH",
            search_string=auth_path,
            text_transformations=[
                wafv2.CfnWebACL.TextTransformationProperty(priority=0, type="NORMALIZE_PATH"),
                wafv2.CfnWebACL.TextTransformationProperty(priority=1, type="LOWERCASE"),
            ],
        )
    )
    acl = wafv2.CfnWebACL(
        scope,
        id_,
        name=name,
        scope="REGIONAL",
        default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
        visibility_config=_visible(name),
        custom_response_bodies={
            BODY_KEY: wafv2.CfnWebACL.CustomResponseBodyProperty(
                content_type="APPLICATION_JSON",
                content=json.dumps(_refusal()),
            )
        },
        rules=[
            _rate_rule(f"{name}-auth", priority=0, limit=auth_limit, only=auth_only),
            _rate_rule(f"{name}-overall", priority=1, limit=overall_limit, only=None),
        ],
    )
    wafv2.CfnWebACLAssociation(
        scope, f"{id_}Association", resource_arn=stage.stage_arn, web_acl_arn=acl.attr_arn
    )
    return acl


def _refusal() -> dict[str, Any]:
    document = Problem(problems.RATE_LIMITED, "Wait before you try again.").as_json(instance="")
    del document["instance"]  # WAF's bodies are constants and cannot hold a correlation id
    return document


def _rate_rule(
    name: str, *, priority: int, limit: int, only: wafv2.CfnWebACL.StatementProperty | None
) -> wafv2.CfnWebACL.RuleProperty:
    return wafv2.CfnWebACL.RuleProperty(
        name=name,
        priority=priority,
        action=wafv2.CfnWebACL.RuleActionProperty(
            block=wafv2.CfnWebACL.BlockActionProperty(
                custom_response=wafv2.CfnWebACL.CustomResponseProperty(
                    response_code=429,
                    custom_response_body_key=BODY_KEY,
                    response_headers=[
                        wafv2.CfnWebACL.CustomHTTPHeaderProperty(
                            name="Retry-After", value=str(WINDOW_SECONDS)
                        )
                    ],
                )
            )
        ),
        statement=wafv2.CfnWebACL.StatementProperty(
            rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
                aggregate_key_type="IP",
                evaluation_window_sec=WINDOW_SECONDS,
                limit=limit,
                scope_down_statement=only,
            )
        ),
        visibility_config=_visible(name),
    )


def _visible(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    # Sampled requests would show Authorization headers and query strings in the console.
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=False
    )
