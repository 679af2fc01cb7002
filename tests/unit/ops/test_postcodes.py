"""The pages' postcodes from a database as the package has it."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

from ops.postcodes import write


def entry(code: str, jis: str, city: str, town: str, *alternates: dict[str, Any]) -> dict[str, Any]:
    prefecture = {"13": "東京都", "24": "三重県", "23": "愛知県"}[jis]
    return {
        "postal_code": code,
        "jisx0402": f"{jis}103",
        "prefecture": prefecture,
        "city": city,
        "neighborhood": town,
        "alternates": list(alternates),
    }


def test_what_is_not_the_same_for_all_places_of_a_postcode_is_left_open(tmp_path: Path) -> None:
    database = tmp_path / "postaldata.db"
    rows = [
        entry("1050011", "13", "港区", "芝公園"),
        entry("1050012", "13", "港区", "芝", entry("", "13", "港区", "浜松町")),
        entry("1050013", "13", "港区", "芝", entry("", "13", "品川区", "芝")),
        entry("4980000", "24", "木曽岬町", "", entry("", "23", "弥富市", "")),
        entry("4980001", "23", "弥富市", ""),
    ]
    with sqlite3.connect(database) as connection:
        connection.execute("CREATE TABLE postal_data (code text, data text)")
        connection.executemany(
            "INSERT INTO postal_data VALUES (?, ?)",
            [(row["postal_code"], json.dumps(row)) for row in rows],
        )
    write(database, tmp_path / "out")
    files = {path.name: json.loads(path.read_text()) for path in (tmp_path / "out").iterdir()}
    assert files == {
        "10.json": {
            "cities": [[13, ""], [13, "港区"]],
            "codes": {"50011": [1, "芝公園"], "50012": [1, ""], "50013": [0, ""]},
        },
        "49.json": {"cities": [[23, "弥富市"]], "codes": {"80001": [0, ""]}},
    }
