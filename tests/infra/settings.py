"""Configurations that the tests synthesise."""

from __future__ import annotations

from pathlib import Path

REQUIRED = {
    "CORS_ORIGINS": "https://portal.example.com",
    "PORTAL_WEB_URL": "https://portal.example.com",
    "SALESFORCE_URL": "https://example.my.salesforce.com",
    "WHMCS_API_URL": "https://billing.example.com/includes/api.php",
    "WHMCS_PAYMENT_METHOD": "stripe",
    "WHMCS_CUSTOMER_NUMBER_FIELD_ID": "1",
    "WHMCS_DATE_OF_BIRTH_FIELD_ID": "2",
    "WHMCS_GENDER_FIELD_ID": "3",
    "WHMCS_NATIONALITY_FIELD_ID": "4",
    "ESIM_PROVIDER": "gigs",
    "ESIM_API_URL": "https://api.gigs.com",
    "EMAIL_FROM": "portal@example.com",
    "EMAIL_FROM_NAME": "Portal",
}
ORIGINS = ("https://portal.example.com", "https://shop.example.com")
EVERYTHING_ON = {
    "RETAIN_DATA": "true",
    "SNAPSTART": "true",
    "ALARM_EMAIL": "ops@example.com",
    "PAGING_EMAIL": "oncall@example.com",
    "ALARM_THRESHOLDS": "ApiLatency=8000,SalesforceQuota=70",
    "CORS_ORIGINS": ", ".join(ORIGINS),
    "PROVISION_ALLOWED_NETWORKS": "192.0.2.0/24,2001:db8::/32",
    "API_ACCOUNT_LOGGING": "false",
    "API_DOMAIN_NAME": "api.example.com",
    "API_CERTIFICATE_ARN": "arn:aws:acm:ap-northeast-1:123456789012:certificate/example",
    "WAF_ENABLED": "true",
    "WEB_HOSTING": "true",
    "WEB_DOMAIN_NAME": "portal.example.com",
    "WEB_CERTIFICATE_ARN": "arn:aws:acm:us-east-1:123456789012:certificate/pages",
    "WEB_ACL_ARN": "arn:aws:wafv2:us-east-1:123456789012:global/webacl/pages/1",
    "SMOKE_EMAIL": "smoke@example.com",
    "SMOKE_SKU": "CALLBACK-CONSULTATION",
    "SMOKE_EVERY_MINUTES": "5",
    "FIXED_EGRESS_ADDRESS": "true",
    "EMAIL_TRANSPORT": "smtp",
    "SMTP_HOST": "mail.example.com",
}


def plain(layer: Path) -> dict[str, str]:
    """The environment of a stage with nothing but what is required."""
    return {"STAGE": "test", "LAYER_PATH": str(layer), **REQUIRED}


def everything(layer: Path) -> dict[str, str]:
    """The environment of a production stage with every switch on."""
    return {**plain(layer), **EVERYTHING_ON, "STAGE": "production"}
