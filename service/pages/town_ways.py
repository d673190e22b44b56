"""Where a town's page leads: further maps of the town, and files with what it shows."""

from geo.errors import QuestionError
from geo.query import Question
from layers.comparison import why_not
from layers.layer import Layer
from service.pages.compared import alone, set_against
from service.pages.frame import address
from service.site import Site

_MAPS = {
    "map-points": "the places with most",
    "density": "density",
    "persistence": "how long areas stay hot spots",
}


def town_maps(site: Site, question: Question) -> dict[str, str]:
    """Further maps of the town, by what they show; those that the theme can be asked of."""
    found = {text: town_map(name, site, question) for name, text in _MAPS.items()}
    return {text: href for text, href in found.items() if href is not None}


def town_map(name: str, site: Site, question: Question) -> str | None:
    """Where a layer maps the town; None where the theme cannot be asked of it."""
    return _of_town(name, site, question, "html")


def town_layers(site: Site, question: Question) -> dict[str, dict[str, str]]:
    """What the town's map can show beside its areas: where it is, and words for its legend."""
    told = {"places": ("map-points", alone(question), "")}
    change = set_against(site.dataset, question)
    if why_not(site.dataset, change) is None:
        earlier, now = change.before().period.words(), change.period.words()
        told["change"] = ("change", change, f"Change of the count: {now} against {earlier}")
    found = {
        name: (_of_town(layer, site, asked, "geojson", limit="10000"), words)
        for name, (layer, asked, words) in told.items()
    }
    return {n: {"url": url, "words": words} for n, (url, words) in found.items() if url is not None}


def town_downloads(site: Site, question: Question) -> dict[str, str]:
    """Files with what the page shows: every area, what changed, and places where there are any."""
    plain = alone(question)
    offered = {
        "GeoJSON": _of_town("hotspots", site, plain, "geojson"),
        "CSV": _of_town("hotspots", site, plain, "csv"),
        "Changes (CSV)": _of_town("change", site, set_against(site.dataset, question), "csv"),
        "Places (CSV)": _of_town("map-points", site, plain, "csv"),
    }
    return {title: href for title, href in offered.items() if href is not None}


def _of_town(name: str, site: Site, question: Question, kind: str, **more: str) -> str | None:
    if name not in site.layers or not _answers(site.layers[name], question):
        return None
    items, town = f"/collections/{name}/items", question.town or ""
    return address(items, site.dataset, question, town=town, **more, f=kind)


def _answers(layer: Layer, question: Question) -> bool:
    try:
        layer.check(question)
    except QuestionError:
        return False
    return True
