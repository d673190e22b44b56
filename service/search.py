"""The search: what fits a text, with where it is and the page that shows it."""

from typing import Any
from urllib.parse import quote

from starlette.datastructures import QueryParams

from geo.errors import QuestionError
from geo.gazetteer import Found
from service.pages.frame import frame
from service.pages.render import render_page
from service.site import Site

LONGEST, MOST = 100, 12
AREA_MAPS = ("hotspots", "lsoas")
KINDS = {"town": "Town", "area": "Area", "street": "Street", "postcode": "Postcode"}
ZOOM = 15


def search(site: Site, query: QueryParams) -> dict[str, Any]:
    """What fits the text `q`, the best first.

    Each result has `type` (town, area, street, postcode), `name`, `detail`, `longitude`,
    `latitude`, `id` (of the town, else of the LSOA it lies in) and `address`, the page that shows
    it. Raises QuestionError for a text that is too long.
    """
    text = query.get("q", "").strip()
    if len(text) > LONGEST:
        raise QuestionError(f"q must be at most {LONGEST} letters, not {len(text):,}.")
    return {"q": text, "results": [_told(site, found) for found in site.gazetteer.find(text, MOST)]}


def _told(site: Site, found: Found) -> dict[str, Any]:
    longitude, latitude = found.lonlat
    return {
        "type": found.kind,
        "name": found.name,
        "detail": found.detail,
        "longitude": longitude,
        "latitude": latitude,
        "id": found.id,
        "address": _address(site, found, longitude, latitude),
    }


def _address(site: Site, found: Found, longitude: float, latitude: float) -> str:
    """A town's own page; of what lies in it the same page, its map over the place."""
    layer = next((name for name in AREA_MAPS if name in site.layers), "towns")
    page = f"/collections/{layer}/items?f=html"
    if found.town_id is not None:
        page = f"/towns/{quote(found.town_id)}"
    if found.kind == "town":
        return page
    return f"{page}#map={ZOOM}/{latitude:.5f}/{longitude:.5f}"


def search_page(site: Site, query: QueryParams) -> bytes:
    """The same as a page of links."""
    told = search(site, query)
    return render_page(
        "search.html",
        **frame(site),
        text=told["q"],
        results=[{**result, "kind": KINDS[result["type"]]} for result in told["results"]],
    )
