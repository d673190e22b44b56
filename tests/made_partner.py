"""The grid of squares with a partner's records of two years, most counts of which are small."""

from pathlib import Path
from typing import Any

import numpy as np
from made_dataset import INSIDE, POLICE, RING, TOWN, Square, row, write_made

from geo.dataset import Dataset
from geo.public.make import write_public
from geo.public.view import public_view

YEARS = (2018, 2019)  # from April
MEANS = {
    "burglary": 3.0,
    "shoplifting": 1.0,
    "violence-without-injury": 6.0,
    "other-theft": 4.0,
    "sexual-offences": 1.0,
    "asb-nuisance": 7.0,
    "noise": 2.0,
}
FORCE = POLICE | {
    "id": "force",
    "name": "Force extract",
    "sensitivity": "partner",
    "offences": [code for code in MEANS if code != "noise"],
    "kinds": [["noise", "Noise complaints"]],
    "period": "2018-01/2020-03",
}


def force_counts(seed: int) -> list[dict[str, Any]]:
    """Incidents by square, offence and year, in two months of each; some in the ring and nowhere.

    Town centres have ten times the shoplifting.
    """
    rng = np.random.default_rng(seed)
    found = [row(0, "burglary", "2018-02", (1, 1), 3)]
    places: list[Square | None] = [*INSIDE, *RING, None]
    for year in YEARS:
        for offence, mean in MEANS.items():
            for square in places:
                busy = 10 if square in TOWN and offence == "shoplifting" else 1
                for month in (f"{year}-06", f"{year + 1}-02"):
                    if count := int(rng.poisson(mean * busy / 2)):
                        found.append(row(0, offence, month, square, count))
    return found


def partner(home: Path, seed: int, **more: Any) -> Dataset:  # noqa: ANN401
    """The partner's dataset as the partner sees it, with its public tables beside it."""
    dataset = Dataset.open(write_made(home, [FORCE], force_counts(seed), **more))
    write_public(dataset.folder, dataset)
    return dataset


def seen_by_anyone(home: Path, seed: int, **more: Any) -> Dataset:  # noqa: ANN401
    """The same as anyone sees it."""
    return public_view(partner(home, seed, **more))
