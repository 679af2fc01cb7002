"""What the switches of the configuration turn on."""

from __future__ import annotations

import json

from infra.endpoints import ENDPOINTS
from tests.infra.template import Template, target, targets


def test_a_plain_stage_has_none_of_it(template: Template) -> None:
    for type_ in (
        "AWS::WAFv2::WebACL",
        "AWS::ApiGateway::DomainName",
        "AWS::SNS::Subscription",
        "AWS::Lambda::Alias",
    ):
        assert template.count(type_) == 0
    (api,) = template.of("AWS::ApiGateway::RestApi").values()
    assert "Policy" not in api["Properties"]
    assert template.count("AWS::ApiGateway::Account") == 1


def test_networks_are_an_explicit_denial_of_the_provision_route_alone(
    production: Template,
) -> None:
    (api,) = production.of("AWS::ApiGateway::RestApi").values()
    allow, deny = api["Properties"]["Policy"]["Statement"]
    assert (allow["Effect"], allow["Resource"]) == ("Allow", "execute-api:/*")
    assert (deny["Effect"], deny["Resource"]) == (
        "Deny",
        "execute-api:/*/POST/orders/*/provision",
    )
    assert deny["Condition"] == {
        "NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "2001:db8::/32"]}
    }


def test_the_firewall_limits_auth_paths_and_everything_by_address(production: Template) -> None:
    (acl,) = (r["Properties"] for r in production.of("AWS::WAFv2::WebACL").values())
    limits = {}
    for rule in acl["Rules"]:
        statement = rule["Statement"]["RateBasedStatement"]
        scope = statement.get("ScopeDownStatement", {}).get("ByteMatchStatement", {})
        limits[scope.get("SearchString")] = statement["Limit"]
        response = rule["Action"]["Block"]["CustomResponse"]
        assert response["ResponseCode"] == 429
        body = json.loads(acl["CustomResponseBodies"][response["CustomResponseBodyKey"]]["Content"])
        assert (body["status"], body["type"].rsplit("/", 1)[1]) == (429, "rate-limited")
        assert rule["VisibilityConfig"]["SampledRequestsEnabled"] is False
    assert limits == {"/api/auth/": 100, None: 2000}
    (association,) = production.of("AWS::WAFv2::WebACLAssociation").values()
    assert "/stages/" in json.dumps(association["Properties"]["ResourceArn"])


def test_a_domain_of_its_own_keeps_the_api_prefix_and_closes_the_other_door(
    production: Template,
) -> None:
    (mapping,) = production.of("AWS::ApiGateway::BasePathMapping").values()
    assert mapping["Properties"]["BasePath"] == "api"
    (api,) = production.of("AWS::ApiGateway::RestApi").values()
    assert api["Properties"]["DisableExecuteApiEndpoint"] is True
    assert "ApiDomainTarget" in production.outputs


def test_with_snapstart_every_trigger_calls_a_published_version(production: Template) -> None:
    aliases = production.of("AWS::Lambda::Alias")
    assert len(aliases) == len(ENDPOINTS)
    for function in production.of("AWS::Lambda::Function").values():
        assert function["Properties"]["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    for mapping in production.of("AWS::Lambda::EventSourceMapping").values():
        assert set(targets(mapping["Properties"]["FunctionName"])) <= set(aliases)
    for permission in production.of("AWS::Lambda::Permission").values():
        assert target(permission["Properties"]["FunctionName"]) in aliases


def test_alarms_reach_the_operators_address(production: Template) -> None:
    (subscription,) = production.of("AWS::SNS::Subscription").values()
    assert subscription["Properties"]["Endpoint"] == "ops@example.com"


def test_the_accounts_logging_role_can_be_left_to_others(production: Template) -> None:
    assert production.count("AWS::ApiGateway::Account") == 0
