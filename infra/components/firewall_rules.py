"""The rules of the web application firewall."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

from aws_cdk import aws_wafv2 as wafv2
from portal.api.bodies import MAX_BYTES
from portal.domain import problems
from portal.domain.problems import Problem

from infra.limits import WINDOW_SECONDS

TOO_OFTEN, TOO_LARGE = "rate-limited", "payload-too-large"
# AWS' free rule groups, and those of their rules that only count here. Passwords are free text, so
# a rule that looks for attacks in bodies would refuse some of them. Bodies have their own size
# rule, and a program that calls the API may send no User-Agent.
MANAGED: Mapping[str, tuple[str, ...]] = {
    "AWSManagedRulesAmazonIpReputationList": (),
    "AWSManagedRulesKnownBadInputsRuleSet": ("Log4JRCE_BODY", "JavaDeserializationRCE_BODY"),
    "AWSManagedRulesCommonRuleSet": (
        "NoUserAgent_HEADER",
        "SizeRestrictions_BODY",
        "CrossSiteScripting_BODY",
        "GenericLFI_BODY",
        "GenericRFI_BODY",
        "EC2MetaDataSSRF_BODY",
    ),
}
# Headers that the firewall's log and samples must not show.
SECRET_HEADERS = ("authorization", "cookie", "x-portal-signature", "x-portal-distribution")

Statement = wafv2.CfnWebACL.StatementProperty


def bodies() -> dict[str, wafv2.CfnWebACL.CustomResponseBodyProperty]:
    """Return the problem documents of refusals by key, in WAF's only type application/json."""
    texts = {
        TOO_OFTEN: Problem(problems.RATE_LIMITED, "Wait before you try again."),
        TOO_LARGE: Problem(
            problems.PAYLOAD_TOO_LARGE, f"Send a body of at most {MAX_BYTES // 1024} KB."
        ),
    }
    return {
        key: wafv2.CfnWebACL.CustomResponseBodyProperty(
            content_type="APPLICATION_JSON", content=json.dumps(_without_instance(problem))
        )
        for key, problem in texts.items()
    }


def rules(
    name: str, *, stage: str, limits: Mapping[str, tuple[Sequence[str], int]], overall: int
) -> list[wafv2.CfnWebACL.RuleProperty]:
    """Return all rules in order of priority.

    `limits` are, by the rule's name, paths below the stage and the limit of one address's requests
    to them in `WINDOW_SECONDS`. `overall` is the limit of one address's requests to all paths.
    """
    made = [_size_rule(f"{name}-body-size")]
    made += [
        _rate_rule(f"{name}-{group}", limit=limit, only=_paths(stage, paths))
        for group, (paths, limit) in limits.items()
    ]
    made.append(_rate_rule(f"{name}-overall", limit=overall, only=None))
    made += [_managed(name, group, counted) for group, counted in MANAGED.items()]
    return [
        wafv2.CfnWebACL.RuleProperty(priority=priority, **rule)
        for priority, rule in enumerate(made)
    ]


def visible(name: str) -> wafv2.CfnWebACL.VisibilityConfigProperty:
    """Enable metrics and samples. The web ACL's data protection hides credentials in samples."""
    return wafv2.CfnWebACL.VisibilityConfigProperty(
        cloud_watch_metrics_enabled=True, metric_name=name, sampled_requests_enabled=True
    )


def _without_instance(problem: Problem) -> dict[str, Any]:
    document = problem.as_json(instance="")
    del document["instance"]  # WAF's bodies are constants and cannot hold a correlation id
    return document


def _size_rule(name: str) -> dict[str, Any]:
    body = wafv2.CfnWebACL.BodyProperty(oversize_handling="MATCH")
    statement = Statement(
        size_constraint_statement=wafv2.CfnWebACL.SizeConstraintStatementProperty(
            field_to_match=wafv2.CfnWebACL.FieldToMatchProperty(body=body),
            comparison_operator="GT",
            size=MAX_BYTES,
            text_transformations=[
                wafv2.CfnWebACL.TextTransformationProperty(priority=0, type="NONE")
            ],
        )
    )
    return _blocking(name, statement, status=413, body=TOO_LARGE, headers={})


def _rate_rule(name: str, *, limit: int, only: Statement | None) -> dict[str, Any]:
    statement = Statement(
        rate_based_statement=wafv2.CfnWebACL.RateBasedStatementProperty(
            aggregate_key_type="IP",
            evaluation_window_sec=WINDOW_SECONDS,
            limit=limit,
            scope_down_statement=only,
        )
    )
    wait = {"Retry-After": str(WINDOW_SECONDS)}
    return _blocking(name, statement, status=429, body=TOO_OFTEN, headers=wait)


def _paths(stage: str, paths: Sequence[str]) -> Statement:
    matches = [
        Statement(
            byte_match_statement=wafv2.CfnWebACL.ByteMatchStatementProperty(
                field_to_match=wafv2.CfnWebACL.FieldToMatchProperty(uri_path={}),
                positional_constraint="STARTS_WITH",
                search_string=f"/{stage}{path}",
                text_transformations=[
                    wafv2.CfnWebACL.TextTransformationProperty(priority=0, type="NORMALIZE_PATH"),
                    wafv2.CfnWebACL.TextTransformationProperty(priority=1, type="LOWERCASE"),
                ],
            )
        )
        for path in paths
    ]
    if len(matches) == 1:
        return matches[0]
    return Statement(or_statement=wafv2.CfnWebACL.OrStatementProperty(statements=matches))


def _blocking(
    name: str, statement: Statement, *, status: int, body: str, headers: Mapping[str, str]
) -> dict[str, Any]:
    response = wafv2.CfnWebACL.CustomResponseProperty(
        response_code=status,
        custom_response_body_key=body,
        response_headers=[
            wafv2.CfnWebACL.CustomHTTPHeaderProperty(name=header, value=value)
            for header, value in headers.items()
        ]
        or None,
    )
    block = wafv2.CfnWebACL.BlockActionProperty(custom_response=response)
    return {
        "name": name,
        "action": wafv2.CfnWebACL.RuleActionProperty(block=block),
        "statement": statement,
        "visibility_config": visible(name),
    }


def _managed(name: str, group: str, counted: Sequence[str]) -> dict[str, Any]:
    count = wafv2.CfnWebACL.RuleActionProperty(count={})
    statement = wafv2.CfnWebACL.ManagedRuleGroupStatementProperty(
        vendor_name="AWS",
        name=group,
        rule_action_overrides=[
            wafv2.CfnWebACL.RuleActionOverrideProperty(name=rule, action_to_use=count)
            for rule in counted
        ]
        or None,
    )
    rule_name = f"{name}-{group}"
    return {
        "name": rule_name,
        "override_action": wafv2.CfnWebACL.OverrideActionProperty(none={}),
        "statement": Statement(managed_rule_group_statement=statement),
        "visibility_config": visible(rule_name),
    }
