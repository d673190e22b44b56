"""Names of the areas about a town, for the ground outside it on its map."""

import numpy as np

from geo.dataset import Dataset

REACH = 0.5  # of the town's own width and height, to each side


def nearby_names(dataset: Dataset, town: str) -> dict[str, str]:
    """The built-up area of each LSOA about a town that is of no town: by code, as ONS names it.

    `town` is an id. Those without a built-up area are left out: they have no name of their own.
    """
    west, south, east, north = dataset.town_shapes.bounds[dataset.town_shapes.position[town]]
    wide, high = (east - west) * REACH, (north - south) * REACH
    bounds = dataset.lsoa_shapes.bounds
    near = (
        (bounds[:, 0] < east + wide) & (bounds[:, 2] > west - wide)
        & (bounds[:, 1] < north + high) & (bounds[:, 3] > south - high)
    )  # fmt: skip
    lsoas = dataset.lsoas
    named = lsoas["town"].isna() & lsoas["built_up_area"].notna()
    rows = lsoas[near & np.asarray(named)]
    return dict(zip(rows["lsoa_code"], rows["built_up_area"], strict=True))
