"""The composition root of the catalogue's endpoints."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date

from portal import config, factories
from portal.domain.catalog import AccountEligibility
from portal.domain.identity import CustomerMapping
from portal.ports.catalog import CatalogReader
from portal.ports.identity import CustomerDirectory


class CatalogConfig(
    config.HttpConfig, config.CatalogReading, config.TimeZoneConfig, config.TaxConfig
):
    """The settings of GET /catalog and GET /catalog/{sku}."""


class PersonalizedConfig(
    config.HttpConfig,
    config.EligibilityReading,
    config.TimeZoneConfig,
    config.TaxConfig,
):
    """The settings of GET /catalog/personalized."""


@dataclass(frozen=True)
class CatalogDeps:
    """The dependencies of the public catalogue."""

    catalog: CatalogReader
    today: Callable[[], date]
    tax_included: bool


@dataclass(frozen=True)
class PersonalizedDeps:
    """The dependencies of the personal catalogue."""

    catalog: CatalogReader
    today: Callable[[], date]
    tax_included: bool
    directory: CustomerDirectory
    eligibility: Callable[[CustomerMapping], AccountEligibility]


@functools.cache
def build_catalog() -> CatalogDeps:
    """Return the dependencies of the public endpoints."""
    settings = config.load(CatalogConfig)
    return CatalogDeps(
        catalog=factories.catalog_reader(settings),
        today=factories.today(settings),
        tax_included=settings.prices_include_tax,
    )


@functools.cache
def build_personalized() -> PersonalizedDeps:
    """Return the dependencies of the personal endpoint."""
    settings = config.load(PersonalizedConfig)
    return PersonalizedDeps(
        catalog=factories.catalog_reader(settings),
        today=factories.today(settings),
        tax_included=settings.prices_include_tax,
        directory=factories.directory(settings),
        eligibility=factories.eligibility(settings),
    )
