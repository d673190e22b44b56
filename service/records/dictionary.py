"""The data dictionary: every field of every layer, once for each meaning."""

from typing import Any

from geo.fields import Field
from geo.formats import to_csv
from service.pages.frame import frame
from service.pages.render import render_page
from service.responses import Body
from service.site import Site

COLUMNS = ["layer", "field", "type", "title", "unit", "empty_means"]


def dictionary(site: Site) -> dict[str, Any]:
    """The fields with the layers that have them, by name; the same name twice has two meanings."""
    layers: dict[Field, list[str]] = {}
    for layer in site.layers.values():
        for field in layer.fields(site.dataset):
            layers.setdefault(field, []).append(layer.name)
    return {
        "title": "Data dictionary",
        "illustrative": site.dataset.illustrative,
        "fields": [
            {
                "name": field.name,
                "type": field.kind,
                "title": field.title,
                "unit": field.unit,
                "null": field.null,
                "layers": names,
            }
            for field, names in sorted(layers.items(), key=lambda one: one[0].name)
        ],
    }


def dictionary_csv(site: Site) -> Body:
    """A row for each field of each layer."""
    rows = [
        dict(
            zip(
                COLUMNS,
                (layer.name, field.name, field.kind, field.title, field.unit, field.null),
                strict=True,
            )
        )
        for layer in site.layers.values()
        for field in layer.fields(site.dataset)
    ]
    headers = {"Content-Disposition": 'attachment; filename="data-dictionary.csv"'}
    return Body.of(to_csv(rows, COLUMNS, {}), "text/csv; charset=utf-8; header=present", headers)


def dictionary_page(site: Site) -> bytes:
    """The fields as a table."""
    titles = {layer.name: layer.title for layer in site.layers.values()}
    fields = dictionary(site)["fields"]
    return render_page("dictionary.html", **frame(site, "downloads"), fields=fields, titles=titles)
