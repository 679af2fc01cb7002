"""The web application firewall in front of the API."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import aws_cdk as cdk
from aws_cdk import aws_apigateway as apigateway
from aws_cdk import aws_wafv2 as wafv2
from constructs import Construct

from infra.components.firewall_rules import SECRET_HEADERS, bodies, rules, visible
from infra.components.log_groups import LogKeeping, create_log_group
from infra.components.rest_api import STAGE_NAME

# The only names of log groups that WAF writes to begin like this (WAF developer guide).
LOG_PREFIX = "aws-waf-logs-"


def protect(
    scope: Construct,
    id_: str,
    *,
    name: str,
    stage: apigateway.Stage,
    limits: Mapping[str, tuple[Sequence[str], int]],
    overall: int,
    keeping: LogKeeping,
) -> wafv2.CfnWebACL:
    """Limit sizes of bodies and requests per address, and use AWS' managed rules.

    `limits` and `overall` are those of `firewall_rules.rules`. WAF counts approximately and with a
    delay of some seconds; the handlers have exact limits. Blocked and counted requests are logged
    without credentials.
    """
    acl = wafv2.CfnWebACL(
        scope,
        id_,
        name=name,
        scope="REGIONAL",
        default_action=wafv2.CfnWebACL.DefaultActionProperty(allow={}),
        visibility_config=visible(name),
        # By default WAF looks at 16 KB of a body and calls longer ones oversized.
        association_config=wafv2.CfnWebACL.AssociationConfigProperty(
            request_body={
                "API_GATEWAY": wafv2.CfnWebACL.RequestBodyAssociatedResourceTypeConfigProperty(
                    default_size_inspection_limit="KB_64"
                )
            }
        ),
        data_protection_config=_without_credentials(),
        custom_response_bodies=bodies(),
        rules=rules(name, stage=STAGE_NAME, limits=limits, overall=overall),
    )
    wafv2.CfnWebACLAssociation(
        scope, f"{id_}Association", resource_arn=stage.stage_arn, web_acl_arn=acl.attr_arn
    )
    _log(scope, f"{id_}Log", name=name, acl=acl, keeping=keeping)
    return acl


def _without_credentials() -> wafv2.CfnWebACL.DataProtectionConfigProperty:
    field = wafv2.CfnWebACL.FieldToProtectProperty(
        field_type="SINGLE_HEADER", field_keys=list(SECRET_HEADERS)
    )
    body = wafv2.CfnWebACL.FieldToProtectProperty(field_type="BODY")
    query = wafv2.CfnWebACL.FieldToProtectProperty(field_type="QUERY_STRING")
    return wafv2.CfnWebACL.DataProtectionConfigProperty(
        data_protections=[
            wafv2.CfnWebACL.DataProtectProperty(action="SUBSTITUTION", field=protected)
            for protected in (field, body, query)
        ]
    )


def _log(
    scope: Construct, id_: str, *, name: str, acl: wafv2.CfnWebACL, keeping: LogKeeping
) -> None:
    group_name = f"{LOG_PREFIX}{name}"
    group = create_log_group(scope, f"{id_}Group", name=group_name, keeping=keeping)
    kept = [
        {"ActionCondition": {"Action": action}}
        for action in ("BLOCK", "COUNT", "EXCLUDED_AS_COUNT")
    ]
    wafv2.CfnLoggingConfiguration(
        scope,
        id_,
        resource_arn=acl.attr_arn,
        log_destination_configs=[_arn_without_star(group_name)],
        logging_filter={
            "DefaultBehavior": "DROP",
            "Filters": [
                {"Behavior": "KEEP", "Requirement": "MEETS_ANY", "Conditions": kept},
            ],
        },
        redacted_fields=[
            wafv2.CfnLoggingConfiguration.FieldToMatchProperty(single_header={"Name": header})
            for header in SECRET_HEADERS
        ],
    ).node.add_dependency(group)


def _arn_without_star(group_name: str) -> str:
    """WAF wants the ARN without the `:*` with which CloudFormation gives it."""
    place = f"{cdk.Aws.PARTITION}:logs:{cdk.Aws.REGION}:{cdk.Aws.ACCOUNT_ID}"
    return f"arn:{place}:log-group:{group_name}"
