"""Where the script of a map gets what it draws: whole, or of many areas as vector tiles."""

from collections.abc import Collection, Mapping
from typing import Any

from geo.dataset import Dataset
from geo.formats.tiles import CLOSEST, SMALLEST
from geo.query import Question
from layers.layer import Drawing, Layer
from layers.legend import MARKS
from service.pages.controls import NOTHING
from service.pages.frame import address
from service.parameters import DETAIL
from service.vector_tiles import tile_address

MOST = 2_000
"""Areas that a map gets whole: of the outlines of a county, about 2 MB and as many SVG paths."""
MARKED = 1_000
"""Of areas in tiles: how many that stand out are outlined, circled or signed at most."""

Source = dict[str, Any]
_TOLD = ("count", "rate", "rate_lower", "rate_upper", "hotspot_class")
_TOLD_OF_PLACES = ("count", "share", "rank", "km2")
_TILED = {"set", "filter", "town", *DETAIL}


def in_tiles(layer: Layer, count: int, asked: Collection[str] = ()) -> bool:
    """Whether a map of so many rows has them as tiles, for which nothing else may be asked."""
    return count > MOST and layer.geometry != "Point" and {*asked} <= _TILED


def areas_of(
    dataset: Dataset,
    layer: Layer,
    question: Question,
    drawing: Drawing,
    *,
    count: int,
    part: Mapping[str, str] = NOTHING,
) -> Source:
    """What a map's configuration says of where its areas are.

    `url` is the address of its features, `tiles` that of its tiles where it has them so. Those that
    stand out (`marked`) are got whole beside, the most incidents first. `count`: how many areas
    there are; `part`: what else was asked of them.
    """
    items = f"/collections/{layer.name}/items"
    about = {} if layer.within_town else _about(dataset, question, count)
    wanted = {"limit": "10000"} | about | dict(part)
    question = question if layer.within_town else question.everywhere()
    found: Source = {"url": address(items, dataset, question, **wanted, f="geojson")}
    if "bbox" in wanted or not in_tiles(layer, count, part):
        return found
    known = [field.name for field in layer.fields(dataset)]
    told = () if drawing.words else _TOLD_OF_PLACES if layer.within_town else _TOLD
    names = {layer.label, drawing.field, drawing.words, *told}
    fields = [name for name in known if name in names]
    found["tiles"] = _tiles(dataset, layer.name, question, **part, properties=",".join(fields))
    found["tiles"]["fields"] = fields
    if standing := _standing_out(drawing):
        first = {"filter": _both(part.get("filter"), standing), "sortby": "-count"}
        more = dict(part) | first | {"limit": str(MARKED)}
        found["tiles"]["marked"] = address(items, dataset, question, **more, f="geojson")
    return found


def ground_of(dataset: Dataset, question: Question, count: int, **part: str) -> str | Source:
    """Where the outlines of some LSOAs are that only lie beside or under what a map shows."""
    if count > MOST and not part:
        return _tiles(dataset, "lsoas", question, properties="lsoa_code")
    return address(
        "/collections/lsoas/items", dataset, question, **part, limit="10000", f="geojson"
    )


def _tiles(dataset: Dataset, layer: str, question: Question, **part: str) -> Source:
    return {
        "layer": layer,
        "url": address(tile_address(layer), dataset, question, **part),
        "least": SMALLEST,
        "most": CLOSEST,
    }


def _about(dataset: Dataset, question: Question, count: int) -> dict[str, str]:
    """Of many areas those about the town that was asked for, in a box three times its size."""
    if count <= MOST or not question.town:
        return {}
    towns = dataset.town_shapes
    west, south, east, north = towns.placed().bounds[towns.position[question.town]].tolist()
    wide, high = east - west, north - south
    box = (west - wide, south - high, east + wide, north + high)
    return {"bbox": ",".join(f"{degrees:.6f}" for degrees in box)}


def _standing_out(drawing: Drawing) -> str | None:
    """Which areas are marked on the map beside their colour, as CQL2; None where none are."""
    if drawing.outlines:
        return f"hotspot_class IN ({', '.join(map(_quoted, MARKS))})"
    values = [value for one in drawing.classes if one.sign for value in one.values]
    return f"{drawing.field} IN ({', '.join(map(_quoted, values))})" if values else None


def _quoted(value: str | int) -> str:
    return f"'{value}'" if isinstance(value, str) else str(value)


def _both(one: str | None, other: str) -> str:
    return f"({one}) AND {other}" if one else other
