"""The search: what fits a text, with where it is and the page that shows it."""

from typing import Any
from urllib.parse import quote, urlencode

from starlette.datastructures import QueryParams

from geo.errors import QuestionError
from geo.gazetteer import Found
from service.pages.frame import frame
from service.pages.render import render_page
from service.parameters import KEPT_BY_SEARCH, read_question
from service.site import Site

LONGEST, MOST = 100, 12
AREA_MAPS = ("hotspots", "lsoas")
KINDS = {"town": "Town", "area": "Area", "street": "Street", "postcode": "Postcode"}
ZOOM = 15


def search(site: Site, query: QueryParams) -> dict[str, Any]:
    """What fits the text `q`, the best first.

    Each result has `type` (town, area, street, postcode), `name`, `detail`, `longitude`,
    `latitude`, `id` (of the town, else of the LSOA it lies in) and `address`, the page that shows
    it, with the theme, months and source that the query names. Raises QuestionError for a text
    that is too long, or for what cannot be asked.
    """
    text = query.get("q", "").strip()
    if len(text) > LONGEST:
        raise QuestionError(f"q must be at most {LONGEST} letters, not {len(text):,}.")
    kept = _kept(site, query)
    found = site.gazetteer.find(text, MOST)
    return {"q": text, "results": [_told(site, one, kept) for one in found]}


def _kept(site: Site, query: QueryParams) -> dict[str, str]:
    """What the pages that are found are asked, once it is sure that it can be."""
    kept = {name: query[name] for name in KEPT_BY_SEARCH if name in query}
    if kept:
        read_question(site.dataset, QueryParams(kept))
    return kept


def _told(site: Site, found: Found, kept: dict[str, str]) -> dict[str, Any]:
    longitude, latitude = found.lonlat
    return {
        "type": found.kind,
        "name": found.name,
        "detail": found.detail,
        "longitude": longitude,
        "latitude": latitude,
        "id": found.id,
        "address": _address(site, found, kept, f"#map={ZOOM}/{latitude:.5f}/{longitude:.5f}"),
    }


def _address(site: Site, found: Found, kept: dict[str, str], view: str) -> str:
    """A town's own page; of what lies in it the same page, its map over the place."""
    layer = next((name for name in AREA_MAPS if name in site.layers), "towns")
    page, query = f"/collections/{layer}/items", kept | {"f": "html"}
    if found.town_id is not None:
        page, query = f"/towns/{quote(found.town_id)}", kept
    asked = f"?{urlencode(query, safe='/')}" if query else ""
    return f"{page}{asked}{'' if found.kind == 'town' else view}"


def search_page(site: Site, query: QueryParams) -> bytes:
    """The same as a page of links."""
    told, shared = search(site, query), frame(site)
    shared["site"]["sought"] = _kept(site, query)
    return render_page(
        "search.html",
        **shared,
        text=told["q"],
        results=[{**result, "kind": KINDS[result["type"]]} for result in told["results"]],
    )
