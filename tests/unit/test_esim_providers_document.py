"""docs/esim-providers.md says what the tables and capabilities in the code say."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from portal.adapters.esim_access import EsimAccessProvider
from portal.adapters.esim_access import errors as esim_access
from portal.adapters.esim_verdict import Verdict
from portal.adapters.gigs import GigsProvider
from portal.adapters.gigs import errors as gigs
from portal.ports.esim import EsimProvider

from local.emulators.esim_access.emulator import ACCESS_CODE, SECRET_KEY
from tests.vendors import FixedSecret

DOCUMENT = Path(__file__).parents[2] / "docs" / "esim-providers.md"
ROW = re.compile(r"^\| `(?P<code>[^`]+)` \|(?:.*\|)? (?P<verdict>[a-z-]+) \|$", re.MULTILINE)
GIGS = GigsProvider(url="http://127.0.0.1", secret=FixedSecret(project="p", token="t"))
ESIM_ACCESS = EsimAccessProvider(
    url="http://127.0.0.1", secret=FixedSecret(accessCode=ACCESS_CODE, secretKey=SECRET_KEY)
)


@pytest.mark.parametrize(
    ("name", "table"),
    [
        ("gigs codes", gigs.CODES),
        ("gigs types", gigs.TYPES),
        ("esim_access codes", esim_access.CODES),
    ],
)
def test_tables_of_codes(name: str, table: Mapping[str, Verdict]) -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    shown = text.split(f"<!-- table: {name} -->")[1].split("<!-- end -->")[0]
    rows = {row["code"]: row["verdict"] for row in ROW.finditer(shown)}
    assert rows == {code: str(verdict) for code, verdict in table.items()}


def test_every_verdict_is_explained() -> None:
    text = DOCUMENT.read_text(encoding="utf-8")
    for verdict in Verdict:
        assert f"\n| {verdict} | " in text


def row(capability: str) -> list[str]:
    """The cells of a capability: Gigs, eSIM Access."""
    for line in DOCUMENT.read_text(encoding="utf-8").splitlines():
        if line.startswith(f"| {capability} |"):
            return [cell.strip(" `") for cell in line.split("|")[2:4]]
    raise AssertionError(capability)


@pytest.mark.parametrize(("column", "provider"), [(0, GIGS), (1, ESIM_ACCESS)])
def test_capabilities(column: int, provider: EsimProvider) -> None:
    has = provider.capabilities
    assert row("`reissue`")[column] == has.reissue
    assert row("`max_ref_length`")[column] == str(has.max_ref_length)
    assert row("`batch_size`")[column] == str(has.batch_size)
    assert row("`top_up_idempotency`")[column] == has.top_up_idempotency
    idempotency = row("`idempotency`, `idempotency_ttl`")[column]
    ttl = "no limit documented" if has.idempotency_ttl is None else "24 hours"
    assert idempotency == f"{has.idempotency}`, {ttl}"
    for name in ("top_up", "asynchronous", "needs_subscriber", "needs_eid", "activation_codes"):
        assert row(f"`{name}`")[column] == ("yes" if getattr(has, name) else "no")
