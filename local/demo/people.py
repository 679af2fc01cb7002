"""The people of the demo, and which of Salesforce, WHMCS and the portal know them.

All of them are invented. Addresses use real place names with invented block numbers.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from local.context import DemoAccount
from local.demo.products import EAST, WEST

PASSWORD = "Sakura-Train-2026!"


@dataclass(frozen=True, kw_only=True)
class Person:
    """A customer; they sign up with `email`, Salesforce has `crm_email` (None: the same one)."""

    number: str
    first_name: str
    last_name: str
    email: str
    phone: str
    street: str
    city: str
    state: str
    postcode: str
    note: str
    dwelling: str | None = None
    tier: str | None = None
    region: str | None = None
    nationality: str = "JP"
    crm_email: str | None = None

    def signup(self, password: str = PASSWORD) -> dict[str, Any]:
        """Return the body of POST /auth/signup for this person."""
        return {
            "email": self.email,
            "password": password,
            "firstName": self.first_name,
            "lastName": self.last_name,
            "phone": self.phone,
            "sfNumber": self.number,
            "address": {
                "street": self.street,
                "city": self.city,
                "state": self.state,
                "postcode": self.postcode,
                "country": "JP",
            },
            "nationality": self.nationality,
        }


@dataclass(frozen=True, kw_only=True)
class PortalUser:
    """A customer whom the launcher signs up when the stack starts."""

    person: Person
    card: str | None
    note: str

    @property
    def account(self) -> DemoAccount:
        """The account as the start page shows it."""
        return DemoAccount(email=self.person.email, password=PASSWORD, note=self.note)


@dataclass(frozen=True, kw_only=True)
class BillingClient:
    """A customer with a WHMCS client area account that is older than the portal."""

    person: Person
    client_id: int
    card_expiry: str | None = None


SATO = Person(
    number="CN-000101",
    first_name="Haruka",
    last_name="Sato",
    email="haruka.sato@mail.example",
    phone="+81312345601",
    street="1-2-3 Shibakoen",
    city="Minato-ku",
    state="Tokyo",
    postcode="105-0011",
    dwelling="Home",
    tier="1G",
    region=EAST,
    note="House with 1 Gbps fibre, East Japan",
)
TANAKA = Person(
    number="CN-000102",
    first_name="Kenji",
    last_name="Tanaka",
    email="kenji.tanaka@mail.example",
    phone="+81661234502",
    street="4-5-6 Umeda",
    city="Kita-ku, Osaka",
    state="Osaka",
    postcode="530-0001",
    dwelling="Apartment",
    tier="100Mb",
    region=WEST,
    note="Apartment with 100 Mbps (VDSL), West Japan",
)
CARTER = Person(
    number="CN-000103",
    first_name="Emily",
    last_name="Carter",
    email="emily.carter@mail.example",
    phone="+81452345603",
    street="7-8 Yamashita-cho",
    city="Naka-ku, Yokohama",
    state="Kanagawa",
    postcode="231-0023",
    nationality="GB",
    note="Eligibility not checked yet: all three fields are empty",
)
SUZUKI = Person(
    number="CN-000104",
    first_name="Yuto",
    last_name="Suzuki",
    email="yuto.suzuki@mail.example",
    phone="+81352345604",
    street="2-11-5 Nishi-Shinjuku",
    city="Shinjuku-ku",
    state="Tokyo",
    postcode="160-0023",
    dwelling="Apartment",
    tier="1G",
    region=EAST,
    note="Apartment with 1 Gbps fibre, East Japan",
)
OCONNOR = Person(
    number="CN-000105",
    first_name="Liam",
    last_name="O'Connor",
    email="liam.oconnor@mail.example",
    crm_email="liam@oldmail.example",
    phone="+81752345605",
    street="3-9 Karasuma-dori",
    city="Nakagyo-ku, Kyoto",
    state="Kyoto",
    postcode="604-8152",
    dwelling="Home",
    tier="100Mb",
    region=WEST,
    nationality="IE",
    note="Salesforce knows another e-mail: signing up opens a Case",
)
CHEN = Person(
    number="CN-000106",
    first_name="Mei",
    last_name="Chen",
    email="mei.chen@mail.example",
    phone="+81922345606",
    street="5-1 Tenjin",
    city="Chuo-ku, Fukuoka",
    state="Fukuoka",
    postcode="810-0001",
    dwelling="Apartment",
    tier="1G",
    region=WEST,
    nationality="TW",
    note=f"Has a WHMCS login already (password {PASSWORD}): use link-whmcs",
)
YAMAMOTO = Person(
    number="CN-000107",
    first_name="Hiroshi",
    last_name="Yamamoto",
    email="hiroshi.yamamoto@mail.example",
    phone="+81222345607",
    street="2-2 Ichibancho",
    city="Aoba-ku, Sendai",
    state="Miyagi",
    postcode="980-0811",
    dwelling="Home",
    tier="1G",
    region=EAST,
    note=f"Has a WHMCS login (password {PASSWORD}) whose card has expired: use link-whmcs",
)
ITO = Person(
    number="CN-000108",
    first_name="Sakura",
    last_name="Ito",
    email="sakura.ito@mail.example",
    phone="+81332345608",
    street="1-7-1 Yurakucho",
    city="Chiyoda-ku",
    state="Tokyo",
    postcode="100-0006",
    dwelling="Home",
    tier="1G",
    region=EAST,
    note="House with 1 Gbps fibre, East Japan",
)
NAKAMURA = Person(
    number="CN-000201",
    first_name="Aiko",
    last_name="Nakamura",
    email="aiko.nakamura@mail.example",
    phone="+81362345621",
    street="4-12-10 Jingumae",
    city="Shibuya-ku",
    state="Tokyo",
    postcode="150-0001",
    dwelling="Home",
    tier="1G",
    region=EAST,
    note="House with 1 Gbps fibre, East Japan",
)
MILLER = Person(
    number="CN-000202",
    first_name="David",
    last_name="Miller",
    email="david.miller@mail.example",
    phone="+81562345622",
    street="3-16-30 Sakae",
    city="Naka-ku, Nagoya",
    state="Aichi",
    postcode="460-0008",
    dwelling="Apartment",
    tier="100Mb",
    region=WEST,
    nationality="US",
    note="Apartment with 100 Mbps (VDSL), West Japan",
)
SYNTHETIC = Person(
    number="CN-000299",
    first_name="Smoke",
    last_name="Test",
    email="smoke.test@mail.example",
    phone="+81362345699",
    street="1-1 Chiyoda",
    city="Chiyoda-ku",
    state="Tokyo",
    postcode="100-0001",
    dwelling="Apartment",
    tier="100Mb",
    region=EAST,
    note="Synthetic customer of make smoke: its orders are never provisioned",
)

CUSTOMERS: tuple[Person, ...] = (SATO, TANAKA, CARTER, SUZUKI, OCONNOR, CHEN, YAMAMOTO, ITO)
NEWCOMERS: tuple[Person, ...] = (SATO, SUZUKI, ITO)
BILLING_CLIENTS: tuple[BillingClient, ...] = (
    BillingClient(person=CHEN, client_id=1, card_expiry="12/31"),
    BillingClient(person=YAMAMOTO, client_id=2, card_expiry="03/24"),
)
ACCOUNTS: tuple[PortalUser, ...] = (
    PortalUser(person=NAKAMURA, card="4242424242424242", note="Valid card on file: can order"),
    PortalUser(person=MILLER, card=None, note="No payment method yet: orders are refused"),
    PortalUser(person=SYNTHETIC, card=None, note=SYNTHETIC.note),
)
EVERYBODY: tuple[Person, ...] = (*CUSTOMERS, *(user.person for user in ACCOUNTS))
