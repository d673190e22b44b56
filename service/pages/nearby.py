"""Names of the areas about a town, for the ground outside it on its map."""

from geo.dataset import Dataset

_REACH = 0.5  # of the longer side of the box round the town


def nearby_names(dataset: Dataset, town: str) -> dict[str, str]:
    """The built-up area of each LSOA about a town that is of no town: by code, as ONS names it.

    `town` is an id. Those without a built-up area are left out: they have no name of their own.
    """
    outline = dataset.towns.geometry.iloc[dataset.town_shapes.position[town]]
    west, south, east, north = outline.bounds
    reach = _REACH * max(east - west, north - south)
    lsoas = dataset.lsoas
    named = lsoas[lsoas["town"].isna() & lsoas["built_up_area"].notna()]
    near = named[named.geometry.distance(outline) <= reach]
    return dict(zip(near["lsoa_code"], near["built_up_area"], strict=True))
