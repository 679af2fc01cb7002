"""State and country picklists, which an org with the feature has in addition to address texts.

Source: Salesforce Help, "State, Country, and Territory Picklists"; "Field-Syncing Logic". Texts of
refusals as in public reports (FIELD_INTEGRITY_EXCEPTION). The lists are an excerpt of Salesforce's
defaults.
"""

from __future__ import annotations

from local.emulators.salesforce.errors import DmlError
from local.emulators.salesforce.schema import Field, SObject
from local.emulators.salesforce.store import Record

# Code and integration value.
COUNTRIES = (
    ("AU", "Australia"),
    ("DE", "Germany"),
    ("GB", "United Kingdom"),
    ("JP", "Japan"),
    ("KR", "Korea, Republic of"),
    ("TW", "Taiwan"),
    ("US", "United States"),
    ("VN", "Vietnam"),
)
# Country, code and integration value; codes repeat between countries.
STATES = (
    ("AU", "WA", "Western Australia"),
    ("AU", "NSW", "New South Wales"),
    ("JP", "01", "Hokkaido"),
    ("JP", "13", "Tokyo"),
    ("JP", "27", "Osaka"),
    ("US", "CA", "California"),
    ("US", "NY", "New York"),
    ("US", "WA", "Washington"),
)
_PARTS = ("Billing", "Shipping", "Mailing", "PersonMailing")


def add_fields(sobject: SObject) -> None:
    """Add the code fields to every address of an object."""
    codes = [code for code, _ in COUNTRIES]
    for prefix in _PARTS:
        if f"{prefix}country".lower() not in sobject.fields:
            continue
        country = Field(
            name=f"{prefix}CountryCode",
            label=f"{prefix} Country/Territory Code",
            type="picklist",
            length=10,
            values=tuple(codes),
            labels=tuple(name for _, name in COUNTRIES),
        )
        state = Field(
            name=f"{prefix}StateCode",
            label=f"{prefix} State/Province Code",
            type="picklist",
            length=10,
            values=tuple(code for _, code, _ in STATES),
            labels=tuple(name for _, _, name in STATES),
            controller=country.name,
            valid_for=tuple(frozenset({codes.index(owner)}) for owner, _, _ in STATES),
        )
        sobject.fields[country.name.lower()] = country
        sobject.fields[state.name.lower()] = state


def synchronise(record: Record, changed: frozenset[str]) -> None:
    """Codes and integration values of the billing address; raises DmlError for unknown ones."""
    code, name = record.get("BillingCountryCode"), record.get("BillingCountry")
    if "BillingCountryCode" in changed or not name:
        by_code = dict(COUNTRIES)
        if code is not None and code not in by_code:
            raise _refused("country", "BillingCountryCode")
        record["BillingCountry"] = by_code.get(str(code))
    elif name is not None:
        by_name = {label: known for known, label in COUNTRIES}
        if name not in by_name:
            raise _refused("country", "BillingCountry")
        record["BillingCountryCode"] = by_name[str(name)]
    _state(record, changed)


def _state(record: Record, changed: frozenset[str]) -> None:
    code, name = record.get("BillingStateCode"), record.get("BillingState")
    country = record.get("BillingCountryCode")
    known = {known: label for owner, known, label in STATES if owner == country}
    if code is None and name is None:
        return
    if country is None:
        raise DmlError(
            "FIELD_INTEGRITY_EXCEPTION",
            "A country/territory must be specified before specifying a state value for field: "
            "Billing State/Province",
            "BillingStateCode" if code is not None else "BillingState",
        )
    if "BillingStateCode" in changed or not name:
        if str(code) not in known:
            raise _refused("state", "BillingStateCode")
        record["BillingState"] = known[str(code)]
        return
    by_name = {label: number for number, label in known.items()}
    if str(name) not in by_name:
        raise _refused("state", "BillingState")
    record["BillingStateCode"] = by_name[str(name)]


def _refused(what: str, field: str) -> DmlError:
    advice = f"Please choose a {what} from the list of valid values."
    return DmlError(
        "FIELD_INTEGRITY_EXCEPTION",
        f"There's a problem with this {what}, even though it may appear correct. {advice}: "
        f"Billing {what.capitalize()}",
        field,
    )
