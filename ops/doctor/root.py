"""Creates an `Installation` of a deployed stage."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING

from portal import config

from ops.doctor.api_reader import ApiReader
from ops.doctor.aws_reader import CloudReader
from ops.doctor.esim_reader import EsimAccessAccount, EsimAccount, EsimReader, GigsAccount
from ops.doctor.installation import Installation
from ops.doctor.mail_reader import MailReader, SendGridReader, SmtpReader
from ops.doctor.salesforce_reader import SalesforceReader
from ops.doctor.whmcs_reader import WhmcsReader
from ops.stages import LOCAL, Stage

if TYPE_CHECKING:
    from portal.adapters.http import Transport
    from portal.secrets import Secret

    SecretOf = Callable[[str], Secret]
    TransportTo = Callable[[str, str], Transport]


class SalesforceSettings(
    config.SalesforceConfig, config.SalesforcePricebook, config.CurrencyConfig
):
    """The settings for reading the org."""


def installation(stage: Stage, *, secret: SecretOf, transport: TransportTo) -> Installation:
    """Return the installation of a stage. Raises ConfigurationError and botocore's errors."""
    cloud = CloudReader(stage.cloud, stage=stage.name, outputs=stage.outputs)
    settings: dict[str, str] = {}
    for function in cloud.functions().values():
        settings |= function.environment
    api_url = stage.api_url
    return Installation(
        stage=stage.name,
        settings=settings,
        cloud=cloud,
        salesforce=_salesforce(settings, secret, transport),
        whmcs=_whmcs(settings, secret, transport, cloud),
        esim=EsimReader(lambda: _esim(settings, secret, transport)),
        mail=_mail(settings, secret, transport),
        api=ApiReader(
            url=api_url,
            transport=transport("portal", api_url),
            clock=time.time,
        ),
        clock=time.time,
        local=stage.name == LOCAL,
    )


def _salesforce(
    settings: Mapping[str, str], secret: SecretOf, transport: TransportTo
) -> SalesforceReader:
    from portal.adapters.salesforce.client import SalesforceClient
    from portal.adapters.salesforce.login import Login

    chosen = config.load(SalesforceSettings, settings)
    url = chosen.salesforce_url
    login = Login(
        url=url,
        secret=secret(chosen.salesforce_secret_id),
        transport=transport("salesforce", url),
    )
    client = SalesforceClient(
        url=url,
        api_version=chosen.salesforce_api_version,
        login=login,
        transport=transport("salesforce", url),
    )
    return SalesforceReader(
        url=url,
        client=client,
        login=login,
        transport=transport("salesforce", url),
        pricebook=chosen.salesforce_pricebook,
        currency=chosen.portal_currency,
    )


def _whmcs(
    settings: Mapping[str, str], secret: SecretOf, transport: TransportTo, cloud: CloudReader
) -> WhmcsReader:
    from portal.adapters.whmcs.client import WhmcsClient

    chosen = config.load(config.WhmcsConfig, settings)
    url = chosen.whmcs_api_url
    client = WhmcsClient(
        url=url, secret=secret(chosen.whmcs_secret_id), transport=transport("whmcs", url)
    )
    return WhmcsReader(client, known_client=cloud.a_customer)


def _esim(settings: Mapping[str, str], secret: SecretOf, transport: TransportTo) -> EsimAccount:
    from portal.adapters.esim_access.client import EsimAccessClient
    from portal.adapters.gigs.client import GigsClient
    from portal.adapters.guard import unguarded

    chosen = config.load(config.EsimConfig, settings)
    url, credentials = chosen.esim_api_url, secret(chosen.esim_secret_id)
    line = transport("esim", url)
    if chosen.esim_provider == "gigs":
        return GigsAccount(GigsClient(url=url, secret=credentials, transport=line, guard=unguarded))
    if chosen.esim_provider == "esim_access":
        return EsimAccessAccount(
            EsimAccessClient(url=url, secret=credentials, transport=line, guard=unguarded)
        )
    raise config.ConfigurationError(
        f"ESIM_PROVIDER: there is no adapter for {chosen.esim_provider!r}"
    )


def _mail(settings: Mapping[str, str], secret: SecretOf, transport: TransportTo) -> MailReader:
    chosen = config.load(config.MailConfig, settings)
    credentials = secret(chosen.mail_secret_id)
    if chosen.email_transport == "smtp":
        return SmtpReader(
            host=chosen.smtp_host,
            port=chosen.smtp_port,
            secret=credentials if chosen.smtp_authentication else None,
        )
    url = chosen.sendgrid_api_url
    return SendGridReader(url=url, secret=credentials, transport=transport("sendgrid", url))
