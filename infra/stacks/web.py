"""The stack of the customers' pages: bucket and distribution, in front of the API as well.

It is a stack of its own, because nothing of the backend needs it: a stage without pages, or with
pages elsewhere, has none. It knows the API by its id, or by its domain.
"""

from __future__ import annotations

import aws_cdk as cdk
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra.components.nag import acknowledge
from infra.components.retention import removal_policy
from infra.components.site import SiteSpec, create_site
from infra.config import Config
from infra.physical_names import PhysicalNames

KEY_LENGTH = 40


class WebStack(cdk.Stack):
    """The pages of one stage; `rest_api_id` is the API's."""

    def __init__(self, scope: Construct, id_: str, *, config: Config, rest_api_id: str) -> None:
        super().__init__(
            scope,
            id_,
            description=f"Customers' pages of the portal, stage {config.stage}",
            synthesizer=cdk.DefaultStackSynthesizer(generate_bootstrap_version_rule=False),
        )
        cdk.Tags.of(self).add("portal:stage", config.stage)
        names = PhysicalNames(config.stage)
        key = secretsmanager.CfnSecret(
            self,
            "DistributionKey",
            name=names.distribution_key,
            description="What the distribution sends to the API with every request",
            generate_secret_string=secretsmanager.CfnSecret.GenerateSecretStringProperty(
                exclude_punctuation=True, password_length=KEY_LENGTH
            ),
        )
        key.apply_removal_policy(removal_policy(retain=False))
        acknowledge(
            key,
            "AwsSolutions-SMG4",
            "Both ends read it at the same moment: it is replaced by replacing the secret.",
        )
        site = create_site(
            self,
            spec=SiteSpec(
                name=names.prefix,
                api_host=config.api_domain_name
                or f"{rest_api_id}.execute-api.{self.region}.{self.url_suffix}",
                domain_name=config.web_domain_name,
                certificate_arn=config.web_certificate_arn,
                web_acl_arn=config.web_acl_arn,
                logo_url=config.brand_logo_url,
                retain=config.retain_data,
            ),
            distribution_key=f"{{{{resolve:secretsmanager:{key.ref}}}}}",
        )
        for name, value in {
            "WebUrl": f"https://{config.web_domain_name or site.distribution.domain_name}",
            "WebBucketName": site.bucket.bucket_name,
            "WebDistributionId": site.distribution.distribution_id,
            "WebDomainTarget": site.distribution.domain_name,
        }.items():
            cdk.CfnOutput(self, name, value=value)
