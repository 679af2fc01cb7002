"""A network with a fixed outgoing address, for systems that admit callers by IP address."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from aws_cdk import aws_ec2 as ec2
from constructs import Construct

from infra.components.nag import acknowledge
from infra.components.retention import removal_policy

ZONES = 2
PRIVATE = "Private"


@dataclass(frozen=True, kw_only=True)
class Network:
    """The network of the Lambdas that call outside systems.

    `addresses` are their public addresses, if the stack created them. The operator knows those of
    given allocations.
    """

    vpc: ec2.Vpc
    subnets: ec2.SubnetSelection
    security_group: ec2.SecurityGroup
    addresses: tuple[str, ...]


def create_network(
    scope: Construct, id_: str, *, name: str, allocation_ids: Sequence[str], retain: bool
) -> Network:
    """Create private subnets in two zones that reach the internet through a NAT gateway.

    Each of `allocation_ids`, at most one per zone, gets a NAT gateway with that Elastic IP address.
    Without any there is one gateway with an address of the stack's own, which outlives the stack
    with `retain`. DynamoDB is reached without the gateway.
    """
    addresses: tuple[str, ...] = ()
    if not allocation_ids:
        address = ec2.CfnEIP(scope, f"{id_}Address", domain="vpc")
        address.apply_removal_policy(removal_policy(retain=retain))
        allocation_ids, addresses = [address.attr_allocation_id], (address.ref,)
    vpc = ec2.Vpc(
        scope,
        id_,
        vpc_name=name,
        max_azs=ZONES,
        nat_gateways=len(allocation_ids),
        nat_gateway_provider=ec2.NatProvider.gateway(eip_allocation_ids=list(allocation_ids)),
        subnet_configuration=[
            ec2.SubnetConfiguration(
                name="Public",
                subnet_type=ec2.SubnetType.PUBLIC,
                cidr_mask=28,
                map_public_ip_on_launch=False,
            ),
            ec2.SubnetConfiguration(
                name=PRIVATE, subnet_type=ec2.SubnetType.PRIVATE_WITH_EGRESS, cidr_mask=20
            ),
        ],
        gateway_endpoints={
            "DynamoDb": ec2.GatewayVpcEndpointOptions(
                service=ec2.GatewayVpcEndpointAwsService.DYNAMODB
            )
        },
        # Restricting it would need a custom resource with a Lambda, and nothing uses that group.
        restrict_default_security_group=False,
    )
    acknowledge(
        vpc,
        "AwsSolutions-VPC7",
        "Nothing in this network listens and nothing can be reached from outside; what Lambdas "
        "call is in their own logs. Flow logs would repeat that at a price per GB.",
    )
    group = ec2.SecurityGroup(
        scope,
        f"{id_}Lambdas",
        vpc=vpc,
        description="Lambdas that call outside systems: nothing in, everything out",
        allow_all_outbound=True,
    )
    return Network(
        vpc=vpc,
        subnets=ec2.SubnetSelection(subnet_group_name=PRIVATE),
        security_group=group,
        addresses=addresses,
    )
