"""Whose eSIM lines are whose, in each provider's books."""

from __future__ import annotations

import httpx
import pytest

from local.demo.backstage import Backstage, EsimLine
from local.demo.data import esim_access_seed, gigs_seed
from local.emulators.esim_access.emulator import EsimAccess
from local.emulators.gigs.emulator import Gigs
from local.emulators.kit.server import running

PLAN = "pln_jpvoice10gb"
PACKAGE = "JP_10_30"


def test_gigs_knows_whose_a_line_is() -> None:
    gigs = Gigs()
    gigs.seed(gigs_seed())
    for number in (1, 2):
        gigs.seed(
            {
                "users": [{"id": f"usr_{number}", "email": f"user{number}@example.com"}],
                "subscriptions": [{"plan": PLAN, "user": f"usr_{number}"}],
            }
        )
    with running(gigs) as server:
        backstage = Backstage({"gigs": {"admin": server.admin}})
        (line,) = backstage.esim_lines("user2@example.com")
        backstage.close()
    assert (line.provider, line.status, line.ready) == ("Gigs", "active", True)
    assert str(line.activation_code).startswith("LPA:1$")


def test_at_esim_access_what_is_new_is_the_customers() -> None:
    esim_access = EsimAccess()
    esim_access.seed(esim_access_seed())
    esim_access.seed({"lines": [{"packageCode": PACKAGE, "transactionId": "before"}]})
    with running(esim_access) as server:
        backstage = Backstage({"esim_access": {"admin": server.admin}})
        assert backstage.esim_lines("user@example.com") == []
        esim_access.seed({"lines": [{"packageCode": PACKAGE, "transactionId": "after"}]})
        (line,) = backstage.esim_lines("user@example.com")
        backstage.close()
    assert (line.provider, line.status, line.ready) == ("eSIM Access", "GOT_RESOURCE", True)
    assert str(line.activation_code).startswith("LPA:1$")


@pytest.mark.parametrize("status", ["pending", "ended", "CANCEL", "GETTING_RESOURCE"])
def test_a_line_that_is_not_ready(status: str) -> None:
    assert not EsimLine("Gigs", "sub_1", status, None).ready


def test_a_phone_installs_a_line_of_gigs() -> None:
    gigs = Gigs()
    gigs.seed(gigs_seed())
    gigs.seed(
        {
            "users": [{"id": "usr_1", "email": "user1@example.com"}],
            "subscriptions": [{"plan": PLAN, "user": "usr_1"}],
        }
    )
    with running(gigs) as server:
        backstage = Backstage({"gigs": {"admin": server.admin}})
        (line,) = backstage.esim_lines("user1@example.com")
        backstage.install(line)
        events = httpx.get(f"{server.admin}/events", trust_env=False).json()
        backstage.close()
    assert line.sim_id in str(events)
    assert "eSimProfile.installed" in str(events)
    assert not backstage.sells_another_line


def test_a_phone_installs_a_line_of_esim_access() -> None:
    esim_access = EsimAccess()
    esim_access.seed(esim_access_seed())
    with running(esim_access) as server:
        backstage = Backstage({"esim_access": {"admin": server.admin}})
        esim_access.seed({"lines": [{"packageCode": PACKAGE, "transactionId": "after"}]})
        (line,) = backstage.esim_lines("user@example.com")
        backstage.install(line)
        (still,) = backstage.esim_lines("user@example.com")
        backstage.close()
    assert esim_access.dump()["esims"][-1]["smdpStatus"] == "INSTALLATION"
    assert still.ready
    assert backstage.sells_another_line
