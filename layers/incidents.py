"""The incidents one by one, where they were recorded.

Of partners' sources only analysts see them. Two rules hold for analysts too. What is never mapped
below the town is not listed, since a file of incidents travels further than whoever asked for it.
A crime ID is left out: it finds its incident in every other record, and nothing here needs it.
"""

from collections.abc import Callable
from datetime import date
from typing import Any

import numpy as np
import pandas as pd
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from geo.dataset import Dataset
from geo.fields import Field
from geo.grouping import times_before
from geo.offences import OFFENCES
from geo.period import month_iso, month_words
from geo.places import metres
from geo.query import Question
from geo.question_places import asked_rows
from geo.shapes import Shapes
from layers.figures import QUESTION, question_columns
from layers.layer import Answer, Drawing, Layer, always
from layers.within import MOVED, absent, account, point_names, reach

UNSAID = "not recorded"
FIELDS = (
    Field("name", "string", "What the file calls the point"),
    Field("in_words", "string", "What was recorded, when, and how many stand on the same point"),
    Field("offence", "string", "Code of the offence or further kind of incident"),
    Field("offence_title", "string", "The same in words"),
    Field("month", "string", "Month it is counted in", "YYYY-MM"),
    Field("date", "string", "Day it happened, local time", "YYYY-MM-DD", UNSAID),
    Field("hour", "integer", "Hour of the day, 0 to 23, local time", null=UNSAID),
    Field("business", "boolean", "True where marked as against a business", null=UNSAID),
    Field("rural_flag", "boolean", "True where the force marked it as rural", null=UNSAID),
    Field(
        "rural_offence",
        "string",
        "Its code on the national rural-crime offence list, or none",
        null=UNSAID,
    ),
    Field("lsoa_code", "string", "Code of the LSOA that it is counted in"),
    Field("lsoa_name", "string", "Name of that LSOA"),
    Field("town", "string", "Town it belongs to", null="outside the towns"),
    Field("easting", "integer", "Where it is", "metres, EPSG:27700"),
    Field("northing", "integer", "Where it is", "metres, EPSG:27700"),
    Field("count", "integer", "1, so that incidents add up as counts do", "incidents"),
    Field("same_point", "integer", "Incidents shown that stand on its point", "incidents"),
    *QUESTION,
)
STACKED = (
    "Incidents on one point hide each other on a map: the colour and size of a circle say how many "
    "stand there."
)
ONE_BY_ONE = {pa.int8(): pd.Int64Dtype(), pa.bool_(): pd.BooleanDtype()}

Words = NDArray[np.object_]


def compute(dataset: Dataset, question: Question) -> Answer:
    """One row an incident that has a point, the latest first."""
    rows = asked_rows(dataset, question)
    marks = _fingerprints(dataset, rows)
    when = [rows[name].cast(pa.int32()).fill_null(-1).to_numpy() for name in _WHEN]
    order = np.lexsort((marks, *(-values for values in reversed(when))))
    rows, marks = rows.take(pa.array(order)), marks[order]
    easting, northing = (rows[name].to_numpy() for name in ("easting", "northing"))
    points, first, at, held = np.unique(
        metres(easting, northing), return_index=True, return_inverse=True, return_counts=True
    )
    unnamed = np.array(point_names(easting[first], northing[first]), dtype=object)[at]
    location = _each(rows["location"])
    areas = dataset.lsoas.iloc[rows["lsoa"].to_numpy()].reset_index(drop=True)
    columns = {
        "name": np.where(rows["location"].is_valid(), location, unnamed),
        **_told(dataset, rows, held[at]),
        **{name: areas[name] for name in ("lsoa_code", "lsoa_name", "town")},
        "easting": np.rint(easting).astype(np.int64),
        "northing": np.rint(northing).astype(np.int64),
        "count": np.ones(len(rows), dtype=np.int64),
        "same_point": held[at],
        **question_columns(dataset, question),
        **_recorders(dataset, rows["source"]),
    }
    shapes = Shapes.of(_ids(marks), shapely.points(easting, northing))
    facts = account(dataset, question, len(rows), len(points))
    return Answer(pd.DataFrame(columns), shapes, list(range(len(rows))), facts)


_WHEN = ("month", "date", "hour")
_NUMBERS = (*_WHEN, "business", "rural_flag")
_WORDS = ("offence", "rural_offence", "location")


def _fingerprints(dataset: Dataset, rows: pa.Table) -> NDArray[np.uint64]:
    """A number for what the file says of each incident, and for the LSOA it is counted in.

    It depends on no other incident and on no file's name or order, so that it stays when months are
    added. It hides nothing: whoever knows what is said can work it out.
    """
    sources, lsoas = [source.id for source in dataset.sources], dataset.lsoas["lsoa_code"]
    said = pd.DataFrame(
        {
            "source": pd.Categorical.from_codes(rows["source"].to_numpy(), sources),
            "lsoa": pd.Categorical.from_codes(rows["lsoa"].to_numpy(), lsoas),
            "point": metres(rows["easting"].to_numpy(), rows["northing"].to_numpy()),
            **{name: rows[name].cast(pa.int32()).fill_null(-1).to_numpy() for name in _NUMBERS},
            **{name: rows[name].to_pandas() for name in _WORDS},
        }
    )
    marks: NDArray[np.uint64] = pd.util.hash_pandas_object(said, index=False).to_numpy()
    return marks


def _ids(marks: NDArray[np.uint64]) -> list[str]:
    """Fingerprints as ids; incidents that are alike in everything have a number behind."""
    digits = marks.astype(">u8").tobytes().hex()
    ids = [digits[start : start + 16] for start in range(0, len(digits), 16)]
    again = times_before(marks)
    for row in np.flatnonzero(again).tolist():
        ids[row] += f".{again[row] + 1}"
    return ids


def _told(dataset: Dataset, rows: pa.Table, held: NDArray[np.int64]) -> dict[str, Any]:
    """What is recorded of each incident, and the same in words; `held`: how many on its point."""
    titles = {code: offence.title for code, offence in OFFENCES.items()} | dataset.kinds
    title = _each(rows["offence"], titles.__getitem__)
    day, month = _each(rows["date"], _day_words), _each(rows["month"], month_words)
    when = np.where(rows["date"].is_valid(), day, month)
    hour = _each(rows["hour"].fill_null(-1), lambda value: f", {value:02}:00" if value >= 0 else "")
    here = _each(
        pa.chunked_array([held]), lambda n: f". One of {n:,} on this point" if n > 1 else ""
    )
    plain = rows.select(["hour", "business", "rural_flag"]).to_pandas(types_mapper=ONE_BY_ONE.get)
    return {
        "in_words": title + ", " + when + hour + here,
        "offence": _each(rows["offence"]),
        "offence_title": title,
        "month": _each(rows["month"], month_iso),
        "date": _each(rows["date"], date.isoformat),
        **{name: plain[name] for name in plain.columns},
        "rural_offence": _each(rows["rural_offence"], lambda code: code or "none"),
    }


def _recorders(dataset: Dataset, source: pa.ChunkedArray) -> dict[str, Any]:
    """Who recorded each incident, where the question may add up several sources."""
    drawn = np.array([one.illustrative for one in dataset.sources])
    return {
        "source": _each(source, lambda s: dataset.sources[s].name),
        "illustrative": drawn[source.to_numpy()],
    }


def _each(column: pa.ChunkedArray, words: Callable[[Any], str] = str) -> Words:
    """The words for each value, made once for all that are the same; None for a null."""
    encoded = column.combine_chunks().dictionary_encode()
    known = [None if value is None else words(value) for value in encoded.dictionary.to_pylist()]
    found = np.array([*known, None], dtype=object)
    told: Words = found[encoded.indices.fill_null(-1).to_numpy()]
    return told


def _day_words(day: date) -> str:
    return f"{day.day} {day:%B %Y}"


LAYER = Layer(
    name="incidents",
    title="Incidents",
    summary="Every incident that has a point, the latest first: what was recorded, when "
    "and where. An incident keeps its id as long as the files say the same of it.",
    fields=always(FIELDS),
    drawing=always(
        Drawing("same_point", "classes", "incidents", words="in_words", of=" on the same point")
    ),
    compute=compute,
    label="name",
    caveats=(MOVED, STACKED),
    shapes=reach,
    absent=absent,
    unit="incidents",
    geometry="Point",
    within_town=True,
    table=(
        ("offence_title", "What"),
        ("month", "Month"),
        ("date", "Day"),
        ("hour", "Hour"),
        ("lsoa_name", "LSOA"),
    ),
    finer=True,
    incidents=True,
)
