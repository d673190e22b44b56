"""A layer's record as UK GEMINI 2.3, in the XML of ISO 19139."""

from geo.crs import GRID
from service.pages.render import render_page
from service.records.record import Record


def gemini_xml(record: Record) -> bytes:
    """The whole record (Association for Geographic Information, UK GEMINI 2.3, 2018)."""
    return render_page("gemini.xml", record=record, grid=GRID.uri)
