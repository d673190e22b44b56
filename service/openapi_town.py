"""What a town's page answers programs, for the API definition."""

from typing import Any

from layers.comparison import CHANGE

Json = dict[str, Any]


def _of(kind: str, meaning: str, *, null: bool = False) -> Json:
    return {"type": kind, "description": meaning, **({"nullable": True} if null else {})}


def _list(meaning: str, row: Json | None = None) -> Json:
    items: Json = {"type": "object"} if row is None else {"type": "object", "properties": row}
    return {"type": "array", "description": meaning, "items": items}


_CHANGE = {
    field.name: _of(field.kind, f"{field.title}.", null=field.null is not None) for field in CHANGE
}
_CHANGED = {
    "name": _of("string", "The name people know the area by."),
    "lsoa_code": _of("string", "LSOA code."),
    "count": _of("integer", "The number of the months asked about."),
    **{name: field for name, field in _CHANGE.items() if name != "period_before"},
    "difference": _of("number", "Monthly count now, less that of the earlier months."),
}
_PLACE = {
    "name": _of("string", "What the files call the place."),
    "lsoa_code": _of("string", "LSOA it is counted in."),
    "area": _of("string", "The name people know that LSOA by."),
    "count": _of("integer", "Incidents on it."),
    "cumulative_share": _of("number", "Share of this and all before it, 0 to 1.", null=True),
}
TOWN: Json = {
    "type": "object",
    "description": "The figures of a town's page. Of records that are public in tables alone, the "
    "rows of a layer stand in their place.",
    "properties": {
        "town": _of("string", "Its name."),
        "town_id": _of("string", "Its name in addresses."),
        "theme": _of("string", "What is counted."),
        "period": _of("string", "First and last month, YYYY-MM/YYYY-MM."),
        "illustrative": _of("boolean", "True where the incidents are not real reports."),
        "source": _of("string", "Who recorded them."),
        "sources": _list("The sources counted, each with its total."),
        "also_recorded_by": _list("The other sources that record the theme, each with its total."),
        "denominator": _of("string", "What rates divide by.", null=True),
        "count": _of("integer", "Incidents in the town."),
        "residents": _of("integer", "Residents of the town.", null=True),
        "rate": _of("number", "Incidents per 1,000 residents.", null=True),
        "rate_lower": _of("number", "Lower 95% limit of the rate.", null=True),
        "rate_upper": _of("number", "Upper 95% limit of the rate.", null=True),
        "headline": _of("string", "Count, what chance alone could make of it, and the change."),
        "change": {
            "type": "object",
            "description": "The town against the earlier months, judged by itself.",
            "properties": {
                "period": _of("string", "The later months, YYYY-MM/YYYY-MM."),
                "count": _of("integer", "Incidents recorded in those months.", null=True),
                **_CHANGE,
            },
        },
        "side_by_side": _of("string", "What each source has, where there are several."),
        "caveats": {"type": "array", "items": {"type": "string"}},
        "months": _list("Every month held, with its usual range."),
        "months_finding": _of("string", "Which months are unusual."),
        "week": {"type": "object", "description": "By day and hour, or why not."},
        "changes": {
            "type": "object",
            "description": "The change of every area, as the layer change has it.",
            "properties": {
                "period": _of("string", "The later months, YYYY-MM/YYYY-MM."),
                "period_before": _of("string", "The earlier months, YYYY-MM/YYYY-MM."),
                "halves": _of(
                    "string", "That they are halves of the months asked about.", null=True
                ),
                "reason": _of("string", "Why no change is told.", null=True),
                "finding": _of("string", "How many areas have more and how many fewer.", null=True),
                "areas_compared": _of("integer", "How many areas the verdicts allow for."),
                "most": _list("The three that changed most, clear changes first.", _CHANGED),
                "areas": _list("Every area, from most more to most fewer.", _CHANGED),
            },
        },
        "places": {
            "type": "object",
            "description": "The map points with most; reason alone where there are none.",
            "properties": {
                "reason": _of("string", "Why there are none.", null=True),
                "finding": _of("string", "How few hold half; null on a small base.", null=True),
                "on_places": _of("integer", "Incidents on a place."),
                "places": _of("integer", "Places with an incident."),
                "places_with_half": _of("integer", "The fewest that hold half."),
                "without_place": _of("integer", "Incidents on none."),
                "most": _list("The six with most.", _PLACE),
            },
        },
        "areas": _list("Every area, as the layer hotspots has it, with its share of the town."),
    },
}
