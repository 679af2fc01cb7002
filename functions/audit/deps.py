"""Composition root of the area."""

from __future__ import annotations

import functools
import time
from zoneinfo import ZoneInfo

from portal import config, factories
from portal.audit.run import Audit

from functions.audit.night import NightDeps


class NightlyConfig(
    config.IdentityTable,
    config.WorkflowTable,
    config.EphemeralTable,
    config.SalesforceConfig,
    config.SalesforcePricebook,
    config.CurrencyConfig,
    config.TimeZoneConfig,
    config.WhmcsConfig,
    config.EsimConfig,
    config.AuditConfig,
):
    """`functions.audit.nightly`."""


@functools.cache
def build_nightly() -> NightDeps:
    """For the schedule."""
    from portal.adapters.salesforce.catalog import SalesforceCatalogSource
    from portal.repositories.audit import DynamoSpool
    from portal.repositories.dynamodb import Table

    settings = config.load(NightlyConfig)
    salesforce = factories.salesforce(settings)
    sources = factories.audit_sources(
        salesforce=salesforce,
        whmcs=factories.whmcs(settings),
        lines=factories.esim_line_pages(settings),
        workflow=Table(settings.workflow_table),
        identity=Table(settings.identity_table),
        catalogue=SalesforceCatalogSource(
            salesforce,
            pricebook=settings.salesforce_pricebook,
            currency=settings.portal_currency,
        ),
        currency=settings.portal_currency,
    )
    spool = DynamoSpool(Table(settings.ephemeral_table), clock=time.time)
    audit = Audit(sources, spool, clock=time.time, most_calls=settings.audit_most_calls)
    return NightDeps(
        audit=audit,
        spool=spool,
        clock=time.time,
        zone=ZoneInfo(settings.portal_time_zone),
        hour=settings.audit_hour,
    )
