"""An address of every page there is, by the route that answers it."""

from layer_names import SHIPPED, WITHIN_TOWN

from service.addresses import router
from service.vector_tiles import TILE_GRID

PAGES = {
    "/": ["/"],
    "/about": ["/about"],
    "/towns/{town}": ["/towns/oswestry", "/towns/bishops-castle?theme=robbery&datetime=2014-01"],
    "/rural": ["/rural"],
    "/business": ["/business"],
    "/deprivation": ["/deprivation"],
    "/strategy": ["/strategy"],
    "/compare": ["/compare"],
    "/collections": ["/collections"],
    "/dictionary": ["/dictionary"],
    "/collections/{name}": ["/collections/hotspots"],
    "/collections/{name}/queryables": ["/collections/hotspots/queryables"],
    "/collections/{name}/items": [
        f"/collections/{name}/items?limit=10{'&town=ludlow' if name in WITHIN_TOWN else ''}"
        for name in SHIPPED
    ],
    "/collections/{name}/items/{feature_id}": ["/collections/hotspots/items/E01028946"],
    "/search": ["/search?q=oswestry"],
    "/conformance": ["/conformance"],
    "/api": ["/api"],
}
NO_PAGES = {
    "/feed",
    "/health",
    "/ready",
    "/metrics",
    "/collections/{name}/style",
    f"/collections/{{name}}/tiles/{TILE_GRID}",
    f"/collections/{{name}}/tiles/{TILE_GRID}/{{z}}/{{y}}/{{x}}",
    "/qgis/project.qgs",
    "/static/folium.js",
    "/static/joined/{name}",
    "/towns",
    "/towns/{town}/briefing",
}
"""What is for programs alone, what only leads on, and what is no page but a file."""

WRONG = ["/nowhere", "/rural?theme=juggling"]

EVERY_PAGE = [address for addresses in PAGES.values() for address in addresses] + WRONG


def routes() -> set[str]:
    """The routes of the application."""
    return {str(getattr(route, "path", "")) for route in router.routes}
