"""The customers' pages: a private bucket, and the distribution in front of it and of the API.

One domain serves both, so that browsers need no CORS and the refresh cookie stays on its host.
"""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import aws_cdk as cdk
from aws_cdk import aws_certificatemanager as acm
from aws_cdk import aws_cloudfront as cloudfront
from aws_cdk import aws_cloudfront_origins as origins
from aws_cdk import aws_iam as iam
from aws_cdk import aws_s3 as s3
from constructs import Construct

from infra.components.nag import acknowledge
from infra.components.rest_api import STAGE_NAME
from infra.components.retention import removal_policy

DISTRIBUTION_HEADER = "X-Portal-Distribution"
"""What only this distribution sends to the API.

With it, the caller's address is the last but one of `X-Forwarded-For`: CloudFront appends the
viewer's, and the gateway CloudFront's.
"""
YEAR = cdk.Duration.days(365)
HSTS = cdk.Duration.days(730)
SHELL = "/index.html"
# A path whose last segment has a dot names a file. Every other path is a page of the application,
# whose own router knows it. The API is another behaviour, which this function never sees.
ROUTER = f"""function handler(event) {{
  var request = event.request;
  var last = request.uri.substring(request.uri.lastIndexOf('/') + 1);
  if (last.indexOf('.') === -1) {{
    request.uri = '{SHELL}';
  }}
  return request;
}}
"""


@dataclass(frozen=True, kw_only=True)
class SiteSpec:
    """How the pages are served.

    `api_host` answers below `/api`. `domain_name` and `certificate_arn` (of us-east-1, as
    CloudFront wants it) are empty for CloudFront's own name; `web_acl_arn` is empty for no
    firewall. `logo_url` may be on another origin, which then may show images.
    """

    name: str
    api_host: str
    domain_name: str = ""
    certificate_arn: str = ""
    web_acl_arn: str = ""
    logo_url: str = ""
    retain: bool = False


@dataclass(frozen=True)
class Site:
    """What was made."""

    bucket: s3.Bucket
    distribution: cloudfront.Distribution


def create_site(scope: Construct, *, spec: SiteSpec, distribution_key: str) -> Site:
    """Create bucket and distribution; `distribution_key` is the value of the header to the API."""
    bucket = _bucket(scope, spec)
    pages = cloudfront.BehaviorOptions(
        origin=origins.S3BucketOrigin.with_origin_access_control(bucket),
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.REDIRECT_TO_HTTPS,
        cache_policy=_cache_policy(scope, spec.name),
        response_headers_policy=_headers(scope, spec),
        function_associations=[
            cloudfront.FunctionAssociation(
                function=_router(scope, spec.name),
                event_type=cloudfront.FunctionEventType.VIEWER_REQUEST,
            )
        ],
    )
    distribution = cloudfront.Distribution(
        scope,
        "Distribution",
        comment=f"{spec.name}: pages and API",
        default_behavior=pages,
        default_root_object=SHELL.removeprefix("/"),
        additional_behaviors={f"/{STAGE_NAME}/*": _api(spec, distribution_key)},
        domain_names=[spec.domain_name] if spec.domain_name else None,
        certificate=(
            acm.Certificate.from_certificate_arn(scope, "Certificate", spec.certificate_arn)
            if spec.domain_name
            else None
        ),
        minimum_protocol_version=cloudfront.SecurityPolicyProtocol.TLS_V1_2_2021,
        http_version=cloudfront.HttpVersion.HTTP2_AND_3,
        price_class=cloudfront.PriceClass.PRICE_CLASS_200,
        web_acl_id=spec.web_acl_arn or None,
    )
    _tell_missing_files(bucket, distribution)
    _acknowledge(distribution, spec)
    return Site(bucket, distribution)


def content_security_policy(logo_url: str) -> str:
    """The pages' policy: this origin only, and for images also the origin of the logo."""
    images = ["'self'", "data:"]
    address = urlsplit(logo_url)
    if address.netloc:
        images.append(f"{address.scheme}://{address.netloc}")
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; "
        f"img-src {' '.join(images)}; font-src 'self'; connect-src 'self'; manifest-src 'self'; "
        "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; "
        "require-trusted-types-for 'script'"
    )


def _bucket(scope: Construct, spec: SiteSpec) -> s3.Bucket:
    bucket = s3.Bucket(
        scope,
        "Bucket",
        block_public_access=s3.BlockPublicAccess.BLOCK_ALL,
        encryption=s3.BucketEncryption.S3_MANAGED,
        enforce_ssl=True,
        versioned=True,
        lifecycle_rules=[
            s3.LifecycleRule(noncurrent_version_expiration=cdk.Duration.days(30)),
        ],
        removal_policy=removal_policy(retain=spec.retain),
    )
    acknowledge(
        bucket,
        "AwsSolutions-S1",
        "The bucket holds published files that only the distribution reads; whoever changes them "
        "stands in CloudTrail.",
    )
    return bucket


def _router(scope: Construct, name: str) -> cloudfront.Function:
    return cloudfront.Function(
        scope,
        "Router",
        function_name=f"{name}-router",
        comment="Gives every page the shell",
        code=cloudfront.FunctionCode.from_inline(ROUTER),
        runtime=cloudfront.FunctionRuntime.JS_2_0,
    )


def _cache_policy(scope: Construct, name: str) -> cloudfront.CachePolicy:
    """As long as each file says itself: a year for hashed names, not at all for the shell."""
    return cloudfront.CachePolicy(
        scope,
        "CachePolicy",
        cache_policy_name=f"{name}-pages",
        min_ttl=cdk.Duration.seconds(0),
        default_ttl=cdk.Duration.seconds(0),
        max_ttl=YEAR,
        enable_accept_encoding_brotli=True,
        enable_accept_encoding_gzip=True,
    )


def _headers(scope: Construct, spec: SiteSpec) -> cloudfront.ResponseHeadersPolicy:
    own = {
        "Cross-Origin-Opener-Policy": "same-origin",
        "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
    }
    return cloudfront.ResponseHeadersPolicy(
        scope,
        "Headers",
        response_headers_policy_name=f"{spec.name}-pages",
        security_headers_behavior=cloudfront.ResponseSecurityHeadersBehavior(
            content_security_policy=cloudfront.ResponseHeadersContentSecurityPolicy(
                content_security_policy=content_security_policy(spec.logo_url), override=True
            ),
            content_type_options=cloudfront.ResponseHeadersContentTypeOptions(override=True),
            frame_options=cloudfront.ResponseHeadersFrameOptions(
                frame_option=cloudfront.HeadersFrameOption.DENY, override=True
            ),
            # Links in mails carry tokens in their paths: no other site may see them.
            referrer_policy=cloudfront.ResponseHeadersReferrerPolicy(
                referrer_policy=cloudfront.HeadersReferrerPolicy.NO_REFERRER, override=True
            ),
            strict_transport_security=cloudfront.ResponseHeadersStrictTransportSecurity(
                access_control_max_age=HSTS, include_subdomains=True, override=True
            ),
        ),
        custom_headers_behavior=cloudfront.ResponseCustomHeadersBehavior(
            custom_headers=[
                cloudfront.ResponseCustomHeader(header=header, value=value, override=True)
                for header, value in own.items()
            ]
        ),
    )


def _api(spec: SiteSpec, distribution_key: str) -> cloudfront.BehaviorOptions:
    """Everything below `/api`, uncached and unchanged: its errors reach the browser as they are."""
    return cloudfront.BehaviorOptions(
        origin=origins.HttpOrigin(
            spec.api_host,
            protocol_policy=cloudfront.OriginProtocolPolicy.HTTPS_ONLY,
            origin_ssl_protocols=[cloudfront.OriginSslPolicy.TLS_V1_2],
            custom_headers={DISTRIBUTION_HEADER: distribution_key},
            # The gateway gives up at 29 s.
            read_timeout=cdk.Duration.seconds(30),
        ),
        viewer_protocol_policy=cloudfront.ViewerProtocolPolicy.HTTPS_ONLY,
        allowed_methods=cloudfront.AllowedMethods.ALLOW_ALL,
        cache_policy=cloudfront.CachePolicy.CACHING_DISABLED,
        # The gateway knows itself by its own host name only.
        origin_request_policy=cloudfront.OriginRequestPolicy.ALL_VIEWER_EXCEPT_HOST_HEADER,
    )


def _tell_missing_files(bucket: s3.Bucket, distribution: cloudfront.Distribution) -> None:
    """Without the right to list, S3 answers 403 for a file that does not exist, not 404."""
    bucket.add_to_resource_policy(
        iam.PolicyStatement(
            sid="TellMissingFiles",
            principals=[iam.ServicePrincipal("cloudfront.amazonaws.com")],
            actions=["s3:ListBucket"],
            resources=[bucket.bucket_arn],
            conditions={"StringEquals": {"AWS:SourceArn": distribution.distribution_arn}},
        )
    )


def _acknowledge(distribution: cloudfront.Distribution, spec: SiteSpec) -> None:
    acknowledge(distribution, "AwsSolutions-CFR1", "Customers travel: no country is kept out.")
    acknowledge(
        distribution,
        "AwsSolutions-CFR3",
        "The API's own access log has every call that matters; pages are public files.",
    )
    if not spec.web_acl_arn:
        acknowledge(
            distribution,
            "AwsSolutions-CFR2",
            "WEB_ACL_ARN is empty for this stage. The API behind it has its own firewall, "
            "throttles and counters; pages are public files.",
        )
    if not spec.domain_name:
        acknowledge(
            distribution,
            "AwsSolutions-CFR4",
            "CloudFront's own name comes with its own certificate and protocol versions.",
        )
