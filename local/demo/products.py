"""The demo catalogue of a reseller in Japan: Internet lines, eSIM plans, VPN and fees.

Prices are whole yen, tax included. `whmcs_id` is the WHMCS product id (pid); `gigs_plan` makes a
product an eSIM line, and `esim_access_plan` is the package that stands for it at eSIM Access, which
sells data only: there, lines with SMS and voice are data lines, too. The last block holds products
that must never be offered.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

from local.demo.options import (
    DATA_OPTIONS,
    INTERNET_OPTIONS,
    VOICE_OPTIONS,
    VPN_OPTIONS,
    Option,
)

MONTHLY = "Monthly"
ONE_TIME = "Onetime"
EAST = "East Japan"
WEST = "West Japan"


@dataclass(frozen=True, kw_only=True)
class Product:
    """One product with what Salesforce and WHMCS need.

    `broken_options` replaces the options' JSON in Salesforce (a data-entry mistake to show);
    `in_portal_pricebook=False` leaves the product without a price in the Portal pricebook.
    """

    sku: str
    name: str
    category: str
    price: int
    whmcs_id: int
    description: str
    features: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    cycle: str = MONTHLY
    dwelling: str = "Any"
    tier: str = "Any"
    region: str | None = None
    options: tuple[Option, ...] = ()
    broken_options: str | None = None
    gigs_plan: str | None = None
    esim_access_plan: str | None = None
    data_gb: int = 0
    voice: bool = False
    sms: bool = False
    visible: bool = True
    valid_from: str | None = None
    valid_until: str | None = None
    max_quantity: int = 1
    requires_payment_method: bool = True
    in_portal_pricebook: bool = True


INTERNET_PRICES = {
    ("Home", "1G"): 6_000,
    ("Home", "100Mb"): 5_400,
    ("Apartment", "1G"): 4_800,
    ("Apartment", "100Mb"): 4_300,
}
SERVICE_LEVELS = {
    "Silver": (0, ("NTT fibre line and ISP in one bill", "English support, weekdays")),
    "Gold": (500, ("Everything in Silver", "Wi-Fi router set up for you", "Support on Saturdays")),
    "Platinum": (
        1_200,
        ("Everything in Gold", "Same-day remote help", "Two overseas media regions"),
    ),
}
ESIM_PRICES = {5: 900, 10: 1_450, 25: 2_600, 50: 4_700}
ESIM_KINDS = {
    "DATA": ("data only", 0, DATA_OPTIONS, ("No ID check needed", "Tethering included")),
    "SMS": ("data + SMS", 150, DATA_OPTIONS, ("Receive SMS codes", "Tethering included")),
    "VOICE": (
        "data + voice + SMS",
        400,
        VOICE_OPTIONS,
        ("Japanese 070/080/090 number", "Calls at ¥10 per 30 seconds"),
    ),
}


def _internet() -> list[Product]:
    products = []
    combinations = itertools.product(INTERNET_PRICES.items(), SERVICE_LEVELS.items())
    for whmcs_id, (((dwelling, tier), base), (level, (extra, features))) in enumerate(
        combinations, start=101
    ):
        speed = "1 Gbps" if tier == "1G" else "100 Mbps"
        products.append(
            Product(
                sku=f"INTERNET-{dwelling}-{tier}-{level}".upper(),
                name=f"Fibre {speed} {dwelling} — {level}",
                category="Internet",
                price=base + extra,
                whmcs_id=whmcs_id,
                description=f"Fibre Internet at up to {speed} for a {dwelling.lower()}.",
                features=features,
                tags=("popular",) if level == "Gold" and tier == "1G" else (),
                dwelling=dwelling,
                tier=tier,
                options=INTERNET_OPTIONS,
            )
        )
    return products


def _esim() -> list[Product]:
    products = []
    combinations = itertools.product(ESIM_KINDS.items(), ESIM_PRICES.items())
    for whmcs_id, ((kind, (words, extra, options, features)), (size, price)) in enumerate(
        combinations, start=201
    ):
        products.append(
            Product(
                sku=f"ESIM-{kind}-{size}GB",
                name=f"eSIM {size} GB — {words}",
                category="eSIM",
                price=price + extra,
                whmcs_id=whmcs_id,
                description=f"{size} GB of LTE/5G data a month in Japan, {words}.",
                features=(f"{size} GB at full speed", *features),
                tags=("popular",) if size == 10 else (),  # noqa: PLR2004  # the size that sells
                options=options,
                gigs_plan=f"pln_jp{kind.lower()}{size}gb",
                esim_access_plan=f"JP_{size}_30",
                data_gb=size,
                voice=kind == "VOICE",
                sms=kind != "DATA",
                max_quantity=4,
            )
        )
    return products


OTHERS = (
    Product(
        sku="VPN-SAN-FRANCISCO",
        name="VPN router service — San Francisco",
        category="VPN",
        price=2_500,
        whmcs_id=301,
        description="A pre-set router that shows the Internet as seen from San Francisco.",
        features=("Router rental included", "No set-up on your devices"),
        options=VPN_OPTIONS,
        max_quantity=2,
    ),
    Product(
        sku="VPN-LONDON",
        name="VPN router service — London",
        category="VPN",
        price=2_500,
        whmcs_id=302,
        description="A pre-set router that shows the Internet as seen from London.",
        features=("Router rental included", "No set-up on your devices"),
        options=VPN_OPTIONS,
        max_quantity=2,
    ),
    Product(
        sku="INSTALLATION-SINGLE",
        name="Line installation — one payment",
        category="Other",
        price=22_800,
        whmcs_id=401,
        description="NTT installation work, paid once.",
        cycle=ONE_TIME,
    ),
    Product(
        sku="INSTALLATION-12",
        name="Line installation — 12 instalments",
        category="Other",
        price=1_900,
        whmcs_id=402,
        description="NTT installation work in 12 monthly instalments.",
    ),
    Product(
        sku="INSTALLATION-24",
        name="Line installation — 24 instalments",
        category="Other",
        price=950,
        whmcs_id=403,
        description="NTT installation work in 24 monthly instalments.",
    ),
    Product(
        sku="ACTIVATION-ESIM",
        name="eSIM activation fee",
        category="Other",
        price=1_500,
        whmcs_id=404,
        description="Charged once for a new mobile line.",
        cycle=ONE_TIME,
        max_quantity=4,
    ),
    Product(
        sku="ONSITE-SETUP-EAST",
        name="On-site set-up visit",
        category="Other",
        price=15_000,
        whmcs_id=405,
        description="A technician connects and explains everything. Kanto and Tohoku only.",
        cycle=ONE_TIME,
        region=EAST,
    ),
    Product(
        sku="CALLBACK-CONSULTATION",
        name="Free telephone consultation",
        category="Other",
        price=0,
        whmcs_id=406,
        description="We call you back in English and find the right line for your building.",
        cycle=ONE_TIME,
        requires_payment_method=False,
    ),
)

NEVER_OFFERED = (
    Product(
        sku="INTERNET-HOME-10G",
        name="Fibre 10 Gbps Home (from spring 2099)",
        category="Internet",
        price=6_800,
        whmcs_id=501,
        description="Not yet on sale.",
        valid_from="2099-04-01",
    ),
    Product(
        sku="ESIM-TOKYO-2020",
        name="eSIM Olympic visitor plan",
        category="eSIM",
        price=2_020,
        whmcs_id=502,
        description="No longer on sale.",
        valid_until="2021-09-05",
    ),
    Product(
        sku="INTERNET-STAFF",
        name="Staff line (hidden)",
        category="Internet",
        price=1_000,
        whmcs_id=503,
        description="For employees; not shown in the portal.",
        visible=False,
    ),
    Product(
        sku="VPN-PARIS",
        name="VPN router service — Paris (options broken)",
        category="VPN",
        price=2_500,
        whmcs_id=504,
        description="Its options were pasted incompletely: left out of the catalogue and counted.",
        broken_options='{"version":1,"options":[{"id":"extra-devices","label":"Additional dev',
    ),
    Product(
        sku="VPN-SYDNEY",
        name="VPN router service — Sydney (no Portal price)",
        category="VPN",
        price=2_500,
        whmcs_id=505,
        description="Priced in the Standard pricebook only.",
        in_portal_pricebook=False,
    ),
)

OFFERED: tuple[Product, ...] = (*_internet(), *_esim(), *OTHERS)
PRODUCTS: tuple[Product, ...] = (*OFFERED, *NEVER_OFFERED)
