"""SIMs, their credentials and eSIM profiles.

Documented: the fields, the search by ICCID (which also finds the placeholder test SIMs), and that
a profile's status is `unknown` without lifecycle events. Undocumented: what credentials answer
before activation (see the switch `credentials_before_activation`).
"""

from __future__ import annotations

import re
from typing import Any

from local.emulators.gigs import rendering
from local.emulators.gigs.allocation import PLACEHOLDERS
from local.emulators.gigs.core import Answer, Call, in_path
from local.emulators.gigs.errors import invalid, not_found
from local.emulators.gigs.inputs import ListSims, NoQuery, SearchSims, UpdateSim
from local.emulators.gigs.lifecycle import OPEN
from local.emulators.gigs.listing import envelope, paginate
from local.emulators.gigs.records import Sim, SubscriptionAddon
from local.emulators.gigs.strict import merge_metadata, read_body, read_choices, read_query

STATUSES = {"inactive", "active", "retired"}
ICCID = re.compile(r"([0-9]{19}F?|[0-9]{20})", re.IGNORECASE)
PLACEHOLDER_ICCIDS = {
    "sim_test_esim": "8942400090000000010",
    "sim_test_psim": "8942400090000000028",
    "sim_test_esim_delayed_up_to_one_min": "8942400090000000036",
    "sim_test_psim_delayed_up_to_one_min": "8942400090000000044",
    "sim_test_esim_delayed_four_hours": "8942400090000000051",
    "sim_test_psim_delayed_four_hours": "8942400090000000069",
    "sim_test_esim_delayed_twenty_four_hours": "8942400090000000077",
    "sim_test_psim_delayed_twenty_four_hours": "8942400090000000085",
}


def list_all(call: Call) -> Answer:
    """`GET sims`."""
    query = read_query(call.query, ListSims)
    statuses = read_choices(query.status, STATUSES, "status")
    providers = None if query.provider is None else set(query.provider.split(","))
    found = [
        sim
        for sim in call.project.sims.newest_first()
        if (statuses is None or sim.status in statuses)
        and (providers is None or sim.provider in providers)
        and (query.type is None or sim.type == query.type)
        and (query.user is None or sim.user == query.user)
    ]
    return 200, paginate(found, query, rendering.sim)


def get(call: Call) -> Answer:
    """`GET sims/{sim}`."""
    sim = _sim(call)
    read_query(call.query, NoQuery)
    return 200, rendering.sim(sim)


def update(call: Call) -> Answer:
    """`PATCH sims/{sim}`."""
    sim = _sim(call)
    read_query(call.query, NoQuery)
    before = dict(sim.metadata)
    sim.metadata = merge_metadata(sim.metadata, read_body(call.body, UpdateSim).metadata)
    previous = {} if before == sim.metadata else {"metadata": before}
    call.emit("sim.updated", rendering.sim(sim), previous=previous)
    return 200, rendering.sim(sim)


def search(call: Call) -> Answer:
    """`POST sims/search`."""
    read_query(call.query, NoQuery)
    wanted = read_body(call.body, SearchSims)
    if ICCID.fullmatch(wanted.iccid) is None:
        raise invalid(
            "Invalid ICCID format.",
            code="invalidIccid",
            hint="Parameter iccid must match /^([0-9]{19}F?|[0-9]{20})$/i",
        )
    iccid = wanted.iccid.upper().removesuffix("F")
    shown = [rendering.sim(s) for s in call.project.sims.newest_first() if s.iccid == iccid]
    shown += [_placeholder(name) for name, known in PLACEHOLDER_ICCIDS.items() if known == iccid]
    return 200, envelope([s for s in shown if wanted.type is None or s["type"] in wanted.type])


def credentials(call: Call) -> Answer:
    """`GET sims/{sim}/credentials`."""
    sim = _sim(call)
    read_query(call.query, NoQuery)
    switches = call.core.switches()
    waiting = _awaits_activation(call, sim)
    if waiting and switches.credentials_before_activation == "not_found":
        raise not_found("SIM credentials")
    empty = waiting and switches.credentials_before_activation == "null"
    return 200, rendering.credentials(sim, install_urls=switches.install_urls, empty=empty)


def esim_profile(call: Call) -> Answer:
    """`GET sims/{sim}/eSimProfile`."""
    sim = _sim(call)
    read_query(call.query, NoQuery)
    if sim.type != "eSIM":
        raise not_found("eSIM profile")
    return 200, rendering.esim_profile(sim)


def _sim(call: Call) -> Sim:
    return in_path(call.project.sims, call.path["sim"], "SIM")


def _awaits_activation(call: Call, sim: Sim) -> bool:
    return any(
        not isinstance(record, SubscriptionAddon) and record.sim == sim.id and record.status in OPEN
        for _, record in call.core.waiting.values()
    )


def _placeholder(name: str) -> dict[str, Any]:
    return {
        "object": "sim",
        "id": name,
        "metadata": {},
        "createdAt": "2021-01-01T00:00:00Z",
        "iccid": PLACEHOLDER_ICCIDS[name],
        "provider": "test",
        "status": "inactive",
        "type": PLACEHOLDERS[name][0],
    }
