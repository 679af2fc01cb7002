"""What the switches of the configuration turn on."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from portal.api.bodies import MAX_BYTES
from portal.domain.limits import LIMITS, PER_ADDRESS

from infra.endpoint_model import Access
from infra.endpoints import ENDPOINTS
from infra.iam_actions import NETWORK_INTERFACES
from infra.limits import CREDENTIAL_PATHS, SESSION_PATHS
from infra.node import use_bundled_node
from infra.resource_names import Secret
from tests.infra.template import Template, as_list, target, targets


def test_a_plain_stage_has_none_of_it(template: Template) -> None:
    for type_ in (
        "AWS::WAFv2::WebACL",
        "AWS::WAFv2::LoggingConfiguration",
        "AWS::ApiGateway::DomainName",
        "AWS::Lambda::Alias",
        "AWS::EC2::VPC",
        "AWS::EC2::NatGateway",
        "AWS::EC2::EIP",
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


def firewall(production: Template) -> dict[str, Any]:
    (acl,) = (r["Properties"] for r in production.of("AWS::WAFv2::WebACL").values())
    found: dict[str, Any] = acl
    return found


def refusal(acl: dict[str, Any], rule: dict[str, Any]) -> tuple[int, str]:
    """Status and problem type that a rule answers with."""
    response = rule["Action"]["Block"]["CustomResponse"]
    body = json.loads(acl["CustomResponseBodies"][response["CustomResponseBodyKey"]]["Content"])
    assert body["status"] == response["ResponseCode"]
    return body["status"], body["type"].rsplit("/", 1)[1]


def test_the_firewall_lets_one_address_do_what_the_counters_let_through(
    production: Template,
) -> None:
    acl = firewall(production)
    rates = {
        rule["Name"].removeprefix("portal-production-"): rule
        for rule in acl["Rules"]
        if "RateBasedStatement" in rule["Statement"]
    }
    limits = {n: r["Statement"]["RateBasedStatement"]["Limit"] for n, r in rates.items()}
    for name, paths in (("credentials", CREDENTIAL_PATHS), ("sessions", SESSION_PATHS)):
        for path in paths:
            counter = LIMITS[PER_ADDRESS[path]]
            per_window = counter.attempts * max(1, 300 // counter.seconds)
            assert per_window <= limits[name], path
    assert limits["overall"] >= limits["credentials"] + limits["sessions"]
    assert {refusal(acl, rule) for rule in rates.values()} == {(429, "rate-limited")}


def test_every_path_that_takes_credentials_is_in_one_group_of_the_firewall(
    production: Template,
) -> None:
    matched = set()
    for rule in firewall(production)["Rules"]:
        statement = rule["Statement"].get("RateBasedStatement", {}).get("ScopeDownStatement", {})
        matched |= {
            part["ByteMatchStatement"]["SearchString"]
            for part in statement.get("OrStatement", {}).get("Statements", [])
        }
    routes = [e.route for e in ENDPOINTS if e.route and e.route.access is Access.CREDENTIALS]
    assert matched == {f"/api{route.path}" for route in routes}
    assert set(PER_ADDRESS) == {route.path for route in routes}


def test_the_firewall_refuses_large_bodies(production: Template) -> None:
    acl = firewall(production)
    (rule,) = (r for r in acl["Rules"] if "SizeConstraintStatement" in r["Statement"])
    statement = rule["Statement"]["SizeConstraintStatement"]
    assert (statement["ComparisonOperator"], statement["Size"]) == ("GT", MAX_BYTES)
    # What is too long to be looked at is too long.
    assert statement["FieldToMatch"]["Body"]["OversizeHandling"] == "MATCH"
    assert rule["Priority"] == 0
    assert refusal(acl, rule) == (413, "payload-too-large")
    inspected = acl["AssociationConfig"]["RequestBody"]["API_GATEWAY"]
    assert inspected == {"DefaultSizeInspectionLimit": f"KB_{MAX_BYTES // 1024}"}


def test_the_firewall_uses_managed_rules_that_leave_passwords_alone(production: Template) -> None:
    groups = {
        statement["Name"]: {rule["Name"] for rule in statement.get("RuleActionOverrides", [])}
        for rule in firewall(production)["Rules"]
        if (statement := rule["Statement"].get("ManagedRuleGroupStatement"))
    }
    assert set(groups) == {
        "AWSManagedRulesAmazonIpReputationList",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesCommonRuleSet",
    }
    assert {"SizeRestrictions_BODY", "CrossSiteScripting_BODY"} <= groups[
        "AWSManagedRulesCommonRuleSet"
    ]


def test_the_firewall_logs_and_samples_without_credentials(production: Template) -> None:
    acl = firewall(production)
    assert all(rule["VisibilityConfig"]["SampledRequestsEnabled"] for rule in acl["Rules"])
    protected = {
        json.dumps(entry["Field"], sort_keys=True)
        for entry in acl["DataProtectionConfig"]["DataProtections"]
    }
    assert any('"authorization"' in entry and '"cookie"' in entry for entry in protected)
    assert any("BODY" in entry for entry in protected)
    (log,) = (r["Properties"] for r in production.of("AWS::WAFv2::LoggingConfiguration").values())
    assert "aws-waf-logs-portal-production" in json.dumps(log["LogDestinationConfigs"])
    redacted = {field["SingleHeader"]["Name"] for field in log["RedactedFields"]}
    assert {"authorization", "cookie"} <= redacted
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
    url = production.outputs["ApiUrl"]["Value"]
    parts = url["Fn::Join"][1] if isinstance(url, dict) else [url]
    domain = production.resources[target(parts[1])]["Properties"]["DomainName"]
    assert (parts[0], domain, parts[2]) == ("https://", "api.example.com", "/api/")


def test_with_snapstart_every_trigger_calls_a_published_version(production: Template) -> None:
    aliases = production.of("AWS::Lambda::Alias")
    assert len(aliases) == len(ENDPOINTS)
    for function in production.of("AWS::Lambda::Function").values():
        assert function["Properties"]["SnapStart"] == {"ApplyOn": "PublishedVersions"}
    for mapping in production.of("AWS::Lambda::EventSourceMapping").values():
        assert set(targets(mapping["Properties"]["FunctionName"])) <= set(aliases)
    for permission in production.of("AWS::Lambda::Permission").values():
        assert target(permission["Properties"]["FunctionName"]) in aliases


def test_alarms_reach_the_operators_address(
    monitoring: Template, production_monitoring: Template
) -> None:
    assert monitoring.count("AWS::SNS::Subscription") == 0
    subscriptions = production_monitoring.of("AWS::SNS::Subscription").values()
    addresses = {one["Properties"]["Endpoint"] for one in subscriptions}
    assert addresses == {"ops@example.com", "oncall@example.com"}


def test_the_accounts_logging_role_can_be_left_to_others(production: Template) -> None:
    assert production.count("AWS::ApiGateway::Account") == 0


def test_what_calls_outside_systems_leaves_by_one_fixed_address(production: Template) -> None:
    (address_id,) = production.of("AWS::EC2::EIP")
    (gateway_id,) = production.of("AWS::EC2::NatGateway")
    gateway = production.resources[gateway_id]["Properties"]
    assert target(gateway["AllocationId"]) == address_id
    address = production.resources[address_id]
    # An address that WHMCS admits outlives the stack, and a failed creation leaves none behind.
    assert address["DeletionPolicy"] == "RetainExceptOnCreate"
    assert production.outputs["EgressAddresses"]["Value"] == {"Ref": address_id}
    inside = {
        resource["Properties"]["FunctionName"].removeprefix("portal-production-")
        for resource in production.of("AWS::Lambda::Function").values()
        if "VpcConfig" in resource["Properties"]
    }
    assert inside == {
        e.id
        for e in ENDPOINTS
        if set(e.secrets) - {Secret.SIGNING, Secret.ESIM_WEBHOOK, Secret.SMOKE}
    }
    assert {"provision-worker", "billing-get-address", "email-send"} <= inside
    assert {"auth-login", "provision-start", "smoke-scheduled"}.isdisjoint(inside)


def test_private_subnets_reach_the_internet_through_the_gateway_alone(
    production: Template,
) -> None:
    (gateway_id,) = production.of("AWS::EC2::NatGateway")
    subnets = {
        target(subnet)
        for resource in production.of("AWS::Lambda::Function").values()
        for subnet in resource["Properties"].get("VpcConfig", {}).get("SubnetIds", [])
    }
    assert len(subnets) == 2
    tables = {
        target(a["Properties"]["SubnetId"]): target(a["Properties"]["RouteTableId"])
        for a in production.of("AWS::EC2::SubnetRouteTableAssociation").values()
    }
    for subnet in subnets:
        routes = [
            route["Properties"]
            for route in production.of("AWS::EC2::Route").values()
            if target(route["Properties"]["RouteTableId"]) == tables[subnet]
        ]
        assert [target(route["NatGatewayId"]) for route in routes] == [gateway_id]
    for group in production.of("AWS::EC2::SecurityGroup").values():
        assert "SecurityGroupIngress" not in group["Properties"]
    assert production.count("AWS::EC2::SecurityGroupIngress") == 0


def test_only_functions_in_the_network_may_manage_its_interfaces(production: Template) -> None:
    for resource in production.of("AWS::Lambda::Function").values():
        granted = {
            action
            for statement in production.statements(resource["Properties"])
            for action in as_list(statement["Action"])
        }
        inside = "VpcConfig" in resource["Properties"]
        assert (set(NETWORK_INTERFACES) <= granted) == inside
        assert inside or not any(action.startswith("ec2:") for action in granted)


def test_addresses_of_ones_own_get_a_gateway_each(tmp_path: Path) -> None:
    use_bundled_node()
    import aws_cdk as cdk  # noqa: PLC0415  # starts the Node.js that the line above chose
    from aws_cdk.assertions import Template as Synthesised  # noqa: PLC0415  # as above

    from infra.components.network import create_network  # noqa: PLC0415  # as above

    stack = cdk.Stack(cdk.App(outdir=str(tmp_path)), "Own")
    ids = ("eipalloc-0123456789abcdef0", "eipalloc-0123456789abcdef1")
    create_network(stack, "Network", name="portal-test", allocation_ids=ids, retain=True)
    own = Template(dict(Synthesised.from_stack(stack).to_json()))
    gateways = [r["Properties"] for r in own.of("AWS::EC2::NatGateway").values()]
    assert {gateway["AllocationId"] for gateway in gateways} == set(ids)
    assert len({target(gateway["SubnetId"]) for gateway in gateways}) == 2
    assert own.count("AWS::EC2::EIP") == 0


def test_execution_logs_belong_to_the_stack(template: Template, production: Template) -> None:
    for each, days in ((template, 30), (production, 30)):
        (api_id,) = each.of("AWS::ApiGateway::RestApi")
        (stage,) = each.of("AWS::ApiGateway::Stage").values()
        (group_id,) = (
            id_
            for id_, group in each.of("AWS::Logs::LogGroup").items()
            if "API-Gateway-Execution-Logs_" in json.dumps(group["Properties"]["LogGroupName"])
        )
        group = each.resources[group_id]["Properties"]
        assert group["LogGroupName"]["Fn::Join"][1] == [
            "API-Gateway-Execution-Logs_",
            {"Ref": api_id},
            "/api",
        ]
        assert group["RetentionInDays"] == days
        # API Gateway would make the group itself, without an end, at the stage's first error.
        assert group_id in as_list(stage["DependsOn"])


def test_the_smoke_test_is_called_with_the_public_address_when_it_is_scheduled(
    template: Template, production: Template, production_monitoring: Template
) -> None:
    assert not any("Input" in rule for rule in scheduled_targets(template))
    (rule,) = (
        rule["Properties"]
        for rule in production.of("AWS::Events::Rule").values()
        if rule["Properties"]["Name"] == "portal-production-smoke-scheduled"
    )
    assert rule["ScheduleExpression"] == "rate(5 minutes)"
    (called,) = rule["Targets"]
    alias = production.resources[target(called["Arn"])]["Properties"]
    function = production.resources[target(alias["FunctionName"])]["Properties"]
    assert function["FunctionName"] == "portal-production-smoke-scheduled"
    assert '{"apiUrl":"https://' in json.dumps(called["Input"]).replace("\\", "")
    alarms = production_monitoring.of("AWS::CloudWatch::Alarm").values()
    names = {alarm["Properties"]["AlarmName"] for alarm in alarms}
    assert {"portal-production-SmokeFailed", "portal-production-SmokeScheduledSilent"} <= names


def scheduled_targets(template: Template) -> list[dict[str, Any]]:
    rules = template.of("AWS::Events::Rule").values()
    return [one for rule in rules for one in rule["Properties"]["Targets"]]
