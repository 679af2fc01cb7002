"""`package/list` and `location/list`.

Documented: the filters, `!RG` and `!GL` for regional and global plans, that a top-up goes with
certain base plans which a package code, a slug or an ICCID names. Assumed: a base plan or ICCID
that does not exist is an error and not an empty list; a plan of more than one country is regional,
one of more than 100 is global.
"""

from __future__ import annotations

from typing import Any

from local.emulators.esim_access import errors, rendering
from local.emulators.esim_access.core import Core
from local.emulators.esim_access.errors import ApiError
from local.emulators.esim_access.inputs import ListPackages, Nothing
from local.emulators.esim_access.records import DAY_PASS, Package

REGIONAL, GLOBAL = "!RG", "!GL"
MANY_COUNTRIES = 100


def list_packages(core: Core, wanted: ListPackages) -> dict[str, Any]:
    """`package/list`."""
    packages = [p for p in core.account.packages.values() if p.is_top_up == _top_ups(wanted)]
    base = _base(core, wanted)
    if base is not None:
        packages = [p for p in packages if base.package_code in (p.tops_up or (p.package_code,))]
    if wanted.location_code is not None:
        packages = [p for p in packages if _covers(p, wanted.location_code)]
    if wanted.data_type is not None:
        day_pass = wanted.data_type == str(DAY_PASS)
        packages = [p for p in packages if (p.data_type >= DAY_PASS) == day_pass]
    return {"packageList": [rendering.package(package) for package in packages]}


def list_locations(core: Core, _: Nothing) -> dict[str, Any]:
    """`location/list`: the countries of the packages."""
    codes = {
        code for package in core.account.packages.values() for code in package.location.split(",")
    }
    return {
        "locationList": [
            {"code": code, "name": code, "type": 1, "subLocationList": None}
            for code in sorted(codes)
        ]
    }


def _top_ups(wanted: ListPackages) -> bool:
    return wanted.type == "TOPUP"


def _base(core: Core, wanted: ListPackages) -> Package | None:
    if wanted.iccid is not None:
        return core.profile(esim_tran_no=None, iccid=wanted.iccid).bought[0].package
    bases = [package for package in core.account.packages.values() if not package.is_top_up]
    if wanted.package_code is not None:
        found = [package for package in bases if package.package_code == wanted.package_code]
        missing = errors.PACKAGE_CODE
    elif wanted.slug is not None:
        found = [package for package in bases if package.slug == wanted.slug]
        missing = errors.PACKAGE
    else:
        return None
    if not found:
        raise ApiError(missing)
    return found[0]


def _covers(package: Package, code: str) -> bool:
    countries = package.location.split(",")
    if code == GLOBAL:
        return len(countries) > MANY_COUNTRIES
    if code == REGIONAL:
        return 1 < len(countries) <= MANY_COUNTRIES
    return code in countries
